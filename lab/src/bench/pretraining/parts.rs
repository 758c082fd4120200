//! Times of the parts of a step.

use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use pollster::block_on;
use serde::Serialize;
use spanlight::device::processor;
use spanlight::pretrain::PretrainConfig;
use spanlight::threads::Threads;
use spanlight_core::pretrain::sample::Sample;
use spanlight_learn::{Objective, gradients};

use super::ours::Ready;
use crate::bench::Plan;
use crate::error::Result;

/// The time of a part of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Name of the part.
    pub name: &'static str,
    /// Mean wall-clock seconds per step.
    pub seconds: f64,
}

/// Times the parts of the steps after the warm-up.
///
/// The forward parts are timed separately and within the step; the difference to the whole step is the backward pass.
/// After every part, the function waits for the device. On a GPU the sum thus exceeds the time of a step, in which the
/// GPU computes while the next operations are prepared.
///
/// # Errors
/// Everything that stops the run.
pub fn parts(plan: &Plan<'_>, config: &PretrainConfig, steps: &[Vec<Sample>]) -> Result<Vec<Part>> {
    let Ready {
        mut setup,
        objective,
    } = Ready::new(plan, config, steps)?;
    let device = setup.device.clone();
    let dropout = config.encoders.dropout;
    let (seed, threads) = (config.seed, Threads(plan.workers));
    let mut total = [0.0; 7];
    for step in 0..steps.len() {
        let model = &setup.model;
        let momentum = objective.contrast().network();
        let noise = || processor(&device).pass(&device, seed, dropout);

        let start = Instant::now();
        let chunks = objective.chunks(step)?;
        let batching = since(start, &device);
        let start = Instant::now();
        threads.map(&chunks, |chunk| {
            let network = model.network.clone().fork(&device);
            network.encode(&chunk.batch, &mut noise());
        });
        let encoder = since(start, &device);
        let start = Instant::now();
        threads.map(&chunks, |chunk| {
            momentum.keys(&chunk.batch, &mut noise());
        });
        let keys = since(start, &device);
        let start = Instant::now();
        threads.map(&chunks, |chunk| {
            // `gradients` below reports the error.
            let replica = model.clone().fork(&device);
            let _ = block_on(objective.losses(&replica, chunk, step, seed));
        });
        let forward = since(start, &device);

        let start = Instant::now();
        let found = block_on(gradients(&objective, model, &device, step, seed, &threads))?;
        let whole = since(start, &device);
        let start = Instant::now();
        let (optimizer, groups) = (&mut setup.optimizer, &setup.groups);
        let update = optimizer.step(model, found.gradients, groups, 1.0, &threads);
        let (model, _) = block_on(update)?;
        let update = since(start, &device);
        let start = Instant::now();
        objective.stepped(&model, step)?;
        let follow = since(start, &device);
        setup.model = model;
        if step >= plan.warmup {
            let heads = forward - encoder - keys;
            let backward = whole - forward - batching;
            let taken = [batching, encoder, heads, keys, backward, update, follow];
            total.iter_mut().zip(taken).for_each(|(sum, s)| *sum += s);
        }
    }
    let names = [
        "batching",
        "query network: sentence encoder",
        "query network: spans, pairs, heads",
        "momentum network",
        "backward",
        "clipping and AdamW",
        "momentum update and queues",
    ];
    let part = |(name, sum): (&'static str, f64)| Part {
        name,
        seconds: sum / plan.steps as f64,
    };
    Ok(names.into_iter().zip(total).map(part).collect())
}

/// Seconds since `start`, after the device has finished its work.
fn since(start: Instant, device: &Device) -> f64 {
    // The next read-back reports an error of the device.
    let _ = device.sync();
    start.elapsed().as_secs_f64()
}
