//! Benchmark of fine-tuning and inference.

mod ours;
mod workload;

use serde::Serialize;
use spanlight::data::Format;
use spanlight::device::on_cpu;
use spanlight_core::ModelConfig;

use super::Plan;
use super::machine::Machine;
use super::report::{Account, Report};
use super::row::Row;
use super::theirs::{self, Theirs};
use crate::error::Result;
use ours::{Ours, settings};
use workload::{Case, Workload};

/// Sentences in a length-sorted chunk of PyTorch.
const CHUNK: usize = 8;

/// The job of `torch_joint.py`.
#[derive(Serialize)]
struct Job<'a> {
    /// CPU threads.
    threads: usize,
    /// Whether to use a GPU, if there is one.
    gpu: bool,
    /// Sizes of the model.
    model: &'a ModelConfig,
    /// Number of entity classes.
    types: usize,
    /// Number of relation classes.
    relations: usize,
    /// Sentences in an inference batch.
    batch: usize,
    /// Number of untimed steps.
    warmup: usize,
    /// Training sentences.
    training: &'a [Case],
    /// Indices of each step's sentences in `training`.
    batches: &'a [Vec<usize>],
    /// Inference sentences.
    inference: &'a [Case],
}

/// A request for a measurement.
#[derive(Serialize)]
struct Request {
    /// `train` or `infer`.
    run: &'static str,
    /// Whether the embeddings are frozen.
    frozen: bool,
    /// Sentences in a chunk; 0 for whole batches.
    chunk: usize,
}

/// Facts in the report besides speeds.
#[derive(Debug, Serialize)]
pub struct Facts {
    parameters: usize,
    /// Number of inference sentences.
    sentences: usize,
    /// Number of entity candidates at inference.
    spans: usize,
    /// Number of pairs of candidates at inference.
    pairs: usize,
    /// Number of gold mentions in the file.
    mentions: usize,
}

/// Measures fine-tuning and inference of both sides.
///
/// # Errors
/// Everything that stops a side; a Python without PyTorch only leaves that side out.
pub fn run(plan: &Plan<'_>, format: Format) -> Result<Report<Facts>> {
    let machine = Machine::this(plan);
    let workload = Workload::read(plan, format, settings(false).seed)?;
    let ours = Ours::new(plan, &workload)?;
    let inference = workload.found(&ours.predict()?);
    let job = Job {
        threads: plan.threads,
        gpu: !on_cpu(&plan.device),
        model: &workload.model,
        types: workload.schema.entity_classes(),
        relations: workload.schema.relation_classes(),
        batch: plan.batch,
        warmup: plan.warmup,
        training: &workload.training,
        batches: &workload.batches,
        inference: &inference,
    };
    let mut theirs = Theirs::start(plan.python, plan.threads, &theirs::JOINT, &job);
    let sentences = workload.pieces.len();
    // In ascending order of memory, because neither side returns all memory to the system.
    let mut rows = [
        (Row::new("inference", Some(sentences)), None),
        (Row::new("training, embeddings frozen", None), Some(true)),
        (Row::new("training, embeddings trained", None), Some(false)),
    ];
    let mut parameters = 0;
    for round in 1..=plan.rounds {
        for (row, frozen) in &mut rows {
            eprintln!("round {round} of {}: {}", plan.rounds, row.name);
            let measure = match *frozen {
                None => ours.infer()?,
                Some(frozen) => {
                    let (measure, count) = ours.train(frozen)?;
                    parameters = count;
                    measure
                }
            };
            row.measures[0].push(measure);
            if let Ok(theirs) = &mut theirs {
                for (side, chunk) in [(2, CHUNK), (1, 0)] {
                    row.measures[side].push(theirs.measure(&Request {
                        run: if frozen.is_some() { "train" } else { "infer" },
                        frozen: *frozen == Some(true),
                        chunk,
                    })?);
                }
            }
        }
    }
    if let Ok(theirs) = &theirs {
        theirs.agree(&[parameters])?;
    }
    let facts = Facts {
        parameters,
        sentences,
        spans: inference.iter().map(|case| case.spans.len()).sum(),
        pairs: inference.iter().map(|case| case.pairs.len()).sum(),
        mentions: workload.mentions,
    };
    let rows = rows.map(|(row, _)| row);
    let rows: Vec<Row> = rows.into_iter().rev().collect();
    Ok(Report::new(
        plan,
        machine,
        theirs,
        &rows,
        account(plan, facts),
    ))
}

fn account(plan: &Plan<'_>, facts: Facts) -> Account<Facts> {
    let head = vec![
        (
            "model",
            format!(
                "{}; {} parameters",
                plan.encoder.display(),
                facts.parameters
            ),
        ),
        (
            "training",
            format!(
                "{}; {} steps of {} sentences after {} of warm-up",
                plan.data.display(),
                plan.steps,
                plan.batch,
                plan.warmup
            ),
        ),
        (
            "inference",
            format!(
                "its {} sentences; {} spans and {} pairs (gold: {} mentions)",
                facts.sentences, facts.spans, facts.pairs, facts.mentions
            ),
        ),
    ];
    let sides = vec![
        "both sides: the same model in float32, one process each, with the same batches, spans and \
         pairs (training: gold; inference: the spans of our tagger, whose bias is set so that it finds \
         about as many as are annotated); the time covers forward, backward, clipping and AdamW, or \
         prediction, but not reading and tokenising; word-pieces exclude padding"
            .into(),
        format!(
            "PyTorch, plain: padded batches; sorted: every batch cut into chunks of {CHUNK} sentences \
             of similar length; its span CNN gathers span by span, as the paper's code does; ratio: \
             ours divided by the better of the two (MiB: by the lower)"
        ),
    ];
    Account {
        facts,
        head,
        tail: Vec::new(),
        sides,
    }
}
