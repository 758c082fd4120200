//! After an edit, only the changed sentences are computed.

use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Extractor, NONE, json, object, sentences};
use crate::tiny;

fn text(names: &[&str]) -> String {
    let sentence = |name: &&str| format!("{name} met Bob in Paris and uses data.");
    names.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

async fn read(extractor: &Extractor, text: &str, options: &[(&str, JsValue)]) -> Value {
    let options = object(options);
    let found = extractor.extract(&text.into(), &options, &NONE).await;
    json(&found.unwrap())
}

fn work(extraction: &Value) -> (u64, u64) {
    let count = |name: &str| extraction[name].as_u64().unwrap();
    assert_eq!(count("pieces") > 0, count("computed") > 0);
    (count("computed"), count("reused"))
}

#[wasm_bindgen_test]
async fn only_the_edited_sentence_goes_through_the_model() {
    let (extractor, other) = (tiny().await, tiny().await);
    let first = text(&["Alice", "Eve", "Zoe", "Ann"]);
    assert_eq!(work(&read(&extractor, &first, &[]).await), (4, 0));
    let edited = text(&["Alice", "Eve", "Max", "Ann"]);
    let found = read(&extractor, &edited, &[]).await;
    assert_eq!(work(&found), (1, 3));
    let anew = read(&other, &edited, &[]).await;
    assert_eq!(work(&anew), (4, 0));
    for (a, b) in sentences(&found).iter().zip(&sentences(&anew)) {
        assert_eq!((a.start, a.end), (b.start, b.end));
        let spans = |s: &spanlight_core::extract::ExtractedSentence| -> Vec<_> {
            let all = s.entities.iter();
            all.map(|e| (e.start, e.end, e.text.clone())).collect()
        };
        assert_eq!(spans(a), spans(b));
    }
    assert_eq!(
        work(&read(&extractor, &edited, &[("reuse", false.into())]).await),
        (4, 0)
    );
    extractor.forget();
    assert_eq!(work(&read(&extractor, &edited, &[]).await), (4, 0));
}

#[wasm_bindgen_test]
async fn from_skips_the_sentences_before_an_offset() {
    let extractor = tiny().await;
    let text = text(&["Alice", "Eve", "Zoe", "Ann"]);
    let all = read(&extractor, &text, &[]).await;
    let first = read(&extractor, &text, &[("limit", 1.into())]).await;
    assert_eq!(sentences(&first), sentences(&all)[..1]);
    let from = first["read"].clone();
    assert_eq!(from, all["sentences"][1]["start"]);
    let rest = read(
        &extractor,
        &text,
        &[("from", from.as_f64().unwrap().into())],
    )
    .await;
    assert_eq!(sentences(&rest), sentences(&all)[1..]);
    assert_eq!(rest["read"], all["total"]);
}
