//! How far a load has come.

use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::host::{pause, to_object};

/// A part of loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Checking the parts against the manifest.
    Verify,
    /// Opening the device.
    Device,
    /// Decoding the weights and moving them to the device.
    Weights,
    /// Extracting the manifest's text.
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

    /// Tells what is done of a stage and lets the browser show it.
    ///
    /// # Errors
    /// What the callback throws.
    pub async fn tell(&self, stage: Stage, done: usize, total: usize) -> Result<(), JsValue> {
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
