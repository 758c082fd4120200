//! Speed of fine-tuning and inference, beside PyTorch in the same run.
//!
//! | side | training | inference |
//! |---|---|---|
//! | spanlight | [`finetune`](crate::finetune::finetune) itself, timed by its events | `Predictor`, as in `evaluate` |
//! | PyTorch | `trainer/bench/torch_joint.py`, the same batches | the same script, the spans that we found |
//!
//! Only one side runs at a time, and they alternate, so that no lasting change favours one of them.

mod machine;
mod ours;
mod report;
mod row;
mod theirs;
mod workload;

use std::path::Path;

use burn::tensor::Device;

use crate::data::Format;
use crate::error::{Error, Result};
use machine::Machine;
use ours::{Ours, settings};
pub use report::Report;
use report::Torch;
use row::Row;
use theirs::{Job, Theirs};
use workload::Workload;

/// What to measure.
pub struct Plan<'a> {
    /// Encoder folder.
    pub encoder: &'a Path,
    /// Annotated sentences.
    pub data: &'a Path,
    /// Their format.
    pub format: Format,
    /// Sentences a step.
    pub batch: usize,
    /// Timed steps.
    pub steps: usize,
    /// Steps before them.
    pub warmup: usize,
    /// Repetitions.
    pub rounds: usize,
    /// A Python, perhaps with PyTorch.
    pub python: &'a str,
    /// What computes our side.
    pub device: Device,
    /// Its description.
    pub description: String,
    /// Threads of our side.
    pub workers: usize,
    /// Threads of PyTorch.
    pub threads: usize,
}

/// One timed piece of work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Word-pieces, padding excluded.
    pub pieces: usize,
    /// Wall-clock time.
    pub seconds: f64,
    /// Largest resident set meanwhile, in bytes, where the system tells.
    pub peak: Option<u64>,
}

/// Measures both sides.
///
/// # Errors
/// Whatever stops either; a Python without PyTorch only leaves its side out.
pub fn run(plan: &Plan<'_>) -> Result<Report> {
    let machine = Machine::this(plan);
    let workload = Workload::read(plan, settings(false).seed)?;
    let ours = Ours::new(plan, &workload)?;
    let inference = workload.found(&ours.predict()?);
    let spans = inference.iter().map(|case| case.spans.len()).sum();
    let pairs = inference.iter().map(|case| case.pairs.len()).sum();
    let mut theirs = Theirs::start(
        plan.python,
        &Job {
            threads: plan.threads,
            model: &workload.model,
            types: workload.schema.entity_classes(),
            relations: workload.schema.relation_classes(),
            batch: plan.batch,
            warmup: plan.warmup,
            training: &workload.training,
            batches: &workload.batches,
            inference: &inference,
        },
    );
    // What needs least memory first, since neither side returns all of it to the system.
    let mut rows = [
        Row::new("inference", None),
        Row::new("training, embeddings frozen", Some(true)),
        Row::new("training, embeddings trained", Some(false)),
    ];
    let mut parameters = 0;
    for round in 1..=plan.rounds {
        for row in &mut rows {
            eprintln!("round {round} of {}: {}", plan.rounds, row.name);
            let measure = match row.frozen {
                None => ours.infer()?,
                Some(frozen) => {
                    let (measure, count) = ours.train(frozen)?;
                    parameters = count;
                    measure
                }
            };
            row.measures[0].push(measure);
            if let Ok(theirs) = &mut theirs {
                row.measures[2].push(theirs.measure(row.frozen, true)?);
                row.measures[1].push(theirs.measure(row.frozen, false)?);
            }
        }
    }
    rows.reverse();
    if let Ok(theirs) = &theirs
        && theirs.parameters != parameters
    {
        let problem = format!(
            "{} parameters here, {} in torch_joint.py",
            parameters, theirs.parameters
        );
        return Err(Error::Usage(format!(
            "the models differ: {problem}; this is a bug, report it"
        )));
    }
    let torch = theirs.map(|t| Torch {
        version: t.version.clone(),
        blas: t.blas.clone(),
    });
    Ok(Report::new(
        plan,
        machine,
        &workload,
        (spans, pairs),
        parameters,
        torch,
        &rows,
    ))
}
