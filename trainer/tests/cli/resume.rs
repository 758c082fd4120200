//! A resumed run ends with the same weights, bit for bit, as an uninterrupted run.

use std::path::Path;

use crate::support::{
    SPANLIGHT, arrays, events, exchanged, fail, pretraining, spanlight, stop_when, succeed,
    training, workshop,
};

/// Stops a run by a signal after some steps and resumes it; `arguments` are those of a run of a
/// given name.
fn interrupt(
    (signal, status): (&str, Option<i32>),
    arguments: impl Fn(&'static str) -> Vec<&'static str>,
    weights: &str,
) {
    let folder = workshop();
    let at = folder.path();
    succeed(at, &arguments("whole"));

    let events = at.join("halves/events.jsonl");
    let ready = |text: String| text.matches("\"saved\"").count() >= 2;
    let ended = stop_when(spanlight(at, &arguments("halves")), signal, || {
        std::fs::read_to_string(&events).is_ok_and(ready)
    });
    assert_eq!(ended, status, "after {signal}");
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
        let message = SPANLIGHT.end(at, &[call, &no_time].concat(), 75);
        let hint = "stopped (out of time); to go on, add --resume to --run halves";
        assert!(message.contains(hint), "{message}");
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
    interrupt(("-INT", Some(130)), finetuning, "best.safetensors");
}

#[test]
fn fine_tuning_after_kill_9() {
    interrupt(("-KILL", None), finetuning, "best.safetensors");
}

#[test]
fn fine_tuning_after_sigterm_and_sighup() {
    interrupt(("-TERM", Some(143)), finetuning, "best.safetensors");
    interrupt(("-HUP", Some(129)), finetuning, "best.safetensors");
}

#[test]
fn pre_training_after_ctrl_c() {
    let arguments = |run| pretraining(run, "60");
    interrupt(("-INT", Some(130)), arguments, "pretrained.safetensors");
}

#[test]
fn pre_training_after_kill_9() {
    let arguments = |run| pretraining(run, "60");
    interrupt(("-KILL", None), arguments, "pretrained.safetensors");
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
    SPANLIGHT.end(
        at,
        &[&pretraining("halves", "3")[..], &no_time].concat(),
        75,
    );
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

/// The checkpoint of a run after one step.
fn stopped_run(at: &Path) -> std::path::PathBuf {
    std::fs::copy(at.join("train.jsonl"), at.join("dev.jsonl")).unwrap();
    SPANLIGHT.end(
        at,
        &[
            &exchanged(training("run", "2"), "--dev", "dev.jsonl")[..],
            &["--max-minutes", "0"],
        ]
        .concat(),
        75,
    );
    at.join("run/checkpoint.safetensors")
}

#[test]
fn a_run_does_not_go_on_from_other_data_or_another_encoder() {
    let folder = workshop();
    let at = folder.path();
    stopped_run(at);
    let resume = ["finetune", "--run", "run", "--resume"];
    for (file, what) in [
        ("train.jsonl", "training data"),
        ("encoder/model.safetensors", "encoder"),
    ] {
        let path = at.join(file);
        let before = std::fs::read(&path).unwrap();
        let mut bytes = before.clone();
        if file == "train.jsonl" {
            // Without its last line.
            bytes.pop();
            bytes.truncate(bytes.iter().rposition(|b| *b == b'\n').unwrap());
        } else {
            *bytes.last_mut().unwrap() ^= 1;
        }
        std::fs::write(&path, bytes).unwrap();
        for more in [&[][..], &["--resume-elsewhere"]] {
            let message = fail(at, &[&resume[..], more].concat());
            let expected = format!("run: the {what} was `");
            assert!(message.contains(&expected), "{message}");
            assert!(message.contains("put it back as it was"), "{message}");
        }
        std::fs::write(&path, before).unwrap();
    }
    succeed(at, &resume);
}

#[test]
fn a_run_goes_on_elsewhere_only_when_told_to() {
    let folder = workshop();
    let at = folder.path();
    let path = stopped_run(at);
    let mut bytes = std::fs::read(&path).unwrap();
    let program = format!("spanlight {}", env!("CARGO_PKG_VERSION"));
    let place = bytes
        .windows(program.len())
        .position(|w| w == program.as_bytes());
    let last = place.unwrap() + program.len() - 1;
    bytes[last] = b'x';
    std::fs::write(&path, bytes).unwrap();
    let resume = ["finetune", "--run", "run", "--resume"];
    let message = fail(at, &resume);
    assert!(message.contains("the program was `spanlight "), "{message}");
    assert!(message.contains("--resume-elsewhere"), "{message}");
    succeed(at, &[&resume[..], &["--resume-elsewhere"]].concat());
}

#[test]
fn the_number_of_threads_changes_no_bit_of_a_run_that_stops_and_goes_on() {
    let folder = workshop();
    let at = folder.path();
    let weights = |run: &str| std::fs::read(at.join(run).join("best.safetensors")).unwrap();
    let runs = ["t1", "t2", "t3", "t7", "t16"];
    for run in runs {
        let threads = &run[1..];
        let start = [
            &finetuning(run)[..],
            &["--threads", threads, "--max-minutes", "0"],
        ];
        SPANLIGHT.end(at, &start.concat(), 75);
        // It goes on with another number than it began with.
        let others = if threads == "1" { "3" } else { "1" };
        let resume = ["finetune", "--run", run, "--resume", "--threads"];
        SPANLIGHT.end(
            at,
            &[&resume[..], &[others, "--max-minutes", "0"]].concat(),
            75,
        );
        succeed(at, &[&resume[..], &[threads]].concat());
    }
    succeed(
        at,
        &[&finetuning("whole")[..], &["--threads", "2"]].concat(),
    );
    for run in runs {
        assert!(weights(run) == weights("whole"), "{run} differs");
    }
}

/// Names of the threads of a process.
#[cfg(target_os = "linux")]
fn threads(process: u32) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).ok();
    let tasks = tasks
        .into_iter()
        .flatten()
        .filter_map(|task| name(task.ok()?));
    tasks.map(|name| name.trim().to_owned()).collect()
}

/// A dependency with threads of its own would divide the work by their number, and sums with it.
#[cfg(target_os = "linux")]
#[test]
fn no_thread_runs_but_those_asked_for() {
    let folder = workshop();
    let at = folder.path();
    for (count, most) in [("1", 2), ("3", 6)] {
        let run = format!("t{count}");
        let mut child = spanlight(at, &training(&run, "8"))
            .args(["--threads", count])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut found = Vec::new();
        while child.try_wait().unwrap().is_none() {
            let now = threads(child.id());
            if now.len() > found.len() {
                found = now;
            }
        }
        // The thread that waits for signals is one of them; those of a step may end while the next begins.
        assert!(found.len() <= most, "{count}: {found:?}");
        assert!(found.len() > 1, "no thread was seen");
    }
}
