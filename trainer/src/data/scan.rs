//! The loop that all readers share: cut, decode, recognise, parse.

use std::{io::BufRead, path::Path};

use serde_json::Value;

use super::{
    DataError, Format, Options, arnor,
    defect::{Flaw, Kind, Place, utf8},
    dygie,
    json::Node,
    knowledgenet,
    parsed::{Origin, Parsed},
    pspe, re3d,
    records::Records,
    redocred, spert,
};

/// Hands every record to `sink`, parsed as far as it goes; returns the format.
pub(super) fn scan(
    reader: impl BufRead,
    path: &Path,
    mut format: Format,
    options: &Options,
    mut sink: impl FnMut(Place, Parsed) -> Result<(), DataError>,
) -> Result<Format, DataError> {
    let io = |source| DataError::Io {
        path: path.to_owned(),
        source,
    };
    let unknown = |problem| DataError::Unknown {
        path: path.to_owned(),
        problem,
    };
    let stem = path
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();

    let mut beside = None;
    let mut records = Records::new(reader, options.record_limit)
        .map_err(io)?
        .map_err(|byte| unknown(first_byte(byte)))?;
    while let Some((place, record)) = records.next().map_err(io)? {
        let mut parsed = Parsed::new(options.unescape);
        match record.and_then(|bytes| decode(&bytes)) {
            Err(flaw) => parsed.flaws.push(flaw),
            Ok(value) => {
                let node = Node::root(&value);
                if format == Format::Auto {
                    format = Format::of(&node).ok_or_else(|| {
                        unknown(format!(
                            "line {} has none of the fields `sentences`, `tokens`, `sentText`, \
                             `vertexSet`, `passages`, `_id` with `text`",
                            place.line
                        ))
                    })?;
                }
                let origin = Origin {
                    stem: &stem,
                    record: place.record,
                };
                let done = match format {
                    Format::Dygie => dygie::parse(&node, &origin, &mut parsed),
                    Format::Spert => spert::parse(&node, &origin, &mut parsed),
                    Format::Arnor => arnor::parse(&node, &origin, &mut parsed),
                    Format::Redocred => redocred::parse(&node, &origin, &mut parsed),
                    Format::Knowledgenet => knowledgenet::parse(&node, &origin, &mut parsed),
                    Format::Pspe | Format::Auto => pspe::parse(&node, &origin, &mut parsed),
                    Format::Re3d => {
                        let known = match &mut beside {
                            Some(known) => known,
                            none => none.insert(re3d::Annotations::beside(path, options)?),
                        };
                        re3d::parse(&node, known, &mut parsed)
                    }
                };
                if let Err(flaw) = done {
                    parsed.flaws.push(flaw);
                }
            }
        }
        sink(place, parsed)?;
    }
    // A file that never tells ARNOR from PSPE has no annotations, which both read alike.
    Ok(if format == Format::Auto {
        Format::Pspe
    } else {
        format
    })
}

/// A record as JSON.
pub(crate) fn decode(bytes: &[u8]) -> Result<Value, Flaw> {
    serde_json::from_str(utf8(bytes)?).map_err(|e| {
        let remedy = if e.is_eof() {
            "the record is cut off or spread over several lines; put it on one line"
        } else {
            "mend the JSON"
        };
        Flaw::new(Kind::Syntax, "", format!("{e} of the record; {remedy}"))
    })
}

fn first_byte(byte: u8) -> String {
    match byte {
        0x1F => "the file looks gzip-compressed; decompress it first".into(),
        b'P' => "the file starts with `P`, perhaps a zip archive; unpack it first".into(),
        _ => format!(
            "the file starts with `{}`, not with `{{` or `[`",
            byte.escape_ascii()
        ),
    }
}
