//! Detects repeated sentences in bounded memory.

use xxhash_rust::xxh3::xxh3_64;

/// Remembers the last few million sentences by their fingerprints.
///
/// Each fingerprint belongs to one bucket, where it replaces the oldest fingerprint, so some
/// repetitions in a corpus larger than the table are missed. A sentence is reported wrongly only
/// if another sentence has the same fingerprint, which is one pair in billions.
pub struct Repeated {
    buckets: Vec<[u64; PLACES]>,
}

/// Number of fingerprints in a bucket.
const PLACES: usize = 8;

/// Number of buckets; the table takes 32 MB.
const BUCKETS: usize = 1 << 19;

impl Default for Repeated {
    fn default() -> Self {
        Self {
            buckets: vec![[0; PLACES]; BUCKETS],
        }
    }
}

impl Repeated {
    /// Records a fingerprint; returns whether it was recorded before.
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

/// A hash of the words, never 0.
pub fn fingerprint(words: &[&str]) -> u64 {
    // 0 marks an empty place in a bucket.
    xxh3_64(words.join(" ").as_bytes()).max(1)
}
