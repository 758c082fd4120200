//! The folders of the workspace, of its build outputs and of its cache.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub struct Folders {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Tools, encoders and logs, shared by all clones of the repository.
    pub cache: PathBuf,
    /// Cargo's target folder for the native crates.
    pub native_target: PathBuf,
    /// Cargo's target folder for wasm32, separate because the wasm32 compiler may differ from the native one.
    pub wasm_target: PathBuf,
}

impl Folders {
    pub fn find() -> Result<Self> {
        // Two clones may share a target folder and so this binary; at run time, cargo names the clone.
        let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&own)
            .parent()
            .context("xtask must lie inside the workspace")?
            .to_path_buf();
        let home = env::home_dir().context("the home folder is unknown: set HOME")?;
        let cache = home.join(".cache").join("spanlight");
        let native_target = match env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
            Some(dir) => env::current_dir()
                .context("the current folder is gone: change to another")?
                .join(dir),
            None => cache.join("target"),
        };
        Ok(Self {
            wasm_target: suffixed(&native_target, "-wasm"),
            root,
            cache,
            native_target,
        })
    }

    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    pub fn encoders(&self) -> PathBuf {
        self.cache.join("encoders")
    }

    pub fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    pub fn node_bin(&self) -> PathBuf {
        self.root.join("node_modules").join(".bin")
    }

    /// The log file of a set-up step.
    pub fn log(&self, step: &str) -> PathBuf {
        self.cache.join("logs").join(format!("{step}.log"))
    }
}

fn suffixed(dir: &Path, suffix: &str) -> PathBuf {
    // `components` drops a trailing slash, which would make the suffix a hidden subfolder.
    let mut name: OsString = dir.components().collect::<PathBuf>().into();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_makes_a_sibling() {
        assert_eq!(
            suffixed(Path::new("/a/target"), "-wasm"),
            Path::new("/a/target-wasm")
        );
        assert_eq!(
            suffixed(Path::new("/a/target/"), "-wasm"),
            Path::new("/a/target-wasm")
        );
    }
}
