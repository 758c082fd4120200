//! A mistake in a grid is named; an error of a cell does not stop the other cells.

use super::{GRID, RUN, grid};
use spanlight_tests::program::LAB;
use spanlight_tests::workshop::workshop;

#[test]
fn a_failed_cell_is_recorded_and_the_others_run() {
    let folder = workshop();
    let at = folder.path();
    let broken = GRID
        .replace("[variants.shared]", "[pretrainings.text]\nsettings = { w_tbo = 0 }\n\n[variants.shared]\npretraining = \"text\"")
        .replace("fractions = [0.34, 1.0]", "fractions = [0.34]");
    grid(at, &broken);
    let message = LAB.fail(at, &RUN);
    assert!(message.contains("2 of 4 cells failed"), "{message}");
    assert!(
        message.contains("Plain at 34 %, seed 2 finished · 2/4 cells"),
        "{message}"
    );
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("2 finished, 2 failed or cannot run, 0 to do"),
        "{list}"
    );
    assert!(
        list.contains("pre-training `text`: --encoder is missing"),
        "{list}"
    );

    // A missing encoder stops only the cells that use it, until it exists.
    let broken = GRID
        .replace("share_span_encoder = true", "encoder = \"nowhere\"")
        .replace("fractions = [0.34, 1.0]", "fractions = [0.34]");
    grid(at, &broken);
    let message = LAB.fail(at, &RUN);
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
    // Encoders with the same content make the same cells.
    let list = LAB.succeed(at, &[&RUN[..], &["--dry-run"]].concat());
    assert!(
        list.contains("4 finished, 0 failed or cannot run, 0 to do"),
        "{list}"
    );
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
        let message = LAB.fail(at, &RUN);
        assert!(
            parts.iter().all(|part| message.contains(part)),
            "{to}: {message}"
        );
        assert!(!at.join("grid").exists(), "{to}");
    }
    grid(at, GRID);
    let message = LAB.fail(at, &["run", "grid.toml"]);
    assert!(
        message.contains("--set data_dir=") && message.contains("SPANLIGHT_DATA_DIR"),
        "{message}"
    );
}
