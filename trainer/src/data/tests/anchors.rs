//! Published sizes of the real data sets; skipped where they are absent.

use spanlight_core::score::{Prediction, score};

use super::*;

fn load(file: &str) -> Option<Vec<Sentence>> {
    let data = read(&shared(file)?, Format::Auto).unwrap();
    assert_eq!(data.defects, []);
    Some(data.sentences)
}

/// Documents, sentences, words, entities, relations.
fn sizes(file: &str) -> Option<[usize; 5]> {
    let found = check(&shared(file)?, Format::Auto, &Options::default(), None).unwrap();
    assert!(found.usable && found.defects.is_empty(), "{found}");
    let s = found.statistics;
    Some([s.documents, s.sentences, s.words, s.entities, s.relations])
}

#[test]
fn scierc_has_its_published_sizes() {
    for (split, expected) in [
        ("train", [350, 1861, 45412, 5598, 3219]),
        ("dev", [50, 275, 6521, 811, 455]),
        ("test", [100, 551, 13401, 1685, 974]),
    ] {
        if let Some(sizes) = sizes(&format!("scierc/{split}.json")) {
            assert_eq!(sizes, expected, "{split}");
        }
    }
}

#[test]
fn conll04_has_its_published_sizes() {
    for (split, expected) in [
        ("train", [922, 26525, 3377, 1283]),
        ("dev", [231, 6993, 893, 343]),
        ("test", [288, 8336, 1079, 422]),
    ] {
        if let Some([_, sizes @ ..]) = sizes(&format!("conll04/conll04_{split}.json")) {
            assert_eq!(sizes, expected, "{split}");
        }
    }
}

#[test]
fn scierc_anomalies_are_the_known_ones() {
    for (split, overlaps, duplicates) in [("train", 61, 4), ("dev", 7, 0), ("test", 20, 0)] {
        let Some(path) = shared(&format!("scierc/{split}.json")) else {
            return;
        };
        let s = check(&path, Format::Auto, &Options::default(), None)
            .unwrap()
            .statistics;
        assert_eq!(
            (s.overlaps, s.duplicate_relations),
            (overlaps, duplicates),
            "{split}"
        );
        assert_eq!(
            (s.duplicate_entities, s.multi_label_pairs),
            (0, 0),
            "{split}"
        );
    }
}

#[test]
fn reference_reader_keeps_the_known_part_of_scierc() {
    for (split, kept) in [("train", 1810), ("dev", 268), ("test", 534)] {
        let Some(sentences) = load(&format!("scierc/{split}.json")) else {
            return;
        };
        let (view, dropped) = trainable(&sentences, Overlap::Drop);
        assert_eq!(
            (view.len(), dropped.sentences),
            (kept, sentences.len() - kept),
            "{split}"
        );
        assert_eq!(
            trainable(&sentences, Overlap::Longest).0.len(),
            sentences.len()
        );
    }
}

#[test]
fn perfect_predictions_score_one_on_scierc() {
    let Some(gold) = load("scierc/test.json") else {
        return;
    };
    let predictions: Vec<Prediction> = gold.iter().map(Prediction::from).collect();
    let schema = Schema::of(&gold, &["COMPARE", "CONJUNCTION"]);
    let report = score(&gold, &predictions, &schema).unwrap();
    assert_eq!(
        (report.full.entity.gold, report.full.strict.gold),
        (1685, 974)
    );
    assert_eq!(
        (report.reference.entity.gold, report.reference.relation.gold),
        (1617, 946)
    );
    for s in [&report.full, &report.reference, &report.symmetric] {
        for c in [s.span, s.entity, s.relation, s.strict] {
            assert_eq!((c.precision(), c.recall(), c.f1()), (1.0, 1.0, 1.0));
        }
    }
}

#[test]
fn scierc_survives_a_round_trip() {
    for split in ["train", "dev", "test"] {
        let Some(sentences) = load(&format!("scierc/{split}.json")) else {
            return;
        };
        let mut file = Vec::new();
        write(&mut file, name(), &sentences).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert_eq!(good(&text).sentences, sentences);
    }
}
