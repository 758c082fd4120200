//! Dropout: reproducible, unbiased, silent at inference.

use burn::tensor::{Device, Tensor};
use spanlight_core::ops::Pass;
use spanlight_tests::{random, values};

/// Number of elements; not a multiple of four, since 64 random bits serve four elements.
const COUNT: usize = 100_003;

fn mask(pass: &mut Pass) -> Vec<f32> {
    values(pass.dropout(Tensor::<1>::ones([COUNT], &Device::flex())))
}

#[test]
fn the_same_seed_gives_the_same_masks_in_the_same_order() {
    let (mut one, mut two, mut other) = ([7, 7, 8]).map(|seed| Pass::training(seed, 0.3)).into();
    let first = mask(&mut one);
    assert_eq!(first, mask(&mut two));
    assert_ne!(first, mask(&mut other));
    let second = mask(&mut one);
    assert_eq!(second, mask(&mut two));
    assert_ne!(first, second);
}

#[test]
fn zeroes_a_share_of_p_and_keeps_the_mean() {
    for p in [0.1, 0.5, 0.9] {
        check_mask(p, &mask(&mut Pass::training(1, p)));
        check_mask(p, &mask(&mut Pass::training_on_gpu(&Device::flex(), 1, p)));
    }
}

fn check_mask(p: f64, mask: &[f32]) {
    let kept = (1.0 / (1.0 - p)) as f32;
    assert!(mask.iter().all(|&v| v == 0.0 || v == kept), "p = {p}");
    // Four standard deviations of the share, which is binomial.
    let spread = 4.0 * (p * (1.0 - p) / COUNT as f64).sqrt();
    let zeros = mask.iter().filter(|&&v| v == 0.0).count() as f64 / COUNT as f64;
    assert!(
        (zeros - p).abs() < spread,
        "p = {p}: {zeros} of the elements are zero"
    );
    let mean = mask.iter().map(|&v| f64::from(v)).sum::<f64>() / COUNT as f64;
    assert!(
        (mean - 1.0).abs() < spread / (1.0 - p),
        "p = {p}: mean {mean}"
    );
}

#[test]
fn scales_the_elements_that_it_keeps() {
    let x = random([50, 20], 3, &Device::flex());
    let dropped = values(Pass::training(1, 0.25).dropout(x.clone()));
    let expected = |(a, b): (&f32, &f32)| *b == 0.0 || *b == a * (1.0 / 0.75_f64) as f32;
    assert!(values(x).iter().zip(&dropped).all(expected));
    assert!(dropped.contains(&0.0));
}

#[test]
fn is_the_identity_without_a_seed_or_without_probability() {
    let x = random([50, 20], 3, &Device::flex());
    assert_eq!(
        values(Pass::inference().dropout(x.clone())),
        values(x.clone())
    );
    assert_eq!(values(Pass::training(1, 0.0).dropout(x.clone())), values(x));
}
