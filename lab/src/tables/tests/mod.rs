//! Reports on invented results, against files that were read by people.

mod elsewhere;
mod quoted;

use std::path::{Path, PathBuf};

use serde_json::json;
use spanlight::data::write_file;
use spanlight::predictions;
use spanlight::store::{read_json, write_json};
use spanlight_core::Schema;
use spanlight_core::document::{Entity, Relation, Sentence};
use spanlight_core::score::Prediction;

use super::*;
use crate::experiment::Split;

/// A sentence of `words` words with `entities` people in a row, each related to the next one.
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

/// Gold annotations of which `lost` entities and their relations were not found.
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

/// An output folder with some of its cells finished.
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

/// Changes what the plan says about its report.
fn report_as(at: &Path, report: serde_json::Value) {
    let path = at.join("plans/invented.json");
    let mut plan: serde_json::Value = read_json(&path).unwrap();
    plan["report"] = report;
    write_json(&path, &plan).unwrap();
}

/// The Markdown with so many sentences.
fn markdown(at: &Path, sentences: usize) -> String {
    let out = tempfile::tempdir().unwrap();
    let tables = Tables::read(&[at.into()], sentences).unwrap();
    tables.write(out.path(), &[Form::Markdown]).unwrap();
    std::fs::read_to_string(out.path().join("report.md")).unwrap()
}

/// Compares with a file beside this one, or makes it anew where `SPANLIGHT_EXPECT` is set.
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
        "{name:?} differs from line {differs:?} on; if it should, SPANLIGHT_EXPECT=1 writes it anew:\n{text}"
    );
}

#[test]
fn a_report_is_always_the_same() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let out = tempfile::tempdir().unwrap();
    let forms = [Form::Markdown, Form::Json, Form::Svg];
    let tables = Tables::read(&[folder.path().into()], 0).unwrap();
    let written = tables.write(out.path(), &forms).unwrap();
    let names: Vec<_> = written
        .iter()
        .map(|p| p.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "invented-size.svg",
            "invented-figure5.svg",
            "report.md",
            "report.json"
        ]
    );
    written[..3].iter().for_each(|path| expect(path));
    let first = std::fs::read(&written[3]).unwrap();
    let tables = Tables::read(&[folder.path().into()], 0).unwrap();
    tables.write(out.path(), &forms).unwrap();
    assert!(std::fs::read(&written[3]).unwrap() == first);
    let json: serde_json::Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(
        (&json["unit"], &json["protocol"]),
        (&json!("percent"), &json!("full"))
    );
    let row = &json["sections"][0]["scores"][0];
    assert_eq!(
        (&row["variant"], &row["seeds"]),
        (&json!("bert"), &json!([1, 2, 3]))
    );
    assert_eq!(row["strict"]["values"].as_array().unwrap().len(), 3);
}

#[test]
fn a_grid_names_what_is_shown_in_detail() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let detailed = |report: serde_json::Value| -> Vec<String> {
        report_as(folder.path(), report);
        let tables = Tables::read(&[folder.path().into()], 0).unwrap();
        let detailed = tables.sections[0].detailed.iter();
        detailed.map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(detailed(json!({})), ["bert", "spe", "no_tbo"]);
    assert_eq!(detailed(json!({ "against": ["spe"] })), ["spe"]);
    let both = json!({ "against": ["spe"], "detail": ["no_tbo", "bert"] });
    assert_eq!(detailed(both), ["no_tbo", "bert"]);

    // Both have results at 10 % only, so that is the share shown.
    let text = markdown(folder.path(), 0);
    let heading = "## Ent+Rel F1 by sentence length, 10 % of the training documents";
    assert!(text.contains(heading), "{text}");
}

#[test]
fn the_report_says_what_the_results_say() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let tables = Tables::read(&[folder.path().into()], 0).unwrap();
    let section = &tables.sections[0];
    assert_eq!((section.finished, section.cells), (13, 18));
    let row = |variant: &str, fraction: f64| {
        let matches = |r: &&ScoreRow| {
            (r.variant.as_str(), r.fraction, r.split, r.protocol)
                == (variant, fraction, "test", "full")
        };
        section.scores.iter().find(matches)
    };
    let spe = row("spe", 1.0).unwrap();
    assert_eq!(spe.seeds, [1, 2, 3]);
    assert_eq!(spe.paper.as_ref().unwrap().strict, Some(63.2));
    assert_eq!(
        row("no_tbo", 0.1).unwrap().entity.as_ref().unwrap().sd,
        None
    );
    // Nothing of ours yet, but the paper's figures.
    let waiting = row("no_tbo", 1.0).unwrap();
    assert!(waiting.seeds.is_empty() && waiting.strict.is_none());
    assert_eq!(waiting.paper.as_ref().unwrap().strict, Some(61.2));

    // By hand: of 29 entities, (j + seed) % 3 are lost in the sentences j = 0 to 4.
    let f1 = |lost: f64| 100.0 * 2.0 * (29.0 - lost) / (58.0 - lost);
    let values = &spe.entity.as_ref().unwrap().values;
    for (value, lost) in values.iter().zip([6.0, 5.0, 4.0]) {
        assert!((value - f1(lost)).abs() < 1e-9, "{values:?}");
    }
    let against = |variant: &str, other: &str| {
        let matches = |c: &&Comparison| {
            (
                c.variant.as_str(),
                c.against.as_str(),
                c.fraction,
                c.protocol,
            ) == (variant, other, 1.0, "full")
        };
        section.comparisons.iter().find(matches)
    };
    let better = against("spe", "bert").unwrap().strict.as_ref().unwrap();
    assert_eq!((better.wins, better.losses, better.p), (3, 0, Some(0.25)));
    assert!(
        against("bert", "spe").is_none(),
        "a row and its mirror image"
    );

    let gold: usize = section
        .buckets
        .iter()
        .filter(|b| {
            b.variant == "spe" && b.fraction == 1.0 && b.by == spanlight_core::score::Size::Words
        })
        .map(|b| b.gold_entities)
        .sum();
    assert_eq!(gold, 29);
    let missing: Vec<(&str, &str)> = section
        .missing
        .iter()
        .map(|m| (m.model.as_str(), m.reason.as_str()))
        .collect();
    assert!(missing.contains(&("SPE without TBO", "failed: out of memory")));
    assert!(missing.contains(&("SPE without TBO", "not run")));
    assert!(missing.contains(&("SpanBERT", "not in this grid (Table 2, 3)")));
    assert!(
        !missing
            .iter()
            .any(|(model, _)| *model == "-CNN" || *model == "Li et al. 2019")
    );
}

#[test]
fn folders_that_are_no_experiments_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = || {
        let read = Tables::read(&[PathBuf::from(folder.path())], 0);
        read.unwrap_err().to_string()
    };
    assert!(error().contains("no output folder") && error().contains("plans"));
    std::fs::create_dir(folder.path().join("plans")).unwrap();
    assert!(error().contains("no plan"));
}
