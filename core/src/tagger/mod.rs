//! Entity span detection: untyped BIEOU tags and their decoding (method §2.3, §6).

mod border;
mod decoding;

pub use border::Borders;
pub use decoding::TagDecoding;

use crate::schema::Span;

/// Role of a word in an entity span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Tag {
    /// First of several words.
    Begin,
    /// Neither first nor last.
    Inside,
    /// Last of several words.
    End,
    /// Outside of every entity.
    Outside,
    /// The only word.
    Unit,
}

impl Tag {
    /// All tags in the order of their classes.
    pub const ALL: [Tag; 5] = [Tag::Begin, Tag::Inside, Tag::End, Tag::Outside, Tag::Unit];

    /// The letter of the tag in the BIEOU scheme.
    pub fn letter(self) -> char {
        match self {
            Self::Begin => 'B',
            Self::Inside => 'I',
            Self::End => 'E',
            Self::Outside => 'O',
            Self::Unit => 'U',
        }
    }
}

/// Tags of a sentence of `words` words with the given spans, which do not overlap.
///
/// # Panics
/// If a span is empty or reaches beyond the sentence.
pub fn tags_of(spans: &[Span], words: usize) -> Vec<Tag> {
    let mut tags = vec![Tag::Outside; words];
    for &(start, end) in spans {
        if end - start == 1 {
            tags[start] = Tag::Unit;
        } else {
            tags[start..end].fill(Tag::Inside);
            tags[start] = Tag::Begin;
            tags[end - 1] = Tag::End;
        }
    }
    tags
}

/// Spans of any tag sequence, legal or not.
///
/// A span starts at a non-`O` tag that follows `O` or the sentence start, at every `B` and `U`,
/// and at an `I` or `E` behind an `E` or `U`; it ends before the next start, at `O` or at the end
/// of the sentence.
pub fn spans_of(tags: &[Tag]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open: Option<usize> = None;
    let mut previous = Tag::Outside;
    for (i, &tag) in tags.iter().enumerate() {
        let starts = match tag {
            Tag::Outside => false,
            Tag::Begin | Tag::Unit => true,
            Tag::Inside | Tag::End => matches!(previous, Tag::Outside | Tag::End | Tag::Unit),
        };
        if (starts || tag == Tag::Outside)
            && let Some(start) = open.take()
        {
            spans.push((start, i));
        }
        if starts {
            open = Some(i);
        }
        previous = tag;
    }
    spans.extend(open.map(|start| (start, tags.len())));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tag::{Begin as B, End as E, Inside as I, Outside as O, Unit as U};

    #[test]
    fn decodes_legal_and_illegal_sequences() {
        assert_eq!(spans_of(&[B, I, E, O, U]), [(0, 3), (4, 5)]);
        assert_eq!(spans_of(&[I, I, O, E]), [(0, 2), (3, 4)]);
        assert_eq!(spans_of(&[B, E, E, U, I]), [(0, 2), (2, 3), (3, 4), (4, 5)]);
        assert_eq!(spans_of(&[B, O, I, E]), [(0, 1), (2, 4)]);
        assert_eq!(spans_of(&[E, B, I]), [(0, 1), (1, 3)]);
        assert_eq!(spans_of(&[]), []);
    }

    #[test]
    fn tags_of_spans_decode_to_the_same_spans() {
        let spans = [(0, 1), (1, 3), (4, 8)];
        assert_eq!(spans_of(&tags_of(&spans, 9)), spans);
    }
}
