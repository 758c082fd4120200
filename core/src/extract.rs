//! Extraction from raw text: sentences, words, pieces, predictions, and offsets into the original.

use std::ops::Range;

pub use crate::extraction::*;
pub use crate::stopwatch::Clock;

use crate::Result;
use crate::batch::Pieces;
use crate::predict::{Predicted, Predictor};
use crate::schema::{Direction, Schema, Span};
use crate::stopwatch::Stopwatch;
use crate::text::{OffsetUnit, Offsets, TextSentence, WindowLimit, segment, windows};
use crate::wordpiece::WordPiece;

/// Sentences of the first block; later ones double, so that the first results come soon.
const FIRST_BLOCK: usize = 8;
/// Most sentences that are tokenised ahead.
const LARGEST_BLOCK: usize = 64;
/// Longest window, in words, whatever the encoder allows.
const MAX_WORDS: usize = 400;

/// A predictor with its tokenizer: text in, entities and relations out.
pub struct Extractor {
    predictor: Predictor,
    tokenizer: WordPiece,
    clock: Option<Clock>,
}

/// A window of a sentence on its way through the model.
struct Window {
    sentence: usize,
    first_word: usize,
}

impl Extractor {
    /// Joins a predictor and the tokenizer that it was trained with.
    pub fn new(predictor: Predictor, tokenizer: WordPiece) -> Self {
        Self {
            predictor,
            tokenizer,
            clock: None,
        }
    }

    /// The same, measuring [`Extraction::timing`] with a clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    /// The predictor.
    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// Entities and relations of a text of any length, in time linear in it.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) or [`Error::Tokenizer`](crate::Error::Tokenizer).
    pub async fn extract(&self, text: &str, options: &ExtractOptions) -> Result<Extraction> {
        self.extract_with(text, options, async |_| true).await
    }

    /// The same, handing over every batch as it is finished; stops early, with what was read until
    /// then, when `on_batch` returns false.
    ///
    /// # Errors
    /// As [`Self::extract`].
    pub async fn extract_with(
        &self,
        text: &str,
        options: &ExtractOptions,
        mut on_batch: impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> Result<Extraction> {
        let mut watch = Stopwatch::start(self.clock);
        let mut timing = Timing::default();
        let offsets = Offsets::new(text);
        let total = offsets.len(options.unit);
        let sentences = segment(text);
        let mut done = Extraction {
            total,
            ..Default::default()
        };
        let mut from = 0;
        let mut block = FIRST_BLOCK;
        let mut going = true;
        while from < sentences.len() && going {
            let to = (from + block).min(sentences.len());
            let (pieces, places, shortened) = self.tokenize(text, &sentences[from..to])?;
            done.shortened += shortened;
            let mut open = Open::new(text, &sentences, from..to, &places, &offsets, options.unit);
            timing.tokenize += watch.lap();
            // Batches come by length; sentences leave in textual order.
            self.predictor
                .run(&pieces, async |results| {
                    timing.compute += watch.lap();
                    for (window, predicted) in results {
                        let place = &places[window];
                        let sentence = &sentences[from + place.sentence];
                        let target = &mut open.partial[place.sentence];
                        self.place(
                            text,
                            sentence,
                            place.first_word,
                            &predicted,
                            &offsets,
                            options,
                            target,
                        );
                        open.waiting[place.sentence] -= 1;
                    }
                    timing.decode += watch.lap();
                    going = open.emit(&mut done, &mut on_batch).await;
                    watch.lap();
                    going
                })
                .await?;
            timing.compute += watch.lap();
            if going && open.next < to - from {
                going = open.emit(&mut done, &mut on_batch).await;
                watch.lap();
            }
            from = to;
            block = (2 * block).min(LARGEST_BLOCK);
        }
        if sentences.is_empty() {
            done.read = total;
        }
        done.timing = self.clock.map(|_| timing);
        Ok(done)
    }

    /// Pieces of the windows of some sentences, where they belong, and the number of words that did
    /// not fit.
    fn tokenize(
        &self,
        text: &str,
        sentences: &[TextSentence],
    ) -> Result<(Vec<Pieces>, Vec<Window>, usize)> {
        let room = self
            .predictor
            .model()
            .config()
            .encoder
            .max_position_embeddings
            - 2;
        let limit = WindowLimit {
            words: MAX_WORDS,
            pieces: room,
        };
        let (mut all, mut places, mut shortened) = (Vec::new(), Vec::new(), 0);
        for (i, sentence) in sentences.iter().enumerate() {
            let surfaces: Vec<&str> = sentence.words.iter().map(|w| w.surface(text)).collect();
            let mut words = Vec::with_capacity(surfaces.len());
            for surface in &surfaces {
                let mut word = self.tokenizer.word(surface)?;
                if word.len() > room {
                    word.truncate(room);
                    shortened += 1;
                }
                words.push(word);
            }
            let counts: Vec<usize> = words.iter().map(Vec::len).collect();
            for window in windows(&surfaces, &counts, limit) {
                places.push(Window {
                    sentence: i,
                    first_word: window.start,
                });
                all.push(self.tokenizer.join(&words[window]));
            }
        }
        Ok((all, places, shortened))
    }

    /// Adds the predictions of a window to its sentence.
    #[expect(
        clippy::too_many_arguments,
        reason = "the window, its place and its target"
    )]
    fn place(
        &self,
        text: &str,
        sentence: &TextSentence,
        first_word: usize,
        predicted: &Predicted,
        offsets: &Offsets,
        options: &ExtractOptions,
        target: &mut ExtractedSentence,
    ) {
        let schema = self.predictor.schema();
        let mut index: Vec<Option<usize>> = Vec::with_capacity(predicted.entities.len());
        for entity in &predicted.entities {
            if entity.score < options.threshold {
                index.push(None);
                continue;
            }
            let bytes = bytes_of(sentence, first_word, entity.span);
            index.push(Some(target.entities.len()));
            target.entities.push(ExtractedEntity {
                start: position(offsets, bytes.0, options.unit),
                end: position(offsets, bytes.1, options.unit),
                label: schema.entities[entity.class].clone(),
                text: text[bytes.0..bytes.1].into(),
                score: entity.score,
            });
        }
        for relation in &predicted.relations {
            let (Some(left), Some(right)) = (index[relation.left], index[relation.right]) else {
                continue;
            };
            if relation.score < options.threshold {
                continue;
            }
            let Some((label, head, tail)) = directed(schema, relation.class, left, right) else {
                continue;
            };
            target.relations.push(ExtractedRelation {
                head,
                tail,
                label,
                score: relation.score,
            });
        }
    }
}

