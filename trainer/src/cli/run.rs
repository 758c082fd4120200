//! What the commands that make a run have in common.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Args, ValueEnum};
use serde::{Serialize, de::DeserializeOwned};

use super::Compute;
use crate::error::{Error, Result};
use crate::event::Sink;
use crate::interrupt::Interrupt;
use crate::place::Place;
use crate::report;
use crate::settings::layered;
use crate::store::{self, RunFolder};

/// Settings that come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// The paper's code
    Reference,
    /// What did best: the recipe of the model in the page
    Recommended,
}

/// Arguments of a command that makes a run.
#[derive(Args)]
pub struct RunArgs {
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
    /// Stop after so many minutes, at a place to go on from
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    max_minutes: Option<Duration>,
    #[command(flatten)]
    compute: Compute,
}

/// A kind of run.
pub trait Task: Serialize + DeserializeOwned {
    /// Settings of the paper's code, as TOML.
    const REFERENCE: &str;
    /// Settings that did best, as TOML, if any did better than the defaults.
    const RECOMMENDED: Option<&str> = None;

    /// Checks what can be checked before anything is read.
    ///
    /// # Errors
    /// What is wrong with the settings.
    fn validate(&self) -> Result<()>;

    /// Carries the run out, or goes on with it.
    ///
    /// # Errors
    /// Whatever stops it.
    fn carry_out(
        &self,
        folder: &RunFolder,
        resume: bool,
        place: &Place<'_>,
        sink: &mut dyn Sink,
    ) -> Result<()>;
}

impl RunArgs {
    /// Settles the settings, opens device and folder, and carries the run out.
    ///
    /// # Errors
    /// Whatever stops the run.
    pub fn start<T: Task>(&self, parsed: &T, matches: &ArgMatches) -> Result<()> {
        let begin = Instant::now();
        let (device, description) = self.compute.open()?;
        let (folder, task): (RunFolder, T) = match self.resume {
            true => {
                let folder = RunFolder::resume(&self.run)?;
                let task = store::read_json(&folder.config())?;
                (folder, task)
            }
            false => {
                let preset = match self.preset {
                    Some(Preset::Reference) => Some(("preset reference", T::REFERENCE)),
                    Some(Preset::Recommended) => T::RECOMMENDED.map(|p| ("preset recommended", p)),
                    None => None,
                };
                let task = layered(parsed, matches, preset, self.settings.as_deref())?;
                task.validate()?;
                let folder = RunFolder::create(&self.run)?;
                store::write_json(&folder.config(), &task)?;
                (folder, task)
            }
        };
        let mut interrupt = Interrupt::install().map_err(|e| Error::Usage(e.to_string()))?;
        if let Some(time) = self.max_minutes {
            interrupt = interrupt.until(begin + time);
        }
        let workers = self.compute.workers(&device);
        let place = Place {
            device: &device,
            description,
            workers,
            interrupt: &interrupt,
        };
        let mut sinks = report::of_run(&folder, self.resume)?;
        task.carry_out(&folder, self.resume, &place, &mut sinks)
    }
}

/// Parses minutes, with a fraction if need be.
///
/// # Errors
/// What is wrong with the text.
pub fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|e| format!("{e}"))?;
    Duration::try_from_secs_f64(60.0 * minutes).map_err(|e| e.to_string())
}
