//! Training and evaluation of one cell.

use std::path::{Path, PathBuf};

use spanlight::data;
use spanlight::encoder::EncoderFolder;
use spanlight::evaluation::Evaluation;
use spanlight::machine::Machine;
use spanlight::model;
use spanlight::predictions;
use spanlight::settings::object;
use spanlight::store::write_json;
use spanlight_core::{Schema, document::Sentence};

use super::{
    cell::Cell,
    grid::Grid,
    identity::Identity,
    measure::{Outcome, Split},
    run,
};
use crate::error::{Error, Result};

/// A cell about to be run.
pub struct Trial<'a> {
    /// The grid of the cell.
    pub grid: &'a Grid,
    /// The cell.
    pub cell: &'a Cell,
    /// Identity of the cell.
    pub identity: Identity,
    /// Folder of the cell.
    pub folder: PathBuf,
    /// Folder of the pre-training from which the cell starts.
    pub start: Option<PathBuf>,
}

/// Annotated sentences on which a cell is scored.
pub struct Files {
    dev: Vec<Sentence>,
    test: Vec<Sentence>,
}

impl Trial<'_> {
    /// Reads the data and checks that it can be scored, because training takes hours.
    ///
    /// # Errors
    /// Missing or contradictory settings, malformed data, or a sentence that is too long for the encoder.
    pub fn files(&self) -> Result<Files> {
        let data = &self.grid.data;
        let config = self.cell.config(self.grid, None)?;
        config.validate()?;
        let read = |path: &Path| -> Result<Vec<Sentence>> {
            Ok(data::read(path, data.format.parse().map_err(Error::Usage)?)?.sentences)
        };
        let (dev, test) = (read(&data.dev)?, read(&data.test)?);
        if let Some(path) = &config.start.encoder {
            let encoder = EncoderFolder::open(path)?;
            let room = encoder.config.room();
            Evaluation::new(&test, &Schema::default(), &encoder.tokenizer()?, room)?;
        }
        Ok(Files { dev, test })
    }

    /// Starts or resumes the training and scores the best weights; `None` after an interruption.
    ///
    /// # Errors
    /// Everything that stops the training or the evaluation. The result is written last, so a cell with a result
    /// is complete.
    pub fn run(&self, files: &Files, machine: &Machine<'_>) -> Result<Option<()>> {
        let config = self.cell.config(self.grid, self.start.as_deref())?;
        let Some(run) = run::finetune(&config, &self.folder, machine)? else {
            return Ok(None);
        };
        let saved = model::open(&self.folder)?;
        let predictor = model::predictor(&saved, machine.device, config.chunk)?;
        let predict = |gold: &[Sentence]| {
            let evaluation = Evaluation::new(gold, &saved.schema, &saved.tokenizer, saved.room())?;
            evaluation.predict(&predictor, machine.workers, &|_| ())
        };
        let (on_dev, on_test) = (predict(&files.dev)?, predict(&files.test)?);
        predictions::write(&run.folder.predictions(), &files.test, &on_test)?;
        let outcome = Outcome {
            id: self.identity.id.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            variant: self.cell.variant.clone(),
            fraction: self.cell.fraction,
            seed: self.cell.seed,
            settings: object(&config)?,
            inputs: self.identity.inputs.clone(),
            device: machine.description.clone(),
            seconds: run.seconds,
            dev: Split::new(&files.dev, &on_dev, &saved.schema)?,
            test: Split::new(&files.test, &on_test, &saved.schema)?,
            schema: saved.schema,
        };
        write_json(&run.folder.result(), &outcome)?;
        Ok(Some(()))
    }
}
