//! DocRED documents.

use super::formats::{entity, relation};
use super::*;

#[test]
fn relations_of_entities_join_the_nearest_mentions_of_a_sentence() {
    let data = good(REDOCRED);
    let [first, second] = &data.sentences[..] else {
        panic!()
    };
    // The blank word is gone and the offsets behind it moved.
    assert_eq!(first.words.len(), 9);
    assert_eq!(
        first.entities,
        [
            entity(0, 2, "Person"),
            entity(7, 8, "Person"),
            entity(3, 4, "Place"),
            entity(5, 6, "Place")
        ]
    );
    assert_eq!(
        first.relations,
        [
            relation(0, 2, "place of birth"),
            relation(2, 3, "country"),
            relation(0, 2, "residence")
        ]
    );
    // The evidence of the birthplace is the other sentence; the residence names no evidence.
    assert_eq!(second.relations, [relation(0, 1, "residence")]);
    assert_eq!((second.document.as_str(), second.index), ("Anna", 1));
    assert_eq!(data.defects.len(), 1);
    assert_eq!(data.defects[0].kind, Kind::CrossSentence);
    assert!(data.defects[0].problem.starts_with("1 of 4 "));
}

#[test]
fn mentions_that_share_a_word_are_not_joined() {
    let nested = REDOCRED.replace(
        r#""pos": [4, 5], "sent_id": 0"#,
        r#""pos": [0, 1], "sent_id": 0"#,
    );
    let first = &good(&nested).sentences[0];
    // The other mention of Anna is farther away, but not inside the name.
    assert_eq!(first.relations[0], relation(1, 2, "place of birth"));
}

#[test]
fn documents_without_labels_and_unknown_properties_can_be_read() {
    let unknown = good(&REDOCRED.replace("P551", "P999999"));
    assert_eq!(unknown.sentences[1].relations[0].label, "P999999");
    let (start, _) = REDOCRED.split_once(r#", "labels""#).unwrap();
    let data = good(&format!("{start}}}"));
    assert!(data.defects.is_empty() && data.sentences.iter().all(|s| s.relations.is_empty()));
}

#[test]
fn errors_name_the_field() {
    for (old, new, kind, field) in [
        (r#""h": 1"#, r#""h": 9"#, Kind::Argument, "labels[1].h"),
        ("[8, 9]", "[8, 11]", Kind::Span, "vertexSet[0][1].pos"),
        (
            r#""sent_id": 1, "type": "PER""#,
            r#""sent_id": 2, "type": "PER""#,
            Kind::Span,
            "vertexSet[0][2].sent_id",
        ),
        (r#""r": "P19", "#, "", Kind::Missing, "labels[0]"),
        (
            r#""TIME""#,
            r#""None""#,
            Kind::Label,
            "vertexSet[3][0].type",
        ),
    ] {
        assert!(REDOCRED.contains(old), "{old}");
        let message = problem(&REDOCRED.replace(old, new), kind);
        let field = format!("field `{field}`");
        let remedy = errors::remedy(&message, kind);
        assert_refusal(&message, "file.json: ", "line 1", &field, remedy);
    }
}
