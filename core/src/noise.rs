//! Dropout whose masks come from a seed that is passed in.

use burn::tensor::{Tensor, TensorData};
use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};

/// A source of dropout masks; silent at inference.
///
/// Masks are drawn on the host, so the same seed gives the same training run on every device and
/// whatever the number of threads.
#[derive(Debug)]
pub struct Noise(Option<Xoshiro256PlusPlus>);

impl Noise {
    /// No dropout: evaluation mode.
    pub fn none() -> Self {
        Self(None)
    }

    /// Dropout from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Xoshiro256PlusPlus::seed_from_u64(seed)))
    }

    /// Inverted dropout: zeroes each element with probability `p` and scales the rest by `1/(1-p)`.
    pub fn dropout<const D: usize>(&mut self, x: Tensor<D>, p: f64) -> Tensor<D> {
        let Some(rng) = &mut self.0 else { return x };
        if p <= 0.0 {
            return x;
        }
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
