//! A model at rest: what a bundle or the folder of a training run holds, checked before anything is built of it.

use burn::tensor::Device;

use crate::extract::Extractor;
use crate::ops::Init;
use crate::predict::Predictor;
use crate::weights::{Int8State, StateDict, check_state};
use crate::wordpiece::WordPiece;
use crate::{JointModel, ModelSettings, Result, Schema};

/// How the processor multiplies the matrices that a bundle stores in int8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// As f32, like a graphics card.
    F32,
    /// As int8, with inputs rounded to 16 bits: with a quarter of the memory, and faster in WebAssembly, but slower
    /// where f32 uses vectors of 256 bits or more.
    Int8,
}

/// Settings, labels, tokenizer and weights that fit each other. Files from strangers become a model through
/// [`SavedModel::new`] alone.
#[derive(Debug, Clone)]
pub struct SavedModel {
    /// Sizes, switches and decoding.
    pub config: ModelSettings,
    /// Labels.
    pub schema: Schema,
    /// The tokenizer.
    pub tokenizer: WordPiece,
    /// All parameters, but those in `int8`.
    pub weights: StateDict,
    /// Parameters that stay int8 as far as the model can multiply them so; empty but for [`Arithmetic::Int8`].
    pub int8: Int8State,
}

impl SavedModel {
    /// Checks the parts of a model against each other. No memory is allocated for sizes that the weights do not
    /// have, and nothing is put on the device: any device will do.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for sizes or labels from which no model can be built,
    /// [`Error::Weight`](crate::Error::Weight) for a parameter that is missing, unknown, not finite or has
    /// another shape, and those of [`WordPiece::from_json`].
    pub fn new(
        config: ModelSettings,
        schema: Schema,
        tokenizer: &[u8],
        weights: StateDict,
        device: &Device,
    ) -> Result<Self> {
        Self::with_int8(
            config,
            schema,
            tokenizer,
            (weights, Int8State::new()),
            device,
        )
    }

    /// As [`Self::new`], with parameters that stay int8.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_int8(
        config: ModelSettings,
        schema: Schema,
        tokenizer: &[u8],
        (weights, int8): (StateDict, Int8State),
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        // Placeholders have a shape and take no memory.
        let blank = JointModel::new(&config.model, &schema, &mut Init::blank(), device)?;
        check_state(&blank, &weights, &int8)?;
        let tokenizer = WordPiece::from_json(tokenizer, config.model.encoder.vocab_size)?;
        Ok(Self {
            config,
            schema,
            tokenizer,
            weights,
            int8,
        })
    }

    /// Longest input of the encoder, in word-pieces.
    pub fn room(&self) -> usize {
        self.config.model.encoder.room()
    }

    /// Loads the model on a device, for batches of at most `budget` word-pieces.
    ///
    /// # Errors
    /// [`Error::Weight`](crate::Error::Weight) where the weights were changed and no longer fit.
    pub fn predictor(&self, device: &Device, budget: usize) -> Result<Predictor> {
        self.with((self.weights.clone(), self.int8.clone()), device, budget)
    }

    /// As [`Self::predictor`], with the tokenizer, for raw text.
    ///
    /// # Errors
    /// As [`Self::predictor`].
    pub fn extractor(mut self, device: &Device, budget: usize) -> Result<Extractor> {
        let weights = (
            std::mem::take(&mut self.weights),
            std::mem::take(&mut self.int8),
        );
        let predictor = self.with(weights, device, budget)?;
        Ok(Extractor::new(predictor, self.tokenizer))
    }

    fn with(
        &self,
        (weights, int8): (StateDict, Int8State),
        device: &Device,
        budget: usize,
    ) -> Result<Predictor> {
        let (config, schema) = (&self.config.model, &self.schema);
        let model = if int8.is_empty() {
            JointModel::load(config, schema, weights, device)?
        } else {
            JointModel::load_int8(config, schema, weights, int8, device)?
        };
        let decoding = self.config.decoding;
        Ok(Predictor::new(model, self.schema.clone(), decoding, budget))
    }
}
