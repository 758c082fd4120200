//! Where events go: the terminal, a file, a chart.

mod axis;
mod drawing;
mod jsonl;
mod legend;
mod panel;
mod plot;
mod progress;
mod series;
mod stroke;
mod terminal;

use std::collections::BTreeMap;

use crate::error::Result;
use crate::event::{Event, Sink, SinkError, Sinks};
use crate::store::{self, RunFolder};
use crate::train::Checkpoint;

pub use drawing::{Drawing, Marks, draw};
pub use jsonl::{Jsonl, Record};
pub use plot::Plot;
pub use series::Curve;
pub use terminal::Terminal;

/// The terminal, the events file and the chart of a run, new or resumed.
///
/// # Errors
/// A damaged checkpoint or an unwritable folder.
pub fn of_run(folder: &RunFolder, resumed: bool) -> Result<Lenient> {
    let events = match resumed {
        true => Jsonl::resume(
            &folder.events(),
            Checkpoint::step(&store::read(&folder.checkpoint())?)?,
        )?,
        false => Jsonl::create(&folder.events())?,
    };
    Ok(Lenient(Sinks(vec![
        Box::new(Terminal::new()),
        Box::new(events),
        Box::new(Plot::new(folder.events(), folder.chart())),
    ])))
}

/// Sinks among which a chart that cannot be drawn is no reason to end a run.
pub struct Lenient(pub Sinks);

impl Sink for Lenient {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        match self.0.emit(event) {
            Err(SinkError::Chart(problem)) => {
                tracing::warn!("the training chart cannot be drawn: {problem}");
                Ok(())
            }
            other => other,
        }
    }
}

/// Whether a measure is a fraction that people read as a percentage.
fn is_fraction(name: &str) -> bool {
    ["f1", "precision", "recall", "recognised"]
        .iter()
        .any(|part| name.contains(part))
}

/// The F1 measures, or all of them when none is called F1.
fn headline(metrics: &BTreeMap<String, f64>) -> impl Iterator<Item = (&str, f64)> {
    let any = metrics.keys().any(|name| name.contains("f1"));
    metrics
        .iter()
        .map(|(name, &value)| (name.as_str(), value))
        .filter(move |(name, _)| !any || name.contains("f1"))
}

/// `relation_strict_f1` as `relation strict F1`.
fn title(name: &str) -> String {
    name.replace(['_', '/', '.'], " ").replace("f1", "F1")
}

/// A measure as people read it.
fn value(name: &str, value: f64) -> String {
    match is_fraction(name) {
        true => format!("{:.1}", 100.0 * value),
        false => significant(value),
    }
}

/// Three digits that matter.
fn significant(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        return format!("{value:.1e}");
    }
    let digits = match value.abs() {
        a if a < 1.0 => 4,
        a if a < 10.0 => 3,
        a if a < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// Two digits that matter, for where there is little room.
fn brief(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-2 {
        return format!("{value:.0e}");
    }
    let digits = match value.abs() {
        a if a < 1.0 => 2,
        a if a < 10.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// The loss that was minimized: `total`, or the sum of the objectives.
fn total(losses: &BTreeMap<String, f64>) -> f64 {
    losses
        .get("total")
        .copied()
        .unwrap_or_else(|| losses.values().sum())
}

/// An average that forgets: the last `span` values or so count.
#[derive(Clone, Copy, Debug)]
struct Smooth {
    keep: f64,
    sum: f64,
    weight: f64,
}

impl Smooth {
    fn over(span: f64) -> Self {
        Self {
            keep: 1.0 - 1.0 / span.max(1.0),
            sum: 0.0,
            weight: 0.0,
        }
    }

    /// Adds a value unless it is no number, and gives the average so far.
    fn add(&mut self, value: f64) -> f64 {
        if value.is_finite() {
            self.sum = self.keep * self.sum + value;
            self.weight = self.keep * self.weight + 1.0;
        }
        self.get()
    }

    /// The average; NaN before the first value.
    fn get(&self) -> f64 {
        self.sum / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!(value("relation_f1", 0.6214), "62.1");
        assert_eq!(value("loss", 0.06214), "0.0621");
        assert_eq!(significant(12.345), "12.3");
        assert_eq!(significant(3.21e-5), "3.2e-5");
        let values = [0.0, 0.00312, 0.456, 1.29, 34.4];
        assert_eq!(values.map(brief), ["0.00", "3e-3", "0.46", "1.3", "34"]);
        assert_eq!(title("relation_strict_f1"), "relation strict F1");
    }

    #[test]
    fn a_smooth_start_is_unbiased_and_no_number_is_skipped() {
        let mut smooth = Smooth::over(50.0);
        assert!(smooth.get().is_nan());
        assert_eq!(smooth.add(4.0), 4.0);
        assert_eq!(smooth.add(f64::NAN), 4.0);
        assert!((smooth.add(2.0) - 3.0).abs() < 0.02);
    }

    #[test]
    fn the_total_is_not_counted_twice() {
        let losses =
            |pairs: &[(&str, f64)]| total(&pairs.iter().map(|&(n, v)| (n.to_owned(), v)).collect());
        assert_eq!(losses(&[("span", 1.0), ("pair", 2.0)]), 3.0);
        assert_eq!(losses(&[("span", 1.0), ("total", 0.5)]), 0.5);
    }
}
