//! Reads a file: cuts it into records, decodes them, recognises the format and parses.

use std::io::BufRead;

use spanlight_core::document::Sentence;

use crate::{
    arnor,
    defect::{Defect, Kind, Location},
    dygie,
    error::Error,
    foreign,
    format::Format,
    json::Node,
    knowledgenet,
    parsed::{Origin, Parsed},
    pspe, re3d,
    records::Records,
    redocred,
    source::{Options, Source, stem},
    spert,
    value::decode,
};

/// The sentences of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Every sentence that has words, in file order.
    pub sentences: Vec<Sentence>,
    /// Annotations left out because these formats allow what the task cannot express
    /// ([`Kind::is_fatal`](crate::Kind::is_fatal) is false for all of them).
    pub defects: Vec<Defect>,
    /// The format, detected or given.
    pub format: Format,
}

/// Reads a file; stops at the first ill-formed record.
///
/// # Errors
/// [`Error`] with file, line, field and remedy.
pub fn read(
    source: Source<impl BufRead>,
    format: Format,
    options: &Options,
) -> Result<Dataset, Error> {
    let file = source.name.clone();
    let (mut sentences, mut defects) = (Vec::new(), Vec::new());
    let format = scan(source, format, options, |location, parsed| {
        for flaw in parsed.flaws {
            let defect = Defect::new(location, flaw);
            if defect.kind.is_fatal() {
                let file = file.clone();
                return Err(Error::IllFormed { file, defect });
            }
            defects.push(defect);
        }
        sentences.extend(parsed.sentences);
        Ok(())
    })?;
    if sentences.is_empty() {
        return Err(Error::Empty { file });
    }
    Ok(Dataset {
        sentences,
        defects,
        format,
    })
}

/// Calls `sink` with every record, parsed up to its first fatal flaw; returns the format.
pub(crate) fn scan<R: BufRead>(
    source: Source<R>,
    mut format: Format,
    options: &Options,
    mut sink: impl FnMut(Location, Parsed) -> Result<(), Error>,
) -> Result<Format, Error> {
    let Source {
        name: file,
        bytes,
        mut parts,
    } = source;
    let io = |source| Error::Io {
        file: file.clone(),
        source,
    };
    let unknown = |problem| Error::Unknown {
        file: file.clone(),
        problem,
    };
    let (mut annotations, mut spread, mut last) = (None, false, None);
    let records = Records::new(bytes, options.record_limit)
        .map_err(io)?
        .map_err(|start| unknown(foreign::by_start(&start)))?;
    for record in records {
        let (location, record) = record.map_err(io)?;
        let mut parsed = Parsed::new(options.unescape);
        match record.as_deref().map_err(Clone::clone).and_then(decode) {
            // An object over many lines would otherwise give an error for each.
            Err(_) if spread && location.record == 2 => break,
            Err(flaw) => {
                spread = location.record == 1 && !location.in_array && flaw.kind == Kind::Syntax;
                parsed.flaws.push(flaw);
            }
            Ok(value) => {
                let node = Node::root(&value);
                if format == Format::Auto {
                    let line = location.line;
                    format = match (foreign::by_fields(&node), Format::of(&node)) {
                        (Some(program), _) => {
                            return Err(unknown(format!(
                                "line {line} looks like {program}, which is not read; convert it"
                            )));
                        }
                        (None, Some(format)) => format,
                        (None, None) => {
                            return Err(unknown(format!(
                                "line {line} has none of the fields `sentences`, `tokens`, \
                                 `sentText`, `vertexSet`, `passages`, `_id` with `text`; name the \
                                 fields so, or convert the file"
                            )));
                        }
                    };
                }
                let origin = Origin {
                    stem: stem(&file),
                    record: location.record,
                };
                let done = match format {
                    Format::Dygie => dygie::parse(&node, &origin, &mut parsed),
                    Format::Spert => spert::parse(&node, &origin, &mut parsed),
                    Format::Arnor => arnor::parse(&node, &origin, &mut parsed),
                    Format::Redocred => redocred::parse(&node, &origin, &mut parsed),
                    Format::Knowledgenet => knowledgenet::parse(&node, &origin, &mut parsed),
                    Format::Pspe | Format::Auto => pspe::parse(&node, &origin, &mut parsed),
                    Format::Re3d => {
                        let annotations = match &mut annotations {
                            Some(annotations) => annotations,
                            unread => {
                                let parts = std::mem::take(&mut parts);
                                unread.insert(re3d::Annotations::read(&file, parts, options)?)
                            }
                        };
                        re3d::parse(&node, annotations, &mut parsed)
                    }
                };
                if let Err(flaw) = done {
                    parsed.flaws.push(flaw);
                }
            }
        }
        sink(location, parsed)?;
        last = Some(location);
    }
    if let (Some(annotations), Some(last)) = (annotations, last) {
        let mut parsed = Parsed::new(options.unescape);
        parsed.flaws = annotations.orphans();
        sink(last, parsed)?;
    }
    // If no record decides between ARNOR and PSPE, there are no annotations, and both read the same.
    Ok(if format == Format::Auto {
        Format::Pspe
    } else {
        format
    })
}
