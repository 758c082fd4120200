//! Where a run starts: a pre-trained sentence encoder, and what an earlier run or a bundle has learned
//! (method §3.8).

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use spanlight_core::bundle::MANIFEST;
use spanlight_core::ops::Init;
use spanlight_core::weights::{StateDict, current_names, load_state, read_safetensors};
use spanlight_core::{Encoders, ModelConfig};

use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::model;
use crate::settings::required;
use crate::store::{FINETUNED, PRETRAINED, read};

/// Where a run starts.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
pub struct StartConfig {
    /// Folder with the pre-trained encoder (config.json, weights, tokenizer), or a bundle
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    pub encoder: Option<PathBuf>,
    /// Run of pre-training or fine-tuning, or bundle, whose encoders to start from
    #[arg(long, value_name = "FOLDER", help_heading = "Model")]
    #[serde(default)]
    pub init_from: Option<PathBuf>,
    /// What to take of it: encoder, span, pair, all or, to fine-tune a model further for labels that include
    /// those of the data, model
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    #[serde(default)]
    pub load_parts: Parts,
    /// Which of its networks: query or momentum
    #[arg(long, value_enum, help_heading = "Model", default_value_t)]
    #[serde(default)]
    pub load_network: Network,
}

/// Which encoders to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parts {
    /// Sentence encoder
    Encoder,
    /// Sentence and span encoder
    Span,
    /// Span and span-pair encoder
    Pair,
    /// Sentence, span and span-pair encoder
    #[default]
    All,
    /// All of a fine-tuned model, its heads and labels too
    Model,
}

impl Parts {
    /// Whether the sentence encoder is taken.
    pub fn sentence(self) -> bool {
        self != Self::Pair
    }

    /// Whether the span encoder is taken.
    pub fn span(self) -> bool {
        self != Self::Encoder
    }

    /// Whether the span-pair encoder is taken.
    pub fn pair(self) -> bool {
        !matches!(self, Self::Encoder | Self::Span)
    }
}

/// Which network of a pre-training to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// The trained one
    #[default]
    Query,
    /// Its slow average
    Momentum,
}

impl StartConfig {
    /// The folder of the pre-trained encoder.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none, and those of [`EncoderFolder::open`].
    pub fn encoder(&self) -> Result<EncoderFolder<'_>> {
        EncoderFolder::open(required("--encoder", self.encoder.as_deref())?)
    }

    /// The fine-tuned model that is trained further, if one is.
    pub fn whole_model(&self) -> Option<&Path> {
        (self.init_from.as_deref()).filter(|_| self.load_parts == Parts::Model)
    }

    /// The earlier run that the sentence encoder is taken from, if it is.
    pub fn sentence_encoder(&self) -> Option<&Path> {
        (self.init_from.as_deref()).filter(|_| self.load_parts.sentence())
    }

    /// What the earlier run has learned, if there is one and a part of it is taken.
    ///
    /// # Errors
    /// Those of [`EarlierEncoders::open`].
    pub fn earlier(&self) -> Result<Option<EarlierEncoders<'_>>> {
        match self.init_from.as_deref() {
            Some(folder) if self.load_parts != Parts::Model => {
                let earlier = EarlierEncoders::open(folder, self.load_parts, self.load_network)?;
                Ok(Some(earlier))
            }
            _ => Ok(None),
        }
    }
}

/// The encoders of an earlier run or of a bundle. Heads stay behind, and so does the context encoder of a
/// fine-tuned model.
pub struct EarlierEncoders<'a> {
    folder: &'a Path,
    parts: Parts,
    config: ModelConfig,
    /// Parameters of [`Encoders`].
    weights: StateDict,
    pretrained: bool,
}

