//! Relations predicted in sentences that mention several entities but relate none of them.

use std::collections::BTreeSet;
use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

use super::{Prediction, counts::ratio, same_length};
use crate::{Result, document::Sentence, schema::Span};

/// Counts of relations predicted in sentences that have gold entities but no gold relation.
///
/// A pair is two gold spans that share no word. A predicted relation joins a pair if each of its arguments
/// shares a word with another span of the pair, so that wrong borders do not hide the mistake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unrelated {
    /// Number of sentences with a pair and without a gold relation.
    pub sentences: usize,
    /// Number of these sentences with a predicted relation.
    pub related_sentences: usize,
    /// Number of pairs in these sentences.
    pub pairs: usize,
    /// Number of these pairs that a predicted relation joins.
    pub related_pairs: usize,
    /// Number of relations predicted in these sentences.
    pub relations: usize,
}

impl Unrelated {
    /// Share of the sentences with a predicted relation; 0 without sentences.
    pub fn sentence_rate(&self) -> f64 {
        ratio(self.related_sentences, self.sentences)
    }

    /// Share of the pairs that a predicted relation joins; 0 without pairs.
    pub fn pair_rate(&self) -> f64 {
        ratio(self.related_pairs, self.pairs)
    }

    fn add(&mut self, gold: &Sentence, predicted: &Prediction) {
        if !gold.relations.is_empty() {
            return;
        }
        let spans: BTreeSet<Span> = gold.entities.iter().map(|e| (e.start, e.end)).collect();
        let entity = |i: usize| predicted.entities.get(i).map(|e| (e.start, e.end));
        let joined: Vec<(Span, Span)> = predicted
            .relations
            .iter()
            .filter_map(|r| Some((entity(r.head)?, entity(r.tail)?)))
            .collect();
        let joins = |a, b| {
            joined
                .iter()
                .any(|&(x, y)| (meet(a, x) && meet(b, y)) || (meet(a, y) && meet(b, x)))
        };
        let (mut pairs, mut related) = (0, 0);
        for &a in &spans {
            for &b in spans.range(a..).filter(|&&b| !meet(a, b)) {
                pairs += 1;
                related += usize::from(joins(a, b));
            }
        }
        if pairs == 0 {
            return;
        }
        self.sentences += 1;
        self.related_sentences += usize::from(!predicted.relations.is_empty());
        self.pairs += pairs;
        self.related_pairs += related;
        self.relations += predicted.relations.len();
    }
}

fn meet(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// Counts the relations predicted in sentences without a gold relation. Gold sentences and predictions are
/// in the same order.
///
/// # Errors
/// As [`score`](super::score).
pub fn unrelated(gold: &[Sentence], predictions: &[Prediction]) -> Result<Unrelated> {
    same_length(gold, predictions)?;
    let mut counts = Unrelated::default();
    for (sentence, prediction) in gold.iter().zip(predictions) {
        sentence.validate()?;
        prediction.validate(sentence)?;
        counts.add(sentence, prediction);
    }
    Ok(counts)
}

impl Display for Unrelated {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let rows = [
            (
                "sentences",
                self.sentence_rate(),
                self.related_sentences,
                self.sentences,
            ),
            ("pairs", self.pair_rate(), self.related_pairs, self.pairs),
        ];
        writeln!(f, "entities side by side without a gold relation")?;
        for (name, rate, related, all) in rows {
            let percent = 100.0 * rate;
            writeln!(
                f,
                "{name:<11}{related:>6} of {all:>6} get a relation ({percent:.1} %)"
            )?;
        }
        Ok(())
    }
}
