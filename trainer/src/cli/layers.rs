//! Flags that choose settings by the dozen.

use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::run::Task;
use crate::settings::{Layers, Preset};

/// A preset and a settings file, below the flags of single settings.
#[derive(Args)]
pub struct LayerArgs {
    /// Settings that come together
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// TOML file with any of the settings below
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl LayerArgs {
    /// All layers of a task's settings.
    pub fn over<'a, T: Task>(&'a self, flags: &'a T, matches: &'a ArgMatches) -> Layers<'a, T> {
        Layers {
            flags,
            matches,
            preset: self.preset.map(|preset| T::PRESETS.of(preset)),
            file: self.settings.as_deref(),
        }
    }
}
