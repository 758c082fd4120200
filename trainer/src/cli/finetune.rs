//! `spanlight finetune`.

use clap::{ArgMatches, Args};

use super::run::{RunArgs, Task};
use crate::error::Result;
use crate::event::Sink;
use crate::finetune::{self, FinetuneConfig};
use crate::machine::Machine;
use crate::settings::Presets;
use crate::store::RunFolder;

/// Arguments of `finetune`.
#[derive(Args)]
pub struct Finetune {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    config: FinetuneConfig,
}

impl Finetune {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops the run.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        self.run.start(&self.config, matches)
    }
}

impl Task for FinetuneConfig {
    const PRESETS: Presets = finetune::PRESETS;

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
        finetune::finetune(self, folder, resume, machine, sink)
    }
}
