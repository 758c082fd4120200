//! Benchmark of pre-training.

mod agreement;
mod ours;
mod parts;
mod samples;
mod variant;

use std::path::PathBuf;

use serde::Serialize;
use spanlight::device::on_cpu;
use spanlight::encoder::EncoderFolder;
use spanlight::model_spec::ModelSpec;
use spanlight_core::Decoding;
use spanlight_core::ModelConfig;
use spanlight_core::pretrain::sample::Sample;

use super::Plan;
use super::machine::Machine;
use super::report::{Account, Report};
use super::row::Row;
use super::theirs::{self, Theirs};
use crate::error::Result;
use agreement::{Outcome, agree};
use ours::{Ready, check, train};
use parts::{Part, parts};
use samples::Samples;
use variant::{Settings, Variant};

/// Sentences in a length-sorted chunk of PyTorch, with two views each.
const CHUNK: usize = 8;

/// The job of `torch_pretrain.py`.
#[derive(Serialize)]
struct Job<'a> {
    /// CPU threads.
    threads: usize,
    /// Whether to use a GPU, if there is one.
    gpu: bool,
    /// Sizes of the model.
    model: &'a ModelConfig,
    /// Settings of each variant.
    settings: Vec<Settings>,
    /// Number of untimed steps.
    warmup: usize,
    /// Samples of each step.
    steps: &'a [Vec<Sample>],
    /// Samples of each step whose losses are compared.
    checked: &'a [Vec<Sample>],
}

/// A request.
#[derive(Serialize)]
struct Request {
    /// `train` or `check`.
    run: &'static str,
    /// Index of the variant.
    variant: usize,
    /// Sentences in a chunk; 0 for whole batches.
    chunk: usize,
    /// File of the weights from which a check starts.
    weights: Option<PathBuf>,
}

/// Facts in the report besides speeds.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// Number of sentences from which samples are drawn.
    sentences: usize,
    variants: Vec<VariantFacts>,
}

/// Facts about a variant besides its speed.
#[derive(Debug, Serialize)]
struct VariantFacts {
    name: &'static str,
    parameters: usize,
    /// Largest relative difference between the losses and gradient norms of both sides, from the same weights and
    /// without dropout; `None` without PyTorch.
    difference: Option<f64>,
    /// Times of the parts of our step.
    parts: Vec<Part>,
}

/// Measures pre-training of both sides.
///
/// # Errors
/// Everything that stops a side, and different losses; a Python without PyTorch only leaves that side out.
pub fn run(plan: &Plan<'_>) -> Result<Report<Facts>> {
    let machine = Machine::this(plan);
    let variants = Variant::all(plan)?;
    let samples = Samples::draw(plan, &variants[0].config)?;
    let encoder = EncoderFolder::open(plan.encoder)?;
    let sizes = variants[0].config.model(encoder.config.clone());
    let model = ModelSpec::new(&encoder, sizes, Decoding::default(), None)?
        .settings
        .model;
    let job = Job {
        threads: plan.threads,
        gpu: !on_cpu(&plan.device),
        model: &model,
        settings: variants.iter().map(Variant::settings).collect(),
        warmup: plan.warmup,
        steps: &samples.steps,
        checked: &samples.checked,
    };
    let mut theirs = Theirs::start(plan.python, plan.threads, &theirs::PRETRAIN, &job);
    let mut per_variant = Vec::with_capacity(variants.len());
    for (variant, Variant { name, config }) in variants.iter().enumerate() {
        let mut difference = None;
        if let Ok(theirs) = &mut theirs {
            eprintln!("comparing losses: {name}");
            let folder = tempfile::tempdir()?;
            let weights = folder.path().join("weights.safetensors");
            let ours = check(plan, config, &samples.checked, &weights)?;
            let found: Vec<Outcome> = theirs.result(&Request {
                run: "check",
                variant,
                chunk: CHUNK / 2,
                weights: Some(weights),
            })?;
            difference = Some(agree(&ours, &found, theirs)?);
        }
        per_variant.push(VariantFacts {
            name,
            parameters: Ready::new(plan, config, &[])?.parameters(),
            difference,
            parts: Vec::new(),
        });
    }
    if let Ok(theirs) = &theirs {
        theirs.agree(
            &per_variant
                .iter()
                .map(|facts| facts.parameters)
                .collect::<Vec<_>>(),
        )?;
    }
    let mut rows = variants.each_ref().map(|v| Row::new(v.name, None));
    for round in 1..=plan.rounds {
        for (variant, (row, Variant { config, .. })) in rows.iter_mut().zip(&variants).enumerate() {
            eprintln!("round {round} of {}: {}", plan.rounds, row.name);
            row.measures[0].push(train(plan, config, &samples.steps)?);
            if let Ok(theirs) = &mut theirs {
                for (side, chunk) in [(2, CHUNK), (1, 0)] {
                    row.measures[side].push(theirs.measure(&Request {
                        run: "train",
                        variant,
                        chunk,
                        weights: None,
                    })?);
                }
            }
        }
    }
    for (variant_facts, variant) in per_variant.iter_mut().zip(&variants) {
        eprintln!("parts of a step: {}", variant.name);
        variant_facts.parts = parts(plan, &variant.config, &samples.steps)?;
    }
    let facts = Facts {
        sentences: samples.sentences,
        variants: per_variant,
    };
    Ok(Report::new(
        plan,
        machine,
        theirs,
        &rows,
        account(plan, facts),
    ))
}

fn account(plan: &Plan<'_>, facts: Facts) -> Account<Facts> {
    let mut head = vec![(
        "text",
        format!(
            "{}; {} steps of {} of its {} sentences after {} of warm-up",
            plan.data.display(),
            plan.steps,
            plan.batch,
            facts.sentences,
            plan.warmup
        ),
    )];
    let mut tail = Vec::new();
    for variant_facts in &facts.variants {
        let agreement = match variant_facts.difference {
            Some(d) => format!("; losses and gradients of both sides agree to {d:.0e}"),
            None => String::new(),
        };
        head.push((
            "model",
            format!(
                "{}, {}; {} parameters{agreement}",
                plan.encoder.display(),
                variant_facts.name,
                variant_facts.parameters
            ),
        ));
        let parts = &variant_facts.parts;
        let total: f64 = parts.iter().map(|part| part.seconds).sum();
        tail.push(format!(
            "{}: {total:.2} s per step of ours",
            variant_facts.name
        ));
        tail.extend(parts.iter().map(|Part { name, seconds }| {
            format!(
                "  {name:<36} {seconds:>6.2} s {:>4.0} %",
                100.0 * seconds / total
            )
        }));
    }
    let sides = vec![
        "both sides: the same model in float32, one process each, on the same samples; the time covers \
         batching, forward of both networks, backward, clipping, AdamW, and updates of the momentum \
         network and the queues, which are full from the start, but not the drawing of samples; \
         word-pieces count one of the two views, without padding"
            .into(),
        format!(
            "PyTorch, plain: a whole step in one batch; sorted: chunks of {CHUNK} sentences of similar \
             length with both views; its span CNN gathers span by span, as the paper's code does; \
             ratio: ours divided by the better of the two (MiB: by the lower)"
        ),
    ];
    Account {
        facts,
        head,
        tail,
        sides,
    }
}
