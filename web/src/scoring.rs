//! Scores predictions against annotated sentences, with the scorer of `spanlight evaluate`.

use std::rc::Rc;

use js_sys::futures::future_to_promise;
use js_sys::{Function, Promise};
use spanlight_core::document::Sentence;
use spanlight_core::predict::predict_gold;
use spanlight_core::score::{Prediction, differences, score};
use wasm_bindgen::prelude::*;

use crate::Extractor;
use crate::extractor::alive;
use crate::host::{argument, callback, failure, pause, to_object};
use crate::loading::Loaded;
use crate::types::{Done, Evaluation};

#[wasm_bindgen]
impl Extractor {
    /// Extracts from annotated sentences, whose words are taken as given, and scores the predictions.
    ///
    /// If `onProgress` returns false, the evaluation stops and resolves with null. Rejects if a sentence is
    /// inconsistent or does not fit into the model.
    #[wasm_bindgen(unchecked_return_type = "Promise<Evaluation | null>")]
    pub fn evaluate(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GoldSentence[]")] gold: JsValue,
        #[wasm_bindgen(js_name = onProgress, unchecked_optional_param_type = "(progress: { done: number; total: number }) => boolean | void")]
        on_progress: JsValue,
    ) -> Promise {
        let loaded = Rc::clone(&self.loaded);
        future_to_promise(async move {
            let gold: Vec<Sentence> = argument(gold, "gold")?;
            let on_progress = callback(on_progress, "onProgress")?;
            match predict(&loaded, &gold, on_progress).await? {
                Some(predictions) => compare(&loaded, &gold, predictions),
                None => Ok(JsValue::NULL),
            }
        })
    }

    /// Scores predictions against annotated sentences: one prediction for each sentence, in the same order.
    ///
    /// # Errors
    /// An exception if a span lies outside its sentence or a relation refers to a missing entity.
    #[wasm_bindgen(unchecked_return_type = "Evaluation")]
    pub fn score(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GoldSentence[]")] gold: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Prediction[]")] predictions: JsValue,
    ) -> Result<JsValue, JsValue> {
        let gold: Vec<Sentence> = argument(gold, "gold")?;
        compare(&self.loaded, &gold, argument(predictions, "predictions")?)
    }
}

async fn predict(
    loaded: &Loaded,
    gold: &[Sentence],
    on_progress: Option<Function>,
) -> Result<Option<Vec<Prediction>>, JsValue> {
    let mut thrown = None;
    let total = gold.len();
    let (predictor, tokenizer) = (loaded.extractor.predictor(), loaded.extractor.tokenizer());
    let found = predict_gold(predictor, tokenizer, gold, async |done| {
        pause().await;
        let answer = alive(loaded.watch).and_then(|()| match &on_progress {
            Some(callback) => {
                callback.call1(&JsValue::UNDEFINED, &to_object(&Done { done, total })?)
            }
            None => Ok(JsValue::UNDEFINED),
        });
        match answer {
            Ok(answer) => answer != JsValue::FALSE,
            Err(error) => {
                thrown = Some(error);
                false
            }
        }
    })
    .await;
    match thrown {
        Some(error) => Err(error),
        None => found.map_err(failure),
    }
}

fn compare(
    loaded: &Loaded,
    gold: &[Sentence],
    predictions: Vec<Prediction>,
) -> Result<JsValue, JsValue> {
    let schema = loaded.extractor.predictor().schema();
    to_object(&Evaluation {
        report: score(gold, &predictions, schema).map_err(failure)?,
        errors: differences(gold, &predictions).map_err(failure)?,
        predictions,
    })
}
