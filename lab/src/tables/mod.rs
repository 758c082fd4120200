//! The paper's tables and figure (method §9) from the finished cells of experiments, with its own
//! figures beside ours.
//!
//! | here | there |
//! |---|---|
//! | [`ScoreRow`] | Tables 2, 3, 4, 6, 7, 10; 5 by share of the training data |
//! | [`Comparison`] | none: its figures are single runs, and their differences stand beside ours |
//! | [`TypeRow`] | Tables 8 and 9 |
//! | [`BucketRow`] | Figure 5 |
//! | [`Sentences`] | Table 11 |

mod beside;
mod bucket;
mod collect;
mod comparison;
mod figures;
mod gain;
mod grid;
mod markdown;
mod missing;
mod paired;
mod published;
mod score;
mod section;
mod sentences;
mod sizes;
mod spread;
#[cfg(test)]
mod tests;
mod types;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;
use spanlight::store::{write_atomic, write_json};

use crate::error::Result;
pub use bucket::BucketRow;
pub use comparison::Comparison;
pub use missing::Missing;
pub use paired::Paired;
pub use published::Published;
pub use score::ScoreRow;
pub use section::Section;
pub use sentences::Sentences;
pub use spread::Spread;
pub use types::TypeRow;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// `report.md`: tables for people
    Markdown,
    /// `report.json`: everything, for programs
    Json,
    /// One drawing for each figure
    Svg,
}

/// All sections, as `report.json` has them.
#[derive(Debug, Serialize)]
pub struct Tables {
    /// Unit of all scores.
    pub unit: &'static str,
    /// The protocol of the headline, of types and of buckets.
    pub protocol: &'static str,
    /// One for each experiment.
    pub sections: Vec<Section>,
}

impl Tables {
    /// Reads the output folders of experiments; each section quotes at most so many sentences.
    ///
    /// # Errors
    /// A folder that has no plan, or a damaged file.
    pub fn read(folders: &[PathBuf], sentences: usize) -> Result<Self> {
        let published = Published::new()?;
        let mut sections = Vec::new();
        for finished in collect::read(folders)? {
            let mut section = Section::new(&finished, &published);
            if sentences > 0 {
                section.sentences = Some(Sentences::new(&finished, sentences));
            }
            sections.push(section);
        }
        Ok(Self {
            unit: "percent",
            protocol: section::HEADLINE.name(),
            sections,
        })
    }

    /// Writes the forms asked for; gives the files.
    ///
    /// # Errors
    /// [`spanlight::store::StoreError`].
    pub fn write(&self, out: &Path, forms: &[Form]) -> Result<Vec<PathBuf>> {
        let mut written = Vec::new();
        let drawings = match forms.contains(&Form::Svg) {
            true => figures::all(self)?,
            false => vec![],
        };
        for drawing in &drawings {
            let path = out.join(&drawing.name);
            write_atomic(&path, drawing.svg.as_bytes())?;
            written.push(path);
        }
        if forms.contains(&Form::Markdown) {
            let path = out.join("report.md");
            write_atomic(&path, markdown::text(self, &drawings).as_bytes())?;
            written.push(path);
        }
        if forms.contains(&Form::Json) {
            let path = out.join("report.json");
            write_json(&path, self)?;
            written.push(path);
        }
        Ok(written)
    }
}
