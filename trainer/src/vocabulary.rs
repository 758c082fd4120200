//! Word-pieces that no text has: places which BERT's vocabulary keeps for later use.

use serde_json::Value;
use spanlight_core::wordpiece::WordPiece;

use crate::error::{Error, Result};
use crate::model::SavedModel;

/// The parameter with a row a word-piece.
const TABLE: &str = "encoder.embeddings.word.weight";

/// Takes the placeholders (`[unused0]` and so on) out of a model's tokenizer and embeddings; what it
/// extracts stays the same. A tokenizer of another build stays as it is.
///
/// # Errors
/// [`Error::Core`] when the tokenizer that is left cannot be read.
pub fn prune(model: &mut SavedModel) -> Result<()> {
    let mut tokenizer: Value = serde_json::from_slice(&model.tokenizer)
        .map_err(|e| Error::Usage(format!("tokenizer.json: {e}")))?;
    let Some(kept) = kept(&tokenizer, model.config.encoder.vocab_size) else {
        return Ok(());
    };
    let Some(table) = model.weights.get_mut(TABLE) else {
        return Ok(());
    };
    let width = table.values.len() / table.shape[0].max(1);
    let rows = kept
        .iter()
        .flat_map(|&id| &table.values[id * width..(id + 1) * width]);
    table.values = rows.copied().collect();
    table.shape[0] = kept.len();
    model.config.encoder.vocab_size = kept.len();

    let place = |id: &Value| kept.binary_search(&(id.as_u64()? as usize)).ok();
    if let Some(vocabulary) = tokenizer["model"]["vocab"].as_object_mut() {
        vocabulary.retain(|_, id| match place(id) {
            Some(new) => {
                *id = new.into();
                true
            }
            None => false,
        });
    }
    if let Some(added) = tokenizer["added_tokens"].as_array_mut() {
        added.retain_mut(|token| match place(&token["id"]) {
            Some(new) => {
                token["id"] = new.into();
                true
            }
            None => false,
        });
    }
    // It would put [CLS] and [SEP] around a text by their old numbers; sentences get them elsewhere.
    tokenizer["post_processor"] = Value::Null;
    let smaller = WordPiece::from_json(tokenizer.to_string().as_bytes())?;
    model.tokenizer = smaller.to_json()?.into_bytes();
    Ok(())
}

/// Ids that stay, in order; nothing where all do or the vocabulary is not a table of word-pieces.
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
    use spanlight_core::config::EncoderConfig;
    use spanlight_core::weights::{Array, StateDict};
    use spanlight_core::{ModelConfig, Profile, Schema};

    use super::*;

    #[test]
    fn words_keep_their_rows() {
        let lines = "[PAD]\n[unused0]\n[UNK]\n[CLS]\n[unused17]\n[SEP]\nanna\n##s\n[unusedx]";
        let tokenizer = WordPiece::from_vocab(lines, true).unwrap();
        let size = 9;
        let encoder: EncoderConfig = serde_json::from_value(serde_json::json!({
            "vocab_size": size, "hidden_size": 2, "num_hidden_layers": 0,
            "num_attention_heads": 1, "intermediate_size": 1, "max_position_embeddings": 8,
        }))
        .unwrap();
        let row = |id: u32| [id as f32, -(id as f32)];
        let values = (0..size).flat_map(row).collect();
        let table = Array::new(TABLE, vec![size as usize, 2], values).unwrap();
        let mut model = SavedModel {
            config: ModelConfig::new(encoder, Profile::Fixed),
            schema: Schema::default(),
            tokenizer: tokenizer.to_json().unwrap().into_bytes(),
            weights: StateDict::from([(TABLE.to_string(), table)]),
        };
        prune(&mut model).unwrap();
        let smaller = model.wordpiece().unwrap();
        assert_eq!(
            (smaller.vocabulary(), model.config.encoder.vocab_size),
            (7, 7)
        );
        let old = tokenizer.sentence(["annas", "x"]).unwrap().ids;
        let new = smaller.sentence(["annas", "x"]).unwrap().ids;
        let table = &model.weights[TABLE];
        let rows: Vec<&[f32]> = new
            .iter()
            .map(|&id| &table.values[2 * id as usize..][..2])
            .collect();
        let expected: Vec<[f32; 2]> = old.into_iter().map(row).collect();
        assert_eq!(rows, expected);
    }
}
