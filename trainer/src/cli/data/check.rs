//! `spanlight data check`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::print;
use crate::data;
use crate::error::{Error, Result};
use crate::output::shown;

/// Arguments of `data check`.
#[derive(Args)]
pub struct Check {
    /// Annotated file
    file: PathBuf,
    /// Format: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto")]
    format: String,
    /// JSON file with the schema that the labels must belong to
    #[arg(long, value_name = "FILE", conflicts_with = "schema_from_train")]
    schema: Option<PathBuf>,
    /// Training file whose labels are the schema
    #[arg(long, value_name = "FILE")]
    schema_from_train: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Error::Usage`] if the file has defects that prevent training, [`Error::Data`] if it cannot be
    /// read.
    pub fn run(&self) -> Result<()> {
        let format = self.format.parse().map_err(Error::Usage)?;
        let schema = match (&self.schema, &self.schema_from_train) {
            (Some(path), _) => Some(data::schema_from_json(path)?),
            (None, Some(path)) => Some(data::schema_from_train(path, format, &[])?),
            (None, None) => None,
        };
        let found = data::check(&self.file, format, schema.as_ref())?;
        print(&found, self.json)?;
        if found.usable {
            Ok(())
        } else {
            Err(Error::Usage(format!(
                "{} cannot be used; mend the defects above",
                shown(&self.file)
            )))
        }
    }
}
