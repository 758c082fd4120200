//! AdamW as the paper's code runs it (method §4): decoupled decay after the update, optional bias
//! correction, one global gradient norm.

mod moments;
mod slot;

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use spanlight_core::readback::read_scalars;
use spanlight_core::weights::{Array, Pending, PendingState, StateDict};
use spanlight_core::{Error, Result};

use crate::Groups;
use crate::workers::{Workers, job};
use moments::Moments;
use slot::{LARGEST, Member, Slot, Updated, split, together};

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

impl AdamWConfig {
    /// The paper's (§4).
    pub const PAPER: Self = Self {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-6,
        weight_decay: 0.01,
        bias_correction: false,
        clip: 1.0,
    };
}

/// The optimiser's state.
pub struct AdamW {
    config: AdamWConfig,
    names: HashMap<ParamId, Named>,
    together: bool,
    moments: Moments,
    steps: usize,
}

impl AdamW {
    /// A fresh optimiser for a model.
    pub fn new<M: Module>(config: AdamWConfig, model: &M) -> Self {
        Self {
            config,
            names: names(model),
            together: false,
            moments: Moments::default(),
            steps: 0,
        }
    }

    /// Whether parameters that are trained alike are updated as one tensor. A GPU then launches hundreds
    /// of kernels instead of thousands; a CPU has smaller tensors for its threads to share otherwise.
    pub fn together(self, together: bool) -> Self {
        Self { together, ..self }
    }

    /// Clips the gradients and updates the model, at `factor` times the rates of the groups; returns the model
    /// and the gradient norm before clipping.
    ///
    /// # Errors
    /// [`Error::Device`] when the norm cannot be read back. A norm that is not finite leaves the
    /// model as it was.
    pub async fn step<M: Module>(
        &mut self,
        model: &M,
        gradients: GradientsParams,
        groups: &Groups,
        factor: f64,
        workers: &impl Workers,
    ) -> Result<(M, f64)> {
        let mut slots = self.slots(model, gradients, groups);
        if self.together {
            slots = together(slots, LARGEST);
        }
        let norm = global_norm(&slots).await?;
        if !norm.is_finite() {
            return Ok((model.clone(), norm));
        }
        let scale = (self.config.clip / (norm + 1e-6)).min(1.0);
        self.steps += 1;
        let (config, steps) = (self.config, self.steps);
        // Largest first, so that the workers finish together.
        slots.sort_by_key(|s| std::cmp::Reverse(s.value.dims()[0]));
        let mut updates = Vec::with_capacity(slots.len());
        for slot in slots {
            let moments = self.moments.take(&slot);
            updates.push(job(move || async move {
                slot.updated(moments, &config, (factor, scale), steps)
            }));
        }
        let updated: Vec<Updated> = workers.run(updates).await;
        let mut values = HashMap::with_capacity(self.names.len());
        for Updated {
            members,
            value,
            moments,
        } in updated
        {
            let parts = members.iter().zip(split(value, &members));
            values.extend(parts.map(|(member, part)| (member.id, part)));
            self.moments.put(members, moments);
        }
        Ok((model.clone().map(&mut Writer { values }), norm))
    }

    fn slots<M: Module>(
        &self,
        model: &M,
        gradients: GradientsParams,
        groups: &Groups,
    ) -> Vec<Slot> {
        struct Collector<'a> {
            optimizer: &'a AdamW,
            gradients: GradientsParams,
            groups: &'a Groups,
            slots: Vec<Slot>,
        }
        impl ModuleVisitor for Collector<'_> {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let Some(gradient) = self.gradients.remove::<D>(param.id) else {
                    return;
                };
                let group = self.groups.of(param.id);
                if group.learning_rate <= 0.0 {
                    return;
                }
                let value = param.val().inner();
                let count = value.shape().num_elements();
                self.slots.push(Slot {
                    members: vec![Member {
                        id: param.id,
                        count,
                    }],
                    gradient: gradient.reshape([count]),
                    value: value.reshape([count]),
                    rate: group.learning_rate,
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
            slots: Vec::new(),
        };
        model.visit(&mut collector);
        collector.slots
    }

    /// The moments by parameter name, as `m.NAME` and `v.NAME`.
    pub fn state(&self) -> PendingState {
        let mut state = PendingState::new();
        for (member, [m, v]) in self.moments.each() {
            for (prefix, values) in [("m", m), ("v", v)] {
                let moment = Pending {
                    shape: vec![member.count],
                    values,
                    transposed: false,
                };
                state.insert(format!("{prefix}.{}", self.names[&member.id].name), moment);
            }
        }
        state
    }

    /// Goes on from the moments of a [state](Self::state) after the given number of finished steps.
    ///
    /// # Errors
    /// [`Error::Weight`] for the moments of an unknown parameter or of one of another size.
    pub fn restore(&mut self, mut state: StateDict, steps: usize, device: &Device) -> Result<()> {
        let tensor =
            |array: Array| Tensor::from_data(TensorData::new(array.values, array.shape), device);
        self.moments = Moments::default();
        for (&id, &Named { ref name, count }) in &self.names {
            let moment = |prefix: &str| format!("{prefix}.{name}");
            if let (Some(m), Some(v)) = (state.remove(&moment("m")), state.remove(&moment("v"))) {
                if [&m, &v].iter().any(|array| array.values.len() != count) {
                    return Err(Error::Weight {
                        name: name.clone(),
                        problem: format!("has {count} values, but its moments have not"),
                    });
                }
                let members = vec![Member { id, count }];
                self.moments.put(members, [tensor(m), tensor(v)]);
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
async fn global_norm(slots: &[Slot]) -> Result<f64> {
    let squares: Vec<Tensor<1>> = slots
        .iter()
        .map(|s| s.gradient.clone().square().sum())
        .collect();
    let squares = read_scalars(squares).await?;
    let sum = squares.into_iter().fold(0.0, |sum, s| sum + f64::from(s));
    Ok(sum.sqrt())
}

/// A parameter as the checkpoint knows it.
struct Named {
    name: String,
    count: usize,
}

/// Parameters by id.
fn names<M: Module>(model: &M) -> HashMap<ParamId, Named> {
    #[derive(Default)]
    struct Namer {
        path: Vec<String>,
        names: HashMap<ParamId, Named>,
    }
    impl ModuleVisitor for Namer {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.into());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let name = self.path.join(".");
            let count = param.shape().num_elements();
            self.names.insert(param.id, Named { name, count });
        }
    }
    let mut namer = Namer::default();
    model.visit(&mut namer);
    namer.names
}

#[cfg(test)]
mod tests;
