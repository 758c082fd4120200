//! Tests of whole samples.

mod example;
mod properties;
mod statistics;

use super::*;

const SPECIAL: SpecialPieces = SpecialPieces {
    cls: 1,
    sep: 2,
    mask: 3,
    pad: 0,
    unknown: 4,
    vocabulary: 1000,
};

/// The first piece that stands for text.
const TEXT: u32 = 5;

fn words(pieces: &[Vec<u32>]) -> Vec<Word<'_>> {
    pieces
        .iter()
        .map(|pieces| Word {
            pieces,
            shape: Shape::Content,
        })
        .collect()
}
