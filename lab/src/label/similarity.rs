//! Similarity of a sentence to examples: its log-probability under a bigram model of the examples, minus its
//! log-probability under a bigram model of the whole text (Moore and Lewis, ACL 2010).

use std::collections::HashMap;

/// Weight of the unigram prior of a bigram, in pseudo-counts.
const PRIOR: f64 = 8.0;
/// Pseudo-count of every word of the vocabulary.
const UNSEEN: f64 = 0.1;

/// Minimum count of a word in the examples. Rarer words become one symbol, because a word that occurs once has a
/// higher frequency in the examples than in the much larger text and would look typical of them.
const MIN_COUNT: usize = 2;

/// Symbols for the start and the end of a sentence and for rare words; words are numbered after them.
const START: u32 = 0;
const END: u32 = 1;
const OTHER: u32 = 2;

/// Bigram models of the examples and of the text, over the words of the examples.
#[derive(Debug)]
pub struct Similarity {
    numbers: HashMap<String, u32>,
    examples: Bigrams,
    text: Bigrams,
}

impl Similarity {
    /// Learns the examples; [`Self::add`] then learns the text.
    pub fn to<'a>(examples: impl Iterator<Item = &'a [String]> + Clone) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for word in examples.clone().flatten() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        let often = counts.into_iter().filter(|(_, count)| *count >= MIN_COUNT);
        let numbers = often.map(|(word, _)| word).zip(OTHER + 1..).collect();
        let mut similarity = Self {
            numbers,
            examples: Bigrams::default(),
            text: Bigrams::default(),
        };
        for example in examples {
            let sentence = similarity.numbered(example);
            similarity.examples.add(&sentence);
        }
        similarity
    }

    /// Learns a sentence of the text.
    pub fn add(&mut self, words: &[String]) {
        let sentence = self.numbered(words);
        self.text.add(&sentence);
    }

    /// Difference of the log-probabilities under both models, in nats per word.
    pub fn of(&self, words: &[String]) -> f64 {
        let sentence = self.numbered(words);
        let vocabulary = self.numbers.len() + OTHER as usize + 1;
        let gain = |pair| {
            let examples = self.examples.probability(pair, vocabulary);
            (examples / self.text.probability(pair, vocabulary)).ln()
        };
        let gains: f64 = pairs(&sentence).map(gain).sum();
        gains / (words.len() + 1) as f64
    }

    /// A sentence as numbers of its lower-case words, between start and end.
    fn numbered(&self, words: &[String]) -> Vec<u32> {
        let number = |word: &String| self.numbers.get(&word.to_lowercase()).copied();
        let inside = words.iter().map(|word| number(word).unwrap_or(OTHER));
        std::iter::once(START).chain(inside).chain([END]).collect()
    }
}

/// Every word of a sentence except the last, with its successor.
fn pairs(sentence: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    let successors = sentence.iter().skip(1).copied();
    sentence.iter().copied().zip(successors)
}

/// A bigram model with its unigrams as prior.
#[derive(Debug, Default)]
struct Bigrams {
    words: HashMap<u32, u32>,
    pairs: HashMap<(u32, u32), u32>,
    total: usize,
}

impl Bigrams {
    fn add(&mut self, sentence: &[u32]) {
        self.total += sentence.len();
        for word in sentence {
            *self.words.entry(*word).or_default() += 1;
        }
        for pair in pairs(sentence) {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// The probability of the second word of a pair after the first.
    fn probability(&self, pair: (u32, u32), vocabulary: usize) -> f64 {
        let count = |word| f64::from(self.words.get(&word).copied().unwrap_or(0));
        let alone = (count(pair.1) + UNSEEN) / (self.total as f64 + UNSEEN * vocabulary as f64);
        let together = f64::from(self.pairs.get(&pair).copied().unwrap_or(0));
        (together + PRIOR * alone) / (count(pair.0) + PRIOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn probabilities_are_the_counts_with_their_prior() {
        let mut model = Bigrams::default();
        model.add(&[START, 2, 3, END]);
        model.add(&[START, 2, END]);
        // 7 symbols of 4 kinds; word 3 occurs once, after one of the two words 2.
        let alone = (1.0 + 0.1) / (7.0 + 0.1 * 4.0);
        let expected = (1.0 + 8.0 * alone) / (2.0 + 8.0);
        assert!((model.probability((2, 3), 4) - expected).abs() < 1e-12);
        let all: f64 = (0..4).map(|next| model.probability((2, next), 4)).sum();
        assert!((all - 1.0).abs() < 1e-12, "{all}");
    }

    #[test]
    fn a_sentence_of_the_examples_is_more_similar_to_them() {
        let examples = ["we parse a sentence", "We parse a text"].map(words);
        let mut similarity = Similarity::to(examples.iter().map(Vec::as_slice));
        for text in [
            "we parse a sentence",
            "the galaxy moves fast",
            "the galaxy moves",
        ] {
            similarity.add(&words(text));
        }
        let near = similarity.of(&words("we Parse a tree"));
        let far = similarity.of(&words("the galaxy moves on"));
        assert!(near > 0.0 && far < 0.0, "{near} {far}");
    }

    #[test]
    fn words_that_occur_once_are_one_symbol() {
        let examples = ["we parse a sentence", "we parse a text"].map(words);
        let similarity = Similarity::to(examples.iter().map(Vec::as_slice));
        assert_eq!(similarity.numbers.len(), 3);
        let of = |text| similarity.of(&words(text));
        assert_eq!(of("we parse a sentence"), of("we parse a galaxy"));
    }
}
