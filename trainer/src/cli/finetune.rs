//! `spanlight finetune`.

use std::path::PathBuf;

use clap::{ArgMatches, Args, ValueEnum};

use super::Compute;
use crate::error::{Error, Result};
use crate::finetune::{self, FinetuneConfig, Place, REFERENCE};
use crate::interrupt::Interrupt;
use crate::report;
use crate::settings::layered;
use crate::store::{self, RunFolder};

/// Settings that come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The paper's code
    Reference,
}

/// Arguments of `finetune`.
#[derive(Args)]
pub struct Finetune {
    /// Folder of the run; made if missing
    #[arg(long, value_name = "FOLDER")]
    run: PathBuf,
    /// Go on with the run in that folder
    #[arg(long)]
    resume: bool,
    /// Settings that come together
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// TOML file with any of the settings below
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    config: FinetuneConfig,
    #[command(flatten)]
    compute: Compute,
}

impl Finetune {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever stops the run.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        let (device, description) = self.compute.open()?;
        let (folder, config) = match self.resume {
            true => {
                let folder = RunFolder::resume(&self.run)?;
                let config: FinetuneConfig = store::read_json(&folder.config())?;
                (folder, config)
            }
            false => {
                let preset = self
                    .preset
                    .map(|Preset::Reference| ("preset reference", REFERENCE));
                let config = layered(&self.config, matches, preset, self.settings.as_deref())?;
                config.validate()?;
                let folder = RunFolder::create(&self.run)?;
                store::write_json(&folder.config(), &config)?;
                (folder, config)
            }
        };
        let interrupt = Interrupt::install().map_err(|e| Error::Usage(e.to_string()))?;
        let workers = self.compute.workers(&device);
        let place = Place {
            device: &device,
            description,
            workers,
            interrupt: &interrupt,
        };
        let mut sinks = report::of_run(&folder, self.resume)?;
        finetune::finetune(&config, &folder, self.resume, &place, &mut sinks)
    }
}
