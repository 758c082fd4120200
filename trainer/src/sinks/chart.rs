//! Line charts as SVG: panels of curves, one below the other.

use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::event::SinkError;

const WIDTH: u32 = 960;
const HEIGHT: u32 = 380;
/// Width of the legend, to the right of the curves.
const LEGEND: u32 = 210;
/// Height of an entry of the legend.
const ENTRY: i32 = 18;
const FONT: &str = "sans-serif";
/// Most points of a curve whose points are marked with dots.
const DOTS: usize = 60;

/// A named line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Its name in the legend.
    pub name: String,
    /// The points it goes through, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// Curves over one pair of axes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// Title of the panel.
    pub heading: String,
    /// Label of the horizontal axis.
    pub x_label: String,
    /// Names of the places 0, 1, 2 and so on of the horizontal axis; if empty, the axis has numbers.
    pub x_names: Vec<String>,
    /// Whether the vertical axis is logarithmic; all values must be positive.
    pub logarithmic: bool,
    /// The curves.
    pub curves: Vec<Curve>,
}

/// Draws panels as an SVG document.
///
/// # Errors
/// [`SinkError::Chart`].
pub fn draw(panels: &[Panel]) -> Result<String, SinkError> {
    let mut svg = String::new();
    draw_to(&mut svg, panels).map_err(|e| SinkError::Chart(e.to_string()))?;
    Ok(svg)
}

fn draw_to(svg: &mut String, panels: &[Panel]) -> Result<(), Box<dyn Error>> {
    let size = (WIDTH, HEIGHT * panels.len() as u32);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let areas = root.split_evenly((panels.len(), 1));
    for (area, panel) in areas.iter().zip(panels) {
        let (left, legend) = area.split_horizontally(WIDTH - LEGEND);
        let (low, high) = range(&panel.curves, |point| point.1);
        if panel.logarithmic {
            draw_curves(&left, panel, (low..high).log_scale())?;
        } else {
            let margin = 0.05 * (high - low).max(1e-9);
            draw_curves(&left, panel, low - margin..high + margin)?;
        }
        draw_legend(&legend, &panel.curves)?;
    }
    root.present()?;
    Ok(())
}

fn draw_curves<Y>(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    panel: &Panel,
    y: Y,
) -> Result<(), Box<dyn Error>>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let (first, last) = range(&panel.curves, |point| point.0);
    let names = panel.x_names.len();
    let x = if names > 0 {
        -0.25..names as f64 - 0.75
    } else {
        first.min(0.0)..last.max(1.0)
    };
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.heading, (FONT, 17))
        .margin(8)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(x, y)?;
    let x_label = |x: &f64| {
        if names == 0 {
            return number(*x);
        }
        let named = x.fract() == 0.0 && *x >= 0.0;
        let name = panel.x_names.get(*x as usize).filter(|_| named);
        name.cloned().unwrap_or_default()
    };
    let y_label = |y: &f64| number(*y);
    let mut mesh = chart.configure_mesh();
    mesh.x_desc(&panel.x_label)
        .light_line_style(TRANSPARENT)
        .label_style((FONT, 13))
        .x_label_formatter(&x_label)
        .y_label_formatter(&y_label);
    if names > 0 {
        mesh.x_labels(names);
    }
    mesh.draw()?;
    for (index, curve) in panel.curves.iter().enumerate() {
        let color = Palette99::pick(index);
        let points = curve.points.iter().copied();
        chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?;
        if curve.points.len() <= DOTS {
            chart.draw_series(points.map(|point| Circle::new(point, 3, color.filled())))?;
        }
    }
    Ok(())
}

fn draw_legend(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    curves: &[Curve],
) -> Result<(), Box<dyn Error>> {
    for (index, curve) in curves.iter().enumerate() {
        let top = 48 + ENTRY * index as i32;
        let swatch = [(0, top + 4), (20, top + 8)];
        area.draw(&Rectangle::new(swatch, Palette99::pick(index).filled()))?;
        area.draw(&Text::new(curve.name.as_str(), (28, top), (FONT, 13)))?;
    }
    Ok(())
}

/// A label of an axis, without the digits of rounding errors.
fn number(value: f64) -> String {
    if value == 0.0 || value.abs() >= 1e-4 {
        ((value * 1e9).round() / 1e9).to_string()
    } else {
        format!("{value:.1e}")
    }
}

/// The smallest and the largest value of a coordinate; 0 and 1 if there is no point.
pub fn range(curves: &[Curve], of: impl Fn(&(f64, f64)) -> f64) -> (f64, f64) {
    let values = curves.iter().flat_map(|curve| curve.points.iter().map(&of));
    values
        .fold(None, |range, v| match range {
            Some((low, high)) => Some((v.min(low), v.max(high))),
            None => Some((v, v)),
        })
        .unwrap_or((0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        Panel {
            heading: "F1 by size".into(),
            x_label: "entities".into(),
            x_names: ["≤2", "3-4", "≥5"].map(String::from).into(),
            curves: vec![
                Curve {
                    name: "BERT".into(),
                    points: vec![(0.0, 10.0), (1.0, 30.0), (2.0, 20.0)],
                },
                Curve {
                    name: "SPE".into(),
                    points: vec![(0.0, 20.0), (2.0, 40.0)],
                },
            ],
            ..Panel::default()
        }
    }

    #[test]
    fn a_chart_has_all_points_and_names() {
        let svg = draw(&[panel()]).unwrap();
        assert_eq!(svg.matches("<circle").count(), 5, "{svg}");
        assert_eq!(svg.matches("<polyline").count() - 2, axes(&svg), "{svg}");
        for text in ["F1 by size", "entities", "≤2", "3-4", "≥5", "BERT", "SPE"] {
            let lines = svg.lines().filter(|line| *line == text);
            assert_eq!(lines.count(), 1, "{text}: {svg}");
        }
    }

    /// Polylines of the axes and their marks.
    fn axes(svg: &str) -> usize {
        let stroke = |line: &&str| line.starts_with("<polyline") && line.contains("#000000");
        svg.lines().filter(stroke).count()
    }

    #[test]
    fn curves_differ_in_colour_and_higher_values_stand_higher() {
        let svg = draw(&[panel()]).unwrap();
        let attribute = |line: &str, name: &str| -> String {
            let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        let dots = svg.lines().filter(|line| line.starts_with("<circle"));
        let dots: Vec<(String, i32)> = dots
            .map(|dot| {
                (
                    attribute(dot, "fill"),
                    attribute(dot, "cy").parse().unwrap(),
                )
            })
            .collect();
        assert_ne!(dots[0].0, dots[3].0);
        let heights: Vec<i32> = dots.iter().map(|dot| dot.1).collect();
        assert!(heights[0] > heights[2] && heights[2] > heights[1]);
        assert_eq!(heights[2], heights[3]);
    }

    #[test]
    fn labels_are_short() {
        let labels = [0.0, 0.1 + 0.2, 1500.0, 1e-5].map(number);
        assert_eq!(labels, ["0", "0.3", "1500", "1.0e-5"]);
    }

    #[test]
    fn a_panel_without_points_is_drawn_too() {
        let empty = Panel {
            heading: "no step yet".into(),
            ..Panel::default()
        };
        assert!(draw(&[empty]).unwrap().contains("no step yet"));
    }
}
