//! `spanlight data sample`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use spanlight_core::pretrain::sample::{Alignment, Sample, SampleConfig, View};
use spanlight_core::wordpiece::WordPiece;

use super::super::{Reading, threads};
use crate::corpus::{Corpus, CorpusConfig, Loader, LoaderConfig};
use crate::encoder::EncoderFolder;
use crate::error::Result;

/// Arguments of `data sample`.
#[derive(Args)]
pub struct DrawSamples {
    #[command(flatten)]
    corpus: CorpusConfig,
    /// Folder with the encoder whose tokenizer is used
    #[arg(long, value_name = "FOLDER")]
    encoder: PathBuf,
    /// Folder for the prepared corpus
    #[arg(long, value_name = "FOLDER")]
    cache: PathBuf,
    /// Samples to show
    #[arg(long, default_value_t = 8)]
    count: usize,
    /// Step whose batch is shown
    #[arg(long, default_value_t = 0)]
    step: usize,
    /// Seed of order and draws
    #[arg(long, default_value_t = 5216)]
    seed: u64,
    /// Hide the pieces that the released code hides, not those of the words concerned
    #[arg(long)]
    reference: bool,
    /// CPU threads; 0 takes all
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

/// A sample with its pieces spelled out; spans are words, half-open.
#[derive(Serialize)]
struct Shown {
    segments: [(usize, usize); 5],
    target: ShownView,
    context: ShownView,
}

#[derive(Serialize)]
struct ShownView {
    pieces: String,
    /// Segment and class.
    permuted: Vec<((usize, usize), usize)>,
    /// Position of the first piece, offset from there, and the piece.
    masked: Vec<(usize, usize, String)>,
}

impl DrawSamples {
    /// Prints samples as JSON lines.
    ///
    /// # Errors
    /// What stops the preparation of the corpus.
    pub fn run(&self) -> Result<()> {
        let tokenizer = EncoderFolder::open(&self.encoder)?.tokenizer()?;
        let threads = threads(self.threads);
        let mut reading = Reading::new();
        let corpus = Corpus::prepare(&self.corpus, &tokenizer, &self.cache, threads, &mut |p| {
            reading.show(p)
        })?;
        drop(reading);
        let sample = SampleConfig {
            view_mask_alignment: match self.reference {
                true => Alignment::Reference,
                false => Alignment::Word,
            },
            ..SampleConfig::default()
        };
        let config = LoaderConfig {
            batch: self.count.max(1),
            seed: self.seed,
            shuffle: true,
            dynamic_sampling: true,
            threads,
        };
        let loader = Loader::new(corpus, sample, config)?;
        let corpus = loader.corpus();
        tracing::info!(
            "corpus {}: {} of {} sentences fit, {} batches an epoch, skipped {:?}\n{}",
            corpus.fingerprint(),
            loader.len(),
            corpus.len(),
            loader.steps_per_epoch(),
            loader.skipped(),
            corpus.counts()
        );
        let start = Instant::now();
        let batch = loader.batch(self.step)?;
        let (words, seconds) = (
            batch.iter().map(|sample| sample.first.len()).sum::<usize>(),
            start.elapsed().as_secs_f64(),
        );
        tracing::info!(
            "{} samples of {words} words drawn in {seconds:.3} s",
            batch.len()
        );
        for sample in batch {
            let line = serde_json::to_string(&shown(&sample, &tokenizer));
            println!("{}", line.map_err(std::io::Error::other)?);
        }
        Ok(())
    }
}

fn shown(sample: &Sample, tokenizer: &WordPiece) -> Shown {
    let view = |view: &View| ShownView {
        pieces: view
            .ids
            .iter()
            .map(|&id| tokenizer.piece(id))
            .collect::<Vec<_>>()
            .join(" "),
        permuted: view.permuted.iter().map(|p| (p.span, p.class)).collect(),
        masked: view
            .masked
            .iter()
            .map(|m| (m.first, m.offset, tokenizer.piece(m.label)))
            .collect(),
    };
    Shown {
        segments: sample.segments,
        target: view(&sample.target),
        context: view(&sample.context),
    }
}
