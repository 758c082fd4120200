//! Removes word-pieces that no text has: the placeholders in BERT's vocabulary.

use spanlight_core::SavedModel;
use spanlight_core::weights::Array;

use crate::error::Result;

/// The table with a row for every word-piece.
const TABLE: &str = "encoders.sentence.embeddings.word.weight";

/// Removes the placeholders (`[unused0]` and so on) from a model's tokenizer and embeddings. The model extracts
/// the same as before.
///
/// # Errors
/// [`Error::Core`](crate::error::Error::Core) if a special piece is a placeholder.
pub fn prune(model: &mut SavedModel) -> Result<()> {
    let encoder = &mut model.config.model.encoder;
    let (tokenizer, kept) = model.tokenizer.without_placeholders(encoder.vocab_size)?;
    let (width, rows) = (encoder.hidden_size, kept.len());
    if let Some(table) = model.weights.get_mut(TABLE) {
        let row = |&id: &u32| &table.values[id as usize * width..][..width];
        let values = kept.iter().flat_map(row).copied().collect();
        *table = Array::new(TABLE, vec![rows, width], values)?;
    }
    encoder.vocab_size = rows;
    model.tokenizer = tokenizer;
    Ok(())
}

#[cfg(test)]
mod tests {
    use spanlight_core::config::{EncoderConfig, ModelSettings};
    use spanlight_core::ops::Init;
    use spanlight_core::{Decoding, JointModel, ModelConfig, Schema};

    use burn::tensor::Device;
    use pollster::block_on;
    use spanlight_core::weights::{Int8State, state_of};
    use spanlight_core::wordpiece::WordPiece;

    use super::*;

    /// A tiny model with random weights.
    fn model(tokenizer: &WordPiece, size: usize) -> SavedModel {
        let encoder: EncoderConfig = serde_json::from_value(serde_json::json!({
            "vocab_size": size, "hidden_size": 2, "num_hidden_layers": 0,
            "num_attention_heads": 1, "intermediate_size": 1, "max_position_embeddings": 8,
        }))
        .unwrap();
        let config = ModelConfig::new(encoder);
        let schema = Schema {
            entities: vec!["A".into()],
            relations: vec!["R".into()],
            symmetric: Vec::new(),
        };
        let init = &mut Init::seeded(1);
        let weights = JointModel::new(&config, &schema, init, &Device::flex()).unwrap();
        SavedModel {
            config: ModelSettings {
                model: config,
                decoding: Decoding::default(),
            },
            schema,
            tokenizer: tokenizer.clone(),
            weights: block_on(state_of(&weights)).unwrap(),
            int8: Int8State::new(),
        }
    }

    /// Rows of the word-pieces of two words.
    fn rows(model: &SavedModel) -> Vec<Vec<f32>> {
        let weights = model.weights.clone();
        let device = Device::flex();
        let joint = JointModel::load(&model.config.model, &model.schema, weights, &device);
        let table = joint
            .unwrap()
            .encoders
            .sentence
            .embeddings
            .word
            .weight
            .val();
        let values: Vec<f32> = table.into_data().try_into_vec().unwrap();
        let pieces = model.tokenizer.sentence(["annas", "x"]).unwrap();
        let row = |&id: &u32| values[2 * id as usize..][..2].to_vec();
        pieces.ids.iter().map(row).collect()
    }

    #[test]
    fn words_keep_their_rows() {
        let lines = "[PAD]\n[unused0]\n[UNK]\n[CLS]\n[unused17]\n[SEP]\nanna\n##s\n[unusedx]";
        let mut model = model(&WordPiece::from_vocab(lines, true).unwrap(), 9);
        let (before, names) = (rows(&model), model.weights.len());
        prune(&mut model).unwrap();
        assert_eq!(
            (
                model.tokenizer.vocabulary(),
                model.config.model.encoder.vocab_size
            ),
            (7, 7)
        );
        assert_eq!((rows(&model), model.weights.len()), (before, names));
    }
}
