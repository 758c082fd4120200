#![recursion_limit = "256"]
//! `load`: valid and invalid arguments, choice of the backend, and the information about the model.

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use serde_json::{Value, json};
use spanlight_core::bundle::{FORMAT, Part, TOKENIZER};
use support::{
    NONE, Tiny, adapter, function, json as to_json, load, load_with, message, object, sentences,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "Alice met Bob in Paris and the graph model uses data. Bob met the model. The method uses data.";

#[wasm_bindgen_test]
async fn info_describes_the_model_and_its_device() {
    let extractor = Tiny::new().await.load("cpu").await.unwrap();
    let mut info = extractor.info();
    let parameters = info["parameters"].take();
    assert!(parameters.as_u64().unwrap() > 10_000, "{parameters}");
    let expected = json!({
        "model": "tiny", "format": FORMAT, "entities": ["Method", "Person", "Place"],
        "relations": ["Knows", "Visits"], "symmetric": ["Knows"], "backend": "cpu", "adapter": null,
        "software": false, "note": null, "parameters": null,
    });
    assert_eq!(info, expected);
}

#[wasm_bindgen_test]
async fn progress_reports_the_begin_and_the_end_of_every_stage() {
    let tiny = Tiny::new().await;
    let seen: Rc<RefCell<Vec<Value>>> = Rc::default();
    let sink = Rc::clone(&seen);
    let parts = [tiny.manifest(), tiny.tokenizer, tiny.weights]
        .map(|part| Uint8Array::from(&part[..]).into());
    let on_progress = function(move |step| {
        sink.borrow_mut().push(to_json(&step));
        JsValue::UNDEFINED
    });
    load_with(parts, &object(&[("backend", "cpu".into())]), &on_progress)
        .await
        .unwrap();
    let seen = seen.borrow();
    for stage in ["verify", "device", "weights", "selftest"] {
        let steps: Vec<_> = seen.iter().filter(|step| step["stage"] == stage).collect();
        assert_eq!(steps[0]["done"], 0, "{stage}");
        assert_eq!(
            steps.last().unwrap()["done"],
            steps.last().unwrap()["total"],
            "{stage}"
        );
    }
}

#[wasm_bindgen_test]
async fn an_exception_from_on_progress_ends_the_load() {
    let tiny = Tiny::new().await;
    let parts = [tiny.manifest(), tiny.tokenizer, tiny.weights]
        .map(|part| Uint8Array::from(&part[..]).into());
    let on_progress =
        js_sys::eval("(step) => { if (step.stage === 'weights') throw 'enough'; }").unwrap();
    let error = load_with(parts, &NONE, &on_progress).await.err().unwrap();
    assert_eq!(error, "enough");
}

#[wasm_bindgen_test]
async fn damaged_parts_are_named() {
    let tiny = Tiny::new().await;
    let (manifest, tokenizer, weights) = (tiny.manifest(), &tiny.tokenizer[..], &tiny.weights[..]);
    let mut altered = weights.to_vec();
    altered[weights.len() / 2] ^= 1;
    for (parts, words) in [
        (
            [&manifest[..], tokenizer, &weights[..weights.len() - 1]],
            "`weights.safetensors`: is truncated",
        ),
        (
            [&manifest, tokenizer, &[]],
            "`weights.safetensors`: is truncated",
        ),
        (
            [&manifest, tokenizer, &altered],
            "`weights.safetensors`: was altered",
        ),
        (
            [&manifest, &tokenizer[1..], weights],
            "`tokenizer.json`: is truncated",
        ),
        (
            [b"{", tokenizer, weights],
            "`manifest.json`: is no manifest",
        ),
        ([b"", tokenizer, weights], "`manifest.json`: is no manifest"),
        (
            [b"{\"format\": 1}", tokenizer, weights],
            "`manifest.json`: is malformed",
        ),
    ] {
        let said = message(load(parts, "cpu").await);
        assert!(said.contains(words), "{said}");
    }
}

#[wasm_bindgen_test]
async fn a_newer_format_asks_for_a_newer_program() {
    let mut tiny = Tiny::new().await;
    tiny.manifest.format = FORMAT + 1;
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("use a newer program"), "{said}");
}

#[wasm_bindgen_test]
async fn verified_bytes_with_the_wrong_content_are_refused() {
    let mut tiny = Tiny::new().await;
    let sound = std::mem::replace(&mut tiny.tokenizer, b"{\"model\": 7}".to_vec());
    tiny.describe();
    let said = message(tiny.load("cpu").await);
    let expected =
        "bundle part `tokenizer.json`: tokenizer: tokenizer.json is not that of BERT or MPNet";
    assert!(said.starts_with(expected), "{said}");

    tiny.tokenizer = String::from_utf8(sound.clone())
        .unwrap()
        .replace("[CLS]", "[LSC]")
        .into_bytes();
    tiny.describe();
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("[CLS]"), "{said}");

    tiny.tokenizer = sound;
    tiny.weights.truncate(100);
    tiny.describe();
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("weights.safetensors"), "{said}");
}

