//! Sentences that came before, in bounded memory.

use xxhash_rust::xxh3::xxh3_64;

/// Remembers the last sentences: a table with one place for each of many classes of fingerprints.
///
/// A sentence that came before is forgotten when another takes its place, so a corpus larger than
/// the table keeps some repetitions; none is ever reported wrongly, but for equal fingerprints
/// (one pair among billions).
pub struct Repeated {
    table: Vec<u64>,
}

/// Places in the table: 32 MB.
const PLACES: usize = 1 << 22;

impl Default for Repeated {
    fn default() -> Self {
        Self {
            table: vec![0; PLACES],
        }
    }
}

impl Repeated {
    /// Whether this fingerprint came before; from now on it did.
    pub fn see(&mut self, fingerprint: u64) -> bool {
        let place = fingerprint as usize % PLACES;
        match self.table.get_mut(place) {
            Some(known) => std::mem::replace(known, fingerprint) == fingerprint,
            None => false,
        }
    }
}

/// A number that differs for different sentences.
pub fn fingerprint(words: &[&str]) -> u64 {
    // 0 is an empty place.
    xxh3_64(words.join(" ").as_bytes()).max(1)
}
