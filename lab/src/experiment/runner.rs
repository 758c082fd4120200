//! Runs the cells of a grid, one after the other.
//!
//! Several processes may share an output folder: each takes cells on which no other process works.

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use spanlight::event::{CellState, Event, Sink, Sinks};
use spanlight::finetune::FinetuneConfig;
use spanlight::interrupt::Stop;
use spanlight::machine::Machine;
use spanlight::sinks::{Jsonl, Terminal};
use spanlight::store::{Lock, StoreError, remove, sweep};

use super::{
    cell::Cell,
    checksum::Checksums,
    grid::{Grid, Keep},
    identity::Identity,
    plan::{Plan, Planned, State},
    pretraining,
    trial::Trial,
};
use crate::error::{Error, Result};

/// Interval at which a process checks whether the others have finished.
const POLL: Duration = Duration::from_secs(1);

/// Runs all unfinished cells, until [`Machine::interrupt`] asks to stop.
///
/// # Errors
/// [`Error::Cells`] at the end if cells failed; what stopped it before the end; any other error concerns the whole experiment, such as an output
/// folder that cannot be written.
pub fn run(grid: &Grid, machine: &Machine<'_>) -> Result<()> {
    let start = Instant::now();
    let output = &grid.output;
    fs::create_dir_all(output).map_err(|e| StoreError::io("create the folder", output, e))?;
    // Only the first process records the events of the experiment and removes leftovers.
    let first = match Lock::take(output) {
        Ok(lock) => Some(lock),
        Err(StoreError::Locked { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut checksums = Checksums::default();
    let plan = Plan::new(grid, &mut checksums)?;
    plan.write(output)?;
    let mut sinks = Sinks(vec![Box::new(Terminal::new())]);
    if first.is_some() {
        sweep(&Plan::folder(output))?;
        let events = Jsonl::append(&output.join("events.jsonl"))?;
        sinks.0.push(Box::new(events));
    }
    let mut runner = Runner {
        grid,
        cells: Cell::all(grid),
        machine,
        checksums,
        started: BTreeMap::new(),
        pace: Pace::default(),
        sinks,
        plan,
    };
    let stopped = runner.run_all()?;
    runner.sinks.emit(&Event::Finished {
        reason: stopped.map_or("all cells done", Stop::reason).into(),
        seconds: start.elapsed().as_secs_f64(),
        best: BTreeMap::new(),
    })?;
    if let Some(stop) = stopped {
        let resume = "run the same command again".into();
        return Err(spanlight::Error::Stopped { stop, resume }.into());
    }
    match runner.count(State::Failed) {
        0 => Ok(()),
        failed => Err(Error::Cells {
            failed,
            cells: runner.plan.cells.len(),
        }),
    }
}

struct Runner<'a> {
    grid: &'a Grid,
    /// The cells of the plan, in the same order.
    cells: Vec<Cell>,
    machine: &'a Machine<'a>,
    plan: Plan,
    checksums: Checksums,
    /// Folders of the pre-trainings started so far, or the errors that stopped them.
    started: BTreeMap<String, Result<PathBuf, String>>,
    pace: Pace,
    sinks: Sinks,
}

impl Runner<'_> {
    /// Runs all cells; returns what stopped the loop before its end.
    fn run_all(&mut self) -> Result<Option<Stop>> {
        for i in 0..self.plan.cells.len() {
            if self.done(i) {
                self.finished(i)?;
            }
        }
        self.sinks.emit(&Event::Note {
            message: format!(
                "{}: {} cells, {} of them finished, in {}",
                self.plan.title,
                self.plan.cells.len(),
                self.count(State::Finished),
                self.grid.output.display()
            ),
        })?;
        let mut left: Vec<usize> = (0..self.plan.cells.len()).collect();
        left.retain(|&i| !self.done(i));
        let mut waiting = false;
        loop {
            let before = left.len();
            let mut elsewhere = Vec::new();
            for i in left {
                if let Some(stop) = self.machine.interrupt.reason() {
                    return Ok(Some(stop));
                }
                if self.done(i) {
                    self.finished(i)?;
                } else if self.is_taken(i) || !self.attempt(i)? {
                    elsewhere.push(i);
                }
            }
            left = elsewhere;
            if left.is_empty() {
                return Ok(None);
            }
            if left.len() == before {
                if !waiting {
                    let message = format!(
                        "other processes work on the remaining {} cells; waiting for them",
                        left.len()
                    );
                    self.sinks.emit(&Event::Note { message })?;
                }
                sleep(POLL);
            }
            waiting = left.len() == before;
        }
    }

    fn done(&self, i: usize) -> bool {
        self.plan.cells[i].state(&self.grid.output) == State::Finished
    }

    /// Whether another process works on a cell or on the pre-training from which it starts.
    fn is_taken(&mut self, i: usize) -> bool {
        let folder = self.plan.cells[i].folder.as_ref();
        if folder.is_some_and(|folder| Lock::taken(&self.grid.output.join(folder))) {
            return true;
        }
        let variant = self.grid.variants.get(&self.cells[i].variant);
        let start = variant.and_then(|v| v.pretraining.as_ref());
        // `attempt` reports the error.
        start.is_some_and(|name| {
            pretraining::is_taken(self.grid, name, &mut self.checksums).unwrap_or(false)
        })
    }

    /// Runs a cell; `false` if another process took it first. An interruption counts as `true`.
    fn attempt(&mut self, i: usize) -> Result<bool> {
        self.emit_cell(i, CellState::Started)?;
        let state = match guarded(|| self.cell(i)) {
            Ok(None) => return Ok(true),
            Ok(Some(())) => {
                self.finished(i)?;
                CellState::Finished
            }
            Err(Error::Spanlight(spanlight::Error::Store(
                StoreError::Locked { .. } | StoreError::Finished { .. },
            ))) => {
                return Ok(false);
            }
            Err(error) => {
                let problem = error.to_string();
                let title = self.plan.cells[i].title(&self.plan);
                self.sinks.emit(&Event::Note {
                    message: format!("{title}: {problem}"),
                })?;
                self.plan.cells[i].note(&self.grid.output, Some(&problem))?;
                CellState::Failed
            }
        };
        self.emit_cell(i, state)?;
        Ok(true)
    }

    fn count(&self, state: State) -> usize {
        let cells = self.plan.cells.iter();
        cells
            .filter(|c| c.state(&self.grid.output) == state)
            .count()
    }

    fn emit_cell(&mut self, i: usize, state: CellState) -> Result<()> {
        let open = |cell: &Planned| cell.state(&self.grid.output) == State::Open;
        let cells = self.plan.cells.iter().zip(&self.cells);
        let left = cells
            .filter(|(planned, _)| open(planned))
            .filter_map(|(_, cell)| cell.config(self.grid, None).ok())
            .map(|config| passes(&config))
            .sum();
        let event = Event::Cell {
            cell: self.plan.cells[i].title(&self.plan),
            state,
            done: self.count(State::Finished) as u64,
            failed: self.count(State::Failed) as u64,
            total: self.plan.cells.len() as u64,
            left: self.pace.left(left),
        };
        Ok(self.sinks.emit(&event)?)
    }

    /// Counts the time of a finished cell and removes the files that the grid does not keep.
    fn finished(&mut self, i: usize) -> Result<()> {
        let cell = &self.plan.cells[i];
        cell.note(&self.grid.output, None)?;
        let Some(outcome) = cell.outcome(&self.grid.output)? else {
            return Ok(());
        };
        if let Ok(config) = self.cells[i].config(self.grid, None) {
            self.pace.add(outcome.seconds, passes(&config));
        }
        self.remove_unwanted(i)
    }

    /// Trains and scores a cell; `None` after an interruption.
    fn cell(&mut self, i: usize) -> Result<Option<()>> {
        let planned = &self.plan.cells[i];
        let Some(folder) = &planned.folder else {
            return Err(Error::Usage(planned.problem.clone().unwrap_or_default()));
        };
        let mut trial = Trial {
            grid: self.grid,
            cell: &self.cells[i],
            identity: Identity::of_cell(self.grid, &self.cells[i], &mut self.checksums)?,
            folder: self.grid.output.join(folder),
            start: None,
        };
        let files = trial.files()?;
        let variant = self.grid.variants.get(&trial.cell.variant);
        if let Some(name) = variant.and_then(|v| v.pretraining.as_ref()) {
            match start(
                self.grid,
                name,
                &mut self.started,
                &mut self.checksums,
                self.machine,
            )? {
                Some(folder) => trial.start = Some(folder),
                None => return Ok(None),
            }
        }
        trial.run(&files, self.machine)
    }

    /// Removes the files of a finished cell that the grid does not keep.
    fn remove_unwanted(&self, i: usize) -> Result<()> {
        let names: &[&str] = match self.grid.keep {
            Keep::All => &[],
            Keep::Best => &["checkpoint.safetensors"],
            Keep::Results => &["checkpoint.safetensors", "best.safetensors"],
        };
        if let Some(folder) = &self.plan.cells[i].folder {
            for name in names {
                remove(&self.grid.output.join(folder).join(name))?;
            }
        }
        Ok(())
    }
}

/// Number of passes over all training documents, to which the time of a cell is proportional.
fn passes(config: &FinetuneConfig) -> f64 {
    config.fraction * config.epochs as f64
}

/// As [`pretraining::start`]; after a failure, further calls return the same error at once.
fn start(
    grid: &Grid,
    name: &str,
    started: &mut BTreeMap<String, Result<PathBuf, String>>,
    checksums: &mut Checksums,
    machine: &Machine<'_>,
) -> Result<Option<PathBuf>> {
    let outcome = match started.get(name) {
        Some(outcome) => outcome.clone(),
        None => match guarded(|| pretraining::start(grid, name, checksums, machine)) {
            Ok(None) => return Ok(None),
            Ok(Some(folder)) => Ok(folder),
            // Another process took the pre-training first: no failure.
            Err(
                error @ Error::Spanlight(spanlight::Error::Store(
                    StoreError::Locked { .. } | StoreError::Finished { .. },
                )),
            ) => {
                return Err(error);
            }
            Err(error) => Err(format!("pre-training `{name}`: {error}")),
        },
    };
    started.insert(name.into(), outcome.clone());
    outcome.map(Some).map_err(Error::Usage)
}

/// Runs `work` and turns a panic, such as a device out of memory, into an error, so that one cell does not end the
/// experiment.
///
/// # Errors
/// The error of `work`, or [`Error::Usage`] with the message of a panic.
pub fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // Unwinding is safe: files are written completely or not at all, and everything in memory is dropped.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(Error::Usage(format!("it panicked: {text}")))
    })
}

/// Time spent on finished cells, which estimates the time of the remaining cells.
#[derive(Debug, Default)]
pub struct Pace {
    seconds: f64,
    work: f64,
}

impl Pace {
    /// Adds a finished cell; `work` is its epochs times its share of the data.
    pub fn add(&mut self, seconds: f64, work: f64) {
        self.seconds += seconds;
        self.work += work;
    }

    /// Estimated seconds for `work`; `None` before the first cell.
    pub fn left(&self, work: f64) -> Option<f64> {
        (self.work > 0.0).then(|| self.seconds / self.work * work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        let count = 7;
        let message = guarded::<()>(|| panic!("out of memory, {count} times")).unwrap_err();
        assert_eq!(message.to_string(), "it panicked: out of memory, 7 times");
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }

    #[test]
    fn the_remaining_time_follows_the_pace_of_finished_cells() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(1.0), None);
        pace.add(10.0, 1.0);
        pace.add(50.0, 5.0);
        assert_eq!(pace.left(3.0), Some(30.0));
    }
}
