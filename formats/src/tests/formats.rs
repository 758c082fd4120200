use spanlight_core::document::{Entity, Relation};

use super::*;

pub(super) fn entity(start: usize, end: usize, label: &str) -> Entity {
    Entity {
        start,
        end,
        label: label.into(),
    }
}

pub(super) fn relation(head: usize, tail: usize, label: &str) -> Relation {
    Relation {
        head,
        tail,
        label: label.into(),
    }
}

#[test]
fn formats_are_recognised_by_their_fields() {
    for (line, format) in ALL {
        assert_eq!(good(line).format, format);
        assert_eq!(parse(line, format).unwrap().sentences, good(line).sentences);
    }
    let plain = r#"{"sentText": "a b", "entityMentions": [], "relationMentions": []}"#;
    assert_eq!(good(&format!("{plain}\n{PSPE}")).format, Format::Pspe);
    assert_eq!(good(&format!("{plain}\n{ARNOR}")).format, Format::Arnor);
    assert_eq!(good(plain).sentences[0].document, "file");
    for name in [
        "auto",
        "DyGIE",
        "spert",
        "pspe",
        "arnor",
        "ReDocRED",
        "re3d",
        "KnowledgeNet",
    ] {
        assert_eq!(
            name.parse::<Format>().unwrap().to_string(),
            name.to_lowercase()
        );
    }
    assert!("brat".parse::<Format>().is_err());
}

#[test]
fn dygie_offsets_become_half_open_and_local() {
    let data = good(DYGIE);
    let [first, second] = &data.sentences[..] else {
        panic!()
    };
    assert_eq!(
        first.words,
        ["We", "use", "(", "deep", "networks", ")", "."]
    );
    assert_eq!(
        first.entities,
        [entity(3, 5, "Method"), entity(4, 5, "Generic")]
    );
    assert_eq!(
        second.entities,
        [entity(0, 1, "Generic"), entity(2, 3, "Method")]
    );
    assert_eq!(second.relations, [relation(1, 0, "COMPARE")]);
    assert_eq!((second.document.as_str(), second.index), ("d1", 1));
    assert_eq!(data.defects[0].kind, Kind::CrossSentence);
    assert_eq!(data.defects[0].field, "relations[0][0]");

    let raw = Options {
        unescape: false,
        ..Options::default()
    };
    let raw = read(source(DYGIE.as_bytes()), Format::Dygie, &raw).unwrap();
    assert_eq!(raw.sentences[0].words[2], "-LRB-");
}

#[test]
fn both_spert_variants_give_the_same_sentence() {
    let expected = good(SPERT).sentences;
    assert_eq!(
        expected[0].entities,
        [entity(0, 2, "Peop"), entity(3, 4, "Org")]
    );
    assert_eq!(expected[0].relations, [relation(0, 1, "Work_For")]);
    assert_eq!(expected[0].document, "12");
    assert_eq!(good(TAGS).sentences, expected);
    let array = format!("\u{feff}[\n {SPERT},\n{TAGS} ]\n");
    assert_eq!(
        good(&array).sentences,
        [expected.clone(), expected].concat()
    );
}

#[test]
fn pspe_survives_a_round_trip() {
    let data = good(PSPE);
    assert_eq!(data.sentences[0].entities.len(), 3);
    assert_eq!(
        data.sentences[0].relations,
        [relation(0, 1, "ORG-AFF"), relation(1, 2, "GEN-AFF")]
    );
    assert_eq!(
        (data.sentences[0].document.as_str(), data.sentences[0].index),
        ("demo_001", 7)
    );
    for (line, _) in ALL {
        let sentences = good(line).sentences;
        let text = write(&sentences).unwrap();
        assert_eq!(parse(&text, Format::Pspe).unwrap().sentences, sentences);
    }
}

#[test]
fn pspe_needs_no_texts_of_mentions() {
    let bare = [
        ("\"text\"", "\"x\""),
        ("\"em1Text\"", "\"y\""),
        ("\"em2Text\"", "\"z\""),
    ]
    .iter()
    .fold(PSPE.to_owned(), |line, (field, other)| {
        line.replace(field, other)
    });
    assert_eq!(good(&bare).sentences, good(PSPE).sentences);
    let wrong = PSPE
        .replace("\"text\"", "\"x\"")
        .replace("\"em2Text\": \"Lyon\"", "\"em2Text\": \"Nice\"");
    assert!(problem(&wrong, Kind::Text).contains("relationMentions[1].em2Text"));
}

#[test]
fn words_with_white_space_are_not_written() {
    let mut sentences = good(PSPE).sentences;
    sentences[0].words[1] = "a b".into();
    let error = write(&sentences).unwrap_err().to_string();
    assert!(
        error.contains("demo_001") && error.contains("`a b`"),
        "{error}"
    );
    sentences[0].words.clear();
    assert!(write(&sentences).is_err());
}

#[test]
fn arnor_mentions_are_found_by_their_words() {
    let data = good(ARNOR);
    let s = &data.sentences[0];
    assert_eq!(s.words.len(), 7);
    assert_eq!(
        s.entities,
        [entity(0, 2, "PERSON"), entity(3, 4, "LOCATION")]
    );
    assert_eq!(s.relations, [relation(0, 1, "/people/person/place_lived")]);
    assert_eq!(s.index, 3);
    assert_eq!(data.defects.len(), 1);
    assert_eq!(data.defects[0].kind, Kind::NotFound);
}

#[test]
fn empty_sentences_are_skipped_and_reported() {
    let line = r#"{"sentences": [[], ["a"]], "ner": [[], []], "relations": [[], []]}"#;
    let data = good(line);
    assert_eq!((data.sentences.len(), data.sentences[0].index), (1, 1));
    assert_eq!(data.sentences[0].document, "file-1");
    assert_eq!(data.defects[0].kind, Kind::Empty);
}
