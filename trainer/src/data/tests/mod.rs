//! Tests of the readers, on invented lines and, where they are present, on the real data sets.

mod anchors;
mod checks;
mod errors;
mod formats;
mod fuzz;
mod records;

use std::path::{Path, PathBuf};

use super::*;

/// A DyGIE document of two sentences with a cross-sentence relation and a nested mention.
const DYGIE: &str = r#"{"doc_key": "d1", "clusters": [], "sentences": [["We", "use", "-LRB-", "deep", "networks", "-RRB-", "."], ["They", "beat", "trees", "."]], "ner": [[[3, 4, "Method"], [4, 4, "Generic"]], [[7, 7, "Generic"], [9, 9, "Method"]]], "relations": [[[3, 4, 9, 9, "COMPARE"]], [[9, 9, 7, 7, "COMPARE"]]]}"#;
const SPERT: &str = r#"{"tokens": ["Marie", "Dupont", "leads", "Acme"], "entities": [{"type": "Peop", "start": 0, "end": 2}, {"type": "Org", "start": 3, "end": 4}], "relations": [{"type": "Work_For", "head": 0, "tail": 1}], "orig_id": 12}"#;
const TAGS: &str = r#"{"tokens": ["Marie", "Dupont", "leads", "Acme"], "tags": ["B-Peop", "L-Peop", "O", "U-Org"], "relations": [{"type": "Work_For", "head": 0, "tail": 1}], "orig_id": "12"}"#;
/// Method §2.1.
const PSPE: &str = r#"{"sentId": 7, "articleId": "demo_001", "sentText": "Marie Dupont leads Acme Robotics in Lyon .", "entityMentions": [{"emId": "E1", "text": "Marie Dupont", "offset": [0, 2], "label": "PER"}, {"emId": "E2", "text": "Acme Robotics", "offset": [3, 5], "label": "ORG"}, {"emId": "E3", "text": "Lyon", "offset": [6, 7], "label": "GPE"}], "relationMentions": [{"em1Id": "E1", "em1Text": "Marie Dupont", "em2Id": "E2", "em2Text": "Acme Robotics", "label": "ORG-AFF"}, {"em1Id": "E2", "em1Text": "Acme Robotics", "em2Id": "E3", "em2Text": "Lyon", "label": "GEN-AFF"}], "wordpieceSegmentIds": [0]}"#;
const ARNOR: &str = r#"{"sentText": "Marie Dupont of Lyon met Marie  .\r\n", "articleId": "a", "sentId": "3", "entityMentions": [{"text": "Marie Dupont", "label": "PERSON"}, {"text": "Lyon", "label": "LOCATION"}, {"text": "Lyon", "label": "LOCATION"}, {"text": "Mari", "label": "PERSON"}], "relationMentions": [{"em1Text": "Marie Dupont", "em2Text": "Lyon", "label": "/people/person/place_lived", "is_noise": false}, {"em1Text": "Lyon", "em2Text": "Marie Dupont", "label": "None"}, {"em1Text": "Lyon", "em2Text": "Marie Dupont", "label": "/x", "is_noise": true}, {"em1Text": "Mari", "em2Text": "Lyon", "label": "/x"}]}"#;

const ALL: [(&str, Format); 5] = [
    (DYGIE, Format::Dygie),
    (SPERT, Format::Spert),
    (TAGS, Format::Spert),
    (PSPE, Format::Pspe),
    (ARNOR, Format::Arnor),
];

fn name() -> &'static Path {
    Path::new("folder/file.json")
}

fn parse(text: &str, format: Format) -> Result<Dataset, DataError> {
    read_from(text.as_bytes(), name(), format, &Options::default())
}

fn good(text: &str) -> Dataset {
    parse(text, Format::Auto).unwrap()
}

/// Message of the defect that stops a reader.
fn problem(text: &str, kind: Kind) -> String {
    let error = parse(text, Format::Auto).unwrap_err();
    let DataError::IllFormed { defect, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(defect.kind, kind, "{error}");
    error.to_string()
}

/// `shared/data`, from the environment or an ancestor of this crate; prints why a test is skipped.
pub(crate) fn shared(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPANLIGHT_SHARED")
        .map(PathBuf::from)
        .or_else(|| {
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            here.ancestors()
                .map(|a| a.join("shared"))
                .find(|s| s.join("data").is_dir())
        });
    let file = root
        .map(|root| root.join("data").join(file))
        .filter(|f| f.is_file());
    if file.is_none() {
        eprintln!("skipped: no such data; set SPANLIGHT_SHARED to the folder that holds `data`");
    }
    file
}
