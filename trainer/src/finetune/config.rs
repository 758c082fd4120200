//! Settings of fine-tuning: command line, TOML file and saved `config.json` at once.

use std::path::PathBuf;

use clap::{Args, Parser};
use serde::{Deserialize, Serialize};
use spanlight_core::config::{EncoderConfig, RelationInput};
use spanlight_core::tagger::TagDecoding;
use spanlight_core::{Decoding, ModelConfig};
use spanlight_learn::OptimizerConfig;
use spanlight_learn::finetune::{JointSettings, Sampling};

use crate::data::Overlap;
use crate::error::{Error, Result};
use crate::settings::{
    EncoderSwitches, Presets, Range, SaveEvery, at_least_one, check_all, check_optimizer,
    parse_lowercase, required,
};
use crate::start::StartConfig;

/// Settings of a fine-tuning run.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
pub struct FinetuneConfig {
    /// Training file
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub train: Option<PathBuf>,
    /// Development file, for the choice of the best epoch
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub dev: Option<PathBuf>,
    /// Format of the files: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, help_heading = "Data", default_value = "auto")]
    pub format: String,
    /// Relation types whose arguments may be swapped, separated by commas
    #[arg(
        long,
        value_name = "TYPES",
        value_delimiter = ',',
        help_heading = "Data"
    )]
    pub symmetric: Vec<String>,
    /// Training sentences with mentions that overlap, which tags cannot express: drop (by default, as in
    /// the paper), or longest, which leaves out the shorter mention with its relations
    #[arg(long, value_parser = parse_lowercase::<Overlap>, help_heading = "Data")]
    #[serde(default)]
    pub overlaps: Option<Overlap>,
    /// Share of the training documents that is used, above 0 and at most 1
    #[arg(long, help_heading = "Data", default_value_t = 1.0)]
    #[serde(default = "whole")]
    pub fraction: f64,
    /// Seed of the draw; smaller shares with the same seed are parts of larger ones
    #[arg(long, help_heading = "Data", default_value_t = 1)]
    #[serde(default = "first")]
    pub fraction_seed: u64,
    /// Encoder and earlier run to start from
    #[command(flatten)]
    #[serde(flatten)]
    pub start: StartConfig,
    /// Switches of the encoders
    #[command(flatten)]
    #[serde(flatten)]
    pub encoders: EncoderSwitches,
    /// What the relation classifier sees
    #[serde(default)]
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub relation_input: RelationInput,
    /// One span encoder for entities and contexts
    #[arg(long, help_heading = "Model")]
    pub share_span_encoder: bool,
    /// Keep the reference code's unused PAD tag
    #[arg(long, help_heading = "Model")]
    pub tag_pad_class: bool,
    /// Tell the encoder how words are written (lower, Title, UPPER, mixed, with digits), which an uncased one does
    /// not see; not by default
    #[arg(long, value_name = "BOOL", help_heading = "Model")]
    #[serde(default)]
    pub case: Option<bool>,
    /// How tags are chosen at inference
    #[serde(default)]
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub tag_decoding: TagDecoding,
    /// Passes over the training data
    #[arg(long, help_heading = "Training", default_value_t = 30)]
    pub epochs: usize,
    /// Sentences per step
    #[arg(long, help_heading = "Training", default_value_t = 32)]
    pub batch: usize,
    /// Word-pieces, padding included, that go through the model at once; 16 times as many on a GPU
    #[arg(long, help_heading = "Training", default_value_t = 256)]
    pub chunk: usize,
    /// Optimizer
    #[command(flatten)]
    #[serde(flatten)]
    pub optimizer: OptimizerConfig,
    /// Peak learning rate of span and span-pair encoders; that of the heads by default
    #[arg(long, help_heading = "Training")]
    #[serde(default)]
    pub span_lr: Option<f64>,
    /// Moving average of the weights, evaluated and kept in their place: share that a step keeps at most, 0 for
    /// none; early on it is less, so that about the last ninth of the steps counts
    #[arg(long, help_heading = "Training", default_value_t = 0.0)]
    #[serde(default)]
    pub ema: f64,
    /// Epochs, after the first, whose candidates are all gold
    #[arg(long, help_heading = "Training", default_value_t = 2)]
    pub gold_epochs: usize,
    /// Slope of the way from gold to predicted candidates
    #[arg(long, help_heading = "Training", default_value_t = 3.0)]
    pub schedule_k: f64,
    /// Share of the sentences whose candidates are all gold, the same in every step; by default
    /// gold_epochs and schedule_k say how it falls from epoch to epoch
    #[arg(long, value_name = "SHARE", help_heading = "Training")]
    #[serde(default)]
    pub gold_share: Option<f64>,
    /// Weights of the losses of tags, types and relations; by default 1,1,1
    #[arg(
        long,
        value_name = "WEIGHTS",
        value_delimiter = ',',
        help_heading = "Training"
    )]
    #[serde(default)]
    pub loss_weights: Option<Vec<f32>>,
    /// Evaluations without progress before the run stops
    #[arg(long, help_heading = "Training", default_value_t = 100)]
    pub patience: usize,
    /// First epoch (0-based) that is evaluated
    #[arg(long, help_heading = "Training", default_value_t = 3)]
    pub evaluate_from: usize,
    /// Steps or minutes between checkpoints, as 200 or 10min; by default 10min
    #[arg(long, help_heading = "Training")]
    #[serde(default)]
    pub save_every: Option<SaveEvery>,
    /// Seed of initial weights, order, dropout and sampling
    #[arg(long, help_heading = "Training", default_value_t = 5216)]
    pub seed: u64,
}

