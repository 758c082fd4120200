//! The words that samples are drawn from, and their coarse kinds as far as letters tell them.

use serde::{Deserialize, Serialize};

/// A word of a tokenised sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// Its word-pieces, at least one.
    pub pieces: &'a [u32],
    /// Its kind, which decides where [`SpanChoice::EntityLike`](super::SpanChoice::EntityLike) draws
    /// spans.
    pub shape: Shape,
}

/// A coarse kind of word, without a tagger; its list of function words is English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Shape {
    /// Neither letter nor digit: punctuation, brackets.
    #[default]
    Mark,
    /// An article, pronoun, preposition, auxiliary and the like.
    Function,
    /// Any other word or number in small letters.
    Content,
    /// Any other word with a capital.
    Name,
}

impl Shape {
    /// The kind of a word.
    pub fn of(word: &str) -> Self {
        let listed = |word: &str| FUNCTION_WORDS.binary_search(&word).is_ok();
        if !word.contains(char::is_alphanumeric) {
            Self::Mark
        } else if word.len() <= LONGEST && listed(&word.to_lowercase()) {
            Self::Function
        } else if word.contains(char::is_uppercase) {
            Self::Name
        } else {
            Self::Content
        }
    }
}

/// Bytes of the longest function word.
const LONGEST: usize = 12;

/// Sorted by their bytes.
#[rustfmt::skip]
const FUNCTION_WORDS: &[&str] = &[
    "'d", "'ll", "'m", "'re", "'s", "'ve", "a", "about", "above", "across", "after", "again",
    "against", "al", "al.", "all", "along", "already", "also", "although", "always", "am",
    "among", "an", "and", "another", "any", "are", "around", "as", "at", "be", "because", "been",
    "before", "behind", "being", "below", "between", "beyond", "both", "but", "by", "can",
    "cannot", "could", "despite", "did", "do", "does", "doing", "done", "down", "during", "e.g.",
    "each", "either", "et", "etc", "even", "ever", "every", "except", "few", "for", "from",
    "further", "furthermore", "had", "has", "have", "having", "he", "hence", "her", "here",
    "hers", "herself", "him", "himself", "his", "how", "however", "i", "i.e.", "if", "in",
    "instead", "into", "is", "it", "its", "itself", "just", "like", "many", "may", "me", "might",
    "mine", "more", "moreover", "most", "much", "must", "my", "myself", "n't", "near", "neither",
    "never", "nevertheless", "no", "none", "nor", "not", "n’t", "of", "off", "often", "on",
    "once", "one", "ones", "only", "onto", "or", "other", "ought", "our", "ours", "ourselves",
    "out", "over", "own", "per", "quite", "rather", "same", "several", "shall", "she", "should",
    "since", "so", "some", "sometimes", "still", "such", "than", "that", "the", "their", "theirs",
    "them", "themselves", "then", "there", "therefore", "these", "they", "this", "those",
    "though", "through", "throughout", "thus", "to", "too", "toward", "towards", "under",
    "unless", "unlike", "until", "up", "upon", "us", "usually", "versus", "very", "via", "vs",
    "was", "we", "were", "what", "when", "where", "whereas", "whether", "which", "while", "who",
    "whom", "whose", "why", "will", "with", "within", "without", "would", "yet", "you", "your",
    "yours", "yourself", "’d", "’ll", "’m", "’re", "’s", "’ve",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_short_enough() {
        assert!(FUNCTION_WORDS.is_sorted_by(|a, b| a < b));
        assert!(FUNCTION_WORDS.iter().all(|word| word.len() <= LONGEST));
        assert!(FUNCTION_WORDS.iter().any(|word| word.len() == LONGEST));
    }

    #[test]
    fn shapes_of_words() {
        let shapes = [
            (Shape::Mark, "( . -- “ %"),
            (Shape::Function, "The of WE n't 's however"),
            (Shape::Content, "network 3.5 n-gram 語"),
            (Shape::Name, "Kyoto BERT mRNA n-Gram Élan"),
        ];
        for (shape, words) in shapes {
            for word in words.split(' ') {
                assert_eq!(Shape::of(word), shape, "{word}");
            }
        }
    }
}
