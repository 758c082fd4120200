//! re3d: a folder of `documents.json`, `entities.json` and `relations.json`, one object a line.
//!
//! A document is `{_id, text}`; an entity `{documentId, begin, end, type, confidence}`; a relation
//! `{documentId, sourceBegin, sourceEnd, targetBegin, targetEnd, type}`. Offsets count characters
//! of the text. A relation's arguments are the entities at its offsets; of several at one place it
//! joins the one with the highest confidence.

use std::{
    collections::{HashMap, HashSet},
    io::BufRead,
    path::Path,
};

use crate::{
    align::Aligned,
    defect::{Defect, Flaw, Kind, Location},
    error::Error,
    foreign,
    json::Node,
    parsed::Parsed,
    printable::shorten,
    records::Records,
    source::Options,
    value::decode,
};

/// Name of the file with the texts.
pub const DOCUMENTS: &str = "documents.json";

/// Names of the files with the annotations, which lie beside the texts.
pub const PARTS: [&str; 2] = [ENTITIES, RELATIONS];

const ENTITIES: &str = "entities.json";
const RELATIONS: &str = "relations.json";

/// Entities and relations by document.
#[derive(Default)]
pub(crate) struct Annotations {
    entities: HashMap<String, Vec<Marked>>,
    relations: HashMap<String, Vec<Linked>>,
    /// Documents whose annotations were taken.
    seen: HashSet<String>,
}

/// Half-open character offsets.
type Chars = (usize, usize);

/// An entity.
struct Marked {
    line: usize,
    at: Chars,
    label: String,
    confidence: f64,
}

/// A relation; its ends are the offsets of entities.
struct Linked {
    line: usize,
    source: Chars,
    target: Chars,
    label: String,
}

impl Annotations {
    /// Reads the parts that belong to `file`; the folders in their names do not matter.
    ///
    /// # Errors
    /// [`Error::Part`] if one is absent; [`Error::Io`], [`Error::Unknown`] and
    /// [`Error::IllFormed`], which name the part.
    pub fn read<R: BufRead>(
        file: &str,
        mut parts: Vec<(String, R)>,
        options: &Options,
    ) -> Result<Self, Error> {
        let mut part = |part: &'static str| {
            let found = parts
                .iter()
                .position(|(name, _)| Path::new(name).ends_with(part));
            found
                .map(|at| parts.swap_remove(at))
                .ok_or_else(|| Error::Part {
                    file: file.to_owned(),
                    part,
                    format: "re3d",
                })
        };
        let mut found = Self::default();
        each(part(ENTITIES)?, options, |line, record| {
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
        each(part(RELATIONS)?, options, |line, record| {
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

impl Annotations {
    /// A flaw for every annotation that no document has taken.
    pub fn orphans(&self) -> Vec<Flaw> {
        let entities = self.entities.iter().flat_map(|(document, marks)| {
            let lines = marks.iter().map(|mark| mark.line);
            lines.map(move |line| (ENTITIES, line, document))
        });
        let relations = self.relations.iter().flat_map(|(document, links)| {
            let lines = links.iter().map(|link| link.line);
            lines.map(move |line| (RELATIONS, line, document))
        });
        let mut all: Vec<_> = entities.chain(relations).collect();
        all.sort_unstable();
        let flaw = |(file, line, document): (&str, usize, &String)| {
            let problem = format!(
                "the annotation is left out: no document has the id `{}`",
                shorten(document)
            );
            named(Flaw::new(Kind::NotFound, "", problem), file, line)
        };
        all.into_iter().map(flaw).collect()
    }
}

fn chars(record: &Node<'_>, start: &'static str, end: &'static str) -> Result<Chars, Flaw> {
    Ok((record.get(start)?.number()?, record.get(end)?.number()?))
}

fn label(record: &Node<'_>) -> Result<String, Flaw> {
    let node = record.get("type")?;
    match node.text()? {
        "" | "None" => Err(node.flaw(
            Kind::Label,
            "is empty or `None`, which is no label; remove the annotation",
        )),
        label => Ok(label.to_owned()),
    }
}

/// Calls `take` with every record of a part and its line.
fn each(
    (file, bytes): (String, impl BufRead),
    options: &Options,
    mut take: impl FnMut(usize, &Node<'_>) -> Result<(), Flaw>,
) -> Result<(), Error> {
    let io = |source| Error::Io {
        file: file.clone(),
        source,
    };
    let ill_formed = |location: Location, flaw: Flaw| Error::IllFormed {
        file: file.clone(),
        defect: Defect::new(location, flaw),
    };
    let records = Records::new(bytes, options.record_limit).map_err(io)?;
    let records = records.map_err(|start| Error::Unknown {
        file: file.clone(),
        problem: foreign::by_start(&start),
    })?;
    for record in records {
        let (location, record) = record.map_err(io)?;
        let bytes = record.map_err(|flaw| ill_formed(location, flaw))?;
        let value = decode(&bytes).map_err(|flaw| ill_formed(location, flaw))?;
        take(location.line, &Node::root(&value)).map_err(|flaw| ill_formed(location, flaw))?;
    }
    Ok(())
}

/// Reads one document.
pub(crate) fn parse(
    record: &Node<'_>,
    annotations: &mut Annotations,
    parsed: &mut Parsed,
) -> Result<(), Flaw> {
    let (name, text) = (record.get("_id")?, record.get("text")?);
    let id = name.identifier()?;
    if !annotations.seen.insert(id.clone()) {
        let problem = format!(
            "`{}` names two documents; make the ids distinct",
            shorten(&id)
        );
        return Err(name.flaw(Kind::Id, problem));
    }
    let aligned = Aligned::new(text.text()?);
    let mut sentences = aligned.sentences(&id, 0);
    let mut mentions: HashMap<Chars, (usize, usize)> = HashMap::new();
    for mark in annotations.entities.remove(&id).into_iter().flatten() {
        match aligned.locate(&text, mark.at.0, mark.at.1) {
            Err(flaw) => parsed.note(named(flaw, ENTITIES, mark.line)),
            Ok((index, span)) => {
                let Some(sentence) = sentences.get_mut(index) else {
                    continue;
                };
                let entity = parsed.entity(sentence, &text, span, Some(mark.label.clone()));
                if let Some(entity) = entity {
                    mentions.entry(mark.at).or_insert((index, entity));
                }
            }
        }
    }
    for link in annotations.relations.remove(&id).into_iter().flatten() {
        let (head, tail) = (mentions.get(&link.source), mentions.get(&link.target));
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
        parsed.note(named(flaw, RELATIONS, link.line));
    }
    for sentence in sentences {
        parsed.push(sentence, &text);
    }
    Ok(())
}

/// Prefixes the problem with the part and the line of the annotation.
fn named(mut flaw: Flaw, file: &str, line: usize) -> Flaw {
    flaw.problem = format!("{file}, line {line}: {}", flaw.problem);
    flaw
}
