//! A memory of sentences: after an edit, only changed sentences go through the model again.
//!
//! The model reads each sentence on its own. The result for a sentence depends on its characters alone,
//! so they are the key.

use std::mem::size_of;
use std::sync::Arc;

use lru::LruCache;

use crate::predict::{Detail, Predicted, PredictedEntity, PredictedRelation};

/// The predictions for a sentence.
#[derive(Debug)]
pub(super) struct RememberedSentence {
    /// The prediction for each window, with the first word of the window.
    pub windows: Vec<(usize, Predicted)>,
    /// Number of words that were too long for the encoder.
    pub shortened: usize,
    /// The detail of the predictions.
    pub detail: Detail,
}

/// The most recently used sentences with their predictions, as many as fit in a number of bytes.
#[derive(Debug)]
pub(super) struct SentenceMemory {
    sentences: LruCache<Box<str>, Arc<RememberedSentence>>,
    bytes: usize,
    limit: usize,
}

impl SentenceMemory {
    /// An empty memory that takes about `limit` bytes at most.
    pub fn new(limit: usize) -> Self {
        Self {
            sentences: LruCache::unbounded(),
            bytes: 0,
            limit,
        }
    }

    /// The predictions for a sentence, if the memory has them with at least this detail.
    pub fn get(&mut self, sentence: &str, detail: Detail) -> Option<Arc<RememberedSentence>> {
        let remembered = self.sentences.get(sentence)?;
        covers(remembered.detail, detail).then(|| Arc::clone(remembered))
    }

    /// Stores the predictions for a sentence in place of earlier ones.
    pub fn put(&mut self, sentence: &str, predictions: RememberedSentence) {
        self.bytes += size_in_memory(sentence, &predictions);
        if let Some((key, old)) = self.sentences.push(sentence.into(), Arc::new(predictions)) {
            self.bytes -= size_in_memory(&key, &old);
        }
        while self.bytes > self.limit {
            let Some((key, old)) = self.sentences.pop_lru() else {
                break;
            };
            self.bytes -= size_in_memory(&key, &old);
        }
    }

    /// Forgets all sentences.
    pub fn clear(&mut self) {
        self.sentences.clear();
        self.bytes = 0;
    }
}

/// Whether predictions with the detail `kept` have all the detail `wanted`.
fn covers(kept: Detail, wanted: Detail) -> bool {
    let rejected = match (kept.rejected, wanted.rejected) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(kept), Some(wanted)) => kept <= wanted,
    };
    rejected && (kept.evidence || !wanted.evidence) && (kept.tags || !wanted.tags)
}

/// Approximate number of bytes that a sentence and its predictions take.
fn size_in_memory(sentence: &str, remembered: &RememberedSentence) -> usize {
    const ENTRY: usize = 128;
    let floats = |classes: &Option<Vec<f32>>| classes.as_ref().map_or(0, |c| 4 * c.len());
    let windows = remembered.windows.iter().map(|(_, found)| {
        let entities = found.entities.iter();
        let relations = found.relations.iter();
        size_of::<(usize, Predicted)>()
            + 2 * size_of::<usize>() * found.spans.len()
            + entities
                .map(|e| size_of::<PredictedEntity>() + floats(&e.classes))
                .sum::<usize>()
            + relations
                .map(|r| {
                    let evidence = r.evidence.as_ref().map_or(0, |e| 4 * e.classes.len());
                    size_of::<PredictedRelation>() + evidence
                })
                .sum::<usize>()
    });
    ENTRY + sentence.len() + windows.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(detail: Detail) -> RememberedSentence {
        RememberedSentence {
            windows: vec![(0, Predicted::default())],
            shortened: 0,
            detail,
        }
    }

    fn detail(evidence: bool, rejected: Option<f32>) -> Detail {
        Detail {
            evidence,
            rejected,
            ..Default::default()
        }
    }

    #[test]
    fn a_full_memory_forgets_the_least_recently_used_sentence() {
        let one = size_in_memory("0", &remembered(Detail::default()));
        let mut memory = SentenceMemory::new(3 * one);
        for sentence in ["0", "1", "2"] {
            memory.put(sentence, remembered(Detail::default()));
        }
        assert!(memory.get("0", Detail::default()).is_some());
        memory.put("3", remembered(Detail::default()));
        assert!(memory.bytes <= memory.limit);
        let left: Vec<bool> = ["0", "1", "2", "3"]
            .map(|s| memory.get(s, Detail::default()).is_some())
            .into();
        assert_eq!(left, [true, false, true, true]);
        memory.clear();
        assert_eq!(memory.bytes, 0);
        assert!(memory.get("3", Detail::default()).is_none());
    }

    #[test]
    fn a_sentence_that_is_put_twice_counts_once() {
        let mut memory = SentenceMemory::new(usize::MAX);
        memory.put("0", remembered(Detail::default()));
        let once = memory.bytes;
        memory.put("0", remembered(detail(true, None)));
        assert_eq!(memory.bytes, once);
    }

    #[test]
    fn a_sentence_larger_than_the_memory_is_not_kept() {
        let mut memory = SentenceMemory::new(10);
        memory.put("0", remembered(Detail::default()));
        assert_eq!((memory.bytes, memory.sentences.len()), (0, 0));
    }

    #[test]
    fn predictions_with_less_detail_than_wanted_are_not_returned() {
        let cases = [
            (detail(false, None), detail(false, None), true),
            (detail(false, None), detail(true, None), false),
            (detail(true, None), detail(false, None), true),
            (detail(true, Some(0.1)), detail(false, Some(0.2)), true),
            (detail(true, Some(0.2)), detail(true, Some(0.1)), false),
            (detail(true, None), detail(false, Some(0.9)), false),
        ];
        for (kept, wanted, is_enough) in cases {
            let mut memory = SentenceMemory::new(usize::MAX);
            memory.put("0", remembered(kept));
            assert_eq!(memory.get("0", wanted).is_some(), is_enough, "{wanted:?}");
        }
    }
}
