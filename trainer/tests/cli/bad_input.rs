//! Bad input stops with a message that says where and what to do, and nothing is lost.

use crate::support::{fail, succeed, training, workshop};

#[test]
fn a_malformed_line_is_named() {
    let folder = workshop();
    let at = folder.path();
    let good = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    let mut lines: Vec<&str> = good.lines().collect();
    lines[4] = "{\"sentText\": ";
    std::fs::write(at.join("train.jsonl"), lines.join("\n")).unwrap();
    let message = fail(at, &training("run", "1"));
    assert!(
        message.contains("train.jsonl") && message.contains('5'),
        "{message}"
    );
}

#[test]
fn a_folder_that_is_no_model_is_refused() {
    let folder = workshop();
    let message = fail(
        folder.path(),
        &["evaluate", "--model", "encoder", "--data", "train.jsonl"],
    );
    assert!(
        message.contains("neither a bundle") && message.contains("encoder"),
        "{message}"
    );
}

#[test]
fn a_folder_that_is_no_encoder_is_refused() {
    let folder = workshop();
    std::fs::remove_file(folder.path().join("encoder/config.json")).unwrap();
    let message = fail(folder.path(), &training("run", "1"));
    assert!(message.contains("config.json"), "{message}");
}

#[test]
fn an_unknown_setting_is_named_with_the_known_ones() {
    let folder = workshop();
    std::fs::write(folder.path().join("my.toml"), "epoch = 2\n").unwrap();
    let mut arguments = training("run", "1");
    arguments.extend(["--settings", "my.toml"]);
    let message = fail(folder.path(), &arguments);
    assert!(
        message.contains("`epoch`") && message.contains("epochs"),
        "{message}"
    );
}

#[test]
fn a_second_run_does_not_overwrite_the_first() {
    let folder = workshop();
    succeed(folder.path(), &training("run", "1"));
    let before = std::fs::read(folder.path().join("run/best.safetensors")).unwrap();
    fail(folder.path(), &training("run", "1"));
    assert_eq!(
        before,
        std::fs::read(folder.path().join("run/best.safetensors")).unwrap()
    );
}

#[test]
fn a_damaged_bundle_names_the_part() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "25"));
    let export = [
        "export",
        "--model",
        "run",
        "--out",
        "bundle",
        "--name",
        "tiny",
        "--self-test",
        "anna works for acme .",
    ];
    succeed(at, &export);
    let weights = at.join("bundle/weights.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    let evaluate = ["evaluate", "--model", "bundle", "--data", "train.jsonl"];

    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    let message = fail(at, &evaluate);
    assert!(
        message.contains("weights.safetensors") && message.contains("truncated"),
        "{message}"
    );

    let mut altered = bytes.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    std::fs::write(&weights, &altered).unwrap();
    let message = fail(at, &evaluate);
    assert!(
        message.contains("weights.safetensors") && message.contains("altered"),
        "{message}"
    );

    std::fs::write(&weights, &bytes).unwrap();
    let manifest = at.join("bundle/manifest.json");
    let newer = std::fs::read_to_string(&manifest)
        .unwrap()
        .replace("\"format\": 2", "\"format\": 3");
    std::fs::write(&manifest, newer).unwrap();
    let message = fail(at, &evaluate);
    assert!(
        message.contains("manifest.json") && message.contains("newer program"),
        "{message}"
    );
}
