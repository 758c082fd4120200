//! Figure 5, and the scores over the share of the training data.

use std::collections::BTreeMap;

use spanlight::sinks::{Curve, Drawing, Marks, draw};
use spanlight_core::score::Size;

use super::grid::shown;
use super::section::HEADLINE;
use super::{BucketRow, ScoreRow, Section, Tables};
use crate::error::Result;
use crate::experiment::percent;

/// A drawing of a section.
pub struct Drawn {
    /// Which one.
    pub section: usize,
    /// Name of its file.
    pub name: String,
    /// The drawing.
    pub svg: String,
}

/// The drawings of all sections.
///
/// # Errors
/// [`spanlight::event::SinkError::Chart`].
pub fn all(tables: &Tables) -> Result<Vec<Drawn>> {
    let mut drawings = Vec::new();
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, section) in tables.sections.iter().enumerate() {
        // Experiments of the same name come from different folders.
        let count = used.entry(&section.name).or_default();
        *count += 1;
        let number = if *count > 1 {
            format!("-{count}")
        } else {
            String::new()
        };
        for (what, panels) in [("size", sizes(section)), ("figure5", figure5(section))] {
            if !panels.is_empty() {
                drawings.push(Drawn {
                    section: index,
                    name: format!("{}-{what}{number}.svg", section.name),
                    svg: draw(&panels)?,
                });
            }
        }
    }
    Ok(drawings)
}

/// Ent+Rel over the share of the training data.
fn sizes(section: &Section) -> Vec<Drawing> {
    let matches = |row: &&ScoreRow| row.split == "test" && row.protocol == HEADLINE.name();
    let rows: Vec<&ScoreRow> = section.scores.iter().filter(matches).collect();
    let mut curves: Vec<Curve> = Vec::new();
    for row in rows.iter().rev() {
        let Some(strict) = &row.strict else { continue };
        let point = (100.0 * row.fraction, strict.mean);
        match curves.iter_mut().find(|curve| curve.name == row.label) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve {
                name: row.label.clone(),
                points: vec![point],
            }),
        }
    }
    curves.retain(|curve| curve.points.len() > 1);
    curves.sort_by_key(|curve| rows.iter().position(|row| row.label == curve.name));
    match curves.is_empty() {
        true => vec![],
        false => vec![Drawing {
            heading: format!("{}: Ent+Rel F1", section.title),
            x_label: "percent of the training documents".into(),
            marks: Marks::Numbers,
            curves,
        }],
    }
}

fn figure5(section: &Section) -> Vec<Drawing> {
    let parts = [
        (Size::Entities, "gold entities in the sentence"),
        (Size::Words, "words of the sentence"),
    ];
    let panel = |(by, x_label): (Size, &str)| {
        let rows = |variant: &str, fraction: f64| -> Vec<&BucketRow> {
            let matches =
                |r: &&BucketRow| r.by == by && r.variant == variant && r.fraction == fraction;
            section.buckets.iter().filter(matches).collect()
        };
        let some = |v: &str, f: f64| rows(v, f).iter().any(|row| row.strict.is_some());
        let (fraction, variants) = shown(section, some)?;
        let curve = |(name, label): &(String, String)| {
            let points = rows(name, fraction).into_iter().enumerate();
            let points = points.filter_map(|(i, row)| Some((i as f64, row.strict.as_ref()?.mean)));
            Curve {
                name: label.clone(),
                points: points.collect(),
            }
        };
        let (first, _) = variants.first()?;
        let names = rows(first, fraction)
            .iter()
            .map(|row| row.bucket.clone())
            .collect();
        Some(Drawing {
            heading: format!(
                "{}: Ent+Rel F1, {} % of the training documents",
                section.title,
                percent(fraction)
            ),
            x_label: x_label.into(),
            marks: Marks::Names(names),
            curves: variants.into_iter().map(curve).collect(),
        })
    };
    parts.into_iter().filter_map(panel).collect()
}
