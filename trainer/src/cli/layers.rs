//! Flags that choose settings by the dozen.

use std::path::PathBuf;

use clap::{ArgMatches, Args, ValueEnum};

use super::run::Task;
use crate::settings::Layers;

/// Settings that come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The paper's code
    Reference,
    /// What did best with a small encoder
    Recommended,
}

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
            preset: match self.preset {
                Some(Preset::Reference) => Some(("preset reference", T::REFERENCE)),
                Some(Preset::Recommended) => Some(("preset recommended", T::RECOMMENDED)),
                None => None,
            },
            file: self.settings.as_deref(),
        }
    }
}
