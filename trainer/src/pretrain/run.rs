//! A pre-training run from start (or checkpoint) to end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use burn::module::Module;
use spanlight_learn::pretrain::PretrainObjective;
use spanlight_learn::{Contrast, Progress, Trainer};

use super::config::PretrainConfig;
use super::save::{Memory, restore, save};
use super::setup::Setup;
use super::text::loader;
use crate::corpus::{CorpusError, Progress as Reading};
use crate::encoder::EncoderFolder;
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::machine::Machine;
use crate::model_spec::ModelSpec;
use crate::run::{Length, Run};
use crate::settings::required;
use crate::start::source;
use crate::store::{self, RunFolder};

/// Pre-trains the encoders on plain text and saves them every so many steps.
///
/// # Errors
/// Any [`Error`]; what was saved stays usable.
pub fn pretrain(
    config: &PretrainConfig,
    folder: &RunFolder,
    resume: bool,
    machine: &Machine<'_>,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut run = Run::new(folder, machine, sink);
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let spec = ModelSpec::open(
        resume.then_some(folder),
        &encoder,
        config.model(encoder.config.clone()),
        source(config.init_from.as_deref(), config.load_parts),
    )?;
    let room = spec.config.encoder.room();
    let prepared = loader(
        config,
        &spec.tokenizer,
        room,
        machine.threads(),
        &mut |progress| report(progress, &mut run),
    );
    let loader = match (prepared, machine.interrupt.reason()) {
        // Nothing is lost: what was read is read again.
        (Err(Error::Corpus(CorpusError::Interrupted)), Some(reason)) => {
            return run.finish(reason.into(), BTreeMap::new());
        }
        (prepared, _) => prepared?,
    };
    store::write_json(&folder.corpus(), loader.corpus().counts())?;
    let fingerprint = loader.corpus().fingerprint().to_string();

    let setup = Setup::new(config, &spec.config, machine.device)?;
    let (setup, contrast, progress) = if resume {
        restore(folder, setup, config, &fingerprint, machine.device)?
    } else {
        let setup = setup.start(config, &encoder)?;
        if let Some(note) = spec.note(config.cls_repr) {
            run.note(note)?;
        }
        spec.save(folder)?;
        let contrast = Contrast::new(setup.momentum.clone(), &config.objectives());
        let progress = Progress {
            step: 0,
            seconds: 0.0,
            task: Memory::default(),
        };
        (setup, contrast, progress)
    };
    run.earlier = progress.seconds;
    let Setup {
        device,
        model,
        groups,
        optimizer,
        ..
    } = setup;

    let steps_per_epoch = loader.steps_per_epoch();
    let length = Length {
        steps: config.steps(steps_per_epoch),
        steps_per_epoch,
    };
    run.announce("pretrain", model.num_params(), length, config.seed, config)?;
    let skipped: u64 = loader.skipped().values().sum();
    run.note(format!(
        "{} sentences, {} of them drawn from ({skipped} too short or too long); {steps_per_epoch} steps an epoch",
        loader.corpus().len(),
        loader.len(),
    ))?;
    let keys = config.objectives().queue_keys;
    if config.objectives().w_cspo > 0.0 && keys > loader.len() {
        run.note(format!(
            "a queue holds {keys} keys (--queue-keys), more than the {} sentences that they come from: sentences will \
             be told apart from earlier keys of their own",
            loader.len()
        ))?;
    }

    let objective =
        PretrainObjective::new(loader, config.objective(), machine.processor(), contrast);
    let schedule = config.schedule(length.steps);
    let trainer = Trainer::new(
        objective,
        model,
        optimizer,
        groups,
        schedule,
        device,
        config.seed,
    );
    let rate = config.learning_rate.max(config.head_lr);
    let mut trainer = trainer.after(progress.step);
    let reason = run.steps(&mut trainer, length, rate, |trainer, run| {
        let (stop, step) = (run.machine.interrupt.reason(), trainer.finished());
        if stop.is_some() || step == length.steps || step.is_multiple_of(config.save_every) {
            save(trainer, &fingerprint, run)?;
        }
        Ok(stop.filter(|_| step < length.steps).map(String::from))
    })?;
    run.finish(reason, BTreeMap::new())
}

/// Tells how far the corpus is read; stops when asked to.
fn report(reading: Reading, run: &mut Run<'_>) -> ControlFlow<()> {
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
    let _ = run.emit(&event);
    if run.machine.interrupt.requested() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}
