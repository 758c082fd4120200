//! GPUs through Vulkan, Metal and DirectX 12.

use std::{
    env,
    sync::{Mutex, PoisonError},
};

use burn::tensor::{
    Device, DeviceKind,
    wgpu::{WgpuBackend, wgpu},
};
use wgpu::{AdapterInfo, Backend, Backends, DeviceType};

use super::{Api, DeviceChoice, DeviceError};

/// Opened devices by selector, since burn refuses to initialise a device twice.
static OPENED: Mutex<Vec<(DeviceKind, WgpuBackend, Device, AdapterInfo)>> = Mutex::new(Vec::new());

/// Opens the GPU at an index. Without an index, opens the GPU that `CUBECL_WGPU_DEFAULT_DEVICE`
/// selects or, if it is not set, the first.
pub(super) fn open(
    choice: DeviceChoice,
    api: Api,
    index: Option<usize>,
) -> Result<(Device, String), DeviceError> {
    // One adapter list at a time: Vulkan's loader crashes on concurrent instances.
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = adapters(api);
    let missing = || DeviceError::Missing {
        choice,
        found: describe_all(api, &found),
    };
    let gpus = gpus(&found);
    let set = env::var_os("CUBECL_WGPU_DEFAULT_DEVICE").is_some();
    let (kind, backend, reason) = match index {
        None if set => {
            let backend = found.first().ok_or_else(missing)?.backend;
            let reason = "as CUBECL_WGPU_DEFAULT_DEVICE says".to_owned();
            (DeviceKind::DefaultDevice, backend, reason)
        }
        _ => {
            let (kind, backend) = gpus.get(index.unwrap_or(0)).cloned().ok_or_else(missing)?;
            let reason = match (choice, gpus.len()) {
                (_, 1) => "the only GPU found".to_owned(),
                (DeviceChoice::Auto, n) => format!("the first of {n} GPUs found"),
                (_, n) => format!("GPU {} of {n} counted from 0", index.unwrap_or(0)),
            };
            (kind, backend, reason)
        }
    };
    let pinned = pin_to(api, backend);
    let known = opened.iter().find(|o| o.0 == kind && o.1 == pinned);
    let (device, info) = if let Some((_, _, device, info)) = known {
        (device.clone(), info.clone())
    } else {
        let options = Device::wgpu_options().graphics_api(pinned);
        let (device, setup) = options
            .device_kind(kind.clone())
            .init_with_setup()
            .map_err(|e| DeviceError::Failed {
                choice,
                problem: e.to_string(),
            })?;
        let info = setup.adapter.get_info();
        opened.push((kind, pinned, device.clone(), info.clone()));
        (device, info)
    };
    Ok((device, format!("{}, {reason}", describe(&info))))
}

/// The adapters of the first API that has a GPU or, if none has, of the first that has an adapter.
fn adapters(api: Api) -> Vec<AdapterInfo> {
    // OpenGL is left out: it is too limited for compute, and systems that have it have Vulkan.
    let backends: &[Backend] = match api {
        Api::Any => &[Backend::Metal, Backend::Vulkan, Backend::Dx12],
        Api::Vulkan => &[Backend::Vulkan],
        Api::Metal => &[Backend::Metal],
        Api::Dx12 => &[Backend::Dx12],
    };
    let mut software = Vec::new();
    for &backend in backends {
        let found = adapters_of(backend.into());
        if found.iter().any(|info| rank(info.device_type).is_some()) {
            return found;
        }
        if software.is_empty() {
            software = found;
        }
    }
    software
}

/// The adapters of an API; none if the system does not have the API.
fn adapters_of(backends: Backends) -> Vec<AdapterInfo> {
    if !wgpu::Instance::enabled_backend_features().contains(backends) {
        return vec![];
    }
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    found.iter().map(wgpu::Adapter::get_info).collect()
}

/// The selectors of the hardware GPUs, best first. Burn counts each kind from 0.
fn gpus(found: &[AdapterInfo]) -> Vec<(DeviceKind, Backend)> {
    let mut counts = [0; 3];
    let mut gpus: Vec<_> = found
        .iter()
        .filter_map(|info| {
            let rank = rank(info.device_type)?;
            let index = counts[rank];
            counts[rank] += 1;
            let kinds = [
                DeviceKind::DiscreteGpu,
                DeviceKind::IntegratedGpu,
                DeviceKind::VirtualGpu,
            ];
            Some((rank, kinds[rank](index), info.backend))
        })
        .collect();
    gpus.sort_by_key(|gpu| gpu.0);
    let selectors = gpus.into_iter().map(|(_, kind, backend)| (kind, backend));
    selectors.collect()
}

fn rank(kind: DeviceType) -> Option<usize> {
    match kind {
        DeviceType::DiscreteGpu => Some(0),
        DeviceType::IntegratedGpu => Some(1),
        DeviceType::VirtualGpu => Some(2),
        DeviceType::Cpu | DeviceType::Other => None,
    }
}

fn pin_to(api: Api, backend: Backend) -> WgpuBackend {
    match backend {
        Backend::Vulkan => WgpuBackend::Vulkan,
        Backend::Dx12 => WgpuBackend::Dx12,
        // If pinned to Metal, burn refuses a GPU without native shaders instead of translating them.
        Backend::Metal if api == Api::Metal => WgpuBackend::Metal,
        _ => WgpuBackend::Auto,
    }
}

fn describe_all(api: Api, found: &[AdapterInfo]) -> String {
    let name = match api {
        Api::Any => "graphics",
        Api::Vulkan => "Vulkan",
        Api::Metal => "Metal",
        Api::Dx12 => "DirectX 12",
    };
    let all: Vec<_> = found.iter().map(describe).collect();
    if all.is_empty() {
        format!("there is no {name} adapter")
    } else {
        format!("there is only {}", all.join(" and "))
    }
}

fn describe(info: &AdapterInfo) -> String {
    let kind = match info.device_type {
        DeviceType::DiscreteGpu => "discrete GPU",
        DeviceType::IntegratedGpu => "integrated GPU",
        DeviceType::VirtualGpu => "virtual GPU",
        DeviceType::Cpu => "software renderer",
        DeviceType::Other => "unknown kind",
    };
    format!("{} ({kind}, {:?})", info.name, info.backend)
}
