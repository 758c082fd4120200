//! What a model finds in sentences that are split into words already, as annotated ones are.

use crate::batch::Pieces;
use crate::document::{Entity, Relation, Sentence};
use crate::extract::{Extractor, directed};
use crate::predict::Predicted;
use crate::schema::Schema;
use crate::score::Prediction;
use crate::wordpiece::WordPiece;
use crate::{Error, Result};

/// Word-pieces of annotated sentences, for an encoder that takes `room` of them.
///
/// # Errors
/// [`Error::Sentence`] for a sentence that the encoder cannot take.
pub fn tokenize_gold(gold: &[Sentence], tokenizer: &WordPiece, room: usize) -> Result<Vec<Pieces>> {
    gold.iter()
        .map(|sentence| {
            sentence.validate()?;
            let pieces = tokenizer.sentence(&sentence.words)?;
            match pieces.ids.len() {
                count if count > room => Err(Error::Sentence {
                    document: sentence.document.clone(),
                    sentence: sentence.index,
                    problem: format!(
                        "has {count} word-pieces, and the encoder takes {room}; split it"
                    ),
                }),
                _ => Ok(pieces),
            }
        })
        .collect()
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
        .filter_map(|r| directed(schema, r.class, r.left, r.right))
        .map(|(label, head, tail)| Relation { head, tail, label })
        .collect();
    Prediction {
        spans: predicted.spans.clone(),
        entities,
        relations,
    }
}

/// Predictions for annotated sentences, in their order; `on_batch` learns how many are done, and
/// ends the work, which then gives nothing, by returning false.
///
/// # Errors
/// As [`tokenize_gold`], and [`Error::Device`].
pub async fn predict_gold(
    extractor: &Extractor,
    gold: &[Sentence],
    mut on_batch: impl AsyncFnMut(usize) -> bool,
) -> Result<Option<Vec<Prediction>>> {
    let predictor = extractor.predictor();
    let room = predictor.model().config().encoder.max_position_embeddings;
    let pieces = tokenize_gold(gold, extractor.tokenizer(), room)?;
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
