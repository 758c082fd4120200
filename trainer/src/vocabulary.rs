//! Removes word-pieces that no text has: the placeholders in BERT's vocabulary.

use std::mem::take;

use burn::module::Param;
use burn::tensor::{Device, Int, Tensor};
use pollster::block_on;
use serde_json::Value;
use spanlight_core::JointModel;
use spanlight_core::weights::state_of;
use spanlight_core::wordpiece::WordPiece;

use crate::error::{Error, Result};
use crate::model::SavedModel;

/// Removes the placeholders (`[unused0]` and so on) from a model's tokenizer and embeddings. The
/// model extracts the same as before. A tokenizer without a table of word-pieces is not changed.
///
/// # Errors
/// [`Error::Core`] if the smaller tokenizer cannot be read.
pub fn prune(model: &mut SavedModel) -> Result<()> {
    let mut tokenizer: Value = serde_json::from_slice(&model.tokenizer)
        .map_err(|e| Error::Usage(format!("tokenizer.json: {e}")))?;
    let Some(kept) = kept(&tokenizer, model.config.model.encoder.vocab_size) else {
        return Ok(());
    };
    let device = Device::flex();
    let weights = take(&mut model.weights);
    let mut pruned = JointModel::load(&model.config.model, &model.schema, weights, &device)?;
    let rows: Vec<i32> = kept.iter().map(|&id| id as i32).collect();
    let rows = Tensor::<1, Int>::from_data(rows.as_slice(), &device);
    let embeddings = &mut pruned.encoders.sentence.embeddings;
    let table = embeddings.word.weight.val(); // [pieces, hidden]
    embeddings.word.weight = Param::from_tensor(table.select(0, rows));
    model.weights = block_on(state_of(&pruned))?;
    model.config.model.encoder.vocab_size = kept.len();

    let new_id = |id: &Value| kept.binary_search(&(id.as_u64()? as usize)).ok();
    if let Some(vocabulary) = tokenizer["model"]["vocab"].as_object_mut() {
        vocabulary.retain(|_, id| match new_id(id) {
            Some(new) => {
                *id = new.into();
                true
            }
            None => false,
        });
    }
    if let Some(added) = tokenizer["added_tokens"].as_array_mut() {
        added.retain_mut(|token| match new_id(&token["id"]) {
            Some(new) => {
                token["id"] = new.into();
                true
            }
            None => false,
        });
    }
    // The post-processor would add [CLS] and [SEP] with their old ids; `WordPiece` adds them itself.
    tokenizer["post_processor"] = Value::Null;
    let smaller = WordPiece::from_json(tokenizer.to_string().as_bytes())?;
    model.tokenizer = smaller.to_json()?.into_bytes();
    Ok(())
}

/// The ids to keep, in order; `None` if all stay or the vocabulary is not a table of word-pieces.
fn kept(tokenizer: &Value, size: usize) -> Option<Vec<usize>> {
    let vocabulary = tokenizer["model"]["vocab"].as_object()?;
    let mut unused = vec![false; size];
    for (piece, id) in vocabulary {
        let number = piece
            .strip_prefix("[unused")
            .and_then(|p| p.strip_suffix(']'));
        if number.is_some_and(|n| n.parse::<u32>().is_ok()) {
            *unused.get_mut(id.as_u64()? as usize)? = true;
        }
    }
    let kept: Vec<usize> = (0..size).filter(|&id| !unused[id]).collect();
    (kept.len() < size).then_some(kept)
}

#[cfg(test)]
mod tests {
    use spanlight_core::config::{EncoderConfig, ModelSettings};
    use spanlight_core::ops::Init;
    use spanlight_core::{Decoding, ModelConfig, Schema};

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
            tokenizer: tokenizer.to_json().unwrap().into_bytes(),
            weights: block_on(state_of(&weights)).unwrap(),
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
        let pieces = model.wordpiece().unwrap().sentence(["annas", "x"]).unwrap();
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
                model.wordpiece().unwrap().vocabulary(),
                model.config.model.encoder.vocab_size
            ),
            (7, 7)
        );
        assert_eq!((rows(&model), model.weights.len()), (before, names));
    }
}
