mod differences;
mod properties;

use super::*;

fn entity(start: usize, end: usize, label: &str) -> Entity {
    Entity {
        start,
        end,
        label: label.into(),
    }
}

fn relation(head: usize, tail: usize, label: &str) -> Relation {
    Relation {
        head,
        tail,
        label: label.into(),
    }
}

fn sentence(words: usize, entities: Vec<Entity>, relations: Vec<Relation>) -> Sentence {
    let words = (0..words).map(|i| format!("w{i}")).collect();
    Sentence {
        document: "d".into(),
        words,
        entities,
        relations,
        ..Sentence::default()
    }
}

/// Method §10.8.
fn golden() -> (Sentence, Prediction) {
    let (per, org) = (entity(0, 2, "PER"), entity(3, 5, "ORG"));
    let relations = vec![relation(0, 1, "ORG-AFF"), relation(1, 2, "GEN-AFF")];
    let gold = sentence(
        8,
        vec![per.clone(), org.clone(), entity(6, 7, "GPE")],
        relations.clone(),
    );
    let prediction = Prediction {
        spans: vec![(0, 2), (3, 5), (6, 7)],
        entities: vec![per, org, entity(6, 7, "LOC")],
        relations: [relations, vec![relation(2, 0, "PHYS")]].concat(),
    };
    (gold, prediction)
}

fn schema(symmetric: &[&str]) -> Schema {
    Schema::of(&[golden().0], symmetric)
}

fn counts(gold: usize, pred: usize, tp: usize) -> Counts {
    Counts { gold, pred, tp }
}

#[test]
fn golden_values_hold_under_every_protocol() {
    let (gold, prediction) = golden();
    let report = score(&[gold], &[prediction], &schema(&[])).unwrap();
    for protocol in Protocol::ALL {
        let s = report.get(protocol);
        assert_eq!(s.span, counts(3, 3, 3));
        assert_eq!(s.entity, counts(3, 3, 2));
        assert_eq!(s.relation, counts(2, 3, 2));
        assert_eq!(s.strict, counts(2, 3, 1));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(s.entity.f1(), 2.0 / 3.0);
        close(s.relation.precision(), 2.0 / 3.0);
        close(s.relation.f1(), 0.8);
        close(s.strict.recall(), 0.5);
        close(s.strict.f1(), 0.4);
        assert_eq!(s.by_type.entity["LOC"], counts(0, 1, 0));
        assert_eq!(s.by_type.relation["PHYS"], counts(0, 1, 0));
        assert_eq!(s.by_type.strict["GEN-AFF"], counts(1, 1, 0));
    }
}

#[test]
fn json_has_the_agreed_keys_and_reads_back() {
    let (gold, prediction) = golden();
    let report = score(&[gold], &[prediction], &schema(&[])).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let sorted = |mut v: Vec<String>| {
        v.sort();
        v
    };
    assert_eq!(sorted(keys(&json)), ["full", "reference", "symmetric"]);
    for protocol in ["full", "reference", "symmetric"] {
        let s = &json[protocol];
        assert_eq!(
            sorted(keys(s)),
            ["by_type", "entity", "relation", "span", "strict"]
        );
        assert_eq!(
            sorted(keys(&s["strict"])),
            ["f1", "gold", "p", "pred", "r", "tp"]
        );
        assert_eq!(
            sorted(keys(&s["by_type"])),
            ["entity", "relation", "strict"]
        );
        assert_eq!(s["by_type"]["relation"]["ORG-AFF"]["f1"], 1.0);
    }
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
}

#[test]
fn table_prints_percent_with_one_decimal() {
    let (gold, prediction) = golden();
    let text = score(&[gold], &[prediction], &schema(&[]))
        .unwrap()
        .to_string();
    let line = text
        .lines()
        .find(|l| l.trim_start().starts_with("entity"))
        .unwrap();
    let cells: Vec<_> = line.split_whitespace().collect();
    assert_eq!(cells, ["entity", "66.7", "66.7", "66.7", "3", "3", "2"]);
}

#[test]
fn swapped_arguments_count_only_for_symmetric_types() {
    let (gold, _) = golden();
    let mut prediction = Prediction::from(&gold);
    for r in &mut prediction.relations {
        (r.head, r.tail) = (r.tail, r.head);
    }
    let report = score(&[gold], &[prediction], &schema(&["GEN-AFF"])).unwrap();
    assert_eq!(report.full.relation, counts(2, 2, 0));
    assert_eq!(report.reference.strict, counts(2, 2, 0));
    assert_eq!(report.symmetric.relation, counts(2, 2, 1));
    assert_eq!(report.symmetric.by_type.strict["GEN-AFF"], counts(1, 1, 1));
}

