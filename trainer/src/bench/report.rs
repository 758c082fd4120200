//! The numbers side by side.

use std::fmt;

use serde::Serialize;

use super::machine::Machine;
use super::row::{Line, Row, lowest, median};
use super::{Measure, Plan, Workload};

/// Load of a machine on which nothing else runs.
const IDLE: f64 = 0.5;

/// PyTorch, where there is one.
#[derive(Debug, Serialize)]
pub struct Torch {
    /// Its version.
    pub version: String,
    /// Its library for matrix products.
    pub blas: String,
}

/// What was measured, and on what.
#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    /// Nothing without PyTorch.
    torch: Option<Torch>,
    encoder: String,
    data: String,
    parameters: usize,
    batch: usize,
    steps: usize,
    warmup: usize,
    rounds: usize,
    /// Sentences of inference.
    sentences: usize,
    /// Candidates of inference.
    spans: usize,
    /// Pairs of them.
    pairs: usize,
    /// Gold mentions of the same file.
    mentions: usize,
    lines: Vec<Line>,
    notes: Vec<String>,
}

impl Report {
    /// Sums the rounds up; `torch` says why it is missing, if it is.
    pub fn new(
        plan: &Plan<'_>,
        machine: Machine,
        workload: &Workload,
        candidates: (usize, usize),
        parameters: usize,
        torch: Result<Torch, String>,
        rows: &[Row],
    ) -> Self {
        let sentences = workload.pieces.len();
        let mut lines = Vec::new();
        for row in rows {
            let speed = |m: &Measure| Some(m.pieces as f64 / m.seconds);
            lines.push(Line::new(row, "word-pieces/s", speed, median, f64::max));
            if row.frozen.is_none() {
                let speed = |m: &Measure| Some(sentences as f64 / m.seconds);
                lines.push(Line::new(row, "sentences/s", speed, median, f64::max));
            }
        }
        for row in rows
            .iter()
            .filter(|r| r.measures[0].iter().all(|m| m.peak.is_some()))
        {
            let peak = |m: &Measure| m.peak.map(|bytes| bytes as f64 / (1 << 20) as f64);
            lines.push(Line::new(row, "MiB at the peak", peak, lowest, f64::min));
        }
        Self {
            encoder: plan.encoder.display().to_string(),
            data: plan.data.display().to_string(),
            parameters,
            batch: plan.batch,
            steps: plan.steps,
            warmup: plan.warmup,
            rounds: plan.rounds,
            sentences,
            spans: candidates.0,
            pairs: candidates.1,
            mentions: workload.mentions,
            notes: notes(plan, &machine, &torch),
            machine,
            torch: torch.ok(),
            lines,
        }
    }
}

/// What a reader must know to judge the numbers.
fn notes(plan: &Plan<'_>, machine: &Machine, torch: &Result<Torch, String>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(load) = machine.load.filter(|&load| load > IDLE) {
        notes.push(format!(
            "WARNING: the machine was busy before (load {load}); absolute numbers are too low, and \
             PyTorch, whose threads wait for each other at every operation, suffers more than we do"
        ));
    }
    match torch {
        Err(reason) => notes.push(format!("no comparison: {reason}; give one with --python")),
        Ok(torch) => {
            notes.push(
                "both sides: the same model in float32, one process each, with the same batches, \
                 spans and pairs (training: gold; inference: what our tagger finds, tuned to find \
                 about as much as is annotated); timed are forward, backward, clipping and AdamW, \
                 or prediction, but no reading and tokenising; word-pieces exclude padding"
                    .into(),
            );
            notes.push(
                "PyTorch, plain: padded batches; sorted: every batch cut into chunks of 8 sentences \
                 of similar length; its span CNN gathers span by span, as the paper's code does; \
                 the ratio is ours by the better of the two (MiB: by the lower)"
                    .into(),
            );
            if torch.blas == "reference" {
                notes.push(
                    "WARNING: this PyTorch multiplies matrices with the reference BLAS, which is tens \
                     of times too slow, so the ratios mean nothing; install a fast one (Debian: \
                     libopenblas0-pthread)"
                        .into(),
                );
            }
            if plan.device != burn::tensor::Device::flex() {
                notes.push(
                    "WARNING: PyTorch ran on the CPU and we did not; try --device cpu".into(),
                );
            }
        }
    }
    notes
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &self.machine;
        writeln!(f, "processor  {}", m.cpu)?;
        writeln!(
            f,
            "spanlight  {}, burn {}; {}; threads: {}",
            m.spanlight, m.burn, m.device, m.threads
        )?;
        if let Some(Torch { version, blas }) = &self.torch {
            let threads = m.torch_threads;
            writeln!(
                f,
                "PyTorch    {version}, BLAS: {blas}; CPU; threads: {threads}"
            )?;
        }
        writeln!(
            f,
            "model      {}; {} parameters",
            self.encoder, self.parameters
        )?;
        writeln!(
            f,
            "training   {}; {} steps of {} sentences behind {} of warm-up",
            self.data, self.steps, self.batch, self.warmup
        )?;
        writeln!(
            f,
            "inference  its {} sentences; {} spans and {} pairs (gold: {} mentions)",
            self.sentences, self.spans, self.pairs, self.mentions
        )?;
        writeln!(
            f,
            "           {} rounds; medians of speeds, lowest peaks\n",
            self.rounds
        )?;
        let heads = ["spanlight", "torch plain", "torch sorted", "ratio"];
        write!(f, "{:44}", "")?;
        heads.iter().try_for_each(|head| write!(f, " {head:>12}"))?;
        for line in &self.lines {
            write!(f, "\n{line}")?;
        }
        for (i, note) in self.notes.iter().enumerate() {
            let gap = if i == 0 { "\n\n" } else { "\n" };
            write!(f, "{gap}* {note}")?;
        }
        Ok(())
    }
}
