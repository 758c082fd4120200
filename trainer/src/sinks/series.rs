//! What the chart shows: curves out of events.

use std::collections::BTreeMap;

use super::{Record, Smooth, headline, is_fraction};
use crate::event::Event;

/// Points a curve needs at most; more would not be seen.
const POINTS: usize = 400;

/// A named line.
#[derive(Debug, Default, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// The points it goes through.
    pub points: Vec<(f64, f64)>,
}

/// What the steps tell.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// Steps that the averages remember.
    pub(super) span: usize,
    /// Means of short stretches.
    pub(super) raw: Vec<Curve>,
    /// Running averages, in the same order: the total first.
    pub(super) smooth: Vec<Curve>,
}

impl Steps {
    /// All of them.
    pub(super) fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.raw.iter().chain(&self.smooth)
    }
}

/// Collects the losses of [`Event::Step`].
pub(super) fn losses(records: &[Record]) -> Steps {
    steps(records, |name| !is_fraction(name))
}

/// Collects what [`Event::Step`] tells besides losses, in percent.
pub(super) fn accuracies(records: &[Record]) -> Steps {
    let mut result = steps(records, is_fraction);
    let curves = result.raw.iter_mut().chain(&mut result.smooth);
    for point in curves.flat_map(|curve| &mut curve.points) {
        point.1 *= 100.0;
    }
    result
}

fn steps(records: &[Record], wanted: impl Fn(&str) -> bool) -> Steps {
    let mut all = BTreeMap::<&str, Vec<(f64, f64)>>::new();
    for record in records {
        if let Event::Step { step, losses, .. } = &record.event {
            for (name, &value) in losses.iter().filter(|(name, _)| wanted(name)) {
                all.entry(name).or_default().push((*step as f64, value));
            }
        }
    }
    let longest = all.values().map(Vec::len).max().unwrap_or(0);
    let mut result = Steps {
        span: (longest / 25).clamp(1, 200),
        ..Steps::default()
    };
    for (name, points) in all {
        let points: Vec<_> = points.into_iter().filter(|p| p.1.is_finite()).collect();
        let averages = centred(&points, result.span as f64);
        let [mut raw, mut smooth] = [(); 2].map(|()| Curve {
            name: name.to_owned(),
            points: vec![],
        });
        let length = points.len().div_ceil(POINTS).max(1);
        for (stretch, averages) in points.chunks(length).zip(averages.chunks(length)) {
            let mean = stretch.iter().map(|p| p.1).sum::<f64>() / stretch.len() as f64;
            let middle = stretch.len() / 2;
            raw.points.push((stretch[middle].0, mean));
            smooth.points.push((stretch[middle].0, averages[middle]));
        }
        if !points.is_empty() {
            result.raw.push(raw);
            result.smooth.push(smooth);
        }
    }
    let total_first = |curve: &Curve| curve.name != "total";
    result.raw.sort_by_key(total_first);
    result.smooth.sort_by_key(total_first);
    result
}

/// Running averages that look both ways, so that they do not lag behind a falling loss.
fn centred(points: &[(f64, f64)], span: f64) -> Vec<f64> {
    let run = |values: &mut dyn Iterator<Item = f64>| {
        let mut average = Smooth::over(span / 2.0);
        values.map(|value| average.add(value)).collect::<Vec<_>>()
    };
    let past = run(&mut points.iter().map(|p| p.1));
    let future = run(&mut points.iter().rev().map(|p| p.1));
    let both = past.iter().zip(future.iter().rev());
    both.map(|(past, future)| (past + future) / 2.0).collect()
}

/// The measures over the epochs.
#[derive(Debug, Default)]
pub(super) struct Scores {
    /// Which data.
    pub(super) split: String,
    /// What is along the axis.
    pub(super) axis: &'static str,
    pub(super) curves: Vec<Curve>,
    /// Where the best evaluation is.
    pub(super) best: Option<f64>,
}

