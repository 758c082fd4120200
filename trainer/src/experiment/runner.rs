//! Runs the cells of a grid, one after the other.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use spanlight_core::{Schema, document::Sentence};

use super::{
    cell::Cell,
    checksum::Checksums,
    grid::{Grid, Keep},
    guard::guarded,
    identity::Identity,
    measure::{Outcome, Split},
    pace::Pace,
    plan::{Plan, Planned, State},
    predictions, pretraining, run as runs,
};
use crate::{
    data,
    encoder::EncoderFolder,
    error::{Error, Result},
    evaluation::Evaluation,
    event::{CellState, Event, Sink, Sinks},
    finetune::FinetuneConfig,
    model::SavedModel,
    place::Place,
    report::{Jsonl, Terminal},
    store::{self, Lock, StoreError},
};

/// Runs what is not finished until everything is, or until [`Place::interrupt`] asks to stop.
///
/// # Errors
/// [`Error::Usage`] at the end if cells failed; before, only what concerns the whole experiment,
/// such as an output folder in which another process is at work.
pub fn run(grid: &Grid, place: &Place<'_>) -> Result<()> {
    let start = Instant::now();
    let output = &grid.output;
    fs::create_dir_all(output).map_err(|e| StoreError::io("create the folder", output, e))?;
    let _lock = Lock::take(output)?;
    let mut checksums = Checksums::default();
    let plan = Plan::new(grid, &mut checksums)?;
    plan.write(output)?;
    let mut runner = Runner {
        grid,
        place,
        checksums,
        started: BTreeMap::new(),
        pace: Pace::default(),
        sinks: Sinks(vec![
            Box::new(Terminal::new()),
            Box::new(Jsonl::append(&output.join("events.jsonl"))?),
        ]),
        plan,
    };
    let reason = runner.cells()?;
    runner.sinks.emit(&Event::Finished {
        reason: reason.into(),
        seconds: start.elapsed().as_secs_f64(),
        best: BTreeMap::new(),
    })?;
    match runner.count(State::Failed) {
        0 => Ok(()),
        failed => Err(Error::Usage(format!(
            "{failed} of {} cells failed; --dry-run lists them with their errors, and the same \
             command without it tries them again",
            runner.plan.cells.len()
        ))),
    }
}

struct Runner<'a> {
    grid: &'a Grid,
    place: &'a Place<'a>,
    plan: Plan,
    checksums: Checksums,
    /// Pre-trainings that were asked for: their folders, or why there is none.
    started: BTreeMap<String, Result<PathBuf, String>>,
    pace: Pace,
    sinks: Sinks,
}

