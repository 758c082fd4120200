//! A fine-tuning run from start (or checkpoint) to end.

use burn::module::Module;
use spanlight_core::ModelConfig;
use spanlight_core::config::{EncoderConfig, RelationInput};
use spanlight_learn::finetune::JointObjective;
use spanlight_learn::{Checkpoint, Progress, Schedule, Trainer};

use super::config::FinetuneConfig;
use super::data::{Annotated, examples};
use super::setup::Setup;
use super::validation::{Selection, Validation};
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::evaluation::Evaluation;
use crate::event::Sink;
use crate::machine::Machine;
use crate::model;
use crate::model_spec::ModelSpec;
use crate::run::{Length, Run};
use crate::settings::required;
use crate::start::{Parts, labels, source};
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
) -> Result<()> {
    let mut run = Run::new(folder, machine, sink);
    let encoder = EncoderFolder::open(required("--encoder", &config.encoder)?)?;
    let spec = ModelSpec::open(
        resume.then_some(folder),
        &encoder,
        if resume {
            config.model(encoder.config.clone())
        } else {
            sizes(config, encoder.config.clone())?
        },
        source(config.init_from.as_deref(), config.load_parts),
    )?;
    let ModelSpec {
        tokenizer,
        config: sizes,
    } = &spec;
    let Annotated { train, dev, schema } = Annotated::read(config)?;
    let schema = match (&config.init_from, config.load_parts) {
        _ if resume => store::read_json(&folder.schema())?,
        (Some(earlier), Parts::Model) => labels(earlier, &schema, &config.symmetric)?,
        _ => schema,
    };
    let overlaps = config.overlaps.unwrap_or_default();
    let (examples, dropped) = examples(&train, overlaps, &schema, tokenizer, sizes)?;
    let objective = JointObjective::new(
        schema.clone(),
        examples,
        config.objective()?,
        machine.processor(),
    );
    let steps_per_epoch = objective.steps_per_epoch();
    let length = Length {
        steps: steps_per_epoch * config.epochs,
        steps_per_epoch,
    };

    let mut setup = Setup::new(config, sizes, &schema, machine.device)?;
    let mut progress = Progress {
        step: 0,
        seconds: 0.0,
        task: Selection::default(),
    };
    if resume {
        let bytes = store::read(&folder.checkpoint())?;
        let extra;
        (setup.model, extra, progress) =
            Checkpoint::unpack(&bytes, setup.model, &mut setup.optimizer, machine.device)?;
        setup.average = setup.average.restore(extra)?;
    } else {
        setup = setup.start(config, &encoder, sizes)?;
        if let Some(note) = spec.note(config.cls_repr) {
            run.note(note)?;
        }
        store::write_json(&folder.schema(), &schema)?;
        spec.save(folder)?;
    }
    run.earlier = progress.seconds;
    let Setup {
        device,
        model,
        average,
        groups,
        optimizer,
    } = setup;

    run.announce("finetune", model.num_params(), length, config.seed, config)?;
    run.note(format!(
        "{} training sentences ({dropped} left out: overlapping mentions or too long), {} dev sentences",
        objective.sentences(),
        dev.len()
    ))?;

    let schedule = Schedule::new(length.steps, config.warmup);
    let trainer = Trainer::new(
        objective,
        model,
        optimizer,
        groups,
        schedule,
        device,
        config.seed,
    );
    let mut validation = Validation {
        config,
        evaluation: Evaluation::new(&dev, &schema, tokenizer, sizes.frame())?,
        schema: &schema,
        average,
        selection: progress.task,
        length,
    };
    let reason = run.steps(
        &mut trainer.after(progress.step),
        length,
        config.learning_rate,
        |trainer, run| validation.after(trainer, run),
    )?;
    run.finish(reason, validation.selection.metrics)
}

/// Sizes and switches of the model; one that goes on from an earlier model sees what that one does.
fn sizes(config: &FinetuneConfig, encoder: EncoderConfig) -> Result<ModelConfig> {
    let mut sizes = config.model(encoder);
    if let (Some(earlier), Parts::Model) = (&config.init_from, config.load_parts) {
        // A folder without a fine-tuned model is refused as such.
        model::schema(earlier)?;
        let earlier = model::sizes(earlier)?;
        sizes.case |= earlier.case;
        if earlier.relation_input == RelationInput::Edges
            && sizes.relation_input == RelationInput::Typed
        {
            sizes.relation_input = RelationInput::Edges;
        }
    }
    Ok(sizes)
}
