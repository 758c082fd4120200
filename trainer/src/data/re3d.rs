//! re3d: a folder of `documents.json`, `entities.json` and `relations.json`, one object a line.
//!
//! A document is `{_id, text}`; an entity `{documentId, begin, end, type, confidence}`; a relation
//! `{documentId, sourceBegin, sourceEnd, targetBegin, targetEnd, type}`. Offsets count characters
//! of the text. A relation's arguments are the entities at its offsets; of several at one place it
//! joins the one with the highest confidence.

use std::{
    collections::HashMap,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use super::{
    DataError, Defect, Options,
    align::Aligned,
    defect::{Flaw, Kind, Place},
    json::Node,
    parsed::Parsed,
    records::Records,
    scan::decode,
};

/// Name of the file with the texts; the folder stands for it.
pub(super) const DOCUMENTS: &str = "documents.json";

/// What the two other files hold, by document.
#[derive(Default)]
pub(super) struct Annotations {
    entities: HashMap<String, Vec<Marked>>,
    relations: HashMap<String, Vec<Linked>>,
}

/// Half-open character offsets.
type Chars = (usize, usize);

struct Marked {
    line: usize,
    at: Chars,
    label: String,
    confidence: f64,
}

struct Linked {
    line: usize,
    source: Chars,
    target: Chars,
    label: String,
}

impl Annotations {
    /// Reads the files beside a file of documents, or in its folder.
    ///
    /// # Errors
    /// [`DataError::Io`] and [`DataError::IllFormed`], which name the file concerned.
    pub fn beside(path: &Path, options: &Options) -> Result<Self, DataError> {
        let folder = match path.is_dir() {
            true => path.to_owned(),
            false => path.parent().map(PathBuf::from).unwrap_or_default(),
        };
        let mut found = Self::default();
        each(&folder.join("entities.json"), options, |line, record| {
            let marked = Marked {
                line,
                at: chars(record, "begin", "end")?,
                label: label(record)?,
                confidence: record.find("confidence")?.map_or(Ok(1.0), |c| c.real())?,
            };
            let document = record.get("documentId")?.identifier()?;
            found.entities.entry(document).or_default().push(marked);
            Ok(())
        })?;
        each(&folder.join("relations.json"), options, |line, record| {
            let linked = Linked {
                line,
                source: chars(record, "sourceBegin", "sourceEnd")?,
                target: chars(record, "targetBegin", "targetEnd")?,
                label: label(record)?,
            };
            let document = record.get("documentId")?.identifier()?;
            found.relations.entry(document).or_default().push(linked);
            Ok(())
        })?;
        for marks in found.entities.values_mut() {
            marks.sort_by(|a, b| a.at.cmp(&b.at).then(b.confidence.total_cmp(&a.confidence)));
        }
        Ok(found)
    }
}

fn chars(record: &Node<'_>, start: &str, end: &str) -> Result<Chars, Flaw> {
    Ok((record.get(start)?.number()?, record.get(end)?.number()?))
}

fn label(record: &Node<'_>) -> Result<String, Flaw> {
    let node = record.get("type")?;
    match node.text()? {
        "" | "None" => Err(node.flaw(Kind::Label, "is no label; remove the annotation")),
        label => Ok(label.to_owned()),
    }
}

/// Hands every record of a file and its line to `take`.
fn each(
    path: &Path,
    options: &Options,
    mut take: impl FnMut(usize, &Node<'_>) -> Result<(), Flaw>,
) -> Result<(), DataError> {
    let io = |source| DataError::Io {
        path: path.to_owned(),
        source,
    };
    let ill = |place: Place, flaw: Flaw| DataError::IllFormed {
        path: path.to_owned(),
        defect: Defect::new(place, flaw),
    };
    let reader = BufReader::new(File::open(path).map_err(io)?);
    let records = Records::new(reader, options.record_limit).map_err(io)?;
    let mut records = records.map_err(|byte| DataError::Unknown {
        path: path.to_owned(),
        problem: format!("the file starts with `{}`", byte.escape_ascii()),
    })?;
    while let Some((place, record)) = records.next().map_err(io)? {
        let value = record.and_then(|bytes| decode(&bytes));
        let value = value.map_err(|flaw| ill(place, flaw))?;
        take(place.line, &Node::root(&value)).map_err(|flaw| ill(place, flaw))?;
    }
    Ok(())
}

/// Reads one document.
pub(super) fn parse(
    record: &Node<'_>,
    annotations: &Annotations,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let (id, text) = (record.get("_id")?.identifier()?, record.get("text")?);
    let aligned = Aligned::new(text.text()?);
    let mut sentences = aligned.sentences(&id, 0);
    let mut places: HashMap<Chars, (usize, usize)> = HashMap::new();
    for mark in annotations.entities.get(&id).into_iter().flatten() {
        match aligned.locate(&text, mark.at.0, mark.at.1) {
            Err(flaw) => parsed.note(named(flaw, "entities.json", mark.line)),
            Ok((index, span)) => {
                let Some(sentence) = sentences.get_mut(index) else {
                    continue;
                };
                let entity = parsed.entity(sentence, &text, span, Some(mark.label.clone()));
                if let Some(entity) = entity {
                    places.entry(mark.at).or_insert((index, entity));
                }
            }
        }
    }
    for link in annotations.relations.get(&id).into_iter().flatten() {
        let (head, tail) = (places.get(&link.source), places.get(&link.target));
        let flaw = match (head, tail) {
            (Some(head), Some(tail)) if head.0 == tail.0 => {
                if let Some(sentence) = sentences.get_mut(head.0) {
                    Parsed::relation(sentence, head.1, tail.1, Some(link.label.clone()));
                }
                continue;
            }
            (Some(_), Some(_)) => text.flaw(
                Kind::CrossSentence,
                "the arguments are in two sentences; the relation is left out",
            ),
            _ => text.flaw(
                Kind::NotFound,
                "the relation is left out: an argument is no entity, or one that was left out",
            ),
        };
        parsed.note(named(flaw, "relations.json", link.line));
    }
    for sentence in sentences {
        parsed.push(sentence, &text);
    }
    Ok(())
}

/// Says in which line of which other file the annotation stands.
fn named(mut flaw: Flaw, file: &str, line: usize) -> Flaw {
    flaw.problem = format!("{file}, line {line}: {}", flaw.problem);
    flaw
}
