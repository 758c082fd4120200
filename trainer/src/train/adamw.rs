//! AdamW as the paper's code runs it (method §4): decoupled decay after the update, optional bias
//! correction, one global gradient norm.

use std::collections::HashMap;
use std::panic::resume_unwind;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use spanlight_core::readback::read_all;
use spanlight_core::weights::{Array, StateDict};
use spanlight_core::{Error, Result};

use super::Groups;

/// Settings of the optimiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamWConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Whether moments are corrected for their start at zero.
    pub bias_correction: bool,
    /// Largest global gradient norm.
    pub clip: f64,
}

/// A parameter with its moments, flattened.
struct Slot {
    id: ParamId,
    value: Tensor<1>,
    gradient: Tensor<1>,
    moments: [Tensor<1>; 2],
    rate: f64,
    decay: f64,
}

/// What a step makes of a slot.
struct Updated {
    id: ParamId,
    value: Tensor<1>,
    moments: [Tensor<1>; 2],
}

/// The optimiser's state.
pub struct AdamW {
    config: AdamWConfig,
    names: HashMap<ParamId, String>,
    moments: HashMap<ParamId, [Tensor<1>; 2]>,
    steps: usize,
}

impl AdamW {
    /// A fresh optimiser for a model.
    pub fn new<M: Module>(config: AdamWConfig, model: &M) -> Self {
        Self {
            config,
            names: names(model),
            moments: HashMap::new(),
            steps: 0,
        }
    }

    /// Clips the gradients and updates the model; gives the gradient norm before clipping.
    ///
    /// # Errors
    /// [`Error::Device`] when the norm cannot be read back. A norm that is not finite leaves the
    /// model as it was.
    pub fn step<M: Module>(
        &mut self,
        model: M,
        gradients: GradientsParams,
        groups: &Groups,
        factor: f64,
        workers: usize,
    ) -> Result<(M, f64)> {
        let mut slots = self.slots(&model, gradients, groups, factor);
        let norm = global_norm(&slots)?;
        if !norm.is_finite() {
            self.moments
                .extend(slots.into_iter().map(|slot| (slot.id, slot.moments)));
            return Ok((model, norm));
        }
        let scale = (self.config.clip / (norm + 1e-6)).min(1.0);
        self.steps += 1;
        let (config, steps) = (self.config, self.steps);
        // Largest first, so that the workers finish together.
        slots.sort_by_key(|s| std::cmp::Reverse(s.value.dims()[0]));
        let mut shares: Vec<Vec<Slot>> = (0..workers.max(1)).map(|_| Vec::new()).collect();
        let mut loads = vec![0; shares.len()];
        for slot in slots {
            let lightest = (0..loads.len()).min_by_key(|&i| loads[i]).unwrap_or(0);
            loads[lightest] += slot.value.dims()[0];
            shares[lightest].push(slot);
        }
        let update = |share: Vec<Slot>| -> Vec<Updated> {
            share
                .into_iter()
                .map(|slot| slot.updated(&config, scale, steps))
                .collect()
        };
        let updated: Vec<Updated> = match shares.len() {
            1 => shares.into_iter().flat_map(update).collect(),
            _ => std::thread::scope(|scope| {
                let handles: Vec<_> = shares
                    .into_iter()
                    .map(|share| scope.spawn(|| update(share)))
                    .collect();
                handles
                    .into_iter()
                    .flat_map(|h| h.join().unwrap_or_else(|panic| resume_unwind(panic)))
                    .collect()
            }),
        };
        let mut values = HashMap::with_capacity(updated.len());
        for slot in updated {
            self.moments.insert(slot.id, slot.moments);
            values.insert(slot.id, slot.value);
        }
        Ok((model.map(&mut Writer { values }), norm))
    }

