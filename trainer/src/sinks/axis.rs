//! Axes with round numbers on them.

use std::ops::Range;

use plotters::coord::ranged1d::{
    KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter,
};

/// One axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// First and last value.
    pub(super) ends: (f64, f64),
    /// The values with a number beside them.
    pub(super) ticks: Vec<f64>,
    logarithmic: bool,
    /// What stands at 0, 1, 2 and so on instead of the numbers.
    names: Vec<String>,
}

impl Axis {
    /// For whole numbers from 0, such as steps and epochs.
    pub(super) fn counting(last: f64) -> Self {
        let last = last.max(1.0);
        Self {
            ends: (0.0, last),
            ticks: multiples(unit(last, 10.0).max(1.0), 0.0, last),
            logarithmic: false,
            names: vec![],
        }
    }

    /// For things in a row.
    pub(super) fn named(names: Vec<String>) -> Self {
        let last = names.len().saturating_sub(1) as f64;
        Self {
            ends: (-0.25, last + 0.25),
            ticks: multiples(1.0, 0.0, last),
            logarithmic: false,
            names,
        }
    }

    /// From one round number to another.
    pub(super) fn linear(low: f64, high: f64) -> Self {
        let unit = unit((high - low).max(1e-9), 5.0);
        let low = (low / unit).floor() * unit;
        let high = ((high / unit).ceil() * unit).max(low + unit);
        Self {
            ends: (low, high),
            ticks: multiples(unit, low, high),
            logarithmic: false,
            names: vec![],
        }
    }

    /// For positive values of different magnitude.
    pub(super) fn logarithmic(low: f64, high: f64) -> Self {
        let (low, high) = (low / 1.1, high * 1.1);
        let digits: &[f64] = match high / low {
            ratio if ratio < 100.0 => &[1.0, 2.0, 5.0],
            ratio if ratio < 1e4 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let all = powers.flat_map(|power| digits.iter().map(move |d| d * 10_f64.powi(power)));
        Self {
            ends: (low, high),
            ticks: all.filter(|tick| (low..=high).contains(tick)).collect(),
            logarithmic: true,
            names: vec![],
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let place = |value: f64| match self.logarithmic {
            true => value.log10(),
            false => value,
        };
        let [low, high] = [place(self.ends.0), place(self.ends.1)];
        let part = (place(*value).clamp(low, high) - low) / (high - low);
        first + (f64::from(last - first) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => self.ticks.clone(),
            KeyPointWeight::Any => vec![],
        }
    }

    fn range(&self) -> Range<f64> {
        self.ends.0..self.ends.1
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        if let Some(name) = self.names.get(value.round() as usize) {
            return name.clone();
        }
        match value.abs() {
            // Multiples of fractions miss round numbers by a hair.
            a if a >= 1e-4 || a == 0.0 => ((value * 1e9).round() / 1e9).to_string(),
            _ => format!("{value:e}"),
        }
    }
}

/// The round number that divides `length` into `parts` or fewer.
fn unit(length: f64, parts: f64) -> f64 {
    let power = 10_f64.powf((length / parts).log10().floor());
    let [one, two, five] = [1.0, 2.0, 5.0].map(|digit| digit * power);
    let fits = |unit: f64| length / unit <= parts * 1.001;
    match () {
        () if fits(one) => one,
        () if fits(two) => two,
        () if fits(five) => five,
        () => 10.0 * power,
    }
}

fn multiples(unit: f64, low: f64, high: f64) -> Vec<f64> {
    let [first, last] = [(low / unit - 1e-6).ceil(), (high / unit + 1e-6).floor()];
    (first as i64..=last as i64)
        .map(|n| n as f64 * unit)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks
            .iter()
            .map(|tick| axis.format_ext(tick))
            .collect()
    }

    #[test]
    fn marks_are_round() {
        let linear = Axis::linear(0.0, 0.93);
        assert_eq!(linear.ends, (0.0, 1.0));
        assert_eq!(labels(&linear), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        let steps = labels(&Axis::counting(3456.0));
        assert_eq!(steps, ["0", "500", "1000", "1500", "2000", "2500", "3000"]);
        assert_eq!(labels(&Axis::counting(3.0)), ["0", "1", "2", "3"]);
        assert_eq!(
            labels(&Axis::logarithmic(0.1, 2.0)),
            ["0.1", "0.2", "0.5", "1", "2"]
        );
        let wide = labels(&Axis::logarithmic(1e-5, 1.0));
        assert_eq!(wide, ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]);
        let names = ["≤2", "3-4", "≥5"].map(String::from);
        assert_eq!(labels(&Axis::named(names.to_vec())), names);
    }

    #[test]
    fn nothing_to_show_is_no_trouble() {
        for axis in [Axis::counting(0.0), Axis::linear(0.5, 0.5)] {
            assert!(
                axis.ends.0 < axis.ends.1 && axis.ticks.len() < 9,
                "{axis:?}"
            );
        }
    }
}
