//! `lab run`.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use spanlight::cli::{Compute, minutes, say};
use spanlight::interrupt::Interrupt;
use spanlight::machine::Machine;
use spanlight::store::Lock;

use crate::error::Result;
use crate::experiment::{self, Checksums, Grid, Plan, State};

/// Arguments of `run`.
#[derive(Args)]
pub struct Run {
    /// The grid, a TOML file
    file: PathBuf,
    /// Folder of the data sets; sets the grid's variable `data_dir`
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Sets another variable of the grid, as the environment variable SPANLIGHT_NAME does
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Folder of the results, instead of the grid's `output`
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Stop after this time; the same command continues
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    max_minutes: Option<Duration>,
    /// Go on with trainings also where another version or another processor goes on than saved them
    #[arg(long)]
    resume_elsewhere: bool,
    /// Only list the cells and their states
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    compute: Compute,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.into(), value.into())),
        None => Err("has no `=`; write NAME=VALUE".into()),
    }
}

impl Run {
    /// Runs the command.
    ///
    /// # Errors
    /// Everything that stops the whole experiment; at the end, [`Error::Cells`](crate::error::Error::Cells) if cells failed.
    pub fn run(&self) -> Result<()> {
        let begin = Instant::now();
        let mut variables: BTreeMap<String, String> = self.set.iter().cloned().collect();
        if let Some(folder) = &self.data_dir {
            variables.insert("data_dir".into(), folder.clone());
        }
        let mut grid = Grid::read(&self.file, &variables)?;
        if let Some(out) = &self.out {
            grid.output.clone_from(out);
        }
        if self.dry_run {
            return list(&grid);
        }
        let (device, description) = self.compute.open()?;
        let interrupt = Interrupt::install()?;
        let interrupt = interrupt.within(begin, self.max_minutes);
        let machine = Machine {
            workers: self.compute.workers(&device),
            device: &device,
            description,
            interrupt: &interrupt,
            elsewhere: self.resume_elsewhere,
        };
        experiment::run(&grid, &machine)
    }
}

/// Prints the cells in the order in which they run.
fn list(grid: &Grid) -> Result<()> {
    let plan = Plan::new(grid, &mut Checksums::default())?;
    say(format_args!("{}, in {}", plan.title, grid.output.display()))?;
    let mut counts = [0; 3];
    for cell in &plan.cells {
        let taken = |folder: &PathBuf| Lock::taken(&grid.output.join(folder));
        let (i, state) = match cell.state(&grid.output) {
            State::Finished => (0, "finished"),
            _ if cell.folder.as_ref().is_some_and(taken) => (2, "under way"),
            State::Failed if cell.folder.is_none() => (1, "cannot run"),
            State::Failed => (1, "failed"),
            State::Open => (2, "to do"),
        };
        counts[i] += 1;
        say(format_args!("{state:<10} {}", cell.title(&plan)))?;
        match (cell.problem(&grid.output), &cell.folder) {
            (Some(problem), _) if i == 1 => say(format_args!("           {problem}"))?,
            (_, Some(folder)) if i == 0 => say(format_args!("           {}", folder.display()))?,
            _ => {}
        }
    }
    let [finished, failed, open] = counts;
    say(format_args!(
        "{finished} finished, {failed} failed or cannot run, {open} to do"
    ))?;
    Ok(())
}
