//! The chart of a run.

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use plotters::prelude::*;

use super::{
    Record,
    axis::Axis,
    is_fraction, jsonl,
    panel::{Area, Drawn, INK, Panel, draw_nothing},
    series::{Curve, Scores, Steps, accuracies, losses, scores},
    significant,
    stroke::Stroke,
    title,
};
use crate::{
    event::{Event, Sink, SinkError},
    store,
};

const SIZE: (u32, u32) = (960, 760);
/// Least pause before a step is drawn that is neither evaluated nor saved.
const PAUSE: Duration = Duration::from_secs(60);
/// How many times as long as a drawing that pause is at least: the file of events grows.
const PAUSES: u32 = 500;

/// Draws the chart anew after every evaluation, with every checkpoint that has something new, once
/// in a while between those, and at the end.
#[derive(Debug)]
pub struct Plot {
    events: PathBuf,
    chart: PathBuf,
    /// When it was last drawn; at first, when the run began.
    drawn: Instant,
    /// How long steps alone do not draw it anew after that.
    pause: Duration,
    /// Whether steps were made since.
    behind: bool,
}

impl Plot {
    /// From the file of events, which its own sink must have written first, to an SVG file.
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
        let result = draw(&self.events, &self.chart);
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
        match due {
            true => self.draw(),
            false => Ok(()),
        }
    }
}

fn draw(events: &Path, chart: &Path) -> Result<(), SinkError> {
    // Whatever goes wrong, it is no reason to end a run.
    let failed = |e: &dyn Error| SinkError::Chart(e.to_string());
    let records = jsonl::read(events).map_err(|e| failed(&e))?;
    let svg = svg(&records).map_err(|e| failed(&*e))?;
    store::write_atomic(chart, svg.as_bytes()).map_err(|e| failed(&e))
}

fn svg(records: &[Record]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (upper, lower) = root.split_vertically(SIZE.1 / 2);
        draw_losses(&upper, records)?;
        let (scores, accuracies) = (scores(records), accuracies(records));
        match scores.curves.is_empty() && !accuracies.smooth.is_empty() {
            true => draw_accuracies(&lower, &accuracies)?,
            false => draw_scores(&lower, scores)?,
        }
        root.present()?;
    }
    Ok(text)
}

fn draw_losses(area: &Area, records: &[Record]) -> Drawn {
    let data = losses(records);
    let heading = averaged("Training loss by objective", data.span);
    let Some((low, high)) = bounds(&data.smooth, |p| p.1) else {
        return draw_nothing(area, &heading, "no step yet");
    };
    let (_, highest) = bounds(data.curves(), |p| p.1).unwrap_or_default();
    // On a linear axis, losses of different magnitude hide all but the largest; but one that
    // vanishes must not push the others to the top.
    let y = match low >= 0.0 && high > 10.0 * low {
        true => Axis::logarithmic(low.max(high / 1e4), highest),
        false => Axis::linear(low.min(0.0), highest),
    };
    draw_steps(area, &heading, &data, y, significant)
}

/// What is watched in training, for a run without evaluations.
fn draw_accuracies(area: &Area, data: &Steps) -> Drawn {
    let heading = averaged("Accuracy in training, in percent", data.span);
    let y = Axis::linear(0.0, 100.0);
    draw_steps(area, &heading, data, y, |value| format!("{value:.1}"))
}

fn averaged(what: &str, span: usize) -> String {
    match span {
        0 | 1 => what.to_owned(),
        _ => format!("{what}, averaged over about {span} steps"),
    }
}

fn draw_steps(
    area: &Area,
    heading: &str,
    data: &Steps,
    y: Axis,
    number: impl Fn(f64) -> String,
) -> Drawn {
    let (_, last) = bounds(data.curves(), |p| p.0).unwrap_or_default();
    let x = Axis::counting(last);
    let mut panel = Panel::new(area, heading, "step", x, y, data.smooth.len())?;
    for (index, (raw, smooth)) in data.raw.iter().zip(&data.smooth).enumerate() {
        let stroke = match smooth.name.as_str() {
            "total" => Stroke::solid(INK),
            _ => Stroke::of(index),
        };
        panel.faint(raw, stroke)?;
        panel.line(smooth, stroke)?;
        let now = smooth.points.last().map(|p| number(p.1));
        let note = format!("now {}", now.unwrap_or_default());
        panel.legend(index, stroke, &title(&smooth.name), &note)?;
    }
    Ok(())
}

fn draw_scores(area: &Area, mut data: Scores) -> Drawn {
    let best = match data.best {
        Some(x) => format!(" (best: {} {x})", data.axis),
        None => String::new(),
    };
    let percent = data.curves.iter().all(|curve| is_fraction(&curve.name));
    let heading = match percent {
        true => format!("F1 on {}, in percent{best}", data.split),
        false => format!("Scores on {}{best}", data.split),
    };
    if percent {
        let points = data.curves.iter_mut().flat_map(|curve| &mut curve.points);
        points.for_each(|point| point.1 *= 100.0);
    }
    let Some((low, high)) = bounds(&data.curves, |p| p.1) else {
        return draw_nothing(area, "Scores", "no score yet");
    };
    let (_, last) = bounds(&data.curves, |p| p.0).unwrap_or_default();
    let [x, y] = [Axis::counting(last), Axis::linear(low, high)];
    let mut panel = Panel::new(area, &heading, data.axis, x, y, data.curves.len())?;
    if let Some(best) = data.best {
        panel.mark(best)?;
    }
    for (index, curve) in data.curves.iter().enumerate() {
        let stroke = Stroke::of(index);
        panel.line(curve, stroke)?;
        panel.dots(curve, data.best, stroke.color)?;
        let number = |point: Option<&(f64, f64)>| match point {
            Some((_, y)) if percent => format!("{y:.1}"),
            Some((_, y)) => significant(*y),
            None => "none".to_owned(),
        };
        let last = number(curve.points.last());
        let note = match data.best {
            Some(x) => {
                let best = number(curve.points.iter().find(|point| point.0 == x));
                format!("best {best}, last {last}")
            }
            None => format!("last {last}"),
        };
        panel.legend(index, stroke, &title(&curve.name), &note)?;
    }
    Ok(())
}

/// The least and the greatest of something about the points.
pub(super) fn bounds<'a>(
    curves: impl IntoIterator<Item = &'a Curve>,
    of: impl Fn(&(f64, f64)) -> f64,
) -> Option<(f64, f64)> {
    let values = curves
        .into_iter()
        .flat_map(|curve| curve.points.iter().map(&of));
    values.fold(None, |so_far, v| match so_far {
        Some((low, high)) => Some((v.min(low), v.max(high))),
        None => Some((v, v)),
    })
}

#[cfg(test)]
mod tests;
