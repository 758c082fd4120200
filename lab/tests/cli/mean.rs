//! The average of the weights of several runs.

use std::path::Path;

use safetensors::tensor::SafeTensors;
use spanlight_tests::program::{LAB, SPANLIGHT, still, training};
use spanlight_tests::workshop::workshop;

/// Every parameter of a file, by name.
fn parameters(path: &Path) -> Vec<(String, Vec<f32>)> {
    let bytes = std::fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let number = |b: &[u8]| f32::from_le_bytes(b.try_into().unwrap());
    let mut all: Vec<_> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.data().chunks(4).map(number).collect()))
        .collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

#[test]
fn the_average_of_several_runs_can_be_used_like_a_run() {
    let folder = workshop();
    let at = folder.path();
    SPANLIGHT.succeed(at, &training("start", "25"));
    for (run, seed) in [("one", "1"), ("two", "2")] {
        let further = ["--init-from", "start", "--load-parts", "model"];
        let seed = ["--seed", seed];
        SPANLIGHT.succeed(at, &[&training(run, "1")[..], &further, &seed].concat());
    }
    LAB.succeed(at, &["mean", "one", "two", "two", "--out", "mean"]);

    let run = |name: &str| parameters(&at.join(name).join("best.safetensors"));
    let (one, two) = (run("one"), run("two"));
    let mean = run("mean");
    assert_eq!((one.len(), two.len()), (mean.len(), mean.len()));
    let mut moved = 0;
    for (((name, a), (other, b)), (same, m)) in one.iter().zip(&two).zip(&mean) {
        assert_eq!((name, a.len(), b.len()), (same, m.len(), m.len()));
        assert_eq!(name, other);
        for ((a, b), m) in a.iter().zip(b).zip(m) {
            let (one, two) = (f64::from(*a), f64::from(*b));
            let rounding = 2e-7 * (one.abs() + two.abs());
            let off = (f64::from(*m) - (one + 2.0 * two) / 3.0).abs();
            assert!(off <= rounding, "{name}: {m}");
            // Counts weights for which the average without repetition would differ.
            moved += usize::from((one - two).abs() / 6.0 > 2.0 * rounding);
        }
    }
    assert!(moved > 1000, "both seeds trained nearly the same weights");

    LAB.succeed(at, &["mean", "one", "one", "--out", "alone"]);
    assert_eq!(one, run("alone"));

    let data = ["--data", "train.jsonl", "--chunk", "16"];
    SPANLIGHT.succeed(at, &[&["evaluate", "--model", "mean"], &data[..]].concat());
    let export = [
        "export",
        "--name",
        "tiny",
        "--precision",
        "f32",
        "--model",
        "mean",
    ];
    let to = [
        "--out",
        "bundle",
        "--self-test",
        "anna works for acme in rome .",
    ];
    SPANLIGHT.succeed(at, &[&export[..], &to].concat());
    assert_eq!(mean, parameters(&at.join("bundle/weights.safetensors")));
    // Bundles can be averaged too.
    LAB.succeed(at, &["mean", "bundle", "--out", "again"]);
    assert_eq!(mean, run("again"));

    // A calibration of one model does not fit the average.
    let export = [
        "export",
        "--name",
        "tiny",
        "--precision",
        "f32",
        "--model",
        "one",
    ];
    let to = ["--out", "fitted", "--calibrate", "train.jsonl"];
    let text = ["--self-test", "anna works for acme in rome ."];
    SPANLIGHT.succeed(at, &[&export[..], &to, &text].concat());
    LAB.succeed(at, &["mean", "fitted", "--out", "copy"]);
    LAB.succeed(at, &["mean", "fitted", "bundle", "--out", "both"]);
    let calibrated = |name: &str| {
        let text = std::fs::read_to_string(at.join(name).join("model.json")).unwrap();
        let config: serde_json::Value = serde_json::from_str(&text).unwrap();
        config["calibration"].is_object()
    };
    assert!(calibrated("copy") && !calibrated("both"));

    let message = LAB.fail(at, &["mean", "one", "--out", "two"]);
    assert!(message.contains("two"), "{message}");
}

#[test]
fn a_mean_has_all_inputs_that_any_of_its_models_has() {
    let folder = workshop();
    let at = folder.path();
    let typed = ["--relation-input", "typed"];
    SPANLIGHT.succeed(at, &[&training("run", "25")[..], &typed].concat());
    let further = ["--init-from", "run", "--load-parts", "model"];
    let more = ["--relation-input", "edges", "--case", "true"];
    SPANLIGHT.succeed(at, &[&still("grown")[..], &further, &more].concat());
    LAB.succeed(at, &["mean", "run", "grown", "--out", "mean"]);
    let run = |name: &str| parameters(&at.join(name).join("best.safetensors"));
    // New inputs count for nothing at first, so the two models are one.
    let (grown, mean) = (run("grown"), run("mean"));
    assert!(run("run").len() < grown.len());
    assert_eq!(grown.len(), mean.len());
    for ((name, grown), (same, mean)) in grown.iter().zip(&mean) {
        assert_eq!((name, grown.len()), (same, mean.len()));
        let differences = grown.iter().zip(mean).map(|(a, b)| (a - b).abs());
        assert!(differences.fold(0.0, f32::max) < 1e-6, "{name}");
    }
}

#[test]
fn a_run_with_other_labels_sizes_or_pieces_is_named() {
    let folder = workshop();
    let at = folder.path();
    for run in ["run", "respelled"] {
        SPANLIGHT.succeed(at, &training(run, "1"));
    }
    let text = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    std::fs::write(at.join("train.jsonl"), text.replace("\"LOC\"", "\"GPE\"")).unwrap();
    SPANLIGHT.succeed(at, &training("relabelled", "1"));
    SPANLIGHT.succeed(
        at,
        &[&training("wider", "1")[..], &["--pair-att-act", "tanh"]].concat(),
    );

    let path = at.join("respelled/tokenizer.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"acme\""));
    std::fs::write(&path, text.replace("\"acme\"", "\"acne\"")).unwrap();

    for (other, problem) in [
        ("relabelled", "labels"),
        ("wider", "sizes and switches"),
        ("respelled", "tokenizer"),
    ] {
        let message = LAB.fail(at, &["mean", "run", other, "--out", "mean"]);
        assert!(
            message.contains(other) && message.contains(problem),
            "{message}"
        );
        assert!(!at.join("mean").exists());
    }
}
