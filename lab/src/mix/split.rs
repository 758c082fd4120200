//! Splits: training, development and test data.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use spanlight::data::draw_rank;
use spanlight_core::document::Sentence;

use super::recipe::HoldOut;

/// One value for each of training, development and test data.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Splits<T> {
    /// Value for the training data.
    pub train: T,
    /// Value for the development data.
    pub dev: T,
    /// Value for the test data.
    pub test: T,
}

impl<T> Splits<T> {
    /// The values with the names of the splits.
    pub fn named(&self) -> [(&'static str, &T); 3] {
        let Self { train, dev, test } = self;
        [("train", train), ("dev", dev), ("test", test)]
    }

    /// Applies a function to each value.
    pub fn map<U>(&self, of: impl Fn(&T) -> U) -> Splits<U> {
        Splits {
            train: of(&self.train),
            dev: of(&self.dev),
            test: of(&self.test),
        }
    }
}

/// Moves shares of the training documents to development and test data.
///
/// The choice depends only on the names of the documents and the seed. A share above 0 moves at least one document.
pub fn hold_out(splits: &mut Splits<Vec<Sentence>>, shares: HoldOut, seed: u64) {
    let names: BTreeSet<&str> = splits.train.iter().map(|s| s.document.as_str()).collect();
    let ranks: BTreeMap<_, String> = names
        .iter()
        .map(|name| ((draw_rank(name, 0, seed), *name), (*name).to_owned()))
        .collect();
    let count = |share: f64| {
        if share > 0.0 {
            ((share * names.len() as f64).round() as usize).max(1)
        } else {
            0
        }
    };
    let (dev, test) = (count(shares.dev), count(shares.test));
    let drawn: Vec<String> = ranks.into_values().take(dev + test).collect();
    let (dev, test) = drawn.split_at(dev.min(drawn.len()));
    let all = std::mem::take(&mut splits.train);
    for sentence in all {
        let to = match &sentence.document {
            name if dev.contains(name) => &mut splits.dev,
            name if test.contains(name) => &mut splits.test,
            _ => &mut splits.train,
        };
        to.push(sentence);
    }
}

/// Removes training sentences that are also in development or test data, and development sentences that are also in
/// test data, and counts them. Spaces and capitals are ignored.
pub fn without_repeats(splits: &mut Splits<Vec<Sentence>>) -> Splits<usize> {
    let key = |s: &Sentence| s.words.concat().to_lowercase();
    let mut seen: HashSet<String> = splits.test.iter().map(key).collect();
    let mut strip = |sentences: &mut Vec<Sentence>| {
        let before = sentences.len();
        sentences.retain(|s| !seen.contains(&key(s)));
        seen.extend(sentences.iter().map(key));
        before - sentences.len()
    };
    let dev = strip(&mut splits.dev);
    Splits {
        train: strip(&mut splits.train),
        dev,
        test: 0,
    }
}
