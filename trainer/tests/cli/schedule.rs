//! Steps of pre-training and their learning rates, as the run reports them (method §4).

use std::path::Path;

use serde_json::Value;

use crate::support::{events, exchanged, pretraining, succeed, workshop};

/// The highest learning rate.
const PEAK: f64 = 2e-3;

/// Learning rates of all steps of a run, as fractions of the highest.
fn factors(at: &Path, run: &str, warmup: &str, flags: &[&str]) -> Vec<f64> {
    let arguments = exchanged(pretraining(run, "4"), "--warmup", warmup);
    let rates = ["--learning-rate", "2e-3", "--head-lr", "1e-3"];
    succeed(at, &[&arguments[..], &rates, flags].concat());
    let rate = |step: Value| step["learning_rate"].as_f64().unwrap() / PEAK;
    events(at, run, "step").into_iter().map(rate).collect()
}

#[test]
fn the_rate_rises_and_falls_as_the_settings_say() {
    let folder = workshop();
    let at = folder.path();
    let cases: [(&str, &[&str], &[f64]); 5] = [
        ("0.5", &[], &[0.0, 0.5, 1.0, 0.5]),
        ("0", &[], &[0.0, 1.0, 2.0 / 3.0, 1.0 / 3.0]),
        (
            "0.25",
            &["--schedule-steps", "8"],
            &[0.0, 0.5, 1.0, 5.0 / 6.0],
        ),
        ("0.5", &["--schedule-steps", "2"], &[0.0, 1.0, 0.0, 0.0]),
        // With --epochs, --total-steps has no effect: six sentences take two steps of four per epoch.
        (
            "0.5",
            &["--epochs", "3"],
            &[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 2.0 / 3.0, 1.0 / 3.0],
        ),
    ];
    for (i, (warmup, flags, expected)) in cases.into_iter().enumerate() {
        let found = factors(at, &format!("run{i}"), warmup, flags);
        assert_eq!(found.len(), expected.len(), "{flags:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{flags:?}: {found}");
        }
    }
}
