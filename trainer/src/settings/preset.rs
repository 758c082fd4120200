//! Presets: named sets of settings.

use std::path::Path;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Settings, table};
use crate::error::Result;

/// A named set of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Settings of the paper's code
    Reference,
    /// The best settings found for a small encoder
    Recommended,
}

/// The presets of one kind of run, as TOML.
#[derive(Debug, Clone, Copy)]
pub struct Presets {
    /// [`Preset::Reference`].
    pub reference: &'static str,
    /// [`Preset::Recommended`].
    pub recommended: &'static str,
}

impl Presets {
    /// Name and TOML of a preset.
    pub fn of(&self, preset: Preset) -> (&'static str, &'static str) {
        match preset {
            Preset::Reference => ("preset reference", self.reference),
            Preset::Recommended => ("preset recommended", self.recommended),
        }
    }

    /// The settings of a preset; empty without a preset.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::error::Error::Settings) for a preset that is no TOML.
    pub fn settings(&self, preset: Option<Preset>) -> Result<Settings> {
        match preset.map(|preset| self.of(preset)) {
            Some((name, text)) => table(text, Path::new(name)),
            None => Ok(Settings::new()),
        }
    }
}
