//! Settings of pre-training: command line, TOML file and saved `config.json` at once.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser};
use serde::{Deserialize, Serialize};
use spanlight_core::Profile;
use spanlight_core::config::{ClsRepr, EmptySegment, EncoderConfig, ModelConfig, PairActivation};
use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::config::{MomentumInit, Normalization, ProjectionHead};
use spanlight_core::pretrain::sample::{Alignment, SampleConfig, SpanChoice};
use spanlight_learn::EmbeddingRate;
use spanlight_learn::pretrain::{MeanOver, PretrainSettings};

use crate::corpus::CorpusConfig;
use crate::error::{Error, Result};
use crate::settings::{Presets, Range, at_least_one, parse_lowercase, required, some_rate};
use crate::start::{Network, Parts};

/// Settings of a pre-training run.
#[derive(Debug, Clone, PartialEq, Args, Serialize, Deserialize)]
pub struct PretrainConfig {
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
    /// Longest sentence that samples are drawn from, in words
    #[arg(long, help_heading = "Samples", default_value_t = 128)]
    pub max_words: usize,
    /// Longest sentence, in word-pieces with their borders
    #[arg(long, help_heading = "Samples", default_value_t = 128)]
    pub max_pieces: usize,
    /// Where spans come from: geometric or entity_like
    #[arg(long, value_parser = parse_lowercase::<SpanChoice>, help_heading = "Samples", default_value = "geometric")]
    pub span_choice: SpanChoice,
    /// Probability that a proposed span is entity-like
    #[arg(long, help_heading = "Samples", default_value_t = 0.5)]
    pub entity_share: f64,
    /// Shuffle words inside segments
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = true)]
    pub spo: bool,
    /// Orders of words in which a sentence is read, 2 to 6, the right one among them, as in the paper;
    /// by default, as in its code, one, which may be any
    #[arg(long, value_name = "ORDERS", help_heading = "Samples")]
    pub spo_permutations: Option<usize>,
    /// Mask pieces inside words
    #[arg(long, action = ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = true)]
    pub tbo: bool,
    /// Share of the pieces that is masked inside words
    #[arg(long, help_heading = "Samples", default_value_t = 0.15)]
    pub mask_share: f64,
    /// Most pieces masked inside words
    #[arg(long, help_heading = "Samples", default_value_t = 20)]
    pub mask_cap: usize,
    /// Share of the pieces hidden besides, whole word by whole word
    #[arg(long, help_heading = "Samples", default_value_t = 0.0)]
    pub whole_word_share: f64,
    /// Which pieces a view shows: those of its words, or as in the paper's code: word or reference
    #[arg(long, value_parser = parse_lowercase::<Alignment>, help_heading = "Samples", default_value = "word")]
    pub view_mask_alignment: Alignment,
    /// Share of the context's words that the target view shows in place of the context view
    #[arg(long, help_heading = "Samples", default_value_t = 0.0)]
    pub view_keep_prob: f64,

    /// Folder with the pre-trained encoder (config.json, weights, tokenizer), or a bundle
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    pub encoder: Option<PathBuf>,
    /// Run or bundle whose encoders to start from
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    pub init_from: Option<PathBuf>,
    /// What to take of it: encoder, span, pair or all
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub load_parts: Parts,
    /// Which of its networks: query or momentum
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    pub load_network: Network,
    /// Train nothing of the sentence encoder
    #[arg(long, help_heading = "Model")]
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

    /// Weight of the token boundary objective
    #[arg(long, help_heading = "Objectives", default_value_t = 0.5)]
    pub w_tbo: f64,
    /// Weight of the span permutation objective
    #[arg(long, help_heading = "Objectives", default_value_t = 1.0)]
    pub w_spo: f64,
    /// Weight of the contrastive span-pair objective
    #[arg(long, help_heading = "Objectives", default_value_t = 0.3)]
    pub w_cspo: f64,
    /// Predict masked pieces with the word embeddings instead of a matrix of its own
    #[arg(long, help_heading = "Objectives")]
    pub tbo_tied: bool,
    /// What is contrasted: mlp (behind a projection head) or none (the pair features)
    #[arg(long, value_parser = parse_lowercase::<ProjectionHead>, help_heading = "Objectives", default_value = "mlp")]
    pub proj_head: ProjectionHead,
    /// Length of queries and keys: none (as they come) or l2
    #[arg(long, value_parser = parse_lowercase::<Normalization>, help_heading = "Objectives", default_value = "none")]
    pub cspo_normalize: Normalization,
    /// Temperature of the contrast
    #[arg(long, help_heading = "Objectives", default_value_t = 0.2)]
    pub temperature: f64,
    /// Take the other sentences of a chunk as negatives too
    #[arg(long, help_heading = "Objectives")]
    pub in_batch_negatives: bool,
    /// Keys a queue holds
    #[arg(long, help_heading = "Objectives", default_value_t = 65_536)]
    pub queue_keys: usize,
    /// Share of the momentum network that a step keeps
    #[arg(long, help_heading = "Objectives", default_value_t = 0.999)]
    pub momentum: f64,
    /// Where the momentum network starts: copy (at the query network) or random
    #[arg(long, value_parser = parse_lowercase::<MomentumInit>, help_heading = "Objectives", default_value = "copy")]
    pub momentum_init: MomentumInit,
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
    /// Share of the schedule that warms up
    #[arg(long, help_heading = "Training", default_value_t = 0.45)]
    pub warmup: f64,
    /// Sentences per step
    #[arg(long, help_heading = "Training", default_value_t = 256)]
    pub batch: usize,
    /// Word-pieces of a view, padding included, that go through the model at once; 16 times as many on a GPU
    #[arg(long, help_heading = "Training", default_value_t = 256)]
    pub chunk: usize,
    /// Sentences of a micro-batch, for --mean-over micro
    #[arg(long, help_heading = "Training", default_value_t = 16)]
    pub micro_batch: usize,
    /// Peak learning rate of the highest encoder layer
    #[arg(long, help_heading = "Training", default_value_t = 1e-4)]
    pub learning_rate: f64,
    /// Peak learning rate of everything behind the encoder
    #[arg(long, help_heading = "Training", default_value_t = 1e-4)]
    pub head_lr: f64,
    /// Factor of the learning rate from one layer to the next lower one
    #[arg(long, help_heading = "Training", default_value_t = 1.0)]
    pub layer_decay: f64,
    /// Learning rate of the embedding tables
    #[arg(long, value_enum, help_heading = "Training", default_value_t = EmbeddingRate::Full)]
    pub lr_embeddings: EmbeddingRate,
    /// Weight decay
    #[arg(long, help_heading = "Training", default_value_t = 0.01)]
    pub weight_decay: f64,
    /// Decay biases and normalisation too, as the paper's code does
    #[arg(long, help_heading = "Training")]
    pub decay_all: bool,
    /// Correct AdamW's moments for their start at zero
    #[arg(long, help_heading = "Training")]
    pub adamw_bias_correction: bool,
    /// Largest gradient norm
    #[arg(long, help_heading = "Training", default_value_t = 1.0)]
    pub clip: f64,
    /// Steps between checkpoints
    #[arg(long, help_heading = "Training", default_value_t = 200)]
    pub save_every: usize,
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
    /// Peak learning rate of the sentence encoder.
    pub fn encoder_rate(&self) -> f64 {
        match self.freeze_encoder {
            true => 0.0,
            false => self.learning_rate,
        }
    }

    /// Checks what can be checked before anything is read.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag, [`Error::Core`] that names the field.
    pub fn validate(&self) -> Result<()> {
        required("--encoder", &self.encoder)?;
        if self.corpus.corpus.is_empty() {
            return Err(Error::Usage(
                "--corpus is missing; give at least one file or folder of text".into(),
            ));
        }
        if self.load_parts == Parts::Model {
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
            ("--save-every", self.save_every),
        ])?;
        for (flag, value, range) in [
            ("--dropout", self.dropout, Range::BelowOne),
            ("--learning-rate", self.learning_rate, Range::NotNegative),
            ("--head-lr", self.head_lr, Range::NotNegative),
            ("--layer-decay", self.layer_decay, Range::AboveZero),
            ("--warmup", self.warmup, Range::Share),
            ("--weight-decay", self.weight_decay, Range::NotNegative),
            ("--clip", self.clip, Range::Positive),
        ] {
            range.check(flag, value)?;
        }
        some_rate(&[self.encoder_rate(), self.head_lr])?;
        self.corpus.validate()?;
        self.sample().validate()?;
        self.objectives().validate()?;
        Ok(())
    }

    /// Settings of drawing.
    pub fn sample(&self) -> SampleConfig {
        SampleConfig {
            max_words: self.max_words,
            max_pieces: self.max_pieces,
            span_choice: self.span_choice,
            entity_share: self.entity_share,
            spo: self.spo,
            spo_permutations: self.spo_permutations,
            tbo: self.tbo,
            mask_share: self.mask_share,
            mask_cap: self.mask_cap,
            whole_word_share: self.whole_word_share,
            view_mask_alignment: self.view_mask_alignment,
            view_keep_prob: self.view_keep_prob,
            ..SampleConfig::default()
        }
    }

    /// Settings of the objectives.
    pub fn objectives(&self) -> ObjectiveConfig {
        ObjectiveConfig {
            w_tbo: self.w_tbo,
            w_spo: self.w_spo,
            w_cspo: self.w_cspo,
            tbo_tied: self.tbo_tied,
            proj_head: self.proj_head,
            cspo_normalize: self.cspo_normalize,
            temperature: self.temperature,
            in_batch_negatives: self.in_batch_negatives,
            queue_keys: self.queue_keys,
            momentum: self.momentum,
            momentum_init: self.momentum_init,
            ..ObjectiveConfig::default()
        }
    }

    /// Settings of the objective.
    pub fn objective(&self) -> PretrainSettings {
        PretrainSettings {
            objectives: self.objectives(),
            chunk: self.chunk,
            micro_batch: self.micro_batch,
            mean_over: self.mean_over,
        }
    }

    /// Sizes and switches of the network around an encoder.
    pub fn model(&self, encoder: EncoderConfig) -> ModelConfig {
        ModelConfig {
            dropout: self.dropout,
            cls_repr: self.cls_repr,
            pair_att_act: self.pair_att_act,
            empty_segment: self.empty_segment,
            ..ModelConfig::new(encoder, Profile::Fixed)
        }
    }
}
