//! `spanlight evaluate`.

use std::fmt::{Display, Formatter};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use spanlight_core::calibration::Reliabilities;
use spanlight_core::predict::Detail;
use spanlight_core::score::{Report, Unrelated, score, unrelated};

use super::{Compute, Decoding, Int8};
use crate::data;
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::model;
use crate::predictions;

/// Arguments of `evaluate`.
#[derive(Args)]
pub struct Evaluate {
    /// Run folder or bundle
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// Annotated sentences
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Format of the file: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    /// Also count relations predicted between gold entities that merely stand side by side
    #[arg(long)]
    unrelated: bool,
    /// Output file for the predictions, as annotated sentences that `lab compare` reads
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Word-pieces per batch, padding included; 16 times as many on a GPU
    #[arg(long, default_value_t = 512)]
    chunk: usize,
    #[command(flatten)]
    decoding: Decoding,
    #[command(flatten)]
    int8: Int8,
    #[command(flatten)]
    compute: Compute,
}

/// The printed report; as JSON, one object.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    report: Report,
    scores: Reliabilities,
    #[serde(skip_serializing_if = "Option::is_none")]
    unrelated: Option<Unrelated>,
}

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}", self.report, self.scores)?;
        match &self.unrelated {
            Some(unrelated) => write!(f, "\n{unrelated}"),
            None => Ok(()),
        }
    }
}

impl Evaluate {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`] of reading, computing or writing.
    pub fn run(&self) -> Result<()> {
        let (device, _) = self.compute.open()?;
        let mut saved = self.int8.open(&self.model, &device)?;
        self.decoding.apply(&mut saved.config.decoding);
        let gold = data::read(&self.data, self.format.parse().map_err(Error::Usage)?)?.sentences;
        let room = saved.room();
        let evaluation = Evaluation::new(&gold, &saved.schema, &saved.tokenizer, room)?;
        let predictor = model::predictor(&saved, &device, self.chunk)?;
        let workers = self.compute.workers(&device);
        let predicted = evaluation.predict_with(&predictor, Detail::default(), workers, &|_| ())?;
        let found = evaluation.named(&predicted);
        if let Some(path) = &self.predictions {
            predictions::write(path, &gold, &found)?;
        }
        let shown = Shown {
            report: score(&gold, &found, &saved.schema)?,
            scores: Reliabilities::of(&gold, &predicted, &saved.schema)?,
            unrelated: if self.unrelated {
                Some(unrelated(&gold, &found)?)
            } else {
                None
            },
        };
        super::print(&shown, self.json)
    }
}
