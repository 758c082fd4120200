//! Training that starts from a bundle.

use std::path::Path;

use serde_json::Value;

use crate::support::{arrays, exchanged, fail, pretraining, still, succeed, training, workshop};

/// Trains a run and exports it as a bundle, in full precision and with fewer word-pieces.
fn bundle(at: &Path) {
    let path = at.join("encoder/vocab.txt");
    let vocabulary = std::fs::read_to_string(&path).unwrap();
    let (others, _) = vocabulary.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&path, format!("{others}\n[unused0]")).unwrap();
    let symmetric = ["--symmetric", "LIVE"];
    succeed(at, &[&training("run", "25")[..], &symmetric].concat());
    exported(at, "run", "bundle");
}

/// An exact bundle of a run.
fn exported(at: &Path, run: &str, out: &str) {
    let to = ["--out", out, "--name", "tiny", "--precision", "f32"];
    let found = ["--self-test", "anna works for acme in rome ."];
    succeed(at, &[&["export", "--model", run][..], &to, &found].concat());
}

/// Arguments of a run that starts from parts of an earlier model.
fn from<'a>(run: &'a str, encoder: &'a str, earlier: &'a str, parts: &'a str) -> Vec<&'a str> {
    let start = ["--init-from", earlier, "--load-parts", parts];
    let arguments = exchanged(still(run), "--encoder", encoder);
    [&arguments[..], &start].concat()
}

/// Leaves only the first training sentence, which has some of the labels; returns the former text.
fn first_sentence_alone(at: &Path) -> String {
    let path = at.join("train.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    text
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn starting_from_a_bundle_equals_starting_from_its_run() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let weights = |run: &str| arrays(&at.join(run).join("best.safetensors"));
    let bundled = arrays(&at.join("bundle/weights.safetensors"));

    succeed(at, &from("whole", "bundle", "bundle", "model"));
    assert_eq!(weights("whole"), bundled);

    // Without the heads, which are drawn, and with the encoder of the run.
    succeed(at, &from("of-bundle", "encoder", "bundle", "pair"));
    succeed(at, &from("of-run", "encoder", "run", "pair"));
    assert_eq!(weights("of-bundle"), weights("of-run"));
    assert_ne!(weights("of-run"), weights("run"));

    let encoder = |arrays: Vec<(String, Vec<u8>)>, prefix: &str| -> Vec<_> {
        let inside = |(name, values): (String, Vec<u8>)| {
            Some((name.strip_prefix(prefix)?.to_owned(), values))
        };
        arrays.into_iter().filter_map(inside).collect()
    };
    let expected = encoder(bundled, "encoders.sentence.");
    assert!(expected.len() > 20);
    succeed(
        at,
        &exchanged(still("encoder-alone"), "--encoder", "bundle"),
    );
    assert_eq!(
        encoder(weights("encoder-alone"), "encoders.sentence."),
        expected
    );

    // Pre-training starts from the encoder of a bundle too.
    let mut arguments = exchanged(pretraining("text", "1"), "--encoder", "bundle");
    for flag in ["--learning-rate", "--head-lr"] {
        arguments.extend([flag, "1e-30"]);
    }
    arguments.extend(["--weight-decay", "0", "--init-from", "bundle"]);
    succeed(at, &arguments);
    let text = arrays(&at.join("text/pretrained.safetensors"));
    assert_eq!(encoder(text, "network.encoders.sentence."), expected);
}

/// Whether two JSON values are equal except for rounding.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-5
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|o| same(v, o)))
        }
        _ => one == other,
    }
}

