//! re3d folders: three files, invented.

use tempfile::TempDir;

use super::formats::{entity, relation};
use super::fuzz::{Random, mutate};
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

fn folder(entities: &str, relations: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("documents.json", DOCUMENTS),
        ("entities.json", entities),
        ("relations.json", relations),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn three_files_become_sentences() {
    let folder = folder(ENTITIES, RELATIONS);
    let data = read(&folder.path().join("documents.json"), Format::Auto).unwrap();
    assert_eq!(data.format, Format::Re3d);
    assert_eq!(read(folder.path(), Format::Auto).unwrap(), data);
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
    let message = read(folder(&broken, RELATIONS).path(), Format::Auto)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("entities.json: line 3") && message.contains("`end`"),
        "{message}"
    );
    let outside = ENTITIES.replace(
        "\"end\": 29, \"type\": \"Location\"",
        "\"end\": 290, \"type\": \"Location\"",
    );
    let message = read(folder(&outside, RELATIONS).path(), Format::Auto)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("entities.json, line 4: characters [25, 290)"),
        "{message}"
    );
    let alone = folder(ENTITIES, RELATIONS);
    std::fs::remove_file(alone.path().join("relations.json")).unwrap();
    let error = read(alone.path(), Format::Auto).unwrap_err();
    assert!(error.to_string().contains("relations.json"), "{error}");
}

#[test]
fn damaged_files_never_panic() {
    let folder = folder(ENTITIES, RELATIONS);
    let (mut random, mut read_well) = (Random(5), 0);
    for (name, text) in [
        ("documents.json", DOCUMENTS),
        ("entities.json", ENTITIES),
        ("relations.json", RELATIONS),
    ] {
        let path = folder.path().join(name);
        for _ in 0..150 {
            std::fs::write(&path, mutate(text, &mut random)).unwrap();
            match read(folder.path(), Format::Re3d) {
                Ok(data) => {
                    read_well += 1;
                    data.sentences.iter().for_each(|s| s.validate().unwrap());
                }
                Err(error) => assert!(error.to_string().len() < 2000, "{error}"),
            }
        }
        std::fs::write(&path, text).unwrap();
    }
    assert!((20..430).contains(&read_well), "{read_well}");
}
