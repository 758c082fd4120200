//! Our side: fine-tuning and inference as in `spanlight`.

use std::path::PathBuf;
use std::time::Instant;

use spanlight::data;
use spanlight::device::processor;
use spanlight::encoder::EncoderFolder;
use spanlight::event::{Event, Sink, SinkError};
use spanlight::finetune::{FinetuneConfig, finetune};
use spanlight::interrupt::{Interrupt, Stop};
use spanlight::machine::Machine;
use spanlight::store::RunFolder;
use spanlight::threads::predict_all;
use spanlight_core::Decoding;
use spanlight_core::JointModel;
use spanlight_core::batch::PieceBatch;
use spanlight_core::ops::{Init, Pass};
use spanlight_core::predict::{Detail, Predicted, Predictor};
use spanlight_core::readback::read;
use spanlight_core::tagger::Tag;
use spanlight_core::weights::{load_state, state_of};
use spanlight_learn::EmbeddingRate;
use tempfile::TempDir;

use super::Workload;
use crate::bench::machine::{peak, reset_peak};
use crate::bench::{Measure, Plan};
use crate::error::{Error, Result};

/// Word-pieces in an inference batch, padding included: the default of `evaluate`.
const BUDGET: usize = 512;
/// Number of sentences from which the tagger's bias is estimated.
const SAMPLE: usize = 128;

/// Default fine-tuning settings, with frozen or trained embeddings.
pub fn settings(frozen: bool) -> FinetuneConfig {
    let mut config = FinetuneConfig::default();
    config.optimizer.lr_embeddings = if frozen {
        EmbeddingRate::Frozen
    } else {
        EmbeddingRate::Lowest
    };
    config
}

/// Our side.
pub struct Ours<'a> {
    plan: &'a Plan<'a>,
    workload: &'a Workload,
    folder: TempDir,
    /// Added to the tagger's bias of [`Tag::Outside`].
    outside_bias: f32,
}

