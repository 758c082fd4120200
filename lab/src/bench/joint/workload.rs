//! The sentences that both sides work on.

use rand::seq::SliceRandom;
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use serde::Serialize;
use spanlight::data::{self, Format, Overlap};
use spanlight::encoder::EncoderFolder;
use spanlight::model_spec::ModelSpec;
use spanlight_core::batch::{Gold, Pieces};
use spanlight_core::document::Sentence;
use spanlight_core::predict::Predicted;
use spanlight_core::schema::Span;
use spanlight_core::{Decoding, ModelConfig, Schema};

use crate::bench::Plan;
use crate::error::{Error, Result};

/// Longest training sentence, in words, that `finetune` takes.
const MAX_WORDS: usize = 400;

/// A sentence with its spans and pairs, as `torch_joint.py` reads it.
#[derive(Debug, Default, Serialize)]
pub struct Case {
    ids: Vec<u32>,
    first: Vec<usize>,
    tags: Vec<u8>,
    /// Entity candidates.
    pub spans: Vec<Span>,
    types: Vec<usize>,
    /// Pairs of them, left one first.
    pub pairs: Vec<(usize, usize)>,
    labels: Vec<usize>,
}

/// Everything that is worked on.
pub struct Workload {
    /// Labels.
    pub schema: Schema,
    /// Sizes.
    pub model: ModelConfig,
    /// Training sentences, repeated so that all steps belong to one epoch.
    pub sentences: Vec<Sentence>,
    /// The same for PyTorch.
    pub training: Vec<Case>,
    /// Which of them make up each step.
    pub batches: Vec<Vec<usize>>,
    /// For inference: all sentences of the file that fit the encoder.
    pub pieces: Vec<Pieces>,
    /// Gold mentions in the file.
    pub mentions: usize,
    /// Words in the file.
    pub words: usize,
}

impl Workload {
    /// Reads, tokenises and batches in the order that `finetune` has for a seed.
    ///
    /// # Errors
    /// [`Error::Usage`] when no sentence is fit for training, besides what stops the reading.
    pub fn read(plan: &Plan<'_>, format: Format, seed: u64) -> Result<Self> {
        let encoder = EncoderFolder::open(plan.encoder)?;
        let sizes = ModelConfig::new(encoder.config.clone());
        let ModelSpec {
            tokenizer,
            settings,
        } = ModelSpec::new(&encoder, sizes, Decoding::default(), None)?;
        let room = encoder.config.room();
        let fit = |sentence: Sentence| -> Option<Result<(Pieces, Sentence)>> {
            match tokenizer.sentence(&sentence.words) {
                Ok(pieces) => (pieces.ids.len() <= room).then_some(Ok((pieces, sentence))),
                Err(error) => Some(Err(error.into())),
            }
        };
        let all = data::read(plan.data, format)?.sentences;
        let mut kept = data::trainable(&all, Overlap::Drop).0;
        kept.retain(|s| s.words.len() <= MAX_WORDS);
        let kept: Vec<_> = kept.into_iter().filter_map(fit).collect::<Result<_>>()?;
        if kept.is_empty() {
            let problem = "no training sentence is left; see `spanlight data check`";
            return Err(Error::Usage(problem.into()));
        }
        let schema = Schema::of(kept.iter().map(|(_, sentence)| sentence), &[]);
        let steps = plan.warmup + plan.steps;
        // One step more, so that the end of the epoch, with its checkpoint, is never reached.
        let count = plan.batch * (steps + 1);
        let (mut sentences, mut training) = (Vec::new(), Vec::new());
        for (pieces, sentence) in kept.iter().cycle().take(count) {
            training.push(Case::gold(pieces, Gold::new(sentence, &schema)?, &schema));
            sentences.push(sentence.clone());
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        Ok(Self {
            schema,
            model: settings.model,
            sentences,
            training,
            batches: order
                .chunks(plan.batch)
                .take(steps)
                .map(<[_]>::to_vec)
                .collect(),
            mentions: all.iter().map(|s| s.entities.len()).sum(),
            words: all.iter().map(|s| s.words.len()).sum(),
            pieces: all
                .into_iter()
                .filter_map(fit)
                .map(|fit| fit.map(|(pieces, _)| pieces))
                .collect::<Result<_>>()?,
        })
    }

    /// Word-pieces of every step, padding excluded.
    pub fn pieces_by_step(&self) -> Vec<usize> {
        let count =
            |members: &Vec<usize>| members.iter().map(|&i| self.training[i].ids.len()).sum();
        self.batches.iter().map(count).collect()
    }

    /// The sentences of inference with the spans found in them.
    pub fn found(&self, found: &[Predicted]) -> Vec<Case> {
        let cases = self.pieces.iter().zip(found);
        cases
            .map(|(pieces, found)| Case::found(pieces, found))
            .collect()
    }
}

impl Case {
    /// With gold mentions and all pairs of them, as training with gold candidates has them.
    fn gold(pieces: &Pieces, gold: Gold, schema: &Schema) -> Self {
        let (spans, types): (Vec<Span>, Vec<usize>) = gold.entities.into_iter().unzip();
        let pairs = pairs(spans.len());
        let label = |&(left, right): &(usize, usize)| {
            let related = gold.relations.get(&(spans[left], spans[right]));
            related.copied().unwrap_or(schema.no_relation())
        };
        Self {
            ids: pieces.ids.clone(),
            first: pieces.first.clone(),
            tags: gold.tags.iter().map(|&tag| tag as u8).collect(),
            labels: pairs.iter().map(label).collect(),
            spans,
            types,
            pairs,
        }
    }

    /// With the tagger's spans and all pairs of them, as `Predictor` relates them.
    fn found(pieces: &Pieces, found: &Predicted) -> Self {
        Self {
            ids: pieces.ids.clone(),
            first: pieces.first.clone(),
            spans: found.spans.clone(),
            pairs: pairs(found.spans.len()),
            ..Self::default()
        }
    }
}

/// Every two of so many spans.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count)
        .flat_map(|left| (left + 1..count).map(move |right| (left, right)))
        .collect()
}