impl<'a> EarlierEncoders<'a> {
    /// Reads the encoders.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder holds neither a trained run nor a bundle, [`Error::Core`] for a
    /// damaged one.
    pub fn open(folder: &'a Path, parts: Parts, network: Network) -> Result<Self> {
        let pretrained = folder.join(PRETRAINED);
        let finetuned = [MANIFEST, FINETUNED].map(|name| folder.join(name).exists());
        if pretrained.exists() {
            let weights = current_names(read_safetensors(&read(&pretrained)?)?);
            let prefix = match network {
                Network::Query => "network.encoders.",
                Network::Momentum => "momentum.network.encoders.",
            };
            let config = model::settings(folder)?.model;
            return Self::of(folder, parts, config, weights, prefix, true);
        }
        if !finetuned.contains(&true) {
            return Err(unfit(
                folder,
                format!(
                    "holds neither {PRETRAINED} nor {FINETUNED} nor {MANIFEST}; it must be a bundle or the folder of a run that has saved"
                ),
            ));
        }
        if network == Network::Momentum {
            return Err(unfit(
                folder,
                "is a fine-tuning, which has no momentum network; use --load-network query".into(),
            ));
        }
        let saved = model::open(folder)?;
        let (config, weights) = (saved.config.model, saved.weights);
        Self::of(folder, parts, config, weights, "encoders.", false)
    }

    fn of(
        folder: &'a Path,
        parts: Parts,
        config: ModelConfig,
        weights: StateDict,
        prefix: &str,
        pretrained: bool,
    ) -> Result<Self> {
        let weights: StateDict = (weights.into_iter())
            .filter_map(|(name, array)| Some((name.strip_prefix(prefix)?.to_owned(), array)))
            .collect();
        if weights.is_empty() {
            return Err(unfit(folder, "holds no such network".into()));
        }
        Ok(Self {
            folder,
            parts,
            config,
            weights,
            pretrained,
        })
    }

    /// The encoders, for a model of another configuration. Its switches decide what the encoders compute, so
    /// those that change what the weights mean must be as they were.
    ///
    /// # Errors
    /// [`Error::Folder`] that names the switch or the size that differs; [`Error::Core`] for weights that do
    /// not fit their own configuration.
    pub fn load(&self, wanted: &ModelConfig, device: &Device) -> Result<Encoders> {
        self.check(wanted)?;
        let config = ModelConfig {
            cls_repr: wanted.cls_repr,
            pair_att_act: wanted.pair_att_act,
            empty_segment: wanted.empty_segment,
            ..self.config.clone()
        };
        let blank = Encoders::new(&config, &mut Init::blank(), device);
        Ok(load_state(blank, self.weights.clone())?)
    }

    fn check(&self, wanted: &ModelConfig) -> Result<()> {
        let (parts, theirs) = (self.parts, &self.config);
        if parts.sentence() && theirs.encoder != wanted.encoder {
            return Err(other_encoder(self.folder));
        }
        let sizes = |config: &ModelConfig| {
            let of_spans = (config.span_kernels.clone(), config.span_channels);
            let of_pairs = [config.attention_size, config.position_size];
            (
                [config.encoder.hidden_size, config.span_size],
                parts.span().then_some(of_spans),
                parts.pair().then_some(of_pairs),
            )
        };
        if parts != Parts::Encoder && sizes(theirs) != sizes(wanted) {
            return Err(unfit(
                self.folder,
                "has span and span-pair encoders of other sizes than this run".into(),
            ));
        }
        let mut switches = Vec::new();
        if parts.pair() {
            // The attention of the span-pair encoder reads the sentence vector.
            switches.extend(["cls_repr", "pair_att_act"]);
        }
        // The authors' code has empty segments convolved in pre-training and zero in fine-tuning (method §8).
        if parts.span() && !self.pretrained {
            switches.push("empty_segment");
        }
        same_switches(self.folder, &switches, theirs, wanted)
    }
}

/// Refuses weights that were trained under other switches, which change what weights mean and not their shapes.
///
/// # Errors
/// [`Error::Folder`] that names the switch and its flag.
pub fn same_switches(
    folder: &Path,
    names: &[&str],
    theirs: &ModelConfig,
    wanted: &ModelConfig,
) -> Result<()> {
    let settings = |config| serde_json::to_value(config).unwrap_or_default();
    let (theirs, wanted) = (settings(theirs), settings(wanted));
    match names.iter().find(|name| theirs[**name] != wanted[**name]) {
        None => Ok(()),
        Some(name) => Err(unfit(
            folder,
            format!(
                "was trained with {name} = {}, not {}; give --{} as it was",
                theirs[*name],
                wanted[*name],
                name.replace('_', "-")
            ),
        )),
    }
}

