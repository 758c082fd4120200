//! Fine-tuning and inference.

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

/// Sentences of a length-sorted chunk of PyTorch's.
const CHUNK: usize = 8;

/// What the script needs to know.
#[derive(Serialize)]
struct Job<'a> {
    /// CPU threads.
    threads: usize,
    /// Whether to take a GPU, if there is one.
    gpu: bool,
    /// Sizes.
    model: &'a ModelConfig,
    /// Entity classes.
    types: usize,
    /// Relation classes.
    relations: usize,
    /// Sentences of an inference batch.
    batch: usize,
    /// Steps that are not timed.
    warmup: usize,
    /// Training sentences.
    training: &'a [Case],
    /// Members of every step.
    batches: &'a [Vec<usize>],
    /// Sentences of inference.
    inference: &'a [Case],
}

/// A measurement to make.
#[derive(Serialize)]
struct Ask {
    run: &'static str,
    frozen: bool,
    chunk: usize,
}

/// What the report says besides speeds.
#[derive(Debug, Serialize)]
pub struct Facts {
    parameters: usize,
    /// Sentences of inference.
    sentences: usize,
    /// Candidates of inference.
    spans: usize,
    /// Pairs of them.
    pairs: usize,
    /// Gold mentions of the same file.
    mentions: usize,
}

/// Measures both sides on annotated sentences.
///
/// # Errors
/// Whatever stops either; a Python without PyTorch only leaves its side out.
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
    // What needs least memory first, since neither side returns all of it to the system.
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
                    row.measures[side].push(theirs.measure(&Ask {
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
                "{}; {} steps of {} sentences behind {} of warm-up",
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
         pairs (training: gold; inference: what our tagger finds, tuned to find about as much as is \
         annotated); timed are forward, backward, clipping and AdamW, or prediction, but no reading \
         and tokenising; word-pieces exclude padding"
            .into(),
        format!(
            "PyTorch, plain: padded batches; sorted: every batch cut into chunks of {CHUNK} sentences \
             of similar length; its span CNN gathers span by span, as the paper's code does; the \
             ratio is ours by the better of the two (MiB: by the lower)"
        ),
    ];
    Account {
        facts,
        head,
        tail: Vec::new(),
        sides,
    }
}
