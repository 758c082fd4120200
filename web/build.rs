//! Sets `cfg(has_science_model)`, which enables the golden test, if the model and the golden file exist.

use std::path::Path;

const NEEDED: [&str; 4] = [
    "../www/models/science/manifest.json",
    "../www/models/science/tokenizer.json",
    "../www/models/science/weights.safetensors",
    "tests/golden.json",
];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_science_model)");
    for path in NEEDED {
        println!("cargo::rerun-if-changed={path}");
    }
    if NEEDED.iter().all(|path| Path::new(path).is_file()) {
        println!("cargo::rustc-cfg=has_science_model");
    }
}
