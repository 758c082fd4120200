//! Training on a share of the data.

use std::path::Path;

use serde_json::Value;

use crate::support::{fail, spanlight, succeed, training, workshop};

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(String::from).collect()
}

#[test]
fn a_subset_keeps_whole_documents_and_can_be_read_again() {
    let folder = workshop();
    let at = folder.path();
    let draw = |fraction: &str, out: &str| {
        let cut = ["data", "subset", "--fraction", fraction, "--seed", "3"];
        succeed(at, &[&cut[..], &["train.jsonl", out]].concat());
        lines(&at.join(out))
    };
    let [third, half, all] = [
        draw("0.34", "third.jsonl"),
        draw("0.67", "half.jsonl"),
        draw("1", "all.jsonl"),
    ];
    assert_eq!([third.len(), half.len(), all.len()], [4, 8, 12]);
    assert!(third.iter().all(|line| half.contains(line)));
    assert!(half.iter().all(|line| all.contains(line)));
    let documents = |lines: &[String]| {
        let names = lines.iter().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["articleId"].as_str().unwrap().to_string()
        });
        names.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!([documents(&third), documents(&half)], [1, 2]);
    succeed(at, &["data", "check", "third.jsonl"]);
}

#[test]
fn invalid_shares_are_refused() {
    let folder = workshop();
    for share in ["0", "1.5", "half"] {
        let cut = ["data", "subset", "--fraction", share, "train.jsonl", "out"];
        let output = spanlight(folder.path(), &cut).output().unwrap();
        assert!(!output.status.success(), "{share}");
        let mut arguments = training("run", "1");
        arguments.extend(["--fraction", share]);
        let output = spanlight(folder.path(), &arguments).output().unwrap();
        assert!(!output.status.success(), "{share}");
    }
    let mut arguments = training("run", "1");
    arguments.extend(["--fraction", "0"]);
    assert!(fail(folder.path(), &arguments).contains("--fraction"));
    assert!(!folder.path().join("out").exists() && !folder.path().join("run").exists());
}

#[test]
fn a_run_on_a_share_takes_the_sentences_of_the_subset_and_knows_all_labels() {
    let folder = workshop();
    let at = folder.path();
    let mut arguments = training("run", "1");
    arguments.extend(["--fraction", "0.34", "--fraction-seed", "3"]);
    succeed(at, &arguments);
    let events = lines(&at.join("run/events.jsonl")).join("\n");
    assert!(
        events.contains("4 training sentences (0 left out"),
        "{events}"
    );
    let read = |path: &str| -> Value {
        serde_json::from_slice(&std::fs::read(at.join(path)).unwrap()).unwrap()
    };
    assert_eq!(
        read("run/schema.json")["entities"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    // Training on the subset of that share gives the same weights.
    let cut = ["data", "subset", "--fraction", "0.34", "--seed", "3"];
    succeed(at, &[&cut[..], &["train.jsonl", "share.jsonl"]].concat());
    let mut arguments = training("other", "1");
    arguments[4] = "share.jsonl";
    succeed(at, &arguments);
    let weights = |run: &str| std::fs::read(at.join(run).join("best.safetensors")).unwrap();
    assert!(weights("run") == weights("other"));
}
