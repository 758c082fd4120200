//! What the commands that make a run have in common.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Args};
use serde::{Serialize, de::DeserializeOwned};

use super::{Compute, LayerArgs};
use crate::error::{Error, Result};
use crate::event::Sink;
use crate::interrupt::Interrupt;
use crate::machine::Machine;
use crate::settings::Presets;
use crate::sinks;
use crate::store::{self, RunFolder};

/// Arguments of a command that makes a run.
#[derive(Args)]
pub struct RunArgs {
    /// Folder of the run; made if missing
    #[arg(long, value_name = "FOLDER")]
    run: PathBuf,
    /// Go on with the run in that folder, with its settings; without a checkpoint it starts again
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    layers: LayerArgs,
    /// Stop after so many minutes, at a place to go on from
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    max_minutes: Option<Duration>,
    #[command(flatten)]
    compute: Compute,
}

/// A kind of run.
pub trait Task: Serialize + DeserializeOwned {
    /// Settings that come together.
    const PRESETS: Presets;

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
        machine: &Machine<'_>,
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
        let layers = self.layers.over(parsed, matches);
        let (folder, resumed, task) = if self.resume {
            let (folder, resumed) = RunFolder::resume(&self.run)?;
            let task: T = store::read_json(&folder.config())?;
            layers.agree(&task)?;
            (folder, resumed, task)
        } else {
            let task = layers.settle()?;
            task.validate()?;
            let folder = RunFolder::create(&self.run)?;
            store::write_json(&folder.config(), &task)?;
            (folder, false, task)
        };
        let interrupt = Interrupt::install().map_err(|e| Error::Usage(e.to_string()))?;
        let interrupt = interrupt.within(begin, self.max_minutes);
        let workers = self.compute.workers(&device);
        let machine = Machine {
            device: &device,
            description,
            workers,
            interrupt: &interrupt,
        };
        let mut sinks = sinks::of_run(&folder, resumed)?;
        task.carry_out(&folder, resumed, &machine, &mut sinks)
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
