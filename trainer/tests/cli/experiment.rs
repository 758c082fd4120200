//! A grid runs cell by cell, goes on after any end, and repeats nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{GRID, fail, spanlight, succeed, workshop};

/// Arguments of the grid in `grid.toml`.
const RUN: [&str; 4] = ["experiment", "grid.toml", "--data-dir", "."];

fn grid(at: &Path, text: &str) {
    std::fs::write(at.join("grid.toml"), text).unwrap();
}

fn cells(output: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(output.join("cells")) else {
        return vec![];
    };
    let mut cells: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    cells.sort();
    cells
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The results by folder, without what the clock decides.
fn results(output: &Path) -> BTreeMap<String, Value> {
    let mut results = BTreeMap::new();
    for cell in cells(output) {
        let mut result = json(&cell.join("result.json"));
        result.as_object_mut().unwrap().remove("seconds");
        let name = cell.file_name().unwrap().to_string_lossy().into_owned();
        results.insert(name, result);
    }
    results
}

/// Starts the grid and stops it by a signal in the middle of a cell.
fn stop(at: &Path, out: &str, signal: &str) {
    let arguments = [&RUN[..], &["--out", out]].concat();
    let mut child = spanlight(at, &arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reached = || {
        let (done, open): (Vec<_>, Vec<_>) = cells(&at.join(out))
            .into_iter()
            .partition(|c| c.join("result.json").exists());
        done.len() >= 3
            && open
                .iter()
                .any(|c| c.join("checkpoint.safetensors").exists())
    };
    while !reached() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it could be stopped"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    child.wait().unwrap();
}

#[test]
fn an_interrupted_grid_ends_like_one_left_alone() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    succeed(at, &RUN);
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
        succeed(at, &[&RUN[..], &["--out", name]].concat());
        let after: Vec<_> = cells(&out)
            .iter()
            .map(|cell| std::fs::read(cell.join("result.json")).unwrap())
            .collect();
        // Even their times are the same, so they were not made again.
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
    succeed(at, &RUN);
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
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("8 finished, 0 failed or cannot run, 0 to do"),
        "{list}"
    );
    succeed(at, &RUN);
    assert_eq!((cells(&output), times()), (first.clone(), before.clone()));

    // Only one variant changes, so only its cells are new.
    grid(
        at,
        &GRID.replace(
            "share_span_encoder = true",
            "share_span_encoder = true, dropout = 0.2",
        ),
    );
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("4 finished, 0 failed or cannot run, 4 to do"),
        "{list}"
    );
    succeed(at, &RUN);
    assert_eq!((cells(&output).len(), times()), (12, before.clone()));

    // Names are no part of what a cell is.
    let named = "label = \"Another name\"\npaper = \"BERT\"";
    grid(at, &GRID.replace("label = \"Plain\"", named));
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("Another name at 100 %") && list.contains("8 finished"),
        "{list}"
    );

    // The data are; their place does not matter.
    grid(at, GRID);
    std::fs::create_dir(at.join("moved")).unwrap();
    std::fs::copy(at.join("train.jsonl"), at.join("moved/train.jsonl")).unwrap();
    let list = succeed(
        at,
        &[
            "experiment",
            "grid.toml",
            "--data-dir",
            "moved",
            "--dry-run",
        ],
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
    let list = spanlight(at, &["experiment", "grid.toml", "--dry-run"])
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
fn time_runs_out_at_a_place_to_go_on_from() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    succeed(at, &[&RUN[..], &["--max-minutes", "0"]].concat());
    assert_eq!(cells(&at.join("grid")), Vec::<PathBuf>::new());
    // Ever longer, so that a slow machine gets there too.
    for attempt in 1..200 {
        let minutes = (0.003 * f64::from(attempt)).to_string();
        succeed(at, &[&RUN[..], &["--max-minutes", &minutes]].concat());
        let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
        if list.contains("8 finished") {
            let left_alone = [&RUN[..], &["--out", "whole"]].concat();
            succeed(at, &left_alone);
            assert_eq!(results(&at.join("grid")), results(&at.join("whole")));
            return;
        }
    }
    panic!("the grid does not get on");
}