#[wasm_bindgen_test]
async fn a_tokenizer_with_more_pieces_than_the_model_knows_is_refused() {
    let mut tiny = Tiny::new().await;
    let mut tokenizer: Value = serde_json::from_slice(&tiny.tokenizer).unwrap();
    tokenizer["model"]["vocab"]["surplus"] = tiny.manifest.config.model.encoder.vocab_size.into();
    tiny.tokenizer = serde_json::to_vec(&tokenizer).unwrap();
    tiny.describe();
    let said = message(tiny.load("cpu").await);
    let expected = "bundle part `tokenizer.json`: tokenizer: `model.vocab` gives `surplus` the id";
    assert!(said.starts_with(expected), "{said}");
}

#[wasm_bindgen_test]
async fn weights_of_another_model_are_refused() {
    let mut tiny = Tiny::new().await;
    tiny.manifest.schema.entities.push("Zebra".into());
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("weights.safetensors"), "{said}");
}

#[wasm_bindgen_test]
async fn absurd_sizes_are_refused_before_memory_runs_out() {
    let mut tiny = Tiny::new().await;
    for (size, part) in [(1 << 20, "weights.safetensors"), (1 << 30, "manifest.json")] {
        tiny.manifest.config.model.encoder.hidden_size = size;
        let said = message(tiny.load("cpu").await);
        assert!(said.starts_with(&format!("bundle part `{part}`")), "{said}");
    }
}

#[wasm_bindgen_test]
async fn anything_but_bytes_options_and_callbacks_is_refused() {
    let tiny = Tiny::new().await;
    let parts = || {
        [
            tiny.manifest(),
            tiny.tokenizer.clone(),
            tiny.weights.clone(),
        ]
        .map(|p| JsValue::from(Uint8Array::from(&p[..])))
    };
    let [manifest, tokenizer, _] = parts();
    let said = message(load_with([manifest, tokenizer, NONE], &NONE, &NONE).await);
    assert_eq!(said, "weights: this is not a Uint8Array");
    let said = message(load_with(parts(), &object(&[("backend", "abacus".into())]), &NONE).await);
    assert!(
        said.starts_with("options: ") && said.contains("abacus"),
        "{said}"
    );
    let said = message(load_with(parts(), &7.into(), &NONE).await);
    assert!(said.starts_with("options: "), "{said}");
    let said = message(load_with(parts(), &NONE, &7.into()).await);
    assert_eq!(said, "onProgress: this is not a function");
}

#[wasm_bindgen_test]
async fn a_model_that_fails_its_self_test_on_the_processor_is_refused() {
    let mut tiny = Tiny::new().await;
    tiny.manifest.self_test.sentences[0].entities.clear();
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("self-test"), "{said}");
}

#[wasm_bindgen_test]
async fn a_manifest_without_a_self_test_is_accepted() {
    let mut tiny = Tiny::new().await;
    tiny.manifest.self_test.text.clear();
    tiny.manifest.self_test.sentences.clear();
    assert_eq!(tiny.load("cpu").await.unwrap().info()["note"], Value::Null);
}

