//! Functions of the browser, and conversions to and from JavaScript.

use std::fmt::Display;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use spanlight_core::Error;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Monotonic time in milliseconds.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;

    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn console_error(message: &str);

    #[wasm_bindgen(js_namespace = console, js_name = warn)]
    pub fn console_warn(message: &str);

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, milliseconds: u32);
}

/// Lets the browser deliver messages and paint.
pub async fn pause() {
    let timer = Promise::new(&mut |resolve: Function, _| set_timeout(&resolve, 0));
    // The promise is never rejected.
    let _ = timer.await;
}

/// A property of an object; `undefined` if there is none.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// The cause of an exception: its `code` in JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// An argument of the caller.
    Argument,
    /// The files of the model.
    Bundle,
    /// Annotated data.
    Data,
    /// The device.
    Device,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Bundle => "bundle",
            Self::Data => "data",
            Self::Device => "device",
        }
    }
}

/// An exception with a code and a message.
pub fn error(code: Code, problem: impl Display) -> JsValue {
    let error: JsValue = JsError::new(&problem.to_string()).into();
    // Setting a property of a fresh object does not fail.
    let _ = Reflect::set(&error, &"code".into(), &code.name().into());
    error
}

/// An error of the core as an exception.
#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub fn failure(failure: Error) -> JsValue {
    let code = match &failure {
        Error::Device(_) => Code::Device,
        Error::Sentence { .. } | Error::Calibration(_) => Code::Data,
        Error::Predictions { .. } => Code::Argument,
        Error::Config { .. }
        | Error::Tokenizer(_)
        | Error::Weight { .. }
        | Error::Bundle { .. } => Code::Bundle,
    };
    error(code, one_line(&failure.to_string()))
}

/// Joins a chain of causes into one line, without the backtrace.
fn one_line(report: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for line in report.lines().map(str::trim) {
        if line.starts_with("Backtrace") {
            break;
        }
        let repeated = parts.iter().any(|part| part.ends_with(line));
        if !repeated && line != "Caused by:" {
            parts.push(line);
        }
    }
    parts.join(": ")
}

/// Converts a value to a plain object, which `postMessage` and `JSON.stringify` accept.
///
/// # Errors
/// An exception for a value that JavaScript cannot express.
pub fn to_object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value
        .serialize(&Serializer::json_compatible())
        .map_err(|e| error(Code::Argument, e))
}

/// Converts options from an object; `undefined` and `null` give the defaults.
///
/// # Errors
/// An exception for other values.
pub fn from_object<T: DeserializeOwned + Default>(object: JsValue) -> Result<T, JsValue> {
    if object.is_undefined() || object.is_null() {
        return Ok(T::default());
    }
    argument(object, "options")
}

/// Converts an argument from JavaScript.
///
/// # Errors
/// An exception that names the argument if it has another type.
pub fn argument<T: DeserializeOwned>(value: JsValue, name: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|e| error(Code::Argument, format!("{name}: {e}")))
}

/// Converts an optional callback.
///
/// # Errors
/// An exception for anything but a function, `undefined` and `null`.
pub fn callback(value: JsValue, name: &str) -> Result<Option<Function>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    value
        .dyn_into()
        .map(Some)
        .map_err(|_| error(Code::Argument, format!("{name}: this is not a function")))
}

/// Checks that an argument is bytes, which stay in the memory of JavaScript.
///
/// # Errors
/// An exception for anything but a `Uint8Array`.
pub fn bytes(value: JsValue, name: &str) -> Result<Uint8Array, JsValue> {
    value
        .dyn_into()
        .map_err(|_| error(Code::Argument, format!("{name}: this is not a Uint8Array")))
}
