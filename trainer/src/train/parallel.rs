//! Gradients of a step: chunks spread over threads, summed in the order of the chunks.
//!
//! Every worker differentiates a replica of its own, because graphs that share leaves also share a
//! lock. The sum does not depend on the number of workers, so neither does the run.

use std::sync::{Barrier, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use spanlight_core::loss::Term;
use spanlight_core::{Error, Result};

use super::Objective;

/// Gradients and losses of one step.
pub struct StepGradients {
    /// Summed over all chunks.
    pub gradients: GradientsParams,
    /// Mean of every loss; nothing where it had no row.
    pub losses: Vec<Option<f64>>,
    /// Word-pieces, padding excluded.
    pub pieces: usize,
}

/// One chunk's losses and how to go back from them.
struct Forward<M> {
    index: usize,
    replica: M,
    terms: Vec<Term>,
}

/// A worker's arrival at the barrier; it comes even if the worker panics, since the others wait.
struct Arrival<'a> {
    barrier: &'a Barrier,
    failure: &'a Mutex<Option<Error>>,
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.failure).get_or_insert_with(|| Error::Device("a worker panicked".into()));
        }
        self.barrier.wait();
    }
}

/// Computes the gradients of the weighted sum of mean losses over all chunks of a step.
///
/// # Errors
/// The first error of any chunk.
pub fn gradients<O: Objective>(
    objective: &O,
    model: &O::Model,
    device: &Device,
    step: usize,
    seed: u64,
    workers: usize,
) -> Result<StepGradients> {
    let chunks = objective.chunks(step)?;
    let pieces = chunks.iter().map(|c| objective.pieces(c)).sum();
    let losses = objective.names().len();
    let workers = workers.clamp(1, chunks.len().max(1));
    let barrier = Barrier::new(workers);
    let rows = Mutex::new(vec![0_usize; losses]);
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let done: Mutex<Vec<(usize, GradientsParams, Vec<f64>)>> = Mutex::new(Vec::new());

    let work = |worker: usize| {
        let arrival = Arrival {
            barrier: &barrier,
            failure: &failure,
        };
        let mut forwards: Vec<Forward<O::Model>> = Vec::new();
        for index in (worker..chunks.len()).step_by(workers) {
            let replica = model.clone().fork(device);
            match objective.losses(
                &replica,
                &chunks[index],
                step,
                chunk_seed(seed, step, index),
            ) {
                Ok(terms) => {
                    for (total, term) in lock(&rows).iter_mut().zip(&terms) {
                        *total += term.count;
                    }
                    forwards.push(Forward {
                        index,
                        replica,
                        terms,
                    });
                }
                Err(error) => {
                    lock(&failure).get_or_insert(error);
                    break;
                }
            }
        }
        // Means need the number of rows of all chunks.
        drop(arrival);
        if lock(&failure).is_some() {
            return;
        }
        let counts = lock(&rows).clone();
        for forward in forwards {
            let (gradients, sums) = backward(objective, forward.replica, forward.terms, &counts);
            lock(&done).push((forward.index, gradients, sums));
        }
    };
    match workers {
        1 => work(0),
        _ => std::thread::scope(|scope| {
            for worker in 1..workers {
                let work = &work;
                scope.spawn(move || work(worker));
            }
            work(0);
        }),
    }
    if let Some(error) = failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
        return Err(error);
    }
    let mut done = done.into_inner().unwrap_or_else(|e| e.into_inner());
    done.sort_by_key(|(index, ..)| *index);
    let counts = rows.into_inner().unwrap_or_else(|e| e.into_inner());
    let mut sums = vec![0.0; losses];
    let mut total: Option<GradientsParams> = None;
    for (_, gradients, chunk_sums) in done {
        for (sum, chunk) in sums.iter_mut().zip(chunk_sums) {
            *sum += chunk;
        }
        total = Some(match total {
            None => gradients,
            Some(total) => add(model, total, gradients),
        });
    }
    let losses = sums
        .into_iter()
        .zip(counts)
        .map(|(sum, count)| (count > 0).then(|| sum / count as f64))
        .collect();
    Ok(StepGradients {
        gradients: total.unwrap_or_default(),
        losses,
        pieces,
    })
}

/// Gradients of one chunk's share of the total loss, and its summed losses.
fn backward<O: Objective>(
    objective: &O,
    replica: O::Model,
    terms: Vec<Term>,
    counts: &[usize],
) -> (GradientsParams, Vec<f64>) {
    let mut total: Option<Tensor<1>> = None;
    let mut sums = Vec::with_capacity(terms.len());
    for ((term, &count), &weight) in terms.into_iter().zip(counts).zip(objective.weights()) {
        let Some(sum) = term.sum else {
            sums.push(0.0);
            continue;
        };
        sums.push(f64::from(sum.clone().inner().into_scalar::<f32>()));
        let share = sum * (weight / count.max(1) as f32);
        total = Some(match total {
            None => share,
            Some(total) => total + share,
        });
    }
    let gradients = match total {
        None => GradientsParams::new(),
        Some(total) => GradientsParams::from_grads(total.backward(), &replica),
    };
    (gradients, sums)
}

/// Sums two sets of gradients of the same model.
fn add<M: Module>(model: &M, left: GradientsParams, right: GradientsParams) -> GradientsParams {
    struct Adder {
        left: GradientsParams,
        right: GradientsParams,
        sum: GradientsParams,
    }
    impl ModuleVisitor for Adder {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let sum = match (
                self.left.remove::<D>(param.id),
                self.right.remove::<D>(param.id),
            ) {
                (Some(left), Some(right)) => left + right,
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => return,
            };
            self.sum.register(param.id, sum);
        }
    }
    let mut adder = Adder {
        left,
        right,
        sum: GradientsParams::new(),
    };
    model.visit(&mut adder);
    adder.sum
}

/// A seed of its own for every chunk of every step.
fn chunk_seed(seed: u64, step: usize, chunk: usize) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((step as u64) << 16) ^ chunk as u64
}

/// A panicking worker ends the run anyway, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

#[cfg(test)]
pub(super) mod tests {
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
            let points = Tensor::<1>::from_floats(chunk.concat().as_slice(), &device)
                .reshape([chunk.len(), 4]);
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
            let error = fail(|| Error::Device("lost".into()), workers);
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
}
