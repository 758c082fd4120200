//! NVIDIA GPUs through CUDA.

use std::panic::{self, AssertUnwindSafe};

use burn::tensor::{Device, DeviceType};

use super::{DeviceChoice, DeviceError};

/// Opens the GPU at an index.
pub(super) fn open(choice: DeviceChoice, index: usize) -> Result<(Device, String), DeviceError> {
    let count = Device::enumerate(DeviceType::Cuda).len();
    if index >= count {
        return Err(DeviceError::Missing {
            choice,
            found: match count {
                0 => "there is no CUDA device".to_owned(),
                n => format!("there are only {n} CUDA devices, counted from 0"),
            },
        });
    }
    let device = Device::cuda(index);
    // Burn opens a CUDA device on first use and panics if it fails, for example if the driver is
    // older than the CUDA version of the program. Asking for the name is the first use.
    let name = panic::catch_unwind(AssertUnwindSafe(|| device.identity()));
    let name = name.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied());
        DeviceError::Failed {
            choice,
            problem: text.unwrap_or("the CUDA driver cannot be used").to_owned(),
        }
    })?;
    let name = name.map_or("NVIDIA GPU".to_owned(), |identity| identity.name);
    let reason = match count {
        1 => "the only one found".to_owned(),
        n => format!("GPU {index} of {n} counted from 0"),
    };
    Ok((device, format!("{name} (CUDA), {reason}")))
}
