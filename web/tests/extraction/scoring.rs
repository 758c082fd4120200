//! Evaluation and scoring in the browser.

use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{NONE, code, function, json as to_json, message, parse};
use crate::tiny;

/// Two annotated sentences.
fn gold() -> Value {
    let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
    json!([
        {
            "document": "d", "index": 0, "words": words("alice met bob in paris ."),
            "entities": [
                {"start": 0, "end": 1, "label": "Person"}, {"start": 2, "end": 3, "label": "Person"},
                {"start": 4, "end": 5, "label": "Place"},
            ],
            "relations": [{"head": 0, "tail": 1, "label": "Knows"}],
        },
        {
            "document": "d", "index": 1, "words": words("the graph model uses data ."), "entities": [],
            "relations": [],
        },
    ])
}

#[wasm_bindgen_test]
async fn an_evaluation_scores_what_the_model_finds() {
    let extractor = tiny().await;
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let sink = std::rc::Rc::clone(&seen);
    let on_progress = function(move |progress| {
        sink.borrow_mut().push(to_json(&progress));
        NONE
    });
    let found = extractor.evaluate(&parse(&gold()), &on_progress).await;
    let found = to_json(&found.unwrap());
    assert_eq!(seen.borrow().last(), Some(&json!({"done": 2, "total": 2})));
    let entity = &found["report"]["full"]["entity"];
    let predicted: usize = found["predictions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["entities"].as_array().unwrap().len())
        .sum();
    assert_eq!(
        (&entity["gold"], &entity["pred"]),
        (&json!(3), &json!(predicted))
    );
    assert!(predicted > 0);
    assert!(!found["errors"].as_array().unwrap().is_empty());

    let again = extractor.score(&parse(&gold()), &parse(&found["predictions"]));
    assert_eq!(to_json(&again.unwrap()), found);
}

#[wasm_bindgen_test]
async fn correct_predictions_have_no_errors() {
    let mut predictions = gold();
    for sentence in predictions.as_array_mut().unwrap() {
        let spans: Vec<Value> = sentence["entities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| json!([e["start"], e["end"]]))
            .collect();
        sentence["spans"] = spans.into();
    }
    let found = tiny().await.score(&parse(&gold()), &parse(&predictions));
    let found = to_json(&found.unwrap());
    assert_eq!(found["errors"], json!([]));
    assert_eq!(found["report"]["full"]["strict"]["f1"], 1.0);
}

#[wasm_bindgen_test]
async fn an_evaluation_can_be_cancelled() {
    let extractor = tiny().await;
    let ended = extractor.evaluate(&parse(&gold()), &function(|_| false.into()));
    assert!(ended.await.unwrap().is_null());
}

#[wasm_bindgen_test]
async fn contradictory_gold_is_refused() {
    let extractor = tiny().await;
    let mut wrong = gold();
    wrong[0]["entities"][2]["end"] = 99.into();
    let said = message(extractor.evaluate(&parse(&wrong), &NONE).await);
    assert!(said.contains("sentence 0 of document `d`"), "{said}");
    assert_eq!(
        code(extractor.evaluate(&parse(&wrong), &NONE).await),
        "data"
    );
    assert_eq!(
        code(extractor.evaluate(&parse(&json!(7)), &NONE).await),
        "argument"
    );
    assert_eq!(
        code(extractor.score(&parse(&gold()), &parse(&json!([])))),
        "argument"
    );
}

#[wasm_bindgen_test]
async fn annotated_files_are_read_and_their_errors_name_the_place() {
    let file = |text: &str| parse(&json!({"name": "my.json", "text": text}));
    let line = r#"{"tokens": ["-LRB-", "``", "1\\/2", "𝔖"], "entities": [{"type": "X", "start": 3, "end": 4}], "relations": []}"#;
    let read = spanlight_web::read_gold(file(line)).unwrap();
    assert_eq!(
        to_json(&read),
        json!({
            "format": "spert",
            "sentences": [{
                "document": "my", "index": 0, "words": ["(", "\"", "1/2", "𝔖"],
                "entities": [{"start": 3, "end": 4, "label": "X"}], "relations": [],
            }],
            "defects": [],
        })
    );
    let wrong = spanlight_web::read_gold(file(&line.replace("4}", "5}")));
    let message = message(wrong);
    assert!(
        message.starts_with("my.json: line 1, field `entities[0]`: words [3, 5)"),
        "{message}"
    );
}
