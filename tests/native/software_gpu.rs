//! The WGSL path on a Vulkan adapter that runs on the processor.
//!
//! The driver reads its environment only once, so the checks run in another process.

use std::process::Command;

use burn::tensor::DeviceKind;
use burn::tensor::wgpu::{WgpuBackend, WgpuInitError, WgpuOptions};

use crate::{parity, pretrain_parity};

/// Environment variable that is set in the process of the checks.
const CHECKS: &str = "SPANLIGHT_SOFTWARE_GPU";

#[test]
fn equals_the_papers_code() {
    match std::env::var_os(CHECKS) {
        Some(_) => check(),
        None => spawn("software_gpu::equals_the_papers_code"),
    }
}

/// Repeats one test of this binary in an environment that leads to the software adapter.
fn spawn(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHECKS, "1")
        .env("CUBECL_WGPU_DEFAULT_DEVICE", "Cpu")
        .env("XDG_RUNTIME_DIR", std::env::temp_dir())
        .output()
        .unwrap();
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
    printed
        .lines()
        .filter(|line| line.starts_with("skipped"))
        .for_each(|line| eprintln!("{line}"));
}

fn check() {
    // Pinned, because OpenGL has a software adapter too, ten times slower.
    let options = WgpuOptions::default()
        .device_kind(DeviceKind::Cpu)
        .graphics_api(WgpuBackend::Vulkan);
    let device = match options.init() {
        Ok(device) => device,
        Err(WgpuInitError::AdapterUnavailable { .. }) => {
            eprintln!(
                "skipped: no software Vulkan adapter; on Debian: apt-get install mesa-vulkan-drivers"
            );
            return;
        }
        Err(error) => panic!("{error}"),
    };
    parity::check_outputs(&device);
    parity::check_gradients(&device);
    pretrain_parity::check_outputs(&device);
    pretrain_parity::check_gradients(&device);
}
