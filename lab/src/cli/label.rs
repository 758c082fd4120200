//! `lab label`.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use spanlight::cli::{Compute, print};
use spanlight::data::{self, Format, Statistics};
use spanlight::store::write_atomic;

use crate::error::Result;
use crate::label::{
    Computing, Kept, Quorum, evenly_spread_sentences, label, majority, most_similar_sentences,
};

/// Arguments of `label`.
#[derive(Args)]
pub struct Label {
    /// Text with one sentence per line and spaces between words, as `spanlight data clean` writes it
    text: PathBuf,
    /// File to write, in the paper's format. The predictions of every model are kept in OUT.votes until it is
    /// written, so that the same command goes on where it was stopped
    out: PathBuf,
    /// Run folders or bundles, preferably of several seeds. A file that this command wrote for the same
    /// sentences votes like a model
    #[arg(long = "model", value_name = "PATH", required = true, num_args = 1..)]
    models: Vec<PathBuf>,
    /// Models that must agree on an entity; more than half by default
    #[arg(long, value_name = "MODELS")]
    agree: Option<usize>,
    /// Models that must agree on a relation between elected entities; the value of --agree by default
    #[arg(long, value_name = "MODELS")]
    agree_relations: Option<usize>,
    /// Number of sentences to annotate, evenly spread over the text, or with --like the most similar
    /// ones; all sentences by default
    #[arg(long, value_name = "SENTENCES")]
    count: Option<usize>,
    /// Annotated file of examples, in any format; annotates the sentences of 8 to 60 words that are most
    /// similar to the examples
    #[arg(long, value_name = "FILE", requires = "count")]
    like: Option<PathBuf>,
    /// Word-pieces in a batch, padding included; 16 times as many on a GPU
    #[arg(long, default_value_t = 512)]
    chunk: usize,
    #[command(flatten)]
    compute: Compute,
}

impl Label {
    /// Runs the command.
    ///
    /// # Errors
    /// Text, models or files that cannot be read, or a quorum that the models cannot have; the output file is
    /// written completely or not at all. The predictions of the models that are done stay in OUT.votes until
    /// then, and the same command goes on from them.
    pub fn run(&self) -> Result<()> {
        let sentences = match (&self.like, self.count) {
            (Some(examples), Some(count)) => {
                let examples = data::read(examples, Format::Auto)?.sentences;
                most_similar_sentences(&self.text, count, &examples)?
            }
            _ => evenly_spread_sentences(&self.text, self.count)?,
        };
        let (device, _) = self.compute.open()?;
        let computing = Computing {
            device: &device,
            workers: self.compute.workers(&device),
            chunk: self.chunk,
        };
        let entities = self.agree.unwrap_or(majority(self.models.len()));
        let quorum = Quorum {
            entities,
            relations: self.agree_relations.unwrap_or(entities),
        };
        let bar = ProgressBar::new((sentences.len() * self.models.len()) as u64);
        let kept = Kept::beside(&self.out, &sentences)?;
        let labelled = label(
            &sentences,
            &self.models,
            quorum,
            &computing,
            &kept,
            &|done| {
                bar.inc(done as u64);
            },
        );
        bar.finish_and_clear();
        let (labelled, mut lines) = (labelled?, Vec::new());
        data::write(&mut lines, &self.out, &labelled)?;
        write_atomic(&self.out, &lines)?;
        kept.remove()?;
        let mut statistics = Statistics::default();
        for sentence in &labelled {
            statistics.add(sentence);
        }
        print(&statistics, false)?;
        Ok(())
    }
}
