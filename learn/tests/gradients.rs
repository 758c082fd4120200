//! Gradients of a small regression, in whatever order its chunks are finished.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::loss::{Loss, Measure, Term};
use spanlight_core::ops::Linear;
use spanlight_learn::{Error, Objective, Result, Sequential, Workers, gradients};
use spanlight_tests::regression::{Backwards, Regression, regression_step};

#[test]
fn the_order_in_which_chunks_are_finished_does_not_change_a_bit() {
    let (gradients, losses) = regression_step(&Regression::default(), &Sequential);
    assert!(gradients.iter().all(|g| g.abs() > 1e-3) && losses.iter().all(Option::is_some));
    assert_eq!(
        regression_step(&Regression::default(), &Backwards),
        (gradients, losses)
    );
}

#[test]
fn losses_are_means_over_all_chunks() {
    let (parts, losses) = regression_step(
        &Regression {
            chunks: vec![7, 9, 5],
            dropout: 0.0,
        },
        &Sequential,
    );
    let (whole, expected) = regression_step(
        &Regression {
            chunks: vec![21],
            dropout: 0.0,
        },
        &Sequential,
    );
    assert!(
        parts.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-6),
        "{parts:?} instead of {whole:?}"
    );
    for (found, expected) in losses.into_iter().zip(expected) {
        assert!((found.unwrap() - expected.unwrap()).abs() < 1e-6);
    }
}

#[test]
fn a_loss_without_rows_is_missing() {
    let (_, losses) = regression_step(
        &Regression {
            chunks: vec![3, 2],
            dropout: 0.0,
        },
        &Sequential,
    );
    assert!(losses[0].is_some() && losses[1].is_none());
}

/// Fails in one chunk.
struct Failing;

impl Objective for Failing {
    type Model = Linear;
    type Chunk = usize;

    fn chunks(&self, _: usize) -> Result<Vec<usize>> {
        Ok((0..5).collect())
    }

    fn pieces(&self, _: &usize) -> usize {
        1
    }

    async fn losses(&self, _: &Linear, chunk: &usize, _: usize, _: u64) -> Result<Vec<Loss>> {
        match chunk {
            1 => Err(spanlight_core::Error::Device("lost".into()).into()),
            _ => Ok(vec![Loss {
                name: "none",
                measure: Measure::CrossEntropy,
                weight: 1.0,
                term: Term::default(),
            }]),
        }
    }
}

fn fail(workers: &impl Workers) -> Error {
    let device = Device::flex().autodiff();
    let model = Regression::model(1, &device);
    block_on(gradients(&Failing, &model, &device, 0, 0, workers))
        .err()
        .unwrap()
}

#[test]
fn an_error_of_any_chunk_is_handed_on() {
    assert_eq!(fail(&Sequential).to_string(), "device: lost");
    assert_eq!(fail(&Backwards).to_string(), "device: lost");
}
