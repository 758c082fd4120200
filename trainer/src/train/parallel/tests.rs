//! Gradients of a small regression, whatever the number of workers.

use burn::nn::Linear;
use burn::tensor::TensorData;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_core::init::Init;
use spanlight_core::noise::Noise;

use super::*;

/// Points with three coordinates and a target.
type Points = Vec<[f32; 4]>;

/// Least squares with dropout, and a second loss that only large chunks have.
pub struct Regression {
    pub chunks: Vec<usize>,
    pub dropout: f64,
}

impl Regression {
    /// Six chunks of different size.
    pub fn new() -> Self {
        Self {
            chunks: vec![7, 2, 9, 1, 5, 8],
            dropout: 0.2,
        }
    }

    /// What it trains.
    pub fn model(seed: u64, device: &Device) -> Linear {
        Init::seeded(seed).linear(3, 1, device)
    }
}

impl Objective for Regression {
    type Model = Linear;
    type Chunk = Points;

    fn names(&self) -> &[&'static str] {
        &["square", "absolute"]
    }

    fn weights(&self) -> &[f32] {
        &[1.0, 0.5]
    }

    fn chunks(&self, step: usize) -> Result<Vec<Points>> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(step as u64);
        let mut point = || {
            let x: [f32; 3] = std::array::from_fn(|_| rng.random_range(-1.0..1.0));
            [x[0], x[1], x[2], 2.0 * x[0] - x[1] + 0.5 * x[2] + 0.3]
        };
        let mut chunk = |&rows: &usize| (0..rows).map(|_| point()).collect();
        Ok(self.chunks.iter().map(&mut chunk).collect())
    }

    fn pieces(&self, chunk: &Points) -> usize {
        chunk.len()
    }

    fn losses(&self, model: &Linear, chunk: &Points, _: usize, seed: u64) -> Result<Vec<Term>> {
        let device = model.weight.device();
        let points =
            Tensor::<1>::from_floats(chunk.concat().as_slice(), &device).reshape([chunk.len(), 4]);
        let x = Noise::seeded(seed).dropout(points.clone().narrow(1, 0, 3), self.dropout);
        let error = model.forward(x) - points.narrow(1, 3, 1);
        let square = Term {
            sum: Some(error.clone().square().sum()),
            count: chunk.len(),
        };
        let absolute = match chunk.len() > 4 {
            true => Term {
                sum: Some(error.abs().sum()),
                count: chunk.len(),
            },
            false => Term::default(),
        };
        Ok(vec![square, absolute])
    }
}

/// Gradients of weight and bias, and the losses.
fn run(objective: &Regression, workers: usize) -> (Vec<f32>, Vec<Option<f64>>) {
    let device = Device::flex().autodiff();
    let model = Regression::model(1, &device);
    let mut found = gradients(objective, &model, &device, 3, 5, workers).unwrap();
    let values = |t: TensorData| t.try_into_vec::<f32>().unwrap();
    let weight = found.gradients.remove::<2>(model.weight.id).unwrap();
    let bias = found.gradients.remove::<1>(model.bias.unwrap().id).unwrap();
    assert_eq!(found.pieces, objective.chunks.iter().sum::<usize>());
    (
        [values(weight.into_data()), values(bias.into_data())].concat(),
        found.losses,
    )
}

#[test]
fn the_number_of_workers_does_not_change_a_bit() {
    let (gradients, losses) = run(&Regression::new(), 1);
    assert!(gradients.iter().all(|g| g.abs() > 1e-3) && losses.iter().all(Option::is_some));
    for workers in [2, 3, 9] {
        assert_eq!(
            run(&Regression::new(), workers),
            (gradients.clone(), losses.clone())
        );
    }
}

#[test]
fn losses_are_means_over_all_chunks() {
    let (parts, losses) = run(
        &Regression {
            chunks: vec![7, 9, 5],
            dropout: 0.0,
        },
        2,
    );
    let (whole, expected) = run(
        &Regression {
            chunks: vec![21],
            dropout: 0.0,
        },
        2,
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
    let (_, losses) = run(
        &Regression {
            chunks: vec![3, 2],
            dropout: 0.0,
        },
        2,
    );
    assert!(losses[0].is_some() && losses[1].is_none());
}

/// Fails in one chunk, by an error or a panic.
struct Failing(fn() -> Error);

impl Objective for Failing {
    type Model = Linear;
    type Chunk = usize;

    fn names(&self) -> &[&'static str] {
        &["none"]
    }

    fn weights(&self) -> &[f32] {
        &[1.0]
    }

    fn chunks(&self, _: usize) -> Result<Vec<usize>> {
        Ok((0..5).collect())
    }

    fn pieces(&self, _: &usize) -> usize {
        1
    }

    fn losses(&self, _: &Linear, chunk: &usize, _: usize, _: u64) -> Result<Vec<Term>> {
        match chunk {
            1 => Err(self.0()),
            _ => Ok(vec![Term::default()]),
        }
    }
}

fn fail(problem: fn() -> Error, workers: usize) -> Error {
    let device = Device::flex().autodiff();
    gradients(
        &Failing(problem),
        &Regression::model(1, &device),
        &device,
        0,
        0,
        workers,
    )
    .err()
    .unwrap()
}

#[test]
fn an_error_of_any_chunk_is_handed_on() {
    for workers in [1, 2, 3] {
        let error = fail(
            || spanlight_core::Error::Device("lost".into()).into(),
            workers,
        );
        assert_eq!(error.to_string(), "device: lost");
    }
}

#[test]
fn a_panic_of_a_worker_ends_the_step() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let step = std::panic::catch_unwind(|| fail(|| panic!("on purpose"), 2));
        let _ = sender.send(step.is_err());
    });
    let ended = receiver.recv_timeout(std::time::Duration::from_secs(20));
    assert_eq!(ended, Ok(true), "the other workers wait for ever");
}
