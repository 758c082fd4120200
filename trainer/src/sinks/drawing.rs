//! Panels of curves below each other, for reports.

use std::error::Error;

use plotters::prelude::*;

use super::{
    axis::Axis,
    panel::{Drawn, Panel},
    plot::bounds,
    series::Curve,
    stroke::Stroke,
};
use crate::event::SinkError;

const WIDTH: u32 = 960;
const HEIGHT: u32 = 420;

/// One panel.
#[derive(Debug)]
pub struct Drawing {
    /// What it shows.
    pub heading: String,
    /// What is along the axis.
    pub x_label: String,
    /// What stands along the axis.
    pub marks: Marks,
    /// The lines, with the names for the legend.
    pub curves: Vec<Curve>,
}

/// What stands along an axis.
#[derive(Debug)]
pub enum Marks {
    /// Numbers from 0.
    Numbers,
    /// These, at 0, 1, 2 and so on.
    Names(Vec<String>),
}

/// Draws panels as SVG.
///
/// # Errors
/// [`SinkError::Chart`].
pub fn draw(panels: &[Drawing]) -> Result<String, SinkError> {
    svg(panels).map_err(|e| SinkError::Chart(e.to_string()))
}

fn svg(panels: &[Drawing]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let size = (WIDTH, HEIGHT * panels.len() as u32);
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE)?;
        let areas = root.split_evenly((panels.len(), 1));
        for (area, panel) in areas.iter().zip(panels) {
            fill(area, panel)?;
        }
        root.present()?;
    }
    Ok(text)
}

fn fill(area: &super::panel::Area<'_>, drawing: &Drawing) -> Drawn {
    let (low, high) = bounds(&drawing.curves, |p| p.1).unwrap_or_default();
    let (_, last) = bounds(&drawing.curves, |p| p.0).unwrap_or_default();
    let x = match &drawing.marks {
        Marks::Numbers => Axis::counting(last),
        Marks::Names(names) => Axis::named(names.clone()),
    };
    let y = Axis::linear(low, high);
    let curves = drawing.curves.len();
    let mut panel = Panel::new(area, &drawing.heading, &drawing.x_label, x, y, curves)?;
    for (index, curve) in drawing.curves.iter().enumerate() {
        let stroke = Stroke::of(index);
        panel.line(curve, stroke)?;
        panel.dots(curve, None, stroke.color)?;
        let note = match (&drawing.marks, curve.points.last()) {
            (Marks::Numbers, Some(point)) => format!("last {:.1}", point.1),
            _ => String::new(),
        };
        panel.legend(index, stroke, &curve.name, &note)?;
    }
    Ok(())
}
