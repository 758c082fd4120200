use super::*;

fn checked(text: &str, schema: Option<&Schema>) -> Check {
    let source = source(text.as_bytes());
    check(source, Format::Auto, &Options::default(), schema).unwrap()
}

#[test]
fn every_defect_is_listed_with_its_line() {
    let bad = PSPE.replace("[3, 5]", "[3, 9]").replace("[6, 7]", "[9, 9]");
    let found = checked(&format!("{PSPE}\n{bad}\n{{\n{PSPE}"), None);
    assert!(!found.usable);
    assert_eq!(found.by_kind, [(Kind::Syntax, 1), (Kind::Span, 2)].into());
    let lines: Vec<_> = found.defects.iter().map(|d| d.line).collect();
    assert_eq!(lines, [2, 2, 3]);
    assert_eq!(found.statistics.sentences, 3);
    assert_eq!(found.statistics.entities, 7);
}

#[test]
fn labels_outside_the_schema_are_defects() {
    let schema = Schema::of(&good(PSPE).sentences, &[]);
    assert!(checked(PSPE, Some(&schema)).usable);
    let other = checked(
        &PSPE.replace("GPE", "LOC").replace("GEN-AFF", "PHYS"),
        Some(&schema),
    );
    assert_eq!(other.by_kind, [(Kind::Label, 2)].into());
    assert!(other.defects[0].problem.contains("`LOC`"));
}

#[test]
fn statistics_count_overlaps_and_repetitions() {
    let line = r#"{"tokens": ["a", "b", "c"], "entities": [{"type": "X", "start": 0, "end": 2}, {"type": "X", "start": 0, "end": 2}, {"type": "Y", "start": 1, "end": 2}, {"type": "Y", "start": 2, "end": 3}], "relations": [{"type": "R", "head": 0, "tail": 3}, {"type": "R", "head": 1, "tail": 3}, {"type": "R", "head": 3, "tail": 0}, {"type": "S", "head": 2, "tail": 2}]}"#;
    let s = checked(line, None).statistics;
    assert_eq!(
        (s.overlaps, s.overlapping_sentences, s.duplicate_entities),
        (1, 1, 1)
    );
    assert_eq!(
        (s.self_relations, s.duplicate_relations, s.multi_label_pairs),
        (1, 1, 1)
    );
    assert_eq!(
        (
            s.reference_sentences,
            s.entity_types["X"],
            s.relation_types["R"]
        ),
        (0, 2, 3)
    );
}

#[test]
fn reports_print_and_serialise() {
    let found = checked(&format!("{DYGIE}\n").repeat(30), None);
    assert!(found.usable);
    let text = found.to_string();
    assert_eq!(
        text.matches("an argument lies in another sentence").count(),
        20
    );
    assert!(
        text.contains("30 (left out, not all shown)") && text.contains("usable"),
        "{text}"
    );
    assert!(
        text.contains("folder/file.json: line 1, field `relations[0][0]`"),
        "{text}"
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["by_kind"]["cross_sentence"], 30);
    assert_eq!(json["defects"].as_array().unwrap().len(), 30);
    assert_eq!(json["statistics"]["unescaped"], 60);
    assert_eq!(json["statistics"]["documents"], 1);
}

#[test]
fn training_keeps_the_longest_of_overlapping_mentions_on_request() {
    let sentences = good(DYGIE).sentences;
    let (strict, dropped) = trainable(&sentences, Overlap::Drop);
    assert_eq!(
        (strict.len(), dropped.sentences, dropped.entities),
        (1, 1, 2)
    );
    let (kept, dropped) = trainable(&sentences, Overlap::Longest);
    assert_eq!((kept.len(), dropped.sentences, dropped.entities), (2, 0, 1));
    assert_eq!(kept[0].entities[0].label, "Method");
    assert_eq!(kept[1], sentences[1]);
}
