//! Gradients of every module and of the joint loss against central differences.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_core::batch::{Gold, PieceBatch, Pieces, TrainBatch};
use spanlight_core::case::Case;
use spanlight_core::config::{EncoderConfig, PairActivation, RelationInput};
use spanlight_core::encoder::{Embeddings, Layer, SelfAttention};
use spanlight_core::joint::joint_loss;
use spanlight_core::ops::{Backward, Dense, Init, Pass};
use spanlight_core::pair::PairEncoder;
use spanlight_core::span::SpanEncoder;
use spanlight_core::tagger::{TagDecoding, tags_of};
use spanlight_core::weights::{load_state, state_of};
use spanlight_core::{JointModel, ModelConfig};
use spanlight_tests::{assert_close, gradients, random, tiny_schema, total, uniform, values};

/// Half the distance between the outer two points of a central difference.
const STEP: f32 = 1e-2;
/// Largest difference allowed, as a share of the largest gradient of the tensor.
const RELATIVE: f64 = 2e-2;
/// Rounding error of a difference quotient in single precision.
const ABSOLUTE: f64 = 3e-4;
/// A smaller gradient counts as 0.
const NONE: f64 = 1e-5;

/// Compares some entries of every parameter: those with the largest gradient, and random ones.
fn check<M: Module>(module: M, loss: impl Fn(&M, &Device) -> Tensor<1>) {
    check_those(module, |_| true, loss);
}

/// As above, for the parameters whose names `concerned` accepts.
fn check_those<M: Module>(
    module: M,
    concerned: impl Fn(&str) -> bool,
    loss: impl Fn(&M, &Device) -> Tensor<1>,
) {
    let plain = Device::flex();
    let mut state = block_on(state_of(&module)).unwrap();
    for (seed, array) in state.values_mut().enumerate() {
        // Generic values: neither zero biases nor unit gains.
        let noise = uniform(array.values.len(), seed as u64);
        array
            .values
            .iter_mut()
            .zip(noise)
            .for_each(|(value, noise)| *value += 0.5 * noise);
    }
    let module = load_state(module, state.clone()).unwrap();
    let grads = loss(&module, &plain.clone().autodiff()).backward();
    let ours = gradients(&module, &grads);
    let module = module.valid();
    let at = |name: &str, entry: usize, step: f32| {
        let mut state = state.clone();
        state.get_mut(name).unwrap().values[entry] += step;
        f64::from(loss(&load_state(module.clone(), state).unwrap(), &plain).into_scalar::<f32>())
    };

    let here = f64::from(loss(&module, &plain).into_scalar::<f32>());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let (mut compared, mut rough) = (0, 0);
    for (name, gradient) in ours.iter().filter(|(name, _)| concerned(name)) {
        let values = &gradient.values;
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()));
        let largest = f64::from(values[order[0]].abs());
        // The bias of the keys adds the same number to all scores of a query, so the softmax cancels it.
        if name.ends_with("key.bias") {
            assert!(largest < NONE, "{name} has the gradient {largest}");
        } else {
            assert!(largest > 10.0 * NONE, "{name} has no gradient");
        }
        order.truncate(3);
        order.extend((0..3).map(|_| rng.random_range(0..values.len())));
        for entry in order {
            // Slope and second difference, over a step to either side.
            let around = |step: f32| {
                let (right, left) = (at(name, entry, step), at(name, entry, -step));
                let step = f64::from(step);
                (
                    (right - left) / (2.0 * step),
                    (right - 2.0 * here + left) / step,
                )
            };
            let ((wide, bend), (narrow, half)) = (around(STEP), around(STEP / 2.0));
            let tolerance = RELATIVE * largest + ABSOLUTE;
            // Near a point at which another window becomes the maximum, the slopes of both steps differ
            // and second differences do not shrink.
            if 2.0 * (wide - narrow).abs() > tolerance || (bend - 2.0 * half).abs() > tolerance {
                rough += 1;
                continue;
            }
            let expected = (4.0 * narrow - wide) / 3.0;
            let found = f64::from(values[entry]);
            assert!(
                (found - expected).abs() < tolerance,
                "{name}[{entry}]: {found} instead of {expected}"
            );
            compared += 1;
        }
    }
    assert!(
        compared > 9 * rough,
        "{rough} of {} entries are at a kink",
        compared + rough
    );
}

/// A generic number of a tensor.
fn weighted<const D: usize>(output: Tensor<D>) -> Tensor<1> {
    let weights = random(output.dims(), 99, &output.device());
    (output * weights).sum()
}

