//! The chart of a run: losses, scores on the development data and the learning rate.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    Record,
    chart::{Curve, Panel, draw, range},
    format::{headline, is_fraction, significant, title},
    jsonl,
};
use crate::{
    event::{Event, Sink, SinkError},
    store,
};

/// Shortest pause after a drawing before a step alone causes another.
const PAUSE: Duration = Duration::from_mins(1);
/// Shortest pause as a multiple of the drawing time, which grows with the file of events.
const PAUSES: u32 = 500;
/// Most points of a curve; each is the mean over consecutive steps.
const POINTS: usize = 200;

/// Draws the chart after every evaluation, at checkpoints and at the end if there are new steps, and
/// once in a while between them.
#[derive(Debug)]
pub struct Plot {
    events: PathBuf,
    chart: PathBuf,
    /// Time of the last drawing; at first, the start of the run.
    drawn: Instant,
    /// Time after the last drawing during which steps alone do not cause another.
    pause: Duration,
    /// Whether there were steps since the last drawing.
    behind: bool,
}

impl Plot {
    /// Draws the file `events`, which an earlier sink must have written, as the SVG file `chart`.
    pub fn new(events: PathBuf, chart: PathBuf) -> Self {
        Self {
            events,
            chart,
            drawn: Instant::now(),
            pause: PAUSE,
            behind: false,
        }
    }

    fn draw(&mut self) -> Result<(), SinkError> {
        let start = Instant::now();
        let result = write(&self.events, &self.chart);
        self.pause = PAUSE.max(start.elapsed().saturating_mul(PAUSES));
        self.drawn = Instant::now();
        self.behind = false;
        result
    }
}

impl Sink for Plot {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        let due = match event {
            Event::Evaluated { .. } => true,
            Event::Saved { .. } | Event::Finished { .. } => self.behind,
            Event::Step { .. } => {
                self.behind = true;
                self.drawn.elapsed() >= self.pause
            }
            _ => false,
        };
        if due { self.draw() } else { Ok(()) }
    }
}

fn write(events: &Path, chart: &Path) -> Result<(), SinkError> {
    // Even a damaged file of events must not end the run, so it becomes an error of the chart.
    let records = jsonl::read(events).map_err(|e| SinkError::Chart(e.to_string()))?;
    let svg = draw(&panels(&records))?;
    store::write_atomic(chart, svg.as_bytes()).map_err(|e| SinkError::Chart(e.to_string()))
}

/// The panels that have curves, or one panel that says that there is no step yet.
fn panels(records: &[Record]) -> Vec<Panel> {
    let all = [losses(records), scores(records), rate(records)];
    let mut panels: Vec<Panel> = all.into_iter().filter(|p| !p.curves.is_empty()).collect();
    if panels.is_empty() {
        panels.push(Panel {
            heading: "no step yet".into(),
            ..Panel::default()
        });
    }
    panels
}

fn losses(records: &[Record]) -> Panel {
    let curves = steps(records.iter().filter_map(|record| match &record.event {
        Event::Step { step, losses, .. } => Some((*step, losses)),
        _ => None,
    }));
    let (low, high) = range(&curves, |point| point.1);
    Panel {
        heading: "Training loss by objective".into(),
        x_label: "step".into(),
        // On a linear axis, losses of different magnitude hide all but the largest.
        logarithmic: low > 0.0 && high > 10.0 * low,
        curves: curves.into_iter().map(|c| labelled(c, false)).collect(),
        ..Panel::default()
    }
}

/// Scores on the development data, or the accuracies of the objectives if there are none.
fn scores(records: &[Record]) -> Panel {
    let evaluated = evaluations(records);
    if !evaluated.curves.is_empty() {
        return evaluated;
    }
    let curves = steps(records.iter().filter_map(|record| match &record.event {
        Event::Step { step, shares, .. } => Some((*step, shares)),
        _ => None,
    }));
    Panel {
        heading: "Accuracy in training, in percent".into(),
        x_label: "step".into(),
        curves: curves.into_iter().map(|c| labelled(c, true)).collect(),
        ..Panel::default()
    }
}

