//! The class `Extractor` as JavaScript sees it.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde_json::Value;
use spanlight_core::extract::ExtractedSentence;
use spanlight_web::Extractor as Class;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A loaded model.
    pub type Extractor;

    /// Begins an extraction.
    #[wasm_bindgen(method, js_name = extract)]
    pub fn start(
        this: &Extractor,
        text: &JsValue,
        options: &JsValue,
        on_batch: &JsValue,
    ) -> Promise;

    #[wasm_bindgen(method, js_name = info)]
    fn raw_info(this: &Extractor) -> JsValue;

    #[wasm_bindgen(method)]
    pub fn free(this: &Extractor);

    #[wasm_bindgen(method)]
    pub fn forget(this: &Extractor);

    #[wasm_bindgen(method)]
    pub fn evaluate(this: &Extractor, gold: &JsValue, on_progress: &JsValue) -> Promise;

    #[wasm_bindgen(method, catch)]
    pub fn score(
        this: &Extractor,
        gold: &JsValue,
        predictions: &JsValue,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = structuredClone)]
    pub fn structured_clone(value: &JsValue) -> JsValue;

    #[wasm_bindgen(js_namespace = console)]
    pub fn log(message: &str);
}

/// No options, no callback.
pub const NONE: JsValue = JsValue::UNDEFINED;

impl Extractor {
    /// The information about the model and its device.
    pub fn info(&self) -> Value {
        json(&self.raw_info())
    }

    /// Extracts with any arguments that JavaScript may pass.
    pub async fn extract(
        &self,
        text: &JsValue,
        options: &JsValue,
        on_batch: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.start(text, options, on_batch).await
    }

    /// Extracts from a whole text, without options.
    pub async fn all(&self, text: &str) -> Value {
        json(&self.extract(&text.into(), &NONE, &NONE).await.unwrap())
    }
}

/// Loads the parts of a bundle on a backend.
pub async fn load(parts: [&[u8]; 3], backend: &str) -> Result<Extractor, JsValue> {
    load_with(
        parts.map(|part| Uint8Array::from(part).into()),
        &object(&[("backend", backend.into())]),
        &NONE,
    )
    .await
}

/// Loads with any arguments that JavaScript may pass.
pub async fn load_with(
    parts: [JsValue; 3],
    options: &JsValue,
    on_progress: &JsValue,
) -> Result<Extractor, JsValue> {
    let [manifest, tokenizer, weights] = parts;
    let promise = Class::load(
        manifest,
        tokenizer,
        weights,
        options.clone(),
        on_progress.clone(),
    );
    promise.await.map(JsCast::unchecked_into)
}

/// Makes an object with properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in properties {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

/// Makes a callback.
pub fn function(body: impl FnMut(JsValue) -> JsValue + 'static) -> JsValue {
    Closure::<dyn FnMut(JsValue) -> JsValue>::new(body).into_js_value()
}

/// Converts a value through JSON.
pub fn json(value: &JsValue) -> Value {
    let text: String = js_sys::JSON::stringify(value).unwrap().into();
    serde_json::from_str(&text).unwrap()
}

/// The sentences of an extraction.
pub fn sentences(extraction: &Value) -> Vec<ExtractedSentence> {
    serde_json::from_value(extraction["sentences"].clone()).unwrap()
}

/// The message of an exception.
pub fn message<T>(result: Result<T, JsValue>) -> String {
    let error = result.err().expect("an exception");
    assert!(error.is_instance_of::<js_sys::Error>(), "{error:?}");
    Reflect::get(&error, &"message".into())
        .unwrap()
        .as_string()
        .unwrap()
}

/// The `code` of an exception.
pub fn code<T>(result: Result<T, JsValue>) -> String {
    let error = result.err().expect("an exception");
    Reflect::get(&error, &"code".into())
        .unwrap()
        .as_string()
        .unwrap()
}

/// Converts a JSON value to JavaScript.
pub fn parse(value: &Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap()
}

/// Whether the WebGPU adapter is a real GPU; `None`, with a line on the console, if there is no adapter.
pub async fn adapter() -> Option<bool> {
    let ask = "(async () => {
        const adapter = await globalThis.navigator?.gpu?.requestAdapter();
        return adapter ? !(adapter.info.isFallbackAdapter || adapter.info.architecture === 'swiftshader') : null;
    })()";
    let promise: Promise = js_sys::eval(ask).unwrap().unchecked_into();
    let found = promise.await.unwrap().as_bool();
    if found.is_none() {
        log("skipped: this browser offers no WebGPU adapter");
    }
    found
}

/// Lets the browser deliver messages.
pub async fn pause() {
    let timer = Promise::new(&mut |resolve: Function, _| {
        let set: Function = Reflect::get(&js_sys::global(), &"setTimeout".into())
            .unwrap()
            .unchecked_into();
        set.call1(&JsValue::UNDEFINED, &resolve).unwrap();
    });
    timer.await.unwrap();
}
