//! The order of the sentences in an epoch, and the random numbers that shuffle them.

use std::sync::{Mutex, PoisonError};

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

/// Largest corpus, in sentences, whose orders are tables. The order of a larger corpus is computed
/// place by place, which bounds the memory.
pub const TABLED: usize = 1 << 22;
/// Rounds of the Feistel network in [`permuted`].
const ROUNDS: u64 = 4;

/// The orders of all epochs.
pub enum Order {
    /// Tables of the sentences that fit.
    Table {
        /// The sentences in file order.
        usable: Vec<u32>,
        /// The shuffled sentences of an even and an odd epoch, because a batch may need both.
        shuffled: [Mutex<Shuffled>; 2],
    },
    /// Computed orders of all sentences, including those that do not fit.
    Keyed {
        /// Number of sentences.
        count: u64,
    },
}

/// The shuffled sentences of one epoch.
#[derive(Default)]
pub struct Shuffled {
    epoch: u64,
    /// Empty before the first use.
    sentences: Vec<u32>,
}

impl Order {
    /// The orders of the sentences that fit, which `usable` holds in file order.
    pub fn table(usable: Vec<u32>) -> Self {
        Self::Table {
            usable,
            shuffled: Default::default(),
        }
    }

    /// Number of places in an epoch.
    pub fn len(&self) -> usize {
        match self {
            Self::Table { usable, .. } => usable.len(),
            Self::Keyed { count } => *count as usize,
        }
    }

    /// The sentence at a place of an epoch: in file order without a seed, otherwise shuffled.
    /// `place` must be below [`Self::len`].
    pub fn sentence(&self, epoch: u64, place: usize, seed: Option<u64>) -> u64 {
        match (self, seed) {
            (Self::Table { usable, .. }, None) => usable[place].into(),
            (Self::Table { usable, shuffled }, Some(seed)) => {
                let slot = &shuffled[epoch as usize % 2];
                let mut known = slot.lock().unwrap_or_else(PoisonError::into_inner);
                if known.epoch != epoch || known.sentences.is_empty() {
                    known.sentences.clear();
                    known.sentences.extend_from_slice(usable);
                    let mut order = stream([!seed, epoch, 0, 0]);
                    known.sentences.shuffle(&mut order);
                    known.epoch = epoch;
                }
                known.sentences[place].into()
            }
            (Self::Keyed { .. }, None) => place as u64,
            (Self::Keyed { count }, Some(seed)) => permuted(place as u64, *count, [!seed, epoch]),
        }
    }
}

/// Maps a number by a random permutation of `0..count`: a Feistel network over the smallest even
/// number of bits that hold `count - 1`, repeated until the result is below `count`.
fn permuted(mut number: u64, count: u64, key: [u64; 2]) -> u64 {
    let half = (u64::BITS - count.saturating_sub(1).leading_zeros())
        .div_ceil(2)
        .max(1);
    let mask = (1 << half) - 1;
    loop {
        let (mut left, mut right) = (number >> half, number & mask);
        for round in 0..ROUNDS {
            let noise = stream([key[0], key[1], round, right]).next_u64();
            (left, right) = (right, left ^ (noise & mask));
        }
        number = left << half | right;
        if number < count {
            return number;
        }
    }
}

/// A stream of random numbers that depends only on the key.
pub fn stream(key: [u64; 4]) -> Xoshiro256PlusPlus {
    let mut state = 0;
    for part in key {
        state = Xoshiro256PlusPlus::seed_from_u64(state ^ part).next_u64();
    }
    Xoshiro256PlusPlus::seed_from_u64(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_has_every_number_once_and_differs_by_epoch() {
        for count in [1, 2, 3, 17, 1000] {
            let order = |epoch| -> Vec<u64> {
                (0..count)
                    .map(|place| permuted(place, count, [5, epoch]))
                    .collect()
            };
            let (one, two) = (order(0), order(1));
            let mut sorted = one.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            assert!(count < 17 || (one != two && !one.is_sorted()));
        }
    }

    /// The mean distance of two random numbers below n is n / 3.
    #[test]
    fn neighbours_are_far_apart() {
        let count = 10_000;
        let order: Vec<u64> = (0..count)
            .map(|place| permuted(place, count, [1, 2]))
            .collect();
        let far = order.windows(2).map(|w| w[0].abs_diff(w[1])).sum::<u64>() as f64;
        let mean = far / (count - 1) as f64 / count as f64;
        assert!((mean - 1.0 / 3.0).abs() < 0.01, "{mean}");
    }
}
