//! Grids of trainings with `lab run`.

mod course;
mod mistakes;
mod pretraining;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Arguments of the grid in `grid.toml`.
const RUN: [&str; 4] = ["run", "grid.toml", "--data-dir", "."];

/// A small grid: two variants, two shares, two seeds.
pub const GRID: &str = r#"
name = "tiny"
title = "Tiny"
output = "grid"
variables = { data_dir = "" }
subset_per_seed = true
finetune = { encoder = "encoder", epochs = 3, batch = 4, learning_rate = 2e-3, head_lr = 5e-3, evaluate_from = 1, chunk = 16, save_every = 3 }

[data]
train = "${data_dir}/train.jsonl"
dev = "${data_dir}/train.jsonl"
test = "${data_dir}/train.jsonl"
source = "invented"

[variants.plain]
label = "Plain"

[variants.shared]
label = "Shared encoder"
finetune = { share_span_encoder = true }

[[runs]]
variants = ["plain", "shared"]
fractions = [0.34, 1.0]
seeds = [1, 2]
"#;

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

/// The results by folder, without their times.
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
