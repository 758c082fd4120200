//! `spanlight pretrain`.

use clap::{ArgMatches, Args};

use super::run::{RunArgs, Task};
use crate::error::Result;
use crate::event::Sink;
use crate::machine::Machine;
use crate::pretrain::{self, PretrainConfig};
use crate::settings::Presets;
use crate::store::RunFolder;

/// Arguments of `pretrain`.
#[derive(Args)]
pub struct Pretrain {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    config: PretrainConfig,
}

impl Pretrain {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops the run.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        self.run.start(&self.config, matches)
    }
}

impl Task for PretrainConfig {
    const PRESETS: Presets = pretrain::PRESETS;

    fn validate(&self) -> Result<()> {
        self.validate()
    }

    fn carry_out(
        &self,
        folder: &RunFolder,
        resume: bool,
        machine: &Machine<'_>,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        pretrain::pretrain(self, folder, resume, machine, sink)
    }
}
