//! Our side: the program's own step loop.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module;
use spanlight::basis::Basis;
use spanlight::device::chunking;
use spanlight::encoder::EncoderFolder;
use spanlight::event::{Event, Sink, SinkError};
use spanlight::pretrain::{Contrast, PretrainConfig, PretrainObjective, Setup};
use spanlight::store::write_atomic;
use spanlight::train::{Driver, Schedule, Verdict, freeze};
use spanlight_core::ops::Init;
use spanlight_core::pretrain::cspo::normalize;
use spanlight_core::pretrain::sample::Sample;
use spanlight_core::weights::{state_of, write_safetensors};

use super::agreement::{Outcome, TASKS};
use super::samples::Drawn;
use crate::bench::machine::{peak, reset_peak};
use crate::bench::{Measure, Plan};
use crate::error::Result;

/// Largest coordinate of a key in a queue that was filled without training: with those between,
/// the variance is that of a normalised layer.
const KEY: f32 = 1.732;
/// Keys of a queue while losses are compared, and word-pieces of a chunk, so that there are some.
const CHECK: (usize, usize) = (64, 16);

/// A run before its first step, but with full queues, as all but its first steps have them.
pub struct Ready<'a> {
    /// Networks and optimiser.
    pub setup: Setup,
    /// Losses.
    pub objective: PretrainObjective<Drawn<'a>>,
}

impl<'a> Ready<'a> {
    /// Loads the encoder, draws the rest of the networks and the keys.
    ///
    /// # Errors
    /// Any [`Error`](crate::error::Error) of reading the encoder.
    pub fn new(plan: &Plan<'_>, config: &PretrainConfig, steps: &'a [Vec<Sample>]) -> Result<Self> {
        let encoder = EncoderFolder::open(plan.encoder)?;
        let basis = Basis::new(&encoder, config.model(encoder.config.clone()), None)?;
        let sizes = &basis.sizes;
        let mut setup = Setup::new(config, sizes, &plan.device)?.start(config, &encoder)?;
        setup.model = freeze(setup.model, &setup.groups);
        let objectives = config.objectives();
        let mut contrast = Contrast::new(setup.momentum.clone(), &objectives);
        let init = &mut Init::seeded(!config.seed);
        let shape = [objectives.queue_keys, sizes.encoder.hidden_size];
        let keys = [0, 1].map(|_| {
            let keys = init
                .uniform_columns(shape, &[(shape[1], KEY)], &plan.device)
                .val();
            normalize(keys, objectives.cspo_normalize)
        });
        contrast.keys(0, keys);
        contrast.step(&setup.model.network, 1.0);
        let sizes = (chunking(&plan.device, config.chunk), config.micro_batch);
        let objective =
            PretrainObjective::new(Drawn(steps), objectives, sizes, config.mean_over, contrast);
        Ok(Self { setup, objective })
    }

    /// Trained and frozen numbers of the query network and its heads.
    pub fn parameters(&self) -> usize {
        self.setup.model.num_params()
    }

    /// Goes through all its steps at full learning rate.
    fn run(self, plan: &Plan<'_>, config: &PretrainConfig) -> Result<Vec<Step>> {
        let Self { setup, objective } = self;
        let Setup {
            model,
            mut optimizer,
            groups,
            device,
            ..
        } = setup;
        let steps = objective.source.0.len();
        let driver = Driver {
            objective: &objective,
            groups: &groups,
            schedule: Schedule {
                warmup: 0.0,
                total: f64::MAX,
            },
            device: &device,
            workers: plan.workers,
            seed: config.seed,
            steps,
            steps_per_epoch: steps,
            learning_rate: config.learning_rate,
        };
        let mut record = Record(Vec::new());
        driver.run(model, &mut optimizer, 0, &mut record, |_, _, _, _| {
            Ok(Verdict::Continue)
        })?;
        Ok(record.0)
    }
}

/// Times the steps behind the warm-up.
///
/// # Errors
/// Whatever stops the run.
pub fn train(plan: &Plan<'_>, config: &PretrainConfig, steps: &[Vec<Sample>]) -> Result<Measure> {
    let ready = Ready::new(plan, config, steps)?;
    reset_peak();
    let steps = ready.run(plan, config)?;
    let timed = &steps[plan.warmup.min(steps.len())..];
    Ok(Measure {
        pieces: timed.iter().map(|step| step.pieces).sum(),
        seconds: timed.iter().map(|step| step.seconds).sum(),
        peak: peak(),
    })
}

/// Losses and gradient norm of every step, without dropout and with moments corrected, as PyTorch
/// has them; what it starts from goes to a file.
///
/// # Errors
/// Whatever stops the run.
pub fn check(
    plan: &Plan<'_>,
    config: &PretrainConfig,
    steps: &[Vec<Sample>],
    weights: &Path,
) -> Result<Vec<Outcome>> {
    let (queue_keys, chunk) = CHECK;
    let config = PretrainConfig {
        dropout: 0.0,
        adamw_bias_correction: true,
        queue_keys,
        chunk,
        ..config.clone()
    };
    let ready = Ready::new(plan, &config, steps)?;
    let mut state = pollster::block_on(state_of(&ready.setup.model))?;
    state.extend(ready.objective.contrast().state()?.0);
    write_atomic(weights, &write_safetensors(&state, None)?)?;
    drop(state);
    Ok(ready
        .run(plan, &config)?
        .into_iter()
        .map(|step| Outcome {
            losses: TASKS.map(|task| step.losses.get(task).copied().unwrap_or_default()),
            norm: step.norm,
        })
        .collect())
}

/// What the loop tells of a step.
struct Step {
    losses: BTreeMap<String, f64>,
    norm: f64,
    pieces: usize,
    seconds: f64,
}

/// Keeps it.
struct Record(Vec<Step>);

impl Sink for Record {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Step {
            losses,
            grad_norm,
            pieces,
            seconds,
            ..
        } = event
        {
            self.0.push(Step {
                losses: losses.clone(),
                norm: *grad_norm,
                pieces: *pieces as usize,
                seconds: *seconds,
            });
        }
        Ok(())
    }
}
