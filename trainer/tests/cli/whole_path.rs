//! The whole path: fine-tune, evaluate, export, predict.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{spanlight, succeed, training, workshop};

/// Counts relations where names merely stand side by side; the training data has no such sentence.
fn invented_relations(at: &Path) {
    let name = |id: &str, word: &str, at: usize| serde_json::json!({"emId": id, "text": word, "offset": [at, at + 1], "label": "PER"});
    let line = serde_json::json!({
        "sentText": "anna visited carla .",
        "entityMentions": [name("1", "anna", 0), name("2", "carla", 2)],
        "relationMentions": [],
    });
    std::fs::write(at.join("side.jsonl"), line.to_string()).unwrap();
    for (file, expected) in [("side.jsonl", 1), ("train.jsonl", 0)] {
        let evaluate = ["evaluate", "--model", "run", "--data", file, "--unrelated"];
        let text = succeed(at, &evaluate);
        assert!(text.contains("side by side"), "{text}");
        let report = succeed(at, &[&evaluate[..], &["--json"]].concat());
        let report: Value = serde_json::from_str(&report).unwrap();
        let counts = &report["unrelated"];
        assert_eq!(
            (&counts["sentences"], &counts["pairs"]),
            (&expected.into(), &expected.into())
        );
        assert!(counts["related_pairs"].as_u64() <= counts["pairs"].as_u64());
        assert!(report["full"]["entity"]["gold"].is_number());
    }
}

#[test]
fn a_trained_model_gives_the_same_results_as_its_bundle() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "25"));
    for file in [
        "config.json",
        "model.json",
        "schema.json",
        "tokenizer.json",
        "best.safetensors",
        "training.svg",
    ] {
        assert!(at.join("run").join(file).exists(), "{file} is missing");
    }

    let report = succeed(
        at,
        &[
            "evaluate",
            "--model",
            "run",
            "--data",
            "train.jsonl",
            "--json",
        ],
    );
    let report: Value = serde_json::from_str(&report).unwrap();
    for protocol in ["full", "reference", "symmetric"] {
        let entity = &report[protocol]["entity"];
        assert_eq!(entity["gold"], 36, "{protocol}");
        assert!(
            entity["f1"].as_f64().unwrap() > 0.95,
            "{protocol}: {entity}"
        );
        assert!(
            report[protocol]["relation"]["p"].is_number()
                && report[protocol]["strict"]["tp"].is_number()
        );
        assert_eq!(report[protocol]["by_type"]["entity"]["PER"]["gold"], 12);
    }

    invented_relations(at);

    let export = [
        "export",
        "--model",
        "run",
        "--name",
        "tiny",
        "--self-test",
        "anna works for acme in rome .",
    ];
    succeed(
        at,
        &[&export[..], &["--out", "bundle", "--precision", "f32"]].concat(),
    );
    // The test of the page uses such a bundle on software adapters; this variable writes a new one.
    if let Some(out) = std::env::var_os("SPANLIGHT_TINY_OUT") {
        for part in ["manifest.json", "tokenizer.json", "weights.safetensors"] {
            std::fs::copy(at.join("bundle").join(part), Path::new(&out).join(part)).unwrap();
        }
    }
    let predict = |model: &str, more: &[&str]| {
        let arguments = ["predict", "--model", model, "--jsonl"];
        let mut child = spanlight(at, &[&arguments[..], more].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = "{\"id\": 7, \"text\": \"Anna works for Acme in Rome. \\ud83d\\ude00 Bert lives in Paris.\"}\n";
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let from_run = predict("run", &[]);
    assert_eq!(from_run, predict("bundle", &[]));
    let line: Value = serde_json::from_str(&from_run).unwrap();
    assert_eq!(line["id"], 7);
    assert_eq!(line["read"], line["total"]);
    let sentences = line["sentences"].as_array().unwrap();
    assert_eq!(sentences[0]["entities"][0]["text"], "Anna");
    assert_eq!(sentences[0]["entities"][0]["type"], "PER");
    // The emoji takes two UTF-16 units.
    let bert = sentences
        .iter()
        .flat_map(|s| s["entities"].as_array().unwrap())
        .find(|e| e["text"] == "Bert")
        .unwrap();
    assert_eq!(bert["start"], 32);
    assert!(bert.get("alternatives").is_none());

    let rich = predict("bundle", &["--evidence", "--candidates", "0"]);
    let rich: Value = serde_json::from_str(&rich).unwrap();
    let sentence = &rich["sentences"][0];
    let anna = &sentence["entities"][0];
    assert_eq!(anna["alternatives"][0]["type"], "PER");
    assert_eq!(anna["alternatives"][0]["score"], anna["score"]);
    let relations = sentence["relations"].as_array().unwrap();
    let attention = relations[0]["attention"].as_object().unwrap();
    let parts = ["left", "head", "middle", "tail", "right"];
    let sum: f64 = parts
        .map(|part| attention[part].as_f64().unwrap())
        .iter()
        .sum();
    assert!((sum - 1.0).abs() < 1e-5, "{attention:?}");
    assert!(relations[0]["alternatives"][0]["head"].is_u64());
}

#[test]
fn settings_layer_file_over_preset_and_flags_over_both() {
    let folder = workshop();
    let at = folder.path();
    std::fs::write(at.join("my.toml"), "epochs = 2\nhead_lr = 0.25\n").unwrap();
    let arguments = [
        "finetune",
        "--run",
        "run",
        "--preset",
        "reference",
        "--settings",
        "my.toml",
        "--head-lr",
        "0.125",
        "--train",
        "train.jsonl",
        "--dev",
        "train.jsonl",
        "--encoder",
        "encoder",
    ];
    succeed(at, &arguments);
    let saved: Value =
        serde_json::from_slice(&std::fs::read(at.join("run/config.json")).unwrap()).unwrap();
    assert_eq!(saved["warmup"], 0.2);
    assert_eq!(saved["epochs"], 2);
    assert_eq!(saved["head_lr"], 0.125);
}
