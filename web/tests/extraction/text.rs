//! `extract`: its results, its batches, and unusual texts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::support::{
    NONE, SENTENCE, function, json, message, object, pause, sentences, structured_clone,
};
use crate::{text_of, tiny};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn entities_and_relations_point_into_the_text() {
    let text = text_of(3);
    let extraction = tiny().await.all(&text).await;
    let found = sentences(&extraction);
    assert_eq!(found.len(), 3);
    assert_eq!(
        (&extraction["read"], &extraction["total"]),
        (&text.len().into(), &text.len().into())
    );
    for sentence in &found {
        assert!(!sentence.entities.is_empty());
        for entity in &sentence.entities {
            assert_eq!(entity.text, text[entity.start..entity.end]);
            assert!(sentence.start <= entity.start && entity.end <= sentence.end);
            assert!(entity.score > 0.0 && entity.score <= 1.0);
        }
        for relation in &sentence.relations {
            assert!(
                relation.head != relation.tail
                    && relation.head.max(relation.tail) < sentence.entities.len()
            );
        }
    }
    for part in ["tokenize", "compute", "decode"] {
        assert!(
            extraction["timing"][part].as_f64().unwrap() >= 0.0,
            "{part}"
        );
    }
    assert!(extraction["timing"]["compute"].as_f64().unwrap() > 0.0);
}

#[wasm_bindgen_test]
async fn results_and_batches_are_plain_objects() {
    let extractor = tiny().await;
    let batches: Rc<RefCell<Vec<JsValue>>> = Rc::default();
    let sink = Rc::clone(&batches);
    let on_batch = function(move |batch| {
        sink.borrow_mut().push(batch);
        NONE
    });
    let extraction = extractor
        .extract(&SENTENCE.into(), &NONE, &on_batch)
        .await
        .unwrap();
    for value in batches.borrow().iter().chain([&extraction]) {
        assert_eq!(json(&structured_clone(value)), json(value));
        assert!(json(value)["sentences"].is_array(), "{:?}", json(value));
    }
}

#[wasm_bindgen_test]
async fn batches_add_up_to_the_extraction() {
    let extractor = tiny().await;
    let text = text_of(40);
    let batches: Rc<RefCell<Vec<Value>>> = Rc::default();
    let sink = Rc::clone(&batches);
    let on_batch = function(move |batch| {
        sink.borrow_mut().push(json(&batch));
        NONE
    });
    let extraction = json(
        &extractor
            .extract(&text.as_str().into(), &NONE, &on_batch)
            .await
            .unwrap(),
    );
    let batches = batches.borrow();
    assert!(batches.len() > 2, "{}", batches.len());
    let read: Vec<u64> = batches
        .iter()
        .map(|batch| batch["read"].as_u64().unwrap())
        .collect();
    assert!(
        read.is_sorted() && read.last() == Some(&(text.len() as u64)),
        "{read:?}"
    );
    let mut handed_over: Vec<_> = batches.iter().flat_map(sentences).collect();
    handed_over.sort_by_key(|sentence| sentence.start);
    assert_eq!(handed_over, sentences(&extraction));
}

#[wasm_bindgen_test]
async fn the_same_text_gives_the_same_result_alone_and_beside_others() {
    let (one, other) = (tiny().await, tiny().await);
    let text = text_of(12);
    let alone = sentences(&one.all(&text).await);
    let both = js_sys::Array::new();
    for extractor in [&one, &other, &one] {
        both.push(&extractor.start(&text.as_str().into(), &NONE, &NONE));
    }
    let together = js_sys::Promise::all(&both).await.unwrap();
    for extraction in js_sys::Array::from(&together).iter() {
        assert_eq!(sentences(&json(&extraction)), alone);
    }
}

#[wasm_bindgen_test]
async fn the_threshold_leaves_out_lower_scores() {
    let extractor = tiny().await;
    let all = sentences(&extractor.all(SENTENCE).await);
    let at = async |threshold: JsValue| {
        let options = object(&[("threshold", threshold)]);
        extractor
            .extract(&SENTENCE.into(), &options, &NONE)
            .await
            .map(|found| sentences(&json(&found)))
    };
    assert_eq!(at(NONE).await.unwrap(), all);
    let middle = all[0]
        .entities
        .iter()
        .map(|entity| entity.score)
        .fold(0.0, f32::max);
    let kept = at(middle.into()).await.unwrap();
    assert_eq!(kept[0].entities.len(), 1);
    assert!(kept[0].relations.is_empty());
    for wrong in [JsValue::from(1.5), (-0.1).into(), f64::NAN.into()] {
        let said = message(at(wrong).await);
        assert!(said.starts_with("options.threshold: "), "{said}");
    }
    let said = message(at("high".into()).await);
    assert!(said.starts_with("options: "), "{said}");
}

