//! Random numbers by key.

use rand::{Rng, SeedableRng, rngs::Xoshiro256PlusPlus};

/// A stream of random numbers of its own for every key.
pub fn stream(key: [u64; 4]) -> Xoshiro256PlusPlus {
    let mut state = 0;
    for part in key {
        state = Xoshiro256PlusPlus::seed_from_u64(state ^ part).next_u64();
    }
    Xoshiro256PlusPlus::seed_from_u64(state)
}