fn rate(records: &[Record]) -> Panel {
    let rate = records.iter().filter_map(|record| match &record.event {
        Event::Step {
            step,
            learning_rate,
            ..
        } => Some((*step as f64, *learning_rate)),
        _ => None,
    });
    Panel {
        heading: "Learning rate".into(),
        x_label: "step".into(),
        curves: thinned("learning rate", &rate.collect::<Vec<_>>())
            .into_iter()
            .collect(),
        ..Panel::default()
    }
}

/// One curve for each name among the values of the steps, `total` first.
fn steps<'a>(steps: impl Iterator<Item = (u64, &'a BTreeMap<String, f64>)>) -> Vec<Curve> {
    let mut all = BTreeMap::<&str, Vec<(f64, f64)>>::new();
    for (step, values) in steps {
        for (name, &value) in values {
            all.entry(name).or_default().push((step as f64, value));
        }
    }
    let curves = all
        .iter()
        .filter_map(|(name, points)| thinned(name, points));
    let mut curves: Vec<Curve> = curves.collect();
    curves.sort_by_key(|curve| curve.name != "total");
    curves
}

/// A curve of at most [`POINTS`] means of the finite values; `None` if no value is finite.
fn thinned(name: &str, points: &[(f64, f64)]) -> Option<Curve> {
    let finite: Vec<_> = points.iter().filter(|p| p.1.is_finite()).collect();
    let length = finite.len().div_ceil(POINTS).max(1);
    let mean = |stretch: &[&(f64, f64)]| {
        let sum: f64 = stretch.iter().map(|p| p.1).sum();
        (stretch[stretch.len() / 2].0, sum / stretch.len() as f64)
    };
    (!finite.is_empty()).then(|| Curve {
        name: name.into(),
        points: finite.chunks(length).map(mean).collect(),
    })
}

/// The [`headline`] of every [`Event::Evaluated`] on the `dev` data, or on the first data there is.
fn evaluations(records: &[Record]) -> Panel {
    let all = records.iter().filter_map(|record| match &record.event {
        Event::Evaluated {
            step,
            epoch,
            split,
            metrics,
            best,
        } => Some((*step, *epoch, split, metrics, *best)),
        _ => None,
    });
    let mut all: Vec<_> = all.collect();
    let dev = all.iter().find(|e| e.2 == "dev").or(all.first());
    let Some(split) = dev.map(|e| e.2.clone()) else {
        return Panel::default();
    };
    all.retain(|e| *e.2 == split);
    // Several evaluations of one epoch would share a place on the axis.
    let by_epoch = all.windows(2).all(|pair| pair[0].1 < pair[1].1);
    let axis = if by_epoch { "epoch" } else { "step" };
    let place = |step, epoch| if by_epoch { epoch } else { step };
    let mut curves = BTreeMap::<&str, Vec<(f64, f64)>>::new();
    for (step, epoch, _, metrics, _) in &all {
        for (name, value) in headline(metrics).filter(|(_, value)| value.is_finite()) {
            let point = (place(*step, *epoch) as f64, value);
            curves.entry(name).or_default().push(point);
        }
    }
    let best = all.iter().rfind(|e| e.4).map(|e| place(e.0, e.1));
    let best = best.map_or(String::new(), |place| format!(" (best: {axis} {place})"));
    let heading = if curves.keys().all(|name| is_fraction(name)) {
        format!("F1 on {split}, in percent{best}")
    } else {
        format!("Scores on {split}{best}")
    };
    let curves = curves.into_iter().map(|(name, points)| Curve {
        name: name.into(),
        points,
    });
    Panel {
        heading,
        x_label: axis.into(),
        curves: curves
            .map(|curve| {
                let fraction = is_fraction(&curve.name);
                labelled(curve, fraction)
            })
            .collect(),
        ..Panel::default()
    }
}

/// The curve with its last value in the legend; fractions become percent.
fn labelled(mut curve: Curve, fraction: bool) -> Curve {
    if fraction {
        curve.points.iter_mut().for_each(|point| point.1 *= 100.0);
    }
    if let Some((_, last)) = curve.points.last() {
        let last = if fraction {
            format!("{last:.1}")
        } else {
            significant(*last)
        };
        curve.name = format!("{}: {last}", title(&curve.name));
    }
    curve
}

#[cfg(test)]
mod tests;
