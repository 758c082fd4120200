//! `spanlight finetune`.

use std::path::PathBuf;

use clap::{ArgMatches, Args, ValueEnum};

use super::Compute;
use crate::error::{Error, Result};
use crate::event::Sinks;
use crate::finetune::{self, FinetuneConfig, Place, REFERENCE, required};
use crate::interrupt::Interrupt;
use crate::report::{Jsonl, Lenient, Plot, Terminal};
use crate::settings::layered;
use crate::store::{self, RunFolder};
use crate::train::Checkpoint;

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
                check(&config)?;
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
        let events = match self.resume {
            true => Jsonl::resume(
                &folder.events(),
                Checkpoint::step(&store::read(&folder.checkpoint())?)?,
            )?,
            false => Jsonl::create(&folder.events())?,
        };
        let mut sinks = Lenient(Sinks(vec![
            Box::new(Terminal::new()),
            Box::new(events),
            Box::new(Plot::new(folder.events(), folder.chart())),
        ]));
        finetune::finetune(&config, &folder, self.resume, &place, &mut sinks)
    }
}

/// Settings without which nothing starts.
fn check(config: &FinetuneConfig) -> Result<()> {
    required("--train", &config.train)?;
    required("--dev", &config.dev)?;
    required("--encoder", &config.encoder)?;
    if config.schedule_k <= 0.0 {
        return Err(Error::Usage("--schedule-k must be above 0".into()));
    }
    if !(config.fraction > 0.0 && config.fraction <= 1.0) {
        return Err(Error::Usage(
            "--fraction must be above 0 and at most 1".into(),
        ));
    }
    if config.epochs == 0 {
        return Err(Error::Usage("--epochs must be at least 1".into()));
    }
    Ok(())
}
