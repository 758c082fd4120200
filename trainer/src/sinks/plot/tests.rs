use std::collections::{BTreeMap, BTreeSet};

use spanlight_core::pretrain::PretrainLoss;

use super::*;
use crate::sinks::Jsonl;

/// The line between both halves of the chart.
const MIDDLE: i32 = SIZE.1 as i32 / 2;

#[test]
fn the_chart_names_everything_at_any_stage() {
    let folder = tempfile::tempdir().unwrap();
    let [events, chart] = ["events.jsonl", "training.svg"].map(|n| folder.path().join(n));
    let mut lines = String::new();
    let stages = [
        ("", "no score yet"),
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

/// Nine steps of pre-training; in the first one nothing was recognised.
fn pretraining() -> Vec<Record> {
    let step = |step: u64| -> Record {
        let named = PretrainLoss::NAMES.into_iter().enumerate();
        let mut losses: BTreeMap<&str, f64> = named
            .map(|(index, name)| match name.starts_with("recognised") {
                true if step == 1 => (name, 0.0),
                true => (name, 0.61),
                false => (name, 2.0 + index as f64 / 4.0),
            })
            .collect();
        losses.insert("total", 3.87);
        let record = serde_json::json!({
            "time": 0, "event": "step", "step": step, "steps": 9, "epoch": 1, "losses": losses,
            "grad_norm": 1, "learning_rate": 1, "pieces": 1, "seconds": 1
        });
        serde_json::from_value(record).unwrap()
    };
    (1..=9).map(step).collect()
}

/// The value of an attribute in the text of an SVG element.
fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

/// Left and upper end of every text, and what it says.
fn texts(svg: &str) -> Vec<(i32, i32, &str)> {
    let elements = svg.split("<text").skip(1);
    elements
        .map(|text| {
            let [x, y] = ["x", "y"].map(|name| attribute(text, name).parse::<i32>().unwrap());
            (x, y, text.lines().nth(1).unwrap())
        })
        .collect()
}

#[test]
fn a_run_without_evaluations_is_drawn_as_well() {
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
fn accuracies_have_a_panel_of_their_own() {
    let svg = svg(&pretraining()).unwrap();
    let texts = texts(&svg);
    for name in PretrainLoss::NAMES {
        let label = title(name);
        let places: Vec<_> = texts.iter().filter(|text| text.2 == label).collect();
        assert_eq!(places.len(), 1, "{label}");
        let below = places[0].1 > MIDDLE;
        assert_eq!(below, name.starts_with("recognised"), "{label}");
    }
    // The numbers along the upright axes.
    let ticks = |lower: bool| -> Vec<f64> {
        let half = texts
            .iter()
            .filter(|(x, y, _)| *x < 60 && (*y > MIDDLE) == lower);
        half.filter_map(|text| text.2.parse().ok()).collect()
    };
    assert!(ticks(false).iter().all(|&t| t == 0.0 || t >= 0.1), "{svg}");
    assert!(ticks(false).len() > 1, "{svg}");
    let mut percent = ticks(true);
    percent.sort_by(f64::total_cmp);
    assert_eq!(percent, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    assert!(!svg.contains("no score yet"));
}

#[test]
fn curves_of_a_panel_differ_and_its_legend_is_inside() {
    let svg = svg(&pretraining()).unwrap();
    let lines = svg.lines().filter(|l| l.contains("stroke-width=\"3\""));
    // By their height: the colours of their parts, which are several where they are dashed.
    let mut swatches: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
    for line in lines {
        let (_, y) = attribute(line, "points").split_once(',').unwrap();
        let (y, _) = y.split_once(' ').unwrap();
        let parts = swatches.entry(y.parse().unwrap()).or_default();
        parts.push(attribute(line, "stroke"));
    }
    assert_eq!(swatches.len(), PretrainLoss::NAMES.len() + 1);
    let texts = texts(&svg);
    let legend = SIZE.0 as i32 - 210;
    for lower in [false, true] {
        let in_half = |y: i32| (y > MIDDLE) == lower;
        let of_half = swatches.iter().filter(|(y, _)| in_half(**y));
        let all = of_half.clone().count();
        let different: BTreeSet<_> = of_half.map(|(_, parts)| parts).collect();
        assert_eq!(different.len(), all, "{swatches:?}");

        let entries = texts.iter().filter(|t| t.0 > legend && in_half(t.1));
        let mut places: Vec<i32> = entries.map(|text| text.1).collect();
        assert_eq!(places.len(), 2 * all);
        let bottom = if lower { SIZE.1 as i32 } else { MIDDLE };
        places.push(bottom);
        let apart = places.windows(2).all(|pair| pair[1] - pair[0] >= 14);
        assert!(apart, "{places:?}");
    }
}