    fn slots<M: Module>(
        &mut self,
        model: &M,
        gradients: GradientsParams,
        groups: &Groups,
        factor: f64,
    ) -> Vec<Slot> {
        struct Collector<'a> {
            optimizer: &'a mut AdamW,
            gradients: GradientsParams,
            groups: &'a Groups,
            factor: f64,
            slots: Vec<Slot>,
        }
        impl ModuleVisitor for Collector<'_> {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let Some(gradient) = self.gradients.remove::<D>(param.id) else {
                    return;
                };
                let group = self.groups.of(&self.optimizer.names[&param.id]);
                if group.learning_rate <= 0.0 {
                    return;
                }
                let value = param.val().inner();
                let count = value.shape().num_elements();
                let value = value.reshape([count]);
                let moments = self
                    .optimizer
                    .moments
                    .remove(&param.id)
                    .unwrap_or_else(|| [value.zeros_like(), value.zeros_like()]);
                self.slots.push(Slot {
                    id: param.id,
                    gradient: gradient.reshape([count]),
                    value,
                    moments,
                    rate: group.learning_rate * self.factor,
                    decay: if group.decay {
                        self.optimizer.config.weight_decay
                    } else {
                        0.0
                    },
                });
            }
        }
        let mut collector = Collector {
            optimizer: self,
            gradients,
            groups,
            factor,
            slots: Vec::new(),
        };
        model.visit(&mut collector);
        collector.slots
    }

    /// The moments by parameter name, as `m.NAME` and `v.NAME`.
    ///
    /// # Errors
    /// [`Error::Device`] when they cannot be read back.
    pub fn state(&self) -> Result<StateDict> {
        let mut state = StateDict::new();
        for (id, [m, v]) in &self.moments {
            for (prefix, tensor) in [("m", m), ("v", v)] {
                let data = tensor
                    .clone()
                    .try_into_data()
                    .map_err(|e| Error::Device(e.to_string()))?;
                let values = data
                    .try_into_vec::<f32>()
                    .map_err(|e| Error::Device(format!("{e:?}")))?;
                let shape = vec![values.len()];
                state.insert(
                    format!("{prefix}.{}", self.names[id]),
                    Array { shape, values },
                );
            }
        }
        Ok(state)
    }

    /// Restores the moments and the number of finished steps.
    ///
    /// # Errors
    /// [`Error::Weight`] for the moments of an unknown parameter.
    pub fn restore(&mut self, mut state: StateDict, steps: usize, device: &Device) -> Result<()> {
        let tensor =
            |array: Array| Tensor::from_data(TensorData::new(array.values, array.shape), device);
        for (id, name) in &self.names {
            let moment = |prefix: &str| format!("{prefix}.{name}");
            if let (Some(m), Some(v)) = (state.remove(&moment("m")), state.remove(&moment("v"))) {
                self.moments.insert(*id, [tensor(m), tensor(v)]);
            }
        }
        self.steps = steps;
        match state.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::Weight {
                name,
                problem: "belongs to no parameter of this model".into(),
            }),
        }
    }
}

impl Slot {
    fn updated(self, config: &AdamWConfig, scale: f64, steps: usize) -> Updated {
        let Self {
            id,
            value,
            gradient,
            moments: [m, v],
            rate,
            decay,
        } = self;
        let gradient = gradient * scale;
        let m = m * config.beta1 + gradient.clone() * (1.0 - config.beta1);
        let v = v * config.beta2 + gradient.square() * (1.0 - config.beta2);
        let (step, root) = match config.bias_correction {
            false => (rate, v.clone().sqrt()),
            true => {
                let correction = |beta: f64| 1.0 - beta.powi(steps as i32);
                (
                    rate / correction(config.beta1),
                    v.clone().sqrt() / correction(config.beta2).sqrt(),
                )
            }
        };
        let value = value - m.clone() / (root + config.epsilon) * step;
        // The decay also applies to what the update just added, as in the original.
        let value = match decay * rate {
            0.0 => value,
            share => value * (1.0 - share),
        };
        Updated {
            id,
            value,
            moments: [m, v],
        }
    }
}

