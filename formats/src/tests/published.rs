//! Published sizes of the real data sets; skipped where they are absent.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use spanlight_core::score::{Prediction, score};

use super::*;

/// A file of the shared data; `None` (with a message) if it is missing.
pub(super) fn shared(file: &str) -> Option<PathBuf> {
    spanlight_tests::shared(&format!("data/{file}"))
}

fn open(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).unwrap())
}

/// A file and, for re3d, the files beside it.
fn file(path: &Path) -> Source<BufReader<File>> {
    let source = Source::new(path.display().to_string(), open(path));
    let beside = crate::re3d::PARTS.map(|name| path.with_file_name(name));
    beside
        .iter()
        .filter(|part| part.is_file())
        .fold(source, |source, part| {
            source.with_part(part.display().to_string(), open(part))
        })
}

fn read_file(path: &Path) -> Dataset {
    read(file(path), Format::Auto, &Options::default()).unwrap()
}

fn check_file(path: &Path) -> Check {
    check(file(path), Format::Auto, &Options::default(), None).unwrap()
}

fn load(file: &str) -> Option<Vec<Sentence>> {
    let data = read_file(&shared(file)?);
    assert_eq!(data.defects, []);
    Some(data.sentences)
}

/// Documents, sentences, words, entities, relations.
fn sizes(file: &str) -> Option<[usize; 5]> {
    let found = check_file(&shared(file)?);
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
        let s = check_file(&path).statistics;
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
        let text = write(&sentences).unwrap();
        assert_eq!(good(&text).sentences, sentences);
    }
}

#[test]
fn re_docred_holds_nearly_half_of_its_relations_in_one_sentence() {
    for (file, documents, mentions, triples, left_out) in [
        ("dev_revised", 500, 13189, 17284, 9372),
        ("test_revised_first250", 250, 6509, 8728, 4774),
    ] {
        let Some(path) = shared(&format!("re_docred/{file}.json")) else {
            return;
        };
        let data = read_file(&path);
        assert_eq!(data.format, Format::Redocred);
        let statistics = check_file(&path).statistics;
        let counts = data.defects.iter().map(|d| {
            let mut numbers = d.problem.split(' ').filter_map(|w| w.parse::<usize>().ok());
            (numbers.next().unwrap(), numbers.next().unwrap())
        });
        let (out, all) = counts.fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
        eprintln!("{file}: {out} of {all} left out\n{statistics}");
        assert_eq!(statistics.documents, documents);
        assert_eq!((statistics.entities, out), (mentions, left_out));
        // Documents that lose nothing are not among the defects.
        assert!(all <= triples && triples - out <= statistics.relations);
    }
}

#[test]
fn knowledgenet_has_its_published_facts() {
    let Some(path) = shared("knowledgenet/knowledgenet_train_from_html.jsonl") else {
        return;
    };
    let found = check_file(&path);
    assert!(found.usable, "{found}");
    eprintln!("{} {:?}", found.statistics, found.by_kind);
    let lost: usize = found.by_kind.values().sum();
    assert!(found.statistics.relations + lost >= 10_895);
    assert!(found.statistics.relations > 10_000);
}

#[test]
fn re3d_folders_have_their_published_sizes() {
    for (name, documents, entities, relations) in [
        ("UK Government", 26, 945, 236),
        ("US State Department", 22, 720, 177),
        ("CENTCOM", 23, 1439, 538),
        ("Wikipedia", 13, 641, 168),
        ("Australian Department of Foreign Affairs", 4, 70, 17),
    ] {
        let Some(path) = shared(&format!("re3d/{name}/documents.json")) else {
            return;
        };
        let found = check_file(&path);
        assert!(found.usable, "{found}");
        eprintln!("{name} {:?}", found.by_kind);
        let lost = |kind| found.by_kind.get(&kind).copied().unwrap_or(0);
        let s = &found.statistics;
        assert_eq!(s.documents, documents, "{name}");
        assert_eq!(s.entities + lost(Kind::Unaligned), entities, "{name}");
        assert_eq!(
            s.relations + lost(Kind::CrossSentence) + lost(Kind::NotFound),
            relations,
            "{name}"
        );
        // The segmentation loses next to no annotation.
        assert!(
            s.entities * 100 > entities * 95 && s.relations * 100 > relations * 90,
            "{name}"
        );
    }
}
