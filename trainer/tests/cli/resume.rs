//! A resumed run ends with the same weights, bit for bit, as an uninterrupted run.

use std::path::Path;

use crate::support::{
    arrays, events, exchanged, fail, pretraining, spanlight, stop_when, succeed, training, workshop,
};

/// Stops a run by a signal after some steps and resumes it; `arguments` are those of a run of a
/// given name.
fn interrupt(signal: &str, arguments: impl Fn(&'static str) -> Vec<&'static str>, weights: &str) {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &arguments("whole"));

    let events = at.join("halves/events.jsonl");
    let ready = |text: String| text.matches("\"saved\"").count() >= 2;
    stop_when(spanlight(at, &arguments("halves")), signal, || {
        std::fs::read_to_string(&events).is_ok_and(ready)
    });
    let chart = at.join("halves/training.svg");
    assert!(chart.exists(), "a stopped run has no chart");
    succeed(at, &[arguments("halves")[0], "--run", "halves", "--resume"]);
    assert_same_state(at, weights);
}

/// Asserts that the runs `whole` and `halves` ended in the same state, bit for bit.
fn assert_same_state(at: &Path, weights: &str) {
    for file in ["checkpoint.safetensors", weights] {
        let (whole, halves) = (
            arrays(&at.join("whole").join(file)),
            arrays(&at.join("halves").join(file)),
        );
        assert_eq!(whole.len(), halves.len(), "{file}");
        for (a, b) in whole.iter().zip(&halves) {
            assert!(a == b, "{file}: {} differs", a.0);
        }
    }
    let steps = |run: &str| events(at, run, "step").len();
    assert_eq!(steps("whole"), steps("halves"));
}

/// Makes the run `halves` one step per call, then the rest; each call succeeds and saves.
fn run_out_of_time(at: &Path, arguments: &[&str], weights: &str) {
    let resume = [arguments[0], "--run", "halves", "--resume"];
    let no_time = ["--max-minutes", "0"];
    for (step, call) in [arguments, &resume].into_iter().enumerate() {
        succeed(at, &[call, &no_time].concat());
        let counts = ["step", "saved", "finished"].map(|kind| events(at, "halves", kind).len());
        assert_eq!(counts, [step + 1, step + 1, 1]);
        assert_eq!(events(at, "halves", "finished")[0]["reason"], "out of time");
    }
    succeed(at, &resume);
    assert_same_state(at, weights);
}

/// Fine-tuning with averaged weights, which a resumed run must keep too.
fn finetuning(run: &'static str) -> Vec<&'static str> {
    let averaged = ["--ema", "0.9", "--relation-input", "typed"];
    [training(run, "12"), averaged.to_vec()].concat()
}

#[test]
fn fine_tuning_after_ctrl_c() {
    interrupt("-INT", finetuning, "best.safetensors");
}

#[test]
fn fine_tuning_after_kill_9() {
    interrupt("-KILL", finetuning, "best.safetensors");
}

#[test]
fn pre_training_after_ctrl_c() {
    let arguments = |run| pretraining(run, "60");
    interrupt("-INT", arguments, "pretrained.safetensors");
}

#[test]
fn pre_training_after_kill_9() {
    let arguments = |run| pretraining(run, "60");
    interrupt("-KILL", arguments, "pretrained.safetensors");
}

#[test]
fn fine_tuning_when_the_time_is_up() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &finetuning("whole"));
    run_out_of_time(at, &finetuning("halves"), "best.safetensors");
}

#[test]
fn pre_training_when_the_time_is_up() {
    let folder = workshop();
    let at = folder.path();
    // An uninterrupted run saves only at its end.
    let arguments = |run| exchanged(pretraining(run, "5"), "--save-every", "100");
    succeed(at, &arguments("whole"));
    run_out_of_time(at, &arguments("halves"), "pretrained.safetensors");
}

#[test]
fn a_run_whose_time_is_up_before_the_text_is_read_starts_on_resuming() {
    let folder = workshop();
    let at = folder.path();
    let no_time = ["--max-minutes", "0"];
    succeed(at, &[&pretraining("halves", "3")[..], &no_time].concat());
    let counts = ["step", "saved", "finished"].map(|kind| events(at, "halves", kind).len());
    assert_eq!(counts, [0, 0, 1]);
    succeed(at, &["pretrain", "--run", "halves", "--resume"]);
    succeed(at, &pretraining("whole", "3"));
    assert_same_state(at, "pretrained.safetensors");
}

#[test]
fn a_run_that_failed_before_its_first_step_starts_again() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("whole", "2"));
    let message = fail(
        at,
        &exchanged(training("late", "2"), "--encoder", "nowhere"),
    );
    assert!(message.contains("nowhere"), "{message}");
    std::fs::rename(at.join("encoder"), at.join("nowhere")).unwrap();
    succeed(at, &["finetune", "--run", "late", "--resume"]);
    let weights = |run: &str| std::fs::read(at.join(run).join("best.safetensors")).unwrap();
    assert!(weights("whole") == weights("late"));
    let message = fail(at, &["finetune", "--run", "encoder", "--resume"]);
    assert!(
        message.contains("there is no run in this folder"),
        "{message}"
    );
}

#[test]
fn a_resumed_run_keeps_its_settings() {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &training("run", "2"));
    let again = [&training("run", "2")[..], &["--resume"]].concat();
    succeed(at, &again);
    let message = fail(at, &[&again[..], &["--ema", "0.5"]].concat());
    assert!(
        message.contains("the run has ema = 0.0, which cannot become 0.5"),
        "{message}"
    );
    let message = fail(at, &[&again[..], &["--preset", "recommended"]].concat());
    assert!(message.contains("cannot become"), "{message}");
}
