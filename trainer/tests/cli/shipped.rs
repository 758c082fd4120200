//! The shipped model, scored by the program.

use serde_json::Value;

use crate::support::succeed;

/// `web/tests/evaluation.json` is the evaluation that the browser must reproduce. After a change of
/// the model, replace it by the output, without `scores`, of
/// `spanlight evaluate --json --device cpu --model www/models/science --data web/tests/gold.jsonl`.
#[test]
fn the_golden_evaluation_is_current() {
    let root = spanlight_tests::package().join("..");
    let arguments = ["evaluate", "--json"];
    let files = [
        "--model",
        "www/models/science",
        "--data",
        "web/tests/gold.jsonl",
    ];
    let printed = succeed(&root, &[&arguments[..], &files[..]].concat());
    let mut found: Value = serde_json::from_str(&printed).unwrap();
    // The browser does not compute them.
    let scores = found.as_object_mut().unwrap().remove("scores").unwrap();
    // These sentences are harder than those of the corpus; before calibration, the errors were 0.43
    // and 0.63.
    for (what, most) in [("entity", 0.3), ("relation", 0.4)] {
        let error = scores[what]["error"].as_f64().unwrap();
        assert!(
            error < most,
            "the calibration error of {what} scores is {error}"
        );
    }
    let golden = std::fs::read(root.join("web/tests/evaluation.json")).unwrap();
    let golden: Value = serde_json::from_slice(&golden).unwrap();
    assert_eq!(found, golden);
    let relation = &golden["full"]["relation"];
    assert!(relation["tp"].as_u64().unwrap() > 10 && relation["f1"].as_f64().unwrap() < 0.9);
}

/// Workers share a text without a trace in the output.
#[test]
fn the_number_of_threads_changes_no_prediction() {
    let root = spanlight_tests::package().join("..");
    let folder = tempfile::tempdir().unwrap();
    let (one, text) = (
        folder.path().join("one.jsonl"),
        folder.path().join("long.txt"),
    );
    let sentence = |i| {
        format!(
            "Model {i} parses long texts of {i} words with a CRF for named entity recognition. "
        )
    };
    std::fs::write(&text, (0..40).map(sentence).collect::<String>()).unwrap();
    std::fs::write(&one, "{\"text\": \"A parser works.\"}\n{\"text\": \"\"}\n{\"text\": \"It uses a CRF. It works.\"}\n").unwrap();
    let [one, text] = [one, text].map(|path| path.to_str().unwrap().to_string());
    let predict = |threads| {
        let arguments = [
            "predict",
            "--model",
            "www/models/science",
            "--threads",
            threads,
        ];
        succeed(
            &root,
            &[&arguments[..], &[text.as_str(), one.as_str()]].concat(),
        )
    };
    let alone = predict("1");
    assert_eq!(alone.lines().count(), 4);
    assert!(alone.lines().next().unwrap().contains("CRF"));
    for threads in ["2", "5"] {
        assert_eq!(predict(threads), alone, "{threads} threads");
    }
}
