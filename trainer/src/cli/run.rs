//! `spanlight finetune` and `spanlight pretrain`: the commands that start or resume a run.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Args};
use serde::{Serialize, de::DeserializeOwned};

use super::Compute;
use crate::error::{Error, Result};
use crate::event::Sink;
use crate::finetune::{self, FinetuneConfig, finetune};
use crate::interrupt::Interrupt;
use crate::machine::Machine;
use crate::pretrain::{self, PretrainConfig, pretrain};
use crate::run::Ending;
use crate::settings::{Layers, Preset, Presets};
use crate::sinks;
use crate::store::{self, RunFolder};

/// Arguments that all training commands share.
#[derive(Args)]
pub struct RunArgs {
    /// Folder of the run; created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    run: PathBuf,
    /// Resume the run in that folder with its settings; without a checkpoint, it starts again
    #[arg(long)]
    resume: bool,
    /// Resume it also where another version or another processor goes on than saved it; then the result is not
    /// that of an uninterrupted run to the bit
    #[arg(long, requires = "resume")]
    resume_elsewhere: bool,
    #[command(flatten)]
    layers: LayerArgs,
    /// Save a checkpoint and stop after this many minutes
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    max_minutes: Option<Duration>,
    #[command(flatten)]
    compute: Compute,
}

/// A preset and a settings file, which the flags of single settings override.
#[derive(Args)]
pub struct LayerArgs {
    /// Named set of settings
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// TOML file with any of the settings below
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl LayerArgs {
    /// The layers of a task's settings.
    pub fn over<'a, T: Task>(&'a self, flags: &'a T, matches: &'a ArgMatches) -> Layers<'a, T> {
        Layers {
            flags,
            matches,
            preset: self.preset.map(|preset| T::PRESETS.of(preset)),
            file: self.settings.as_deref(),
        }
    }
}

/// Arguments of a training command.
#[derive(Args)]
pub struct Training<T: Args> {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    config: T,
}

impl<T: Args + Task> Training<T> {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`] of the run.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        self.run.start(&self.config, matches)
    }
}

/// A kind of run: fine-tuning or pre-training.
pub trait Task: Serialize + DeserializeOwned {
    /// The presets of its settings.
    const PRESETS: Presets;

    /// Checks the settings before any file is read.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the invalid setting.
    fn validate(&self) -> Result<()>;

    /// Runs the task, or resumes it.
    ///
    /// # Errors
    /// Any [`Error`] of the run.
    fn carry_out(
        &self,
        folder: &RunFolder,
        resume: bool,
        machine: &Machine<'_>,
        sink: &mut dyn Sink,
    ) -> Result<Ending>;
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
    ) -> Result<Ending> {
        finetune(self, folder, resume, machine, sink)
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
    ) -> Result<Ending> {
        pretrain(self, folder, resume, machine, sink)
    }
}

impl RunArgs {
    /// Merges the settings, opens the device and the folder, and starts or resumes the run.
    ///
    /// # Errors
    /// Any [`Error`] of the run.
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
        let interrupt = Interrupt::install()?;
        let interrupt = interrupt.within(begin, self.max_minutes);
        let workers = self.compute.workers(&device);
        let machine = Machine {
            device: &device,
            description,
            workers,
            interrupt: &interrupt,
            elsewhere: self.resume_elsewhere,
        };
        let mut sinks = sinks::of_run(&folder, resumed)?;
        match task.carry_out(&folder, resumed, &machine, &mut sinks)? {
            Ending::Complete => Ok(()),
            Ending::Stopped(stop) => Err(Error::Stopped {
                stop,
                resume: format!("add --resume to --run {}", self.run.display()),
            }),
        }
    }
}

/// Parses a number of minutes, which may have a fraction.
///
/// # Errors
/// A message that says what is wrong with the text.
pub fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|e| format!("{e}"))?;
    Duration::try_from_secs_f64(60.0 * minutes).map_err(|e| e.to_string())
}
