//! A tensor that the optimiser updates as one: a parameter, or all parameters of one rate and decay.

use burn::module::ParamId;
use burn::tensor::Tensor;

use super::AdamWConfig;

/// Values between the starts of two parameters in a joined tensor are a multiple of this, or else reading one
/// parameter is a copy: 512 bytes, CUDA's alignment; WebGPU's strictest is 256.
const ALIGNED: usize = 128;
/// Most values of a tensor over several parameters: 128 MiB, what WebGPU promises of every GPU.
pub const LARGEST: usize = 1 << 25;

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
    /// Peak learning rate.
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
    /// The values and moments after a step, with `factor` of the peak rate and gradients times `scale`.
    pub fn updated(
        self,
        moments: [Tensor<1>; 2],
        config: &AdamWConfig,
        (factor, scale): (f64, f64),
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
        let rate = rate * factor;
        let gradient = gradient * scale;
        let m = m * config.beta1 + gradient.clone() * (1.0 - config.beta1);
        let v = v * config.beta2 + gradient.square() * (1.0 - config.beta2);
        let (step, root) = if config.bias_correction {
            let correction = |beta: f64| 1.0 - beta.powi(steps as i32);
            (
                rate / correction(config.beta1),
                v.clone().sqrt() / correction(config.beta2).sqrt(),
            )
        } else {
            (rate, v.clone().sqrt())
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

/// One slot for all parameters of the same rate and decay, of at most `largest` values; parameters whose next
/// neighbour would not be aligned stay alone.
pub fn together(slots: Vec<Slot>, largest: usize) -> Vec<Slot> {
    let mut kinds: Vec<(usize, Vec<Slot>)> = Vec::new();
    for slot in slots {
        let count = slot.value.dims()[0];
        let kind = kinds.iter_mut().find(|(total, kind)| {
            let first = &kind[0];
            (slot.rate, slot.decay) == (first.rate, first.decay)
                && [count, *total].iter().all(|n| n.is_multiple_of(ALIGNED))
                && *total + count <= largest
        });
        match kind {
            Some((total, kind)) => {
                *total += count;
                kind.push(slot);
            }
            None => kinds.push((count, vec![slot])),
        }
    }
    kinds.into_iter().map(|(_, kind)| joined(kind)).collect()
}

/// Slots of one rate and decay as one.
fn joined(slots: Vec<Slot>) -> Slot {
    let (rate, decay) = (slots[0].rate, slots[0].decay);
    let mut members = Vec::new();
    let mut parts = [Vec::new(), Vec::new()];
    for slot in slots {
        members.extend(slot.members);
        parts[0].push(slot.value);
        parts[1].push(slot.gradient);
    }
    let [value, gradient] = parts.map(concatenated);
    Slot {
        members,
        value,
        gradient,
        rate,
        decay,
    }
}

/// Parts, one behind the other.
pub fn concatenated(mut parts: Vec<Tensor<1>>) -> Tensor<1> {
    match parts.len() {
        1 => parts.remove(0),
        _ => Tensor::cat(parts, 0),
    }
}

/// Every member's part of a tensor over all of them.
pub fn split(all: Tensor<1>, members: &[Member]) -> Vec<Tensor<1>> {
    if members.len() == 1 {
        return vec![all];
    }
    let mut from = 0;
    let part = |member: &Member| {
        let range = from..from + member.count;
        from = range.end;
        all.clone().slice([range])
    };
    members.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn parameters_of_one_rate_and_decay_are_joined_up_to_a_size() {
        let slot = |(count, rate): (usize, f64)| {
            let value = Tensor::zeros([count], &Device::flex());
            Slot {
                members: vec![Member {
                    id: ParamId::new(),
                    count,
                }],
                gradient: value.clone(),
                value,
                rate,
                decay: 0.01,
            }
        };
        let all = [128, 3, 256, 128, 3].map(|count| (count, 0.1));
        let slots = all.into_iter().chain([(128, 0.2)]).map(slot).collect();
        let counts = |slot: &Slot| slot.members.iter().map(|m| m.count).collect::<Vec<_>>();
        let found: Vec<_> = together(slots, 400).iter().map(counts).collect();
        assert_eq!(
            found,
            [vec![128, 256], vec![3], vec![128], vec![3], vec![128]]
        );
    }
}
