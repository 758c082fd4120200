//! The measured settings of pre-training.

use std::path::Path;

use serde::Serialize;
use spanlight::corpus::{CorpusConfig, Unit};
use spanlight::pretrain::PretrainConfig;
use spanlight::settings::{overlaid, table};
use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_learn::EmbeddingRate;

use crate::bench::Plan;
use crate::error::Result;

/// The grid whose pre-training settings are measured.
const GRID: &str = include_str!("../../../experiments/scierc.toml");
/// Settings of the grid that the arguments of `lab bench` replace.
const REPLACED: [&str; 5] = ["encoder", "corpus", "unit", "words", "batch"];

/// Pre-training settings with a name.
pub struct Variant {
    /// Name in the report.
    pub name: &'static str,
    /// The settings.
    pub config: PretrainConfig,
}

/// The settings that `torch_pretrain.py` reads.
#[derive(Serialize)]
pub struct Settings {
    objectives: Objectives,
    /// Whether the embedding tables are frozen.
    frozen: bool,
    learning_rate: f64,
    head_lr: f64,
    weight_decay: f64,
    clip: f64,
}

/// Settings of the objectives, with the sizes of TBO's head, which are not serialised with them.
#[derive(Serialize)]
struct Objectives {
    #[serde(flatten)]
    settings: ObjectiveConfig,
    tbo_positions: usize,
    tbo_position_size: usize,
}

impl Variant {
    /// Two variants. The grid's predicts masked word-pieces with the frozen word embeddings; the paper's has a
    /// separate output matrix and trains the embeddings.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::error::Error::Settings) if the grid is malformed.
    pub fn all(plan: &Plan<'_>) -> Result<[Self; 2]> {
        let mut paper = PretrainConfig {
            batch: plan.batch,
            ..PretrainConfig::default()
        };
        paper.start.encoder = Some(plan.encoder.into());
        paper.corpus = CorpusConfig {
            corpus: vec![plan.data.into()],
            unit: Unit::Sentence,
            ..paper.corpus
        };
        let path = Path::new("lab/experiments/scierc.toml");
        let grid = table(GRID, path)?;
        let mut settings = grid["pretrain"].as_object().cloned().unwrap_or_default();
        settings.retain(|name, _| !REPLACED.contains(&name.as_str()));
        let tied = overlaid(&paper, &[&settings], path)?;
        Ok([
            Self {
                name: "pre-training, decoder tied",
                config: tied,
            },
            Self {
                name: "pre-training, the paper's",
                config: paper,
            },
        ])
    }

    /// The settings for PyTorch.
    pub fn settings(&self) -> Settings {
        let config = &self.config;
        Settings {
            objectives: Objectives {
                settings: config.objectives.clone(),
                tbo_positions: config.objectives.tbo_positions,
                tbo_position_size: config.objectives.tbo_position_size,
            },
            frozen: config.optimizer.lr_embeddings == EmbeddingRate::Frozen,
            learning_rate: config.optimizer.learning_rate,
            head_lr: config.optimizer.head_lr,
            weight_decay: config.optimizer.weight_decay,
            clip: config.optimizer.clip,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn variants_differ_in_the_model_and_not_in_the_samples() {
        let plan = Plan {
            encoder: Path::new("encoder"),
            data: Path::new("corpus.txt"),
            batch: 7,
            steps: 1,
            warmup: 0,
            rounds: 1,
            python: "",
            device: Device::flex(),
            description: String::new(),
            workers: 1,
            threads: 1,
        };
        let [tied, paper] = Variant::all(&plan).unwrap().map(|variant| variant.config);
        tied.validate().unwrap();
        assert_eq!((tied.batch, &tied.corpus), (7, &paper.corpus));
        assert_eq!(tied.sample, paper.sample);
        assert!(tied.objectives.tbo_tied && !paper.objectives.tbo_tied);
        assert_eq!(tied.optimizer.lr_embeddings, EmbeddingRate::Frozen);
        assert_eq!(paper.objectives, ObjectiveConfig::default());
    }
}