#[test]
fn a_cell_that_fails_is_recorded_and_the_others_go_on() {
    let folder = workshop();
    let at = folder.path();
    let broken = GRID
        .replace("[variants.shared]", "[pretrainings.text]\nsettings = { w_tbo = 0 }\n\n[variants.shared]\npretraining = \"text\"")
        .replace("fractions = [0.34, 1.0]", "fractions = [0.34]");
    grid(at, &broken);
    let message = fail(at, &RUN);
    assert!(message.contains("2 of 4 cells failed"), "{message}");
    assert!(
        message.contains("Plain at 34 %, seed 2 finished · 2/4 cells"),
        "{message}"
    );
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("2 finished, 2 failed or cannot run, 0 to do"),
        "{list}"
    );
    assert!(
        list.contains("pre-training `text`: --encoder is missing"),
        "{list}"
    );

    // An encoder that is missing concerns the cells that use it, and comes back mended.
    let broken = GRID
        .replace("share_span_encoder = true", "encoder = \"nowhere\"")
        .replace("fractions = [0.34, 1.0]", "fractions = [0.34]");
    grid(at, &broken);
    let message = fail(at, &RUN);
    assert!(
        message.contains("2 of 4 cells failed") && message.contains("nowhere"),
        "{message}"
    );
    assert!(message.contains("The data: invented"), "{message}");
    std::fs::create_dir(at.join("nowhere")).unwrap();
    for entry in std::fs::read_dir(at.join("encoder")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, at.join("nowhere").join(path.file_name().unwrap())).unwrap();
    }
    // The same content is the same cell as that of the plain variant.
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("4 finished, 0 failed or cannot run, 0 to do"),
        "{list}"
    );
}

#[test]
fn a_pre_training_on_other_labels_is_trained_once() {
    let folder = workshop();
    let at = folder.path();
    let supervised = GRID.replace(
        "[variants.shared]",
        "[pretrainings.distant]\nkind = \"finetune\"\nsettings = { train = \"train.jsonl\", dev = \"train.jsonl\", seed = 9 }\n\n\
         [variants.shared]\npretraining = \"distant\"",
    );
    grid(at, &supervised);
    // Whether fine-tuning can start from a run is its own matter.
    let _ = spanlight(at, &RUN).output().unwrap();
    let _ = spanlight(at, &RUN).output().unwrap();
    let made: Vec<_> = std::fs::read_dir(at.join("grid/pretrainings"))
        .unwrap()
        .collect();
    assert_eq!(made.len(), 1);
    let made = made[0].as_ref().unwrap().path();
    assert!(made.join("done.json").exists() && made.join("best.safetensors").exists());
    let events = std::fs::read_to_string(made.join("events.jsonl")).unwrap();
    assert_eq!(events.matches("\"event\":\"started\"").count(), 1);
    assert_eq!(events.matches("\"event\":\"finished\"").count(), 1);
}

