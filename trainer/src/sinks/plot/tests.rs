use serde_json::json;

use super::*;
use crate::sinks::Jsonl;

fn record(event: serde_json::Value) -> Record {
    serde_json::from_value(event).unwrap()
}

fn step(step: u64, losses: &BTreeMap<&str, Option<f64>>) -> Record {
    record(json!({
        "time": 0, "event": "step", "step": step, "steps": 9999, "epoch": 1, "losses": losses,
        "grad_norm": null, "learning_rate": 1e-5, "pieces": 1, "seconds": 1
    }))
}

fn evaluated(step: u64, epoch: u64, split: &str, best: bool) -> Record {
    record(json!({
        "time": 0, "event": "evaluated", "step": step, "epoch": epoch, "split": split,
        "metrics": { "f1": step as f64 / 100.0, "recall": 0.5 }, "best": best
    }))
}

/// Nine steps of pre-training.
fn pretraining() -> Vec<Record> {
    let step = |step: u64| {
        record(json!({
            "time": 0, "event": "step", "step": step, "steps": 9, "epoch": 1, "losses": {
                "tbo_target": 4.0, "tbo_context": 4.5, "spo_target": 1.5, "spo_context": 1.5,
                "cspo_target": 2.0, "cspo_context": 2.5, "total": 3.87
            },
            "shares": { "recognised_target": 0.5, "recognised_context": 0.5 },
            "grad_norm": 1, "learning_rate": 1e-5, "pieces": 1, "seconds": 1
        }))
    };
    (1..=9).map(step).collect()
}

fn names(panel: &Panel) -> Vec<&str> {
    let curves = panel.curves.iter();
    curves
        .map(|curve| curve.name.split(':').next().unwrap())
        .collect()
}

#[test]
fn the_chart_is_written_at_every_stage() {
    let folder = tempfile::tempdir().unwrap();
    let [events, chart] = ["events.jsonl", "training.svg"].map(|n| folder.path().join(n));
    let mut lines = String::new();
    let stages = [
        ("", "no step yet"),
        (
            r#"{"time":1,"event":"step","step":1,"steps":9,"epoch":1,"losses":{"pair":0.5},"grad_norm":1,"learning_rate":1,"pieces":1,"seconds":1}"#,
            "pair: 0.5000",
        ),
        (
            r#"{"time":2,"event":"evaluated","step":1,"epoch":1,"split":"dev","metrics":{"relation_f1":0.621},"best":true}"#,
            "relation F1: 62.1",
        ),
    ];
    for (line, expected) in stages {
        lines.push_str(line);
        lines.push_str(if line.is_empty() { "" } else { "\n" });
        std::fs::write(&events, &lines).unwrap();
        write(&events, &chart).unwrap();
        let svg = std::fs::read_to_string(&chart).unwrap();
        assert!(svg.contains(expected), "{svg}");
    }
}

#[test]
fn a_run_without_evaluations_is_drawn_once_in_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let [events, chart] = ["events.jsonl", "training.svg"].map(|n| folder.path().join(n));
    let mut file = Jsonl::create(&events).unwrap();
    let mut plot = Plot::new(events, chart.clone());
    let steps: Vec<Event> = pretraining().into_iter().map(|r| r.event).collect();
    for event in &steps {
        file.emit(event).unwrap();
        plot.emit(event).unwrap();
    }
    assert!(!chart.exists(), "a drawing every step takes time");
    let path = "checkpoint".to_owned();
    let saved = Event::Saved { step: 9, path };
    plot.emit(&saved).unwrap();
    let svg = std::fs::read_to_string(&chart).unwrap();
    assert!(svg.contains("tbo target"), "{svg}");

    std::fs::remove_file(&chart).unwrap();
    plot.emit(&saved).unwrap();
    assert!(!chart.exists(), "nothing was new");
    plot.emit(&steps[8]).unwrap();
    assert!(!chart.exists(), "it is too early");
    plot.pause = Duration::ZERO;
    plot.emit(&steps[8]).unwrap();
    assert!(chart.exists() && plot.pause >= PAUSE);
}

#[test]
fn long_runs_get_few_points_and_gaps_are_left_out() {
    let pair = |number: u64| {
        let loss = (number != 7).then_some(2.0);
        step(number, &BTreeMap::from([("pair", loss)]))
    };
    let curves = |steps: u64| losses(&(1..=steps).map(pair).collect::<Vec<_>>()).curves;
    assert_eq!(curves(10)[0].points.len(), 9);
    let long = curves(9999).remove(0).points;
    assert_eq!(long.len(), POINTS);
    assert!(long.iter().all(|p| (p.1 - 2.0).abs() < 1e-9));
}

#[test]
fn losses_accuracies_and_the_rate_have_their_own_panels() {
    let panels = panels(&pretraining());
    let [losses, accuracies, rate] = panels.as_slice() else {
        panic!("{panels:?}");
    };
    let expected = [
        "total",
        "cspo context",
        "cspo target",
        "spo context",
        "spo target",
        "tbo context",
        "tbo target",
    ];
    assert_eq!(names(losses), expected);
    assert_eq!(
        names(accuracies),
        ["recognised context", "recognised target"]
    );
    let points = &accuracies.curves[0].points;
    assert!(points.len() == 9 && points.iter().all(|point| point.1 == 50.0));
    assert_eq!(rate.curves[0].points[8], (9.0, 1e-5));

    let losses = ["tag", "entity", "relation", "total"].map(|name| (name, Some(0.5)));
    let panels = super::panels(&[step(1, &losses.into())]);
    assert_eq!(names(&panels[0]), ["total", "entity", "relation", "tag"]);
    assert_eq!(panels[1].heading, "Learning rate");
}

#[test]
fn losses_of_different_magnitude_have_a_logarithmic_axis() {
    let logarithmic = |small| {
        let losses = [("pair", Some(small)), ("total", Some(2.0))];
        super::losses(&[step(1, &losses.into())]).logarithmic
    };
    assert!(logarithmic(0.01) && !logarithmic(1.0) && !logarithmic(0.0));
}

#[test]
fn scores_are_of_dev_and_name_the_last_best_epoch() {
    let all = [
        evaluated(5, 1, "test", true),
        evaluated(10, 1, "dev", true),
        evaluated(20, 2, "dev", true),
        evaluated(30, 3, "dev", false),
    ];
    let epochs = scores(&all);
    assert_eq!(epochs.heading, "F1 on dev, in percent (best: epoch 2)");
    assert_eq!(epochs.x_label, "epoch");
    assert_eq!(epochs.curves.len(), 1);
    assert_eq!(
        epochs.curves[0].points,
        [(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]
    );
    let steps = scores(&[&all[..], &[evaluated(35, 3, "dev", true)]].concat());
    assert_eq!(steps.heading, "F1 on dev, in percent (best: step 35)");
    assert!(scores(&[]).curves.is_empty());
}
