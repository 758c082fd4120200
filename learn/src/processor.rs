//! What computes: a CPU, whose cores share a step, or a GPU, which takes a step as one.

use burn::tensor::Device;
use spanlight_core::ops::Pass;

use crate::chunks::Chunking;

/// Chunks of a CPU core that a GPU takes as one.
const GPU_CHUNKS: usize = 16;

/// What computes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// A CPU.
    Cpu,
    /// A GPU.
    Gpu,
}

impl Processor {
    /// Word-pieces that go through a model at once, where the settings say `chunk`: what fits the caches of
    /// a CPU core leaves a GPU idle.
    pub fn pieces(self, chunk: usize) -> usize {
        match self {
            Self::Cpu => chunk,
            Self::Gpu => chunk.saturating_mul(GPU_CHUNKS),
        }
    }

    /// How training cuts its steps, where the settings say `chunk`.
    pub fn chunking(self, chunk: usize) -> Chunking {
        Chunking {
            pieces: self.pieces(chunk),
            paired: self == Self::Cpu,
        }
    }

    /// A pass of training: with dropout that is the same on every machine on a CPU, and drawn there on a GPU.
    pub fn pass(self, device: &Device, seed: u64, dropout: f64) -> Pass {
        match self {
            Self::Cpu => Pass::training(seed, dropout),
            Self::Gpu => Pass::training_on_gpu(device, seed, dropout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpu_trains_on_small_chunks_in_pairs_and_a_gpu_on_large_ones() {
        let Chunking { pieces, paired } = Processor::Cpu.chunking(256);
        assert!(pieces == 256 && paired);
        let Chunking { pieces, paired } = Processor::Gpu.chunking(256);
        assert!(pieces == 4096 && !paired);
    }
}