#[test]
fn new_inputs_do_not_change_the_outputs_of_a_model_at_first() {
    let folder = workshop();
    let at = folder.path();
    let typed = ["--relation-input", "typed"];
    succeed(at, &[&training("run", "25")[..], &typed].concat());
    let more = ["--relation-input", "edges", "--case", "true"];
    let arguments = [&from("grown", "encoder", "run", "model")[..], &more].concat();
    succeed(at, &arguments);
    let found = |run: &str| -> Value {
        let lines = succeed(at, &["predict", "--model", run, "corpus.txt"]);
        serde_json::from_str(lines.lines().next().unwrap()).unwrap()
    };
    let (before, after) = (found("run"), found("grown"));
    assert!(before.to_string().contains("\"WORK\""), "{before}");
    assert!(same(&before, &after), "{before} and {after}");
    let widths = |run: &str| {
        let weights = arrays(&at.join(run).join("best.safetensors"));
        let sees = weights
            .iter()
            .find(|(n, _)| n == "relation.inner.linear.weight");
        sees.unwrap().1.len()
    };
    assert!(widths("grown") > widths("run"));
    // A run that starts from it keeps the new inputs without the flags.
    succeed(
        at,
        &[&from("further", "encoder", "grown", "model")[..], &typed].concat(),
    );
    assert_eq!(widths("further"), widths("grown"));
    // Training learns to use the new inputs.
    let arguments = [
        &training("learnt", "1")[..],
        &["--init-from", "grown", "--load-parts", "model"],
        &more,
    ];
    succeed(at, &arguments.concat());
    assert!(!same(&before, &found("learnt")));
}

#[test]
fn a_bundle_on_another_encoder_or_with_other_switches_is_refused() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let refuse = |arguments: &[&str], what: &str| {
        let message = fail(at, arguments);
        assert!(
            message.contains("bundle: ") && message.contains(what),
            "{message}"
        );
    };
    refuse(&from("a", "encoder", "bundle", "model"), "--encoder");
    let switched = ["--pair-att-act", "tanh"];
    let arguments = [&from("b", "bundle", "bundle", "model")[..], &switched].concat();
    refuse(&arguments, "give --pair-att-act as it was");
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
        let message = fail(at, &from(parts, encoder, "bundle", parts));
        assert!(message.contains("weights.safetensors"), "{message}");
    }
}

#[test]
fn a_bundle_is_trained_further_on_data_with_its_labels_only() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    let text = first_sentence_alone(at);
    let schema = |run: &str| json(&at.join(run).join("schema.json"));
    succeed(at, &from("further", "bundle", "bundle", "model"));
    succeed(at, &from("apart", "bundle", "bundle", "all"));
    assert_eq!(schema("further"), schema("run"));
    assert_ne!(schema("apart"), schema("run"));
    assert_eq!(schema("further")["symmetric"], serde_json::json!(["LIVE"]));
    // Another type may become symmetric, even if the data do not have it.
    for label in schema("run")["relations"].as_array().unwrap() {
        let label = label.as_str().unwrap();
        let run = format!("symmetric-{label}");
        let arguments = from(&run, "bundle", "bundle", "model");
        succeed(at, &[&arguments[..], &["--symmetric", label]].concat());
        assert_eq!(schema(&run)["symmetric"], serde_json::json!([label]));
    }

    std::fs::write(at.join("train.jsonl"), text.replace("\"LOC\"", "\"GPE\"")).unwrap();
    let message = fail(at, &from("other", "bundle", "bundle", "model"));
    assert!(message.contains("`GPE`"), "{message}");
}

#[test]
fn a_resumed_run_does_not_need_the_bundle_that_it_started_from() {
    let folder = workshop();
    let at = folder.path();
    bundle(at);
    first_sentence_alone(at);
    std::fs::create_dir(at.join("start")).unwrap();
    for part in ["manifest.json", "tokenizer.json", "weights.safetensors"] {
        std::fs::copy(at.join("bundle").join(part), at.join("start").join(part)).unwrap();
    }
    let arguments = from("further", "bundle", "start", "model");
    succeed(at, &[&arguments[..], &["--max-minutes", "0"]].concat());
    std::fs::remove_dir_all(at.join("start")).unwrap();
    succeed(at, &["finetune", "--run", "further", "--resume"]);
    assert_eq!(
        json(&at.join("further/schema.json")),
        json(&at.join("run/schema.json"))
    );
}