/// Writes updated values back into their parameters.
struct Writer {
    values: HashMap<ParamId, Tensor<1>>,
}

impl ModuleMapper for Writer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(value) = self.values.remove(&param.id) else {
            return param;
        };
        param.map(|old| {
            let new = Tensor::from_inner(value.reshape(old.shape()));
            new.set_require_grad(old.is_require_grad())
        })
    }
}

/// L2 norm over all gradients.
fn global_norm(slots: &[Slot]) -> Result<f64> {
    let squares: Vec<Tensor<1>> = slots
        .iter()
        .map(|s| s.gradient.clone().square().sum())
        .collect();
    if squares.is_empty() {
        return Ok(0.0);
    }
    let rows = pollster::block_on(read_all(vec![Tensor::cat(squares, 0).unsqueeze::<2>()]))?;
    Ok(rows
        .iter()
        .flat_map(|r| r.row(0))
        .map(|&s| f64::from(s))
        .sum::<f64>()
        .sqrt())
}

/// Parameter names by id.
fn names<M: Module>(model: &M) -> HashMap<ParamId, String> {
    #[derive(Default)]
    struct Namer {
        path: Vec<String>,
        names: HashMap<ParamId, String>,
    }
    impl ModuleVisitor for Namer {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.names.insert(param.id, self.path.join("."));
        }
    }
    let mut namer = Namer::default();
    model.visit(&mut namer);
    namer.names
}

#[cfg(test)]
mod tests {
    use burn::optim::GradientsParams;

    use super::*;
    use crate::train::{Group, Schedule};

    /// Parameters of three groups.
    #[derive(Module, Debug)]
    struct Weights {
        decayed: Param<Tensor<1>>,
        spared: Param<Tensor<1>>,
        frozen: Param<Tensor<1>>,
    }

    impl Weights {
        fn new(values: [f32; 3]) -> Self {
            let device = Device::flex().autodiff();
            let [decayed, spared, frozen] = values.map(|v| Param::from_data([v], &device));
            Self {
                decayed,
                spared,
                frozen,
            }
        }

        fn values(&self) -> [f32; 3] {
            [&self.decayed, &self.spared, &self.frozen].map(|p| p.val().into_scalar::<f32>())
        }

        fn gradients(&self, values: [f32; 3]) -> GradientsParams {
            let mut gradients = GradientsParams::new();
            for (param, value) in [&self.decayed, &self.spared, &self.frozen]
                .into_iter()
                .zip(values)
            {
                gradients.register(param.id, Tensor::<1>::from_floats([value], &Device::flex()));
            }
            gradients
        }
    }

