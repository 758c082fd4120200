//! What the numbers depend on: processor, versions, memory.

use std::fs;

use serde::Serialize;

use super::Plan;

/// The workspace's manifest, which pins burn.
const MANIFEST: &str = include_str!("../../../Cargo.toml");

/// Where and with what was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// What computed our side.
    pub device: String,
    /// Threads of our side.
    pub threads: usize,
    /// CPU threads of PyTorch.
    pub torch_threads: usize,
    /// Processes that wanted a core in the minute before the measurement.
    pub load: Option<f64>,
    /// Version of this program.
    pub spanlight: &'static str,
    /// Version of burn.
    pub burn: String,
}

impl Machine {
    /// This machine as it is now.
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

/// Forgets the peak so far; the resident set is the new one. Does nothing where there is no `/proc`.
pub fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Largest resident set since the last reset, in bytes.
pub fn peak() -> Option<u64> {
    let text = line("/proc/self/status", "VmHWM")?;
    Some(text.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// What stands behind a key and a colon in one of the kernel's files.
fn line(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|l| l.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_manifest_tells_burns_version() {
        let version = super::burn_version().unwrap();
        assert!(
            version.starts_with(|c: char| c.is_ascii_digit()),
            "{version}"
        );
    }
}
