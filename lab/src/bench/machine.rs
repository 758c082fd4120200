//! The machine of a measurement: processor, versions, memory.

use std::fs;

use serde::Serialize;

use super::Plan;

/// The manifest of the workspace, which pins the version of burn.
const MANIFEST: &str = include_str!("../../../Cargo.toml");

/// Hardware and software of a measurement.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// Device of our side.
    pub device: String,
    /// Threads of our side.
    pub threads: usize,
    /// CPU threads of PyTorch.
    pub torch_threads: usize,
    /// Load average of the minute before the measurement; `None` without `/proc`.
    pub load: Option<f64>,
    /// Version of spanlight.
    pub spanlight: &'static str,
    /// Version of burn.
    pub burn: String,
}

impl Machine {
    /// Describes this machine.
    pub fn this(plan: &Plan<'_>) -> Self {
        Self {
            cpu: line("/proc/cpuinfo", "model name")
                .unwrap_or_else(|| std::env::consts::ARCH.into()),
            device: plan.description.clone(),
            threads: plan.workers,
            torch_threads: plan.threads,
            load: fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split(' ').next()?.parse().ok()),
            spanlight: env!("CARGO_PKG_VERSION"),
            burn: burn_version().unwrap_or_else(|| "unknown".into()),
        }
    }
}

fn burn_version() -> Option<String> {
    let manifest: toml::Table = toml::from_str(MANIFEST).ok()?;
    let burn = manifest
        .get("workspace")?
        .get("dependencies")?
        .get("burn")?;
    Some(
        burn.get("version")?
            .as_str()?
            .trim_start_matches('=')
            .into(),
    )
}

/// Resets the peak to the current resident set; has no effect without `/proc`.
pub fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Largest resident set since the last reset, in bytes; `None` without `/proc`.
pub fn peak() -> Option<u64> {
    let text = line("/proc/self/status", "VmHWM")?;
    Some(text.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// The value of a line `key: value` in one of the kernel's files.
fn line(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|l| l.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_manifest_has_burns_version() {
        let version = super::burn_version().unwrap();
        assert!(
            version.starts_with(|c: char| c.is_ascii_digit()),
            "{version}"
        );
    }
}
