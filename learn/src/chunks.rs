//! Cutting a step's sentences into chunks that go through the model at once.

use std::ops::Range;

/// How many word-pieces go through the model at once.
#[derive(Debug, Clone, Copy)]
pub struct Chunking {
    /// Padded word-pieces of a chunk.
    pub pieces: usize,
    /// Whether chunks come in pairs, since most machines have an even number of cores.
    pub paired: bool,
}

/// Cuts sentences, sorted by their `lengths` in word-pieces, into chunks of about the same padded size: so many
/// that none holds more than `chunking.pieces`, and one alone where that, or half of it for paired chunks, holds
/// all sentences. Returns ranges of `lengths`.
pub fn cut(lengths: &[usize], chunking: Chunking) -> Vec<Range<usize>> {
    let total: usize = lengths.iter().sum();
    let whole = 0..lengths.len();
    let Chunking { pieces, paired } = chunking;
    let padded = lengths.len() * lengths.last().copied().unwrap_or(0);
    let (least, all) = if paired { (2, 2 * total) } else { (1, padded) };
    if all <= pieces {
        return vec![whole];
    }
    let parts = least * total.div_ceil(least * pieces.max(1)).max(1);
    let target = total.div_ceil(parts);
    let mut chunks = Vec::new();
    let mut from = 0;
    for (at, &length) in lengths.iter().enumerate() {
        if at > from && (at - from + 1) * length > target + length / 2 {
            chunks.push(from..at);
            from = at;
        }
    }
    chunks.push(from..lengths.len());
    chunks
}

#[cfg(test)]
mod tests {
    use super::{Chunking, cut};

    fn paired(pieces: usize) -> Chunking {
        Chunking {
            pieces,
            paired: true,
        }
    }

    #[test]
    fn chunks_are_even_and_complete() {
        let lengths: Vec<usize> = (5..37).collect();
        let chunks = cut(&lengths, paired(128));
        let flat: Vec<usize> = chunks.iter().cloned().flatten().collect();
        assert_eq!(flat, (0..lengths.len()).collect::<Vec<_>>());
        for range in &chunks {
            let padded = range.len() * lengths[range.end - 1];
            assert!(padded <= 128 + 36, "{range:?} holds {padded}");
        }
    }

    #[test]
    fn few_sentences_stay_together() {
        let lengths: Vec<usize> = (5..37).collect();
        let total: usize = lengths.iter().sum();
        assert_eq!(cut(&lengths, paired(2 * total)).len(), 1);
        assert!(cut(&lengths, paired(2 * total - 1)).len() > 1);
    }

    #[test]
    fn chunks_need_not_come_in_pairs() {
        let lengths: Vec<usize> = (5..37).collect();
        let padded = 32 * 36;
        let alone = |pieces| {
            cut(
                &lengths,
                Chunking {
                    pieces,
                    paired: false,
                },
            )
        };
        assert_eq!(alone(padded).len(), 1);
        assert!(alone(padded - 1).len() > 1);
        assert!(cut(&lengths, paired(padded)).len() > 1);
        let even = |paired| {
            cut(
                &[10; 30],
                Chunking {
                    pieces: 110,
                    paired,
                },
            )
            .len()
        };
        assert_eq!([even(true), even(false)], [4, 3]);
    }

    #[test]
    fn a_long_sentence_is_a_chunk_of_its_own() {
        assert_eq!(cut(&[3, 4, 500], paired(16)).last(), Some(&(2..3)));
    }
}
