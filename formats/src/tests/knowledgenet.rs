//! KnowledgeNet passages.

use super::formats::{entity, relation};
use super::*;

#[test]
fn characters_become_words_and_facts_relations() {
    let data = good(KNOWLEDGENET);
    let [first, second] = &data.sentences[..] else {
        panic!("{:?}", data.sentences)
    };
    let words = |start, end| first.words[start..end].join(" ");
    let [acme, zoe] = &first.entities[..] else {
        panic!("{:?}", first.entities)
    };
    // The full stop of the abbreviation belongs to the word.
    assert_eq!(words(acme.start, acme.end), "Acme , Inc.");
    assert_eq!(words(zoe.start, zoe.end), "Zoë Lind");
    assert_eq!(
        (acme.label.as_str(), zoe.label.as_str()),
        ("Organisation", "Person")
    );
    assert_eq!(first.relations, [relation(0, 1, "founded by")]);
    assert_eq!(
        second.entities,
        [
            entity(0, 1, "Person"),
            entity(4, 5, "Time"),
            entity(6, 7, "Place")
        ]
    );
    assert_eq!(second.relations, [relation(0, 1, "date of birth")]);
    assert_eq!(
        (first.document.as_str(), first.index, second.index),
        ("7", 10, 11)
    );
    assert_eq!(data.defects[0].kind, Kind::CrossSentence);
    assert_eq!(data.defects[0].field, "facts[2]");
}

#[test]
fn documents_and_single_passages_give_the_same_sentences() {
    let mut passage: serde_json::Value = serde_json::from_str(KNOWLEDGENET).unwrap();
    let numbers = [
        ("FOUNDED_BY", 2),
        ("DATE_OF_BIRTH", 15),
        ("PLACE_OF_BIRTH", 12),
    ];
    passage["exhaustivelyAnnotatedProperties"] = numbers
        .iter()
        .map(|(name, id)| serde_json::json!({"propertyId": id.to_string(), "propertyName": name}))
        .collect();
    for fact in passage["facts"].as_array_mut().unwrap() {
        let fact = fact.as_object_mut().unwrap();
        let name = fact.remove("property").unwrap();
        let number = numbers.iter().find(|(n, _)| *n == name).unwrap().1;
        fact.insert("propertyId".into(), number.to_string().into());
        for role in ["subject", "object"] {
            let text = fact.remove(role).unwrap();
            fact.insert(format!("{role}Text"), text);
        }
    }
    let document = serde_json::json!({"documentId": "7", "passages": [passage]}).to_string();
    let data = good(&document);
    assert_eq!(data.format, Format::Knowledgenet);
    assert_eq!(data.sentences, good(KNOWLEDGENET).sentences);
}

#[test]
fn errors_name_the_field() {
    for (old, new, kind, field) in [
        (
            r#""subject": "She""#,
            r#""subject": "He""#,
            Kind::Text,
            "facts[1].subject",
        ),
        (
            r#""subjectStart": 47"#,
            r#""subjectStart": 4"#,
            Kind::Span,
            "facts[1].subjectStart",
        ),
        (
            r#""objectEnd": 77"#,
            r#""objectEnd": 777"#,
            Kind::Span,
            "facts[2].subjectStart",
        ),
        (
            r#""property": "DATE_OF_BIRTH""#,
            r#""property": "BORN""#,
            Kind::Label,
            "facts[1]",
        ),
        (r#""passageStart": 10, "#, "", Kind::Missing, ""),
    ] {
        assert!(KNOWLEDGENET.contains(old), "{old}");
        let text = KNOWLEDGENET.replace(old, new);
        if field == "facts[2].subjectStart" {
            let message = parse(&text, Format::Auto).unwrap_err().to_string();
            assert!(message.contains("facts[2].objectStart"), "{message}");
            continue;
        }
        let message = problem(&text, kind);
        let field = match field {
            "" => "field `passageStart`".into(),
            field => format!("field `{field}`"),
        };
        let remedy = errors::remedy(&message, kind);
        assert_refusal(&message, "file.json: ", "line 1", &field, remedy);
    }
}

#[test]
fn mentions_that_cut_words_are_left_out() {
    let text = KNOWLEDGENET
        .replace(r#""objectEnd": 67"#, r#""objectEnd": 65"#)
        .replace(r#""object": "1970""#, r#""object": "19""#);
    let data = good(&text);
    assert!(data.sentences[1].relations.is_empty());
    assert_eq!(data.defects[0].kind, Kind::Unaligned);
}
