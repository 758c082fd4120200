//! A pre-training run from start (or checkpoint) to end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use burn::module::Module;

use super::config::PretrainConfig;
use super::contrast::Contrast;
use super::objective::PretrainObjective;
use super::save::{Memory, restore, save};
use super::setup::Setup;
use super::text::loader;
use crate::basis::Basis;
use crate::corpus::{CorpusError, Loader, Progress as Reading};
use crate::device::chunking;
use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::place::Place;
use crate::settings::required;
use crate::store::{self, RunFolder};
use crate::train::{Driver, Progress, Verdict, freeze};
use crate::transfer::source;

/// Pre-trains the encoders on plain text and saves them every so many steps.
///
/// # Errors
/// Any [`Error`]; what was saved stays usable.
pub fn pretrain(
    config: &PretrainConfig,
    folder: &RunFolder,
    resume: bool,
    place: &Place<'_>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let start = Instant::now();
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let basis = Basis::open(
        resume.then_some(folder),
        &encoder,
        config.model(encoder.config.clone()),
        source(config.init_from.as_deref(), config.load_parts),
    )?;
    let Basis { tokenizer, sizes } = &basis;
    let room = sizes.encoder.room();
    let prepared = loader(config, tokenizer, room, place.threads(), &mut |progress| {
        report(progress, place, sink)
    });
    let loader = match (prepared, place.interrupt.reason()) {
        // Nothing is lost: what was read is read again.
        (Err(Error::Corpus(CorpusError::Interrupted)), Some(reason)) => {
            return Ok(sink.emit(&Event::Finished {
                reason: reason.into(),
                seconds: start.elapsed().as_secs_f64(),
                best: BTreeMap::new(),
            })?);
        }
        (prepared, _) => prepared?,
    };
    store::write_json(&folder.corpus(), loader.corpus().counts())?;
    let fingerprint = loader.corpus().fingerprint().to_string();

    let setup = Setup::new(config, sizes, place.device)?;
    let (setup, contrast, progress) = if resume {
        restore(folder, setup, config, &fingerprint, place.device)?
    } else {
        let setup = setup.start(config, &encoder)?;
        if let Some(note) = basis.note(config.cls_repr) {
            sink.emit(&note)?;
        }
        basis.save(folder)?;
        let contrast = Contrast::new(setup.momentum.clone(), &config.objectives());
        let progress = Progress {
            step: 0,
            seconds: 0.0,
            task: Memory::default(),
        };
        (setup, contrast, progress)
    };
    let Setup {
        device,
        model,
        groups,
        mut optimizer,
        ..
    } = setup;
    let model = freeze(model, &groups);

    let steps_per_epoch = loader.steps_per_epoch();
    let steps = config.steps(steps_per_epoch);
    let earlier = progress.seconds;
    announce(config, place, model.num_params(), steps, &loader, sink)?;
    let sizes = (chunking(place.device, config.chunk), config.micro_batch);
    let objective = PretrainObjective::new(
        loader,
        config.objectives(),
        sizes,
        config.mean_over,
        contrast,
    );
    let driver = Driver {
        objective: &objective,
        groups: &groups,
        schedule: config.schedule(steps),
        device: &device,
        workers: place.workers,
        seed: config.seed,
        steps,
        steps_per_epoch,
        learning_rate: config.learning_rate.max(config.head_lr),
    };
    let reason = driver.run(
        model,
        &mut optimizer,
        progress.step,
        sink,
        |model, optimizer, step, sink| {
            let stop = place.interrupt.reason();
            if stop.is_some() || step == steps || step.is_multiple_of(config.save_every) {
                let spent = (step, earlier + start.elapsed().as_secs_f64());
                let contrast = objective.contrast();
                save(folder, model, optimizer, &contrast, &fingerprint, spent)?;
                sink.emit(&Event::Saved {
                    step: step as u64,
                    path: folder.checkpoint().display().to_string(),
                })?;
            }
            Ok(match stop {
                Some(reason) if step < steps => Verdict::Stop(reason.into()),
                _ => Verdict::Continue,
            })
        },
    )?;
    Ok(sink.emit(&Event::Finished {
        reason,
        seconds: earlier + start.elapsed().as_secs_f64(),
        best: BTreeMap::new(),
    })?)
}

/// Says what is about to be trained on what.
fn announce(
    config: &PretrainConfig,
    place: &Place<'_>,
    parameters: usize,
    steps: usize,
    loader: &Loader,
    sink: &mut dyn Sink,
) -> Result<()> {
    let steps_per_epoch = loader.steps_per_epoch();
    sink.emit(&Event::Started {
        command: "pretrain".into(),
        device: place.description.clone(),
        parameters: parameters as u64,
        steps: steps as u64,
        epochs: steps.div_ceil(steps_per_epoch) as u64,
        seed: config.seed,
        config: serde_json::to_value(config).unwrap_or_default(),
    })?;
    let skipped: u64 = loader.skipped().values().sum();
    sink.emit(&Event::Note {
        message: format!(
            "{} sentences, {} of them drawn from ({skipped} too short or too long); {} steps an epoch",
            loader.corpus().sentences(),
            loader.sentences(),
            steps_per_epoch
        ),
    })?;
    Ok(())
}

/// Tells how far the corpus is read; stops when asked to.
fn report(reading: Reading, place: &Place<'_>, sink: &mut dyn Sink) -> ControlFlow<()> {
    let event = match reading {
        Reading::Rebuilding { reason } => Event::Note {
            message: format!("reading the corpus again: {reason}"),
        },
        Reading::Reading {
            done,
            total,
            sentences,
        } => Event::Reading {
            done,
            total,
            sentences,
        },
    };
    // What cannot be shown is no reason to stop.
    let _ = sink.emit(&event);
    match place.interrupt.requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}