#[test]
fn both_orders_of_a_symmetric_relation_are_one() {
    let (mut gold, _) = golden();
    gold.relations = vec![relation(0, 1, "GEN-AFF"), relation(1, 0, "GEN-AFF")];
    let prediction = Prediction {
        relations: vec![relation(1, 0, "GEN-AFF")],
        ..(&gold).into()
    };
    let report = score(&[gold], &[prediction], &schema(&["GEN-AFF"])).unwrap();
    assert_eq!(report.full.relation, counts(2, 1, 1));
    assert_eq!(report.reference.relation, counts(1, 1, 1));
    assert_eq!(report.symmetric.relation, counts(1, 1, 1));
}

#[test]
fn empty_input_scores_zero_without_dividing() {
    let nothing = score(&[], &[], &Schema::default()).unwrap();
    assert_eq!(nothing, Report::default());
    assert_eq!(nothing.full.entity.f1(), 0.0);
    let (gold, prediction) = golden();
    let missed = score(&[gold], &[Prediction::default()], &schema(&[])).unwrap();
    assert_eq!(missed.full.entity.recall(), 0.0);
    let blank = sentence(8, vec![], vec![]);
    let spurious = score(&[blank], &[prediction], &schema(&[])).unwrap();
    assert_eq!(spurious.full.relation, counts(0, 3, 0));
    assert_eq!(spurious.full.relation.f1(), 0.0);
}

#[test]
fn reference_view_follows_the_readers_rules() {
    let plain =
        |entities: Vec<Entity>, relations| reference_view(&sentence(6, entities, relations));
    let pair = || vec![entity(0, 1, "A"), entity(2, 4, "B")];
    assert!(
        plain(vec![entity(0, 3, "A"), entity(1, 2, "A")], vec![]).is_none(),
        "nested"
    );
    assert!(
        plain(vec![entity(0, 3, "A"), entity(2, 4, "A")], vec![]).is_none(),
        "crossing"
    );
    assert!(
        plain(vec![entity(0, 3, "A"), entity(0, 3, "B")], vec![]).is_none(),
        "two types"
    );
    assert!(plain(vec![entity(0, 9, "A")], vec![]).is_none(), "outside");
    assert!(plain(vec![entity(2, 2, "A")], vec![]).is_none(), "empty");
    assert!(
        reference_view(&sentence(401, vec![], vec![])).is_none(),
        "long"
    );
    assert!(
        reference_view(&sentence(400, vec![], vec![])).is_some(),
        "longest"
    );

    let repeated = plain([pair(), pair()].concat(), vec![relation(2, 3, "X")]).unwrap();
    assert_eq!(
        (repeated.entities, repeated.relations),
        (pair(), vec![relation(0, 1, "X")])
    );
    let own = plain(pair(), vec![relation(0, 0, "X"), relation(0, 7, "X")]).unwrap();
    assert_eq!(own.relations, []);
    let last = plain(pair(), vec![relation(0, 1, "X"), relation(1, 0, "Y")]).unwrap();
    assert_eq!(last.relations, [relation(1, 0, "Y")]);
}

#[test]
fn dropped_sentences_count_as_missed_only_in_full() {
    let gold = sentence(6, vec![entity(0, 3, "PER"), entity(1, 2, "ORG")], vec![]);
    let prediction = Prediction::from(&gold);
    let report = score(&[gold], &[prediction], &schema(&[])).unwrap();
    assert_eq!(report.full.entity, counts(2, 2, 2));
    assert_eq!(report.reference.entity, counts(0, 0, 0));
}

#[test]
fn ill_formed_input_is_an_error() {
    let (gold, prediction) = golden();
    let fails = |p: Prediction| score(std::slice::from_ref(&gold), &[p], &schema(&[])).is_err();
    assert!(fails(Prediction {
        relations: vec![relation(0, 9, "X")],
        ..prediction.clone()
    }));
    assert!(fails(Prediction {
        spans: vec![(3, 3)],
        ..prediction.clone()
    }));
    assert!(fails(Prediction {
        entities: vec![entity(7, 9, "X")],
        ..Prediction::default()
    }));
    assert!(score(&[gold], &[], &schema(&[])).is_err());
}