impl<'a> Ours<'a> {
    /// Writes the training file and sets the tagger's bias so that it finds about as many entities as are
    /// annotated: an untrained tagger takes nearly every word for an entity, and the number of pairs grows with the
    /// square.
    ///
    /// # Errors
    /// Any [`Error`] of reading the encoder, writing the file or computing.
    pub fn new(plan: &'a Plan<'a>, workload: &'a Workload) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut ours = Self {
            plan,
            workload,
            folder,
            outside_bias: 0.0,
        };
        data::write_file(&ours.train_file(), &workload.sentences)?;
        let predictor = ours.predictor()?;
        let sample = &workload.pieces[..workload.pieces.len().min(SAMPLE)];
        let mut margins: Vec<f32> = Vec::new();
        for sentences in sample.chunks(8) {
            let batch = PieceBatch::new(sentences);
            let encoded = predictor.model().encode(&batch, &mut Pass::inference());
            let logits = pollster::block_on(read(predictor.model().tag_logits(&encoded)))?;
            margins.extend((0..batch.words()).map(|word| margin(logits.row(word))));
        }
        margins.sort_by(f32::total_cmp);
        let share = workload.mentions as f64 / workload.words.max(1) as f64;
        let inside = (share * margins.len() as f64) as usize;
        ours.outside_bias = -margins.get(inside).copied().unwrap_or_default();
        Ok(ours)
    }

    /// Predictions for the sentences of the file.
    ///
    /// # Errors
    /// [`spanlight::Error::Core`] if the device fails.
    pub fn predict(&self) -> Result<Vec<Predicted>> {
        let predictor = self.predictor()?;
        Ok(predict_all(
            &predictor,
            &self.workload.pieces,
            Detail::default(),
            self.plan.workers,
            &|_| (),
        )?)
    }

    /// Measures a pass over all sentences.
    ///
    /// # Errors
    /// As [`Self::predict`].
    pub fn infer(&self) -> Result<Measure> {
        let predictor = self.predictor()?;
        let (pieces, workers) = (&self.workload.pieces, self.plan.workers);
        let warmup = pieces.len().min(self.plan.warmup * self.plan.batch);
        let detail = Detail::default();
        predict_all(&predictor, &pieces[..warmup], detail, workers, &|_| ())?;
        reset_peak();
        let start = Instant::now();
        predict_all(&predictor, pieces, detail, workers, &|_| ())?;
        Ok(Measure {
            seconds: start.elapsed().as_secs_f64(),
            pieces: pieces.iter().map(|p| p.ids.len()).sum(),
            peak: peak(),
        })
    }

    /// Measures the first steps of a fine-tuning run, which train on gold candidates; also returns the number of
    /// parameters.
    ///
    /// # Errors
    /// Everything that stops the run before its last timed step.
    pub fn train(&self, frozen: bool) -> Result<(Measure, usize)> {
        let mut config = FinetuneConfig {
            train: Some(self.train_file()),
            dev: Some(self.train_file()),
            format: "pspe".into(),
            batch: self.plan.batch,
            gold_epochs: usize::MAX,
            ..settings(frozen)
        };
        config.start.encoder = Some(self.plan.encoder.into());
        let folder = tempfile::tempdir_in(self.folder.path())?;
        let interrupt = Interrupt::new();
        let machine = Machine {
            device: &self.plan.device,
            description: self.plan.description.clone(),
            workers: self.plan.workers,
            interrupt: &interrupt,
            elsewhere: false,
        };
        let mut watch = Stopwatch {
            expected: self.workload.pieces_by_step(),
            warmup: self.plan.warmup,
            interrupt: &interrupt,
            measure: Measure::default(),
            parameters: 0,
            steps: 0,
        };
        let outcome = finetune(
            &config,
            &RunFolder::create(folder.path())?,
            false,
            &machine,
            &mut watch,
        );
        if watch.steps == watch.expected.len() {
            return Ok((watch.measure, watch.parameters));
        }
        outcome?;
        Err(Error::Usage(
            "finetune forms other batches than bench: this is a bug, report it".into(),
        ))
    }

    fn train_file(&self) -> PathBuf {
        self.folder.path().join("train.jsonl")
    }

    /// The encoder with untrained heads.
    fn predictor(&self) -> Result<Predictor> {
        let Workload {
            model: config,
            schema,
            ..
        } = self.workload;
        let init = &mut Init::seeded(settings(false).seed);
        let mut model = JointModel::new(config, schema, init, &self.plan.device)?;
        let encoders = &mut model.encoders;
        encoders.sentence =
            EncoderFolder::open(self.plan.encoder)?.load(encoders.sentence.clone())?;
        let mut state = pollster::block_on(state_of(&model))?;
        if let Some(bias) = state.get_mut("tagger.bias") {
            bias.values[Tag::Outside as usize] += self.outside_bias;
        }
        Ok(Predictor::new(
            load_state(model, state)?,
            schema.clone(),
            Decoding::default(),
            processor(&self.plan.device).pieces(BUDGET),
        ))
    }
}

/// The logit of [`Tag::Outside`] minus the largest other logit.
fn margin(logits: &[f32]) -> f32 {
    let outside = Tag::Outside as usize;
    let others = logits.iter().enumerate().filter(|&(tag, _)| tag != outside);
    logits[outside]
        - others
            .map(|(_, &logit)| logit)
            .fold(f32::NEG_INFINITY, f32::max)
}

/// A sink that sums the steps after the warm-up and then stops the run.
struct Stopwatch<'a> {
    /// Word-pieces of each step.
    expected: Vec<usize>,
    warmup: usize,
    interrupt: &'a Interrupt,
    measure: Measure,
    parameters: usize,
    /// Number of steps so far with the expected word-pieces.
    steps: usize,
}

impl Sink for Stopwatch<'_> {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        match event {
            Event::Started { parameters, .. } => {
                self.parameters = *parameters as usize;
                reset_peak();
            }
            Event::Step {
                pieces, seconds, ..
            } => {
                let same = self.expected[self.steps] == *pieces as usize;
                if same && self.steps >= self.warmup {
                    self.measure.pieces += *pieces as usize;
                    self.measure.seconds += seconds;
                }
                self.steps += usize::from(same);
                if !same || self.steps == self.expected.len() {
                    self.measure.peak = peak();
                    self.interrupt.request(Stop::Interrupted);
                    // An interrupted run would first save a checkpoint of gigabytes; an error of the sink avoids that.
                    return Err(SinkError::Chart("the measurement is over".into()));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
