//! The report of a benchmark: both sides in one table.

use std::fmt;

use serde::Serialize;
use spanlight::device::on_cpu;

use super::machine::Machine;
use super::row::{Line, Row, lowest, median};
use super::theirs::Theirs;
use super::{Measure, Plan};

/// Load average above which a machine counts as busy.
const IDLE: f64 = 0.5;

/// The measured PyTorch.
#[derive(Debug, Serialize)]
pub struct Torch {
    /// Version of PyTorch.
    pub version: String,
    /// Library of its matrix products on the CPU.
    pub blas: String,
    /// `CPU` or the name of a GPU.
    pub device: String,
}

impl Torch {
    fn on_cpu(&self) -> bool {
        self.device == "CPU"
    }
}

/// Content of the report on one kind of work besides its speeds.
pub struct Account<F> {
    /// Fields of the JSON form.
    pub facts: F,
    /// Lines above the table, each with its label.
    pub head: Vec<(&'static str, String)>,
    /// Lines below the table.
    pub tail: Vec<String>,
    /// Notes on the work of both sides.
    pub sides: Vec<String>,
}

/// Machine, settings, speeds and notes of a benchmark.
#[derive(Debug, Serialize)]
pub struct Report<F> {
    machine: Machine,
    /// `None` without PyTorch.
    torch: Option<Torch>,
    encoder: String,
    data: String,
    batch: usize,
    steps: usize,
    warmup: usize,
    rounds: usize,
    #[serde(flatten)]
    facts: F,
    lines: Vec<Line>,
    notes: Vec<String>,
    #[serde(skip)]
    head: Vec<(&'static str, String)>,
    #[serde(skip)]
    tail: Vec<String>,
}

impl<F> Report<F> {
    /// Summarises the rounds; the error of `theirs` says why PyTorch is missing.
    pub fn new(
        plan: &Plan<'_>,
        machine: Machine,
        theirs: Result<Theirs, String>,
        rows: &[Row],
        account: Account<F>,
    ) -> Self {
        let torch = theirs.map(|t| Torch {
            version: t.version.clone(),
            blas: t.blas.clone(),
            device: t.device.clone(),
        });
        let mut lines = Vec::new();
        for row in rows {
            let speed = |m: &Measure| Some(m.pieces as f64 / m.seconds);
            lines.push(Line::new(row, "word-pieces/s", speed, median, f64::max));
            if let Some(sentences) = row.sentences {
                let speed = |m: &Measure| Some(sentences as f64 / m.seconds);
                lines.push(Line::new(row, "sentences/s", speed, median, f64::max));
            }
        }
        for row in rows
            .iter()
            .filter(|r| r.measures[0].iter().all(|m| m.peak.is_some()))
        {
            let peak = |m: &Measure| m.peak.map(|bytes| bytes as f64 / f64::from(1 << 20));
            lines.push(Line::new(row, "MiB at the peak", peak, lowest, f64::min));
        }
        Self {
            encoder: plan.encoder.display().to_string(),
            data: plan.data.display().to_string(),
            batch: plan.batch,
            steps: plan.steps,
            warmup: plan.warmup,
            rounds: plan.rounds,
            notes: notes(plan, &machine, &torch, account.sides),
            machine,
            torch: torch.ok(),
            facts: account.facts,
            lines,
            head: account.head,
            tail: account.tail,
        }
    }
}

/// Notes without which a reader cannot judge the numbers.
fn notes(
    plan: &Plan<'_>,
    machine: &Machine,
    torch: &Result<Torch, String>,
    sides: Vec<String>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(load) = machine.load.filter(|&load| load > IDLE) {
        notes.push(format!(
            "WARNING: the machine was busy before the measurement (load {load}): speeds are too low, \
             PyTorch's more than ours, because its threads wait for each other at every operation"
        ));
    }
    match torch {
        Err(reason) => notes.push(format!(
            "no comparison: {reason}; name a Python that has PyTorch with --python"
        )),
        Ok(torch) => {
            notes.extend(sides);
            if !on_cpu(&plan.device) {
                notes.push("MiB are memory of the host, not of the GPU".into());
            }
            if torch.on_cpu() && torch.blas == "reference" {
                notes.push(
                    "WARNING: this PyTorch multiplies matrices with the reference BLAS, which is tens of \
                     times slower than others, so the ratios mean nothing; install a fast BLAS (Debian: \
                     libopenblas0-pthread)"
                        .into(),
                );
            }
            if torch.on_cpu() && !on_cpu(&plan.device) {
                notes.push(
                    "WARNING: PyTorch ran on the CPU and spanlight on a GPU; try --device cpu"
                        .into(),
                );
            }
        }
    }
    notes
}

impl<F> fmt::Display for Report<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &self.machine;
        writeln!(f, "processor  {}", m.cpu)?;
        writeln!(
            f,
            "spanlight  {}, burn {}; {}; threads: {}",
            m.spanlight, m.burn, m.device, m.threads
        )?;
        if let Some(torch) = &self.torch {
            let Torch {
                version,
                blas,
                device,
            } = torch;
            if torch.on_cpu() {
                writeln!(
                    f,
                    "PyTorch    {version}, BLAS: {blas}; CPU; threads: {}",
                    m.torch_threads
                )?;
            } else {
                writeln!(f, "PyTorch    {version}; {device}")?;
            }
        }
        for (label, text) in &self.head {
            writeln!(f, "{label:<10} {text}")?;
        }
        writeln!(
            f,
            "           {} rounds; median speeds, lowest peaks\n",
            self.rounds
        )?;
        let heads = ["spanlight", "torch plain", "torch sorted", "ratio"];
        write!(f, "{:44}", "")?;
        heads.iter().try_for_each(|head| write!(f, " {head:>12}"))?;
        for line in &self.lines {
            write!(f, "\n{line}")?;
        }
        for (i, line) in self.tail.iter().enumerate() {
            let gap = if i == 0 { "\n\n" } else { "\n" };
            write!(f, "{gap}{line}")?;
        }
        for (i, note) in self.notes.iter().enumerate() {
            let gap = if i == 0 { "\n\n" } else { "\n" };
            write!(f, "{gap}* {note}")?;
        }
        Ok(())
    }
}
