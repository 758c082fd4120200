//! A fine-tuning run from start (or checkpoint) to end.

use burn::module::Module;
use burn::tensor::Device;
use spanlight_core::ops::Init;
use spanlight_core::{JointModel, ModelConfig};
use spanlight_learn::finetune::JointObjective;
use spanlight_learn::{AdamW, Average, Processor, Schedule, Trainer, extend};

use super::config::FinetuneConfig;
use super::data::{Annotated, examples};
use super::further::{labels, whole_model, with_inputs_of};
use super::validation::Validation;
use crate::data;
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::evaluation::Evaluation;
use crate::event::Sink;
use crate::machine::Machine;
use crate::model_spec::ModelSpec;
use crate::run::{Ending, Length, Run};
use crate::start::take;
use crate::store::{self, RunFolder};

/// Trains, evaluates on dev after every epoch and keeps the best weights.
///
/// # Errors
/// Any [`Error`](crate::error::Error); what was saved stays usable.
pub fn finetune(
    config: &FinetuneConfig,
    folder: &RunFolder,
    resume: bool,
    machine: &Machine<'_>,
    sink: &mut dyn Sink,
) -> Result<Ending> {
    let mut run = Run::new(folder, resume, machine, sink);
    let encoder = config.start.encoder()?;
    run.reads("encoder", encoder.fingerprint()?);
    let further = config.start.whole_model().filter(|_| !resume);
    let spec = if resume {
        ModelSpec::of(folder)?
    } else {
        let wanted = config.model(encoder.config.clone());
        let wanted = match further {
            Some(earlier) => with_inputs_of(earlier, wanted)?,
            None => wanted,
        };
        let earlier = config.start.sentence_encoder();
        ModelSpec::new(&encoder, wanted, config.decoding(), earlier)?
    };
    let sizes = &spec.settings.model;
    let Annotated { train, dev, schema } = Annotated::read(config)?;
    run.reads("training data", data::fingerprint(&train)?);
    run.reads("development data", data::fingerprint(&dev)?);
    let schema = match further {
        _ if resume => store::read_json(&folder.schema())?,
        Some(earlier) => labels(earlier, &schema, &config.symmetric)?,
        None => schema,
    };
    let overlaps = config.overlaps.unwrap_or_default();
    let (examples, dropped) = examples(&train, overlaps, &schema, &spec)?;
    let processor = machine.processor();
    let objective = JointObjective::new(schema.clone(), examples, config.objective()?, processor);
    let steps_per_epoch = objective.steps_per_epoch();
    let length = Length {
        steps: steps_per_epoch * config.epochs,
        steps_per_epoch,
    };

    let device = machine.device.clone().autodiff();
    let model = JointModel::new(sizes, &schema, &mut Init::seeded(config.seed), &device)?;
    let model = if resume {
        model
    } else {
        start(model, config, &encoder, sizes, &device)?
    };
    let average = Average::new(&model, config.ema);
    let groups = config.optimizer.rates(config.span_lr).of_joint(&model);
    let mut optimizer =
        AdamW::new(config.optimizer.adamw(), &model).together(processor == Processor::Gpu);
    let (model, averaged, progress) = run.restore(model, &mut optimizer)?;
    let average = if resume {
        average.restore(averaged)?
    } else {
        average
    };
    run.specify(&spec, config.encoders.cls_repr)?;
    if !resume {
        store::write_json(&folder.schema(), &schema)?;
    }

    run.announce("finetune", model.num_params(), length, config.seed, config)?;
    run.note(format!(
        "{} training sentences ({dropped} left out: overlapping mentions or too long), {} dev sentences",
        objective.sentences(),
        dev.len()
    ))?;
    let mut validation = Validation {
        config,
        evaluation: Evaluation::new(&dev, &schema, &spec.tokenizer, sizes.encoder.room())?,
        schema: &schema,
        average,
        selection: progress.task,
        length,
    };
    let schedule = Schedule::new(length.steps, config.optimizer.warmup);
    let trainer = Trainer::new(
        objective,
        model,
        optimizer,
        groups,
        schedule,
        device,
        config.seed,
    );
    let (ending, reason) = run.steps(
        &mut trainer.after(progress.step),
        length,
        config.optimizer.learning_rate,
        |trainer, run| validation.after(trainer, run),
    )?;
    run.finish(reason, validation.selection.metrics)?;
    Ok(ending)
}

/// A random model with the pre-trained sentence encoder and what an earlier run has learned.
fn start(
    mut model: JointModel,
    config: &FinetuneConfig,
    encoder: &EncoderFolder<'_>,
    sizes: &ModelConfig,
    device: &Device,
) -> Result<JointModel> {
    if let Some(folder) = config.start.whole_model() {
        return Ok(extend(whole_model(folder, sizes, device)?, &model));
    }
    model.encoders.sentence = encoder.load(model.encoders.sentence)?;
    if let Some(earlier) = config.start.earlier()? {
        let parts = config.start.load_parts;
        take(parts, earlier.load(sizes, device)?, &mut model.encoders);
        if parts.span() && model.context.is_some() {
            // A copy whose parameters are its own.
            model.context = Some(earlier.load(sizes, device)?.span);
        }
    }
    Ok(model)
}
