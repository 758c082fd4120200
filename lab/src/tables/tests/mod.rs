//! Reports on invented results, compared with checked-in files.

mod elsewhere;
mod quoted;

use std::path::{Path, PathBuf};

use serde_json::json;
use spanlight::data::write_file;
use spanlight::predictions;
use spanlight::store::{read_json, write_json};
use spanlight_core::Schema;
use spanlight_core::document::{Entity, Relation, Sentence};
use spanlight_core::score::{Prediction, Size};

use super::finished::Finished;
use super::scores::{Comparison, ScoreRow};
use super::*;
use crate::experiment::Split;

/// A sentence of `words` words; the first `entities` words are entities, each related to the next.
fn sentence(words: usize, entities: usize) -> Sentence {
    let entity = |i: usize| Entity {
        start: i,
        end: i + 1,
        label: if i % 3 == 2 { "ORG" } else { "PER" }.into(),
    };
    let relation = |i: usize| Relation {
        head: i - 1,
        tail: i,
        label: if i.is_multiple_of(2) {
            "ORG-AFF"
        } else {
            "PER-SOC"
        }
        .into(),
    };
    Sentence {
        document: "d".into(),
        words: (0..words).map(|i| format!("w{i}")).collect(),
        entities: (0..entities).map(entity).collect(),
        relations: (1..entities).map(relation).collect(),
        ..Sentence::default()
    }
}

/// The gold annotations without the last `lost` entities and their relations.
fn prediction(gold: &Sentence, lost: usize) -> Prediction {
    let kept = gold.entities.len().saturating_sub(lost);
    let mut prediction = Prediction::from(gold);
    prediction.entities.truncate(kept);
    prediction.spans.truncate(kept);
    prediction
        .relations
        .retain(|r| r.head < kept && r.tail < kept);
    prediction
}

/// Writes an output folder in which some cells are finished.
fn experiment(at: &Path) {
    let gold: Vec<Sentence> = [(6, 2), (12, 3), (25, 6), (33, 8), (60, 10)]
        .into_iter()
        .enumerate()
        .map(|(index, (w, e))| Sentence {
            index,
            ..sentence(w, e)
        })
        .collect();
    write_file(&at.join("test.json"), &gold).unwrap();
    let schema = Schema::of(&gold, &["PER-SOC"]);
    let mut cells = Vec::new();
    for (fraction, seeds) in [(0.1, [1, 2, 3]), (1.0, [1, 2, 3])] {
        for seed in seeds {
            for (i, variant) in ["bert", "spe", "no_tbo"].into_iter().enumerate() {
                let name = format!("cells/{variant}-{fraction}-{seed}");
                let finished = !(variant == "no_tbo" && (fraction == 1.0 || seed > 1));
                let problem = (variant == "no_tbo" && seed == 3).then_some("out of memory");
                cells.push(json!({
                    "variant": variant, "fraction": fraction, "seed": seed, "id": name,
                    "folder": name, "problem": problem,
                }));
                if !finished {
                    continue;
                }
                let few = usize::from(fraction < 1.0);
                let lost = |j: usize| (j + seed as usize + few) % 3 + few + usize::from(i != 1);
                let found: Vec<Prediction> = gold
                    .iter()
                    .enumerate()
                    .map(|(j, s)| prediction(s, lost(j)))
                    .collect();
                let split = Split::new(&gold, &found, &schema).unwrap();
                std::fs::create_dir_all(at.join(&name)).unwrap();
                let predictions = at.join(&name).join("predictions.jsonl");
                predictions::write(&predictions, &gold, &found).unwrap();
                let outcome = json!({
                    "id": name, "version": "0", "variant": variant, "fraction": fraction,
                    "seed": seed, "settings": {}, "inputs": {}, "device": "CPU", "seconds": 1.0,
                    "schema": schema, "dev": split, "test": split,
                });
                write_json(&at.join(&name).join("result.json"), &outcome).unwrap();
            }
        }
    }
    let plan = json!({
        "name": "invented", "title": "Invented", "test": at.join("test.json"),
        "report": { "dataset": "ace05", "tables": ["3", "5", "8"], "against": ["bert", "spe"] },
        "order": ["bert", "spe", "no_tbo"],
        "variants": {
            "bert": { "label": "BERT", "paper": "BERT" },
            "spe": { "label": "SPE", "paper": "SPE" },
            "no_tbo": { "label": "SPE without TBO", "paper": "-TBO" },
        },
        "cells": cells,
    });
    std::fs::create_dir_all(at.join("plans")).unwrap();
    write_json(&at.join("plans/invented.json"), &plan).unwrap();
}

