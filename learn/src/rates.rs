//! Discriminative learning rates (method §5): each layer learns a constant factor slower than the
//! next one, and what stands behind the sentence encoder has rates of its own.

use burn::module::Module;
use serde::{Deserialize, Serialize};
use spanlight_core::pretrain::PretrainModel;
use spanlight_core::{Encoders, JointModel};

use crate::{Group, Groups};

/// What happens to the embedding tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
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
    /// Of the highest layer of the sentence encoder; 0 freezes the whole sentence encoder.
    pub encoder: f64,
    /// Of span and span-pair encoders.
    pub spans: f64,
    /// Of all other parts.
    pub head: f64,
    /// From one layer to the next lower one.
    pub layer_decay: f64,
    /// Of the embedding tables.
    pub embeddings: EmbeddingRate,
    /// Whether biases and normalisation decay too.
    pub decay_all: bool,
}

impl Rates {
    /// The groups of a joint model.
    pub fn of_joint(self, model: &JointModel) -> Groups {
        let mut groups = Groups::default();
        self.set(&mut groups, model, self.head);
        self.set_encoders(&mut groups, &model.encoders);
        self.set(&mut groups, &model.context, self.spans);
        groups
    }

    /// The groups of a pre-training model.
    pub fn of_pretraining(self, model: &PretrainModel) -> Groups {
        let mut groups = Groups::default();
        self.set(&mut groups, model, self.head);
        self.set_encoders(&mut groups, &model.network.encoders);
        groups
    }

    fn set_encoders(self, groups: &mut Groups, encoders: &Encoders) {
        let sentence = &encoders.sentence;
        let layers = sentence.layers.len();
        let below = |steps: usize| self.encoder * self.layer_decay.powi(steps as i32);
        self.set(groups, sentence, self.encoder);
        for (layer, module) in sentence.layers.iter().enumerate() {
            self.set(groups, module, below(layers - 1 - layer));
        }
        let embeddings = match self.embeddings {
            EmbeddingRate::Frozen => 0.0,
            EmbeddingRate::Lowest => below(layers),
            EmbeddingRate::Full => self.encoder,
        };
        self.set(groups, &sentence.embeddings, embeddings);
        self.set(groups, &encoders.span, self.spans);
        self.set(groups, &encoders.pair, self.spans);
    }

