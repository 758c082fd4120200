//! The device on which a model computes: WebGPU or the processor.

use std::cell::RefCell;
use std::sync::Arc;

use burn::tensor::Device;
use js_sys::Promise;
use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;

use crate::adapter::Adapter;
use crate::host::{Code, error, get};
use crate::types::{Backend, Preference};

/// Largest number of word-pieces in a batch on a GPU: enough to keep it busy.
const GPU_BUDGET: usize = 2048;
/// Largest number of word-pieces in a batch on the processor: small, so that a cancellation takes effect soon.
const CPU_BUDGET: usize = 512;

/// A device for the model, with what the page shows about it.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The device.
    pub device: Device,
    /// The adapter of a WebGPU device; `None` on the processor.
    pub adapter: Option<Adapter>,
    /// Largest number of word-pieces in a batch.
    pub budget: usize,
}

impl Placement {
    /// The processor.
    pub fn cpu() -> Self {
        Self {
            device: Device::flex(),
            adapter: None,
            budget: CPU_BUDGET,
        }
    }

    /// WebGPU, if the preference allows it and there is an adapter.
    ///
    /// # Errors
    /// A note for the user that says why WebGPU is not used; `None` if the preference is the processor.
    pub async fn gpu(preference: Preference) -> Result<Self, Option<String>> {
        if preference == Preference::Cpu {
            return Err(None);
        }
        let Some(adapter) = Adapter::find().await else {
            let asked = preference == Preference::Webgpu;
            return Err(asked
                .then(|| "This browser offers no WebGPU adapter; the processor is used.".into()));
        };
        if adapter.software && preference == Preference::Auto {
            return Err(Some(format!(
                "WebGPU has only a software adapter here ({}); the processor is faster and is used.",
                adapter.name
            )));
        }
        let budget = if adapter.software {
            CPU_BUDGET
        } else {
            GPU_BUDGET
        };
        match open().await {
            Ok(device) => Ok(Self {
                device,
                adapter: Some(adapter),
                budget,
            }),
            Err(why) => Err(Some(format!(
                "WebGPU could not be started ({why}); the processor is used."
            ))),
        }
    }

    /// The kind of device.
    pub fn backend(&self) -> Backend {
        match self.adapter {
            Some(_) => Backend::Webgpu,
            None => Backend::Cpu,
        }
    }
}

thread_local! {
    static DEVICE: RefCell<Option<Device>> = const { RefCell::new(None) };
    /// The device while it is being opened; other loads wait for it.
    static OPENING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// The WebGPU device of this module. There is only one, since Burn refuses to open a second.
async fn open() -> Result<Device, String> {
    let opening = OPENING.with_borrow_mut(|opening| opening.get_or_insert_with(start).clone());
    if let Err(why) = opening.await {
        OPENING.take();
        return Err(get(&why, "message").as_string().unwrap_or_default());
    }
    DEVICE
        .with_borrow(Clone::clone)
        .ok_or_else(|| "it was closed".into())
}

fn start() -> Promise {
    future_to_promise(async {
        let (device, setup) = Device::wgpu_options()
            .init_with_setup_async()
            .await
            .map_err(|e| error(Code::Device, e))?;
        // The handler of CubeCL panics, which would leave every caller waiting for ever.
        setup
            .device
            .on_uncaptured_error(Arc::new(|error| log::error!(target: "wgpu", "{error}")));
        DEVICE.set(Some(device));
        Ok(JsValue::UNDEFINED)
    })
}
