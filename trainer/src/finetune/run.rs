//! A fine-tuning run from start (or checkpoint) to end.

use std::collections::BTreeSet;
use std::time::Instant;

use burn::module::Module;
use spanlight_core::document::Sentence;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{state_of, write_safetensors};
use spanlight_core::{JointModel, Schema};

use super::average::Average;
use super::config::FinetuneConfig;
use super::example::examples;
use super::objective::JointObjective;
use super::selection::{Selection, metrics};
use super::setup::Setup;
use crate::data::{self, Unit};
use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::event::{Event, Sink};
use crate::place::Place;
use crate::settings::required;
use crate::store::{self, RunFolder};
use crate::train::{AdamW, Checkpoint, Driver, Progress, Schedule, Verdict, freeze};

/// Trains, evaluates on dev after every epoch and keeps the best weights.
///
/// # Errors
/// Any [`Error`]; what was saved stays usable.
pub fn finetune(
    config: &FinetuneConfig,
    folder: &RunFolder,
    resume: bool,
    place: &Place<'_>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let start = Instant::now();
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let tokenizer = encoder.tokenizer()?;
    let format = config.format.parse().map_err(Error::Usage)?;
    let train = data::read(required("--train", &config.train)?, format)?.sentences;
    let dev = data::read(required("--dev", &config.dev)?, format)?.sentences;
    let symmetric: Vec<&str> = config.symmetric.iter().map(String::as_str).collect();
    // Of all data, so that shares of it differ in their sentences and not in their labels.
    let schema = Schema::of(train.iter().chain(&dev), &symmetric);
    let train = match config.fraction < 1.0 {
        true => share(&train, config)?,
        false => train,
    };
    let sizes = config.model(encoder.config.clone());
    let (examples, dropped) = examples(&train, &schema, &tokenizer, &sizes)?;
    let objective = JointObjective {
        schema: schema.clone(),
        examples,
        batch: config.batch,
        chunk: config.chunk,
        sampling: (config.gold_epochs, config.schedule_k),
        seed: config.seed,
    };
    let steps_per_epoch = objective.steps_per_epoch();
    let steps = steps_per_epoch * config.epochs;

    let mut setup = Setup::new(config, &sizes, &schema, place.device)?;
    let mut progress = Progress {
        step: 0,
        seconds: 0.0,
        task: Selection::default(),
    };
    if resume {
        let bytes = store::read(&folder.checkpoint())?;
        let extra;
        (setup.model, extra, progress) =
            Checkpoint::unpack(&bytes, setup.model, &mut setup.optimizer, place.device)?;
        setup.average = setup.average.restore(extra)?;
    } else {
        let pooled;
        (setup, pooled) = setup.start(config, &encoder, &schema)?;
        if !pooled {
            sink.emit(&Event::Note {
                message: "the encoder has no pooler: a random one is trained".into(),
            })?;
        }
        store::write_json(&folder.schema(), &schema)?;
        store::write_atomic(&folder.tokenizer(), tokenizer.to_json()?.as_bytes())?;
        store::write_json(&folder.model_config(), &sizes)?;
    }
    let Setup {
        device,
        model,
        mut average,
        groups,
        mut optimizer,
    } = setup;
    let model = freeze(model, &groups);

    sink.emit(&Event::Started {
        command: "finetune".into(),
        device: place.description.clone(),
        parameters: model.num_params() as u64,
        steps: steps as u64,
        epochs: config.epochs as u64,
        seed: config.seed,
        config: serde_json::to_value(config).unwrap_or_default(),
    })?;
    sink.emit(&Event::Note {
        message: format!(
            "{} training sentences ({dropped} left out: overlapping mentions or too long), {} dev sentences",
            objective.examples.len(),
            dev.len()
        ),
    })?;

    let evaluation = Evaluation::new(&dev, &schema, &tokenizer, sizes.frame())?;
    let driver = Driver {
        objective: &objective,
        groups: &groups,
        schedule: Schedule::new(steps, config.warmup),
        device: &device,
        workers: place.workers,
        seed: config.seed,
        steps,
        steps_per_epoch,
        learning_rate: config.learning_rate,
    };
    let mut selection = progress.task.clone();
    let earlier = progress.seconds;
    let reason = driver.run(
        model,
        &mut optimizer,
        progress.step,
        sink,
        |model, optimizer, step, sink| {
            average.add(model, step);
            let ends_epoch = step.is_multiple_of(steps_per_epoch);
            let epoch = step.div_ceil(steps_per_epoch);
            if ends_epoch && epoch > config.evaluate_from.min(config.epochs - 1) {
                let predictor = Predictor::new(average.of(model), schema.clone(), config.chunk);
                let report = evaluation.run(&predictor, place.workers, &|_| ())?;
                let best = selection.add(&report);
                if best {
                    let weights = pollster::block_on(state_of(predictor.model()))?;
                    store::write_atomic(&folder.best(), &write_safetensors(&weights, None)?)?;
                }
                sink.emit(&Event::Evaluated {
                    step: step as u64,
                    epoch: epoch as u64,
                    split: "dev".into(),
                    metrics: metrics(&report),
                    best,
                })?;
            }
            let stop = place.interrupt.requested();
            if stop || ends_epoch {
                let progress = Progress {
                    step,
                    seconds: earlier + start.elapsed().as_secs_f64(),
                    task: selection.clone(),
                };
                save(model, optimizer, &average, &progress, folder)?;
                sink.emit(&Event::Saved {
                    step: step as u64,
                    path: folder.checkpoint().display().to_string(),
                })?;
            }
            if stop {
                return Ok(Verdict::Stop("interrupted".into()));
            }
            if selection.stale > config.patience {
                return Ok(Verdict::Stop(format!(
                    "no progress in {} evaluations",
                    selection.stale
                )));
            }
            Ok(Verdict::Continue)
        },
    )?;
    Ok(sink.emit(&Event::Finished {
        reason,
        seconds: earlier + start.elapsed().as_secs_f64(),
        best: selection.metrics,
    })?)
}

/// A share of the documents.
fn share(train: &[Sentence], config: &FinetuneConfig) -> Result<Vec<Sentence>> {
    let documents = train.iter().map(|sentence| &sentence.document);
    let documents = documents.collect::<BTreeSet<_>>().len();
    if config.fraction * (documents as f64) < 1.0 {
        return Err(Error::Usage(format!(
            "--fraction {} of {documents} documents is less than one; sentences need a document of \
             their own (`articleId`, `orig_id` or `doc_key`)",
            config.fraction
        )));
    }
    let (fraction, seed) = (config.fraction, config.fraction_seed);
    Ok(data::subset(train, fraction, Unit::Document, seed))
}

/// Saves the run.
fn save(
    model: &JointModel,
    optimizer: &AdamW,
    average: &Average,
    progress: &Progress<Selection>,
    folder: &RunFolder,
) -> Result<()> {
    let packed = Checkpoint::pack(model, optimizer, average.state()?, progress)?;
    Ok(store::write_atomic(&folder.checkpoint(), &packed)?)
}
