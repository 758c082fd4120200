//! `lab mix`.

use std::path::PathBuf;

use clap::Args;
use spanlight::cli::print;
use spanlight::data;
use spanlight::store::{StoreError, write_atomic, write_json};

use crate::error::Result;
use crate::mix::{Recipe, mix};

/// Arguments of `mix`.
#[derive(Args)]
pub struct MixSources {
    /// The recipe, a TOML file
    recipe: PathBuf,
    /// Folder to which the paths in the recipe are relative
    #[arg(long, value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Folder to write train.json, dev.json and test.json to, in the paper's format, and counts.json
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Print the counts as one JSON object instead of text
    #[arg(long)]
    json: bool,
}

impl MixSources {
    /// Runs the command.
    ///
    /// # Errors
    /// A recipe or source that cannot be read, or a folder that cannot be written. All sources are read before
    /// anything is written, and each file is written completely or not at all.
    pub fn run(&self) -> Result<()> {
        let mixture = mix(&Recipe::read(&self.recipe)?, &self.data_dir)?;
        let folder = &self.out;
        std::fs::create_dir_all(folder)
            .map_err(|e| StoreError::io("create the folder", folder, e))?;
        for (name, sentences) in mixture.sentences.named() {
            let path = folder.join(format!("{name}.json"));
            let mut lines = Vec::new();
            data::write(&mut lines, &path, sentences)?;
            write_atomic(&path, &lines)?;
        }
        write_json(&folder.join("counts.json"), &mixture.counts)?;
        print(&mixture.counts, self.json)?;
        Ok(())
    }
}
