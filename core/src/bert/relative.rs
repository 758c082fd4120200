//! Relative positions (MPNet): a learned score for the distance of two word-pieces, per head.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};

use crate::batch::indices;
use crate::init::Init;

/// Distances from here on share the last bucket.
const FARTHEST: f64 = 128.0;

/// One table of scores for all layers.
#[derive(Module, Debug)]
pub struct RelativePosition {
    /// `[buckets, heads]`.
    bias: Embedding,
}

impl RelativePosition {
    /// A new table.
    pub fn new(buckets: usize, heads: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            bias: init.embedding(buckets, heads, device),
        }
    }

    /// What is added to the attention scores of queries and keys: `[1, heads, length, length]`.
    pub fn forward(&self, length: usize) -> Tensor<4> {
        let table = self.bias.weight.val();
        let [buckets, heads] = table.dims();
        let rows = (0..length)
            .flat_map(|query| {
                (0..length).map(move |key| bucket(key as i64 - query as i64, buckets))
            })
            .map(|bucket| bucket as i32)
            .collect();
        let device = table.device();
        table
            .select(0, indices(rows, &device)) // [length * length, heads]
            .reshape([length, length, heads])
            .permute([2, 0, 1])
            .unsqueeze::<4>()
    }
}

/// Bucket of a distance from query to key: half of them for keys behind the query; in each half the
/// first half for one distance each, the rest for ranges that grow like its logarithm.
fn bucket(distance: i64, buckets: usize) -> usize {
    let half = buckets / 2;
    let side = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    let exact = half / 2;
    if distance < exact {
        return side + distance;
    }
    let (near, range) = (exact as f64, (half - exact) as f64);
    let beyond = (distance as f64 / near).ln() / (FARTHEST / near).ln() * range;
    side + (exact + beyond as usize).min(half - 1)
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// Of the 32 buckets of MPNet, by the definition in its paper's code.
    #[test]
    fn near_distances_are_exact_and_far_ones_share() {
        let expected = [
            (0, 0),
            (-1, 1),
            (-7, 7),
            (-8, 8),
            (-11, 8),
            (-12, 9),
            (-16, 10),
            (-127, 15),
            (-128, 15),
            (-500, 15),
            (1, 17),
            (7, 23),
            (8, 24),
            (64, 30),
            (500, 31),
        ];
        for (distance, expected) in expected {
            assert_eq!(bucket(distance, 32), expected, "{distance}");
        }
    }
}
