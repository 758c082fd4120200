//! The chart of a run.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use plotters::prelude::*;

use super::{
    Record,
    axis::Axis,
    is_fraction, jsonl,
    panel::{Area, Drawn, INK, Panel, draw_nothing},
    series::{Curve, losses, scores},
    significant, title,
};
use crate::{
    event::{Event, Sink, SinkError},
    store,
};

const SIZE: (u32, u32) = (960, 760);
/// Okabe and Ito's colours without the yellow: told apart by colour-blind readers too.
const COLORS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];

/// Draws the chart anew after every evaluation and at the end.
#[derive(Debug)]
pub struct Plot {
    events: PathBuf,
    chart: PathBuf,
}

impl Plot {
    /// From the file of events, which its own sink must have written first, to an SVG file.
    pub fn new(events: PathBuf, chart: PathBuf) -> Self {
        Self { events, chart }
    }
}

impl Sink for Plot {
    fn emit(&mut self, event: &Event) -> Result<(), SinkError> {
        if let Event::Evaluated { .. } | Event::Finished { .. } = event {
            draw(&self.events, &self.chart)?;
        }
        Ok(())
    }
}

fn draw(events: &Path, chart: &Path) -> Result<(), SinkError> {
    let records = jsonl::read(events)?;
    let svg = svg(&records).map_err(|e| SinkError::Chart(e.to_string()))?;
    Ok(store::write_atomic(chart, svg.as_bytes())?)
}

fn svg(records: &[Record]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (upper, lower) = root.split_vertically(SIZE.1 / 2);
        draw_losses(&upper, records)?;
        draw_scores(&lower, records)?;
        root.present()?;
    }
    Ok(text)
}

fn draw_losses(area: &Area, records: &[Record]) -> Drawn {
    let data = losses(records);
    let span = data.span;
    let heading = match span {
        0 | 1 => "Training loss by objective".to_owned(),
        _ => format!("Training loss by objective, averaged over about {span} steps"),
    };
    let curves = || data.raw.iter().chain(&data.smooth);
    let Some((low, high)) = bounds(&data.smooth, |p| p.1) else {
        return draw_nothing(area, &heading, "no step yet");
    };
    let (_, last) = bounds(curves(), |p| p.0).unwrap_or_default();
    let (_, highest) = bounds(curves(), |p| p.1).unwrap_or_default();
    // On a linear axis, losses of different magnitude hide all but the largest; but one that
    // vanishes must not push the others to the top.
    let y = match low >= 0.0 && high > 10.0 * low {
        true => Axis::logarithmic(low.max(high / 1e4), highest),
        false => Axis::linear(low.min(0.0), highest),
    };
    let x = Axis::counting(last);
    let mut panel = Panel::new(area, &heading, "step", x, y)?;
    for (index, (raw, smooth)) in data.raw.iter().zip(&data.smooth).enumerate() {
        let color = match smooth.name.as_str() {
            "total" => INK,
            _ => color(index),
        };
        panel.line(raw, color.mix(0.35).stroke_width(1))?;
        panel.line(smooth, color.stroke_width(2))?;
        let now = smooth.points.last().map(|p| significant(p.1));
        let note = format!("now {}", now.unwrap_or_default());
        panel.legend(index, color, &title(&smooth.name), &note)?;
    }
    Ok(())
}

fn draw_scores(area: &Area, records: &[Record]) -> Drawn {
    let mut data = scores(records);
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
        return draw_nothing(area, "Scores", "no evaluation yet");
    };
    let (_, last) = bounds(&data.curves, |p| p.0).unwrap_or_default();
    let [x, y] = [Axis::counting(last), Axis::linear(low, high)];
    let mut panel = Panel::new(area, &heading, data.axis, x, y)?;
    if let Some(best) = data.best {
        panel.mark(best)?;
    }
    for (index, curve) in data.curves.iter().enumerate() {
        panel.line(curve, color(index).stroke_width(2))?;
        panel.dots(curve, data.best, color(index))?;
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
        panel.legend(index, color(index), &title(&curve.name), &note)?;
    }
    Ok(())
}

pub(super) fn color(index: usize) -> RGBColor {
    COLORS[index % COLORS.len()]
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
mod tests {
    use super::*;

    #[test]
    fn the_chart_names_everything_at_any_stage() {
        let folder = tempfile::tempdir().unwrap();
        let [events, chart] = ["events.jsonl", "training.svg"].map(|n| folder.path().join(n));
        let mut lines = String::new();
        let stages = [
            ("", "no evaluation yet"),
            (
                r#"{"time":1,"event":"step","step":1,"steps":9,"epoch":1,"losses":{"pair":0.5},
                "grad_norm":1,"learning_rate":1,"pieces":1,"seconds":1}"#,
                "pair",
            ),
            (
                r#"{"time":2,"event":"evaluated","step":1,"epoch":1,"split":"dev",
                "metrics":{"relation_f1":0.621},"best":true}"#,
                "best 62.1, last 62.1",
            ),
        ];
        for (line, expected) in stages {
            lines.push_str(&line.replace('\n', ""));
            lines.push_str(if line.is_empty() { "" } else { "\n" });
            std::fs::write(&events, &lines).unwrap();
            draw(&events, &chart).unwrap();
            let svg = std::fs::read_to_string(&chart).unwrap();
            assert!(svg.contains(expected), "{svg}");
        }
    }
}
