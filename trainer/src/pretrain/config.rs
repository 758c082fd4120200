//! Settings of pre-training: command line, TOML file and saved `config.json` at once.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser};
use serde::{Deserialize, Serialize};
use spanlight_core::config::{EncoderConfig, ModelConfig};
use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::sample::SampleConfig;
use spanlight_learn::OptimizerConfig;
use spanlight_learn::pretrain::{MeanOver, PretrainSettings};

use crate::corpus::CorpusConfig;
use crate::error::{Error, Result};
use crate::settings::{
    EncoderSwitches, Presets, Range, SaveEvery, at_least_one, check_optimizer, required,
};
use crate::start::{Parts, StartConfig};

/// Settings of a pre-training run.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
#[command(mut_arg("learning_rate", |arg| arg.default_value("0.0001")))]
#[command(mut_arg("head_lr", |arg| arg.default_value("0.0001")))]
#[command(mut_arg("layer_decay", |arg| arg.default_value("1")))]
#[command(mut_arg("lr_embeddings", |arg| arg.default_value("full")))]
#[command(mut_arg("warmup", |arg| arg.default_value("0.45")))]
pub struct PretrainConfig {
    /// Text
    #[command(flatten)]
    #[serde(flatten)]
    pub corpus: CorpusConfig,
    /// Folder of prepared corpora; by default below the user's cache folder
    #[arg(long, value_name = "FOLDER", help_heading = "Corpus")]
    pub corpus_cache: Option<PathBuf>,
    /// Draw sentences in a new order every epoch
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = true)]
    pub shuffle: bool,
    /// Draw new spans, permutations and masks every epoch
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = true)]
    pub dynamic_sampling: bool,
    /// Samples
    #[command(flatten)]
    #[serde(flatten)]
    pub sample: SampleConfig,

    /// Encoder and earlier run to start from
    #[command(flatten)]
    #[serde(flatten)]
    pub start: StartConfig,
    /// Switches of the encoders
    #[command(flatten)]
    #[serde(flatten)]
    pub encoders: EncoderSwitches,

    /// Objectives
    #[command(flatten)]
    #[serde(flatten)]
    pub objectives: ObjectiveConfig,
    /// What the mean of a loss is taken over
    #[arg(long, value_enum, help_heading = "Objectives", default_value_t)]
    pub mean_over: MeanOver,

    /// Optimizer steps
    #[arg(long, help_heading = "Training", default_value_t = 40_000)]
    pub total_steps: usize,
    /// Passes over the corpus, instead of --total-steps
    #[arg(long, help_heading = "Training")]
    pub epochs: Option<usize>,
    /// Steps after which the learning rate would be 0; by default, or for 0, those of the run
    #[arg(long, help_heading = "Training")]
    pub schedule_steps: Option<usize>,
    /// Sentences per step
    #[arg(long, help_heading = "Training", default_value_t = 256)]
    pub batch: usize,
    /// Word-pieces of a view, padding included, that go through the model at once; 16 times as many on a GPU
    #[arg(long, help_heading = "Training", default_value_t = 256)]
    pub chunk: usize,
    /// Sentences of a micro-batch, for --mean-over micro
    #[arg(long, help_heading = "Training", default_value_t = 16)]
    pub micro_batch: usize,
    /// Optimizer
    #[command(flatten)]
    #[serde(flatten)]
    pub optimizer: OptimizerConfig,
    /// Steps or minutes between checkpoints, as 200 or 10min
    #[arg(long, help_heading = "Training", default_value_t = SaveEvery::Steps(200))]
    pub save_every: SaveEvery,
    /// Seed of initial weights, order, samples and dropout
    #[arg(long, help_heading = "Training", default_value_t = 5216)]
    pub seed: u64,
}

/// The paper's code, and a short run that makes a small encoder better, in half an hour on two cores: small batches, since of
/// few sentences many steps teach more than few; rates that the encoder survives; keys that change as
/// fast as so few steps need, told apart by their directions; views with some of the context, as the
/// encoder knows it.
pub const PRESETS: Presets = Presets {
    reference: r#"
unit = "sentence"
words = "spaces"
unescape = false
min_sentence = 2
clean = false
unique = false
shuffle = false
dynamic_sampling = false
view_mask_alignment = "reference"
momentum_init = "random"
mean_over = "micro"
schedule_steps = 400000
warmup = 0.045
decay_all = true
save_every = 1000
"#,
    recommended: r#"
total_steps = 1500
batch = 16
warmup = 0.1
adamw_bias_correction = true
learning_rate = 2e-5
layer_decay = 0.9
head_lr = 5e-4
lr_embeddings = "frozen"
tbo_tied = true
cspo_normalize = "l2"
temperature = 0.1
in_batch_negatives = true
queue_keys = 1024
momentum = 0.99
view_keep_prob = 0.3
span_choice = "entity_like"
entity_share = 0.7
whole_word_share = 0.1
"#,
};

impl Default for PretrainConfig {
    /// The settings that `spanlight pretrain` has without flags.
    fn default() -> Self {
        #[derive(Parser)]
        struct Flags {
            #[command(flatten)]
            config: PretrainConfig,
        }
        Flags::parse_from([""]).config
    }
}

impl PretrainConfig {
    /// Checks what can be checked before anything is read.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag, [`Error::Core`] that names the field.
    pub fn validate(&self) -> Result<()> {
        required("--encoder", self.start.encoder.as_deref())?;
        if self.corpus.corpus.is_empty() {
            return Err(Error::Usage(
                "--corpus is missing; give at least one file or folder of text".into(),
            ));
        }
        if self.start.load_parts == Parts::Model {
            return Err(Error::Usage(
                "--load-parts model is for fine-tuning; pre-training takes encoder, span, pair or all".into(),
            ));
        }
        at_least_one(&[
            ("--total-steps", self.total_steps),
            ("--epochs", self.epochs.unwrap_or(1)),
            ("--batch", self.batch),
            ("--chunk", self.chunk),
            ("--micro-batch", self.micro_batch),
        ])?;
        Range::BelowOne.check("--dropout", self.encoders.dropout)?;
        check_optimizer(&self.optimizer, 0.0)?;
        self.corpus.validate()?;
        self.sample.validate()?;
        Ok(self.objectives.validate()?)
    }

    /// Settings of the objective.
    pub fn objective(&self) -> PretrainSettings {
        PretrainSettings {
            objectives: self.objectives.clone(),
            chunk: self.chunk,
            micro_batch: self.micro_batch,
            mean_over: self.mean_over,
        }
    }

    /// Sizes and switches of the network around an encoder.
    pub fn model(&self, encoder: EncoderConfig) -> ModelConfig {
        self.encoders.model(encoder)
    }
}
