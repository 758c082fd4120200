//! Reports as tables of text, in percent.

use std::fmt::{Display, Formatter, Result};

use super::{Counts, Protocol, Report, Scores};

impl Display for Report {
    /// The four metrics under each protocol, then those under [`Protocol::Full`] by type.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let by_type = &self.full.by_type;
        let labels = [&by_type.entity, &by_type.relation, &by_type.strict];
        let longest = labels
            .iter()
            .flat_map(|rows| rows.keys())
            .map(|l| l.chars().count())
            .max();
        let width = longest.unwrap_or(0).max("reference".len()) + 2;

        for protocol in Protocol::ALL {
            head(f, protocol.name(), width)?;
            metrics(f, self.get(protocol), width)?;
        }
        for (title, rows) in ["entity", "relation", "strict"].into_iter().zip(labels) {
            if !rows.is_empty() {
                writeln!(f)?;
                head(f, title, width)?;
            }
            for (label, counts) in rows {
                row(f, label, counts, width)?;
            }
        }
        Ok(())
    }
}

impl Display for Scores {
    /// The four metrics.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let width = "relation".len() + 2;
        head(f, "", width)?;
        metrics(f, self, width)
    }
}

impl Display for Counts {
    /// Precision, recall and F1 in percent.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let [p, r, f1] = [self.precision(), self.recall(), self.f1()].map(|x| 100.0 * x);
        write!(f, "P {p:.1} R {r:.1} F1 {f1:.1}")
    }
}

fn head(f: &mut Formatter<'_>, title: &str, width: usize) -> Result {
    writeln!(
        f,
        "{title:<width$}{:>7}{:>7}{:>7}{:>8}{:>8}{:>8}",
        "P", "R", "F1", "gold", "pred", "tp"
    )
}

fn metrics(f: &mut Formatter<'_>, s: &Scores, width: usize) -> Result {
    row(f, "span", &s.span, width)?;
    row(f, "entity", &s.entity, width)?;
    row(f, "relation", &s.relation, width)?;
    row(f, "strict", &s.strict, width)
}

fn row(f: &mut Formatter<'_>, label: &str, c: &Counts, width: usize) -> Result {
    let [p, r, f1] = [c.precision(), c.recall(), c.f1()].map(|x| 100.0 * x);
    let label = format!("  {label}");
    writeln!(
        f,
        "{label:<width$}{p:>7.1}{r:>7.1}{f1:>7.1}{:>8}{:>8}{:>8}",
        c.gold, c.pred, c.tp
    )
}
