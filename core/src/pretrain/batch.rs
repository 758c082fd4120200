//! Batch of pre-training samples: both views of every sentence, target views first.

use super::sample::{Sample, View};
use super::tbo::MaskedRow;
use crate::batch::{PieceBatch, Pieces};
use crate::schema::Span;

/// Sentences in two views. Arrays of two hold target views, then context views.
#[derive(Debug, Clone)]
pub struct PretrainBatch {
    /// The inputs, 2 * sentences.
    pub pieces: PieceBatch,
    /// Packed rows of `L, s1, M, s2, R`, five an input.
    pub segments: Vec<Span>,
    /// Packed rows of the shuffled segments.
    pub permuted: [Vec<Span>; 2],
    /// Orders of their words.
    pub classes: [Vec<usize>; 2],
    /// Masked pieces.
    pub masked: [Vec<MaskedRow>; 2],
}

impl PretrainBatch {
    /// Pads and concatenates the two views of samples.
    pub fn new<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Self {
        let samples: Vec<&Sample> = samples.into_iter().collect();
        let views: [Vec<&View>; 2] = [
            samples.iter().map(|s| &s.target).collect(),
            samples.iter().map(|s| &s.context).collect(),
        ];
        let inputs: Vec<Pieces> = views
            .iter()
            .flat_map(|view| view.iter().zip(&samples))
            .map(|(view, sample)| Pieces {
                ids: view.ids.clone(),
                first: sample.first.clone(),
                ..Default::default()
            })
            .collect();
        let pieces = PieceBatch::new(&inputs);
        let mut batch = Self {
            segments: Vec::with_capacity(inputs.len() * 5),
            permuted: Default::default(),
            classes: Default::default(),
            masked: Default::default(),
            pieces,
        };
        for (side, views) in views.iter().enumerate() {
            for (i, (view, sample)) in views.iter().zip(&samples).enumerate() {
                let input = side * samples.len() + i;
                let from = batch.pieces.rows(input).0;
                let packed = |span: Span| (from + span.0, from + span.1);
                batch.segments.extend(sample.segments.map(packed));
                for permuted in &view.permuted {
                    batch.permuted[side].push(packed(permuted.span));
                    batch.classes[side].push(permuted.class);
                }
                batch.masked[side].extend(view.masked.iter().map(|masked| MaskedRow {
                    row: batch.pieces.row(input, masked.first),
                    offset: masked.offset,
                    label: masked.label as usize,
                }));
            }
        }
        batch
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.pieces.sentences() / 2
    }

    /// Number of word-pieces of one view, padding excluded.
    pub fn pieces_per_view(&self) -> usize {
        self.pieces.pieces() / 2
    }
}
