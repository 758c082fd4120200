//! A pre-training run from start (or checkpoint) to end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use burn::module::Module;
use spanlight_core::Decoding;
use spanlight_core::pretrain::momentum::{MOMENTUM, MomentumContrast, QueueRows};
use spanlight_core::weights::{Stream, pending};
use spanlight_learn::Trainer;
use spanlight_learn::pretrain::{PretrainObjective, Source};

use super::config::PretrainConfig;
use super::setup::Setup;
use super::text::loader;
use crate::corpus::{CorpusError, Progress as Reading};
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::machine::Machine;
use crate::model_spec::ModelSpec;
use crate::run::{Ending, Length, Run};
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
) -> Result<Ending> {
    let mut run = Run::new(folder, resume, machine, sink);
    let encoder = config.start.encoder()?;
    run.reads("encoder", encoder.fingerprint()?);
    let spec = if resume {
        ModelSpec::of(folder)?
    } else {
        let wanted = config.model(encoder.config.clone());
        let earlier = config.start.sentence_encoder();
        ModelSpec::new(&encoder, wanted, Decoding::default(), earlier)?
    };
    let sizes = &spec.settings.model;
    let room = sizes.encoder.room();
    let prepared = loader(
        config,
        &spec.tokenizer,
        room,
        machine.threads(),
        &mut |progress| report(progress, &mut run),
    );
    let loader = match (prepared, machine.interrupt.reason()) {
        // Nothing is lost: what was read is read again.
        (Err(Error::Corpus(CorpusError::Interrupted)), Some(stop)) => {
            run.finish(stop.reason().into(), BTreeMap::new())?;
            return Ok(Ending::Stopped(stop));
        }
        (prepared, _) => prepared?,
    };
    store::write_json(&folder.corpus(), loader.corpus().counts())?;
    run.reads("corpus", loader.corpus().fingerprint().to_string());

    let start = (!resume).then_some(&encoder);
    let Setup {
        device,
        model,
        momentum,
        groups,
        mut optimizer,
    } = Setup::new(config, sizes, start, machine.device)?;
    let (model, queued, progress) = run.restore::<_, QueueRows>(model, &mut optimizer)?;
    let objectives = &config.objectives;
    let mut contrast = MomentumContrast::new(momentum, objectives);
    if resume {
        contrast = contrast.restore(queued, progress.task, objectives, machine.device)?;
    }
    run.specify(&spec, config.encoders.cls_repr)?;

    let steps_per_epoch = loader.steps_per_epoch();
    let length = Length {
        steps: config.steps(steps_per_epoch),
        steps_per_epoch,
    };
    run.announce("pretrain", model.num_params(), length, config.seed, config)?;
    let skipped: u64 = loader.skipped().values().sum();
    run.note(format!(
        "{} sentences, {} of them drawn from ({skipped} too short or too long); {steps_per_epoch} steps an epoch",
        loader.corpus().sentences(),
        loader.sentences(),
    ))?;
    let keys = objectives.queue_keys;
    if objectives.w_cspo > 0.0 && keys > loader.sentences() {
        run.note(format!(
            "a queue holds {keys} keys (--queue-keys), more than the {} sentences that they come from: sentences will \
             be contrasted with earlier keys of themselves",
            loader.sentences()
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
    let rate = config.optimizer.learning_rate.max(config.optimizer.head_lr);
    let mut trainer = trainer.after(progress.step);
    let (ending, reason) = run.steps(&mut trainer, length, rate, |trainer, run| {
        let step = trainer.finished();
        let stop = run
            .machine
            .interrupt
            .reason()
            .filter(|_| step < length.steps);
        if stop.is_some() || step == length.steps || run.due(config.save_every, step) {
            save(trainer, run)?;
        }
        Ok(stop.map(|stop| (Ending::Stopped(stop), stop.reason().into())))
    })?;
    run.finish(reason, BTreeMap::new())?;
    Ok(ending)
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
    if run.machine.interrupt.reason().is_some() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// Saves the run.
///
/// # Errors
/// A failing device or a full disk; what was saved before stays.
pub fn save<S: Source>(trainer: &Trainer<PretrainObjective<S>>, run: &mut Run<'_>) -> Result<()> {
    let (extra, places) = trainer.objective().contrast().state();
    let mut networks = pending(trainer.model());
    let momentum = extra.iter().filter(|(name, _)| name.starts_with(MOMENTUM));
    networks.extend(momentum.map(|(name, array)| (name.clone(), array.clone())));
    // First, since a run whose checkpoint is that of its last step never saves again.
    store::write_stream(&run.folder.pretrained(), Stream::new(networks, None)?)?;
    run.save(trainer, extra, places)
}
