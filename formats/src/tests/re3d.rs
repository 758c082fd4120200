//! re3d: three files, invented.

use spanlight_tests::random::Random;

use super::formats::{entity, relation};
use super::fuzz::mutate;
use super::*;

const DOCUMENTS: &str =
    r#"{"_id": "D", "title": "t", "text": "Mr. Müller leads Acme in Oslo. He left it."}"#;
const ENTITIES: &str = r#"{"documentId": "D", "begin": 0, "end": 10, "type": "Person", "confidence": 1}
{"documentId": "D", "begin": 17, "end": 21, "type": "Vehicle", "confidence": 0.2}
{"documentId": "D", "begin": 17, "end": 21, "type": "Organisation", "confidence": 0.9}
{"documentId": "D", "begin": 25, "end": 29, "type": "Location"}
{"documentId": "D", "begin": 26, "end": 29, "type": "Weapon"}
{"documentId": "D", "begin": 31, "end": 33, "type": "Person"}
"#;
const RELATIONS: &str = r#"{"documentId": "D", "sourceBegin": 0, "sourceEnd": 10, "targetBegin": 17, "targetEnd": 21, "type": "InChargeOf"}
{"documentId": "D", "sourceBegin": 31, "sourceEnd": 33, "targetBegin": 17, "targetEnd": 21, "type": "BelongsTo"}
"#;

fn folder<'a>(entities: &'a [u8], relations: &'a [u8]) -> Source<&'a [u8]> {
    Source::new("folder/documents.json", DOCUMENTS.as_bytes())
        .with_part("folder/relations.json", relations)
        .with_part("folder/entities.json", entities)
}

fn problem(entities: &str, relations: &str) -> String {
    let source = folder(entities.as_bytes(), relations.as_bytes());
    let error = read(source, Format::Auto, &Options::default()).unwrap_err();
    error.to_string()
}

#[test]
fn three_files_become_sentences() {
    let source = folder(ENTITIES.as_bytes(), RELATIONS.as_bytes());
    let data = read(source, Format::Auto, &Options::default()).unwrap();
    assert_eq!(data.format, Format::Re3d);
    let [first, second] = &data.sentences[..] else {
        panic!("{:?}", data.sentences)
    };
    assert_eq!(
        first.entities,
        [
            entity(0, 2, "Person"),
            entity(3, 4, "Organisation"),
            entity(3, 4, "Vehicle"),
            entity(5, 6, "Location")
        ]
    );
    assert_eq!(first.relations, [relation(0, 1, "InChargeOf")]);
    assert_eq!(second.entities, [entity(0, 1, "Person")]);
    let kinds: Vec<Kind> = data.defects.iter().map(|d| d.kind).collect();
    assert_eq!(kinds, [Kind::Unaligned, Kind::CrossSentence]);
    assert!(data.defects[0].problem.contains("entities.json, line 5"));
    assert!(data.defects[1].problem.contains("relations.json, line 2"));
}

#[test]
fn errors_name_the_file_beside() {
    let broken = ENTITIES.replace(
        "\"begin\": 17, \"end\": 21, \"type\": \"Organisation\"",
        "\"begin\": 17, \"type\": \"O\"",
    );
    let message = problem(&broken, RELATIONS);
    assert_refusal(
        &message,
        "entities.json: ",
        "line 3",
        "`end`",
        "add the offset",
    );
    let outside = ENTITIES.replace(
        "\"end\": 29, \"type\": \"Location\"",
        "\"end\": 290, \"type\": \"Location\"",
    );
    let message = problem(&outside, RELATIONS);
    assert_refusal(
        &message,
        "entities.json, ",
        "line 4",
        "[25, 290)",
        "mend the offsets",
    );
    let twice = format!("{DOCUMENTS}\n{DOCUMENTS}");
    let source = Source::new("documents.json", twice.as_bytes())
        .with_part("entities.json", ENTITIES.as_bytes())
        .with_part("relations.json", RELATIONS.as_bytes());
    let message = read(source, Format::Auto, &Options::default())
        .unwrap_err()
        .to_string();
    assert_refusal(
        &message,
        "documents.json",
        "line 2",
        "`_id`",
        "make the ids distinct",
    );
    let alone = Source::new("folder/documents.json", DOCUMENTS.as_bytes())
        .with_part("folder/entities.json", ENTITIES.as_bytes());
    let error = read(alone, Format::Auto, &Options::default()).unwrap_err();
    let message = error.to_string();
    assert_refusal(
        &message,
        "documents.json",
        "relations.json",
        "missing",
        "put it beside the file",
    );
}

#[test]
fn annotations_of_no_document_are_reported() {
    let entities = format!(
        "{ENTITIES}{{\"documentId\": \"X\", \"begin\": 0, \"end\": 1, \"type\": \"Person\"}}\n"
    );
    let source = folder(entities.as_bytes(), RELATIONS.as_bytes());
    let data = read(source, Format::Auto, &Options::default()).unwrap();
    let last = data.defects.last().unwrap();
    assert_eq!(last.kind, Kind::NotFound);
    let problem = "entities.json, line 7: the annotation is left out: no document has the id `X`";
    assert_eq!(last.problem, problem);
}

#[test]
fn damaged_files_never_panic() {
    let (mut random, mut read_well) = (Random(5), 0);
    for damaged in 0..3 {
        for _ in 0..150 {
            let mut files = [DOCUMENTS, ENTITIES, RELATIONS].map(|text| text.as_bytes().to_vec());
            files[damaged] = mutate([DOCUMENTS, ENTITIES, RELATIONS][damaged], &mut random);
            let [documents, entities, relations] = &files;
            let source = Source::new("folder/documents.json", &documents[..])
                .with_part("folder/entities.json", &entities[..])
                .with_part("folder/relations.json", &relations[..]);
            match read(source, Format::Re3d, &Options::default()) {
                Ok(data) => {
                    read_well += 1;
                    data.sentences.iter().for_each(|s| s.validate().unwrap());
                }
                Err(error) => assert!(error.to_string().len() < 2000, "{error}"),
            }
        }
    }
    assert!((20..430).contains(&read_well), "{read_well}");
}
