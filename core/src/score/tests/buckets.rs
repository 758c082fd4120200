//! Every sentence is counted in exactly one bucket.

use super::*;

/// A sentence of `words` words whose first `entities` are mentions; every mention is related to
/// the next one.
fn chain(words: usize, entities: usize) -> Sentence {
    let mentions = (0..entities).map(|i| entity(i, i + 1, "PER")).collect();
    let relations = (1..entities).map(|i| relation(i - 1, i, "X")).collect();
    sentence(words, mentions, relations)
}

#[test]
fn every_size_belongs_to_one_bucket() {
    for size in [Size::Entities, Size::Words] {
        for n in 1..200 {
            let holding = size.buckets().iter().filter(|b| b.holds(n)).count();
            assert_eq!(holding, 1, "{size:?} {n}");
        }
    }
    assert!(Size::Entities.buckets()[0].holds(0));
    let names = |size: Size| size.buckets().map(|b| b.name());
    assert_eq!(names(Size::Entities), ["≤2", "3-4", "5-6", "7-8", "≥9"]);
    assert_eq!(
        names(Size::Words),
        ["1-10", "11-20", "21-30", "31-50", "≥51"]
    );
}

#[test]
fn counts_go_where_the_gold_sentence_belongs() {
    let gold = [chain(10, 0), chain(11, 3), chain(51, 9), chain(30, 4)];
    let mut predictions: Vec<Prediction> = gold.iter().map(Prediction::from).collect();
    // A spurious prediction does not change the bucket of the first sentence.
    predictions[0].entities = vec![entity(0, 1, "PER")];
    predictions[3] = Prediction::default();
    let schema = Schema::of(&gold, &[]);
    let rows = |size| score_buckets(&gold, &predictions, &schema, Protocol::Full, size).unwrap();

    let by_entities = rows(Size::Entities);
    let sentences: Vec<usize> = by_entities.iter().map(|r| r.sentences).collect();
    assert_eq!(sentences, [1, 2, 0, 0, 1]);
    assert_eq!(by_entities[0].scores.entity, counts(0, 1, 0));
    assert_eq!(by_entities[1].scores.entity, counts(7, 3, 3));
    assert_eq!(by_entities[1].scores.strict, counts(5, 2, 2));
    assert_eq!(by_entities[4].scores.strict, counts(8, 8, 8));

    let by_words = rows(Size::Words);
    let entities: Vec<usize> = by_words.iter().map(|r| r.scores.entity.gold).collect();
    assert_eq!(entities, [0, 3, 4, 0, 9]);
}

#[test]
fn buckets_add_up_to_the_whole_under_every_protocol() {
    let nested = sentence(
        12,
        vec![
            entity(0, 3, "PER"),
            entity(1, 2, "PER"),
            entity(5, 6, "PER"),
        ],
        vec![relation(0, 2, "X")],
    );
    let gold = [chain(10, 2), chain(20, 5), nested, chain(40, 7)];
    let predictions: Vec<Prediction> = gold.iter().map(Prediction::from).collect();
    let schema = Schema::of(&gold, &["X"]);
    for protocol in Protocol::ALL {
        let whole = score_under(&gold, &predictions, &schema, protocol).unwrap();
        for size in [Size::Entities, Size::Words] {
            let rows = score_buckets(&gold, &predictions, &schema, protocol, size).unwrap();
            let mut sum = Scores::default();
            for row in &rows {
                sum.span += row.scores.span;
                sum.entity += row.scores.entity;
                sum.relation += row.scores.relation;
                sum.strict += row.scores.strict;
            }
            let sentences: usize = rows.iter().map(|r| r.sentences).sum();
            let dropped = usize::from(protocol == Protocol::Reference);
            assert_eq!(sentences, gold.len() - dropped);
            sum.by_type = whole.by_type.clone();
            assert_eq!(sum, whole, "{protocol:?} {size:?}");
        }
    }
}

#[test]
fn a_row_survives_json() {
    let gold = [chain(10, 2)];
    let predictions = gold.each_ref().map(Prediction::from);
    let schema = Schema::of(&gold, &[]);
    let rows = score_buckets(&gold, &predictions, &schema, Protocol::Full, Size::Entities).unwrap();
    let json = serde_json::to_value(&rows).unwrap();
    assert_eq!(json[0]["from"], 0);
    assert_eq!(json[0]["strict"]["f1"], 1.0);
    assert!(json[0].get("by_type").is_none() && json[4]["to"].is_null());
    assert_eq!(
        serde_json::from_value::<Vec<BucketScores>>(json).unwrap(),
        rows
    );
}
