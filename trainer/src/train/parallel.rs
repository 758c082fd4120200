//! Gradients of a step: chunks spread over threads, summed in the order of the chunks.
//!
//! Every worker differentiates a replica of its own, because graphs that share leaves also share a
//! lock. The sum does not depend on the number of workers, so neither does the run.

use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use spanlight_core::loss::Term;
use spanlight_core::readback::read_scalars;

use super::Objective;
use crate::error::{Error, Result};

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
            lock(self.failure).get_or_insert_with(|| {
                spanlight_core::Error::Device("a worker panicked".into()).into()
            });
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
    let known = known_rows(objective, &chunks);
    let workers = workers.clamp(1, chunks.len().max(1));
    let barrier = Barrier::new(workers);
    let rows = Mutex::new(vec![0_usize; objective.names().len()]);
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    let sum = Mutex::new(OrderedSum::default());

    let work = |worker: usize| {
        let arrival = Arrival {
            barrier: &barrier,
            failure: &failure,
        };
        let mut forwards: Vec<Forward<O::Model>> = Vec::new();
        for index in (worker..chunks.len()).step_by(workers) {
            if lock(&failure).is_some() {
                break;
            }
            let replica = model.clone().fork(device);
            let seed = chunk_seed(seed, step, index);
            let terms = match objective.losses(&replica, &chunks[index], step, seed) {
                Ok(terms) => terms,
                Err(error) => {
                    lock(&failure).get_or_insert(error);
                    break;
                }
            };
            if let Some(counts) = &known {
                let part = backward(objective, replica, terms, counts);
                lock(&sum).add(model, index, part);
                continue;
            }
            for (total, term) in lock(&rows).iter_mut().zip(&terms) {
                *total += term.count;
            }
            forwards.push(Forward {
                index,
                replica,
                terms,
            });
        }
        // Means need the number of rows of all chunks.
        drop(arrival);
        if lock(&failure).is_some() {
            return;
        }
        let counts = lock(&rows).clone();
        for forward in forwards {
            let part = backward(objective, forward.replica, forward.terms, &counts);
            lock(&sum).add(model, forward.index, part);
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
    let sum = sum.into_inner().unwrap_or_else(|e| e.into_inner());
    let rows = rows.into_inner().unwrap_or_else(|e| e.into_inner());
    let counts = known.unwrap_or(rows);
    let losses = totals(sum.losses, objective.names().len())?
        .into_iter()
        .zip(counts)
        .map(|(sum, count)| (count > 0).then(|| sum / count as f64))
        .collect();
    Ok(StepGradients {
        gradients: sum.gradients.unwrap_or_default(),
        losses,
        pieces,
    })
}

/// Rows of each loss over all chunks, if the objective knows them beforehand.
fn known_rows<O: Objective>(objective: &O, chunks: &[O::Chunk]) -> Option<Vec<usize>> {
    let mut total = vec![0; objective.names().len()];
    for chunk in chunks {
        let rows = objective.rows(chunk)?;
        total.iter_mut().zip(rows).for_each(|(sum, n)| *sum += n);
    }
    Some(total)
}

/// A chunk's gradients and summed losses, without their graph.
type Part = (GradientsParams, Vec<Option<Tensor<1>>>);

/// Parts summed in the order of their chunks, whatever the order they come in.
#[derive(Default)]
struct OrderedSum {
    gradients: Option<GradientsParams>,
    /// By chunk; still on the device, which computes on while they are not asked for.
    losses: Vec<Vec<Option<Tensor<1>>>>,
    next: usize,
    early: BTreeMap<usize, Part>,
}

impl OrderedSum {
    fn add<M: Module>(&mut self, model: &M, index: usize, part: Part) {
        self.early.insert(index, part);
        while let Some((gradients, losses)) = self.early.remove(&self.next) {
            self.next += 1;
            self.losses.push(losses);
            self.gradients = Some(match self.gradients.take() {
                None => gradients,
                Some(total) => add(model, total, gradients),
            });
        }
    }
}

/// Every loss over all chunks, read back at once.
fn totals(chunks: Vec<Vec<Option<Tensor<1>>>>, losses: usize) -> Result<Vec<f64>> {
    let found = chunks.into_iter().flat_map(|c| c.into_iter().enumerate());
    let (places, sums): (Vec<usize>, Vec<Tensor<1>>) =
        found.filter_map(|(i, sum)| Some((i, sum?))).unzip();
    let mut totals = vec![0.0; losses];
    for (place, sum) in places
        .into_iter()
        .zip(pollster::block_on(read_scalars(sums))?)
    {
        totals[place] += f64::from(sum);
    }
    Ok(totals)
}

/// Gradients of one chunk's share of the total loss, and its summed losses.
fn backward<O: Objective>(
    objective: &O,
    replica: O::Model,
    terms: Vec<Term>,
    counts: &[usize],
) -> Part {
    let mut total: Option<Tensor<1>> = None;
    let mut sums = Vec::with_capacity(terms.len());
    for ((term, &count), &weight) in terms.into_iter().zip(counts).zip(objective.weights()) {
        let Some(sum) = term.sum else {
            sums.push(None);
            continue;
        };
        // What is only watched may have no gradient.
        let plain = match sum.device().is_autodiff() {
            true => sum.clone().inner(),
            false => sum.clone(),
        };
        sums.push(Some(plain));
        if weight == 0.0 {
            continue;
        }
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
pub(super) mod tests;
