//! What a line about a step of pre-training shows.

use std::collections::BTreeMap;

use spanlight_core::pretrain::{ObjectiveConfig, PretrainLoss};

use crate::event::{Figure, FigureKind};

/// Means over both views of a step's losses, and of what was recognised; without those of
/// objectives that are switched off.
pub fn figures(losses: &BTreeMap<String, f64>, config: &ObjectiveConfig) -> Vec<Figure> {
    // In the order of the names, two views each.
    let shown = [
        ("tbo", FigureKind::Loss, config.w_tbo),
        ("spo", FigureKind::Loss, config.w_spo),
        ("cspo", FigureKind::Loss, config.w_cspo),
        ("contrast", FigureKind::Right, config.w_cspo),
    ];
    let mut figures = Vec::with_capacity(shown.len());
    for ((name, kind, weight), views) in shown.into_iter().zip(PretrainLoss::NAMES.chunks(2)) {
        if weight > 0.0 {
            let found: Vec<f64> = views
                .iter()
                .filter_map(|view| losses.get(*view).copied())
                .collect();
            // NaN without any: a step may have no row for an objective.
            let value = found.iter().sum::<f64>() / found.len() as f64;
            figures.push(Figure { name, kind, value });
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Losses of a step under the names that they have there.
    fn losses(values: [f64; 8]) -> BTreeMap<String, f64> {
        let names = PretrainLoss::NAMES.map(String::from);
        names.into_iter().zip(values).collect()
    }

    #[test]
    fn views_are_averaged() {
        let step = losses([4.0, 5.0, 1.5, 2.0, 3.0, 4.0, 0.5, 0.75]);
        let found = figures(&step, &ObjectiveConfig::default());
        let figure = |name, kind, value| Figure { name, kind, value };
        let expected = [
            figure("tbo", FigureKind::Loss, 4.5),
            figure("spo", FigureKind::Loss, 1.75),
            figure("cspo", FigureKind::Loss, 3.5),
            figure("contrast", FigureKind::Right, 0.625),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_missing_is_no_number_and_what_is_off_is_left_out() {
        let mut step = losses([4.0, 5.0, 1.5, 2.0, 3.0, 4.0, 0.5, 0.75]);
        step.remove("spo_target");
        let config = ObjectiveConfig {
            w_cspo: 0.0,
            ..ObjectiveConfig::default()
        };
        let values = |step: &BTreeMap<String, f64>| -> Vec<f64> {
            let found = figures(step, &config).into_iter();
            found.map(|figure| figure.value).collect()
        };
        assert_eq!(values(&step), [4.5, 2.0]);
        step.remove("spo_context");
        assert!(values(&step)[1].is_nan());
    }
}
