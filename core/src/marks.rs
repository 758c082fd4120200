//! What the second reading of a sentence is told about its entities.
//!
//! The paper relates spans that the encoder has read without knowing that they are entities. Markers
//! of entities and their types in the encoder's input help to relate them (Zhong and Chen, 2021, "A
//! Frustratingly Easy Approach"). Here they are vectors, added to the words of all entities of a
//! sentence at once, halfway up the encoder, whose upper layers then read a second time.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::batch::{PieceBatch, indices};
use crate::init::zeros;
use crate::noise::Noise;
use crate::rows::pick;
use crate::schema::Span;

/// Vectors of types and of beginnings.
#[derive(Module, Debug)]
pub struct Marks {
    /// One a type, that of no entity included: `[types + 1, hidden]`.
    types: Param<Tensor<2>>,
    /// That of a first word: `[1, hidden]`.
    begin: Param<Tensor<2>>,
}

impl Marks {
    /// Marks that do not show yet.
    pub fn new(classes: usize, hidden: usize, device: &Device) -> Self {
        Self {
            types: zeros([classes, hidden], device),
            begin: zeros([1, hidden], device),
        }
    }

    /// What is added to each word-piece, given candidate spans as packed rows and the probabilities of
    /// their types `[spans, types + 1]`: `[sentences * length, hidden]`.
    ///
    /// Marked are first pieces, which stand for words. Of spans that overlap, the last one marks.
    pub fn forward(
        &self,
        pieces: &PieceBatch,
        spans: &[Span],
        types: Tensor<2>,
        noise: &Noise,
    ) -> Tensor<2> {
        let inside = types.matmul(self.types.val()); // [spans, hidden]
        let begin = inside.clone() + self.begin.val();
        let [_, hidden] = inside.dims();
        let device = inside.device();
        let nothing = Tensor::zeros([1, hidden], &device);
        let table = Tensor::cat(vec![nothing, inside, begin], 0); // [1 + 2 * spans, hidden]
        let mut rows = vec![0; pieces.sentences() * pieces.length()];
        for (i, &(start, end)) in spans.iter().enumerate() {
            for word in start..end {
                let behind = if word == start { spans.len() } else { 0 };
                rows[pieces.word_row(word)] = (1 + i + behind) as i32;
            }
        }
        pick(table, indices(rows, &device), noise)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::batch::Pieces;

    #[test]
    fn first_pieces_of_entities_are_marked_by_their_types_and_beginnings() {
        let device = Device::flex();
        let marks = Marks {
            types: Param::from_data(TensorData::from([[1.0, 0.0], [0.0, 10.0]]), &device),
            begin: Param::from_data(TensorData::from([[100.0, 0.0]]), &device),
        };
        // Words of two pieces and one, and in the second sentence of one each.
        let sentence = |ids: &[u32], first: &[usize]| Pieces {
            ids: ids.to_vec(),
            first: first.to_vec(),
        };
        let batch = PieceBatch::new(&[
            sentence(&[2, 5, 6, 7, 8, 3], &[1, 3, 4]),
            sentence(&[2, 5, 6, 3], &[1, 2]),
        ]);
        let types = Tensor::from_data(TensorData::from([[1.0_f32, 0.0], [0.5, 0.5]]), &device);
        let added = marks.forward(&batch, &[(0, 2), (4, 5)], types, &Noise::none());
        let mut expected = vec![[0.0_f32; 2]; 12];
        expected[1] = [101.0, 0.0];
        expected[3] = [1.0, 0.0];
        expected[6 + 2] = [100.5, 5.0];
        let expected = TensorData::new(expected.concat(), [12, 2]);
        added.into_data().assert_eq(&expected, true);
    }
}