/// Label, head and tail of a directed class over a left and a right argument.
pub fn directed<T>(schema: &Schema, class: usize, left: T, right: T) -> Option<(String, T, T)> {
    let (label, direction) = schema.relation(class)?;
    let (head, tail) = match direction {
        Direction::Forward => (left, right),
        Direction::Backward => (right, left),
    };
    Some((label.to_string(), head, tail))
}

fn bytes_of(sentence: &TextSentence, first_word: usize, span: Span) -> Span {
    (
        sentence.words[first_word + span.0].start,
        sentence.words[first_word + span.1 - 1].end,
    )
}

/// Byte offset in another unit; segmentation only yields character boundaries.
fn position(offsets: &Offsets, byte: usize, unit: OffsetUnit) -> usize {
    offsets.get(byte, unit).unwrap_or(byte)
}

/// The sentences of a block on their way out.
struct Open {
    partial: Vec<ExtractedSentence>,
    /// Windows of each sentence that are still in the model.
    waiting: Vec<usize>,
    /// Where each sentence ends, the gap behind it included.
    reach: Vec<usize>,
    /// First sentence that has not left.
    next: usize,
}

impl Open {
    fn new(
        text: &str,
        sentences: &[TextSentence],
        block: Range<usize>,
        windows: &[Window],
        offsets: &Offsets,
        unit: OffsetUnit,
    ) -> Self {
        let mut waiting = vec![0_usize; block.len()];
        for window in windows {
            waiting[window.sentence] += 1;
        }
        let reach = |i: usize| sentences.get(i + 1).map_or(text.len(), |next| next.start);
        Self {
            partial: sentences[block.clone()]
                .iter()
                .map(|s| ExtractedSentence {
                    start: position(offsets, s.start, unit),
                    end: position(offsets, s.end, unit),
                    ..Default::default()
                })
                .collect(),
            waiting,
            reach: block.map(|i| position(offsets, reach(i), unit)).collect(),
            next: 0,
        }
    }

    /// Hands over what is finished up to the first sentence that is not; the batch may be empty,
    /// since every call is a chance to stop.
    async fn emit(
        &mut self,
        done: &mut Extraction,
        on_batch: &mut impl AsyncFnMut(&ExtractionBatch) -> bool,
    ) -> bool {
        let mut sentences = Vec::new();
        while self.waiting.get(self.next) == Some(&0) {
            let mut sentence = std::mem::take(&mut self.partial[self.next]);
            // Windows may finish out of order.
            sort_entities(&mut sentence);
            sentences.push(sentence);
            done.read = self.reach[self.next];
            self.next += 1;
        }
        let batch = ExtractionBatch {
            sentences,
            read: done.read,
            total: done.total,
        };
        let going = on_batch(&batch).await;
        done.sentences.extend(batch.sentences);
        going
    }
}

fn sort_entities(sentence: &mut ExtractedSentence) {
    let mut order: Vec<usize> = (0..sentence.entities.len()).collect();
    order.sort_by_key(|&i| sentence.entities[i].start);
    let mut rank = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        rank[old] = new;
    }
    sentence.entities.sort_by_key(|e| e.start);
    for relation in &mut sentence.relations {
        relation.head = rank[relation.head];
        relation.tail = rank[relation.tail];
    }
    sentence.relations.sort_by_key(|r| (r.head, r.tail));
}
