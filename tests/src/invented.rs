//! Pre-training without the fixture: sentences of invented word-pieces, and modules with generic
//! weights.

use burn::module::Module;
use burn::tensor::Device;
use pollster::block_on;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use spanlight_core::ModelConfig;
use spanlight_core::ops::Init;
use spanlight_core::pretrain::sample::{Sample, SampleConfig, Shape, Word, draw};
use spanlight_core::pretrain::{ObjectiveConfig, PretrainModel, SpanPairNetwork};
use spanlight_core::weights::{load_state, state_of};
use spanlight_core::wordpiece::SpecialPieces;

use spanlight_learn::pretrain::Source;

use crate::{tiny_config, uniform};

/// `[UNK]`, which is in no sentence.
pub const UNKNOWN: u32 = 1;
/// The first piece that stands for text.
const TEXT: u32 = 5;

/// [`tiny_config`] without dropout, and with a span size that is no other size.
pub fn quiet_config() -> ModelConfig {
    ModelConfig {
        dropout: 0.0,
        span_size: 24,
        ..tiny_config()
    }
}

/// Draws a sample of a sentence of more than ten words, each with one to three pieces.
pub fn sample(words: usize, config: &SampleConfig, seed: u64) -> Sample {
    let vocabulary = tiny_config().encoder.vocab_size as u32;
    let special = SpecialPieces {
        pad: 0,
        unknown: UNKNOWN,
        cls: 2,
        sep: 3,
        mask: 4,
        vocabulary,
    };
    let piece = |place: usize| TEXT + (7 * place as u32 + 13 * seed as u32) % (vocabulary - TEXT);
    let pieces: Vec<Vec<u32>> = (0..words)
        .map(|word| {
            (0..=word % 3)
                .map(|inner| piece(3 * word + inner))
                .collect()
        })
        .collect();
    let words: Vec<Word<'_>> = pieces
        .iter()
        .map(|pieces| Word {
            pieces,
            shape: Shape::Content,
        })
        .collect();
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
    draw(&words, &special, config, rng).unwrap()
}

/// The module with other weights: all different, biases and gains too, and large enough to matter.
pub fn generic<M: Module>(module: M, seed: u64) -> M {
    let mut state = block_on(state_of(&module)).unwrap();
    for (i, array) in state.values_mut().enumerate() {
        let noise = uniform(array.values.len(), (seed << 16) + i as u64);
        for (value, noise) in array.values.iter_mut().zip(noise) {
            *value += 0.3 * noise;
        }
    }
    load_state(module, state).unwrap()
}

/// Query and momentum network with weights of their own, the first with gradients.
///
/// # Panics
/// For objectives that make no model.
pub fn networks(objectives: &ObjectiveConfig) -> (PretrainModel, SpanPairNetwork) {
    let (config, blank) = (quiet_config(), &mut Init::blank());
    let device = Device::flex();
    let momentum = SpanPairNetwork::new(&config, objectives, blank, &device);
    let model = PretrainModel::new(&config, objectives, blank, &device.autodiff()).unwrap();
    (generic(model, 1), generic(momentum, 2))
}

/// The same sentences at every step.
pub struct Always(pub Vec<Sample>);

impl Source for Always {
    fn samples(&self, _step: usize) -> spanlight_learn::Result<Vec<Sample>> {
        Ok(self.0.clone())
    }
}
