//! A small regression as a training task, and workers that finish in another order than asked.

use burn::tensor::{Device, Tensor, TensorData};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_core::loss::{Loss, Measure, Term};
use spanlight_core::ops::{Init, Linear, Pass};
use spanlight_learn::{Job, Objective, Result, Workers, gradients};

/// Points with three coordinates and a target.
pub type Points = Vec<[f32; 4]>;

/// Least squares with dropout, and a second loss that only large chunks have.
pub struct Regression {
    /// Points of every chunk.
    pub chunks: Vec<usize>,
    /// Dropout probability of the coordinates.
    pub dropout: f64,
}

impl Default for Regression {
    /// Six chunks of different size.
    fn default() -> Self {
        Self {
            chunks: vec![7, 2, 9, 1, 5, 8],
            dropout: 0.2,
        }
    }
}

impl Regression {
    /// What it trains.
    pub fn model(seed: u64, device: &Device) -> Linear {
        Init::seeded(seed).linear(3, 1, device)
    }
}

impl Objective for Regression {
    type Model = Linear;
    type Chunk = Points;

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

    async fn losses(
        &self,
        model: &Linear,
        chunk: &Points,
        _: usize,
        seed: u64,
    ) -> Result<Vec<Loss>> {
        let device = model.weight.device();
        let points =
            Tensor::<1>::from_floats(chunk.concat().as_slice(), &device).reshape([chunk.len(), 4]);
        let x = Pass::training(seed, self.dropout).dropout(points.clone().narrow(1, 0, 3));
        let error = model.forward(x) - points.narrow(1, 3, 1);
        let rows = |sum| Term {
            sum: Some(sum),
            count: chunk.len(),
        };
        let absolute = if chunk.len() > 4 {
            rows(error.clone().abs().sum())
        } else {
            Term::default()
        };
        let term = |name, weight, term| Loss {
            name,
            measure: Measure::CrossEntropy,
            weight,
            term,
        };
        Ok(vec![
            term("square", 1.0, rows(error.square().sum())),
            term("absolute", 0.5, absolute),
        ])
    }
}

/// Gradients of weight and bias at step 3, and the mean losses.
///
/// # Panics
/// When the step fails.
pub fn regression_step(
    objective: &Regression,
    workers: &impl Workers,
) -> (Vec<f32>, Vec<Option<f64>>) {
    let device = Device::flex().autodiff();
    let model = Regression::model(1, &device);
    let step = gradients(objective, &model, &device, 3, 5, workers);
    let mut found = block_on(step).unwrap();
    let values = |t: TensorData| t.try_into_vec::<f32>().unwrap();
    let weight = found.gradients.remove::<2>(model.weight.id).unwrap();
    let bias = found.gradients.remove::<1>(model.bias.unwrap().id).unwrap();
    assert_eq!(found.pieces, objective.chunks.iter().sum::<usize>());
    (
        [values(weight.into_data()), values(bias.into_data())].concat(),
        found.losses.iter().map(|loss| loss.mean).collect(),
    )
}

/// Runs the last job first, as the first to finish of several threads can be any.
pub struct Backwards;

impl Workers for Backwards {
    async fn run<'a, T: Send + 'a>(&self, jobs: Vec<Job<'a, T>>) -> Vec<T> {
        let mut results = Vec::with_capacity(jobs.len());
        for job in jobs.into_iter().rev() {
            results.push(job().await);
        }
        results.reverse();
        results
    }
}
