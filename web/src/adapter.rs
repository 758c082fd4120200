//! The WebGPU adapter that the browser offers.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::host::get;

/// Names of renderers that compute on the processor.
const SOFTWARE: [&str; 4] = ["swiftshader", "llvmpipe", "lavapipe", "basic render"];

/// A WebGPU adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// The name that the browser discloses.
    pub name: String,
    /// Whether it is a software adapter, which computes on the processor.
    pub software: bool,
}

impl Adapter {
    /// The adapter that Burn will choose; `None` without WebGPU.
    pub async fn find() -> Option<Self> {
        let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
        let request: Function = get(&gpu, "requestAdapter").dyn_into().ok()?;
        let options = Object::new();
        Reflect::set(
            &options,
            &"powerPreference".into(),
            &"high-performance".into(),
        )
        .ok()?;
        let promise: Promise = request.call1(&gpu, &options.into()).ok()?.dyn_into().ok()?;
        let adapter = promise.await.ok()?;
        (!adapter.is_null() && !adapter.is_undefined()).then(|| Self::read(&adapter))
    }

    fn read(adapter: &JsValue) -> Self {
        let info = get(adapter, "info");
        let text = |name| get(&info, name).as_string().unwrap_or_default();
        // Older browsers have the property on the adapter itself.
        let fallback = [&info, adapter]
            .iter()
            .any(|object| get(object, "isFallbackAdapter").is_truthy());
        Self::described(
            &text("vendor"),
            &text("architecture"),
            &text("description"),
            fallback,
        )
    }

    fn described(vendor: &str, architecture: &str, description: &str, fallback: bool) -> Self {
        let name = match (description, vendor, architecture) {
            ("", "", "") => "an adapter without a name".into(),
            ("", vendor, architecture) => format!("{vendor} {architecture}").trim().to_string(),
            (description, ..) => description.to_string(),
        };
        let words = format!("{architecture} {description}").to_lowercase();
        Self {
            name,
            software: fallback || SOFTWARE.iter().any(|renderer| words.contains(renderer)),
        }
    }
}
