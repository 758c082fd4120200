//! Dropout whose masks come from a seed that is passed in.

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};

/// A source of dropout masks; silent at inference.
#[derive(Debug)]
pub struct Noise(Source);

#[derive(Debug)]
enum Source {
    Silent,
    Host(Xoshiro256PlusPlus),
    Device,
}

impl Noise {
    /// No dropout: evaluation mode.
    pub fn none() -> Self {
        Self(Source::Silent)
    }

    /// Dropout from a seed. Masks are drawn on the host, so the same seed gives the same masks on every
    /// device and whatever the number of threads.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Host(Xoshiro256PlusPlus::seed_from_u64(seed)))
    }

    /// Dropout from a seed, with masks that the device draws: on a GPU, sending them there would take
    /// longer than all else. One source after the other, not two in turn: a device has one state.
    pub fn drawn_by(device: &Device, seed: u64) -> Self {
        device.seed(seed);
        Self(Source::Device)
    }

    /// Whether the device draws the masks: a GPU, in a step of training.
    pub fn is_drawn_by_device(&self) -> bool {
        matches!(self.0, Source::Device)
    }

    /// Inverted dropout: zeroes each element with probability `p` and scales the rest by `1/(1-p)`.
    pub fn dropout<const D: usize>(&mut self, x: Tensor<D>, p: f64) -> Tensor<D> {
        if p <= 0.0 {
            return x;
        }
        let rng = match &mut self.0 {
            Source::Silent => return x,
            Source::Host(rng) => rng,
            Source::Device => {
                let mask = x.random_like(Distribution::Bernoulli(1.0 - p));
                return x * mask * (1.0 / (1.0 - p));
            }
        };
        // 16 random bits an element resolve p to 1/65536.
        let threshold = (p * 65536.0) as u16;
        let keep = (1.0 / (1.0 - p)) as f32;
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
        let device = x.device();
        x * Tensor::from_data(TensorData::new(mask, shape), &device)
    }
}
