//! Chromium and its ChromeDriver.

use std::env;
use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process;

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const DRIVERS: &[&str] = &["chromedriver", "chromium.chromedriver"];
const HELP: &str = "install Chromium or Chrome and the ChromeDriver of the same version, and put \
    them on PATH or name them in CHROME and CHROMEDRIVER; `cargo xtask test --skip-browser` needs \
    neither";

/// Debian's packages of the two programs.
pub const DEBIAN_PACKAGES: &[&str] = &["chromium", "chromium-driver"];

/// Paths of the two programs.
pub struct Browser {
    pub chrome: PathBuf,
    pub driver: PathBuf,
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.chrome.display(), self.driver.display())
    }
}

impl Browser {
    /// Finds both programs, in the environment or on PATH.
    pub fn find() -> Result<Option<Self>> {
        let chrome = locate("CHROME", BROWSERS)?;
        let driver = locate("CHROMEDRIVER", DRIVERS)?;
        Ok(chrome
            .zip(driver)
            .map(|(chrome, driver)| Self { chrome, driver }))
    }

    /// As [`Self::find`], with instructions as the error.
    pub fn require() -> Result<Self> {
        Self::find()?.context(HELP)
    }
}

/// The file that an environment variable names, or else the first of `names` that exists.
fn locate(variable: &str, names: &[&str]) -> Result<Option<PathBuf>> {
    if let Some(path) = env::var_os(variable).map(PathBuf::from) {
        if !path.is_file() {
            bail!(
                "{variable} names {}, which is not a file: correct or unset it",
                path.display()
            );
        }
        return Ok(Some(path));
    }
    Ok(names.iter().find_map(|name| {
        let path = PathBuf::from(name);
        if path.is_absolute() {
            path.is_file().then_some(path)
        } else {
            process::find(name)
        }
    }))
}