/// Collects [`Event::Evaluated`] on the `dev` data, or on the first data there is.
pub(super) fn scores(records: &[Record]) -> Scores {
    let all: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Evaluated {
                step,
                epoch,
                split,
                metrics,
                best,
            } => Some((*step, *epoch, split, metrics, *best)),
            _ => None,
        })
        .collect();
    let dev = all.iter().find(|e| e.2 == "dev").or(all.first());
    let Some(split) = dev.map(|e| e.2.clone()) else {
        return Scores::default();
    };
    let all: Vec<_> = all.into_iter().filter(|e| *e.2 == split).collect();
    // Several evaluations in an epoch would share their place.
    let by_epoch = all.windows(2).all(|pair| pair[0].1 < pair[1].1);
    let x = |step, epoch| (if by_epoch { epoch } else { step }) as f64;
    let mut curves = Vec::<Curve>::new();
    for (step, epoch, _, metrics, _) in &all {
        for (name, value) in headline(metrics).filter(|(_, value)| value.is_finite()) {
            let known = curves.iter().position(|curve| curve.name == name);
            let index = known.unwrap_or_else(|| {
                let name = name.to_owned();
                curves.push(Curve {
                    name,
                    points: vec![],
                });
                curves.len() - 1
            });
            curves[index].points.push((x(*step, *epoch), value));
        }
    }
    let best = all.iter().rfind(|e| e.4);
    Scores {
        axis: if by_epoch { "epoch" } else { "step" },
        best: best.map(|&(step, epoch, ..)| x(step, epoch)),
        split,
        curves,
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::pretrain::PretrainLoss;

    use super::*;

    fn record(event: serde_json::Value) -> Record {
        serde_json::from_value(event).unwrap()
    }

    fn evaluated(step: u64, epoch: u64, split: &str, best: bool) -> Record {
        record(serde_json::json!({
            "time": 0, "event": "evaluated", "step": step, "epoch": epoch, "split": split,
            "metrics": { "f1": step as f64 / 100.0, "recall": 0.5 }, "best": best
        }))
    }

    #[test]
    fn long_runs_get_few_points_and_gaps_are_left_out() {
        let step = |step: u64| {
            let loss = (step != 7).then_some(2.0);
            record(serde_json::json!({
                "time": 0, "event": "step", "step": step, "steps": 9999, "epoch": 1,
                "losses": { "pair": loss }, "grad_norm": null, "learning_rate": 1e-5,
                "pieces": 1, "seconds": 1
            }))
        };
        let short = losses(&(1..=10).map(step).collect::<Vec<_>>());
        assert_eq!(short.raw[0].points.len(), 9);
        let long = losses(&(1..=9999).map(step).collect::<Vec<_>>());
        assert_eq!(long.raw[0].points.len(), 400);
        assert!(
            long.smooth[0]
                .points
                .iter()
                .all(|p| (p.1 - 2.0).abs() < 1e-9)
        );
    }

    #[test]
    fn losses_and_accuracies_are_apart() {
        let losses_of = |names: &[&str]| -> Vec<Record> {
            let all: BTreeMap<&str, f64> = names.iter().map(|name| (*name, 0.5)).collect();
            vec![record(serde_json::json!({
                "time": 0, "event": "step", "step": 1, "steps": 9, "epoch": 1, "losses": all,
                "grad_norm": 1, "learning_rate": 1e-5, "pieces": 1, "seconds": 1
            }))]
        };
        let names = |steps: &Steps| -> Vec<String> {
            steps
                .smooth
                .iter()
                .map(|curve| curve.name.clone())
                .collect()
        };
        let pretraining = losses_of(&[&PretrainLoss::NAMES[..], &["total"]].concat());
        let expected = [
            "total",
            "cspo_context",
            "cspo_target",
            "spo_context",
            "spo_target",
            "tbo_context",
            "tbo_target",
        ];
        assert_eq!(names(&losses(&pretraining)), expected);
        let watched = accuracies(&pretraining);
        assert_eq!(names(&watched), ["recognised_context", "recognised_target"]);
        assert!(watched.curves().all(|curve| curve.points == [(1.0, 50.0)]));

        let finetuning = losses_of(&["tag", "entity", "relation", "total"]);
        let expected = ["total", "entity", "relation", "tag"];
        assert_eq!(names(&losses(&finetuning)), expected);
        assert_eq!(accuracies(&finetuning).curves().count(), 0);
    }

    #[test]
    fn scores_are_those_of_dev_with_the_last_best() {
        let all = [
            evaluated(5, 1, "test", true),
            evaluated(10, 1, "dev", true),
            evaluated(20, 2, "dev", true),
            evaluated(30, 3, "dev", false),
        ];
        let epochs = scores(&all);
        assert_eq!((epochs.axis, epochs.best), ("epoch", Some(2.0)));
        assert_eq!(epochs.curves.len(), 1);
        assert_eq!(
            epochs.curves[0].points,
            [(1.0, 0.1), (2.0, 0.2), (3.0, 0.3)]
        );
        let steps = scores(&[&all[..], &[evaluated(35, 3, "dev", true)]].concat());
        assert_eq!((steps.axis, steps.best), ("step", Some(35.0)));
        assert_eq!(scores(&[]).curves, []);
    }
}
