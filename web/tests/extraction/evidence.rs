//! Evidence and candidates as JavaScript sees them.

use crate::support::{NONE, SENTENCE, code, json, object};
use crate::tiny;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn evidence_is_returned_only_on_request() {
    let extractor = tiny().await;
    let plain = extractor.all(SENTENCE).await;
    let options = object(&[("evidence", true.into())]);
    let rich = json(
        &extractor
            .extract(&SENTENCE.into(), &options, &NONE)
            .await
            .unwrap(),
    );
    let [plain, rich] = [&plain, &rich].map(|found| &found["sentences"][0]);
    for (plain, rich) in [("entities", "entities"), ("relations", "relations")]
        .map(|(a, b)| (plain[a].as_array().unwrap(), rich[b].as_array().unwrap()))
    {
        assert_eq!(plain.len(), rich.len());
        for (plain, rich) in plain.iter().zip(rich) {
            assert_eq!(plain["score"], rich["score"]);
            let named = plain.as_object().unwrap();
            for key in ["alternatives", "attention", "rejected"] {
                assert!(!named.contains_key(key), "{plain}");
            }
            let first = &rich["alternatives"][0];
            assert_eq!(
                (&first["type"], &first["score"]),
                (&rich["type"], &rich["score"])
            );
        }
    }
    let attention = &rich["relations"][0]["attention"];
    let sum: f64 = ["left", "head", "middle", "tail", "right"]
        .map(|part| attention[part].as_f64().unwrap())
        .iter()
        .sum();
    assert!((sum - 1.0).abs() < 1e-5, "{attention}");
    let alternatives = rich["relations"][0]["alternatives"].as_array().unwrap();
    assert_eq!(alternatives.len(), 5);
    assert!(alternatives.iter().any(|one| one["type"].is_null()));
}

#[wasm_bindgen_test]
async fn candidates_outside_0_to_1_are_refused() {
    let extractor = tiny().await;
    let options = object(&[("candidates", 2.into())]);
    let refused = extractor.extract(&SENTENCE.into(), &options, &NONE).await;
    assert_eq!(code(refused), "argument");
}
