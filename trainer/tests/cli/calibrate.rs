//! Calibration of scores on annotated sentences.

use std::path::Path;

use serde_json::Value;

use crate::support::{fail, succeed, training, workshop};

const TEXT: &str = "anna works for acme in rome .";

fn export<'a>(model: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let start = ["export", "--name", "tiny", "--self-test", TEXT];
    [&start[..], &["--model", model, "--out", out], more].concat()
}

/// The evaluation of a model on the training sentences.
fn report(at: &Path, model: &str) -> Value {
    let evaluate = ["evaluate", "--json", "--data", "train.jsonl", "--model"];
    let report = succeed(at, &[&evaluate[..], &[model]].concat());
    serde_json::from_str(&report).unwrap()
}

/// The extraction from the text, without and with scores.
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

/// A line in which another label replaces each label.
fn mislabelled(line: &str) -> String {
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
fn a_calibrated_bundle_extracts_the_same_with_better_scores() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "25"));
    // Half of the lines have wrong labels, so a model that is sure of everything is half wrong.
    let text = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    let lines = text.lines().enumerate().map(|(i, line)| match i % 2 {
        0 => line.to_owned() + "\n",
        _ => mislabelled(line) + "\n",
    });
    std::fs::write(at.join("train.jsonl"), lines.collect::<String>()).unwrap();

    let fitting = ["--calibrate", "train.jsonl"];
    succeed(at, &export("run", "plain", &[]));
    let printed = succeed(at, &export("run", "fitted", &fitting));
    assert!(printed.contains("% right, calibration error"), "{printed}");

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

    // A second calibration gives the same, since it starts from the uncalibrated scores.
    succeed(at, &export("fitted", "again", &fitting));
    let calibration = |name: &str| {
        let text = std::fs::read_to_string(at.join(name).join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        manifest["config"]["calibration"].clone()
    };
    assert!(calibration("plain").is_null() && calibration("fitted").is_object());
    assert_eq!(calibration("again"), calibration("fitted"));
    // A copy keeps the calibration unless it decodes tags differently.
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
