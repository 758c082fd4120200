//! Contrastive objective: logits and losses of the method (§3.7), and the effect of each of its settings.

use burn::tensor::{Device, Tensor, TensorData};
use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::config::Normalization;
use spanlight_core::pretrain::cspo::{logits, loss, normalize};
use spanlight_tests::{assert_close, values};

const QUERIES: [[f32; 2]; 2] = [[0.5, 1.0], [-1.0, 0.2]];
const KEYS: [[f32; 2]; 2] = [[0.4, 0.9], [-0.8, 0.1]];
const QUEUE: [[f32; 2]; 3] = [[1.0, 0.0], [0.0, -1.0], [0.3, 0.3]];

/// Logits of the own keys and of the queue, at the temperature of the paper.
const GOLDEN: [[f32; 4]; 2] = [[5.5, 2.5, -5.0, 2.25], [4.1, -5.0, -1.0, -1.2]];

fn matrix(rows: &[[f32; 2]]) -> Tensor<2> {
    let data = TensorData::new(rows.concat(), [rows.len(), 2]);
    Tensor::from_data(data, &Device::flex())
}

/// Logits of the queue, if there is one.
fn scores(queue: Option<&[[f32; 2]]>, config: &ObjectiveConfig) -> Option<Tensor<2>> {
    let queue = queue.map(matrix);
    logits(matrix(&QUERIES), matrix(&KEYS), queue, config)
}

fn in_batch() -> ObjectiveConfig {
    ObjectiveConfig {
        in_batch_negatives: true,
        ..ObjectiveConfig::default()
    }
}

/// The summed loss, the number of queries, and how many of them recognised their key.
fn summed(scores: Option<Tensor<2>>) -> (f32, usize, f32) {
    let (sum, recognised) = loss(scores);
    let value = |tensor: Tensor<1>| tensor.into_scalar::<f32>();
    let count = sum.count;
    assert_eq!(recognised.count, count);
    (
        value(sum.sum.unwrap()),
        count,
        value(recognised.sum.unwrap()),
    )
}

#[test]
fn logits_and_losses_are_the_golden_ones() {
    let found = scores(Some(&QUEUE), &ObjectiveConfig::default()).unwrap();
    assert_eq!(found.dims(), [2, 4]);
    assert_close(&values(found.clone()), &GOLDEN.concat(), 1e-5);
    let (sum, queries, recognised) = summed(Some(found));
    assert_close(&[sum], &[0.084_882 + 0.011_138], 1e-5);
    assert_eq!((queries, recognised), (2, 2.0));
}

#[test]
fn another_key_that_scores_higher_is_not_recognised() {
    let own = [QUERIES[0], QUERIES[0]];
    let found = logits(
        matrix(&QUERIES),
        matrix(&own),
        Some(matrix(&QUERIES[1..])),
        &ObjectiveConfig::default(),
    );
    let (_, queries, recognised) = summed(found);
    assert_eq!((queries, recognised), (2, 1.0));
}

#[test]
fn in_batch_negatives_are_the_keys_of_the_other_sentences() {
    let found = scores(Some(&QUEUE), &in_batch()).unwrap();
    assert_eq!(found.dims(), [2, 1 + 2 + 3]);
    let found = values(found);
    let (first, second) = found.split_at(6);
    // Column 0 is the key of the sentence itself; then each sentence has a column, its own masked.
    assert!(first[1] < -1e8 && second[2] < -1e8, "{found:?}");
    assert_close(&[first[0], first[2]], &[5.5, -1.5], 1e-5);
    assert_close(&[second[0], second[1]], &[4.1, -1.1], 1e-5);
    assert_close(&first[3..], &GOLDEN[0][1..], 1e-5);
    assert_close(&second[3..], &GOLDEN[1][1..], 1e-5);

    // -ln softmax over the own key and four negatives, in double precision.
    let (sum, ..) = summed(scores(Some(&QUEUE), &in_batch()));
    assert_close(&[sum], &[0.085_719_5 + 0.016_578_4], 1e-5);
    // Without a queue, over one negative each.
    let (sum, ..) = summed(scores(None, &in_batch()));
    assert_close(&[sum], &[0.000_911_5 + 0.005_501_4], 1e-5);
}

#[test]
fn without_a_negative_there_is_no_loss() {
    assert!(scores(None, &ObjectiveConfig::default()).is_none());
    let alone = |rows: &[[f32; 2]]| matrix(&rows[..1]);
    assert!(logits(alone(&QUERIES), alone(&KEYS), None, &in_batch()).is_none());
    let (sum, recognised) = loss(None);
    assert!(sum.sum.is_none() && recognised.sum.is_none());
    assert_eq!((sum.count, recognised.count), (0, 0));
}

#[test]
fn the_temperature_divides_every_logit() {
    let at = |temperature: f64| {
        let config = ObjectiveConfig {
            temperature,
            ..ObjectiveConfig::default()
        };
        values(scores(Some(&QUEUE), &config).unwrap())
    };
    let products = [1.1, 0.5, -1.0, 0.45, 0.82, -1.0, -0.2, -0.24];
    assert_close(&at(1.0), &products, 1e-5);
    // Division by a power of two is exact.
    let fourfold: Vec<f32> = at(1.0).iter().map(|logit| 4.0 * logit).collect();
    assert_eq!(at(0.25), fourfold);
    assert_close(&at(0.2), &GOLDEN.concat(), 1e-5);
}

#[test]
fn at_length_one_logits_are_cosines_over_the_temperature() {
    let unit = |rows: &[[f32; 2]]| normalize(matrix(rows), Normalization::L2);
    let lengths = unit(&QUEUE).square().sum_dim(1).sqrt();
    assert_close(&values(lengths), &[1.0; 3], 1e-5);
    let config = ObjectiveConfig {
        cspo_normalize: Normalization::L2,
        ..ObjectiveConfig::default()
    };
    let found = logits(unit(&QUERIES), unit(&KEYS), Some(unit(&QUEUE)), &config);
    let cosines = [
        4.994_843, 2.236_068, -4.472_136, 4.743_416, 4.986_669, -4.902_903, -0.980_581, -2.773_501,
    ];
    assert_close(&values(found.unwrap()), &cosines, 1e-5);
}

#[test]
fn lengths_stay_as_they_are_unless_told_otherwise() {
    let plain = normalize(matrix(&QUERIES), Normalization::None);
    assert_eq!(values(plain), QUERIES.concat());
    // A zero vector stays zero instead of becoming NaN.
    let nothing = normalize(matrix(&[[0.0; 2]]), Normalization::L2);
    assert_eq!(values(nothing), [0.0; 2]);
}
