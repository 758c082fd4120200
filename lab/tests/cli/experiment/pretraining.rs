//! A pre-training is trained once, and cells start from it.

use std::path::{Path, PathBuf};

use super::{GRID, RUN, cells, grid, json, results};
use spanlight_tests::program::{LAB, arrays};
use spanlight_tests::workshop::{CORPUS, workshop};

/// The last part of a path.
fn last(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Whether a folder belongs to a variant or a pre-training.
fn is_named(folder: &Path, name: &str) -> bool {
    last(folder).starts_with(&format!("{name}-"))
}

/// Folders of the pre-trainings with a name.
fn pretrainings(at: &Path, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(at.join("grid/pretrainings")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| is_named(path, name)).collect()
}

/// Asserts that one pre-training with a name was trained, without interruption; returns its folder.
fn trained_once(at: &Path, name: &str) -> PathBuf {
    let [folder]: [PathBuf; 1] = pretrainings(at, name).try_into().unwrap();
    assert!(folder.join("done.json").exists());
    let events = std::fs::read_to_string(folder.join("events.jsonl")).unwrap();
    assert_eq!(events.matches("\"event\":\"started\"").count(), 1);
    assert_eq!(events.matches("\"event\":\"finished\"").count(), 1);
    folder
}

/// The cells of a variant.
fn of_variant(at: &Path, variant: &str) -> Vec<PathBuf> {
    let mut cells = cells(&at.join("grid"));
    cells.retain(|cell| is_named(cell, variant));
    cells
}

/// Whether a module of one file has the weights of a module of another.
fn same(ours: (&Path, &str), theirs: (&Path, &str)) -> bool {
    let module = |(file, prefix): (&Path, &str)| -> Vec<(String, Vec<u8>)> {
        let all = arrays(file).into_iter();
        all.filter_map(|(name, bytes)| Some((name.strip_prefix(prefix)?.to_string(), bytes)))
            .collect()
    };
    let (ours, theirs) = (module(ours), module(theirs));
    assert!(!ours.is_empty() && ours.len() == theirs.len());
    ours == theirs
}

/// A grid in which one variant starts from a pre-training on text. The learning rate of fine-tuning is too small to
/// change a weight, so that the cells keep their initial weights.
fn on_text() -> String {
    let settings = "encoder = \"encoder\", corpus = [\"corpus.txt\"], corpus_cache = \"cache\", \
                    unit = \"sentence\", total_steps = 4, batch = 4, chunk = 64, queue_keys = 10, \
                    warmup = 0.2";
    let text = GRID
        .replace("[data]", &format!("pretrain = {{ {settings} }}\n\n[data]"))
        .replace("epochs = 3", "epochs = 1")
        .replace(
            "learning_rate = 2e-3, head_lr = 5e-3",
            "learning_rate = 1e-30, head_lr = 1e-30, weight_decay = 0.0",
        )
        .replace("[0.34, 1.0]", "[1.0]")
        .replace(
            "[variants.shared]",
            "[pretrainings.text]\n\n[variants.text]",
        )
        .replace(
            "finetune = { share_span_encoder = true }",
            "pretraining = \"text\"",
        )
        .replace("\"shared\"", "\"text\"");
    assert!(text.contains("weight_decay") && text.contains("[\"plain\", \"text\"]"));
    text
}

#[test]
fn cells_start_from_a_pre_training_on_text() {
    let folder = workshop();
    let at = folder.path();
    grid(at, &on_text());
    LAB.succeed(at, &RUN);
    let start = trained_once(at, "text");
    let pretrained = start.join("pretrained.safetensors");
    let pretrained = pretrained.as_path();
    for (variant, starts) in [("text", true), ("plain", false)] {
        let found = of_variant(at, variant);
        assert_eq!(found.len(), 2, "{variant}");
        for cell in found {
            let best = cell.join("best.safetensors");
            for (module, earlier) in [
                ("encoders.sentence.", "network.encoders.sentence."),
                ("encoders.span.", "network.encoders.span."),
                ("context.", "network.encoders.span."),
                ("encoders.pair.", "network.encoders.pair."),
            ] {
                let taken = same((best.as_path(), module), (pretrained, earlier));
                assert_eq!(taken, starts, "{module} of {cell:?}");
            }
        }
    }

    let before = (results(&at.join("grid")), finished(at));
    assert_eq!(before.0.len(), 4);
    LAB.succeed(at, &RUN);
    assert_eq!((results(&at.join("grid")), finished(at)), before);
    assert_eq!(trained_once(at, "text"), start);
}

/// Results of cells and events of pre-trainings, with their times.
fn finished(at: &Path) -> Vec<Vec<u8>> {
    let results = cells(&at.join("grid")).into_iter();
    let results = results.map(|cell| cell.join("result.json"));
    let starts = pretrainings(at, "text").into_iter();
    let starts = starts.map(|start| start.join("events.jsonl"));
    let files = results.chain(starts);
    files.map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn settings_and_corpus_of_a_pre_training_identify_a_cell() {
    let folder = workshop();
    let at = folder.path();
    let text = on_text();
    grid(at, &text);
    LAB.succeed(at, &RUN);
    let list = |expected: &str| {
        let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
        assert!(list.contains(expected), "{list}");
    };
    list("4 finished, 0 failed or cannot run, 0 to do");
    let other = "[pretrainings.text]\nsettings = { w_tbo = 0.25 }\n";
    grid(at, &text.replace("[pretrainings.text]\n", other));
    list("2 finished, 0 failed or cannot run, 2 to do");
    LAB.succeed(at, &RUN);
    assert_eq!(pretrainings(at, "text").len(), 2);
    grid(at, &text);
    list("4 finished, 0 failed or cannot run, 0 to do");
    std::fs::write(at.join("corpus.txt"), CORPUS.replace("anna", "bert")).unwrap();
    list("2 finished, 0 failed or cannot run, 2 to do");
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
    LAB.succeed(at, &RUN);
    let first = results(&at.join("grid"));
    assert_eq!(first.len(), 8);
    LAB.succeed(at, &RUN);
    assert_eq!(results(&at.join("grid")), first);
    let start = trained_once(at, "distant");
    assert!(start.join("best.safetensors").exists());
    for cell in of_variant(at, "shared") {
        assert_eq!(start_of(&cell), Some(last(&start)), "{cell:?}");
    }
    for cell in of_variant(at, "plain") {
        assert_eq!(start_of(&cell), None, "{cell:?}");
    }
}

/// Name of the folder from which a run started.
fn start_of(run: &Path) -> Option<String> {
    let config = json(&run.join("config.json"));
    config["init_from"]
        .as_str()
        .map(|path| last(Path::new(path)))
}

#[test]
fn a_pre_training_starts_from_another() {
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
    LAB.succeed(at, &RUN);
    let [first, second] = ["first", "second"].map(|stem| trained_once(at, stem));
    assert_eq!(start_of(&second), Some(last(&first)));
    // The first pre-training is part of a cell's identity.
    let other = chain.replacen(
        "dev = \"train.jsonl\" }",
        "dev = \"train.jsonl\", seed = 8 }",
        1,
    );
    grid(at, &other);
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
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
        let message = LAB.fail(at, &RUN);
        assert!(message.contains(problem), "{message}");
    }
}
