//! A memory of sentences, so that an edited text costs only what changed.
//!
//! The model reads one sentence at a time, so a sentence's characters, and those of its neighbours where
//! the model reads some of these, decide what is found in it, wherever it stands.

use std::mem::size_of;
use std::sync::Arc;

use lru::LruCache;

use crate::predict::{Detail, Predicted, PredictedEntity, PredictedRelation};

/// What was found in a sentence.
#[derive(Debug)]
pub(super) struct Known {
    /// Each window's first word, and what was found in it.
    pub windows: Vec<(usize, Predicted)>,
    /// Words so long that the encoder saw only their beginning.
    pub shortened: usize,
    /// What was kept.
    pub detail: Detail,
}

/// Sentences that were read, the least recently used of which are forgotten first.
#[derive(Debug)]
pub(super) struct Recall {
    sentences: LruCache<Box<str>, Arc<Known>>,
    bytes: usize,
    limit: usize,
}

impl Recall {
    /// A memory of about so many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            sentences: LruCache::unbounded(),
            bytes: 0,
            limit,
        }
    }

    /// What is known about a sentence, if that is detailed enough.
    pub fn get(&mut self, sentence: &str, detail: Detail) -> Option<Arc<Known>> {
        let known = self.sentences.get(sentence)?;
        covers(known.detail, detail).then(|| Arc::clone(known))
    }

    /// Remembers a sentence in place of what was known about it.
    pub fn put(&mut self, sentence: &str, known: Known) {
        self.bytes += weight(sentence, &known);
        if let Some((key, old)) = self.sentences.push(sentence.into(), Arc::new(known)) {
            self.bytes -= weight(&key, &old);
        }
        while self.bytes > self.limit {
            let Some((key, old)) = self.sentences.pop_lru() else {
                break;
            };
            self.bytes -= weight(&key, &old);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.sentences.clear();
        self.bytes = 0;
    }
}

/// Whether what was kept is all that is wanted.
fn covers(kept: Detail, wanted: Detail) -> bool {
    let rejected = match (kept.rejected, wanted.rejected) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(kept), Some(wanted)) => kept <= wanted,
    };
    rejected && (kept.evidence || !wanted.evidence) && (kept.tags || !wanted.tags)
}

/// Bytes that a sentence takes, roughly.
fn weight(sentence: &str, known: &Known) -> usize {
    const ENTRY: usize = 128;
    let floats = |classes: &Option<Vec<f32>>| classes.as_ref().map_or(0, |c| 4 * c.len());
    let windows = known.windows.iter().map(|(_, found)| {
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

    fn known(detail: Detail) -> Known {
        Known {
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
    fn it_stays_below_its_limit_and_forgets_the_least_recently_used() {
        let one = weight("0", &known(Detail::default()));
        let mut recall = Recall::new(3 * one);
        for sentence in ["0", "1", "2"] {
            recall.put(sentence, known(Detail::default()));
        }
        assert!(recall.get("0", Detail::default()).is_some());
        recall.put("3", known(Detail::default()));
        assert!(recall.bytes <= recall.limit);
        let left: Vec<bool> = ["0", "1", "2", "3"]
            .map(|s| recall.get(s, Detail::default()).is_some())
            .into();
        assert_eq!(left, [true, false, true, true]);
        recall.clear();
        assert_eq!(recall.bytes, 0);
        assert!(recall.get("3", Detail::default()).is_none());
    }

    #[test]
    fn a_sentence_that_is_put_again_weighs_once() {
        let mut recall = Recall::new(usize::MAX);
        recall.put("0", known(Detail::default()));
        let once = recall.bytes;
        recall.put("0", known(detail(true, None)));
        assert_eq!(recall.bytes, once);
    }

    #[test]
    fn a_sentence_larger_than_the_memory_is_not_kept() {
        let mut recall = Recall::new(10);
        recall.put("0", known(Detail::default()));
        assert_eq!((recall.bytes, recall.sentences.len()), (0, 0));
    }

    #[test]
    fn only_what_was_kept_is_known() {
        let cases = [
            (detail(false, None), detail(false, None), true),
            (detail(false, None), detail(true, None), false),
            (detail(true, None), detail(false, None), true),
            (detail(true, Some(0.1)), detail(false, Some(0.2)), true),
            (detail(true, Some(0.2)), detail(true, Some(0.1)), false),
            (detail(true, None), detail(false, Some(0.9)), false),
        ];
        for (kept, wanted, is_enough) in cases {
            let mut recall = Recall::new(usize::MAX);
            recall.put("0", known(kept));
            assert_eq!(recall.get("0", wanted).is_some(), is_enough, "{wanted:?}");
        }
    }
}