#[wasm_bindgen_test]
async fn automatic_choice_follows_the_adapter() {
    let tiny = Tiny::new().await;
    let info = tiny.load("auto").await.unwrap().info();
    match adapter().await {
        None => assert_eq!(
            (&info["backend"], &info["note"]),
            (&json!("cpu"), &Value::Null)
        ),
        Some(true) => assert_eq!(info["backend"], "webgpu"),
        Some(false) => {
            assert_eq!(info["backend"], "cpu");
            assert!(
                info["note"].as_str().unwrap().contains("software adapter"),
                "{info}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn without_an_adapter_webgpu_falls_back_to_the_processor_with_a_note() {
    let info = Tiny::new().await.load("webgpu").await.unwrap().info();
    match adapter().await {
        None => {
            assert_eq!(info["backend"], "cpu");
            assert!(
                info["note"].as_str().unwrap().contains("no WebGPU adapter"),
                "{info}"
            );
        }
        Some(real) => {
            assert_eq!(
                (&info["backend"], &info["software"]),
                (&json!("webgpu"), &json!(!real)),
                "{info}"
            );
            assert!(!info["adapter"].as_str().unwrap().is_empty());
        }
    }
}

#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_processor() {
    if adapter().await.is_none() {
        return;
    }
    let tiny = Tiny::new().await;
    let (gpu, cpu) = (
        tiny.load("webgpu").await.unwrap(),
        tiny.load("cpu").await.unwrap(),
    );
    assert_eq!(gpu.info()["backend"], "webgpu", "{}", gpu.info());
    let (gpu, cpu) = (
        sentences(&gpu.all(TEXT).await),
        sentences(&cpu.all(TEXT).await),
    );
    assert_eq!(gpu.len(), 3);
    for (gpu, cpu) in gpu.iter().zip(&cpu) {
        assert_eq!(
            (gpu.entities.len(), gpu.relations.len()),
            (cpu.entities.len(), cpu.relations.len())
        );
        for (a, b) in gpu.entities.iter().zip(&cpu.entities) {
            assert_eq!(
                (a.start, a.end, &a.label, &a.text),
                (b.start, b.end, &b.label, &b.text)
            );
            assert!((a.score - b.score).abs() < 1e-3, "{a:?} {b:?}");
        }
        for (a, b) in gpu.relations.iter().zip(&cpu.relations) {
            assert_eq!((a.head, a.tail, &a.label), (b.head, b.tail, &b.label));
            assert!((a.score - b.score).abs() < 1e-3, "{a:?} {b:?}");
        }
    }
    assert!(
        cpu.iter().any(|sentence| !sentence.relations.is_empty()),
        "{cpu:?}"
    );
}

#[wasm_bindgen_test]
async fn an_error_of_the_gpu_libraries_moves_the_model_to_the_processor() {
    if adapter().await.is_none() {
        return;
    }
    let tiny = Tiny::new().await;
    let parts = [tiny.manifest(), tiny.tokenizer, tiny.weights]
        .map(|part| Uint8Array::from(&part[..]).into());
    let on_progress = function(|step| {
        if to_json(&step)["stage"] == "selftest" {
            log::error!(target: "cubecl_wgpu::backend", "a kernel did not compile (this is a test)");
        }
        JsValue::UNDEFINED
    });
    let extractor = load_with(
        parts,
        &object(&[("backend", "webgpu".into())]),
        &on_progress,
    )
    .await
    .unwrap();
    let info = extractor.info();
    assert_eq!(info["backend"], "cpu");
    assert!(
        info["note"]
            .as_str()
            .unwrap()
            .contains("a kernel did not compile"),
        "{info}"
    );
}

#[wasm_bindgen_test]
async fn concurrent_loads_share_the_device() {
    let tiny = Tiny::new().await;
    let parts = || {
        [
            tiny.manifest(),
            tiny.tokenizer.clone(),
            tiny.weights.clone(),
        ]
        .map(|p| Uint8Array::from(&p[..]).into())
    };
    let options = object(&[("backend", "webgpu".into())]);
    let promises = js_sys::Array::new();
    for _ in 0..3 {
        let [manifest, tokenizer, weights] = parts();
        promises.push(&spanlight_web::Extractor::load(
            manifest,
            tokenizer,
            weights,
            options.clone(),
            NONE,
        ));
    }
    let loaded = js_sys::Promise::all(&promises).await.unwrap();
    let backends: Vec<Value> = js_sys::Array::from(&loaded)
        .iter()
        .map(|extractor| {
            wasm_bindgen::JsCast::unchecked_into::<support::Extractor>(extractor).info()["backend"]
                .clone()
        })
        .collect();
    assert!(
        backends.iter().all(|backend| *backend == backends[0]),
        "{backends:?}"
    );
}

#[wasm_bindgen_test]
async fn models_can_be_loaded_and_freed_repeatedly() {
    let tiny = Tiny::new().await;
    let backend = if adapter().await.is_some() {
        "webgpu"
    } else {
        "cpu"
    };
    let first = tiny.load("cpu").await.unwrap().all(TEXT).await;
    for round in 0..6 {
        let extractor = tiny
            .load(if round % 2 == 0 { "cpu" } else { backend })
            .await
            .unwrap();
        let found = sentences(&extractor.all(TEXT).await);
        assert_eq!(found.len(), sentences(&first).len());
        extractor.free();
    }
}

#[wasm_bindgen_test]
async fn the_manifest_must_list_every_part() {
    let mut tiny = Tiny::new().await;
    tiny.manifest.parts = [(TOKENIZER.to_string(), Part::of(&tiny.tokenizer))].into();
    let said = message(tiny.load("cpu").await);
    assert!(said.contains("not listed"), "{said}");
}