fn encoder() -> EncoderConfig {
    EncoderConfig {
        vocab_size: 20,
        hidden_size: 8,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        intermediate_size: 12,
        max_position_embeddings: 12,
        type_vocab_size: 2,
        position_offset: 0,
        relative_attention_num_buckets: 0,
        layer_norm_eps: 1e-12,
    }
}

fn config() -> ModelConfig {
    ModelConfig {
        span_channels: 4,
        span_size: 6,
        attention_size: 5,
        position_size: 3,
        relation_size: 5,
        ..ModelConfig::new(encoder())
    }
}

/// Case of the words of pieces, given the initials of the kinds.
fn written(initials: &str) -> Vec<Case> {
    let kind = |initial| match initial {
        'L' => Case::Lower,
        'T' => Case::Title,
        'U' => Case::Upper,
        'M' => Case::Mixed,
        'D' => Case::Digits,
        _ => Case::Caseless,
    };
    initials.chars().map(kind).collect()
}

/// Two sentences of different length; the first has words of several pieces.
fn pieces() -> PieceBatch {
    PieceBatch::new(&[
        Pieces {
            ids: vec![2, 7, 8, 9, 10, 11, 12, 13, 3],
            first: vec![1, 2, 4, 5, 7],
            cases: written("-TLLUUMD"),
        },
        Pieces {
            ids: vec![2, 14, 7, 15, 16, 3],
            first: vec![1, 2, 3, 4],
            cases: written("-LTUD"),
        },
    ])
}

/// Gold spans and relations of these sentences, in both directions.
fn batch() -> TrainBatch {
    let gold = |words: usize, entities: &[((usize, usize), usize)], classes: &[usize]| {
        let spans: Vec<_> = entities.iter().map(|e| e.0).collect();
        let pairs = spans.windows(2).map(|pair| (pair[0], pair[1]));
        Gold {
            tags: tags_of(&spans, words),
            entities: entities.iter().copied().collect(),
            relations: pairs.zip(classes.iter().copied()).collect(),
        }
    };
    TrainBatch {
        pieces: pieces(),
        gold: vec![
            gold(5, &[((0, 1), 2), ((1, 3), 0), ((4, 5), 1)], &[0, 3]),
            gold(4, &[((0, 3), 1), ((3, 4), 0)], &[1]),
        ],
    }
}

fn check_joint(config: &ModelConfig, seed: Option<u64>) {
    check_joint_of(config, seed, |_| true);
}

fn check_joint_of(config: &ModelConfig, seed: Option<u64>, concerned: impl Fn(&str) -> bool) {
    let schema = tiny_schema();
    let device = Device::flex().autodiff();
    let model = JointModel::new(config, &schema, &mut Init::seeded(1), &device).unwrap();
    check_those(model, concerned, |model, _| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut pass = match seed {
            Some(seed) => Pass::training(seed, config.dropout),
            None => Pass::inference(),
        };
        let loss = block_on(joint_loss(
            model,
            &schema,
            &batch(),
            TagDecoding::default(),
            1.0,
            &mut rng,
            &mut pass,
        ))
        .unwrap();
        let counts = [loss.tag.count, loss.entity.count, loss.relation.count];
        assert_eq!(counts, [9, 5, 4]);
        // The gradient of the pooler passes through most layers; a large weight of relations keeps it above
        // the rounding error.
        total(loss, [45, 20, 1]).unwrap()
    });
}

/// Selecting rows in the way that suits a GPU gives the same numbers.
#[test]
fn rows_selected_as_on_a_gpu_have_the_same_gradients() {
    let config = ModelConfig {
        dropout: 0.0,
        relation_input: RelationInput::Edges,
        ..config()
    };
    let (schema, device) = (tiny_schema(), Device::flex().autodiff());
    let model = JointModel::new(&config, &schema, &mut Init::seeded(1), &device).unwrap();
    let found = |mut pass: Pass| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let (batch, decoding) = (batch(), TagDecoding::default());
        let loss = joint_loss(&model, &schema, &batch, decoding, 1.0, &mut rng, &mut pass);
        let total = total(block_on(loss).unwrap(), [9, 5, 4]).unwrap();
        let grads = total.backward();
        (gradients(&model, &grads), values(total.inner()))
    };
    let (selected, loss) = found(Pass::inference());
    let (gathered, same) = found(Pass::training_on_gpu(&device, 1, 0.0));
    assert_eq!(loss, same);
    for (name, array) in selected {
        assert_close(&gathered[&name].values, &array.values, 1e-6);
    }
}

