//! From tag logits to tags: the best tag of each word (method §6), or the best legal sequence (§13.10).

use serde::{Deserialize, Serialize};

use super::Tag;
use crate::readback::{Rows, argmax};
use crate::schema::Span;

/// How the tags of a sentence are chosen at inference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum TagDecoding {
    /// The most probable tag of each word, as in the paper.
    #[default]
    Argmax,
    /// The most probable legal sequence: every `B` has its `E`, with nothing but `I` between them.
    Viterbi,
}

impl TagDecoding {
    /// Tags of the words whose logits `[words, pad + tags]` are the given `rows`. The first `pad` classes
    /// are no tags and are ignored.
    pub fn tags(self, logits: &Rows, rows: Span, pad: usize) -> Vec<Tag> {
        let words = (rows.0..rows.1).map(|row| &logits.row(row)[pad..]);
        match self {
            Self::Argmax => words.map(|word| Tag::ALL[argmax(word)]).collect(),
            Self::Viterbi => best_legal(&words.collect::<Vec<_>>()),
        }
    }
}

/// Whether a tag may follow another.
fn may_follow(previous: Tag, next: Tag) -> bool {
    let inside = matches!(previous, Tag::Begin | Tag::Inside);
    inside == matches!(next, Tag::Inside | Tag::End)
}

/// Whether a sentence may begin with a tag: if the tag may follow `O`.
fn may_begin(tag: Tag) -> bool {
    may_follow(Tag::Outside, tag)
}

/// Whether a sentence may end with a tag: if `O` may follow the tag.
fn may_end(tag: Tag) -> bool {
    may_follow(tag, Tag::Outside)
}

/// The legal sequence with the largest sum of logits (Viterbi). Of equal sequences, the one whose last
/// differing tag comes first in [`Tag::ALL`].
fn best_legal(logits: &[&[f32]]) -> Vec<Tag> {
    const TAGS: usize = Tag::ALL.len();
    let Some((first, rest)) = logits.split_first() else {
        return Vec::new();
    };
    let mut scores = legal_scores(first, may_begin);
    let mut from: Vec<[usize; TAGS]> = Vec::with_capacity(rest.len());
    for row in rest {
        let best: [usize; TAGS] = std::array::from_fn(|next| {
            argmax(&legal_scores(&scores, |tag| {
                may_follow(tag, Tag::ALL[next])
            }))
        });
        // Every tag may follow some tag, so the best predecessor is always a legal one.
        scores = std::array::from_fn(|next| scores[best[next]] + row[next]);
        from.push(best);
    }
    let mut tag = argmax(&legal_scores(&scores, may_end));
    let mut tags = vec![Tag::ALL[tag]];
    for best in from.iter().rev() {
        tag = best[tag];
        tags.push(Tag::ALL[tag]);
    }
    tags.reverse();
    tags
}

/// The scores of all tags, minus infinity for those that are not legal.
fn legal_scores(scores: &[f32], legal: impl Fn(Tag) -> bool) -> [f32; Tag::ALL.len()] {
    std::array::from_fn(|i| {
        if legal(Tag::ALL[i]) {
            scores[i]
        } else {
            f32::NEG_INFINITY
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tagger::{spans_of, tags_of};

    fn legal(tags: &[Tag]) -> bool {
        tags.first().is_none_or(|&tag| may_begin(tag))
            && tags.last().is_none_or(|&tag| may_end(tag))
            && tags.windows(2).all(|two| may_follow(two[0], two[1]))
    }

    fn every_sequence(words: usize) -> Vec<Vec<Tag>> {
        (0..words).fold(vec![Vec::new()], |all, _| {
            all.iter()
                .flat_map(|tags| Tag::ALL.map(|tag| [tags.as_slice(), &[tag]].concat()))
                .collect()
        })
    }

    fn total(tags: &[Tag], logits: &[Vec<f32>]) -> f32 {
        tags.iter()
            .zip(logits)
            .map(|(&tag, row)| row[tag as usize])
            .sum()
    }

    fn decoded(logits: &[Vec<f32>]) -> Vec<Tag> {
        best_legal(&logits.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    fn rows(words: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Vec<f32>>> {
        // Sums of quarters are exact, so two sums can be compared with `==`.
        let logit = (-40..40_i8).prop_map(|n| f32::from(n) / 4.0);
        prop::collection::vec(prop::collection::vec(logit, Tag::ALL.len()), words)
    }

    proptest! {
        #[test]
        fn no_legal_sequence_is_better(logits in rows(0..5)) {
            let found = decoded(&logits);
            prop_assert!(legal(&found));
            let best = every_sequence(logits.len())
                .into_iter()
                .filter(|tags| legal(tags))
                .map(|tags| total(&tags, &logits))
                .fold(f32::NEG_INFINITY, f32::max);
            prop_assert_eq!(total(&found, &logits), best);
        }

        #[test]
        fn the_best_tags_stay_if_they_are_legal(spans in prop::collection::vec((0..4_usize, 1..4_usize), 0..6)) {
            let mut end = 0;
            let spans: Vec<Span> = spans
                .into_iter()
                .map(|(gap, length)| {
                    let start = end + gap;
                    end = start + length;
                    (start, end)
                })
                .collect();
            let tags = tags_of(&spans, end + 1);
            let logits: Vec<Vec<f32>> = tags
                .iter()
                .map(|&tag| (0..Tag::ALL.len()).map(|i| f32::from(u8::from(i == tag as usize))).collect())
                .collect();
            prop_assert_eq!(spans_of(&decoded(&logits)), spans);
        }
    }

    #[test]
    fn an_end_gets_its_beginning() {
        // Word by word B O E, where O is barely more probable than I. The best legal sequence is B I E.
        let [begin, inside, end, outside, unit] = [0, 1, 2, 3, 4];
        let mut logits = vec![vec![0.0; 5]; 3];
        logits[0][begin] = 5.0;
        logits[0][unit] = 1.0;
        (logits[1][outside], logits[1][inside]) = (2.0, 1.9);
        logits[2][end] = 5.0;
        assert_eq!(decoded(&logits), [Tag::Begin, Tag::Inside, Tag::End]);
        assert_eq!(decoded(&[]), []);
    }
}
