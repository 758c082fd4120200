//! One pass through a model: its dropout, and the kernels that suit its gradients.

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};

/// How the backward pass sums a gradient to which many rows contribute; the forward pass computes
/// the same numbers either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backward {
    /// One thread adds the rows of a column: suits a CPU, and inference on any device.
    Serial,
    /// Many threads add parts of the rows: suits training on a GPU.
    Parallel,
}

/// Dropout and kernels of one forward pass and its backward pass.
#[derive(Debug)]
pub struct Pass {
    masks: Masks,
    backward: Backward,
}

#[derive(Debug)]
enum Masks {
    None,
    Host {
        rng: Xoshiro256PlusPlus,
        probability: f64,
    },
    Device {
        probability: f64,
    },
}

impl Pass {
    /// A pass without dropout.
    pub fn inference() -> Self {
        Self {
            masks: Masks::None,
            backward: Backward::Serial,
        }
    }

    /// A pass whose dropout masks are drawn on the host, from a seed: the same seed gives the same
    /// masks on every device, whatever the number of threads. `dropout` is the probability that an
    /// element is dropped, in [0, 1).
    pub fn training(seed: u64, dropout: f64) -> Self {
        Self {
            masks: Masks::Host {
                rng: Xoshiro256PlusPlus::seed_from_u64(seed),
                probability: dropout,
            },
            backward: Backward::Serial,
        }
    }

    /// A pass whose dropout masks a GPU draws, since sending masks to it would take longer than the rest
    /// of the pass. The device has a single random state, which this call seeds: finish such a pass before
    /// you begin another.
    pub fn training_on_gpu(device: &Device, seed: u64, dropout: f64) -> Self {
        device.seed(seed);
        Self {
            masks: Masks::Device {
                probability: dropout,
            },
            backward: Backward::Parallel,
        }
    }

    /// How the backward pass sums gradients.
    pub fn backward(&self) -> Backward {
        self.backward
    }

    /// Inverted dropout: zeroes each element with the probability p of this pass and scales the rest
    /// by 1/(1-p).
    pub fn dropout<const D: usize>(&mut self, x: Tensor<D>) -> Tensor<D> {
        match &mut self.masks {
            Masks::Host { rng, probability } if *probability > 0.0 => {
                let mask = host_mask(rng, *probability, &x);
                x * mask
            }
            Masks::Device { probability } if *probability > 0.0 => {
                let keep = 1.0 - *probability;
                let mask = x.random_like(Distribution::Bernoulli(keep));
                x * mask * (1.0 / keep)
            }
            _ => x,
        }
    }
}

/// A mask of 0 and 1/(1-p) in the shape of `x`.
fn host_mask<const D: usize>(
    rng: &mut Xoshiro256PlusPlus,
    probability: f64,
    x: &Tensor<D>,
) -> Tensor<D> {
    // 16 random bits an element resolve p to 1/65536.
    let threshold = (probability * 65536.0) as u16;
    let keep = (1.0 / (1.0 - probability)) as f32;
    let shape = x.shape();
    let count = shape.num_elements();
    let mut mask = Vec::with_capacity(count + 3);
    while mask.len() < count {
        let bits = rng.next_u64();
        for lane in 0..4 {
            let draw = (bits >> (16 * lane)) as u16;
            mask.push(if draw < threshold { 0.0 } else { keep });
        }
    }
    mask.truncate(count);
    Tensor::from_data(TensorData::new(mask, shape), &x.device())
}
