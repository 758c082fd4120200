//! What stands around a sentence: pieces of its neighbours, which the encoder reads with it.
//!
//! The paper reads every sentence alone. With context the encoder's attention reaches into the
//! sentences before and behind, whose words are neither tagged nor related.

use crate::batch::Pieces;

/// What an encoder takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Word-pieces, the two marks included.
    pub room: usize,
    /// Most word-pieces of context on either side of a sentence.
    pub context: usize,
}

impl Frame {
    /// Word-pieces of context that fit on either side of a sentence of `pieces`, marks included.
    pub fn side(self, pieces: usize) -> usize {
        self.context.min(self.room.saturating_sub(pieces) / 2)
    }
}

/// The last `most` pieces of the sentences before a place, which come nearest first.
pub fn before<'a>(sentences: impl IntoIterator<Item = &'a [u32]>, most: usize) -> Vec<u32> {
    let backwards = sentences.into_iter().flat_map(|s| s.iter().rev().copied());
    let mut pieces: Vec<u32> = backwards.take(most).collect();
    pieces.reverse();
    pieces
}

/// The first `most` pieces of the sentences behind a place, in order.
pub fn behind<'a>(sentences: impl IntoIterator<Item = &'a [u32]>, most: usize) -> Vec<u32> {
    let forwards = sentences.into_iter().flatten().copied();
    forwards.take(most).collect()
}

/// Surrounds each of some sentences by its neighbours; `follows(i)` says whether the sentence `i`
/// continues the document of the one before it.
pub fn surround(
    sentences: Vec<Pieces>,
    frame: Frame,
    follows: impl Fn(usize) -> bool,
) -> Vec<Pieces> {
    if frame.context == 0 {
        return sentences;
    }
    let surrounded = (0..sentences.len()).map(|i| {
        let most = frame.side(sentences[i].ids.len());
        // Lazily: of a long document only the nearest sentences are looked at.
        let earlier = (0..i).rev().take_while(|&k| follows(k + 1));
        let later = (i + 1..sentences.len()).take_while(|&k| follows(k));
        let inner = |k: usize| sentences[k].inner();
        sentences[i].within(
            &before(earlier.map(inner), most),
            &behind(later.map(inner), most),
        )
    });
    surrounded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sentence whose words are two pieces each.
    fn sentence(words: &[u32]) -> Pieces {
        let inner = words.iter().flat_map(|&w| [w, w + 1]);
        Pieces {
            ids: [101].into_iter().chain(inner).chain([102]).collect(),
            first: (0..words.len()).map(|i| 1 + 2 * i).collect(),
            ..Default::default()
        }
    }

    fn frame(room: usize, context: usize) -> Frame {
        Frame { room, context }
    }

    #[test]
    fn neighbours_stand_between_the_marks_and_are_no_words() {
        let all = vec![sentence(&[10, 12]), sentence(&[20]), sentence(&[30, 32])];
        let surrounded = surround(all, frame(64, 3), |_| true);
        assert_eq!(
            surrounded[1].ids,
            [101, 11, 12, 13, 20, 21, 30, 31, 32, 102]
        );
        assert_eq!(surrounded[1].first, [4]);
        assert_eq!(surrounded[0].ids, [101, 10, 11, 12, 13, 20, 21, 30, 102]);
        assert_eq!(surrounded[0].first, [1, 3]);
        assert_eq!(surrounded[2].ids, [101, 13, 20, 21, 30, 31, 32, 33, 102]);
    }

    #[test]
    fn documents_and_the_room_bound_it() {
        let all = || vec![sentence(&[10]), sentence(&[20]), sentence(&[30])];
        let surrounded = surround(all(), frame(64, 8), |i| i != 1);
        assert_eq!(surrounded[0].ids, [101, 10, 11, 102]);
        assert_eq!(surrounded[1].ids, [101, 20, 21, 30, 31, 102]);
        // Four pieces and one on either side fill six.
        let surrounded = surround(all(), frame(6, 8), |_| true);
        assert_eq!(surrounded[1].ids, [101, 11, 20, 21, 30, 102]);
        assert_eq!(surround(all(), frame(64, 0), |_| true), all());
        assert_eq!(surround(all(), frame(3, 8), |_| true), all());
    }
}
