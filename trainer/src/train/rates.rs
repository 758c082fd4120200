//! Discriminative learning rates (method §5): each layer learns a constant factor slower than the
//! next one, what stands behind the encoder at a rate of its own.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Group, Groups};

/// What happens to the embedding tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmbeddingRate {
    /// They stay as they are.
    Frozen,
    /// They learn slower than the lowest layer.
    Lowest,
    /// They learn like the highest layer.
    Full,
}

/// Peak learning rates of the parts of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Of the highest layer of the sentence encoder; 0 freezes all of the encoder.
    pub encoder: f64,
    /// Of span and span-pair encoders.
    pub spans: f64,
    /// Of everything behind them.
    pub head: f64,
    /// From one layer to the next lower one.
    pub layer_decay: f64,
    /// Of the embedding tables.
    pub embeddings: EmbeddingRate,
    /// Whether biases and normalisation decay too.
    pub decay_all: bool,
}

/// How the names of parameters of span and span-pair encoders begin, in fine-tuning and pre-training.
const SPANS: [&str; 5] = [
    "entity.",
    "context.",
    "pair.",
    "network.span.",
    "network.pair.",
];

impl Rates {
    /// The groups of a model whose encoder has this prefix and number of layers.
    pub fn groups(self, prefix: &'static str, layers: usize) -> Groups {
        Groups::new(move |name| {
            let learning_rate = match name.strip_prefix(prefix) {
                Some(inside) => self.inside(inside, layers),
                None if SPANS.iter().any(|part| name.starts_with(part)) => self.spans,
                None => self.head,
            };
            let spared = name.ends_with("bias") || name.contains("norm.");
            Group {
                learning_rate,
                decay: self.decay_all || !spared,
            }
        })
    }

    fn inside(self, name: &str, layers: usize) -> f64 {
        let layer: Option<usize> = name
            .strip_prefix("layers.")
            .and_then(|rest| rest.split('.').next()?.parse().ok());
        let below = |steps: usize| self.encoder * self.layer_decay.powi(steps as i32);
        match layer {
            Some(layer) => below((layers - 1).saturating_sub(layer)),
            None if name.starts_with("embeddings.") => match self.embeddings {
                EmbeddingRate::Frozen => 0.0,
                EmbeddingRate::Lowest => below(layers),
                EmbeddingRate::Full => self.encoder,
            },
            None => self.encoder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_learn_as_in_the_papers_code() {
        let rates = Rates {
            encoder: 2.5e-5,
            spans: 1e-5,
            head: 5e-4,
            layer_decay: 0.9,
            embeddings: EmbeddingRate::Lowest,
            decay_all: false,
        };
        let groups = rates.groups("network.encoder.", 12);
        let rate = |name: &str| groups.of(name).learning_rate;
        let expected = [
            7.85e-6, 8.72e-6, 9.69e-6, 1.076e-5, 1.196e-5, 1.329e-5, 1.476e-5, 1.640e-5, 1.823e-5,
            2.025e-5, 2.25e-5, 2.5e-5,
        ];
        for (layer, expected) in expected.into_iter().enumerate() {
            let got = rate(&format!("network.encoder.layers.{layer}.inner.weight"));
            assert!((got / expected - 1.0).abs() < 1e-3, "layer {layer}: {got}");
        }
        assert!(rate("network.encoder.embeddings.word.weight") < 7.85e-6);
        assert_eq!(rate("network.encoder.pooler.weight"), 2.5e-5);
        for name in [
            "network.span.dense.linear.weight",
            "entity.dense.linear.weight",
            "pair.query.bias",
        ] {
            assert_eq!(rate(name), 1e-5, "{name}");
        }
        for name in ["entity_head.weight", "relation_head.bias", "tagger.weight"] {
            assert_eq!(rate(name), 5e-4, "{name}");
        }
    }

    #[test]
    fn biases_and_normalisation_decay_only_if_all_does() {
        let rates = Rates {
            encoder: 1e-4,
            spans: 1e-4,
            head: 1e-4,
            layer_decay: 1.0,
            embeddings: EmbeddingRate::Full,
            decay_all: false,
        };
        let spared = [
            "network.span.dense.norm.gamma",
            "network.span.dense.norm.beta",
            "network.span.dense.linear.bias",
            "network.encoder.layers.0.attention.query.bias",
            "network.encoder.embeddings.norm.gamma",
            "boundary.bias",
        ];
        let decaying = [
            "network.span.dense.linear.weight",
            "network.encoder.embeddings.word.weight",
            "boundary.position.weight",
        ];
        for decay_all in [false, true] {
            let groups = Rates { decay_all, ..rates }.groups("network.encoder.", 2);
            for name in spared {
                assert_eq!(groups.of(name).decay, decay_all, "{name}");
            }
            for name in decaying {
                assert!(groups.of(name).decay, "{name}");
            }
        }
    }
}
