//! Gradients of a step: chunks spread over workers, summed in the order of the chunks.
//!
//! Every chunk differentiates a replica of its own, because graphs that share leaves also share a
//! lock. The sum does not depend on the number of workers, so neither does the run.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use spanlight_core::loss::Loss;
use spanlight_core::readback::read_scalars;

use crate::workers::{Workers, job};
use crate::{Objective, Result, StepLoss};

/// Gradients and losses of one step.
pub struct StepGradients {
    /// Summed over all chunks.
    pub gradients: GradientsParams,
    /// Mean of every loss, in the order of the objective.
    pub losses: Vec<StepLoss>,
    /// Word-pieces, padding excluded.
    pub pieces: usize,
}

/// One chunk's losses and the replica whose gradients they give.
struct Forward<M> {
    replica: M,
    losses: Vec<Loss>,
}

/// Computes the gradients of the weighted sum of mean losses over all chunks of a step.
///
/// # Errors
/// The error of the first chunk that has one.
pub async fn gradients<O: Objective>(
    objective: &O,
    model: &O::Model,
    device: &Device,
    step: usize,
    seed: u64,
    workers: &impl Workers,
) -> Result<StepGradients> {
    let chunks = objective.chunks(step)?;
    let pieces = chunks.iter().map(|c| objective.pieces(c)).sum();
    let known = known_rows(objective, &chunks);
    let sum = Mutex::new(OrderedSum::default());

    let forward = |(index, chunk)| {
        let (known, sum) = (known.as_deref(), &sum);
        job(move || async move {
            let replica = model.clone().fork(device);
            let seed = chunk_seed(seed, step, index);
            let losses = objective.losses(&replica, chunk, step, seed).await?;
            let forward = Forward { replica, losses };
            if let Some(rows) = known {
                let part = backward(forward, rows);
                lock(sum).add(model, index, part);
                return Ok(None);
            }
            Ok(Some(forward))
        })
    };
    let forwards = workers
        .run(chunks.iter().enumerate().map(forward).collect())
        .await;
    let forwards: Result<Vec<Option<Forward<O::Model>>>> = forwards.into_iter().collect();
    let forwards: Vec<Forward<O::Model>> = forwards?.into_iter().flatten().collect();

    // Means need the number of rows of all chunks.
    let rows = known.unwrap_or_else(|| total_rows(&forwards));
    let backward = |(index, forward)| {
        let (rows, sum) = (&rows[..], &sum);
        job(move || async move {
            let part = backward(forward, rows);
            lock(sum).add(model, index, part);
        })
    };
    workers
        .run(forwards.into_iter().enumerate().map(backward).collect())
        .await;

    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(StepGradients {
        losses: means(sum.losses, &rows).await?,
        gradients: sum.gradients.unwrap_or_default(),
        pieces,
    })
}

/// Rows of each loss over all chunks, if the objective knows them beforehand.
fn known_rows<O: Objective>(objective: &O, chunks: &[O::Chunk]) -> Option<Vec<usize>> {
    let rows: Option<Vec<Vec<usize>>> = chunks.iter().map(|c| objective.rows(c)).collect();
    rows.map(|rows| column_sums(rows.into_iter()))
}

/// Rows of each loss over all computed chunks.
fn total_rows<M>(forwards: &[Forward<M>]) -> Vec<usize> {
    let counts = |forward: &Forward<M>| forward.losses.iter().map(|loss| loss.term.count).collect();
    column_sums(forwards.iter().map(counts))
}

fn column_sums(rows: impl Iterator<Item = Vec<usize>>) -> Vec<usize> {
    rows.reduce(|sums, row| sums.iter().zip(row).map(|(sum, n)| sum + n).collect())
        .unwrap_or_default()
}

/// A chunk's gradients and summed losses, without their graph. The sums are still on the device, which
/// computes on while they are not read back.
type Part = (GradientsParams, Vec<Loss>);

/// Parts summed in the order of their chunks, whatever the order they come in.
#[derive(Default)]
struct OrderedSum {
    gradients: Option<GradientsParams>,
    /// By chunk.
    losses: Vec<Vec<Loss>>,
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

/// The mean of every loss over all chunks, read back at once.
async fn means(chunks: Vec<Vec<Loss>>, rows: &[usize]) -> Result<Vec<StepLoss>> {
    let mut losses: Vec<StepLoss> = match chunks.first() {
        Some(losses) => losses.iter().map(StepLoss::of).collect(),
        None => Vec::new(),
    };
    let mut totals = vec![0.0; losses.len()];
    let found = chunks.into_iter().flat_map(|c| c.into_iter().enumerate());
    let (places, sums): (Vec<usize>, Vec<Tensor<1>>) =
        found.filter_map(|(i, t)| Some((i, t.term.sum?))).unzip();
    for (place, sum) in places.into_iter().zip(read_scalars(sums).await?) {
        totals[place] += f64::from(sum);
    }
    for ((loss, total), &count) in losses.iter_mut().zip(totals).zip(rows) {
        loss.mean = (count > 0).then(|| total / count as f64);
    }
    Ok(losses)
}

/// Gradients of one chunk's share of the total loss, and its summed losses.
fn backward<M: Module>(forward: Forward<M>, rows: &[usize]) -> Part {
    let Forward {
        replica,
        mut losses,
    } = forward;
    let mut total: Option<Tensor<1>> = None;
    for (loss, &rows) in losses.iter_mut().zip(rows) {
        let weight = loss.weight;
        let Some(sum) = &mut loss.term.sum else {
            continue;
        };
        // What is only watched may have no gradient.
        let plain = if sum.device().is_autodiff() {
            sum.clone().inner()
        } else {
            sum.clone()
        };
        let sum = std::mem::replace(sum, plain);
        if weight == 0.0 {
            continue;
        }
        let share = sum * (weight / rows.max(1) as f32);
        total = Some(match total {
            None => share,
            Some(total) => total + share,
        });
    }
    let gradients = match total {
        None => GradientsParams::new(),
        Some(total) => GradientsParams::from_grads(total.backward(), &replica),
    };
    (gradients, losses)
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
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
