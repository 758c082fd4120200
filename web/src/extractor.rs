//! The class `Extractor` of JavaScript.

use std::rc::Rc;

use js_sys::futures::future_to_promise;
use js_sys::{Function, Promise};
use spanlight_core::extract::{ExtractOptions, ExtractionBatch, outline};
use spanlight_core::text::OffsetUnit;
use wasm_bindgen::prelude::*;

use crate::constructors;
use crate::host::{Code, bytes, callback, error, failure, from_object, pause, to_object};
use crate::journal::{self, Watch};
use crate::loading::{Bundle, Loaded};
use crate::progress::Progress;
use crate::types::{self, LoadOptions};

/// Default size of the sentence cache, in bytes.
const CACHE: usize = 16 << 20;

/// A model that extracts entities and relations from text.
#[wasm_bindgen]
pub struct Extractor {
    // Shared with running extractions, so that `free` is safe at any time.
    pub(crate) loaded: Rc<Loaded>,
}

#[wasm_bindgen]
impl Extractor {
    /// Loads a model from the three files of its bundle.
    ///
    /// Rejects if a file is damaged, or with the exception that `onProgress` throws.
    #[wasm_bindgen(unchecked_return_type = "Promise<Extractor>")]
    pub fn load(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] manifest: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] tokenizer: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] weights: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LoadOptions")] options: JsValue,
        #[wasm_bindgen(js_name = onProgress, unchecked_optional_param_type = "(progress: LoadProgress) => void")]
        on_progress: JsValue,
    ) -> Promise {
        constructors::run();
        journal::open();
        future_to_promise(async move {
            let options: LoadOptions = from_object(options)?;
            let progress = Progress::new(callback(on_progress, "onProgress")?);
            let manifest = bytes(manifest, "manifest")?;
            let (tokenizer, weights) = (bytes(tokenizer, "tokenizer")?, bytes(weights, "weights")?);
            let bundle = Bundle::verify(&manifest, tokenizer, weights, &progress).await?;
            let loaded = Rc::new(
                bundle
                    .with_memory(options.cache.unwrap_or(CACHE))
                    .open(options.backend.unwrap_or_default(), &progress)
                    .await?,
            );
            Ok(Self { loaded }.into())
        })
    }

    /// Extracts the entities and relations of a text of any length.
    ///
    /// `onBatch` is called with every batch of finished sentences. If it returns false, the extraction
    /// stops and resolves with the finished sentences. Rejects if the device fails, or with the
    /// exception that `onBatch` throws.
    #[wasm_bindgen(unchecked_return_type = "Promise<Extraction>")]
    pub fn extract(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ExtractOptions")] options: JsValue,
        #[wasm_bindgen(js_name = onBatch, unchecked_optional_param_type = "(batch: Batch) => boolean | void")]
        on_batch: JsValue,
    ) -> Promise {
        let loaded = Rc::clone(&self.loaded);
        future_to_promise(async move {
            let mut options: types::ExtractOptions = from_object(options)?;
            let only = options.only.take();
            let options = checked(&options)?;
            let on_batch = callback(on_batch, "onBatch")?;
            let text = text
                .as_string()
                .ok_or_else(|| error(Code::Argument, "text: this is not a string"))?;
            extract(&loaded, &text, (&options, only.as_deref()), on_batch).await
        })
    }

    /// Start and end of every sentence of a text, one after the other.
    #[wasm_bindgen(unchecked_return_type = "Uint32Array")]
    pub fn outline(&self, #[wasm_bindgen(unchecked_param_type = "string")] text: &str) -> Vec<u32> {
        let sentences = outline(text, OffsetUnit::Utf16).into_iter();
        sentences
            .flat_map(|(start, end)| [start as u32, end as u32])
            .collect()
    }

    /// Empties the sentence cache.
    pub fn forget(&self) {
        self.loaded.extractor.forget();
    }

    /// Information about the model and its device.
    ///
    /// # Errors
    /// None in practice.
    #[wasm_bindgen(unchecked_return_type = "Info")]
    pub fn info(&self) -> Result<JsValue, JsValue> {
        to_object(&self.loaded.info)
    }
}

fn checked(options: &types::ExtractOptions) -> Result<ExtractOptions, JsValue> {
    let defaults = ExtractOptions::default();
    let probability = |name: &str, value: f32| {
        if (0.0..=1.0).contains(&value) {
            Ok(value)
        } else {
            let problem = format!("options.{name}: {value} is not between 0 and 1");
            Err(error(Code::Argument, problem))
        }
    };
    let threshold = options.threshold.unwrap_or(defaults.threshold);
    Ok(ExtractOptions {
        threshold: probability("threshold", threshold)?,
        evidence: options.evidence.unwrap_or(defaults.evidence),
        candidates: (options.candidates)
            .map(|least| probability("candidates", least))
            .transpose()?,
        from: options.from.unwrap_or(defaults.from),
        limit: options.limit,
        reuse: options.reuse.unwrap_or(defaults.reuse),
        ..defaults
    })
}

async fn extract(
    loaded: &Loaded,
    text: &str,
    (options, only): (&ExtractOptions, Option<&[usize]>),
    on_batch: Option<Function>,
) -> Result<JsValue, JsValue> {
    let mut thrown = None;
    let result = loaded
        .extractor
        .extract_some(text, options, only, async |batch| {
            // A click on "cancel" is delivered here, before the callback.
            pause().await;
            hand_over(batch, loaded.watch, on_batch.as_ref()).unwrap_or_else(|error| {
                thrown = Some(error);
                false
            })
        })
        .await;
    if let Some(error) = thrown {
        return Err(error);
    }
    to_object(&result.map_err(failure)?)
}

/// Whether the extraction goes on.
fn hand_over(
    batch: &ExtractionBatch,
    watch: Option<Watch>,
    on_batch: Option<&Function>,
) -> Result<bool, JsValue> {
    alive(watch)?;
    let Some(on_batch) = on_batch else {
        return Ok(true);
    };
    let answer = on_batch.call1(&JsValue::UNDEFINED, &to_object(batch)?)?;
    Ok(answer != JsValue::FALSE)
}

/// Checks that the GPU has not failed, so that the results are sound.
///
/// # Errors
/// An exception with the message of the GPU libraries.
pub(crate) fn alive(watch: Option<Watch>) -> Result<(), JsValue> {
    match watch.and_then(Watch::failure) {
        Some(complaint) => Err(error(Code::Device, format!("WebGPU failed: {complaint}"))),
        None => Ok(()),
    }
}
