//! Batches of sentences on the host, which become tensors on a device.

use std::collections::BTreeMap;
use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::case::Case;
use crate::document::Sentence;
use crate::ops::indices;
use crate::schema::{Direction, Schema, Span};
use crate::tagger::{Tag, tags_of};
use crate::{Error, Result};

/// Bias of the attention scores of padded keys.
const MASKED: f32 = -10_000.0;

/// The word-pieces of one sentence: the input of the encoder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Word-piece ids, `[CLS]` and `[SEP]` included: `[pieces]`.
    pub ids: Vec<u32>,
    /// Position of the first piece of each word: `[words]`.
    pub first: Vec<usize>,
    /// Case of the word of each piece: `[pieces]`. Pieces beyond the end of a shorter list are caseless.
    pub cases: Vec<Case>,
}

impl Pieces {
    /// Positions of the pieces of a word; empty if there is no such word.
    pub fn range(&self, word: usize) -> Range<usize> {
        let end = self.ids.len().saturating_sub(1);
        let at = |word| self.first.get(word).copied().unwrap_or(end);
        at(word)..at(word.saturating_add(1))
    }
}

/// A batch of sentences for inference, padded to the longest.
#[derive(Debug, Clone)]
pub struct PieceBatch {
    ids: Vec<i32>,
    cases: Vec<i32>,
    lengths: Vec<usize>,
    length: usize,
    first_rows: Vec<i32>,
    word_offsets: Vec<usize>,
}

impl PieceBatch {
    /// Pads and concatenates sentences.
    pub fn new<'a>(sentences: impl IntoIterator<Item = &'a Pieces>) -> Self {
        let sentences: Vec<&Pieces> = sentences.into_iter().collect();
        let lengths: Vec<usize> = sentences.iter().map(|s| s.ids.len()).collect();
        let length = lengths.iter().copied().max().unwrap_or(0);
        let mut ids = vec![0; sentences.len() * length];
        let mut cases = vec![Case::Caseless as i32; ids.len()];
        let mut first_rows = Vec::new();
        let mut word_offsets = vec![0];
        for (i, sentence) in sentences.iter().enumerate() {
            for (slot, id) in ids[i * length..].iter_mut().zip(&sentence.ids) {
                *slot = *id as i32;
            }
            for (slot, case) in cases[i * length..].iter_mut().zip(&sentence.cases) {
                *slot = *case as i32;
            }
            first_rows.extend(sentence.first.iter().map(|p| (i * length + p) as i32));
            word_offsets.push(first_rows.len());
        }
        Self {
            ids,
            cases,
            lengths,
            length,
            first_rows,
            word_offsets,
        }
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.lengths.len()
    }

    /// Number of words of all sentences together.
    pub fn words(&self) -> usize {
        self.first_rows.len()
    }

    /// Number of word-pieces, padding excluded.
    pub fn pieces(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Rows of a sentence in the matrix of all words, half-open.
    ///
    /// # Panics
    /// If there is no such sentence.
    pub fn rows(&self, sentence: usize) -> Span {
        (self.word_offsets[sentence], self.word_offsets[sentence + 1])
    }

    /// Row of a word-piece in the flattened hidden states.
    pub fn row(&self, sentence: usize, position: usize) -> usize {
        sentence * self.length + position
    }

    /// Word-piece ids on the host, and the shape `[sentences, length]` that they fill.
    pub(crate) fn padded_ids(&self) -> (&[i32], [usize; 2]) {
        (&self.ids, [self.sentences(), self.length])
    }

    /// Word-piece ids: `[sentences, length]`.
    pub fn ids(&self, device: &Device) -> Tensor<2, Int> {
        Tensor::from_data(
            TensorData::new(self.ids.clone(), [self.sentences(), self.length]),
            device,
        )
    }

    /// Case of the word of each piece, as the number of a [`Case`]: `[sentences * length]`.
    pub fn cases(&self, device: &Device) -> Tensor<1, Int> {
        indices(self.cases.clone(), device)
    }

    /// Additive attention mask: `[sentences, 1, 1, length]`.
    pub fn attention_mask(&self, device: &Device) -> Tensor<4> {
        let mask: Vec<f32> = self
            .lengths
            .iter()
            .flat_map(|&n| (0..self.length).map(move |i| if i < n { 0.0 } else { MASKED }))
            .collect();
        Tensor::from_data(
            TensorData::new(mask, [self.sentences(), 1, 1, self.length]),
            device,
        )
    }

    /// Rows of `[CLS]` in the flattened hidden states: `[sentences]`.
    pub fn cls_rows(&self, device: &Device) -> Tensor<1, Int> {
        let rows: Vec<i32> = (0..self.sentences())
            .map(|i| (i * self.length) as i32)
            .collect();
        indices(rows, device)
    }

    /// Rows of the first piece of each word in the flattened hidden states: `[words]`.
    pub fn word_rows(&self, device: &Device) -> Tensor<1, Int> {
        indices(self.first_rows.clone(), device)
    }
}

/// Gold annotations of one sentence as tags and class numbers, the targets of the losses (method §2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gold {
    /// Tag of each word.
    pub tags: Vec<Tag>,
    /// Entity class of each gold span.
    pub entities: BTreeMap<Span, usize>,
    /// Relation class of each related pair of spans, the left span first.
    pub relations: BTreeMap<(Span, Span), usize>,
}

impl Gold {
    /// Tags and classes of an annotated sentence whose mentions do not overlap.
    ///
    /// # Errors
    /// [`Error::Sentence`] for an invalid sentence, a label outside the schema, or overlapping mentions.
    pub fn new(sentence: &Sentence, schema: &Schema) -> Result<Self> {
        let fail = |problem: String| Error::Sentence {
            document: sentence.document.clone(),
            sentence: sentence.index,
            problem,
        };
        sentence.validate()?;
        let mut entities = BTreeMap::new();
        for entity in &sentence.entities {
            let class = schema.entity_id(&entity.label).ok_or_else(|| {
                fail(format!(
                    "the entity type `{}` is not in the schema; correct the label or train a new model",
                    entity.label
                ))
            })?;
            entities.insert((entity.start, entity.end), class);
        }
        let spans: Vec<Span> = entities.keys().copied().collect();
        if spans.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(fail(
                "two mentions overlap, so they cannot be tagged; drop the sentence from training"
                    .into(),
            ));
        }
        let mut relations = BTreeMap::new();
        for relation in &sentence.relations {
            let span = |i: usize| (sentence.entities[i].start, sentence.entities[i].end);
            let (head, tail) = (span(relation.head), span(relation.tail));
            let (pair, direction) = if head.0 <= tail.0 {
                ((head, tail), Direction::Forward)
            } else {
                ((tail, head), Direction::Backward)
            };
            let class = schema
                .relation_id(&relation.label, direction)
                .ok_or_else(|| {
                    fail(format!(
                        "the relation type `{}` is not in the schema; correct the label or train a new model",
                        relation.label
                    ))
                })?;
            relations.insert(pair, class);
        }
        // A relation of a mention to itself has no left and no right span.
        relations.retain(|(left, right), _| left != right);
        Ok(Self {
            tags: tags_of(&spans, sentence.words.len()),
            entities,
            relations,
        })
    }
}

/// A batch of sentences for training, with their gold annotations.
#[derive(Debug, Clone)]
pub struct TrainBatch {
    /// Word-pieces of all sentences.
    pub pieces: PieceBatch,
    /// Gold annotations of each sentence.
    pub gold: Vec<Gold>,
}
