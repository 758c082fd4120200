//! Settings of a corpus: command line, settings file and saved run at once.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::CorpusError;
use super::source::SourceFormat;

/// What a line of a text file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A sentence
    Sentence,
    /// A document, to be split into sentences; so are cells and fields
    #[default]
    Document,
    /// A part of a paragraph, which ends at a blank line
    Paragraph,
}

/// How a sentence is split into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordSplit {
    /// Punctuation is split off, as in extraction
    #[default]
    Treebank,
    /// At white space only, for text that is already split
    Spaces,
}

/// Settings of a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct CorpusConfig {
    /// Files or folders of text (.txt, .tsv, .csv, .json, .jsonl, .parquet; also .gz and .zst)
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Corpus")]
    pub corpus: Vec<PathBuf>,
    /// Format of all files, whatever their names say
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub corpus_format: SourceFormat,
    /// Columns with text, by name, or by number where the first row is no heading; `text` by
    /// default
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Corpus"
    )]
    pub column: Vec<String>,
    /// What a line of text is
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub unit: Unit,
    /// How sentences are split into words
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub words: WordSplit,
    /// Turn literal \uXXXX into the characters they stand for
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub unescape: bool,
    /// Remove markup, and leave out sentences that are no prose
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub clean: bool,
    /// Leave out sentences that came before
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub unique: bool,
    /// Shortest sentence that is kept, in words
    #[arg(
        long,
        value_name = "WORDS",
        help_heading = "Corpus",
        default_value_t = 4
    )]
    pub min_sentence: usize,
    /// Longest sentence that is kept, in words
    #[arg(
        long,
        value_name = "WORDS",
        help_heading = "Corpus",
        default_value_t = 128
    )]
    pub max_sentence: usize,
    /// Leave out records that are not UTF-8, not JSON and the like, instead of stopping
    #[arg(long, help_heading = "Corpus")]
    pub skip_bad: bool,
}

/// Longest sentence that the cache can hold, in words.
const MOST_WORDS: usize = u16::MAX as usize;

impl CorpusConfig {
    /// The columns to read.
    pub fn columns(&self) -> Vec<String> {
        match self.column.is_empty() {
            true => vec!["text".into()],
            false => self.column.clone(),
        }
    }

    /// Checks what no file can make good.
    ///
    /// # Errors
    /// [`CorpusError::Usage`] that names the setting.
    pub fn validate(&self) -> Result<(), CorpusError> {
        if self.min_sentence < 2 || self.min_sentence > self.max_sentence {
            return Err(CorpusError::Usage(format!(
                "--min-sentence {} must be at least 2 and at most --max-sentence {}",
                self.min_sentence, self.max_sentence
            )));
        }
        if self.max_sentence > MOST_WORDS {
            return Err(CorpusError::Usage(format!(
                "--max-sentence {} must be at most {MOST_WORDS}",
                self.max_sentence
            )));
        }
        Ok(())
    }
}
