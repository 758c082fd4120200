//! The factorised span CNN against a direct convolution.

use burn::tensor::{Device, Tensor, TensorData};
use pollster::block_on;
use spanlight_core::ops::{Backward, Init};
use spanlight_core::schema::Span;
use spanlight_core::span::SpanCnn;
use spanlight_core::weights::{StateDict, state_of};
use spanlight_tests::{uniform, values};

const HIDDEN: usize = 5;
const CHANNELS: usize = 3;
const ROWS: usize = 20;

/// The error function, as a series of positive terms.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-17 * sum.abs() {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp() * sum
}

fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

/// Method §3.3 word for word: pad with k zeros on both sides, convolve, gelu, maximum.
fn direct(weights: &StateDict, kernels: &[usize], words: &[f32], (start, end): Span) -> Vec<f64> {
    let (taps, bias) = (&weights["taps.weight"].values, &weights["bias"].values);
    let mut features = Vec::new();
    let mut first = 0;
    for (i, &kernel) in kernels.iter().enumerate() {
        let word = |at: usize| {
            (kernel..kernel + end - start)
                .contains(&at)
                .then(|| start + at - kernel)
        };
        for channel in 0..CHANNELS {
            let window = |at: usize| {
                let mut sum = f64::from(bias[i * CHANNELS + channel]);
                for tap in 0..kernel {
                    let Some(word) = word(at + tap) else { continue };
                    let row = (first + tap) * CHANNELS + channel;
                    sum += (0..HIDDEN)
                        .map(|h| {
                            f64::from(taps[row * HIDDEN + h]) * f64::from(words[word * HIDDEN + h])
                        })
                        .sum::<f64>();
                }
                gelu(sum)
            };
            features.push(
                (0..=end - start + kernel)
                    .map(window)
                    .fold(f64::NEG_INFINITY, f64::max),
            );
        }
        first += kernel;
    }
    features
}

fn check(kernels: &[usize]) {
    let device = Device::flex();
    let cnn = SpanCnn::new(HIDDEN, kernels, CHANNELS, &mut Init::seeded(1), &device);
    let weights = block_on(state_of(&cnn)).unwrap();
    let mut words: Vec<f32> = uniform(ROWS * HIDDEN, 2).iter().map(|v| 3.0 * v).collect();
    let rows = ROWS + cnn.tail();
    words.resize(rows * HIDDEN, 0.0);
    let matrix = || Tensor::<2>::from_data(TensorData::new(words.clone(), [rows, HIDDEN]), &device);

    let of_length = |length: usize| (0..=ROWS - length).map(move |start| (start, start + length));
    let each = (0..=12).map(|length| of_length(length).collect());
    // The range maxima depend on the longest span of the batch.
    let lists: Vec<Vec<Span>> = each
        .chain([(0..=12).flat_map(of_length).collect()])
        .collect();
    for spans in lists {
        let found = values(cnn.forward(matrix(), &spans, Backward::Serial));
        for (span, found) in spans.iter().zip(found.chunks(kernels.len() * CHANNELS)) {
            let expected = direct(&weights, kernels, &words, *span);
            let worst = found
                .iter()
                .zip(&expected)
                .map(|(a, b)| (f64::from(*a) - b).abs())
                .fold(0.0, f64::max);
            assert!(
                worst < 2e-6,
                "kernels {kernels:?}, span {span:?}: {found:?} instead of {expected:?}"
            );
        }
    }
}

#[test]
fn equals_the_direct_convolution_with_the_methods_kernels() {
    check(&[2, 3, 4]);
}

#[test]
fn equals_the_direct_convolution_with_other_kernels() {
    check(&[1, 5]);
}
