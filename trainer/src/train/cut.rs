//! Cutting a step's sentences into chunks that go through the model at once.

use std::ops::Range;

/// Cuts sentences, sorted by length in word-pieces, into chunks of about the same padded size, at
/// least as many as hold `chunk` word-pieces each; an even number, because most machines have an
/// even number of cores, but one where half a chunk would hold them all.
pub fn cut(lengths: &[usize], chunk: usize) -> Vec<Range<usize>> {
    let total: usize = lengths.iter().sum();
    let whole = 0..lengths.len();
    if 2 * total <= chunk {
        return vec![whole];
    }
    let parts = 2 * total.div_ceil(2 * chunk.max(1)).max(1);
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
    use super::cut;

    #[test]
    fn chunks_are_even_and_complete() {
        let lengths: Vec<usize> = (5..37).collect();
        let chunks = cut(&lengths, 128);
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
        assert_eq!(cut(&lengths, 2 * total).len(), 1);
        assert!(cut(&lengths, 2 * total - 1).len() > 1);
    }

    #[test]
    fn a_long_sentence_is_a_chunk_of_its_own() {
        assert_eq!(cut(&[3, 4, 500], 16).last(), Some(&(2..3)));
    }
}
