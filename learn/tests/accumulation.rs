//! A step of several micro-batches, put together by hand from what each gives alone (method §4).

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use spanlight_core::loss::Loss;
use spanlight_core::ops::Pass;
use spanlight_core::pretrain::momentum::{Keys, MomentumContrast};
use spanlight_core::pretrain::sample::{Sample, SampleConfig};
use spanlight_core::pretrain::{
    ObjectiveConfig, PretrainBatch, PretrainModel, SpanPairNetwork, pretrain_loss,
};
use spanlight_core::weights::{StateDict, state_of};
use spanlight_tests::invented::{Always, networks, quiet_config, sample};
use spanlight_tests::random;

use pollster::block_on;
use spanlight_learn::pretrain::{MeanOver, PretrainObjective, PretrainSettings};
use spanlight_learn::{Processor, Sequential, gradients};

/// Sentences of a micro-batch.
const MICRO: usize = 2;
/// Half the weight of each objective for either view: TBO, SPO, CSPO.
const WEIGHTS: [f64; 6] = [0.35, 0.35, 0.65, 0.65, 0.2, 0.2];
/// Largest relative difference allowed.
const SAME: f32 = 1e-3;

/// Networks and queues before a step.
struct Before {
    objectives: ObjectiveConfig,
    model: PretrainModel,
    momentum: SpanPairNetwork,
    queued: [Tensor<2>; 2],
}

impl Before {
    fn new() -> Self {
        let objectives = ObjectiveConfig {
            w_tbo: 0.7,
            w_spo: 1.3,
            w_cspo: 0.4,
            // So that no logit drowns the others.
            temperature: 4.0,
            queue_keys: 6,
            ..ObjectiveConfig::default()
        };
        let (model, momentum) = networks(&objectives);
        let width = quiet_config().encoder.hidden_size;
        let device = Device::flex();
        let queued = [1, 2].map(|seed| random([objectives.queue_keys, width], seed, &device));
        Self {
            model,
            momentum,
            queued,
            objectives,
        }
    }

    /// Summed losses of some sentences alone.
    fn terms(&self, sentences: &[Sample]) -> [Loss; 8] {
        let (batch, quiet) = (PretrainBatch::new(sentences), &mut Pass::inference());
        let projected = self.momentum.keys(&batch, quiet);
        let count = sentences.len();
        let keys = Keys {
            own: [0, 1].map(|side| projected.clone().narrow(0, side * count, count)),
            queued: self.queued.clone().map(Some),
        };
        pretrain_loss(&self.model, &batch, Some(keys), &self.objectives, quiet)
            .weighted(&self.objectives)
    }

    /// The same queues and momentum network for the step itself.
    fn contrast(&self) -> MomentumContrast {
        let mut contrast = MomentumContrast::new(self.momentum.clone(), &self.objectives);
        contrast.keys(0, self.queued.clone());
        contrast.step(&self.model.network, 1.0);
        contrast
    }

    /// Gradients by the names of their parameters; zeros where there is none.
    fn named(&self, gradients: GradientsParams) -> StateDict {
        struct Swap(GradientsParams);
        impl ModuleMapper for Swap {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let (id, tensor, _) = param.consume();
                let gradient = self.0.remove::<D>(id);
                Param::initialized(id, gradient.unwrap_or_else(|| tensor.inner().zeros_like()))
            }
        }
        let swapped = self.model.clone().map(&mut Swap(gradients));
        block_on(state_of(&swapped)).unwrap()
    }
}

/// Three micro-batches: two sentences with every task in either view, two without a masked piece,
/// and a last one without a shuffled span.
fn sentences() -> Vec<Sample> {
    let all = SampleConfig::default();
    let (no_tbo, no_spo) = (
        SampleConfig {
            tbo: false,
            ..all.clone()
        },
        SampleConfig {
            spo: false,
            ..all.clone()
        },
    );
    let drawn = |words: usize, config: &SampleConfig| {
        let tasks = |sample: &Sample| {
            let views = [&sample.target, &sample.context];
            views.iter().all(|view| {
                view.masked.is_empty() != config.tbo && view.permuted.is_empty() != config.spo
            })
        };
        (0..)
            .map(|seed| sample(words, config, seed))
            .find(tasks)
            .unwrap()
    };
    vec![
        drawn(12, &all),
        drawn(16, &all),
        drawn(14, &no_tbo),
        drawn(11, &no_tbo),
        drawn(13, &no_spo),
    ]
}

