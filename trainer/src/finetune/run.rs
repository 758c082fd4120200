//! A fine-tuning run from start (or checkpoint) to end.

use std::time::Instant;

use burn::module::Module;
use spanlight_core::ModelConfig;
use spanlight_core::config::{EncoderConfig, RelationInput};

use super::annotated::Annotated;
use super::config::FinetuneConfig;
use super::example::examples;
use super::keeper::Keeper;
use super::objective::JointObjective;
use super::selection::Selection;
use super::setup::Setup;
use crate::basis::Basis;
use crate::device::chunking;
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::evaluation::Evaluation;
use crate::event::{Event, Sink};
use crate::model;
use crate::place::Place;
use crate::settings::required;
use crate::store::{self, RunFolder};
use crate::train::{Checkpoint, Driver, Progress, Schedule, freeze};
use crate::transfer::{Parts, labels, source};

/// Trains, evaluates on dev after every epoch and keeps the best weights.
///
/// # Errors
/// Any [`Error`](crate::error::Error); what was saved stays usable.
pub fn finetune(
    config: &FinetuneConfig,
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
        match resume {
            true => config.model(encoder.config.clone()),
            false => sizes(config, encoder.config.clone())?,
        },
        source(config.init_from.as_deref(), config.load_parts),
    )?;
    let Basis { tokenizer, sizes } = &basis;
    let Annotated { train, dev, schema } = Annotated::read(config)?;
    let schema = match (&config.init_from, config.load_parts) {
        _ if resume => store::read_json(&folder.schema())?,
        (Some(earlier), Parts::Model) => labels(earlier, &schema, &config.symmetric)?,
        _ => schema,
    };
    let overlaps = config.overlaps.unwrap_or_default();
    let (examples, dropped) = examples(&train, overlaps, &schema, tokenizer, sizes)?;
    let objective = JointObjective {
        schema: schema.clone(),
        examples,
        batch: config.batch,
        chunking: chunking(place.device, config.chunk),
        sampling: config.sampling(),
        weights: config.loss_weights()?,
        seed: config.seed,
    };
    let steps_per_epoch = objective.steps_per_epoch();
    let steps = steps_per_epoch * config.epochs;

    let mut setup = Setup::new(config, sizes, &schema, place.device)?;
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
        setup = setup.start(config, &encoder, sizes)?;
        if let Some(note) = basis.note(config.cls_repr) {
            sink.emit(&note)?;
        }
        store::write_json(&folder.schema(), &schema)?;
        basis.save(folder)?;
    }
    let Setup {
        device,
        model,
        average,
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
    let mut keeper = Keeper {
        config,
        folder,
        place,
        evaluation: Evaluation::new(&dev, &schema, tokenizer, sizes.frame())?,
        schema: &schema,
        average,
        selection: progress.task,
        steps_per_epoch,
        start,
        earlier: progress.seconds,
    };
    let reason = driver.run(
        model,
        &mut optimizer,
        progress.step,
        sink,
        |model, optimizer, step, sink| keeper.after(model, optimizer, step, sink),
    )?;
    Ok(sink.emit(&Event::Finished {
        reason,
        seconds: keeper.seconds(),
        best: keeper.selection.metrics,
    })?)
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
