//! Tests of the readers, on invented lines and, where they are present, on the real data sets.

mod checks;
mod errors;
mod foreign;
mod formats;
mod fuzz;
mod hostile;
mod knowledgenet;
mod published;
mod re3d;
mod records;
mod redocred;
mod share;

use spanlight_core::{document::Sentence, schema::Schema};
use spanlight_tests::refusal::assert_refusal;

use crate::*;

/// A DyGIE document of two sentences with a cross-sentence relation and a nested mention.
const DYGIE: &str = r#"{"doc_key": "d1", "clusters": [], "sentences": [["We", "use", "-LRB-", "deep", "networks", "-RRB-", "."], ["They", "beat", "trees", "."]], "ner": [[[3, 4, "Method"], [4, 4, "Generic"]], [[7, 7, "Generic"], [9, 9, "Method"]]], "relations": [[[3, 4, 9, 9, "COMPARE"]], [[9, 9, 7, 7, "COMPARE"]]]}"#;
const SPERT: &str = r#"{"tokens": ["Marie", "Dupont", "leads", "Acme"], "entities": [{"type": "Peop", "start": 0, "end": 2}, {"type": "Org", "start": 3, "end": 4}], "relations": [{"type": "Work_For", "head": 0, "tail": 1}], "orig_id": 12}"#;
const TAGS: &str = r#"{"tokens": ["Marie", "Dupont", "leads", "Acme"], "tags": ["B-Peop", "L-Peop", "O", "U-Org"], "relations": [{"type": "Work_For", "head": 0, "tail": 1}], "orig_id": "12"}"#;
/// Method §2.1.
const PSPE: &str = r#"{"sentId": 7, "articleId": "demo_001", "sentText": "Marie Dupont leads Acme Robotics in Lyon .", "entityMentions": [{"emId": "E1", "text": "Marie Dupont", "offset": [0, 2], "label": "PER"}, {"emId": "E2", "text": "Acme Robotics", "offset": [3, 5], "label": "ORG"}, {"emId": "E3", "text": "Lyon", "offset": [6, 7], "label": "GPE"}], "relationMentions": [{"em1Id": "E1", "em1Text": "Marie Dupont", "em2Id": "E2", "em2Text": "Acme Robotics", "label": "ORG-AFF"}, {"em1Id": "E2", "em1Text": "Acme Robotics", "em2Id": "E3", "em2Text": "Lyon", "label": "GEN-AFF"}], "wordpieceSegmentIds": [0]}"#;
const ARNOR: &str = r#"{"sentText": "Marie Dupont of Lyon met Marie  .\r\n", "articleId": "a", "sentId": "3", "entityMentions": [{"text": "Marie Dupont", "label": "PERSON"}, {"text": "Lyon", "label": "LOCATION"}, {"text": "Lyon", "label": "LOCATION"}, {"text": "Mari", "label": "PERSON"}], "relationMentions": [{"em1Text": "Marie Dupont", "em2Text": "Lyon", "label": "/people/person/place_lived", "is_noise": false}, {"em1Text": "Lyon", "em2Text": "Marie Dupont", "label": "None"}, {"em1Text": "Lyon", "em2Text": "Marie Dupont", "label": "/x", "is_noise": true}, {"em1Text": "Mari", "em2Text": "Lyon", "label": "/x"}]}"#;

/// Two sentences; the first names Anna twice and holds a no-break space as a word.
const REDOCRED: &str = r#"{"title": "Anna", "sents": [["Anna", "\u00a0", "Berg", "of", "Oslo", ",", "Norway", ":", "Anna", "."], ["Oslo", "likes", "Anna", "in", "1990", "."]], "vertexSet": [[{"pos": [0, 3], "sent_id": 0, "type": "PER", "name": "Anna Berg"}, {"pos": [8, 9], "sent_id": 0, "type": "PER", "name": "Anna"}, {"pos": [2, 3], "sent_id": 1, "type": "PER", "name": "Anna"}], [{"pos": [4, 5], "sent_id": 0, "type": "LOC", "name": "Oslo"}, {"pos": [0, 1], "sent_id": 1, "type": "LOC", "name": "Oslo"}], [{"pos": [6, 7], "sent_id": 0, "type": "LOC", "name": "Norway"}], [{"pos": [4, 5], "sent_id": 1, "type": "TIME", "name": "1990"}]], "labels": [{"h": 0, "t": 1, "r": "P19", "evidence": [0]}, {"h": 1, "t": 2, "r": "P17", "evidence": []}, {"h": 0, "t": 1, "r": "P551", "evidence": []}, {"h": 2, "t": 3, "r": "P571", "evidence": []}]}"#;
const KNOWLEDGENET: &str = r#"{"documentId": "7", "passageStart": 10, "passageEnd": 79, "passageText": "Zoë Lind founded Acme, Inc. in Oslo. She was born in 1970 in Bergen.", "properties": ["FOUNDED_BY"], "facts": [{"property": "FOUNDED_BY", "subjectStart": 27, "subjectEnd": 36, "objectStart": 10, "objectEnd": 18, "subject": "Acme, Inc", "object": "Zoë Lind"}, {"property": "DATE_OF_BIRTH", "subjectStart": 47, "subjectEnd": 50, "objectStart": 63, "objectEnd": 67, "subject": "She", "object": "1970"}, {"property": "PLACE_OF_BIRTH", "subjectStart": 10, "subjectEnd": 18, "objectStart": 71, "objectEnd": 77, "subject": "Zoë Lind", "object": "Bergen"}]}"#;

const ALL: [(&str, Format); 7] = [
    (DYGIE, Format::Dygie),
    (SPERT, Format::Spert),
    (TAGS, Format::Spert),
    (PSPE, Format::Pspe),
    (ARNOR, Format::Arnor),
    (REDOCRED, Format::Redocred),
    (KNOWLEDGENET, Format::Knowledgenet),
];

const NAME: &str = "folder/file.json";

fn source(bytes: &[u8]) -> Source<&[u8]> {
    Source::new(NAME, bytes)
}

fn parse(text: &str, format: Format) -> Result<Dataset, Error> {
    read(source(text.as_bytes()), format, &Options::default())
}

fn good(text: &str) -> Dataset {
    parse(text, Format::Auto).unwrap()
}

/// Message of the defect that stops a reader.
fn problem(text: &str, kind: Kind) -> String {
    let error = parse(text, Format::Auto).unwrap_err();
    let Error::IllFormed { defect, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(defect.kind, kind, "{error}");
    error.to_string()
}
