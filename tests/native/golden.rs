//! Golden values of the method (§10.1 to §10.3), computed independently in f64.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use spanlight_core::ModelConfig;
use spanlight_core::config::{EncoderConfig, PairActivation};
use spanlight_core::ops::{Backward, Dense, Init, Pass};
use spanlight_core::pair::PairEncoder;
use spanlight_core::span::SpanCnn;
use spanlight_core::weights::{Array, load_state};
use spanlight_tests::{uniform, values};

fn load<M: Module>(module: M, arrays: &[(&str, &[usize], &[f32])]) -> M {
    let array = |shape: &[usize], values: &[f32]| Array {
        shape: shape.to_vec(),
        values: values.to_vec(),
    };
    load_state(
        module,
        arrays
            .iter()
            .map(|(name, shape, values)| (name.to_string(), array(shape, values)))
            .collect(),
    )
    .unwrap()
}

fn matrix(rows: usize, values: &[f32]) -> Tensor<2> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), [rows, values.len() / rows]),
        &Device::flex(),
    )
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let worst = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst < 2e-6, "{found:?} instead of {expected:?}");
}

#[test]
fn span_cnn() {
    let weight = [[[0.3, -0.2], [0.1, 0.4]], [[-0.5, 0.25], [0.2, -0.1]]]; // [channel][word feature][time]
    // The golden values read the words from last to first, which equals reversed kernels.
    let taps: Vec<f32> = [1, 0]
        .iter()
        .flat_map(|&t| weight.map(|channel| channel.map(|row| row[t])))
        .flatten()
        .collect();
    let cnn = SpanCnn::new(2, &[2], 2, &mut Init::blank(), &Device::flex());
    let cnn = load(
        cnn,
        &[
            ("taps.weight", &[4, 2], &taps),
            ("bias", &[2], &[-0.1, 0.05]),
        ],
    );
    let words = [1.0, 0.0, 0.5, -1.0, 2.0, 1.0, -1.0, 0.5];
    let spans = [(1, 3), (0, 4), (3, 4), (2, 2)];
    let expected = [
        0.053983, 0.303140, 0.185373, 0.895798, 0.185373, 0.482400, -0.046017, 0.025997,
    ];
    let alone = [&words[..], &[0.0; 2]].concat();
    assert_close(
        &values(cnn.forward(matrix(5, &alone), &spans, Backward::Serial)),
        &expected,
    );
    let padded = [&words[..], &[0.0; 8]].concat();
    assert_close(
        &values(cnn.forward(matrix(8, &padded), &spans, Backward::Serial)),
        &expected,
    );
    let followed = [&words[..], &uniform(6, 1), &[0.0; 2]].concat();
    assert_close(
        &values(cnn.forward(matrix(8, &followed), &spans, Backward::Serial)),
        &expected,
    );
}

#[test]
fn gelu() {
    let found = values(activation::gelu(matrix(1, &[1.0, -2.0, 0.5, 3.0])));
    assert_close(&found, &[0.841345, -0.0455, 0.345731, 2.99595]);
}

#[test]
fn dense() {
    let dense = Dense::new(4, 3, &mut Init::blank(), &Device::flex());
    let weight = [
        0.2, -0.1, 0.4, 0.0, 1.0, 0.5, -0.3, 0.2, -0.6, 0.1, 0.1, 0.3,
    ];
    let dense = load(
        dense,
        &[
            ("linear.weight", &[3, 4], &weight),
            ("linear.bias", &[3], &[0.1, -0.2, 0.3]),
            ("norm.gamma", &[3], &[1.0; 3]),
            ("norm.beta", &[3], &[0.0; 3]),
        ],
    );
    let x = matrix(1, &[1.0, -2.0, 0.5, 3.0]);
    let found = values(dense.forward(x, &mut Pass::inference()));
    assert_close(&found, &[1.295942, -1.138278, -0.157663]);
}

/// Attention over the toy segments: weights and output.
fn attend(act: PairActivation) -> (Vec<f32>, Vec<f32>) {
    let encoder = EncoderConfig {
        vocab_size: 1,
        hidden_size: 1,
        num_hidden_layers: 0,
        num_attention_heads: 1,
        intermediate_size: 1,
        max_position_embeddings: 3,
        type_vocab_size: 1,
        position_offset: 0,
        relative_attention_num_buckets: 0,
        layer_norm_eps: 1e-12,
    };
    let config = ModelConfig {
        span_size: 2,
        attention_size: 2,
        position_size: 7,
        pair_att_act: act,
        ..ModelConfig::new(encoder)
    };
    // One-hot positions: a quarter of every W_p p_j comes with the position relative to s1 (rows 2
    // to 6), the rest with the one relative to s2 (rows 0 to 4).
    let products = [[0.1, 0.0], [0.0, 0.1], [0.2, -0.1], [-0.1, 0.1], [0.0, 0.0]];
    let mut position = [0.0; 7 * 7];
    (0..7).for_each(|i| position[8 * i] = 1.0);
    let mut feature = [0.0; 2 * 14];
    for (j, product) in products.iter().enumerate() {
        for (row, value) in product.iter().enumerate() {
            feature[14 * row + 2 + j] = 0.25 * value;
            feature[14 * row + 7 + j] = 0.75 * value;
        }
    }
    let device = Device::flex();
    let pair = load(
        PairEncoder::new(&config, &mut Init::blank(), &device),
        &[
            ("position.weight", &[7, 7], &position),
            ("input.weight", &[2, 2], &[0.5, -0.3, 0.2, 0.1]),
            ("query.weight", &[2, 1], &[0.05, -0.1]),
            ("feature.weight", &[2, 14], &feature),
            ("score.weight", &[1, 2], &[0.7, -0.4]),
        ],
    );
    let segments =
        matrix(5, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, -0.5, -1.0, 0.2]).reshape([1, 5, 2]);
    let found = pair.forward(segments, matrix(1, &[1.0]), &[0], Backward::Serial);
    (values(found.weights), values(found.features))
}

#[test]
fn attention_with_gelu() {
    let (weights, features) = attend(PairActivation::Gelu);
    assert_close(
        &weights,
        &[0.245499, 0.163267, 0.216548, 0.207023, 0.167664],
    );
    assert_close(&features, &[0.397894, 0.309836]);
}

#[test]
fn attention_with_tanh() {
    assert_close(&attend(PairActivation::Tanh).1, &[0.455828, 0.294199]);
}