/// Replaces the table `report` of the plan.
fn report_as(at: &Path, report: serde_json::Value) {
    let path = at.join("plans/invented.json");
    let mut plan: serde_json::Value = read_json(&path).unwrap();
    plan["report"] = report;
    write_json(&path, &plan).unwrap();
}

/// The report, with at most `sentences` quoted sentences.
fn markdown(at: &Path, sentences: usize) -> String {
    let out = tempfile::tempdir().unwrap();
    write(&[at.into()], sentences, out.path()).unwrap();
    std::fs::read_to_string(out.path().join("report.md")).unwrap()
}

/// The only experiment in an output folder.
fn finished(at: &Path) -> Finished {
    finished::read(&[at.into()]).unwrap().remove(0)
}

/// Compares with a file in `tables/expected`, or rewrites that file if `SPANLIGHT_EXPECT` is set.
fn expect(written: &Path) {
    let name = written.file_name().unwrap();
    let path = spanlight_tests::package()
        .join("src/tables/expected")
        .join(name);
    let text = std::fs::read_to_string(written).unwrap();
    if std::env::var_os("SPANLIGHT_EXPECT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    let differs = text.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        text == expected,
        "{name:?} differs from line {differs:?} on; if that is intended, run with SPANLIGHT_EXPECT=1:\n{text}"
    );
}

#[test]
fn the_same_results_give_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let out = tempfile::tempdir().unwrap();
    let written = write(&[folder.path().into()], 0, out.path()).unwrap();
    let names: Vec<_> = written
        .iter()
        .map(|p| p.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["invented-size.svg", "invented-figure5.svg", "report.md"]
    );
    expect(&written[2]);
    let read = || -> Vec<Vec<u8>> {
        let files = written.iter().map(|path| std::fs::read(path).unwrap());
        files.collect()
    };
    let first = read();
    write(&[folder.path().into()], 0, out.path()).unwrap();
    assert!(read() == first);
}

#[test]
fn drawings_and_tables_have_the_same_scores() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let finished = finished(folder.path());
    let published = Published::new().unwrap();
    let paper_figures = PaperFigures::new(&published, Some("ace05"));
    let [panel] = figures::by_share(&finished, &paper_figures)
        .try_into()
        .unwrap();
    let names: Vec<&str> = panel.curves.iter().map(|c| c.name.as_str()).collect();
    // The third variant has only one share.
    assert_eq!(names, ["BERT", "SPE"]);
    let rounded = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
        let round = |(x, y): &(f64, f64)| (*x, (10.0 * y).round() / 10.0);
        points.iter().map(round).collect()
    };
    assert_eq!(
        rounded(&panel.curves[1].points),
        [(10.0, 77.9), (100.0, 89.2)]
    );
    let [entities, words] = figures::figure_5(&finished).try_into().unwrap();
    assert_eq!(entities.x_names, ["≤2", "3-4", "5-6", "7-8", "≥9"]);
    let expected = [0.0, 22.2, 73.7, 82.8, 87.2];
    let expected: Vec<(f64, f64)> = (0..5).map(f64::from).zip(expected).collect();
    for panel in [entities, words] {
        assert_eq!(rounded(&panel.curves[0].points), expected);
    }
}

