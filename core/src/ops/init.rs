//! Initial weights (method §3.0), drawn on the host from a seed.

use burn::module::{Param, ParamId};
use burn::nn::{Embedding, LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution, Normal, Uniform};

use super::Linear;

/// Standard deviation of every Linear and Embedding.
const STD: f32 = 0.02;

/// Source of initial weights.
#[derive(Debug)]
pub struct Init {
    rng: Option<Xoshiro256PlusPlus>,
}

impl Init {
    /// Draws weights from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            rng: Some(Xoshiro256PlusPlus::seed_from_u64(seed)),
        }
    }

    /// Gives placeholders, for a model whose weights are loaded next. They have a shape and take no memory.
    pub fn blank() -> Self {
        Self { rng: None }
    }

    /// Values of a distribution, or a placeholder.
    fn drawn<const D: usize>(
        &mut self,
        shape: [usize; D],
        distribution: Option<impl Distribution<f32>>,
        device: &Device,
    ) -> Param<Tensor<D>> {
        let Some(rng) = &mut self.rng else {
            return placeholder(shape, device);
        };
        let count = shape.iter().product();
        // The parameters of all distributions are valid, so `distribution` is never `None`.
        let values = distribution.map_or_else(
            || vec![0.0; count],
            |found| found.sample_iter(rng).take(count).collect(),
        );
        Param::from_data(TensorData::new(values, shape), device)
    }

    /// Values drawn from N(0, 0.02²).
    pub fn normal<const D: usize>(
        &mut self,
        shape: [usize; D],
        device: &Device,
    ) -> Param<Tensor<D>> {
        self.drawn(shape, Normal::new(0.0, STD).ok(), device)
    }

    /// Blocks of columns: the values of each block `(width, bound)` are drawn from U(-bound, bound), one
    /// block after the other. The widths add up to the last dimension of the shape.
    pub fn uniform_columns<const D: usize>(
        &mut self,
        shape: [usize; D],
        blocks: &[(usize, f32)],
        device: &Device,
    ) -> Param<Tensor<D>> {
        let Some(rng) = &mut self.rng else {
            return placeholder(shape, device);
        };
        let width = shape[D - 1];
        let mut values = vec![0.0; shape.iter().product()];
        let mut column = 0;
        for &(block, bound) in blocks {
            // All bounds are above 0, so the distribution is valid.
            if let Ok(uniform) = Uniform::new(-bound, bound) {
                for row in values.chunks_mut(width) {
                    row[column..column + block].fill_with(|| uniform.sample(rng));
                }
            }
            column += block;
        }
        Param::from_data(TensorData::new(values, shape), device)
    }

    /// Zeros.
    pub fn zeros<const D: usize>(&self, shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
        match self.rng {
            Some(_) => Param::from_data(TensorData::zeros::<f32, _>(shape), device),
            None => placeholder(shape, device),
        }
    }

    /// Linear layer with zero bias.
    pub fn linear(&mut self, inputs: usize, outputs: usize, device: &Device) -> Linear {
        let weight = self.normal([inputs, outputs], device);
        Linear::new(weight, Some(self.zeros([outputs], device)))
    }

    /// Linear layer without bias.
    pub fn projection(&mut self, inputs: usize, outputs: usize, device: &Device) -> Linear {
        Linear::new(self.normal([inputs, outputs], device), None)
    }

    /// Embedding table.
    pub fn embedding(&mut self, rows: usize, width: usize, device: &Device) -> Embedding {
        Embedding {
            weight: self.normal([rows, width], device),
        }
    }
}

/// LayerNorm with gain 1 and bias 0.
pub(crate) fn layer_norm(width: usize, epsilon: f64, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(epsilon)
        .init(device)
}

/// A parameter that takes no memory until it is loaded. If it is used before, it is zero.
fn placeholder<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::uninitialized(
        ParamId::new(),
        move |device, require_grad| Tensor::zeros(shape, device).set_require_grad(require_grad),
        device.clone(),
        true,
        shape.into(),
    )
}
