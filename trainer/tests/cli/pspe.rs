//! Checkpoints of the paper's own code: import, export and use.

use std::path::Path;

use safetensors::tensor::{SafeTensors, TensorView, serialize};
use serde_json::json;
use spanlight_tests::fixture;

use crate::support::{
    arrays, exchanged, fail, pretraining, spanlight, succeed, training, workshop,
};

/// The parameters of a fixture as a checkpoint, and the folder of its encoder.
fn checkpoint(at: &Path, name: &str) {
    let bytes = std::fs::read(fixture(&format!("{name}.safetensors"))).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let parameters = tensors.iter().filter_map(|(name, view)| {
        let data = view.data();
        let same = TensorView::new(view.dtype(), view.shape().to_vec(), data).unwrap();
        Some((name.strip_prefix("param.")?.to_string(), same))
    });
    let file = serialize(parameters, None).unwrap();
    std::fs::write(at.join("theirs.safetensors"), file).unwrap();
    std::fs::create_dir(at.join("tiny")).unwrap();
    std::fs::copy(
        fixture("tiny_bert/config.json"),
        at.join("tiny/config.json"),
    )
    .unwrap();
    std::fs::copy(at.join("encoder/vocab.txt"), at.join("tiny/vocab.txt")).unwrap();
}

const IMPORT: [&str; 6] = [
    "import-pspe",
    "theirs.safetensors",
    "--run",
    "imported",
    "--encoder",
    "tiny",
];
const EXPORT: [&str; 5] = [
    "export-pspe",
    "--model",
    "imported",
    "--out",
    "again.safetensors",
];

#[test]
fn a_pre_trained_checkpoint_goes_there_and_back_and_is_a_start() {
    let folder = workshop();
    let at = folder.path();
    checkpoint(at, "pretrain_tiny");
    succeed(at, &IMPORT);
    succeed(at, &EXPORT);
    assert_eq!(
        arrays(&at.join("theirs.safetensors")),
        arrays(&at.join("again.safetensors"))
    );
    let sizes = std::fs::read_to_string(at.join("imported/model.json")).unwrap();
    let sizes: serde_json::Value = serde_json::from_str(&sizes).unwrap();
    assert_eq!(
        (&sizes["span_size"], &sizes["attention_size"]),
        (&json!(24), &json!(16))
    );

    // The fixture's encoder is not the one of this run, so its weights do not fit.
    let start = ["--init-from", "imported"];
    let refused = fail(at, &[&training("run", "1")[..], &start].concat());
    assert!(
        refused.contains("imported") && refused.contains("encoder of other sizes"),
        "{refused}"
    );
}

/// Pre-trains the run `ours` at the paper's sizes, exports it for the paper's code, and imports the
/// result as the run `imported`.
fn there_and_back(at: &Path) {
    // The networks start with different weights, so that it matters which one is loaded.
    let apart = ["--momentum-init", "random", "--learning-rate", "1e-3"];
    succeed(at, &[&pretraining("ours", "3")[..], &apart].concat());
    succeed(at, &exchanged(EXPORT.to_vec(), "--model", "ours"));
    std::fs::rename(at.join("again.safetensors"), at.join("theirs.safetensors")).unwrap();
    succeed(at, &exchanged(IMPORT.to_vec(), "--encoder", "encoder"));
}

#[test]
fn fine_tuning_from_an_imported_run_equals_fine_tuning_from_the_exported_run() {
    let folder = workshop();
    let at = folder.path();
    there_and_back(at);
    let theirs = arrays(&at.join("theirs.safetensors"));
    let floats = |name: &str| {
        let found = theirs.iter().find(|(n, _)| n == name);
        found.map(|(_, bytes)| bytes.len() / 4)
    };
    for network in ["span_pair_encoder", "momentum_span_pair_encoder"] {
        let kernel = "entity_span_extractor.cnn_encoder.conv_layer_1.weight";
        let found = floats(&format!("{network}.{kernel}"));
        assert_eq!(found, Some(100 * 16 * 3), "{network}");
        let query = format!("{network}.attention_encoder.query_linear.weight");
        assert_eq!(floats(&query), Some(500 * 16));
    }
    let pretrained = |run: &str| arrays(&at.join(run).join("pretrained.safetensors"));
    assert!(pretrained("ours") == pretrained("imported"));

    let started = |run: &str, flags: &[&str]| {
        succeed(at, &[&training(run, "1")[..], flags].concat());
        arrays(&at.join(run).join("best.safetensors"))
    };
    let tuned = ["query", "momentum"].map(|network| {
        let [ours, imported] = ["ours", "imported"].map(|earlier| {
            let flags = ["--init-from", earlier, "--load-network", network];
            started(&format!("{network}-of-{earlier}"), &flags)
        });
        assert!(ours == imported, "the {network} networks differ");
        ours
    });
    let alone = started("alone", &[]);
    assert!(tuned[0] != tuned[1] && tuned[0] != alone && tuned[1] != alone);
}

