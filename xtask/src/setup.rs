//! The parts that building and testing need, found or installed.

use anyhow::{Context, Result, bail};

use crate::apt::Apt;
use crate::browser::{self, Browser};
use crate::encoder;
use crate::folders::Folders;
use crate::node;
use crate::step::{self, Step};
use crate::tool::Tool;
use crate::wasm::Toolchain;

/// A part of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    WasmTarget,
    WasmBindgen,
    Trunk,
    WasmPack,
    NodePackages,
    Browser,
    CargoDeny,
    CargoAbout,
    CargoFuzz,
    Encoder,
}

impl Part {
    /// Parts that building and testing need.
    pub const BUILD: [Self; 7] = [
        Self::WasmTarget,
        Self::WasmBindgen,
        Self::Trunk,
        Self::WasmPack,
        Self::NodePackages,
        Self::Browser,
        Self::CargoDeny,
    ];
    /// Parts that only training needs.
    pub const TRAIN: [Self; 1] = [Self::Encoder];

    fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "wasm32 target",
            Self::WasmBindgen => "wasm-bindgen",
            Self::Trunk => "trunk",
            Self::WasmPack => "wasm-pack",
            Self::NodePackages => "npm packages",
            Self::Browser => "Chromium",
            Self::CargoDeny => "cargo-deny",
            Self::CargoAbout => "cargo-about",
            Self::CargoFuzz => "cargo-fuzz",
            Self::Encoder => "default encoder",
        }
    }

    /// Describes the part if it is installed.
    fn find(self, folders: &Folders) -> Result<Option<String>> {
        Ok(match self {
            Self::WasmTarget => Toolchain::find(folders).map(|found| found.to_string()),
            Self::WasmBindgen => Tool::wasm_bindgen(folders)?.find(folders),
            Self::Trunk => Tool::trunk().find(folders),
            Self::WasmPack => Tool::wasm_pack().find(folders),
            Self::NodePackages => node::find(folders)?,
            Self::Browser => Browser::find()?.map(|found| found.to_string()),
            Self::CargoDeny => Tool::cargo_deny().find(folders),
            Self::CargoAbout => Tool::cargo_about().find(folders),
            Self::CargoFuzz => Tool::cargo_fuzz().find(folders),
            Self::Encoder => encoder::find(folders),
        })
    }

    /// Debian's packages that installing the part needs.
    fn debian_packages(self) -> &'static [&'static str] {
        match self {
            Self::WasmTarget => Toolchain::debian_packages(),
            Self::WasmBindgen
            | Self::Trunk
            | Self::WasmPack
            | Self::CargoDeny
            | Self::CargoAbout
            | Self::CargoFuzz => &[],
            Self::NodePackages => node::debian_packages(),
            Self::Browser => browser::DEBIAN_PACKAGES,
            Self::Encoder => encoder::debian_packages(),
        }
    }

    fn install(self, folders: &Folders, step: &Step, apt: Option<&mut Apt>) -> Result<()> {
        match self {
            Self::WasmTarget => Toolchain::install(folders, step, apt),
            Self::WasmBindgen => Tool::wasm_bindgen(folders)?.install(folders, step),
            Self::Trunk => Tool::trunk().install(folders, step),
            Self::WasmPack => Tool::wasm_pack().install(folders, step),
            Self::NodePackages => node::install(folders, step),
            // Debian's packages were all it needs.
            Self::Browser => Browser::require().map(|_| ()),
            Self::CargoDeny => Tool::cargo_deny().install(folders, step),
            Self::CargoAbout => Tool::cargo_about().install(folders, step),
            Self::CargoFuzz => Tool::cargo_fuzz().install(folders, step),
            Self::Encoder => encoder::install(folders, step),
        }
    }
}

/// Installs the parts that are missing; `yes` is the user's consent to Debian's packages.
pub fn run(folders: &Folders, parts: &[Part], yes: bool) -> Result<()> {
    if !parts.is_empty() {
        eprintln!("Setting up:");
    }
    let mut apt = Apt::find(yes);
    if let Some(apt) = &mut apt {
        // All at once, so that the user is asked once.
        let packages = debian_packages(folders, parts)?;
        let step = Step::begin("Debian packages");
        apt.install(&packages, &step, &folders.log("debian"))?;
    }
    for &part in parts {
        if let Some(found) = part.find(folders)? {
            step::line(part.name(), &found);
            continue;
        }
        let step = Step::begin(part.name());
        part.install(folders, &step, apt.as_mut())
            .with_context(|| format!("setting up the {} failed", part.name()))?;
        match part.find(folders)? {
            Some(found) => step.done(&found),
            None => bail!(
                "the {} was installed but cannot be found: see {}",
                part.name(),
                folders.cache.join("logs").display()
            ),
        }
    }
    Ok(())
}

/// Debian's packages for the parts that are missing.
fn debian_packages(folders: &Folders, parts: &[Part]) -> Result<Vec<&'static str>> {
    let mut packages = Vec::new();
    for &part in parts {
        if part.find(folders)?.is_none() {
            packages.extend_from_slice(part.debian_packages());
        }
    }
    Ok(packages)
}
