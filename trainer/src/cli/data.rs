//! `spanlight data`: check, convert and cut annotated files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::data::{self, Options, Unit};
use crate::error::{Error, Result};
use crate::store::write_atomic;

/// Arguments of `data`.
#[derive(Args)]
pub struct Data {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads a file to its end, counts it and lists every defect with its line
    Check(Check),
    /// Writes a file in the paper's format, one sentence a line
    Convert(Convert),
    /// Writes a share of a file; smaller shares with the same seed are parts of larger ones
    Subset(Subset),
}

#[derive(Args)]
struct Convert {
    /// The file
    file: PathBuf,
    /// Where to write
    out: PathBuf,
    /// Format: auto, dygie, spert, pspe or arnor
    #[arg(long, default_value = "auto")]
    format: String,
}

#[derive(Args)]
struct Subset {
    /// The file
    file: PathBuf,
    /// Where to write, in the paper's format
    out: PathBuf,
    /// Share, above 0 and at most 1
    #[arg(long, value_parser = share)]
    fraction: f64,
    /// What is drawn as a whole
    #[arg(long, value_enum, default_value_t = Unit::Document)]
    unit: Unit,
    /// Seed of the draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Format: auto, dygie, spert, pspe or arnor
    #[arg(long, default_value = "auto")]
    format: String,
}

#[derive(Args)]
struct Check {
    /// The file
    file: PathBuf,
    /// Format: auto, dygie, spert, pspe or arnor
    #[arg(long, default_value = "auto")]
    format: String,
    /// Schema that the labels must belong to, as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "schema_from_train")]
    schema: Option<PathBuf>,
    /// Training file whose labels are the schema
    #[arg(long, value_name = "FILE")]
    schema_from_train: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

impl Data {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Error::Usage`] when the file cannot be used for training, besides what stops the reading.
    pub fn run(&self) -> Result<()> {
        match &self.command {
            Command::Check(check) => check.run(),
            Command::Convert(convert) => convert.run(),
            Command::Subset(subset) => subset.run(),
        }
    }
}

impl Convert {
    fn run(&self) -> Result<()> {
        let dataset = data::read(&self.file, self.format.parse().map_err(Error::Usage)?)?;
        for defect in &dataset.defects {
            eprintln!("warning: {defect}");
        }
        Ok(data::write_file(&self.out, &dataset.sentences)?)
    }
}

impl Subset {
    fn run(&self) -> Result<()> {
        let dataset = data::read(&self.file, self.format.parse().map_err(Error::Usage)?)?;
        for defect in &dataset.defects {
            eprintln!("warning: {defect}");
        }
        let drawn = data::subset(&dataset.sentences, self.fraction, self.unit, self.seed);
        let mut lines = Vec::new();
        data::write(&mut lines, &self.out, &drawn)?;
        Ok(write_atomic(&self.out, &lines)?)
    }
}

/// Parses a share of a whole.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        Ok(_) => Err("must be above 0 and at most 1".into()),
        Err(error) => Err(format!("{error}")),
    }
}

impl Check {
    fn run(&self) -> Result<()> {
        let check = self;
        let format = check.format.parse().map_err(Error::Usage)?;
        let schema = match (&check.schema, &check.schema_from_train) {
            (Some(path), _) => Some(data::schema_from_json(path)?),
            (None, Some(path)) => Some(data::schema_from_train(path, format, &[])?),
            (None, None) => None,
        };
        let found = data::check(&check.file, format, &Options::default(), schema.as_ref())?;
        super::print(&found, check.json)?;
        match found.usable {
            true => Ok(()),
            false => Err(Error::Usage(format!(
                "{} cannot be used; mend the defects above",
                check.file.display()
            ))),
        }
    }
}
