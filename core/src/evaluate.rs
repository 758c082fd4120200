//! What a model finds in sentences that are split into words already, as annotated ones are.

use crate::batch::Pieces;
use crate::context::{Frame, surround};
use crate::document::{Entity, Relation, Sentence};
use crate::extract::{Extractor, directed};
use crate::predict::Predicted;
use crate::schema::Schema;
use crate::score::Prediction;
use crate::wordpiece::WordPiece;
use crate::{Error, Result};

/// Word-pieces of annotated sentences, for an encoder with this frame; what stands around a sentence
/// in its document surrounds it.
///
/// # Errors
/// [`Error::Sentence`] for a sentence that the encoder cannot take.
pub fn tokenize_gold(
    gold: &[Sentence],
    tokenizer: &WordPiece,
    frame: Frame,
) -> Result<Vec<Pieces>> {
    let alone: Result<Vec<Pieces>> = gold
        .iter()
        .map(|sentence| {
            sentence.validate()?;
            let pieces = tokenizer.sentence(&sentence.words)?;
            match pieces.ids.len() {
                count if count > frame.room => Err(Error::Sentence {
                    document: sentence.document.clone(),
                    sentence: sentence.index,
                    problem: format!(
                        "has {count} word-pieces, and the encoder takes {}; split it",
                        frame.room
                    ),
                }),
                _ => Ok(pieces),
            }
        })
        .collect();
    Ok(surround(alone?, frame, |i| follows(gold, i)))
}

/// Whether a sentence continues the document of the one before it.
pub fn follows(sentences: &[Sentence], i: usize) -> bool {
    match (
        i.checked_sub(1).and_then(|k| sentences.get(k)),
        sentences.get(i),
    ) {
        (Some(a), Some(b)) => a.document == b.document && a.index + 1 == b.index,
        _ => false,
    }
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
    let frame = predictor.model().config().frame();
    let pieces = tokenize_gold(gold, extractor.tokenizer(), frame)?;
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
