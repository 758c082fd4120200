//! Scores that are fitted to annotated sentences.

use std::path::Path;

use serde_json::Value;

use crate::support::{fail, succeed, training, workshop};

const TEXT: &str = "anna works for acme in rome .";

fn export<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let start = ["export", "--name", "tiny", "--self-test", TEXT];
    [&start[..], &["--model", model, "--out", out], more].concat()
}

/// How a model does on the training sentences.
fn report(at: &Path, model: &str) -> Value {
    let evaluate = ["evaluate", "--json", "--data", "train.jsonl", "--model"];
    let report = succeed(at, &[&evaluate[..], &[model]].concat());
    serde_json::from_str(&report).unwrap()
}

/// What is found in the text, without and with scores.
fn found(at: &Path, model: &str) -> (Value, Value) {
    std::fs::write(at.join("text.txt"), TEXT).unwrap();
    let text = succeed(at, &["predict", "--model", model, "text.txt"]);
    let scored: Value = serde_json::from_str(&text).unwrap();
    let mut bare = scored.clone();
    for sentence in bare["sentences"].as_array_mut().unwrap() {
        for what in ["entities", "relations"] {
            for one in sentence[what].as_array_mut().unwrap() {
                one.as_object_mut().unwrap().remove("score").unwrap();
            }
        }
    }
    (bare, scored)
}

/// A line with another label in the place of each.
fn turned(line: &str) -> String {
    let mut line = line.to_owned();
    let labels = [
        ("PER", "*"),
        ("LOC", "PER"),
        ("ORG", "LOC"),
        ("*", "ORG"),
        ("LIVE", "*"),
        ("WORK", "LIVE"),
        ("*", "WORK"),
    ];
    for (label, other) in labels {
        line = line.replace(&format!("\"{label}\""), &format!("\"{other}\""));
    }
    line
}

#[test]
fn a_calibrated_bundle_finds_the_same_and_says_better_how_sure_it_is() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "25"));
    // Every other label wrong: a model that is sure of everything is wrong half of the time.
    let text = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    let lines = text.lines().enumerate().map(|(i, line)| match i % 2 {
        0 => line.to_owned() + "\n",
        _ => turned(line) + "\n",
    });
    std::fs::write(at.join("train.jsonl"), lines.collect::<String>()).unwrap();

    let fitting = ["--calibrate", "train.jsonl"];
    succeed(at, &export("run", "plain", &[]));
    let told = succeed(at, &export("run", "fitted", &fitting));
    assert!(told.contains("% right, calibration error"), "{told}");

    let ((plain, before), (fitted, after)) = (found(at, "plain"), found(at, "fitted"));
    assert_eq!(plain, fitted);
    assert_ne!(before, after);
    let (before, after) = (report(at, "plain"), report(at, "fitted"));
    assert_eq!(before["full"], after["full"]);
    let number = |report: &Value, what: &str, name: &str| -> f64 {
        report["scores"][what][name].as_f64().unwrap()
    };
    for what in ["entity", "relation"] {
        let gap =
            |report: &Value| (number(report, what, "score") - number(report, what, "right")).abs();
        assert!(number(&after, what, "count") > 5.0);
        assert!(gap(&before) > gap(&after), "{what}: {before} to {after}");
    }
    for what in ["entity", "relation"] {
        let [before, after] = [&before, &after].map(|report| number(report, what, "error"));
        assert!(
            before > 0.1 && after < before,
            "{what}: {before} to {after}"
        );
    }

    // Fitted once more, the same: it starts from the scores as they were.
    succeed(at, &export("fitted", "again", &fitting));
    let calibration = |name: &str| {
        let text = std::fs::read_to_string(at.join(name).join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        manifest["config"]["calibration"].clone()
    };
    assert!(calibration("plain").is_null() && calibration("fitted").is_object());
    assert_eq!(calibration("again"), calibration("fitted"));
    // A copy keeps it, unless it decides otherwise.
    succeed(
        at,
        &export("fitted", "other", &["--tag-decoding", "viterbi"]),
    );
    assert!(calibration("other").is_null());
    succeed(at, &export("fitted", "copy", &[]));
    assert_eq!(calibration("copy"), calibration("fitted"));
}

#[test]
fn a_file_that_cannot_calibrate_leaves_no_bundle() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "1"));
    let message = fail(
        at,
        &export("run", "bundle", &["--calibrate", "missing.jsonl"]),
    );
    assert!(message.contains("missing.jsonl"), "{message}");
    assert!(!at.join("bundle").exists());
}
