//! A bundle as what training starts from.

use std::path::Path;

use crate::support::{arrays, exchanged, fail, succeed, training, workshop};

/// A trained run and its bundle, exact and with fewer word-pieces than the run.
fn bundle(at: &Path) {
    let path = at.join("encoder/vocab.txt");
    let vocabulary = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{vocabulary}\n[unused0]")).unwrap();
    let path = at.join("encoder/config.json");
    let config = std::fs::read_to_string(&path).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&config).unwrap();
    config["vocab_size"] = (vocabulary.lines().count() + 1).into();
    std::fs::write(&path, config.to_string()).unwrap();
    succeed(at, &training("run", "25"));
    let export = [
        "export",
        "--model",
        "run",
        "--out",
        "bundle",
        "--name",
        "tiny",
        "--precision",
        "f32",
        "--self-test",
        "anna works for acme in rome .",
    ];
    succeed(at, &export);
}

/// Arguments of a run of one epoch that starts from `earlier` and moves nothing.
fn still<'a>(run: &'a str, encoder: &'a str, earlier: &'a str, parts: &'a str) -> Vec<&'a str> {
    let mut arguments = exchanged(training(run, "1"), "--encoder", encoder);
    for flag in ["--learning-rate", "--head-lr"] {
        arguments = exchanged(arguments, flag, "0");
    }
    [
        &arguments[..],
        &["--init-from", earlier, "--load-parts", parts],
    ]
    .concat()
}

#[test]
fn a_bundle_is_a_start_as_its_run_is() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let weights = |run: &str| arrays(&at.join(run).join("best.safetensors"));

    succeed(at, &still("whole", "bundle", "bundle", "model"));
    assert_eq!(
        weights("whole"),
        arrays(&at.join("bundle/weights.safetensors"))
    );

    // Without its heads, which are drawn, and on the encoder that the run had.
    succeed(at, &still("of-bundle", "encoder", "bundle", "pair"));
    succeed(at, &still("of-run", "encoder", "run", "pair"));
    assert_eq!(weights("of-bundle"), weights("of-run"));
    assert_ne!(weights("of-run"), weights("run"));
}

#[test]
fn a_bundle_on_another_encoder_is_refused() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let message = fail(at, &still("other", "encoder", "bundle", "model"));
    assert!(
        message.contains("bundle") && message.contains("--encoder"),
        "{message}"
    );
}

#[test]
fn a_damaged_bundle_is_no_start() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let path = at.join("bundle/weights.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    for (encoder, parts) in [("bundle", "model"), ("encoder", "all")] {
        let message = fail(at, &still("other", encoder, "bundle", parts));
        assert!(message.contains("weights.safetensors"), "{message}");
    }
}