#[test]
fn a_pre_training_goes_on_from_another() {
    let folder = workshop();
    let at = folder.path();
    let chain = GRID
        .replace(
            "[variants.shared]",
            "[pretrainings.first]\nkind = \"finetune\"\nsettings = { train = \"train.jsonl\", dev = \"train.jsonl\" }\n\n\
             [pretrainings.second]\nkind = \"finetune\"\nfrom = \"first\"\n\
             settings = { train = \"train.jsonl\", dev = \"train.jsonl\", seed = 9, load_parts = \"model\" }\n\n\
             [variants.shared]\npretraining = \"second\"",
        )
        .replace("fractions = [0.34, 1.0]", "fractions = [1.0]");
    grid(at, &chain);
    succeed(at, &RUN);
    let made = |stem: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(at.join("grid/pretrainings")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let named = |path: &PathBuf| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(stem)
        };
        paths.filter(named).collect()
    };
    let [first, second] = ["first", "second"].map(made);
    assert_eq!((first.len(), second.len()), (1, 1));
    let start = json(&second[0].join("config.json"))["init_from"].clone();
    assert!(first[0].ends_with(Path::new(start.as_str().unwrap()).file_name().unwrap()));
    // What comes first is part of what a cell is.
    let other = chain.replacen(
        "dev = \"train.jsonl\" }",
        "dev = \"train.jsonl\", seed = 8 }",
        1,
    );
    grid(at, &other);
    let list = succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("2 finished, 0 failed or cannot run, 2 to do"),
        "{list}"
    );

    for (from, to, problem) in [
        ("from = \"first\"", "from = \"none\"", "`none`"),
        (
            "from = \"first\"",
            "from = \"second\"",
            "starts from itself",
        ),
    ] {
        grid(at, &chain.replace(from, to));
        let message = fail(at, &RUN);
        assert!(message.contains(problem), "{message}");
    }
}

#[test]
fn two_processes_share_the_work() {
    let folder = workshop();
    let at = folder.path();
    grid(at, GRID);
    succeed(at, &[&RUN[..], &["--out", "alone"]].concat());
    let mut first = spanlight(at, &RUN).stderr(Stdio::null()).spawn().unwrap();
    while cells(&at.join("grid")).is_empty() {
        assert!(first.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = spanlight(at, &RUN).output().unwrap();
    assert!(first.wait().unwrap().success() && second.status.success());
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(told.contains("finished"), "it had nothing to do: {told}");
    assert_eq!(results(&at.join("grid")), results(&at.join("alone")));
    // Every cell was trained once.
    for cell in cells(&at.join("grid")) {
        let events = std::fs::read_to_string(cell.join("events.jsonl")).unwrap();
        assert_eq!(events.matches("\"event\":\"started\"").count(), 1);
    }
}

#[test]
fn a_grid_with_a_mistake_names_it() {
    let folder = workshop();
    let at = folder.path();
    for (from, to, parts) in [
        ("epochs = 3", "epoch = 6", ["`epoch`", "epochs"]),
        ("epochs = 3", "epochs = \"six\"", ["grid.toml", "six"]),
        ("epochs = 3", "seed = 6", ["`seed`", "[[runs]]"]),
        (
            "epochs = 3",
            "fraction_seed = 6",
            ["fraction_seed", "subset_per_seed"],
        ),
        ("title =", "titel =", ["titel", "title"]),
        (
            "[\"plain\", \"shared\"]",
            "[\"plane\"]",
            ["plane", "runs[0]"],
        ),
        ("[0.34, 1.0]", "[1.34]", ["1.34", "at most 1"]),
        ("seeds = [1, 2]", "seeds = []", ["seeds", "at least one"]),
        (
            "label = \"Plain\"",
            "label = \"Plain\"\npretraining = \"text\"",
            ["`text`", "plain"],
        ),
        ("\"tiny\"", "\"tiny/../..\"", ["tiny/../..", "file names"]),
        (
            "seeds = [1, 2]",
            "seeds = [1, 2]\n[[runs]]\nvariants = [\"plain\"]\nseeds = [2]\nfinetune = { epochs = 9 }",
            ["runs[1]", "`plain`"],
        ),
        (
            "${data_dir}/train",
            "${date_dir}/train",
            ["date_dir", "SPANLIGHT_DATE_DIR"],
        ),
    ] {
        let text = GRID.replacen(from, to, 1);
        assert_ne!(text, GRID, "{from}");
        grid(at, &text);
        let message = fail(at, &RUN);
        assert!(
            parts.iter().all(|part| message.contains(part)),
            "{to}: {message}"
        );
        assert!(!at.join("grid").exists(), "{to}");
    }
    grid(at, GRID);
    let message = fail(at, &["experiment", "grid.toml"]);
    assert!(
        message.contains("--set data_dir=") && message.contains("SPANLIGHT_DATA_DIR"),
        "{message}"
    );
}
