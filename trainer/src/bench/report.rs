//! The numbers side by side.

use std::fmt;

use serde::Serialize;

use super::machine::Machine;
use super::{Measure, Plan, Workload};

/// One piece of work, measured again and again on every side.
pub struct Row {
    /// What is done.
    pub name: &'static str,
    /// Whether the embeddings stay as they are; nothing for inference.
    pub frozen: Option<bool>,
    /// Our measures, PyTorch's in plain batches, PyTorch's in sorted chunks.
    pub measures: [Vec<Measure>; 3],
}

impl Row {
    /// A row without measures.
    pub fn new(name: &'static str, frozen: Option<bool>) -> Self {
        Self { name, frozen, measures: Default::default() }
    }
}

/// PyTorch, where there is one.
#[derive(Debug, Serialize)]
pub struct Torch {
    /// Its version.
    pub version: String,
    /// Its library for matrix products.
    pub blas: String,
}

/// Medians of one quantity.
#[derive(Debug, Serialize)]
struct Line {
    what: String,
    unit: &'static str,
    spanlight: f64,
    torch_plain: Option<f64>,
    torch_sorted: Option<f64>,
    /// Ours by the better one of PyTorch's.
    ratio: Option<f64>,
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
    /// Takes the medians; `torch` says why it is missing, if it is.
    pub fn new(
        plan: &Plan<'_>,
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
            lines.push(Line::new(row, "word-pieces/s", speed, f64::max));
            if row.frozen.is_none() {
                let speed = |m: &Measure| Some(sentences as f64 / m.seconds);
                lines.push(Line::new(row, "sentences/s", speed, f64::max));
            }
        }
        for row in rows.iter().filter(|r| r.measures[0].iter().all(|m| m.peak.is_some())) {
            let peak = |m: &Measure| m.peak.map(|bytes| bytes as f64 / (1 << 20) as f64);
            lines.push(Line::new(row, "MiB at the peak", peak, f64::min));
        }
        Self {
            machine: Machine::this(plan),
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
            notes: notes(plan, &torch),
            torch: torch.ok(),
            lines,
        }
    }
}

impl Line {
    fn new(
        row: &Row,
        unit: &'static str,
        value: impl Fn(&Measure) -> Option<f64>,
        better: fn(f64, f64) -> f64,
    ) -> Self {
        let [ours, plain, sorted] =
            row.measures.each_ref().map(|m| median(m.iter().filter_map(&value).collect()));
        let spanlight = ours.unwrap_or(f64::NAN);
        Self {
            what: row.name.into(),
            unit,
            spanlight,
            torch_plain: plain,
            torch_sorted: sorted,
            ratio: plain.zip(sorted).map(|(plain, sorted)| spanlight / better(plain, sorted)),
        }
    }
}

/// The middle value, or the mean of the two middle ones.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    Some((upper + values[(values.len() - 1) / 2]) / 2.0)
}

/// What a reader must know to judge the numbers.
fn notes(plan: &Plan<'_>, torch: &Result<Torch, String>) -> Vec<String> {
    let mut notes = Vec::new();
    match torch {
        Err(reason) => notes.push(format!("no comparison: {reason}; give one with --python")),
        Ok(torch) => {
            notes.push(
                "both sides: one model (same sizes and number of parameters), one process, float32; \
                 the same sentences, batches, spans and pairs; forward, backward, global clipping \
                 and AdamW are timed, reading and tokenising are not; word-pieces without padding"
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
                notes.push("WARNING: PyTorch ran on the CPU and we did not; try --device cpu".into());
            }
        }
    }
    notes
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu, device, threads, torch_threads, spanlight, burn } = &self.machine;
        writeln!(f, "processor  {cpu}")?;
        writeln!(f, "spanlight  {spanlight}, burn {burn}; {device}; threads: {threads}")?;
        if let Some(Torch { version, blas }) = &self.torch {
            writeln!(f, "PyTorch    {version}, BLAS: {blas}; CPU; threads: {torch_threads}")?;
        }
        writeln!(f, "model      {}; {} parameters", self.encoder, self.parameters)?;
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
        writeln!(f, "           medians of {} rounds\n", self.rounds)?;
        let head = ["spanlight", "torch plain", "torch sorted", "ratio"];
        let [a, b, c, d] = head;
        writeln!(f, "{:<28} {:<15} {a:>10} {b:>12} {c:>12} {d:>7}", "", "")?;
        for line in &self.lines {
            let number = |x: Option<f64>| x.map_or("-".into(), |x| format!("{x:.1}"));
            let ratio = line.ratio.map_or("-".into(), |r| format!("{r:.2}"));
            writeln!(
                f,
                "{:<28} {:<15} {:>10} {:>12} {:>12} {ratio:>7}",
                line.what,
                line.unit,
                number(Some(line.spanlight)),
                number(line.torch_plain),
                number(line.torch_sorted),
            )?;
        }
        for note in &self.notes {
            write!(f, "\n* {note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
