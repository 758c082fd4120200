//! Progress of loading a model.

use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::host::{pause, to_object};

/// A stage of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Comparing sizes and checksums of the files with the manifest.
    Verify,
    /// Opening the device.
    Device,
    /// Decoding the weights and moving them to the device.
    Weights,
    /// Running the self-test.
    SelfTest,
}

#[derive(Serialize)]
struct Step {
    stage: Stage,
    done: usize,
    total: usize,
}

/// The caller's progress callback.
pub struct Progress {
    callback: Option<Function>,
}

impl Progress {
    /// Reports to a callback, if there is one.
    pub fn new(callback: Option<Function>) -> Self {
        Self { callback }
    }

    /// Reports that `done` of `total` steps of a stage are finished, and lets the browser show it.
    ///
    /// # Errors
    /// The exception that the callback throws.
    pub async fn report(&self, stage: Stage, done: usize, total: usize) -> Result<(), JsValue> {
        if let Some(callback) = &self.callback {
            callback.call1(
                &JsValue::UNDEFINED,
                &to_object(&Step { stage, done, total })?,
            )?;
            pause().await;
        }
        Ok(())
    }
}
