//! ChromeDriver's capabilities, with WebGPU and without.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browser::Browser;
use crate::folders::Folders;

const OPTIONS: &str = "goog:chromeOptions";

/// Whether Chromium offers WebGPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebGpu {
    On,
    Off,
}

/// Adapts `web/webdriver.json` to this browser and returns the path of the copy.
pub fn write(folders: &Folders, browser: &Browser, gpu: WebGpu) -> Result<PathBuf> {
    let source = folders.web().join("webdriver.json");
    let text =
        fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let capabilities = serde_json::from_str(&text)
        .ok()
        .and_then(|base| adapt(base, &browser.chrome.to_string_lossy(), gpu))
        .with_context(|| {
            format!(
                "{} must be JSON with a list of {OPTIONS}.args",
                source.display()
            )
        })?;
    let name = match gpu {
        WebGpu::On => "webdriver-gpu.json",
        WebGpu::Off => "webdriver-cpu.json",
    };
    let path = folders.wasm_target.join(name);
    fs::create_dir_all(&folders.wasm_target)
        .and_then(|()| fs::write(&path, format!("{capabilities:#}")))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Sets the browser and, for [`WebGpu::Off`], removes the WebGPU flags, without which Chromium offers no
/// adapter on a machine without a graphics card.
fn adapt(mut capabilities: Value, chrome: &str, gpu: WebGpu) -> Option<Value> {
    let options = capabilities.get_mut(OPTIONS)?.as_object_mut()?;
    options.insert("binary".into(), chrome.into());
    let args = options.get_mut("args")?.as_array_mut()?;
    if gpu == WebGpu::Off {
        args.retain(|arg| !arg.as_str().is_some_and(|flag| flag.contains("webgpu")));
    }
    Some(capabilities)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn base() -> Value {
        json!({ OPTIONS: { "args": [
            "--headless=new",
            "--enable-unsafe-webgpu",
            "--use-webgpu-adapter=swiftshader",
        ] } })
    }

    #[test]
    fn with_webgpu_only_the_browser_is_added() {
        let adapted = adapt(base(), "/usr/bin/chromium", WebGpu::On).unwrap();
        assert_eq!(adapted[OPTIONS]["args"], base()[OPTIONS]["args"]);
        assert_eq!(adapted[OPTIONS]["binary"], "/usr/bin/chromium");
    }

    #[test]
    fn without_webgpu_its_flags_are_removed() {
        let adapted = adapt(base(), "/usr/bin/chromium", WebGpu::Off).unwrap();
        assert_eq!(adapted[OPTIONS]["args"], json!(["--headless=new"]));
    }

    #[test]
    fn capabilities_without_options_are_refused() {
        assert_eq!(adapt(json!({}), "chromium", WebGpu::On), None);
    }
}
