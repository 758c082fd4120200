//! The parts that building and testing need, found or installed.

use anyhow::{Context, Result, bail};

use crate::browser::Browser;
use crate::encoder;
use crate::node;
use crate::places::Places;
use crate::step::{self, Step};
use crate::tool::Tool;
use crate::wasm::Toolchain;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    WasmTarget,
    WasmBindgen,
    Trunk,
    WasmPack,
    NodePackages,
    Browser,
    Encoder,
}

impl Part {
    /// What building and testing need.
    pub const BUILD: [Self; 6] = [
        Self::WasmTarget,
        Self::WasmBindgen,
        Self::Trunk,
        Self::WasmPack,
        Self::NodePackages,
        Self::Browser,
    ];
    /// What training needs besides.
    pub const TRAIN: [Self; 1] = [Self::Encoder];

    fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "wasm32 target",
            Self::WasmBindgen => "wasm-bindgen",
            Self::Trunk => "trunk",
            Self::WasmPack => "wasm-pack",
            Self::NodePackages => "npm packages",
            Self::Browser => "Chromium",
            Self::Encoder => "default encoder",
        }
    }

    /// What is there, in words.
    fn find(self, places: &Places) -> Result<Option<String>> {
        Ok(match self {
            Self::WasmTarget => Toolchain::find(places).map(|found| found.to_string()),
            Self::WasmBindgen => Tool::wasm_bindgen(places)?.find(places),
            Self::Trunk => Tool::trunk().find(places),
            Self::WasmPack => Tool::wasm_pack().find(places),
            Self::NodePackages => node::find(places)?,
            Self::Browser => Browser::find()?.map(|found| found.to_string()),
            Self::Encoder => encoder::find(places),
        })
    }

    fn install(self, places: &Places, step: &Step) -> Result<()> {
        match self {
            Self::WasmTarget => Toolchain::install(places, step),
            Self::WasmBindgen => Tool::wasm_bindgen(places)?.install(places, step),
            Self::Trunk => Tool::trunk().install(places, step),
            Self::WasmPack => Tool::wasm_pack().install(places, step),
            Self::NodePackages => node::install(places, step),
            Self::Browser => Browser::install(places, step),
            Self::Encoder => encoder::install(places, step),
        }
    }
}

pub fn run(places: &Places, parts: &[Part]) -> Result<()> {
    if !parts.is_empty() {
        eprintln!("Setting up:");
    }
    for &part in parts {
        if let Some(found) = part.find(places)? {
            step::line(part.name(), &found);
            continue;
        }
        let step = Step::begin(part.name());
        part.install(places, &step)
            .with_context(|| format!("setting up the {} failed", part.name()))?;
        match part.find(places)? {
            Some(found) => step.done(&found),
            None => bail!(
                "the {} was installed but cannot be found: see {}",
                part.name(),
                places.cache.join("logs").display()
            ),
        }
    }
    Ok(())
}
