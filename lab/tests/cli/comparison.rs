//! Reports and comparisons of finished experiments.

use serde_json::Value;

use spanlight_tests::program::{LAB, SPANLIGHT, training};
use spanlight_tests::workshop::workshop;

use crate::experiment::GRID;

#[test]
fn a_grid_ends_in_a_report() {
    let folder = workshop();
    let at = folder.path();
    let grid = format!("{GRID}\n[report]\ndataset = \"ace05\"\n");
    std::fs::write(at.join("grid.toml"), grid).unwrap();
    // A report does not need finished cells.
    let no_time = ["run", "grid.toml", "--data-dir", ".", "--max-minutes", "0"];
    LAB.end(at, &no_time, 75);
    LAB.succeed(at, &["report", "grid"]);
    let early = std::fs::read_to_string(at.join("grid/report.md")).unwrap();
    assert!(
        early.contains("0 of 8 cells") && early.contains("Plain at 34 %, seeds 1, 2: not run"),
        "{early}"
    );

    LAB.succeed(at, &["run", "grid.toml", "--data-dir", "."]);
    let written = LAB.succeed(at, &["report", "grid", "--out", "first"]);
    for name in ["report.md", "tiny-size.svg", "tiny-figure5.svg"] {
        assert!(written.contains(name), "{written}");
    }
    LAB.succeed(at, &["report", "grid", "--out", "again"]);
    for entry in std::fs::read_dir(at.join("first")).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |out: &str| std::fs::read(at.join(out).join(&name)).unwrap();
        assert!(read("first") == read("again"), "{name:?}");
    }
    let text = std::fs::read_to_string(at.join("first/report.md")).unwrap();
    assert!(
        text.contains("8 of 8 cells") && text.contains("SpanBERT at 100 %: not in this grid"),
        "{text}"
    );

    // The report has the scores of `spanlight evaluate`.
    let f1 = |seed: &str| -> f64 {
        let stem = format!("plain-100-{seed}-");
        let mut cells = std::fs::read_dir(at.join("grid/cells")).unwrap();
        let cell = cells.find_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.starts_with(&stem)
                .then(|| format!("grid/cells/{name}"))
        });
        let model = ["evaluate", "--model", &cell.unwrap()];
        let data = ["--data", "train.jsonl", "--json", "--chunk", "16"];
        let report = SPANLIGHT.succeed(at, &[&model[..], &data].concat());
        let report: Value = serde_json::from_str(&report).unwrap();
        100.0 * report["full"]["entity"]["f1"].as_f64().unwrap()
    };
    let row = format!("| Plain | 2 | {:.1} ± ", f64::midpoint(f1("1"), f1("2")));
    let (_, table) = text
        .split_once("## Test F1, all training documents")
        .unwrap();
    assert!(table.contains(&row), "{row}\n{text}");

    assert!(
        LAB.fail(at, &["report", "encoder"])
            .contains("no output folder")
    );

    // The report quotes the sentences that `compare` shows.
    let quoted = || {
        let report = ["report", "grid", "--sentences", "3", "--out", "quoted"];
        LAB.succeed(at, &report);
        std::fs::read_to_string(at.join("quoted/report.md")).unwrap()
    };
    let summary = " of 12 sentences differ; A is closer to gold in ";
    assert!(!text.contains(summary), "{text}");
    let text = quoted();
    assert!(
        text.contains(summary) && text.contains("\nB = Shared encoder: entity "),
        "{text}"
    );
    std::fs::rename(at.join("train.jsonl"), at.join("elsewhere.jsonl")).unwrap();
    let text = quoted();
    assert!(
        !text.contains(summary) && text.contains("None: ./train.jsonl: "),
        "{text}"
    );
}

#[test]
fn sentences_in_which_two_models_differ_are_shown() {
    let folder = workshop();
    let at = folder.path();
    SPANLIGHT.succeed(at, &training("run", "25"));
    let write = [
        "evaluate",
        "--model",
        "run",
        "--data",
        "train.jsonl",
        "--predictions",
        "good.jsonl",
    ];
    SPANLIGHT.succeed(at, &write);
    let good = std::fs::read_to_string(at.join("good.jsonl")).unwrap();

    let same = LAB.succeed(
        at,
        &[
            "compare",
            "good.jsonl",
            "good.jsonl",
            "--gold",
            "train.jsonl",
        ],
    );
    assert!(same.starts_with("0 of 12 sentences differ"), "{same}");

    // In the first sentence, the other model predicts LOC instead of PER and no relations.
    let mut lines: Vec<String> = good.lines().map(String::from).collect();
    let mut first: Value = serde_json::from_str(&lines[0]).unwrap();
    for mention in first["entityMentions"].as_array_mut().unwrap() {
        if mention["text"] == "anna" {
            mention["label"] = "LOC".into();
        }
    }
    first["relationMentions"] = Value::Array(vec![]);
    lines[0] = first.to_string();
    std::fs::write(at.join("bad.jsonl"), lines.join("\n")).unwrap();
    let text = LAB.succeed(
        at,
        &[
            "compare",
            "good.jsonl",
            "bad.jsonl",
            "--gold",
            "train.jsonl",
        ],
    );
    assert!(
        text.contains("1 of 12 sentences differ; A is closer to gold in 1, B in 0"),
        "{text}"
    );
    assert!(
        text.contains(
            "gold  [anna]PER{WORK-1> LIVE-2>} works for [acme]ORG{>WORK-1} in [rome]LOC{>LIVE-2} ."
        ),
        "{text}"
    );
    assert!(
        text.contains("B     [anna]LOC works for [acme]ORG in [rome]LOC ."),
        "{text}"
    );
    let json = LAB.succeed(
        at,
        &[
            "compare",
            "good.jsonl",
            "bad.jsonl",
            "--gold",
            "train.jsonl",
            "--json",
        ],
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["differences"][0]["closer"], "a");
    assert_eq!(json["differences"].as_array().unwrap().len(), 1);

    lines.remove(3);
    std::fs::write(at.join("short.jsonl"), lines.join("\n")).unwrap();
    let message = LAB.fail(
        at,
        &[
            "compare",
            "good.jsonl",
            "short.jsonl",
            "--gold",
            "train.jsonl",
        ],
    );
    assert!(
        message.contains("short.jsonl") && message.contains("11 sentences"),
        "{message}"
    );
    lines.insert(0, lines[1].clone());
    std::fs::write(at.join("other.jsonl"), lines.join("\n")).unwrap();
    let message = LAB.fail(
        at,
        &[
            "compare",
            "other.jsonl",
            "good.jsonl",
            "--gold",
            "train.jsonl",
        ],
    );
    assert!(
        message.contains("other.jsonl") && message.contains("sentence 1 has other words"),
        "{message}"
    );
    let message = LAB.fail(
        at,
        &["compare", "run", "good.jsonl", "--gold", "train.jsonl"],
    );
    assert!(message.contains("has no predictions.jsonl"), "{message}");
}
