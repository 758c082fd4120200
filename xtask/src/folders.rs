//! The folders of the workspace, of its build outputs and of its cache.

use std::env;
use std::ffi::OsString;
use std::fs;
#[cfg(unix)]
use std::fs::Permissions;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub struct Folders {
    /// The root of the workspace.
    pub root: PathBuf,
    /// Tools, encoders and logs, shared by all clones of the repository.
    pub cache: PathBuf,
    /// Cargo's folder, in which the sources of the crates lie.
    pub cargo_home: PathBuf,
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
        make_private(&cache).with_context(|| {
            format!(
                "cannot keep other users out of {}: make it a folder of your own",
                cache.display()
            )
        })?;
        let cargo_home = match env::var_os("CARGO_HOME").filter(|dir| !dir.is_empty()) {
            Some(dir) => dir.into(),
            None => home.join(".cargo"),
        };
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
            cargo_home,
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

/// Creates a folder that only its owner can enter: programs that this tool runs lie in it.
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    Ok(())
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

    #[cfg(unix)]
    #[test]
    fn other_users_cannot_enter_the_cache() {
        let parent = tempfile::tempdir().unwrap();
        let cache = parent.path().join("cache/spanlight");
        fs::create_dir_all(&cache).unwrap();
        fs::set_permissions(&cache, Permissions::from_mode(0o777)).unwrap();
        make_private(&cache).unwrap();
        let mode = fs::metadata(&cache).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

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
