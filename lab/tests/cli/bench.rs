//! The benchmark, with and without PyTorch.

use std::process::Command;

use serde_json::Value;

use spanlight_tests::program::LAB;
use spanlight_tests::workshop::workshop;

/// A Python with PyTorch, or `None` (with a message).
fn torch() -> Option<&'static str> {
    let usable = |python: &&str| {
        let asked = Command::new(python).args(["-c", "import torch"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(usable);
    if found.is_none() {
        eprintln!("skipped: no Python has PyTorch; Debian's is the package python3-torch");
    }
    found
}

/// The report of `lab bench` on a file of the workshop.
fn bench(kind: &str, file: &str, python: &str) -> Value {
    let folder = workshop();
    let files = ["bench", "--encoder", "encoder", kind, file, "--json"];
    let small = "--batch 4 --steps 1 --warmup 1 --rounds 1 --threads 1 --python";
    let small: Vec<&str> = small.split(' ').collect();
    let printed = LAB.succeed(folder.path(), &[&files[..], &small, &[python]].concat());
    serde_json::from_str(&printed).unwrap()
}

/// Asserts that every line has a speed of spanlight, and a ratio if and only if `torch`.
fn measured(report: &Value, names: &[&str], torch: bool) {
    assert_eq!(report["torch"].is_object(), torch);
    let lines = report["lines"].as_array().unwrap();
    for name in names {
        let line = lines.iter().find(|line| line["what"] == *name).unwrap();
        assert!(line["spanlight"].as_f64().unwrap() > 0.0, "{line}");
        let ratio = line["ratio"].as_f64();
        assert_eq!(ratio.is_some_and(|ratio| ratio > 0.0), torch, "{line}");
    }
}

const JOINT: [&str; 3] = [
    "training, embeddings trained",
    "training, embeddings frozen",
    "inference",
];
const PRETRAINING: [&str; 2] = ["pre-training, decoder tied", "pre-training, the paper's"];

#[test]
fn spanlight_is_measured_without_python() {
    for (kind, file, names) in [
        ("--data", "train.jsonl", &JOINT[..]),
        ("--corpus", "corpus.txt", &PRETRAINING),
    ] {
        let report = bench(kind, file, "no-such-python");
        measured(&report, names, false);
        let notes = report["notes"].to_string();
        assert!(notes.contains("no-such-python"), "{notes}");
    }
}

#[test]
fn the_report_lists_the_parts_of_a_step() {
    let report = bench("--corpus", "corpus.txt", "no-such-python");
    for variant in report["variants"].as_array().unwrap() {
        assert!(variant["difference"].is_null());
        let parts = variant["parts"].as_array().unwrap();
        let part = |name: &str| {
            let part = parts.iter().find(|part| part["name"] == name).unwrap();
            part["seconds"].as_f64().unwrap()
        };
        assert!(part("momentum network") > 0.0 && part("clipping and AdamW") > 0.0);
        assert_eq!(parts.len(), 7);
    }
}

#[test]
fn pytorch_trains_the_same_model() {
    let Some(python) = torch() else { return };
    let report = bench("--data", "train.jsonl", python);
    measured(&report, &JOINT, true);
}

/// `lab bench` itself refuses to compare models with different losses.
#[test]
fn pytorch_pretrains_the_same_model_to_the_same_losses() {
    let Some(python) = torch() else { return };
    let report = bench("--corpus", "corpus.txt", python);
    measured(&report, &PRETRAINING, true);
    for variant in report["variants"].as_array().unwrap() {
        let difference = variant["difference"].as_f64().unwrap();
        assert!(difference > 0.0 && difference < 1e-3, "{variant}");
    }
}

#[test]
fn annotated_sentences_or_plain_text_are_needed() {
    let folder = workshop();
    let arguments = ["bench", "--encoder", "encoder"];
    let output = LAB.command(folder.path(), &arguments).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("--data") && output.status.code() == Some(2),
        "{message}"
    );
    let text = [&arguments[..], &["--corpus", "nowhere.txt"]].concat();
    assert!(LAB.fail(folder.path(), &text).contains("nowhere.txt"));
}
