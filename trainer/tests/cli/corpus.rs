//! Cleaning corpora and showing the samples that pre-training would draw.

use std::path::Path;

use serde_json::Value;

use crate::support::{fail, succeed, workshop};

/// A table with a heading and a column of text.
fn table(folder: &Path) {
    let text = "id\tbody\n\
                1\tAnna works for the robot lab in Rome. See <b>the</b> lab of Acme in Paris.\n\
                2\tShort.\n\
                3\tAnna works for the robot lab in Rome. Bert lives in Paris and visited Rome.\n";
    std::fs::write(folder.join("corpus.tsv"), text).unwrap();
}

#[test]
fn cleaning_writes_sentences_and_counts_what_it_leaves_out() {
    let folder = workshop();
    let at = folder.path();
    table(at);
    let clean = [
        "data",
        "clean",
        "--corpus",
        "corpus.tsv",
        "--column",
        "body",
        "--out",
        "clean.txt",
    ];
    let text = succeed(at, &clean);
    assert!(
        text.contains("left out: too short") && text.contains("left out: repeated"),
        "{text}"
    );
    let counts: Value = serde_json::from_str(&succeed(
        at,
        &[&clean[..], &["--json", "--overwrite"]].concat(),
    ))
    .unwrap();
    assert_eq!(counts["sentences"], 3);
    assert_eq!(counts["dropped"]["too_short"], 1);
    assert_eq!(counts["dropped"]["repeated"], 1);
    assert_eq!(
        std::fs::read_to_string(at.join("clean.txt")).unwrap(),
        "Anna works for the robot lab in Rome .\n\
         See the lab of Acme in Paris .\n\
         Bert lives in Paris and visited Rome .\n"
    );
}

#[test]
fn samples_are_shown() {
    let folder = workshop();
    let at = folder.path();
    table(at);
    let sample = |rest: &[&str]| {
        let fixed = [
            "data",
            "sample",
            "--corpus",
            "corpus.tsv",
            "--column",
            "body",
            "--encoder",
            "encoder",
            "--corpus-cache",
            "cache",
            "--count",
            "6",
        ];
        let lines = succeed(at, &[&fixed[..], rest].concat());
        let lines: Vec<Value> = lines
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines.len(), 6);
        lines
    };
    let lines = sample(&[]);
    for line in &lines {
        let pieces = |view: &str| line[view]["pieces"].as_str().unwrap().split(' ').count();
        assert_eq!(pieces("target"), pieces("context"));
        assert!((10..12).contains(&pieces("target")), "{line}");
        assert_eq!(line["segments"].as_array().unwrap().len(), 5);
    }
    assert_eq!(lines, sample(&["--threads", "3"]));
    assert_ne!(lines, sample(&["--step", "1"]));
    assert_ne!(lines, sample(&["--seed", "1"]));
    assert_eq!(std::fs::read_dir(at.join("cache")).unwrap().count(), 1);
}

#[test]
fn a_corpus_that_cannot_be_read_leaves_no_file() {
    let folder = workshop();
    let at = folder.path();
    table(at);
    let clean = [
        "data",
        "clean",
        "--corpus",
        "corpus.tsv",
        "--out",
        "clean.txt",
    ];
    let message = fail(at, &clean);
    assert!(
        message.contains("corpus.tsv: no column `text`; the first row is 1 `id`, 2 `body`"),
        "{message}"
    );
    std::fs::write(
        at.join("corpus.txt"),
        b"A good line of text.\nA \xFF bad one.\n",
    )
    .unwrap();
    let clean = [
        "data",
        "clean",
        "--corpus",
        "corpus.txt",
        "--out",
        "clean.txt",
    ];
    let message = fail(at, &clean);
    assert!(
        message.contains("corpus.txt: line 2: byte 3 is not UTF-8"),
        "{message}"
    );
    assert!(!at.join("clean.txt").exists());
    let counts = succeed(at, &[&clean[..], &["--skip-bad"]].concat());
    assert!(counts.contains("left out: invalid UTF-8"), "{counts}");
    assert!(at.join("clean.txt").exists());
}

#[test]
fn a_damaged_parquet_file_gives_one_error_and_no_panic() {
    let folder = workshop();
    let damaged = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions/corpus_parquet");
    for name in ["negative-start", "text-longer-than-page"] {
        std::fs::copy(damaged.join(name), folder.path().join("x.parquet")).unwrap();
        let command = [
            "data",
            "clean",
            "--corpus",
            "x.parquet",
            "--out",
            "clean.txt",
        ];
        let message = fail(folder.path(), &command);
        assert!(message.starts_with("error: x.parquet"), "{name}: {message}");
        assert!(!message.contains("panic"), "{name}: {message}");
    }
}
