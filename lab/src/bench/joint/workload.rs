//! The sentences on which both sides are measured.

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

/// Maximum number of words in a training sentence of `finetune`.
const MAX_WORDS: usize = 400;

/// A sentence with its spans and pairs, in the form that `torch_joint.py` reads.
#[derive(Debug, Default, Serialize)]
pub struct Case {
    ids: Vec<u32>,
    first: Vec<usize>,
    tags: Vec<u8>,
    /// Entity candidates.
    pub spans: Vec<Span>,
    types: Vec<usize>,
    /// Pairs of candidates, by index, the left one first.
    pub pairs: Vec<(usize, usize)>,
    labels: Vec<usize>,
}

/// Sentences and model sizes of both sides.
pub struct Workload {
    /// Entity and relation types.
    pub schema: Schema,
    /// Sizes of the model.
    pub model: ModelConfig,
    /// Training sentences, repeated so that one epoch contains all steps.
    pub sentences: Vec<Sentence>,
    /// The training sentences for PyTorch.
    pub training: Vec<Case>,
    /// Indices of each step's sentences in `training`.
    pub batches: Vec<Vec<usize>>,
    /// Inference sentences: all sentences of the file that fit the encoder.
    pub pieces: Vec<Pieces>,
    /// Number of gold mentions in the file.
    pub mentions: usize,
    /// Number of words in the file.
    pub words: usize,
}

impl Workload {
    /// Reads, tokenises and batches the sentences in the order of `finetune` with the same seed.
    ///
    /// # Errors
    /// [`Error::Usage`] if no sentence can be trained on; [`Error::Spanlight`] for files that cannot be read.
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
            let problem = "the file has no training sentence; see `spanlight data check`";
            return Err(Error::Usage(problem.into()));
        }
        let schema = Schema::of(kept.iter().map(|(_, sentence)| sentence), &[]);
        let steps = plan.warmup + plan.steps;
        // One more step, so that the run stops before the checkpoint at the end of the epoch.
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

    /// Word-pieces of each step, padding excluded.
    pub fn pieces_by_step(&self) -> Vec<usize> {
        let count =
            |members: &Vec<usize>| members.iter().map(|&i| self.training[i].ids.len()).sum();
        self.batches.iter().map(count).collect()
    }

    /// The inference sentences with the predicted spans.
    pub fn found(&self, found: &[Predicted]) -> Vec<Case> {
        let cases = self.pieces.iter().zip(found);
        cases
            .map(|(pieces, found)| Case::found(pieces, found))
            .collect()
    }
}

impl Case {
    /// A training sentence with its gold mentions and all pairs of them, as in training on gold candidates.
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

    /// An inference sentence with the tagger's spans and all pairs of them, as in `Predictor`.
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

/// All pairs of `count` spans, by index.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count)
        .flat_map(|left| (left + 1..count).map(move |right| (left, right)))
        .collect()
}
