//! Lists every defect of a file and counts its content.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::{Display, Formatter},
    io::BufRead,
};

use serde::Serialize;
use spanlight_core::{document::Sentence, schema::Schema};

use crate::{
    defect::{Defect, Flaw, Kind, Location},
    error::Error,
    format::Format,
    printable::{printable, shorten},
    read::scan,
    source::{Options, Source},
    statistics::Statistics,
};

/// Most defects of one kind to print; the JSON form has all.
const PRINTED: usize = 20;

/// The defects and the statistics of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Name of the file.
    pub file: String,
    /// Its format.
    pub format: Format,
    /// Whether a reader would accept it.
    pub usable: bool,
    /// Defects by kind.
    pub by_kind: BTreeMap<Kind, usize>,
    /// All defects, in file order.
    pub defects: Vec<Defect>,
    /// Counts over what could be read.
    pub statistics: Statistics,
}

/// Checks a whole file without stopping at defects; with a schema, labels outside it are defects.
///
/// # Errors
/// [`Error::Io`], or [`Error::Unknown`] if the file has none of the formats; for re3d also the
/// errors of its parts.
pub fn check(
    source: Source<impl BufRead>,
    format: Format,
    options: &Options,
    schema: Option<&Schema>,
) -> Result<Check, Error> {
    let file = source.name.clone();
    let known = schema.map(Known::new);
    let mut defects = Vec::new();
    let mut statistics = Statistics::default();
    let format = scan(source, format, options, |location, parsed| {
        defects.extend(
            parsed
                .flaws
                .into_iter()
                .map(|flaw| Defect::new(location, flaw)),
        );
        statistics.unescaped += parsed.unescaped;
        for sentence in &parsed.sentences {
            statistics.add(sentence);
            if let Some(known) = &known {
                known.check(sentence, location, &mut defects);
            }
        }
        Ok(())
    })?;
    let mut by_kind = BTreeMap::new();
    for defect in &defects {
        *by_kind.entry(defect.kind).or_default() += 1;
    }
    let usable = statistics.sentences > 0 && !by_kind.keys().any(|kind| kind.is_fatal());
    Ok(Check {
        file,
        format,
        usable,
        by_kind,
        defects,
        statistics,
    })
}

/// Most labels of the schema that a message lists.
const LISTED: usize = 20;

/// The labels of a schema, ready for look-up, and as the end of a message.
struct Known<'a> {
    entities: (HashSet<&'a str>, String),
    relations: (HashSet<&'a str>, String),
}

impl<'a> Known<'a> {
    fn new(schema: &'a Schema) -> Self {
        let set = |labels: &'a [String]| {
            let mut listed: Vec<_> = labels.iter().take(LISTED).map(|l| shorten(l)).collect();
            if labels.len() > LISTED {
                listed.push(format!("{} more", labels.len() - LISTED));
            }
            (
                labels.iter().map(String::as_str).collect(),
                listed.join(", "),
            )
        };
        Self {
            entities: set(&schema.entities),
            relations: set(&schema.relations),
        }
    }

    /// Adds a defect for every label that the schema lacks.
    fn check(&self, sentence: &Sentence, location: Location, defects: &mut Vec<Defect>) {
        let entities = sentence.entities.iter();
        let entities = entities.map(|e| ("entity", &e.label, &self.entities));
        let relations = sentence.relations.iter();
        let relations = relations.map(|r| ("relation", &r.label, &self.relations));
        for (what, label, (known, listed)) in entities.chain(relations) {
            if !known.contains(label.as_str()) {
                let problem = format!(
                    "sentence {}: {what} type `{}` is not in the schema, which has {listed}; rename it, \
                     or remove the annotation",
                    sentence.index,
                    shorten(label)
                );
                defects.push(Defect::new(location, Flaw::new(Kind::Label, "", problem)));
            }
        }
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let file = printable(&self.file);
        writeln!(f, "{file} ({})", self.format)?;
        write!(f, "{}", self.statistics)?;
        let mut printed: BTreeMap<Kind, usize> = BTreeMap::new();
        for defect in &self.defects {
            let count = printed.entry(defect.kind).or_default();
            *count += 1;
            if *count <= PRINTED {
                writeln!(f, "{file}: {defect}")?;
            }
        }
        for (kind, count) in &self.by_kind {
            let grade = if kind.is_fatal() { "error" } else { "left out" };
            let more = if *count > PRINTED {
                ", not all shown"
            } else {
                ""
            };
            writeln!(f, "{:<38}{count:>9} ({grade}{more})", kind.name())?;
        }
        let verdict = if self.usable {
            "usable"
        } else {
            "not usable: mend the errors above"
        };
        writeln!(f, "{verdict}")
    }
}
