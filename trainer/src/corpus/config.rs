//! Settings of a corpus, for the command line, settings files and saved runs.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::CorpusError;
use super::source::format::SourceFormat;

/// How the lines of a text file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Each line is a sentence
    Sentence,
    /// Each line, table cell or JSON field is a document, which is split into sentences
    #[default]
    Document,
    /// A paragraph spans several lines and ends at a blank line
    Paragraph,
}

/// How a sentence is split into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordSplit {
    /// At white space and around punctuation, as in extraction
    #[default]
    Treebank,
    /// At white space only, for text that is already split into words
    Spaces,
}

/// Settings of a corpus.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct CorpusConfig {
    /// Files or folders of text (.txt, .tsv, .csv, .json, .jsonl, .parquet; also .gz and .zst)
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = "Corpus")]
    pub corpus: Vec<PathBuf>,
    /// Format of all files; by default their names tell it
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub corpus_format: SourceFormat,
    /// Columns or JSON fields that hold text, by name, or by number if the first row is no heading;
    /// `text` by default
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        help_heading = "Corpus"
    )]
    pub column: Vec<String>,
    /// How the lines of a text file are read
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub unit: Unit,
    /// How sentences are split into words
    #[arg(long, value_enum, help_heading = "Corpus", default_value_t)]
    pub words: WordSplit,
    /// Replace literal \uXXXX escapes by the characters that they stand for
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub unescape: bool,
    /// Remove markup, and drop sentences that are not prose
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub clean: bool,
    /// Drop repeated sentences
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Corpus", default_value_t = true)]
    pub unique: bool,
    /// Length of the shortest sentence to keep, in words
    #[arg(
        long,
        value_name = "WORDS",
        help_heading = "Corpus",
        default_value_t = 4
    )]
    pub min_sentence: usize,
    /// Length of the longest sentence to keep, in words
    #[arg(
        long,
        value_name = "WORDS",
        help_heading = "Corpus",
        default_value_t = 128
    )]
    pub max_sentence: usize,
    /// Skip records that cannot be read (not UTF-8, not JSON) instead of stopping
    #[arg(long, help_heading = "Corpus")]
    pub skip_bad: bool,
}

/// Longest sentence that the cache can hold, in words.
const MOST_WORDS: usize = u16::MAX as usize;

impl CorpusConfig {
    /// The columns to read.
    pub fn columns(&self) -> Vec<String> {
        if self.column.is_empty() {
            vec!["text".into()]
        } else {
            self.column.clone()
        }
    }

    /// Checks the limits of the sentence length.
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
