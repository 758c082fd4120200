//! A bundle with the mean of several runs' weights.

use std::path::Path;

use safetensors::tensor::SafeTensors;

use crate::support::{fail, succeed, training, workshop};

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

/// Arguments that export some runs to `out` as they are.
fn export<'a>(runs: &[&'a str], out: &'a str) -> Vec<&'a str> {
    let start = ["export", "--name", "tiny", "--precision", "f32"];
    let text = ["--self-test", "anna works for acme in rome .", "--model"];
    [&start[..], &["--out", out], &text, runs].concat()
}

#[test]
fn several_runs_give_one_bundle_with_the_mean_of_their_weights() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("start", "25"));
    for (run, seed) in [("one", "1"), ("two", "2")] {
        let further = ["--init-from", "start", "--load-parts", "model"];
        let seed = ["--seed", seed];
        succeed(at, &[&training(run, "1")[..], &further, &seed].concat());
    }
    succeed(at, &export(&["one", "two", "two"], "mean"));

    let run = |name: &str| parameters(&at.join(name).join("best.safetensors"));
    let (one, two) = (run("one"), run("two"));
    let mean = parameters(&at.join("mean/weights.safetensors"));
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
            // Where the mean of each run once would be another.
            moved += usize::from((one - two).abs() / 6.0 > 2.0 * rounding);
        }
    }
    assert!(moved > 1000, "both seeds trained nearly the same weights");

    succeed(at, &export(&["one", "one"], "alone"));
    assert_eq!(one, parameters(&at.join("alone/weights.safetensors")));
}

#[test]
fn a_run_with_other_labels_sizes_or_pieces_is_named() {
    let folder = workshop();
    let at = folder.path();
    for run in ["run", "respelled"] {
        succeed(at, &training(run, "1"));
    }
    let text = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    std::fs::write(at.join("train.jsonl"), text.replace("\"LOC\"", "\"GPE\"")).unwrap();
    succeed(at, &training("relabelled", "1"));
    succeed(
        at,
        &[&training("wider", "1")[..], &["--context", "8"]].concat(),
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
        let message = fail(at, &export(&["run", other], "bundle"));
        assert!(
            message.contains(other) && message.contains(problem),
            "{message}"
        );
        assert!(!at.join("bundle").exists());
    }
}
