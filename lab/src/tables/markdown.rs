//! Markdown: headings, tables, scores.

use std::fmt::Write;

use spanlight_core::score::Protocol;

use super::spread::{Paired, Spread};
use crate::experiment::percent;

/// A heading with the share of the training data and the protocol of the scores.
pub fn heading(title: &str, fraction: f64, protocol: Protocol) -> String {
    let share = percent(fraction);
    format!(
        "\n## {title}, {share} % of the training documents, protocol `{}`\n\n",
        protocol.name()
    )
}

/// A table with its columns of numbers aligned to the right.
pub fn table<S: AsRef<str>>(head: &[S], lines: &[Vec<String>]) -> String {
    let numeric = |column: usize| {
        let number = |cell: &String| {
            cell.is_empty() || cell.starts_with(|c: char| "+-–0123456789≤≥".contains(c))
        };
        !lines.is_empty() && lines.iter().filter_map(|l| l.get(column)).all(number)
    };
    let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
    let rule: Vec<&str> = (0..head.len())
        .map(|i| if i > 0 && numeric(i) { "--:" } else { "---" })
        .collect();
    let mut text = format!("| {} |\n| {} |\n", head.join(" | "), rule.join(" | "));
    for line in lines {
        let _ = writeln!(text, "| {} |", line.join(" | "));
    }
    text
}

/// `63.2`, or a dash for `None`.
pub fn score(value: Option<f64>) -> String {
    value.map_or("–".into(), |v| format!("{v:.1}"))
}

/// `87.2 / 66.7 / 63.2`.
pub fn triple(values: [Option<f64>; 3]) -> String {
    values.map(score).join(" / ")
}

/// `63.2 ± 0.4`.
pub fn spread(spread: Option<&Spread>) -> String {
    let sd = spread.and_then(|s| s.sd);
    let sd = sd.map_or(String::new(), |sd| format!(" ± {sd:.1}"));
    score(spread.map(|s| s.mean)) + &sd
}

/// `+1.2 ± 0.4 (3/3; p 0.25)`: mean difference, seeds won and p.
pub fn paired(paired: Option<&Paired>) -> String {
    let Some(Paired {
        difference,
        wins,
        p,
        ..
    }) = paired
    else {
        return "–".into();
    };
    let sd = difference
        .sd
        .map_or(String::new(), |sd| format!(" ± {sd:.1}"));
    let p = p.map_or(String::new(), |p| format!("; p {p:.2}"));
    format!(
        "{:+.1}{sd} ({wins}/{}{p})",
        difference.mean,
        difference.values.len()
    )
}
