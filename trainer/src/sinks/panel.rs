//! One half of the chart: axes, lines and the legend beside them.

use std::error::Error;

use plotters::{chart::ChartContext, coord::Shift, element::DashedPathElement, prelude::*};

use super::{axis::Axis, legend::Rows, series::Curve, stroke::Stroke};

/// Nearly black.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const FAINT: RGBColor = RGBColor(0x66, 0x66, 0x66);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
const FONT: &str = "sans-serif";
/// Width of the legend.
const LEGEND: i32 = 210;
/// Height of the heading.
const HEADING: i32 = 40;
/// Gap between two dashes.
const GAP: i32 = 4;

/// A rectangle to draw in.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Whether it went well.
pub(super) type Drawn = Result<(), Box<dyn Error>>;

/// Axes that lines can be drawn in.
pub(super) struct Panel<'a> {
    chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>,
    legend: Area<'a>,
    rows: Rows,
    ends: (f64, f64),
}

impl<'a> Panel<'a> {
    /// Draws axes and heading, and makes room for so many curves in the legend.
    pub(super) fn new(
        area: &Area<'a>,
        heading: &str,
        x_label: &str,
        x: Axis,
        y: Axis,
        curves: usize,
    ) -> Result<Self, Box<dyn Error>> {
        draw_heading(area, heading)?;
        let ends = y.ends;
        let (width, _) = area.dim_in_pixel();
        let (_, below) = area.split_vertically(HEADING);
        let (left, legend) = below.split_horizontally(width as i32 - LEGEND);
        let (_, height) = legend.dim_in_pixel();
        let mut chart = ChartBuilder::on(&left)
            .margin_left(8)
            .margin_right(16)
            .x_label_area_size(44)
            .y_label_area_size(52)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .axis_style(FAINT)
            .label_style((FONT, 13).into_font().color(&FAINT))
            .axis_desc_style((FONT, 13).into_font().color(&FAINT))
            .x_desc(x_label)
            .draw()?;
        Ok(Self {
            chart,
            legend,
            rows: Rows::new(height as i32, curves),
            ends,
        })
    }

    /// Draws a line.
    pub(super) fn line(&mut self, curve: &Curve, stroke: Stroke) -> Drawn {
        self.path(curve, stroke.dash, stroke.color.stroke_width(2))
    }

    /// Draws a line that others stand out against.
    pub(super) fn faint(&mut self, curve: &Curve, stroke: Stroke) -> Drawn {
        self.path(curve, stroke.dash, stroke.color.mix(0.35).stroke_width(1))
    }

    fn path(&mut self, curve: &Curve, dash: Option<i32>, style: ShapeStyle) -> Drawn {
        match dash {
            None => {
                let line = LineSeries::new(curve.points.iter().copied(), style);
                self.chart.draw_series(line)?;
            }
            Some(dash) => {
                let line = DashedLineSeries::new(curve.points.clone(), dash, GAP, style);
                self.chart.draw_series(line)?;
            }
        }
        Ok(())
    }

    /// Marks the points of a line, and the one at `best` more.
    pub(super) fn dots(&mut self, curve: &Curve, best: Option<f64>, color: RGBColor) -> Drawn {
        for &(x, y) in &curve.points {
            let size = if best == Some(x) { 5 } else { 2 };
            let dot = Circle::new((x, y), size, color.filled());
            self.chart.draw_series([dot])?;
        }
        Ok(())
    }

    /// Draws an upright line.
    pub(super) fn mark(&mut self, x: f64) -> Drawn {
        let line = [(x, self.ends.0), (x, self.ends.1)];
        let line = DashedLineSeries::new(line, 5, 4, FAINT.stroke_width(1));
        self.chart.draw_series(line)?;
        Ok(())
    }

    /// Writes an entry of the legend, without its note where room is short.
    pub(super) fn legend(&mut self, index: usize, stroke: Stroke, name: &str, note: &str) -> Drawn {
        let top = self.rows.top(index);
        let swatch = vec![(0, top + 8), (24, top + 8)];
        let thick = stroke.color.stroke_width(3);
        match stroke.dash {
            None => self.legend.draw(&PathElement::new(swatch, thick))?,
            Some(dash) => {
                let dashes = DashedPathElement::new(swatch, dash, GAP, thick);
                self.legend.draw(&dashes)?;
            }
        }
        let style = |size, color: &RGBColor| (FONT, size).into_font().color(color);
        self.legend
            .draw(&Text::new(name.to_owned(), (32, top), style(14, &INK)))?;
        if self.rows.notes() {
            self.legend.draw(&Text::new(
                note.to_owned(),
                (32, top + 18),
                style(12, &FAINT),
            ))?;
        }
        Ok(())
    }
}

fn draw_heading(area: &Area, text: &str) -> Drawn {
    let style = (FONT, 17).into_font().style(FontStyle::Bold).color(&INK);
    area.draw(&Text::new(text.to_owned(), (16, 14), style))?;
    Ok(())
}

/// Says why a half is empty.
pub(super) fn draw_nothing(area: &Area, heading: &str, why: &str) -> Drawn {
    draw_heading(area, heading)?;
    let style = (FONT, 14).into_font().color(&FAINT);
    area.draw(&Text::new(why.to_owned(), (16, HEADING + 8), style))?;
    Ok(())
}
