//! How much a sentence reads like others: its log-probability in a model of theirs, less that in one
//! of all text (Moore and Lewis, ACL 2010).

use std::collections::HashMap;

/// Pseudo-counts with which the words after a word are drawn to the frequencies of all words.
const PRIOR: f64 = 8.0;
/// Pseudo-count of a word, seen or not.
const UNSEEN: f64 = 0.1;

/// Counts of words and of pairs of them, from some examples and from a text.
#[derive(Debug, Default)]
pub struct Likeness {
    numbers: HashMap<String, u32>,
    example: Bigrams,
    text: Bigrams,
}

impl Likeness {
    /// Counts a sentence among the examples.
    pub fn add_example(&mut self, words: &[String]) {
        let numbers = self.numbered(words);
        self.example.add(&numbers);
    }

    /// Counts a sentence of the text.
    pub fn add_text(&mut self, words: &[String]) {
        let numbers = self.numbered(words);
        self.text.add(&numbers);
    }

    /// By how much more likely the sentence is among the examples than in the text, in nats a word.
    pub fn of(&self, words: &[String]) -> f64 {
        let unknown = self.numbers.len() as u32 + OUTSIDE;
        let number = |word: &String| self.numbers.get(&word.to_lowercase()).copied();
        let inside = words.iter().map(|word| number(word).unwrap_or(unknown));
        let sentence: Vec<u32> = framed(inside);
        let vocabulary = self.numbers.len() + OUTSIDE as usize;
        let pairs = sentence.iter().zip(sentence.iter().skip(1));
        let gain = |(first, second): (&u32, &u32)| {
            let pair = (*first, *second);
            (self.example.probability(pair, vocabulary) / self.text.probability(pair, vocabulary))
                .ln()
        };
        pairs.map(gain).sum::<f64>() / (words.len() + 1) as f64
    }

    /// A sentence as numbers of lower-case words, between its borders.
    fn numbered(&mut self, words: &[String]) -> Vec<u32> {
        framed(words.iter().map(|word| {
            let next = self.numbers.len() as u32 + OUTSIDE;
            *self.numbers.entry(word.to_lowercase()).or_insert(next)
        }))
    }
}

/// The borders of a sentence, numbered before all words.
const START: u32 = 0;
const END: u32 = 1;
const OUTSIDE: u32 = 2;

fn framed(words: impl Iterator<Item = u32>) -> Vec<u32> {
    std::iter::once(START).chain(words).chain([END]).collect()
}

/// A bigram model whose prior is that of its unigrams.
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
        for pair in sentence
            .iter()
            .copied()
            .zip(sentence.iter().copied().skip(1))
        {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// The probability of the second word of a pair behind the first.
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
        // 7 symbols of 4 kinds; word 3 stands once, behind one of the two 2s.
        let alone = (1.0 + 0.1) / (7.0 + 0.1 * 4.0);
        let expected = (1.0 + 8.0 * alone) / (2.0 + 8.0);
        assert!((model.probability((2, 3), 4) - expected).abs() < 1e-12);
        let all: f64 = (0..4).map(|next| model.probability((2, next), 4)).sum();
        assert!((all - 1.0).abs() < 1e-12, "{all}");
    }

    #[test]
    fn what_stands_among_the_examples_is_more_like_them() {
        let mut likeness = Likeness::default();
        likeness.add_example(&words("we parse a sentence"));
        for text in [
            "we parse a sentence",
            "the galaxy moves fast",
            "A galaxy moves",
        ] {
            likeness.add_text(&words(text));
        }
        let near = likeness.of(&words("We parse a text"));
        let far = likeness.of(&words("the galaxy moves on"));
        assert!(near > 0.0 && far < 0.0, "{near} {far}");
        let same = likeness.of(&words("never seen before"));
        assert!(near > same && same > far, "{near} {same} {far}");
    }
}
