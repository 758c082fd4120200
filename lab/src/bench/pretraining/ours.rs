//! Our side: pre-training steps as in `spanlight`.

use std::path::Path;
use std::time::Instant;

use burn::module::Module;
use pollster::block_on;
use spanlight::device::processor;
use spanlight::encoder::EncoderFolder;
use spanlight::model_spec::ModelSpec;
use spanlight::pretrain::{PretrainConfig, Setup};
use spanlight::store::write_stream;
use spanlight::threads::Threads;
use spanlight_core::Decoding;
use spanlight_core::ops::Init;
use spanlight_core::pretrain::cspo::normalize;
use spanlight_core::pretrain::momentum::MomentumContrast;
use spanlight_core::pretrain::sample::Sample;
use spanlight_core::weights::{Stream, pending};
use spanlight_learn::pretrain::PretrainObjective;
use spanlight_learn::{Schedule, StepReport, Trainer};

use super::agreement::{Outcome, TASKS};
use super::samples::Drawn;
use crate::bench::machine::{peak, reset_peak};
use crate::bench::{Measure, Plan};
use crate::error::Result;

/// Maximum coordinate of a random key, √3: uniform coordinates up to it have variance 1, like the output of a
/// normalised layer.
const KEY: f32 = 1.732;
/// Keys in a queue and word-pieces in a chunk while losses are compared. The chunks are small, so that a step has
/// several.
const CHECK: (usize, usize) = (64, 16);

/// A run before its first step, with full queues: in a long run, all but the first steps have full queues.
pub struct Ready<'a> {
    /// Networks, optimiser and parameter groups.
    pub setup: Setup,
    /// The pre-training objective with its queues.
    pub objective: PretrainObjective<Drawn<'a>>,
}

impl<'a> Ready<'a> {
    /// Loads the encoder and initialises the other layers and the queues at random.
    ///
    /// # Errors
    /// [`Error::Spanlight`](crate::error::Error::Spanlight) for an encoder that cannot be read.
    pub fn new(plan: &Plan<'_>, config: &PretrainConfig, steps: &'a [Vec<Sample>]) -> Result<Self> {
        let encoder = EncoderFolder::open(plan.encoder)?;
        let spec = ModelSpec::new(
            &encoder,
            config.model(encoder.config.clone()),
            Decoding::default(),
            None,
        )?;
        let sizes = &spec.settings.model;
        let setup = Setup::new(config, sizes, Some(&encoder), &plan.device)?;
        let objectives = &config.objectives;
        let mut contrast = MomentumContrast::new(setup.momentum.clone(), objectives);
        let init = &mut Init::seeded(!config.seed);
        let shape = [objectives.queue_keys, sizes.encoder.hidden_size];
        let keys = [0, 1].map(|_| {
            let columns = [(sizes.encoder.hidden_size, KEY)];
            let keys = init.uniform_columns(shape, &columns, &plan.device).val();
            normalize(keys, objectives.cspo_normalize)
        });
        contrast.keys(0, keys);
        contrast.step(&setup.model.network, 1.0);
        let processor = processor(&plan.device);
        let objective =
            PretrainObjective::new(Drawn(steps), config.objective(), processor, contrast);
        Ok(Self { setup, objective })
    }

    /// Number of parameters of the query network and its heads, frozen ones included.
    pub fn parameters(&self) -> usize {
        self.setup.model.num_params()
    }

    /// Runs all steps at the full learning rate.
    fn run(self, plan: &Plan<'_>, config: &PretrainConfig) -> Result<Vec<Step>> {
        let Self { setup, objective } = self;
        let Setup {
            model,
            optimizer,
            groups,
            device,
            ..
        } = setup;
        let steps = objective.source().0.len();
        let schedule = Schedule {
            warmup: 0.0,
            total: f64::MAX,
        };
        let mut trainer = Trainer::new(
            objective,
            model,
            optimizer,
            groups,
            schedule,
            device,
            config.seed,
        );
        let threads = Threads(plan.workers);
        (0..steps)
            .map(|_| {
                let begin = Instant::now();
                let report = block_on(trainer.step(&threads))?;
                let seconds = begin.elapsed().as_secs_f64();
                Ok(Step { report, seconds })
            })
            .collect()
    }
}

/// Measures the steps after the warm-up.
///
/// # Errors
/// Everything that stops the run.
pub fn train(plan: &Plan<'_>, config: &PretrainConfig, steps: &[Vec<Sample>]) -> Result<Measure> {
    let ready = Ready::new(plan, config, steps)?;
    reset_peak();
    let steps = ready.run(plan, config)?;
    let timed = &steps[plan.warmup.min(steps.len())..];
    Ok(Measure {
        pieces: timed.iter().map(|step| step.report.pieces).sum(),
        seconds: timed.iter().map(|step| step.seconds).sum(),
        peak: peak(),
    })
}

/// Losses and gradient norm of each step, without dropout and with AdamW's bias correction, as in PyTorch. Writes the
/// initial weights to a file.
///
/// # Errors
/// Everything that stops the run.
pub fn check(
    plan: &Plan<'_>,
    config: &PretrainConfig,
    steps: &[Vec<Sample>],
    weights: &Path,
) -> Result<Vec<Outcome>> {
    let (queue_keys, chunk) = CHECK;
    let mut config = PretrainConfig {
        chunk,
        ..config.clone()
    };
    config.encoders.dropout = 0.0;
    config.optimizer.adamw_bias_correction = true;
    config.objectives.queue_keys = queue_keys;
    let ready = Ready::new(plan, &config, steps)?;
    let mut state = pending(&ready.setup.model);
    state.extend(ready.objective.contrast().state().0);
    write_stream(weights, Stream::new(state, None)?)?;
    Ok(ready
        .run(plan, &config)?
        .into_iter()
        .map(|step| Outcome {
            losses: TASKS.map(|task| step.loss(task)),
            norm: step.report.gradient_norm,
        })
        .collect())
}

/// The report of a step and its time.
struct Step {
    report: StepReport,
    seconds: f64,
}

impl Step {
    /// The mean of a loss; 0 if no row has it.
    fn loss(&self, name: &str) -> f64 {
        let loss = self.report.losses.iter().find(|loss| loss.name == name);
        loss.and_then(|loss| loss.mean).unwrap_or_default()
    }
}