#[test]
fn a_fine_tuned_checkpoint_goes_there_and_back_whatever_the_order_of_its_labels() {
    let folder = workshop();
    let at = folder.path();
    checkpoint(at, "finetune_tiny");
    let missing = fail(at, &IMPORT);
    assert!(missing.contains("labels.json"), "{missing}");
    std::fs::remove_dir_all(at.join("imported")).unwrap();

    let labels = json!({
        "tags": ["--PADDING--", "O", "B", "E", "U", "I"],
        "entities": ["PER", "LOC", "ORG", "None"],
        "relations": ["WORK@>", "LIVE@<", "LIVE@>", "AWAY@>", "None"],
    });
    std::fs::write(at.join("labels.json"), labels.to_string()).unwrap();
    succeed(at, &IMPORT);
    let schema = std::fs::read_to_string(at.join("imported/schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["relations"], json!(["AWAY", "LIVE", "WORK"]));
    // AWAY has two directions in the schema, of which the checkpoint knows one.
    succeed(at, &[&EXPORT[..], &["--labels", "labels.json"]].concat());
    assert_eq!(
        arrays(&at.join("theirs.safetensors")),
        arrays(&at.join("again.safetensors"))
    );

    // It extracts like any other model.
    std::fs::write(at.join("text.txt"), "anna works for acme in rome .").unwrap();
    let found = succeed(at, &["predict", "--model", "imported", "text.txt"]);
    assert!(found.contains("\"sentences\""), "{found}");
}

#[test]
fn modules_that_a_checkpoint_lacks_for_pre_training_are_named() {
    let folder = workshop();
    let at = folder.path();
    let events = |run: &str, flags: &[&str]| {
        succeed(at, &[&pretraining(run, "1")[..], flags].concat());
        let export = exchanged(EXPORT.to_vec(), "--model", run);
        String::from_utf8(spanlight(at, &export).output().unwrap().stderr).unwrap()
    };
    let whole = events("whole", &[]);
    assert!(!whole.contains("could not go on"), "{whole}");
    let part = events("part", &["--proj-head", "none"]);
    let lacking = "has no span_pair_encoder.mlp_head1, span_pair_encoder.mlp_head2, \
                   momentum_span_pair_encoder.mlp_head1, momentum_span_pair_encoder.mlp_head2";
    assert!(part.contains(lacking), "{part}");
}

#[test]
fn an_incomplete_checkpoint_and_another_encoder_are_refused_before_anything_is_written() {
    let folder = workshop();
    let at = folder.path();
    checkpoint(at, "pretrain_tiny");
    let refused = fail(at, &exchanged(IMPORT.to_vec(), "--encoder", "encoder"));
    assert!(refused.contains("shape"), "{refused}");

    let whole = std::fs::read(at.join("theirs.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&whole).unwrap();
    let lost = "momentum_span_pair_encoder.attention_encoder.score_linear.weight";
    assert!(tensors.tensor(lost).is_ok());
    let rest = tensors.iter().filter(|(name, _)| *name != lost);
    let file = serialize(rest.map(|(name, view)| (name.to_string(), view)), None).unwrap();
    std::fs::write(at.join("theirs.safetensors"), file).unwrap();
    let refused = fail(at, &IMPORT);
    assert!(
        refused.contains("pair.score.weight") && refused.contains("is missing"),
        "{refused}"
    );
    assert!(!at.join("imported/pretrained.safetensors").exists());
}

#[test]
fn something_else_is_no_checkpoint() {
    let folder = workshop();
    let at = folder.path();
    let arguments = [
        "import-pspe",
        "encoder/model.safetensors",
        "--run",
        "imported",
        "--encoder",
        "encoder",
    ];
    let refused = fail(at, &arguments);
    assert!(
        refused.contains("no model of the paper's code"),
        "{refused}"
    );
}