/// Refuses a folder whose encoder has other sizes.
pub fn other_encoder(folder: &Path) -> Error {
    unfit(
        folder,
        "has an encoder of other sizes than --encoder; name the one it started from, or a bundle as both".into(),
    )
}

/// Takes some of the encoders in place of a model's own.
pub fn take(parts: Parts, from: Encoders, into: &mut Encoders) {
    if parts.sentence() {
        into.sentence = from.sentence;
    }
    if parts.span() {
        into.span = from.span;
    }
    if parts.pair() {
        into.pair = from.pair;
    }
}

/// Refuses a folder.
pub fn unfit(folder: &Path, problem: String) -> Error {
    Error::Folder {
        path: folder.into(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::Decoding;
    use spanlight_core::config::{ClsRepr, EmptySegment, ModelSettings, PairActivation};
    use spanlight_core::pretrain::{ObjectiveConfig, PretrainModel};
    use spanlight_core::weights::{state_of, write_safetensors};
    use spanlight_tests::invented::quiet_config;

    use super::*;
    use crate::store::{MODEL, write_json};

    /// A pre-trained run.
    fn pretrained(config: &ModelConfig) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let objectives = ObjectiveConfig::default();
        let init = &mut Init::seeded(1);
        let model = PretrainModel::new(config, &objectives, init, &Device::flex()).unwrap();
        let state = pollster::block_on(state_of(&model)).unwrap();
        let bytes = write_safetensors(&state, None).unwrap();
        std::fs::write(folder.path().join(PRETRAINED), bytes).unwrap();
        let settings = ModelSettings {
            model: config.clone(),
            decoding: Decoding::default(),
        };
        write_json(&folder.path().join(MODEL), &settings).unwrap();
        folder
    }

    fn load(run: &Path, parts: Parts, wanted: &ModelConfig) -> Result<Encoders> {
        let earlier = EarlierEncoders::open(run, parts, Network::Query)?;
        earlier.load(wanted, &Device::flex())
    }

    #[test]
    fn switches_that_change_what_weights_mean_are_those_of_the_earlier_run() {
        let config = quiet_config();
        let run = pretrained(&config);
        let refused = |change: &dyn Fn(&mut ModelConfig), flag: &str| {
            let mut wanted = config.clone();
            change(&mut wanted);
            for parts in [Parts::Pair, Parts::All] {
                let message = load(run.path(), parts, &wanted).unwrap_err().to_string();
                assert!(
                    message.contains(&format!("give {flag} as it was")),
                    "{message}"
                );
            }
            // The sentence encoder alone knows nothing of them.
            load(run.path(), Parts::Encoder, &wanted).unwrap();
        };
        refused(&|c| c.cls_repr = ClsRepr::Raw, "--cls-repr");
        refused(&|c| c.pair_att_act = PairActivation::Tanh, "--pair-att-act");
        load(run.path(), Parts::All, &config).unwrap();
        // As in the authors' code.
        let wanted = ModelConfig {
            empty_segment: EmptySegment::Zero,
            ..config
        };
        load(run.path(), Parts::All, &wanted).unwrap();
    }

    #[test]
    fn encoders_of_other_sizes_are_refused() {
        let config = quiet_config();
        let run = pretrained(&config);
        let mut wanted = config.clone();
        wanted.encoder.vocab_size += 1;
        let message = load(run.path(), Parts::All, &wanted)
            .unwrap_err()
            .to_string();
        assert!(message.contains("--encoder"), "{message}");
        // Spans and pairs do not depend on the vocabulary.
        load(run.path(), Parts::Pair, &wanted).unwrap();
        wanted.span_size += 1;
        let message = load(run.path(), Parts::Pair, &wanted)
            .unwrap_err()
            .to_string();
        assert!(message.contains("other sizes"), "{message}");
    }
}