#[wasm_bindgen_test]
async fn unusual_texts_are_read_to_their_end() {
    let extractor = tiny().await;
    for text in [
        "",
        " \n\t ",
        "\0",
        "\u{feff}Alice\0met Bob.",
        "<b>Alice</b> & <script>alert('Bob')</script> met in <Paris>",
        "Alice 👩‍🔬 met 😀 Bob in Paris 🇫🇷.",
        "e\u{301}\u{301}\u{301} naïve 語学 نص עברית ๑๒ \u{202e}met",
        "...!!!???",
        "a\r\nb\u{2028}c\u{85}d",
        "[CLS] Alice [SEP] [MASK] [PAD] met ##bob",
    ] {
        let extraction = extractor.all(text).await;
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(
            (&extraction["read"], &extraction["total"]),
            (&units.len().into(), &units.len().into()),
            "{text:?}"
        );
        for entity in sentences(&extraction)
            .iter()
            .flat_map(|sentence| &sentence.entities)
        {
            assert_eq!(
                String::from_utf16(&units[entity.start..entity.end]).unwrap(),
                entity.text,
                "{text:?}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn lone_surrogates_do_not_shift_offsets() {
    let extractor = tiny().await;
    let text = js_sys::eval(r"'Alice \uD83D met Bob\uDE00 in Paris.'").unwrap();
    let extraction = json(&extractor.extract(&text, &NONE, &NONE).await.unwrap());
    let text: js_sys::JsString = text.into();
    let length = text.length();
    assert_eq!(extraction["read"], length);
    assert_eq!(extraction["total"], length);
    for entity in sentences(&extraction)
        .iter()
        .flat_map(|sentence| &sentence.entities)
    {
        let slice: Vec<u16> = (entity.start..entity.end)
            .map(|i| text.char_code_at(i as u32) as u16)
            .collect();
        assert_eq!(String::from_utf16_lossy(&slice), entity.text);
    }
}

#[wasm_bindgen_test]
async fn a_megabyte_without_a_space_is_read() {
    let extractor = tiny().await;
    let extraction = extractor.all(&"a".repeat(1 << 20)).await;
    assert_eq!(extraction["read"], 1 << 20);
    let extraction = extractor.all(&"語".repeat(40)).await;
    assert_eq!(extraction["read"], 40);
}

#[wasm_bindgen_test]
async fn anything_but_a_string_is_refused() {
    let extractor = tiny().await;
    for text in [NONE, JsValue::NULL, 7.into(), object(&[])] {
        let said = message(extractor.extract(&text, &NONE, &NONE).await);
        assert_eq!(said, "text: this is not a string");
    }
    let said = message(extractor.extract(&SENTENCE.into(), &NONE, &7.into()).await);
    assert_eq!(said, "onBatch: this is not a function");
}

#[wasm_bindgen_test]
async fn false_cancels_and_keeps_the_finished_sentences() {
    let extractor = tiny().await;
    let text = text_of(40);
    let calls = Rc::new(Cell::new(0));
    let count = Rc::clone(&calls);
    let on_batch = function(move |_| {
        count.set(count.get() + 1);
        (count.get() < 2).into()
    });
    let extraction = json(
        &extractor
            .extract(&text.as_str().into(), &NONE, &on_batch)
            .await
            .unwrap(),
    );
    assert_eq!(calls.get(), 2);
    let found = sentences(&extraction);
    assert!(!found.is_empty() && found.len() < 40, "{}", found.len());
    assert!(extraction["read"].as_u64().unwrap() < extraction["total"].as_u64().unwrap());
}

#[wasm_bindgen_test]
async fn a_timer_fires_between_batches() {
    let extractor = tiny().await;
    let text = text_of(40);
    let cancelled = Rc::new(Cell::new(false));
    let flag = Rc::clone(&cancelled);
    let set_timeout: js_sys::Function = js_sys::eval("setTimeout").unwrap().into();
    let timer = function(move |_| {
        flag.set(true);
        NONE
    });
    set_timeout.call2(&NONE, &timer, &0.into()).unwrap();
    let on_batch = function(move |_| (!cancelled.get()).into());
    let extraction = json(
        &extractor
            .extract(&text.as_str().into(), &NONE, &on_batch)
            .await
            .unwrap(),
    );
    assert!(sentences(&extraction).len() < 20);
}

#[wasm_bindgen_test]
async fn an_exception_from_on_batch_ends_the_extraction() {
    let extractor = tiny().await;
    let on_batch = js_sys::eval("() => { throw 'enough'; }").unwrap();
    let error = extractor
        .extract(&SENTENCE.into(), &NONE, &on_batch)
        .await
        .err()
        .unwrap();
    assert_eq!(error, "enough");
    assert_eq!(sentences(&extractor.all(SENTENCE).await).len(), 1);
}

#[wasm_bindgen_test]
async fn a_running_extraction_survives_free() {
    let extractor = tiny().await;
    let running = extractor.start(&text_of(40).into(), &NONE, &NONE);
    extractor.free();
    pause().await;
    assert_eq!(sentences(&json(&running.await.unwrap())).len(), 40);
}
