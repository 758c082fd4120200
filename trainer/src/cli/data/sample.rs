//! `spanlight data sample`.

use std::io;

use clap::{ArgMatches, Args};
use serde::Serialize;
use spanlight_core::pretrain::sample::{Sample, View};
use spanlight_core::wordpiece::WordPiece;

use super::super::{LayerArgs, Reading, say, threads};
use crate::error::Result;
use crate::pretrain::{PretrainConfig, loader};

/// Arguments of `data sample`: all settings of pre-training, of which only those of the corpus and
/// of the samples have an effect.
#[derive(Args)]
pub struct DrawSamples {
    /// Step whose samples are shown
    #[arg(long, default_value_t = 0)]
    step: usize,
    /// Largest number of samples to show
    #[arg(long, default_value_t = 8)]
    count: usize,
    /// Number of CPU threads; 0 uses all
    #[arg(long, default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    layers: LayerArgs,
    #[command(flatten)]
    config: PretrainConfig,
}

/// A sample with the text of its word-pieces; spans are half-open ranges of words.
#[derive(Serialize)]
struct Shown {
    segments: [(usize, usize); 5],
    target: ShownView,
    context: ShownView,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Shown>,
}

#[derive(Serialize)]
struct ShownView {
    pieces: String,
    /// Permuted span and class of its permutation.
    permuted: Vec<((usize, usize), usize)>,
    /// Position of the first piece, offset from it, and the hidden piece.
    masked: Vec<(usize, usize, String)>,
}

impl DrawSamples {
    /// Prints samples as JSON lines.
    ///
    /// # Errors
    /// If the settings are invalid or the corpus cannot be prepared.
    pub fn run(&self, matches: &ArgMatches) -> Result<()> {
        let config = self.layers.over(&self.config, matches).settle()?;
        config.validate()?;
        let encoder = config.start.encoder()?;
        let tokenizer = encoder.tokenizer()?;
        let mut reading = Reading::new();
        let room = encoder.config.room();
        let loader = loader(&config, &tokenizer, room, threads(self.threads), &mut |p| {
            reading.show(p)
        })?;
        drop(reading);
        let corpus = loader.corpus();
        tracing::info!(
            "corpus {}: {} of {} sentences fit, {} steps an epoch, skipped {:?}\n{}",
            corpus.fingerprint(),
            loader.sentences(),
            corpus.sentences(),
            loader.steps_per_epoch(),
            loader.skipped(),
            corpus.counts()
        );
        for sample in loader.batch(self.step)?.iter().take(self.count) {
            let line = serde_json::to_string(&shown(sample, &tokenizer));
            say(line.map_err(io::Error::other)?)?;
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
        others: sample.others.iter().map(|s| shown(s, tokenizer)).collect(),
    }
}
