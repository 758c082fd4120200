//! A grid runs cell by cell, continues after an interruption, and repeats no finished cell.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::{GRID, RUN, cells, grid, json, results};
use spanlight_tests::program::{LAB, stop_when};
use spanlight_tests::workshop::workshop;

/// Starts the grid and stops it with a signal in the middle of a cell.
fn stop(at: &Path, out: &str, signal: &str) {
    let arguments = [&RUN[..], &["--out", out]].concat();
    let reached = || {
        let (done, open): (Vec<_>, Vec<_>) = cells(&at.join(out))
            .into_iter()
            .partition(|c| c.join("result.json").exists());
        done.len() >= 3
            && open
                .iter()
                .any(|c| c.join("checkpoint.safetensors").exists())
    };
    stop_when(LAB.command(at, &arguments), signal, reached);
}

#[test]
fn an_interrupted_grid_has_the_same_results() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    LAB.succeed(at, &RUN);
    let whole = results(&at.join("grid"));
    assert_eq!(whole.len(), 8);

    for (signal, name) in [("-KILL", "killed"), ("-INT", "asked")] {
        stop(at, name, signal);
        let out = at.join(name);
        let before: Vec<_> = cells(&out)
            .iter()
            .filter_map(|cell| std::fs::read(cell.join("result.json")).ok())
            .collect();
        assert!(before.len() >= 3, "{signal}");
        LAB.succeed(at, &[&RUN[..], &["--out", name]].concat());
        let after: Vec<_> = cells(&out)
            .iter()
            .map(|cell| std::fs::read(cell.join("result.json")).unwrap())
            .collect();
        // The results hold times, so equal files were not written again.
        assert!(
            before.iter().all(|result| after.contains(result)),
            "{signal}"
        );
        assert_eq!(results(&out), whole, "{signal}");
        for (a, b) in cells(&out).iter().zip(cells(&at.join("grid"))) {
            let file = |cell: &Path, name: &str| std::fs::read(cell.join(name)).unwrap();
            for name in ["best.safetensors", "predictions.jsonl"] {
                assert!(file(a, name) == file(&b, name), "{signal}: {name} of {a:?}");
            }
            let steps = |cell: &Path| {
                let events = String::from_utf8(file(cell, "events.jsonl")).unwrap();
                events.matches("\"event\":\"step\"").count()
            };
            assert_eq!(steps(a), steps(&b), "{signal}: {a:?}");
        }
    }
}

#[test]
fn a_finished_grid_does_nothing_and_a_changed_setting_makes_new_cells() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    LAB.succeed(at, &RUN);
    let output = at.join("grid");
    let first = cells(&output);
    let times = || -> Vec<_> {
        let time = |c: &PathBuf| {
            std::fs::metadata(c.join("result.json"))
                .unwrap()
                .modified()
                .unwrap()
        };
        first.iter().map(time).collect()
    };
    let before = times();
    for cell in &first {
        // By default the best weights are kept and the checkpoint is not.
        assert!(
            cell.join("best.safetensors").exists() && !cell.join("checkpoint.safetensors").exists()
        );
        let result = json(&cell.join("result.json"));
        for protocol in ["full", "reference", "symmetric"] {
            let test = &result["test"][protocol];
            assert_eq!(test["entity"]["gold"], 36, "{protocol}");
            assert_eq!(test["by_entities"].as_array().unwrap().len(), 5);
            assert_eq!(test["by_words"].as_array().unwrap().len(), 5);
            assert_eq!(test["by_type"]["entity"]["PER"]["gold"], 12);
        }
        let predictions = std::fs::read_to_string(cell.join("predictions.jsonl")).unwrap();
        assert_eq!(predictions.lines().count(), 12);
    }
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("8 finished, 0 failed or cannot run, 0 to do"),
        "{list}"
    );
    LAB.succeed(at, &RUN);
    assert_eq!((cells(&output), times()), (first.clone(), before.clone()));

    // Changed settings of one variant make new cells of this variant only.
    grid(
        at,
        &GRID.replace(
            "share_span_encoder = true",
            "share_span_encoder = true, dropout = 0.2",
        ),
    );
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("4 finished, 0 failed or cannot run, 4 to do"),
        "{list}"
    );
    LAB.succeed(at, &RUN);
    assert_eq!((cells(&output).len(), times()), (12, before.clone()));

    // Names are not part of a cell's identity.
    let named = "label = \"Another name\"\npaper = \"BERT\"";
    grid(at, &GRID.replace("label = \"Plain\"", named));
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("Another name at 100 %") && list.contains("8 finished"),
        "{list}"
    );

    // The content of the data is part of the identity, but not their path.
    grid(at, GRID);
    std::fs::create_dir(at.join("moved")).unwrap();
    std::fs::copy(at.join("train.jsonl"), at.join("moved/train.jsonl")).unwrap();
    let list = LAB.succeed(
        at,
        &["run", "grid.toml", "--data-dir", "moved", "--dry-run"],
    );
    assert!(
        list.contains("8 finished, 0 failed or cannot run, 0 to do"),
        "{list}"
    );
    let text = std::fs::read_to_string(at.join("train.jsonl")).unwrap();
    std::fs::write(
        at.join("moved/train.jsonl"),
        text.replacen("rome", "paris", 1),
    )
    .unwrap();
    let list = LAB
        .command(at, &["run", "grid.toml", "--dry-run"])
        .env("SPANLIGHT_DATA_DIR", "moved")
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(
        list.contains("0 finished, 0 failed or cannot run, 8 to do"),
        "{list}"
    );
}

#[test]
fn a_grid_resumes_after_its_time_limit() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    LAB.end(at, &[&RUN[..], &["--max-minutes", "0"]].concat(), 75);
    assert_eq!(cells(&at.join("grid")), Vec::<PathBuf>::new());
    // The limit grows, so that a slow machine finishes too.
    for attempt in 1..200 {
        let minutes = (0.003 * f64::from(attempt)).to_string();
        let limited = [&RUN[..], &["--max-minutes", &minutes]].concat();
        let status = LAB.command(at, &limited).status().unwrap();
        assert!(matches!(status.code(), Some(0 | 75)), "{status}");
        let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
        if list.contains("8 finished") {
            let left_alone = [&RUN[..], &["--out", "whole"]].concat();
            LAB.succeed(at, &left_alone);
            assert_eq!(results(&at.join("grid")), results(&at.join("whole")));
            return;
        }
    }
    panic!("the grid does not finish");
}

#[test]
fn two_processes_share_the_work() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    LAB.succeed(at, &[&RUN[..], &["--out", "alone"]].concat());
    let mut first = LAB.command(at, &RUN).stderr(Stdio::null()).spawn().unwrap();
    while cells(&at.join("grid")).is_empty() {
        assert!(first.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = LAB.command(at, &RUN).output().unwrap();
    assert!(first.wait().unwrap().success() && second.status.success());
    let messages = String::from_utf8(second.stderr).unwrap();
    assert!(
        messages.contains("finished"),
        "the second process had nothing to do: {messages}"
    );
    assert_eq!(results(&at.join("grid")), results(&at.join("alone")));
    // Every cell was trained once.
    for cell in cells(&at.join("grid")) {
        let events = std::fs::read_to_string(cell.join("events.jsonl")).unwrap();
        assert_eq!(events.matches("\"event\":\"started\"").count(), 1);
    }
}