#[test]
fn a_grid_names_the_variants_shown_in_detail() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let detailed = |report: serde_json::Value| -> Vec<String> {
        report_as(folder.path(), report);
        let (_, shown) = finished(folder.path()).shown(|_, _| true).unwrap();
        shown.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(detailed(json!({})), ["bert", "spe", "no_tbo"]);
    assert_eq!(detailed(json!({ "against": ["spe"] })), ["spe"]);
    let both = json!({ "against": ["spe"], "detail": ["no_tbo", "bert"] });
    assert_eq!(detailed(both), ["no_tbo", "bert"]);

    // Only at 10 % do both variants have results.
    let text = markdown(folder.path(), 0);
    let heading = "## Ent+Rel F1 by sentence length, 10 % of the training documents";
    assert!(text.contains(heading), "{text}");
}

#[test]
fn the_report_agrees_with_the_results() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let finished = finished(folder.path());
    let published = Published::new().unwrap();
    let paper_figures = PaperFigures::new(&published, Some("ace05"));
    let rows = ScoreRow::all(&finished, &paper_figures, HEADLINE);
    let row = |variant: &str, fraction: f64| {
        let matches = |r: &&ScoreRow<'_>| (r.variant.as_str(), r.fraction) == (variant, fraction);
        rows.iter().find(matches)
    };
    let spe = row("spe", 1.0).unwrap();
    assert_eq!(spe.seeds, [1, 2, 3]);
    assert_eq!(spe.paper.unwrap().figure.strict, Some(63.2));
    assert_eq!(row("no_tbo", 0.1).unwrap().f1[0].as_ref().unwrap().sd, None);
    // A row without a finished cell has the paper's figures.
    let waiting = row("no_tbo", 1.0).unwrap();
    assert!(waiting.seeds.is_empty() && waiting.f1[2].is_none());
    assert_eq!(waiting.paper.unwrap().figure.strict, Some(61.2));

    // Of 29 entities, (j + seed) % 3 are lost in each sentence j = 0 to 4.
    let f1 = |lost: f64| 100.0 * 2.0 * (29.0 - lost) / (58.0 - lost);
    let values = &spe.f1[0].as_ref().unwrap().values;
    for (value, lost) in values.iter().zip([6.0, 5.0, 4.0]) {
        assert!((value - f1(lost)).abs() < 1e-9, "{values:?}");
    }
    // Each pair is compared once: `spe` against `bert`, but not `bert` against `spe`.
    let [only] = Comparison::all(&finished, &paper_figures, &rows, 1.0)
        .try_into()
        .unwrap_or_else(|all: Vec<_>| panic!("{} comparisons", all.len()));
    let better = only.paired(2).unwrap();
    assert_eq!((better.wins, better.losses, better.p), (3, 0, Some(0.25)));

    let buckets = detail::bucket_rows(&finished, Size::Words, "spe", 1.0);
    assert_eq!(buckets.iter().map(|row| row.counts[1]).sum::<usize>(), 29);
    let text = markdown(folder.path(), 0);
    for line in [
        "13 of 18 cells finished.",
        "- SPE without TBO at 100 %, seed 3: failed: out of memory\n",
        "- SPE without TBO at 100 %, seeds 1, 2: not run\n",
        "- SpanBERT at 100 %: not in this grid (Table 2, 3)\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_, missing) = text.split_once("## Missing").unwrap();
    assert!(!missing.contains("-CNN") && !missing.contains("Li et al. 2019"));
}

#[test]
fn a_folder_without_experiments_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = || {
        let read = finished::read(&[PathBuf::from(folder.path())]);
        read.err().unwrap().to_string()
    };
    assert!(error().contains("no output folder") && error().contains("plans"));
    std::fs::create_dir(folder.path().join("plans")).unwrap();
    assert!(error().contains("no plan"));
}
