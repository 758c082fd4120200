//! Outputs are written whole or not at all, and never onto an input or an existing file unasked.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use spanlight_tests::refusal::assert_refusal;

use crate::support::{fail, spanlight, succeed, workshop};

/// Names of the files in a folder that somebody was writing.
fn unfinished(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|e| e == "unfinished"))
        .collect()
}

#[test]
fn inputs_and_existing_files_stay_as_they_are() {
    let folder = workshop();
    let at = folder.path();
    let input = fs::read(at.join("train.jsonl")).unwrap();
    fs::write(at.join("other.jsonl"), "precious\n").unwrap();
    fs::write(
        at.join("corpus.txt"),
        "Anna works for the robot lab in Rome.\n",
    )
    .unwrap();
    let commands = |input: &'static str, out: &'static str| {
        [
            vec!["data", "convert", input, out],
            vec!["data", "subset", "--fraction", "0.5", input, out],
            vec!["predict", "--model", "none", input, "--out", out],
            vec![
                "data", "clean", "--corpus", input, "--column", "sentText", "--out", out,
            ],
        ]
    };
    for command in commands("train.jsonl", "./train.jsonl") {
        for more in [&[][..], &["--overwrite"]] {
            let message = fail(at, &[&command[..], more].concat());
            assert_refusal(
                &message,
                "train.jsonl",
                "",
                "is read by this command",
                "another file",
            );
        }
    }
    for command in commands("train.jsonl", "other.jsonl") {
        let message = fail(at, &command);
        assert_refusal(&message, "other.jsonl", "", "exists", "--overwrite");
    }
    assert_eq!(fs::read(at.join("train.jsonl")).unwrap(), input);
    assert_eq!(fs::read(at.join("other.jsonl")).unwrap(), b"precious\n");
    let [convert, subset, _, clean] = commands("train.jsonl", "other.jsonl");
    for command in [convert, subset, clean] {
        succeed(at, &[&command[..], &["--overwrite"]].concat());
        assert_ne!(fs::read(at.join("other.jsonl")).unwrap(), b"precious\n");
    }
    assert!(unfinished(at).is_empty());
}

#[test]
fn a_sentence_that_cannot_be_written_leaves_the_old_file() {
    let folder = workshop();
    let at = folder.path();
    let lines = concat!(
        r#"{"doc_key": "a", "sentences": [["fine", "words"]], "ner": [[[0, 0, "T"]]], "relations": [[]]}"#,
        "\n",
        r#"{"doc_key": "b", "sentences": [["tab\tinside"]], "ner": [[]], "relations": [[]]}"#,
    );
    fs::write(at.join("in.jsonl"), lines).unwrap();
    fs::write(at.join("out.jsonl"), "precious\n").unwrap();
    let message = fail(
        at,
        &["data", "convert", "in.jsonl", "out.jsonl", "--overwrite"],
    );
    assert_refusal(
        &message,
        "document `b`",
        "sentence 0",
        "tab\\u{9}inside",
        "split or join it",
    );
    assert_eq!(fs::read(at.join("out.jsonl")).unwrap(), b"precious\n");
    assert!(unfinished(at).is_empty());
    let printed = succeed(at, &["data", "convert", "train.jsonl", "/dev/stdout"]);
    assert!(printed.lines().count() > 5, "{printed}");
}

#[test]
fn no_command_prints_control_characters_of_a_file() {
    let folder = workshop();
    let at = folder.path();
    let name = "bad\u{1b}[2J.jsonl";
    for line in [
        r#"{"sentences": "\u001b]0;owned\u0007\u001b[2J"}"#,
        r#"{"tokens": ["a"], "tags": ["\u001b[2J\u001b[Hfake prompt $ "], "relations": []}"#,
        "{\"text\": \"\u{1b}[31m",
        "\u{9b}31m",
    ] {
        fs::write(at.join(name), line).unwrap();
        for command in [
            vec!["data", "check", name],
            vec!["data", "convert", name, "out"],
            vec!["data", "subset", "--fraction", "1", name, "out"],
            vec!["data", "clean", "--corpus", name, "--out", "out"],
        ] {
            let output = spanlight(at, &command).output().unwrap();
            assert!(!output.status.success());
            for bytes in [output.stdout, output.stderr] {
                let text = String::from_utf8(bytes).unwrap();
                assert!(
                    !text.contains(|c: char| c.is_control() && c != '\n'),
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn what_a_killed_command_left_goes_with_the_next() {
    let folder = workshop();
    let at = folder.path();
    let lines: Vec<String> = (0..600_000)
        .map(|i| format!("Anna {i} works for the robot lab in Rome.\n"))
        .collect();
    fs::write(at.join("long.txt"), lines.concat()).unwrap();
    fs::write(
        at.join("short.txt"),
        "Anna works for the robot lab in Rome.\n",
    )
    .unwrap();
    let clean = |corpus| ["data", "clean", "--corpus", corpus, "--out", "clean.txt"];
    let mut child = spanlight(at, &clean("long.txt"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let written = || {
        let sizes = unfinished(at)
            .into_iter()
            .map(|path| fs::metadata(path).unwrap().len());
        sizes.sum::<u64>() > 0
    };
    while !written() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!at.join("clean.txt").exists());
    assert_eq!(unfinished(at).len(), 1);
    succeed(at, &clean("short.txt"));
    assert!(unfinished(at).is_empty());
    let text = fs::read_to_string(at.join("clean.txt")).unwrap();
    assert_eq!(text, "Anna works for the robot lab in Rome .\n");
}
