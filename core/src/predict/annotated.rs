//! Predictions for annotated sentences, which are split into words already.

use super::{Predicted, Predictor};
use crate::batch::Pieces;
use crate::document::{Entity, Relation, Sentence};
use crate::schema::Schema;
use crate::score::Prediction;
use crate::wordpiece::WordPiece;
use crate::{Error, Result};

/// Word-pieces of annotated sentences, for an encoder that takes `room` word-pieces, `[CLS]` and `[SEP]`
/// included.
///
/// # Errors
/// [`Error::Sentence`] for a sentence that the encoder cannot take.
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
            problem: format!("has {count} word-pieces, and the encoder takes {room}; split it"),
        })
    };
    gold.iter().map(tokenize).collect()
}

/// A prediction with label names, for the scorer.
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

/// Predictions for annotated sentences, in their order. `on_batch` gets the number of finished sentences;
/// it stops the work by returning false, and the result is `None` then.
///
/// # Errors
/// As [`tokenize_gold`], and [`Error::Device`].
pub async fn predict_gold(
    predictor: &Predictor,
    tokenizer: &WordPiece,
    gold: &[Sentence],
    mut on_batch: impl AsyncFnMut(usize) -> bool,
) -> Result<Option<Vec<Prediction>>> {
    let room = predictor.model().config().encoder.room();
    let pieces = tokenize_gold(gold, tokenizer, room)?;
    let mut found = vec![Prediction::default(); gold.len()];
    let (mut done, mut going) = (0, true);
    let run = predictor.run(&pieces, async |results| {
        done += results.len();
        for (i, predicted) in &results {
            found[*i] = named(predicted, predictor.schema());
        }
        going = on_batch(done).await;
        going
    });
    run.await?;
    Ok(going.then_some(found))
}
