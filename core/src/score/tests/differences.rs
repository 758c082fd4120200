use super::*;

/// The differences of one sentence as (kind, gold, predicted); entities precede relations.
fn named(gold: Sentence, predicted: &Sentence) -> Vec<(Kind, Option<usize>, Option<usize>)> {
    let found = differences(&[gold], &[predicted.into()]).unwrap();
    found
        .into_iter()
        .flat_map(|s| s.errors)
        .map(|e| (e.kind, e.gold, e.predicted))
        .collect()
}

#[test]
fn entities_differ_in_type_border_or_altogether() {
    let gold = sentence(
        12,
        vec![
            entity(0, 2, "PER"),
            entity(3, 5, "ORG"),
            entity(6, 8, "GPE"),
            entity(9, 10, "PER"),
        ],
        vec![],
    );
    let predicted = sentence(
        12,
        vec![
            entity(11, 12, "ORG"),
            entity(7, 8, "GPE"),
            entity(3, 5, "GPE"),
            entity(0, 2, "PER"),
        ],
        vec![],
    );
    assert_eq!(
        named(gold, &predicted),
        [
            (Kind::Type, Some(1), Some(2)),
            (Kind::Border, Some(2), Some(1)),
            (Kind::Missed, Some(3), None),
            (Kind::Spurious, None, Some(0)),
        ]
    );
}

#[test]
fn an_overlapping_mention_of_the_same_type_is_the_nearer_one() {
    let gold = sentence(6, vec![entity(1, 5, "PER")], vec![]);
    let predicted = sentence(6, vec![entity(1, 3, "ORG"), entity(3, 6, "PER")], vec![]);
    assert_eq!(
        named(gold, &predicted),
        [
            (Kind::Border, Some(0), Some(1)),
            (Kind::Spurious, None, Some(0))
        ]
    );
}

/// Relations of one sentence with the same mentions on both sides.
fn related(
    gold: Vec<Relation>,
    predicted: Vec<Relation>,
) -> Vec<(Kind, Option<usize>, Option<usize>)> {
    let entities = || {
        vec![
            entity(0, 2, "PER"),
            entity(3, 5, "ORG"),
            entity(6, 7, "GPE"),
        ]
    };
    named(
        sentence(8, entities(), gold),
        &sentence(8, entities(), predicted),
    )
}

#[test]
fn relations_differ_in_type_direction_or_altogether() {
    let gold = vec![
        relation(0, 1, "ORG-AFF"),
        relation(1, 2, "GEN-AFF"),
        relation(0, 2, "PHYS"),
    ];
    assert_eq!(related(gold.clone(), gold.clone()), []);
    let predicted = vec![relation(1, 0, "ORG-AFF"), relation(1, 2, "PHYS")];
    assert_eq!(
        related(gold, predicted),
        [
            (Kind::Direction, Some(0), Some(0)),
            (Kind::Type, Some(1), Some(1)),
            (Kind::Missed, Some(2), None)
        ]
    );
    assert_eq!(
        related(vec![], vec![relation(0, 1, "PHYS")]),
        [(Kind::Spurious, None, Some(0))]
    );
}

#[test]
fn a_relation_between_mentions_of_another_type_is_wrong_by_its_arguments() {
    let (gold, prediction) = golden();
    let found = differences(&[gold], &[prediction]).unwrap();
    let kinds: Vec<_> = found[0]
        .errors
        .iter()
        .map(|e| (e.subject, e.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (Subject::Entity, Kind::Type),
            (Subject::Relation, Kind::Arguments),
            (Subject::Relation, Kind::Spurious)
        ]
    );
}

#[test]
fn a_relation_between_overlapping_mentions_is_wrong_by_a_border() {
    let mentions = |end| vec![entity(0, end, "PER"), entity(4, 6, "ORG")];
    let gold = sentence(8, mentions(2), vec![relation(0, 1, "PHYS")]);
    let predicted = sentence(8, mentions(3), vec![relation(0, 1, "PHYS")]);
    assert_eq!(
        named(gold, &predicted),
        [
            (Kind::Border, Some(0), Some(0)),
            (Kind::Border, Some(0), Some(0))
        ]
    );
}

#[test]
fn sentences_without_a_difference_are_left_out() {
    let (gold, prediction) = golden();
    let right = Prediction::from(&gold);
    let found = differences(
        &[gold.clone(), gold.clone(), gold.clone()],
        &[right.clone(), prediction, right],
    )
    .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sentence, 1);
    assert!(differences(&[gold], &[]).is_err());
}

#[test]
fn differences_are_plain_json() {
    let (gold, prediction) = golden();
    let found = differences(&[gold], &[prediction]).unwrap();
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(
        json[0]["errors"][0],
        serde_json::json!({"what": "entity", "kind": "type", "gold": 2, "predicted": 2})
    );
}
