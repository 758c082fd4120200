//! One cell from its data to its scores.

use std::path::{Path, PathBuf};

use spanlight::data;
use spanlight::encoder::EncoderFolder;
use spanlight::evaluation::Evaluation;
use spanlight::machine::Machine;
use spanlight::model::SavedModel;
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
    /// Its grid.
    pub grid: &'a Grid,
    /// The cell.
    pub cell: &'a Cell,
    /// Its identity.
    pub identity: Identity,
    /// Its folder.
    pub folder: PathBuf,
    /// The pre-training that it starts from.
    pub start: Option<PathBuf>,
}

/// Annotated sentences that it is scored on.
pub struct Files {
    dev: Vec<Sentence>,
    test: Vec<Sentence>,
}

impl Trial<'_> {
    /// Reads the data, and says before hours of training what cannot be scored after them.
    ///
    /// # Errors
    /// Missing or contradicting settings, malformed data, or a sentence that the encoder cannot
    /// take.
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

    /// Trains, or goes on, and scores the best weights; nothing when interrupted.
    ///
    /// # Errors
    /// Whatever stops it. The result is written last, so a cell that has one is whole.
    pub fn run(&self, files: &Files, machine: &Machine<'_>) -> Result<Option<()>> {
        let config = self.cell.config(self.grid, self.start.as_deref())?;
        let Some(run) = run::finetune(&config, &self.folder, machine)? else {
            return Ok(None);
        };
        let saved = SavedModel::open(&self.folder)?;
        let predictor = saved.predictor(machine.device, config.chunk)?;
        let tokenizer = saved.wordpiece()?;
        let predict = |gold: &[Sentence]| {
            let evaluation = Evaluation::new(gold, &saved.schema, &tokenizer, saved.room())?;
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