/// As above, for parameters that many rows share: 300 and 256 rows are summed in two stages and multiplied
/// in two parts, 257 and 40 rows in one.
#[test]
fn shared_parameters_have_the_same_gradients_as_on_a_gpu() {
    let device = Device::flex().autodiff();
    let module = Dense::new(7, 6, &mut Init::seeded(1), &device);
    for rows in [300, 256, 257, 40] {
        let found = |mut pass: Pass| {
            let y = module.forward(random([rows, 7], 2, &device), &mut pass);
            let total = weighted(y.clone());
            let grads = total.backward();
            (gradients(&module, &grads), values(y.inner()))
        };
        let (plain, expected) = found(Pass::inference());
        let (staged, same) = found(Pass::training_on_gpu(&device, 1, 0.0));
        assert_close(&same, &expected, 1e-6);
        assert_eq!(plain.len(), 4);
        for (name, array) in plain {
            let largest = array.values.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
            assert_close(&staged[&name].values, &array.values, 1e-5 * largest);
        }
    }
}

#[test]
fn embeddings() {
    let module = Embeddings::new(&encoder(), &mut Init::seeded(1), &Device::flex().autodiff());
    check(module, |module, _| {
        weighted(module.forward(&pieces(), &mut Pass::inference()))
    });
}

#[test]
fn self_attention() {
    let module = SelfAttention::new(&encoder(), &mut Init::seeded(1), &Device::flex().autodiff());
    check(module, |module, device| {
        let x = random([18, 8], 1, device);
        weighted(module.forward(x, pieces().attention_mask(device), &mut Pass::inference()))
    });
}

#[test]
fn layer_with_dropout() {
    let module = Layer::new(&encoder(), &mut Init::seeded(1), &Device::flex().autodiff());
    check(module, |module, device| {
        let x = random([18, 8], 1, device);
        weighted(module.forward(
            x,
            pieces().attention_mask(device),
            &mut Pass::training(4, 0.2),
        ))
    });
}

#[test]
fn span_encoder() {
    let config = ModelConfig {
        span_kernels: vec![1, 2, 4],
        ..config()
    };
    let device = Device::flex().autodiff();
    let module = SpanEncoder::new(&config, &mut Init::seeded(1), &device);
    let tail = module.tail();
    check(module, |module, device| {
        let words = Tensor::cat(
            vec![random([14, 8], 1, device), Tensor::zeros([tail, 8], device)],
            0,
        );
        let spans = [(0, 1), (3, 3), (2, 4), (5, 8), (0, 9), (1, 14)];
        weighted(module.forward(words, &spans, &mut Pass::training(4, 0.2)))
    });
}

#[test]
fn dense() {
    let module = Dense::new(7, 6, &mut Init::seeded(1), &Device::flex().autodiff());
    check(module, |module, device| {
        weighted(module.forward(random([5, 7], 1, device), &mut Pass::training(4, 0.2)))
    });
}

#[test]
fn pair_encoder() {
    for act in [PairActivation::Gelu, PairActivation::Tanh] {
        let config = ModelConfig {
            pair_att_act: act,
            ..config()
        };
        let module = PairEncoder::new(&config, &mut Init::seeded(1), &Device::flex().autodiff());
        check(module, |module, device| {
            let found = module.forward(
                random([3, 5, 6], 1, device),
                random([2, 8], 2, device),
                &[0, 0, 1],
                Backward::Serial,
            );
            weighted(found.features)
        });
    }
}

#[test]
fn joint_loss_of_the_default_switches() {
    check_joint(&config(), None);
}

#[test]
fn joint_loss_with_case() {
    let config = ModelConfig {
        case: true,
        ..config()
    };
    check_joint(&config, None);
}

#[test]
fn joint_loss_with_the_words_next_to_spans() {
    let edges = ModelConfig {
        relation_input: RelationInput::Edges,
        ..config()
    };
    // Relations depend on types, but their gradient stops there, so difference quotients of the layers
    // below differ from the gradient.
    check_joint_of(&edges, None, |name| name.starts_with("relation."));
}

#[test]
fn joint_loss_with_dropout() {
    check_joint(
        &ModelConfig {
            dropout: 0.2,
            ..config()
        },
        Some(4),
    );
}

#[test]
fn joint_loss_of_the_other_switches() {
    let reference = ModelConfig::new(encoder()).with_reference_quirks();
    let other = ModelConfig {
        empty_segment: reference.empty_segment,
        tag_pad_class: reference.tag_pad_class,
        pair_att_act: PairActivation::Tanh,
        share_span_encoder: true,
        ..config()
    };
    check_joint(&other, None);
}
