//! Predictions for annotated sentences, in the form that the scorer compares.

use super::{Predicted, Predictor};
use crate::batch::Pieces;
use crate::document::{Entity, Relation, Sentence};
use crate::schema::Schema;
use crate::score::Prediction;
use crate::wordpiece::WordPiece;
use crate::{Error, Result};

/// Tokenises annotated sentences for an encoder whose input is at most `room` word-pieces long, `[CLS]`
/// and `[SEP]` included.
///
/// # Errors
/// [`Error::Sentence`] for a sentence that is invalid or too long for the encoder, [`Error::Tokenizer`]
/// when the tokenizer fails.
pub fn tokenize_gold(gold: &[Sentence], tokenizer: &WordPiece, room: usize) -> Result<Vec<Pieces>> {
    let tokenize = |sentence: &Sentence| {
        sentence.validate()?;
        let pieces = tokenizer.sentence(&sentence.words)?;
        let count = pieces.ids.len();
        if count <= room {
            return Ok(pieces);
        }
        Err(Error::Sentence {
            document: sentence.document.clone(),
            sentence: sentence.index,
            problem: format!(
                "the sentence has {count} word-pieces, but the encoder takes at most {room}; split it"
            ),
        })
    };
    gold.iter().map(tokenize).collect()
}

/// A prediction with label names in place of class numbers, for the scorer.
pub fn named(predicted: &Predicted, schema: &Schema) -> Prediction {
    let entities = predicted
        .entities
        .iter()
        .map(|e| Entity {
            start: e.span.0,
            end: e.span.1,
            label: schema.entities[e.class].clone(),
        })
        .collect();
    let relations = predicted
        .relations
        .iter()
        .filter_map(|r| schema.directed(r.class, r.left, r.right))
        .map(|(label, head, tail)| Relation {
            head,
            tail,
            label: label.into(),
        })
        .collect();
    Prediction {
        spans: predicted.spans.clone(),
        entities,
        relations,
    }
}

/// Predicts annotated sentences, from their words alone; returns one prediction a sentence, in order.
/// Calls `on_batch` with the number of finished sentences after each batch. When `on_batch` returns
/// false, stops and returns `None`.
///
/// # Errors
/// As [`tokenize_gold`], and [`Error::Device`] when the device fails.
pub async fn predict_gold(
    predictor: &Predictor,
    tokenizer: &WordPiece,
    gold: &[Sentence],
    mut on_batch: impl AsyncFnMut(usize) -> bool,
) -> Result<Option<Vec<Prediction>>> {
    let room = predictor.model().config().encoder.room();
    let pieces = tokenize_gold(gold, tokenizer, room)?;
    let mut found = vec![Prediction::default(); gold.len()];
    let (mut done, mut goes_on) = (0, true);
    let run = predictor.run(&pieces, async |results| {
        done += results.len();
        for (i, predicted) in &results {
            found[*i] = named(predicted, predictor.schema());
        }
        goes_on = on_batch(done).await;
        goes_on
    });
    run.await?;
    Ok(goes_on.then_some(found))
}
