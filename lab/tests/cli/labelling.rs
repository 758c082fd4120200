//! Text that models annotate, and a model trained on it.

use serde_json::Value;

use spanlight_tests::program::{LAB, SPANLIGHT, training};
use spanlight_tests::workshop::workshop;

const TEXT: &str = "anna works for acme in rome .\nbert lives in paris and works for the robot lab .\n\
                    the robot lab hired carla in rome .\ncarla works for acme in paris .\n";

/// Spans and types of the mentions in each line, and the number of its relations.
fn annotations(lines: &str) -> Vec<(Vec<(String, String)>, usize)> {
    let values = lines
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap());
    values
        .map(|line| {
            let mentions = line["entityMentions"].as_array().unwrap().iter();
            let mentions = mentions.map(|m| (m["offset"].to_string(), m["label"].to_string()));
            let mut mentions: Vec<(String, String)> = mentions.collect();
            mentions.sort();
            (mentions, line["relationMentions"].as_array().unwrap().len())
        })
        .collect()
}

#[test]
fn annotations_of_an_ensemble_train_a_model() {
    let folder = workshop();
    let at = folder.path();
    std::fs::write(at.join("text.txt"), TEXT).unwrap();
    let seeded = |run: &'static str, seed: &'static str| {
        let mut arguments = training(run, "25");
        arguments.extend(["--seed", seed]);
        SPANLIGHT.succeed(at, &arguments)
    };
    seeded("one", "1");
    seeded("two", "2");
    let label = |out: &str, more: &[&str]| {
        let arguments = ["label", "text.txt", out];
        LAB.succeed(at, &[&arguments[..], more].concat());
        annotations(&std::fs::read_to_string(at.join(out)).unwrap())
    };

    // A single model labels with its predictions, and three copies of it agree.
    let alone = label("alone.json", &["--model", "one"]);
    SPANLIGHT.succeed(
        at,
        &[
            "evaluate",
            "--model",
            "one",
            "--data",
            "alone.json",
            "--predictions",
            "again.json",
        ],
    );
    let again = std::fs::read_to_string(at.join("again.json")).unwrap();
    assert_eq!(alone, annotations(&again));
    assert_eq!(
        alone,
        label("thrice.json", &["--model", "one", "one", "one"])
    );
    // A labelled file votes like the model that labelled it, alone or with others.
    assert_eq!(alone, label("repeated.json", &["--model", "alone.json"]));
    let weights = ["--model", "alone.json", "two", "alone.json"];
    assert_eq!(alone, label("outvoted.json", &weights));
    // Words are written as they are in the text.
    std::fs::write(at.join("quotes.txt"), "`` anna '' works for acme .\n").unwrap();
    let quotes = ["label", "quotes.txt"];
    LAB.succeed(at, &[&quotes[..], &["q.json", "--model", "one"]].concat());
    LAB.succeed(
        at,
        &[&quotes[..], &["r.json", "--model", "q.json"]].concat(),
    );
    let lines = ["q.json", "r.json"].map(|file| std::fs::read_to_string(at.join(file)).unwrap());
    assert_eq!(lines[0], lines[1]);
    assert_eq!(alone.len(), 4);
    assert!(alone.iter().any(|(mentions, _)| mentions.len() == 3));

    // Two models label only common mentions; two of four lines are every second line.
    let other = label("other.json", &["--model", "two"]);
    let both = label("both.json", &["--model", "one", "two", "--count", "2"]);
    assert_eq!(both.len(), 2);
    for (line, (mentions, relations)) in both.iter().enumerate() {
        let (first, second) = (&alone[2 * line], &other[2 * line]);
        let common: Vec<_> = first.0.iter().filter(|m| second.0.contains(m)).collect();
        assert_eq!(mentions.iter().collect::<Vec<_>>(), common);
        assert!(*relations <= first.1.min(second.1));
    }

    let mut learn = training("student", "2");
    let train = learn.iter().position(|a| *a == "train.jsonl").unwrap();
    learn[train] = "alone.json";
    SPANLIGHT.succeed(at, &learn);
    assert!(at.join("student/best.safetensors").exists());
}

#[test]
fn mistakes_are_named_and_leave_no_file() {
    let folder = workshop();
    let at = folder.path();
    std::fs::write(at.join("text.txt"), TEXT).unwrap();
    let label = ["label", "text.txt", "out.json"];
    SPANLIGHT.succeed(at, &training("one", "1"));
    let three = ["label", "three.txt", "three.json", "--model", "one"];
    let lines: Vec<&str> = TEXT.lines().take(3).collect();
    std::fs::write(at.join("three.txt"), lines.join("\n")).unwrap();
    LAB.succeed(at, &three);
    for (more, part) in [
        (
            &["--model", "none", "none", "--agree", "1"][..],
            "at least 2",
        ),
        (
            &["--model", "none", "none", "--agree-relations", "3"],
            "from 1 to 2 models can agree",
        ),
        (&["--model", "none"], "none"),
        (&["--model", "none", "--count", "5"], "holds 4 sentences"),
        (
            &["--model", "three.json"],
            "sentence 4 is not that of the text",
        ),
        (&["--model", "train.jsonl"], "train.jsonl: its sentence"),
        (&["--model", "text.txt"], "text.txt: unknown format"),
    ] {
        let message = LAB.fail(at, &[&label[..], more].concat());
        assert!(message.contains(part), "{message}");
        assert!(!at.join("out.json").exists());
    }
}
