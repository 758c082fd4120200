//! Formats measures and losses for people.

use std::collections::BTreeMap;

/// Whether a measure is a fraction that people read as a percentage.
pub fn is_fraction(name: &str) -> bool {
    ["f1", "precision", "recall"]
        .iter()
        .any(|part| name.contains(part))
}

/// The F1 measures, or all measures if none is called F1.
pub fn headline(metrics: &BTreeMap<String, f64>) -> impl Iterator<Item = (&str, f64)> {
    let any = metrics.keys().any(|name| name.contains("f1"));
    metrics
        .iter()
        .map(|(name, &value)| (name.as_str(), value))
        .filter(move |(name, _)| !any || name.contains("f1"))
}

/// `relation_strict_f1` as `relation strict F1`.
pub fn title(name: &str) -> String {
    name.replace(['_', '/', '.'], " ").replace("f1", "F1")
}

/// A measure as people read it.
pub fn value(name: &str, value: f64) -> String {
    if is_fraction(name) {
        format!("{:.1}", 100.0 * value)
    } else {
        significant(value)
    }
}

/// A number with about three significant digits.
pub fn significant(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        return format!("{value:.1e}");
    }
    let digits = match value.abs() {
        a if a < 1.0 => 4,
        a if a < 10.0 => 3,
        a if a < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// A number with one or two significant digits, for places with little room.
pub fn brief(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-2 {
        return format!("{value:.0e}");
    }
    let digits = match value.abs() {
        a if a < 1.0 => 2,
        a if a < 10.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// The loss that was minimized: `total`, or the sum of the objectives.
pub fn total(losses: &BTreeMap<String, f64>) -> f64 {
    losses
        .get("total")
        .copied()
        .unwrap_or_else(|| losses.values().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!(value("relation_f1", 0.6214), "62.1");
        assert_eq!(value("loss", 0.06214), "0.0621");
        assert_eq!(significant(12.345), "12.3");
        assert_eq!(significant(3.21e-5), "3.2e-5");
        let values = [0.0, 0.00312, 0.456, 1.29, 34.4];
        assert_eq!(values.map(brief), ["0.00", "3e-3", "0.46", "1.3", "34"]);
        assert_eq!(title("relation_strict_f1"), "relation strict F1");
    }

    #[test]
    fn the_total_is_not_counted_twice() {
        let losses =
            |pairs: &[(&str, f64)]| total(&pairs.iter().map(|&(n, v)| (n.to_owned(), v)).collect());
        assert_eq!(losses(&[("span", 1.0), ("pair", 2.0)]), 3.0);
        assert_eq!(losses(&[("span", 1.0), ("total", 0.5)]), 0.5);
    }
}
