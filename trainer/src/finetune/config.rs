//! Settings of fine-tuning: command line, TOML file and saved `config.json` at once.

use std::path::PathBuf;

use clap::{Args, Parser};
use serde::{Deserialize, Serialize};
use spanlight_core::config::{ClsRepr, EmptySegment, EncoderConfig, PairActivation, RelationInput};
use spanlight_core::tagger::TagDecoding;
use spanlight_core::{ModelConfig, Profile};
use spanlight_learn::EmbeddingRate;
use spanlight_learn::finetune::{JointSettings, Sampling};

use crate::data::Overlap;
use crate::error::{Error, Result};
use crate::settings::{Presets, Range, at_least_one, parse_lowercase, required, some_rate};
use crate::start::{Network, Parts};

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
    /// Folder with the pre-trained encoder (config.json, weights, tokenizer), or a bundle
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    pub encoder: Option<PathBuf>,
    /// Run of pre-training or fine-tuning, or bundle, whose encoders to start from
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    #[serde(default)]
    pub init_from: Option<PathBuf>,
    /// What to take of it: encoder, span, pair, all or, fine-tuned for labels that include those of the data, model
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    #[serde(default)]
    pub load_parts: Parts,
    /// Which of its networks: query or momentum
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    #[serde(default)]
    pub load_network: Network,
    /// Train nothing of the sentence encoder
    #[arg(long, help_heading = "Model")]
    #[serde(default)]
    pub freeze_encoder: bool,
    /// Dropout probability
    #[arg(long, help_heading = "Model", default_value_t = 0.1)]
    pub dropout: f64,
    /// Sentence vector of the pair attention: pooler or raw
    #[arg(long, value_parser = parse_lowercase::<ClsRepr>, help_heading = "Model", default_value = "pooler")]
    pub cls_repr: ClsRepr,
    /// Non-linearity of the pair attention: gelu or tanh
    #[arg(long, value_parser = parse_lowercase::<PairActivation>, help_heading = "Model", default_value = "gelu")]
    pub pair_att_act: PairActivation,
    /// Representation of empty segments: cnn or zero
    #[arg(long, value_parser = parse_lowercase::<EmptySegment>, help_heading = "Model", default_value = "cnn")]
    pub empty_segment: EmptySegment,
    /// What the relation classifier sees: pooled (as in the paper), typed (spans and types too) or edges (also the
    /// words next to the spans)
    #[serde(default)]
    #[arg(long, value_parser = parse_lowercase::<RelationInput>, help_heading = "Model", default_value = "pooled")]
    pub relation_input: RelationInput,
    /// One span encoder for entities and contexts
    #[arg(long, help_heading = "Model")]
    pub share_span_encoder: bool,
    /// Keep the reference code's unused PAD tag
    #[arg(long, help_heading = "Model")]
    pub tag_pad_class: bool,
    /// Most word-pieces of neighbouring sentences that are read on either side of a sentence
    #[arg(long, value_name = "PIECES", help_heading = "Model")]
    #[serde(default)]
    pub context: Option<usize>,
    /// Tell the encoder how words are written (lower, Title, UPPER, mixed, with digits), which an uncased one does
    /// not see; not by default
    #[arg(long, value_name = "BOOL", help_heading = "Model")]
    #[serde(default)]
    pub case: Option<bool>,
    /// How tags are chosen at inference: argmax (as in the paper) or viterbi (the best legal sequence)
    #[serde(default)]
    #[arg(long, value_parser = parse_lowercase::<TagDecoding>, help_heading = "Model", default_value = "argmax")]
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
    /// Peak learning rate of the highest encoder layer
    #[arg(long, help_heading = "Training", default_value_t = 1.5e-4)]
    pub learning_rate: f64,
    /// Peak learning rate of everything behind the encoder
    #[arg(long, help_heading = "Training", default_value_t = 5e-4)]
    pub head_lr: f64,
    /// Peak learning rate of span and span-pair encoders; that of the heads by default
    #[arg(long, help_heading = "Training")]
    #[serde(default)]
    pub span_lr: Option<f64>,
    /// Factor of the learning rate from one layer to the next lower one
    #[arg(long, help_heading = "Training", default_value_t = 0.9)]
    pub layer_decay: f64,
    /// Learning rate of the embedding tables
    #[arg(long, value_enum, help_heading = "Training", default_value_t = EmbeddingRate::Lowest)]
    pub lr_embeddings: EmbeddingRate,
    /// Share of the steps that warm up
    #[arg(long, help_heading = "Training", default_value_t = 0.1)]
    pub warmup: f64,
    /// Weight decay
    #[arg(long, help_heading = "Training", default_value_t = 0.01)]
    pub weight_decay: f64,
    /// Decay biases and normalisation too, as the reference code does
    #[arg(long, help_heading = "Training")]
    pub decay_all: bool,
    /// Correct AdamW's moments for their start at zero
    #[arg(long, help_heading = "Training")]
    pub adamw_bias_correction: bool,
    /// Largest gradient norm
    #[arg(long, help_heading = "Training", default_value_t = 1.0)]
    pub clip: f64,
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
            dropout: self.dropout,
            cls_repr: self.cls_repr,
            pair_att_act: self.pair_att_act,
            empty_segment: self.empty_segment,
            relation_input: self.relation_input,
            share_span_encoder: self.share_span_encoder,
            tag_pad_class: self.tag_pad_class,
            context: self.context.unwrap_or_default(),
            case: self.case.unwrap_or_default(),
            tag_decoding: self.tag_decoding,
            ..ModelConfig::new(encoder, Profile::Fixed)
        }
    }

    /// Peak learning rate of the sentence encoder.
    pub fn encoder_rate(&self) -> f64 {
        match self.freeze_encoder {
            true => 0.0,
            false => self.learning_rate,
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

    /// Settings of the objective.
    ///
    /// # Errors
    /// As [`Self::loss_weights`].
    pub fn objective(&self) -> Result<JointSettings> {
        Ok(JointSettings {
            batch: self.batch,
            chunk: self.chunk,
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
        required("--train", &self.train)?;
        required("--dev", &self.dev)?;
        required("--encoder", &self.encoder)?;
        at_least_one(&[
            ("--epochs", self.epochs),
            ("--batch", self.batch),
            ("--chunk", self.chunk),
        ])?;
        for (flag, value, range) in [
            ("--fraction", self.fraction, Range::AboveZero),
            ("--dropout", self.dropout, Range::BelowOne),
            ("--learning-rate", self.learning_rate, Range::NotNegative),
            ("--head-lr", self.head_lr, Range::NotNegative),
            (
                "--span-lr",
                self.span_lr.unwrap_or_default(),
                Range::NotNegative,
            ),
            ("--layer-decay", self.layer_decay, Range::AboveZero),
            ("--warmup", self.warmup, Range::Share),
            ("--weight-decay", self.weight_decay, Range::NotNegative),
            ("--clip", self.clip, Range::Positive),
            ("--ema", self.ema, Range::BelowOne),
            ("--schedule-k", self.schedule_k, Range::Positive),
        ] {
            range.check(flag, value)?;
        }
        Range::Share.check("--gold-share", self.gold_share.unwrap_or_default())?;
        self.loss_weights()?;
        some_rate(&[
            self.encoder_rate(),
            self.head_lr,
            self.span_lr.unwrap_or_default(),
        ])?;
        Ok(())
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

// Runs saved before these settings existed used all data.
fn whole() -> f64 {
    1.0
}

fn first() -> u64 {
    1
}
