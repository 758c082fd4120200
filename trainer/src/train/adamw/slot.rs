//! What is updated as one tensor: a parameter, or all that are trained alike.

use burn::module::ParamId;
use burn::tensor::Tensor;

use super::AdamWConfig;

/// Parameters start at multiples of so many values, or else reading one out of many is a copy: 256 bytes,
/// the strictest alignment of WebGPU.
const ALIGNED: usize = 64;

/// A parameter's place in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Member {
    /// The parameter.
    pub id: ParamId,
    /// Its values.
    pub count: usize,
}

/// One parameter or several, flattened, with what a step does to them.
pub struct Slot {
    /// The parameters, one behind the other.
    pub members: Vec<Member>,
    /// Their values.
    pub value: Tensor<1>,
    /// Their gradients.
    pub gradient: Tensor<1>,
    /// Learning rate of the step.
    pub rate: f64,
    /// Decoupled weight decay.
    pub decay: f64,
}

/// What a step makes of a slot.
pub struct Updated {
    /// The parameters, one behind the other.
    pub members: Vec<Member>,
    /// Their values.
    pub value: Tensor<1>,
    /// Their first and second moments.
    pub moments: [Tensor<1>; 2],
}

impl Slot {
    /// The values and moments after a step.
    pub fn updated(
        self,
        moments: [Tensor<1>; 2],
        config: &AdamWConfig,
        scale: f64,
        steps: usize,
    ) -> Updated {
        let Self {
            members,
            value,
            gradient,
            rate,
            decay,
        } = self;
        let [m, v] = moments;
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
            members,
            value,
            moments: [m, v],
        }
    }
}

/// One slot for all parameters of the same rate and decay, save those of odd sizes.
pub fn together(slots: Vec<Slot>) -> Vec<Slot> {
    let alike = |a: &Slot, b: &Slot| (a.rate, a.decay) == (b.rate, b.decay);
    let mut kinds: Vec<Vec<Slot>> = Vec::new();
    for slot in slots {
        let even = slot.value.dims()[0].is_multiple_of(ALIGNED);
        let kind = kinds.iter_mut().find(|kind| {
            even && kind[0].value.dims()[0].is_multiple_of(ALIGNED) && alike(&kind[0], &slot)
        });
        match kind {
            Some(kind) => kind.push(slot),
            None => kinds.push(vec![slot]),
        }
    }
    kinds.into_iter().map(joined).collect()
}

/// Slots of one rate and decay as one.
fn joined(mut slots: Vec<Slot>) -> Slot {
    let (rate, decay) = (slots[0].rate, slots[0].decay);
    if slots.len() == 1 {
        return slots.remove(0);
    }
    let mut members = Vec::new();
    let mut parts = [Vec::new(), Vec::new()];
    for slot in slots {
        members.extend(slot.members);
        parts[0].push(slot.value);
        parts[1].push(slot.gradient);
    }
    let [value, gradient] = parts.map(|part| Tensor::cat(part, 0));
    Slot {
        members,
        value,
        gradient,
        rate,
        decay,
    }
}

/// Every member's part of a tensor over all of them.
pub fn apart(whole: Tensor<1>, members: &[Member]) -> Vec<Tensor<1>> {
    if members.len() == 1 {
        return vec![whole];
    }
    let mut from = 0;
    let part = |member: &Member| {
        let range = from..from + member.count;
        from = range.end;
        whole.clone().slice([range])
    };
    members.iter().map(part).collect()
}
