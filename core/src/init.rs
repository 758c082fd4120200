//! Initial weights (method §3.0), drawn on the host from a seed that is passed in.

use burn::module::Param;
use burn::nn::{Embedding, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution, Normal, Uniform};

/// Standard deviation of every Linear and Embedding.
const STD: f32 = 0.02;

/// Where initial weights come from.
#[derive(Debug)]
pub struct Init {
    rng: Option<Xoshiro256PlusPlus>,
}

impl Init {
    /// Weights from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            rng: Some(Xoshiro256PlusPlus::seed_from_u64(seed)),
        }
    }

    /// Zeros, for a model whose weights are all about to be loaded.
    pub fn blank() -> Self {
        Self { rng: None }
    }

    fn values(&mut self, count: usize, distribution: impl Distribution<f32>) -> Vec<f32> {
        match &mut self.rng {
            Some(rng) => distribution.sample_iter(rng).take(count).collect(),
            None => vec![0.0; count],
        }
    }

    /// Values of N(0, 0.02²).
    pub fn normal<const D: usize>(
        &mut self,
        shape: [usize; D],
        device: &Device,
    ) -> Param<Tensor<D>> {
        let count = shape.iter().product();
        // The constants are valid, so the fallback is never taken.
        let values = match Normal::new(0.0, STD) {
            Ok(normal) => self.values(count, normal),
            Err(_) => vec![0.0; count],
        };
        Param::from_data(TensorData::new(values, shape), device)
    }

    /// Values of U(-bound, bound).
    pub fn uniform<const D: usize>(
        &mut self,
        shape: [usize; D],
        bound: f32,
        device: &Device,
    ) -> Param<Tensor<D>> {
        let count = shape.iter().product();
        let values = match Uniform::new(-bound, bound) {
            Ok(uniform) => self.values(count, uniform),
            Err(_) => vec![0.0; count],
        };
        Param::from_data(TensorData::new(values, shape), device)
    }

    /// Linear layer with zero bias.
    pub fn linear(&mut self, inputs: usize, outputs: usize, device: &Device) -> Linear {
        Linear {
            bias: Some(zeros([outputs], device)),
            ..self.projection(inputs, outputs, device)
        }
    }

    /// Linear layer without bias.
    pub fn projection(&mut self, inputs: usize, outputs: usize, device: &Device) -> Linear {
        Linear {
            weight: self.normal([inputs, outputs], device),
            bias: None,
        }
    }

    /// Embedding table.
    pub fn embedding(&mut self, rows: usize, width: usize, device: &Device) -> Embedding {
        Embedding {
            weight: self.normal([rows, width], device),
        }
    }
}

/// LayerNorm with gain 1 and bias 0.
pub fn layer_norm(width: usize, epsilon: f64, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width)
        .with_epsilon(epsilon)
        .init(device)
}

/// A parameter of zeros.
pub fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::from_data(TensorData::zeros::<f32, _>(shape), device)
}