/// The largest difference of two sets of gradients, as a share of the largest of its parameter.
fn distance(ours: &StateDict, theirs: &StateDict) -> f32 {
    let largest = |values: &[f32]| values.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    let all = theirs.values().map(|array| largest(&array.values));
    // Some parameters have hardly any gradient but rounding.
    let floor = 0.01 * all.fold(0.0, f32::max);
    let shares = theirs.iter().map(|(name, theirs)| {
        let differences = ours[name].values.iter().zip(&theirs.values);
        let worst = differences.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        worst / (largest(&theirs.values) + floor)
    });
    shares.fold(0.0, f32::max)
}

#[test]
fn means_are_over_the_micro_batches_or_over_the_step() {
    let (before, sentences) = (Before::new(), sentences());
    let by_setting = [MeanOver::Micro, MeanOver::Step].map(|mean_over| {
        let parts: Vec<[Loss; 8]> = sentences.chunks(MICRO).map(|s| before.terms(s)).collect();
        let rows: Vec<[usize; 6]> = parts
            .iter()
            .map(|terms| std::array::from_fn(|loss| terms[loss].term.count))
            .collect();
        // What an objective has no rows of, in either view.
        let missing = |part: usize| rows[part].map(|count| count == 0);
        assert_eq!(missing(0), [false; 6]);
        assert_eq!(missing(1), [true, true, false, false, false, false]);
        assert_eq!(missing(2), [false, false, true, true, false, false]);

        let mut losses = [0.0; 6];
        let mut total: Option<Tensor<1>> = None;
        for (terms, counts) in parts.into_iter().zip(&rows) {
            for (loss, term) in terms.into_iter().take(6).enumerate() {
                let Some(sum) = term.term.sum else { continue };
                let divisor: usize = match mean_over {
                    // A micro-batch without rows counts as one of loss 0.
                    MeanOver::Micro => rows.len() * counts[loss],
                    MeanOver::Step => rows.iter().map(|counts| counts[loss]).sum(),
                };
                let share = sum / divisor as f64;
                losses[loss] += f64::from(share.clone().into_scalar::<f32>());
                let weighted = share * WEIGHTS[loss];
                total = Some(match total {
                    Some(total) => total + weighted,
                    None => weighted,
                });
            }
        }
        let expected = total.unwrap().backward();
        let expected = before.named(GradientsParams::from_grads(expected, &before.model));

        // Chunks of the whole step are cut by length and hold other sentences than micro-batches.
        let objective = PretrainObjective::new(
            Always(sentences.clone()),
            PretrainSettings {
                objectives: before.objectives.clone(),
                chunk: 40,
                micro_batch: MICRO,
                mean_over,
            },
            Processor::Cpu,
            before.contrast(),
        );
        let device = Device::flex().autodiff();
        let step = gradients(&objective, &before.model, &device, 0, 1, &Sequential);
        let found = block_on(step).unwrap();
        for (loss, expected) in losses.into_iter().enumerate() {
            let found = found.losses[loss].mean.unwrap();
            assert!(
                (found - expected).abs() < f64::from(SAME) * expected,
                "{mean_over:?}, loss {loss}: {found} instead of {expected}"
            );
        }
        let found = before.named(found.gradients);
        let differ = distance(&found, &expected);
        assert!(differ < SAME, "{mean_over:?}: gradients differ by {differ}");
        (losses, found)
    });
    // Here the two settings are not the same.
    let [(micro, ours), (step, theirs)] = by_setting;
    let mut pairs = micro.into_iter().zip(step);
    assert!(pairs.any(|(micro, step)| (micro - step).abs() > 0.1 * step));
    assert!(distance(&ours, &theirs) > 0.1);
}
