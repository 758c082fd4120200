//! Drawings: strict F1 over the share of the training data, and Figure 5.

use spanlight::sinks::{Curve, Panel};
use spanlight_core::score::Size;

use super::HEADLINE;
use super::detail::bucket_rows;
use super::finished::Finished;
use super::published::PaperFigures;
use super::scores::ScoreRow;
use crate::experiment::percent;

/// Strict F1 over the share of the training data, for variants with several shares.
pub fn by_share(finished: &Finished, paper_figures: &PaperFigures<'_>) -> Vec<Panel> {
    let rows = ScoreRow::all(finished, paper_figures, HEADLINE);
    let mut curves = Vec::new();
    for variant in &finished.plan.order {
        // The rows start with the largest share.
        let rows = rows.iter().rev().filter(|row| row.variant == *variant);
        let point = |row: &ScoreRow<'_>| Some((100.0 * row.fraction, row.f1[2].as_ref()?.mean));
        let points: Vec<(f64, f64)> = rows.filter_map(point).collect();
        if points.len() > 1 {
            let name = finished.label(variant);
            curves.push(Curve { name, points });
        }
    }
    if curves.is_empty() {
        return vec![];
    }
    vec![Panel {
        heading: format!("{}: Ent+Rel F1", finished.plan.title),
        x_label: "percent of the training documents".into(),
        curves,
        ..Panel::default()
    }]
}

/// Figure 5: strict F1 of the detailed variants by number of entities and by sentence length.
pub fn figure_5(finished: &Finished) -> Vec<Panel> {
    let parts = [
        (Size::Entities, "gold entities in the sentence"),
        (Size::Words, "words of the sentence"),
    ];
    let panel = |(by, x_label): (Size, &str)| {
        let rows = |variant: &str, fraction: f64| bucket_rows(finished, by, variant, fraction);
        let has = |v: &str, f: f64| rows(v, f).iter().any(|row| row.strict.is_some());
        let (fraction, variants) = finished.shown(has)?;
        let curve = |(variant, label): &(String, String)| {
            let points = rows(variant, fraction).into_iter().enumerate();
            let points = points.filter_map(|(i, row)| Some((i as f64, row.strict?.mean)));
            Curve {
                name: label.clone(),
                points: points.collect(),
            }
        };
        let first = rows(&variants.first()?.0, fraction).into_iter();
        Some(Panel {
            heading: format!(
                "{}: Ent+Rel F1, {} % of the training documents",
                finished.plan.title,
                percent(fraction)
            ),
            x_label: x_label.into(),
            x_names: first.map(|row| row.bucket).collect(),
            curves: variants.iter().map(curve).collect(),
            ..Panel::default()
        })
    };
    parts.into_iter().filter_map(panel).collect()
}