impl Default for FinetuneConfig {
    /// The settings that `spanlight finetune` has without flags.
    fn default() -> Self {
        #[derive(Parser)]
        struct Flags {
            #[command(flatten)]
            config: FinetuneConfig,
        }
        Flags::parse_from([""]).config
    }
}

impl FinetuneConfig {
    /// Sizes and switches of the model around an encoder.
    pub fn model(&self, encoder: EncoderConfig) -> ModelConfig {
        ModelConfig {
            relation_input: self.relation_input,
            share_span_encoder: self.share_span_encoder,
            tag_pad_class: self.tag_pad_class,
            case: self.case.unwrap_or_default(),
            ..self.encoders.model(encoder)
        }
    }

    /// How the model's output becomes decisions.
    pub fn decoding(&self) -> Decoding {
        Decoding {
            tags: self.tag_decoding,
            calibration: None,
        }
    }

    /// How often the candidates of a training sentence are all gold.
    pub fn sampling(&self) -> Sampling {
        match self.gold_share {
            Some(share) => Sampling::Constant(share),
            None => Sampling::Falling {
                gold_epochs: self.gold_epochs,
                k: self.schedule_k,
            },
        }
    }

    /// How often the run saves: so often that little is lost, so seldom that saving takes a small part of the
    /// time.
    pub fn save_every(&self) -> SaveEvery {
        self.save_every.unwrap_or(SaveEvery::Minutes(10.0))
    }

    /// Settings of the objective.
    ///
    /// # Errors
    /// As [`Self::loss_weights`].
    pub fn objective(&self) -> Result<JointSettings> {
        Ok(JointSettings {
            batch: self.batch,
            chunk: self.chunk,
            decoding: self.tag_decoding,
            sampling: self.sampling(),
            weights: self.loss_weights()?,
            seed: self.seed,
        })
    }

    /// Weights of the losses of tags, types and relations.
    ///
    /// # Errors
    /// [`Error::Usage`] unless there are three, none below 0, some above.
    pub fn loss_weights(&self) -> Result<[f32; 3]> {
        let Some(given) = &self.loss_weights else {
            return Ok([1.0; 3]);
        };
        match given.as_slice() {
            &[tag, entity, relation]
                if given.iter().all(|w| w.is_finite() && *w >= 0.0)
                    && given.iter().any(|w| *w > 0.0) =>
            {
                Ok([tag, entity, relation])
            }
            _ => Err(Error::Usage(format!(
                "--loss-weights {given:?}: give three numbers, for tags, types and relations, none below 0 and \
                 not all 0, such as 1,1,2"
            ))),
        }
    }

    /// Checks what can be checked before anything is read.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag.
    pub fn validate(&self) -> Result<()> {
        required("--train", self.train.as_deref())?;
        required("--dev", self.dev.as_deref())?;
        required("--encoder", self.start.encoder.as_deref())?;
        at_least_one(&[
            ("--epochs", self.epochs),
            ("--batch", self.batch),
            ("--chunk", self.chunk),
        ])?;
        let span_lr = self.span_lr.unwrap_or_default();
        check_all(&[
            ("--fraction", self.fraction, Range::AboveZero),
            ("--dropout", self.encoders.dropout, Range::BelowOne),
            ("--span-lr", span_lr, Range::NotNegative),
            ("--ema", self.ema, Range::BelowOne),
            ("--schedule-k", self.schedule_k, Range::Positive),
            (
                "--gold-share",
                self.gold_share.unwrap_or_default(),
                Range::Share,
            ),
        ])?;
        self.loss_weights()?;
        check_optimizer(&self.optimizer, span_lr)
    }
}

/// The paper's code, as far as its settings are known, and what did best on a development set of
/// scientific abstracts.
pub const PRESETS: Presets = Presets {
    reference: r#"
empty_segment = "zero"
tag_pad_class = true
decay_all = true
lr_embeddings = "full"
epochs = 200
learning_rate = 2.5e-5
head_lr = 2.5e-5
warmup = 0.2
gold_epochs = 5
evaluate_from = 5
"#,
    recommended: r#"
relation_input = "typed"
tag_decoding = "viterbi"
ema = 0.995
lr_embeddings = "frozen"
epochs = 15
batch = 16
"#,
};

// The settings of runs that were saved before there were any used all data.
fn whole() -> f64 {
    1.0
}

fn first() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::object;

    /// Names in settings files and saved runs.
    const FIELDS: &str = "adamw_bias_correction batch case chunk clip cls_repr decay_all dev dropout \
        ema empty_segment encoder epochs evaluate_from format fraction fraction_seed freeze_encoder \
        gold_epochs gold_share head_lr init_from layer_decay learning_rate load_network load_parts \
        loss_weights lr_embeddings overlaps pair_att_act patience relation_input save_every schedule_k seed \
        share_span_encoder span_lr symmetric tag_decoding tag_pad_class train warmup weight_decay";

    #[test]
    fn settings_are_one_flat_table_of_known_fields() {
        let settings = object(&FinetuneConfig::default()).unwrap();
        let mut fields: Vec<&str> = settings.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, FIELDS.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn settings_of_earlier_versions_are_read() {
        let mut settings = object(&FinetuneConfig::default()).unwrap();
        let later = [
            "overlaps",
            "fraction",
            "fraction_seed",
            "init_from",
            "load_parts",
            "load_network",
            "freeze_encoder",
            "relation_input",
            "case",
            "tag_decoding",
            "span_lr",
            "ema",
            "gold_share",
            "loss_weights",
            "save_every",
        ];
        settings.retain(|name, _| !later.contains(&name.as_str()));
        settings.insert("context".into(), serde_json::Value::Null);
        let read: FinetuneConfig =
            serde_json::from_value(serde_json::Value::Object(settings)).unwrap();
        assert_eq!(read, FinetuneConfig::default());
    }
}