    fn config() -> AdamWConfig {
        AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-6,
            weight_decay: 0.01,
            bias_correction: false,
            clip: 1.0,
        }
    }

    fn groups(learning_rate: f64) -> Groups {
        Groups::new(move |name| match name {
            "decayed" => Group {
                learning_rate,
                decay: true,
            },
            "spared" => Group {
                learning_rate,
                decay: false,
            },
            _ => Group {
                learning_rate: 0.0,
                decay: true,
            },
        })
    }

    /// Values after a step with each of the gradients.
    fn train(config: AdamWConfig, rate: f64, gradients: &[[f32; 3]]) -> Vec<[f32; 3]> {
        let mut model = Weights::new([1.0; 3]);
        let mut optimizer = AdamW::new(config, &model);
        let mut steps = Vec::new();
        for &values in gradients {
            let gradients = model.gradients(values);
            (model, _) = optimizer
                .step(model, gradients, &groups(rate), 1.0, 1)
                .unwrap();
            steps.push(model.values());
        }
        steps
    }

    #[test]
    fn follows_the_golden_values_of_the_method() {
        let schedule = Schedule {
            warmup: 2.0,
            total: 4.0,
        };
        let mut model = Weights::new([1.0; 3]);
        let mut optimizer = AdamW::new(config(), &model);
        let golden = [
            (0.5, 1.0),
            (-0.2, 0.926_106_8),
            (0.3, 0.655_953_3),
            (0.1, 0.510_585_8),
        ];
        for (step, (gradient, expected)) in golden.into_iter().enumerate() {
            let gradients = model.gradients([gradient, 0.0, 0.0]);
            let norm;
            (model, norm) = optimizer
                .step(model, gradients, &groups(0.1), schedule.factor(step), 1)
                .unwrap();
            assert!((norm - f64::from(gradient.abs())).abs() < 1e-6);
            let found = model.values()[0];
            assert!(
                (found - expected).abs() < 1e-6,
                "step {step}: {found} instead of {expected}"
            );
        }
    }

    #[test]
    fn groups_decide_on_decay_and_freezing() {
        let found = train(config(), 0.1, &[[0.1; 3]])[0];
        // m / √v of a first step is 0.1 / √0.001 whatever the gradient.
        let moved = 1.0 - 0.1 * 0.01 / (0.1 * 0.001_f32.sqrt() + 1e-6);
        assert!((found[1] - moved).abs() < 1e-6, "{found:?}");
        assert!(
            (found[0] - moved * (1.0 - 0.1 * 0.01)).abs() < 1e-6,
            "{found:?}"
        );
        assert_eq!(found[2], 1.0);
    }

    #[test]
    fn bias_correction_makes_the_first_step_as_long_as_the_learning_rate() {
        let config = AdamWConfig {
            bias_correction: true,
            ..config()
        };
        for gradient in [1e-3, -0.3] {
            let found = train(config, 0.05, &[[gradient; 3]])[0][1];
            let expected = 1.0 - 0.05 * gradient.signum();
            assert!(
                (found - expected).abs() < 1e-4,
                "{found} instead of {expected}"
            );
        }
    }

    #[test]
    fn clips_the_norm_over_all_trained_parameters() {
        // An epsilon as large as the gradients makes the step depend on their scale.
        let config = AdamWConfig {
            epsilon: 1.0,
            ..config()
        };
        let clipped = train(config, 0.1, &[[3.0, 4.0, 0.0], [0.3, 0.4, 0.0]]);
        let small = train(config, 0.1, &[[0.6, 0.8, 0.0], [0.3, 0.4, 0.0]]);
        for (a, b) in clipped.iter().flatten().zip(small.iter().flatten()) {
            assert!((a - b).abs() < 1e-6, "{clipped:?} instead of {small:?}");
        }
        assert_ne!(clipped[0], train(config, 0.1, &[[0.3, 0.4, 0.0]])[0]);
        // What is frozen does not count.
        assert_eq!(
            train(config, 0.1, &[[0.3, 0.4, 9.0]]),
            train(config, 0.1, &[[0.3, 0.4, 0.0]])
        );
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing() {
        for bad in [f32::NAN, f32::INFINITY, f32::MAX] {
            let mut model = Weights::new([1.0; 3]);
            let config = AdamWConfig {
                bias_correction: true,
                ..config()
            };
            let mut optimizer = AdamW::new(config, &model);
            let expected = train(config, 0.1, &[[0.5, 0.2, 0.0], [0.3, -0.1, 0.0]]);
            let gradients = model.gradients([0.5, 0.2, 0.0]);
            (model, _) = optimizer
                .step(model, gradients, &groups(0.1), 1.0, 1)
                .unwrap();
            let moments = optimizer.state().unwrap();
            let gradients = model.gradients([bad, 0.1, 0.0]);
            let norm;
            (model, norm) = optimizer
                .step(model, gradients, &groups(0.1), 1.0, 1)
                .unwrap();
            assert!(!norm.is_finite());
            assert_eq!(model.values(), expected[0]);
            assert_eq!(optimizer.state().unwrap(), moments);
            let gradients = model.gradients([0.3, -0.1, 0.0]);
            (model, _) = optimizer
                .step(model, gradients, &groups(0.1), 1.0, 1)
                .unwrap();
            assert_eq!(model.values(), expected[1]);
        }
    }
}
