//! Compute devices: the choice that a user writes, and how it is opened.

use std::{fmt, str::FromStr};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use spanlight_learn::Processor;

#[cfg(feature = "cuda")]
mod cuda;
#[cfg(feature = "wgpu")]
mod graphics;

/// The choice of a compute device, written `auto`, `cpu`, `cuda`, `vulkan`, `metal`, `dx12` or
/// `wgpu` (any of the three graphics APIs). All but the first two take an index, such as `vulkan:1`,
/// to choose among several GPUs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// A hardware GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// An NVIDIA GPU through CUDA.
    Cuda(Option<usize>),
    /// A GPU through a graphics API. The index counts discrete GPUs first, then integrated, then
    /// virtual ones; software renderers do not count. Without an index, the environment variable
    /// `CUBECL_WGPU_DEFAULT_DEVICE` decides if it is set; its value `Cpu` selects a software renderer.
    Graphics(Api, Option<usize>),
}

/// A graphics API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The first API of the system that has a GPU.
    Any,
    /// Vulkan.
    Vulkan,
    /// Apple's Metal.
    Metal,
    /// Microsoft's DirectX 12.
    Dx12,
}

/// Why a device cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The text is not the name of a device.
    #[error(
        "unknown device `{0}`; expected auto, cpu, cuda, vulkan, metal, dx12 or wgpu, of which the \
         last five accept an index, as in `vulkan:1`"
    )]
    Unknown(String),

    /// The program was built without support for the device.
    #[error(
        "this program was built without support for device `{choice}`; build it with `cargo \
         build --release --features {feature}`"
    )]
    NotBuilt {
        /// The choice of the user.
        choice: DeviceChoice,
        /// Cargo feature that adds the support.
        feature: &'static str,
    },

    /// The machine has no such device.
    #[error("no device for `{choice}`: {found}; `cpu` always works")]
    Missing {
        /// The choice of the user.
        choice: DeviceChoice,
        /// The devices that it has instead.
        found: String,
    },

    /// The device exists but cannot be opened.
    #[error("device `{choice}` cannot be opened: {problem}")]
    Failed {
        /// The choice of the user.
        choice: DeviceChoice,
        /// The driver's reason.
        problem: String,
    },
}

impl DeviceChoice {
    /// Opens the device. The text names the device and says why it was chosen, as in `NVIDIA H200
    /// (discrete GPU, Vulkan), the first GPU found`. A second call returns the same device.
    ///
    /// # Errors
    /// [`DeviceError`]; never for [`Self::Auto`] and [`Self::Cpu`].
    pub fn open(&self) -> Result<(Device, String), DeviceError> {
        match *self {
            Self::Auto => Ok(automatic()),
            Self::Cpu => Ok((Device::flex(), "CPU, as chosen".to_owned())),
            #[cfg(feature = "cuda")]
            Self::Cuda(index) => cuda::open(*self, index.unwrap_or(0)),
            #[cfg(feature = "wgpu")]
            Self::Graphics(api, index) => graphics::open(*self, api, index),
            #[allow(unreachable_patterns, reason = "depends on the features")]
            choice => Err(DeviceError::NotBuilt {
                choice,
                feature: match choice {
                    Self::Cuda(_) => "cuda",
                    _ => "wgpu",
                },
            }),
        }
    }
}

/// Whether a device, with gradients or without, is the CPU.
pub fn on_cpu(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

/// Whether a device is a CPU or a GPU.
pub fn processor(device: &Device) -> Processor {
    if on_cpu(device) {
        Processor::Cpu
    } else {
        Processor::Gpu
    }
}

fn automatic() -> (Device, String) {
    #[allow(unused_mut, reason = "depends on the features")]
    let mut reasons = Vec::<String>::new();
    #[cfg(feature = "cuda")]
    match cuda::open(DeviceChoice::Cuda(Some(0)), 0) {
        Ok(opened) => return opened,
        Err(DeviceError::Missing { found, .. }) => reasons.push(found),
        Err(error) => reasons.push(error.to_string()),
    }
    // With an index, CUBECL_WGPU_DEFAULT_DEVICE cannot select a software renderer.
    #[cfg(feature = "wgpu")]
    match graphics::open(DeviceChoice::Auto, Api::Any, Some(0)) {
        Ok(opened) => return opened,
        Err(DeviceError::Missing { found, .. }) => reasons.push(found),
        Err(error) => reasons.push(error.to_string()),
    }
    if reasons.is_empty() {
        reasons.push("this program was built without support for GPUs".to_owned());
    }
    (Device::flex(), format!("CPU, since {}", reasons.join("; ")))
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let unknown = || DeviceError::Unknown(text.to_owned());
        let (name, index) = match text.split_once(':') {
            Some((name, index)) => (name, Some(index.parse().map_err(|_| unknown())?)),
            None => (text, None),
        };
        match (name, index) {
            ("auto", None) => Ok(Self::Auto),
            ("cpu", None) => Ok(Self::Cpu),
            ("cuda", _) => Ok(Self::Cuda(index)),
            ("wgpu", _) => Ok(Self::Graphics(Api::Any, index)),
            ("vulkan", _) => Ok(Self::Graphics(Api::Vulkan, index)),
            ("metal", _) => Ok(Self::Graphics(Api::Metal, index)),
            ("dx12", _) => Ok(Self::Graphics(Api::Dx12, index)),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, index) = match *self {
            Self::Auto => ("auto", None),
            Self::Cpu => ("cpu", None),
            Self::Cuda(index) => ("cuda", index),
            Self::Graphics(Api::Any, index) => ("wgpu", index),
            Self::Graphics(Api::Vulkan, index) => ("vulkan", index),
            Self::Graphics(Api::Metal, index) => ("metal", index),
            Self::Graphics(Api::Dx12, index) => ("dx12", index),
        };
        match index {
            Some(index) => write!(f, "{name}:{index}"),
            None => f.write_str(name),
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = DeviceError;

    fn try_from(text: String) -> Result<Self, DeviceError> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_parse_from_their_own_text() {
        let all = [
            "auto", "cpu", "cuda", "cuda:3", "wgpu", "vulkan", "vulkan:1", "metal:0", "dx12",
        ];
        for text in all {
            let choice: DeviceChoice = text.parse().unwrap();
            assert_eq!(choice.to_string(), text);
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<DeviceChoice>(&json).unwrap(), choice);
        }
        for text in [
            "", "gpu", "cpu:0", "auto:1", "cuda:", "cuda:-1", "cuda:1:2", "CPU",
        ] {
            let error = text.parse::<DeviceChoice>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{text}`; expected auto")),
                "{error}"
            );
        }
    }

    #[test]
    fn there_is_always_a_device() {
        let (device, text) = DeviceChoice::Auto.open().unwrap();
        let (again, same) = DeviceChoice::Auto.open().unwrap();
        assert_eq!((&device, &text), (&again, &same));
        assert_eq!(
            text.starts_with("CPU, since "),
            device == Device::flex(),
            "{text}"
        );
    }

    #[test]
    fn the_cpu_is_recognised_with_and_without_gradients() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            assert_eq!(processor(&device), Processor::Cpu);
        }
    }

    #[test]
    fn errors_of_absent_devices_say_what_to_do() {
        let absent = DeviceChoice::Graphics(Api::Vulkan, Some(99));
        let error = absent.open().unwrap_err().to_string();
        assert!(error.contains("`vulkan:99`"), "{error}");
        if !cfg!(feature = "cuda") {
            let error = DeviceChoice::Cuda(None).open().unwrap_err().to_string();
            assert!(error.ends_with("--features cuda`"), "{error}");
        }
    }
}