impl Runner<'_> {
    /// Goes through all cells; says why it ended.
    fn cells(&mut self) -> Result<&'static str> {
        for i in 0..self.plan.cells.len() {
            if self.plan.cells[i].state(&self.grid.output) == State::Finished {
                self.keep(i)?;
                self.plan.cells[i].problem = None;
                if let Some(folder) = &self.plan.cells[i].folder {
                    let outcome: Outcome =
                        store::read_json(&self.grid.output.join(folder).join("result.json"))?;
                    let work = work(&outcome.settings);
                    self.pace.add(outcome.seconds, work);
                }
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
        for i in 0..self.plan.cells.len() {
            if self.plan.cells[i].state(&self.grid.output) == State::Finished {
                continue;
            }
            if let Some(reason) = self.stopped() {
                return Ok(reason);
            }
            self.tell(i, CellState::Started)?;
            let planned = self.plan.cells[i].clone();
            let state = match guarded(|| self.cell(&planned)) {
                Ok(None) => return Ok(self.stopped().unwrap_or("interrupted")),
                Ok(Some(seconds)) => {
                    self.plan.cells[i].problem = None;
                    self.keep(i)?;
                    let config = spec(&planned).config(self.grid, None)?;
                    self.pace.add(seconds, work(&config));
                    CellState::Finished
                }
                Err(error) => {
                    let problem = error.to_string();
                    self.sinks.emit(&Event::Note {
                        message: format!("{}: {problem}", planned.title(&self.plan)),
                    })?;
                    self.plan.cells[i].problem = Some(problem);
                    CellState::Failed
                }
            };
            self.plan.write(&self.grid.output)?;
            self.tell(i, state)?;
        }
        Ok("all cells done")
    }

    /// Why to stop now, if so.
    fn stopped(&self) -> Option<&'static str> {
        match (
            self.place.interrupt.requested(),
            self.place.interrupt.late(),
        ) {
            (false, _) => None,
            (true, true) => Some("out of time"),
            (true, false) => Some("interrupted"),
        }
    }

    fn count(&self, state: State) -> usize {
        let cells = self.plan.cells.iter();
        cells
            .filter(|c| c.state(&self.grid.output) == state)
            .count()
    }

    fn tell(&mut self, i: usize, state: CellState) -> Result<()> {
        let open = |cell: &&Planned| cell.state(&self.grid.output) == State::Open;
        let configs = self.plan.cells.iter().filter(open);
        let left = configs
            .filter_map(|cell| spec(cell).config(self.grid, None).ok())
            .map(|config| work(&config))
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

    /// Trains and scores a cell; gives the seconds of training, or nothing when interrupted.
    fn cell(&mut self, planned: &Planned) -> Result<Option<f64>> {
        let (grid, place) = (self.grid, self.place);
        let spec = spec(planned);
        let identity = Identity::of_cell(grid, &spec, &mut self.checksums)?;
        let folder = planned.folder.clone().unwrap_or_default();
        let read = |path: &Path| -> Result<Vec<Sentence>> {
            let format = grid.data.format.parse().map_err(Error::Usage)?;
            Ok(data::read(path, format)?.sentences)
        };
        let (dev, test) = (read(&grid.data.dev)?, read(&grid.data.test)?);
        let mut config = spec.config(grid, None)?;
        fits(&config, &test)?;
        if let Some(name) = grid
            .variants
            .get(&spec.variant)
            .and_then(|v| v.pretraining.as_ref())
        {
            let Some(start) = self.start(name)? else {
                return Ok(None);
            };
            config = spec.config(grid, Some(&start))?;
        }
        let Some(run) = runs::complete(&config, &grid.output.join(folder), place)? else {
            return Ok(None);
        };
        let path = run.folder.path();
        let saved = SavedModel::open(path)?;
        let predictor = saved.predictor(place.device, config.chunk.max(1))?;
        let (tokenizer, room) = (saved.wordpiece()?, saved.config.encoder.room());
        let predict = |gold: &[Sentence]| {
            let evaluation = Evaluation::new(gold, &saved.schema, &tokenizer, room)?;
            evaluation.predict(&predictor, place.workers, &|_| ())
        };
        let found = predict(&test)?;
        let outcome = Outcome {
            id: identity.id,
            version: env!("CARGO_PKG_VERSION").into(),
            variant: spec.variant,
            fraction: spec.fraction,
            seed: spec.seed,
            settings: config,
            inputs: identity.inputs,
            device: place.description.clone(),
            seconds: run.seconds,
            dev: Split::new(&dev, &predict(&dev)?, &saved.schema)?,
            test: Split::new(&test, &found, &saved.schema)?,
            schema: saved.schema,
        };
        predictions::write(&run.folder.predictions(), &test, &found)?;
        store::write_json(&run.folder.result(), &outcome)?;
        Ok(Some(run.seconds))
    }

    /// The folder of a pre-training; asked for again after a failure, it fails at once.
    fn start(&mut self, name: &str) -> Result<Option<PathBuf>> {
        if !self.started.contains_key(name) {
            self.sinks.emit(&Event::Note {
                message: format!("pre-training `{name}`"),
            })?;
            let outcome =
                guarded(|| pretraining::start(self.grid, name, &mut self.checksums, self.place));
            let outcome = match outcome {
                Ok(None) => return Ok(None),
                Ok(Some(folder)) => Ok(folder),
                Err(error) => Err(error.to_string()),
            };
            self.started.insert(name.into(), outcome);
        }
        match self.started.get(name) {
            Some(Ok(folder)) => Ok(Some(folder.clone())),
            Some(Err(problem)) => Err(Error::Usage(format!("pre-training `{name}`: {problem}"))),
            None => Ok(None),
        }
    }

    /// Removes what the grid does not keep of a finished cell.
    fn keep(&self, i: usize) -> Result<()> {
        let names: &[&str] = match self.grid.keep {
            Keep::All => &[],
            Keep::Best => &["checkpoint.safetensors"],
            Keep::Results => &["checkpoint.safetensors", "best.safetensors"],
        };
        if let Some(folder) = &self.plan.cells[i].folder {
            for name in names {
                let file = self.grid.output.join(folder).join(name);
                if file.exists() {
                    fs::remove_file(&file).map_err(|e| StoreError::io("remove", &file, e))?;
                }
            }
        }
        Ok(())
    }
}

fn spec(planned: &Planned) -> Cell {
    Cell {
        variant: planned.variant.clone(),
        fraction: planned.fraction,
        seed: planned.seed,
    }
}

/// What the time of a cell goes with.
fn work(config: &FinetuneConfig) -> f64 {
    config.fraction * config.epochs as f64
}

/// Says before hours of training that the encoder cannot take a test sentence.
fn fits(config: &FinetuneConfig, test: &[Sentence]) -> Result<()> {
    config.validate()?;
    if let Some(path) = &config.encoder {
        let encoder = EncoderFolder::open(path)?;
        let room = encoder.config.room();
        Evaluation::new(test, &Schema::default(), &encoder.tokenizer()?, room)?;
    }
    Ok(())
}
