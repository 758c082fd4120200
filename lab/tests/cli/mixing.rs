//! Mixtures of data sets with `lab mix`.

use serde_json::Value;

use spanlight_tests::program::{LAB, SPANLIGHT};
use spanlight_tests::workshop::workshop;

const RECIPE: &str = r#"
relations = ["works for", "lives in"]
[sources.invented]
train = ["names.jsonl"]
hold_out = { dev = 0.34, test = 0.34 }
[sources.invented.entities]
Person = ["PER"]
Organisation = ["ORG"]
[sources.invented.relations]
"works for" = { from = ["WORKS"] }
"#;

/// Three documents with four sentences each, all different.
fn names() -> String {
    let line = |i: usize| {
        serde_json::json!({
            "sentId": i % 4, "articleId": format!("d{}", i / 4),
            "sentText": format!("anna{i} works for acme{i} ."),
            "entityMentions": [
                {"emId": "a", "text": format!("anna{i}"), "offset": [0, 1], "label": "PER"},
                {"emId": "b", "text": format!("acme{i}"), "offset": [3, 4], "label": "ORG"},
            ],
            "relationMentions": [{
                "em1Id": "a", "em1Text": format!("anna{i}"),
                "em2Id": "b", "em2Text": format!("acme{i}"), "label": "WORKS",
            }],
        })
    };
    let lines: Vec<String> = (0..12).map(|i| line(i).to_string()).collect();
    lines.join("\n")
}

#[test]
fn a_recipe_writes_three_readable_files_and_the_same_files_again() {
    let folder = workshop();
    let at = folder.path();
    std::fs::write(at.join("recipe.toml"), RECIPE).unwrap();
    std::fs::write(at.join("names.jsonl"), names()).unwrap();
    let mix = ["mix", "recipe.toml", "--data-dir", ".", "--out"];
    let text = LAB.succeed(at, &[&mix[..], &["mixed"]].concat());
    assert!(text.contains("sentences used"), "{text}");
    let json = LAB.succeed(at, &[&mix[..], &["again", "--json"]].concat());
    let counts: Value = serde_json::from_str(&json).unwrap();
    for split in ["train", "dev", "test"] {
        let read = |out: &str| {
            std::fs::read_to_string(at.join(out).join(format!("{split}.json"))).unwrap()
        };
        let lines = read("mixed");
        assert_eq!(lines, read("again"));
        assert_eq!(counts["splits"][split]["sentences"], lines.lines().count());
        assert!(
            lines.contains("Person") && !lines.contains("\"PER\""),
            "{lines}"
        );
        SPANLIGHT.succeed(at, &["data", "check", &format!("mixed/{split}.json")]);
    }
    assert_eq!(counts["sources"]["invented"]["read"]["train"], 4);
    let kept: Value =
        serde_json::from_slice(&std::fs::read(at.join("mixed/counts.json")).unwrap()).unwrap();
    assert_eq!(kept, counts);
}

#[test]
fn mistakes_leave_no_file_behind() {
    let folder = workshop();
    let at = folder.path();
    std::fs::write(at.join("names.jsonl"), names()).unwrap();
    for (recipe, part) in [
        (RECIPE.replace("names.jsonl", "none.jsonl"), "none.jsonl"),
        (
            RECIPE.replace("\"works for\", ", ""),
            "sources.invented.relations",
        ),
        (
            RECIPE.replace("relations = [", "relations = "),
            "recipe.toml",
        ),
    ] {
        std::fs::write(at.join("recipe.toml"), recipe).unwrap();
        let mix = ["mix", "recipe.toml", "--data-dir", ".", "--out", "mixed"];
        let message = LAB.fail(at, &mix);
        assert!(message.contains(part), "{message}");
        assert!(!at.join("mixed").exists());
    }
}
