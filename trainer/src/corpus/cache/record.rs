//! One sentence in the cache.

use spanlight_core::pretrain::sample::{Shape, Word};

/// A tokenised sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sentence {
    pieces: Vec<u32>,
    /// For each word, the index after its last piece in `pieces`.
    ends: Vec<usize>,
    shapes: Vec<Shape>,
}

/// The shape for each number that a record stores.
const SHAPES: [Shape; 4] = [Shape::Mark, Shape::Function, Shape::Content, Shape::Name];

/// Low bits of a word's two bytes, which hold its number of pieces; the high bits hold its shape.
const COUNT_BITS: u32 = 14;
/// Largest number of pieces that those bits can hold.
const MOST: usize = (1 << COUNT_BITS) - 1;

impl Sentence {
    /// Adds a word.
    pub fn push(&mut self, pieces: &[u32], shape: Shape) {
        self.pieces.extend_from_slice(pieces);
        self.ends.push(self.pieces.len());
        self.shapes.push(shape);
    }

    /// Removes all words.
    pub fn clear(&mut self) {
        self.pieces.clear();
        self.ends.clear();
        self.shapes.clear();
    }

    /// Number of word-pieces.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The words in the form that the sampler takes.
    pub fn words(&self) -> Vec<Word<'_>> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let ranges = starts.zip(&self.ends);
        ranges
            .zip(&self.shapes)
            .map(|((&start, &end), &shape)| Word {
                pieces: self.pieces.get(start..end).unwrap_or_default(),
                shape,
            })
            .collect()
    }

    /// Appends the record to `out`; the numbers of every sentence that BERT can read fit.
    pub fn encode(&self, wide: bool, out: &mut Vec<u8>) {
        for word in self.words() {
            let shape = SHAPES.iter().position(|shape| *shape == word.shape);
            let shape = shape.unwrap_or_default() as u16;
            let count = word.pieces.len().min(MOST) as u16;
            out.extend((shape << COUNT_BITS | count).to_le_bytes());
        }
        for piece in &self.pieces {
            if wide {
                out.extend(piece.to_le_bytes());
            } else {
                out.extend((*piece as u16).to_le_bytes());
            }
        }
    }

    /// Size of a record in bytes.
    pub fn bytes(words: usize, pieces: usize, wide: bool) -> usize {
        2 * words + pieces * if wide { 4 } else { 2 }
    }

    /// Reads a record of `words` words; `None` if its numbers contradict each other.
    pub fn decode(record: &[u8], words: usize, wide: bool) -> Option<Self> {
        let (heads, pieces) = record.split_at_checked(2 * words)?;
        let mut sentence = Self::default();
        let mut end = 0;
        for head in heads.as_chunks().0 {
            let head = u16::from_le_bytes(*head);
            end += usize::from(head) & MOST;
            sentence.ends.push(end);
            sentence
                .shapes
                .push(*SHAPES.get(usize::from(head >> COUNT_BITS))?);
        }
        sentence.pieces = if wide {
            let wide = pieces.as_chunks().0.iter();
            wide.map(|b| u32::from_le_bytes(*b)).collect()
        } else {
            let narrow = pieces.as_chunks().0.iter();
            narrow.map(|b| u16::from_le_bytes(*b).into()).collect()
        };
        (sentence.pieces.len() == end).then_some(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_decode_to_the_same_sentence() {
        let mut sentence = Sentence::default();
        for (i, shape) in SHAPES.into_iter().enumerate() {
            sentence.push(&vec![65_535 - i as u32; i + 1], shape);
        }
        for wide in [false, true] {
            if wide {
                sentence.push(&[70_000, 1], Shape::Name);
            }
            let mut record = Vec::new();
            sentence.encode(wide, &mut record);
            let words = sentence.words().len();
            assert_eq!(
                record.len(),
                Sentence::bytes(words, sentence.pieces(), wide)
            );
            assert_eq!(
                Sentence::decode(&record, words, wide),
                Some(sentence.clone())
            );
            record.pop();
            assert_eq!(Sentence::decode(&record, words, wide), None);
            assert_eq!(Sentence::decode(&record, 1000, wide), None);
        }
    }
}
