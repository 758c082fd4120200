//! Spans that look like entities, without a tagger (method §13.4).

use super::shape::{Shape, Word};
use crate::schema::Span;

/// Runs of names, and runs of at least two content words and names. Runs longer than `longest` keep their
/// end, where the head of an English noun phrase is. The whole sentence is no candidate.
pub(crate) fn candidates(words: &[Word<'_>], longest: usize) -> Vec<Span> {
    let shape = |word: usize| words.get(word).map(|word| word.shape);
    let mut found = runs(words.len(), |word| shape(word) == Some(Shape::Name));
    // A sentence begins with a capital whatever the word.
    found.retain(|span| *span != (0, 1));
    let contents = runs(words.len(), |word| {
        matches!(shape(word), Some(Shape::Name | Shape::Content))
    });
    found.extend(contents.into_iter().filter(|(start, end)| end - start > 1));
    for span in &mut found {
        span.0 = span.0.max(span.1.saturating_sub(longest));
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|span| *span != (0, words.len()));
    found
}

/// Longest runs of indices below `count` that all pass.
fn runs(count: usize, passes: impl Fn(usize) -> bool) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for index in (0..count).filter(|&index| passes(index)) {
        match found.last_mut() {
            Some(span) if span.1 == index => span.1 += 1,
            _ => found.push((index, index + 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, longest: usize) -> Vec<String> {
        let surfaces: Vec<&str> = text.split(' ').collect();
        let words: Vec<Word<'_>> = surfaces
            .iter()
            .map(|word| Word {
                pieces: &[1],
                shape: Shape::of(word),
            })
            .collect();
        candidates(&words, longest)
            .into_iter()
            .map(|(start, end)| surfaces[start..end].join(" "))
            .collect()
    }

    #[test]
    fn names_and_runs_of_content_words_are_candidates() {
        assert_eq!(
            found(
                "The Kestrel bridge across Lake Varnholm was rebuilt by Dutch engineers ( 1987 ) .",
                10
            ),
            [
                "Kestrel",
                "Kestrel bridge",
                "Lake Varnholm",
                "Dutch",
                "Dutch engineers"
            ]
        );
        assert_eq!(
            found("Conditional random fields label the sequence", 10),
            ["Conditional random fields label"]
        );
    }

    #[test]
    fn long_runs_keep_their_end_and_whole_sentences_are_none() {
        assert_eq!(
            found("the very large neural network language model wins", 3),
            ["language model wins"]
        );
        assert!(found("Large Models", 5).is_empty());
    }
}