    /// Puts a part of a model at a rate. Its vectors are biases and the weights of normalisation.
    fn set<M: Module>(self, groups: &mut Groups, part: &M, learning_rate: f64) {
        groups.insert(part, |dimensions| Group {
            learning_rate,
            decay: self.decay_all || dimensions > 1,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::module::{ModuleVisitor, Param, ParamId};
    use burn::tensor::{Device, Tensor};
    use spanlight_core::Schema;
    use spanlight_core::config::{ModelConfig, RelationInput};
    use spanlight_core::ops::Init;
    use spanlight_core::pretrain::ObjectiveConfig;
    use spanlight_tests::invented::quiet_config;

    use super::*;

    const RATES: Rates = Rates {
        encoder: 2.5e-5,
        spans: 1e-5,
        head: 5e-4,
        layer_decay: 0.9,
        embeddings: EmbeddingRate::Lowest,
        decay_all: false,
    };

    /// All parameters by their paths.
    fn parameters<M: Module>(model: &M) -> BTreeMap<String, ParamId> {
        #[derive(Default)]
        struct Namer {
            path: Vec<String>,
            names: BTreeMap<String, ParamId>,
        }
        impl ModuleVisitor for Namer {
            fn enter_module(&mut self, name: &str, _: &str) {
                self.path.push(name.into());
            }
            fn exit_module(&mut self, _: &str, _: &str) {
                self.path.pop();
            }
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                self.names.insert(self.path.join("."), param.id);
            }
        }
        let mut namer = Namer::default();
        model.visit(&mut namer);
        namer.names
    }

    fn joint() -> JointModel {
        let config = ModelConfig {
            relation_input: RelationInput::Edges,
            case: true,
            ..quiet_config()
        };
        let schema = Schema {
            entities: vec!["A".into()],
            relations: vec!["R".into()],
            symmetric: Vec::new(),
        };
        JointModel::new(&config, &schema, &mut Init::blank(), &Device::flex()).unwrap()
    }

    fn pretraining() -> PretrainModel {
        let objectives = ObjectiveConfig::default();
        let (config, init) = (quiet_config(), &mut Init::blank());
        PretrainModel::new(&config, &objectives, init, &Device::flex()).unwrap()
    }

    #[test]
    fn layers_learn_as_in_the_papers_code() {
        let mut model = joint();
        let layer = |_| joint().encoders.sentence.layers.remove(0);
        model.encoders.sentence.layers = (0..12).map(layer).collect();
        let groups = RATES.of_joint(&model);
        let expected = [
            7.85e-6, 8.72e-6, 9.69e-6, 1.076e-5, 1.196e-5, 1.329e-5, 1.476e-5, 1.640e-5, 1.823e-5,
            2.025e-5, 2.25e-5, 2.5e-5,
        ];
        for (layer, expected) in model.encoders.sentence.layers.iter().zip(expected) {
            for (name, id) in parameters(layer) {
                let got = groups.of(id).learning_rate;
                assert!((got / expected - 1.0).abs() < 1e-3, "{name}: {got}");
            }
        }
        for id in parameters(&model.encoders.sentence.embeddings).into_values() {
            assert!(groups.of(id).learning_rate < 7.85e-6);
        }
        let rates = |ids: BTreeMap<String, ParamId>| -> Vec<f64> {
            let ids = ids.into_values();
            ids.map(|id| groups.of(id).learning_rate).collect()
        };
        assert_eq!(
            rates(parameters(&model.encoders.sentence.pooler)),
            [2.5e-5; 2]
        );
        for found in [
            rates(parameters(&model.encoders.span)),
            rates(parameters(&model.context)),
            rates(parameters(&model.encoders.pair)),
        ] {
            assert!(found.len() > 3 && found.iter().all(|rate| *rate == 1e-5));
        }
    }

    /// Rate and decay by the name of a parameter, as they were before groups were made of fields.
    fn by_name(rates: Rates, name: &str, prefix: &str, spans: &[&str], layers: usize) -> Group {
        let below = |steps: usize| rates.encoder * rates.layer_decay.powi(steps as i32);
        let learning_rate = match name.strip_prefix(prefix) {
            Some(inside) => {
                let layer: Option<usize> = inside
                    .strip_prefix("layers.")
                    .and_then(|rest| rest.split('.').next()?.parse().ok());
                match layer {
                    Some(layer) => below(layers - 1 - layer),
                    None if inside.starts_with("embeddings.") => match rates.embeddings {
                        EmbeddingRate::Frozen => 0.0,
                        EmbeddingRate::Lowest => below(layers),
                        EmbeddingRate::Full => rates.encoder,
                    },
                    None => rates.encoder,
                }
            }
            None if spans.iter().any(|part| name.starts_with(part)) => rates.spans,
            None => rates.head,
        };
        let spared = name.ends_with("bias") || name.contains("norm.");
        Group {
            learning_rate,
            decay: rates.decay_all || !spared,
        }
    }

    #[test]
    fn every_parameter_is_in_the_group_that_its_name_says() {
        let (joint, pretraining) = (joint(), pretraining());
        for embeddings in [
            EmbeddingRate::Frozen,
            EmbeddingRate::Lowest,
            EmbeddingRate::Full,
        ] {
            for decay_all in [false, true] {
                let rates = Rates {
                    embeddings,
                    decay_all,
                    ..RATES
                };
                let layers = joint.encoders.sentence.layers.len();
                let groups = rates.of_joint(&joint);
                let spans = ["encoders.span.", "encoders.pair.", "context."];
                let named = parameters(&joint);
                assert!(named.len() > 30);
                for (name, id) in named {
                    let expected = by_name(rates, &name, "encoders.sentence.", &spans, layers);
                    assert_eq!(groups.of(id), expected, "{name}");
                }
                let groups = rates.of_pretraining(&pretraining);
                let spans = ["network.encoders.span.", "network.encoders.pair."];
                for (name, id) in parameters(&pretraining) {
                    let expected =
                        by_name(rates, &name, "network.encoders.sentence.", &spans, layers);
                    assert_eq!(groups.of(id), expected, "{name}");
                }
            }
        }
    }
}
