//! Sentences that came before, in bounded memory.

use xxhash_rust::xxh3::xxh3_64;

/// Remembers the last few million sentences by their fingerprints.
///
/// A fingerprint belongs to one bucket, where it takes the place of the oldest one; so a corpus
/// larger than the table keeps some repetitions. None is reported wrongly but for equal
/// fingerprints, one pair among billions.
pub struct Repeated {
    buckets: Vec<[u64; PLACES]>,
}

/// Fingerprints of a bucket.
const PLACES: usize = 8;

/// Buckets: 32 MB in all.
const BUCKETS: usize = 1 << 19;

impl Default for Repeated {
    fn default() -> Self {
        Self {
            buckets: vec![[0; PLACES]; BUCKETS],
        }
    }
}

impl Repeated {
    /// Whether this fingerprint came before; from now on it did.
    pub fn see(&mut self, fingerprint: u64) -> bool {
        let Some(bucket) = self.buckets.get_mut(fingerprint as usize % BUCKETS) else {
            return false;
        };
        let known = bucket.contains(&fingerprint);
        if !known {
            bucket.rotate_right(1);
            bucket[0] = fingerprint;
        }
        known
    }
}

/// A number that differs for different sentences.
pub fn fingerprint(words: &[&str]) -> u64 {
    // 0 is an empty place.
    xxh3_64(words.join(" ").as_bytes()).max(1)
}
