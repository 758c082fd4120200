//! Counts of gold, predicted and correct elements, and precision, recall and F1 made from them.

use std::{collections::HashSet, hash::Hash, ops::AddAssign};

use serde::{Deserialize, Serialize};

/// Numbers of gold, predicted and correct elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", from = "Row")]
pub struct Counts {
    /// Number of gold elements.
    pub gold: usize,
    /// Number of predicted elements.
    pub pred: usize,
    /// True positives: number of elements that are both.
    pub tp: usize,
}

impl Counts {
    /// Counts of two sets.
    pub fn of<T: Eq + Hash>(gold: &HashSet<T>, pred: &HashSet<T>) -> Self {
        Self {
            gold: gold.len(),
            pred: pred.len(),
            tp: gold.intersection(pred).count(),
        }
    }

    /// Share of the predicted elements that are correct; 0 without predictions.
    pub fn precision(&self) -> f64 {
        ratio(self.tp, self.pred)
    }

    /// Share of the gold elements that were predicted; 0 without gold elements.
    pub fn recall(&self) -> f64 {
        ratio(self.tp, self.gold)
    }

    /// Harmonic mean of precision and recall; 0 if both are 0.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.tp, self.gold + self.pred)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.gold += other.gold;
        self.pred += other.pred;
        self.tp += other.tp;
    }
}

/// `part / whole`; 0 if `whole` is 0.
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The JSON form of [`Counts`]. Ratios in the JSON are ignored and computed from the counts.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(default)]
    p: f64,
    #[serde(default)]
    r: f64,
    #[serde(default)]
    f1: f64,
    gold: usize,
    pred: usize,
    tp: usize,
}

impl From<Counts> for Row {
    fn from(c: Counts) -> Self {
        let Counts { gold, pred, tp } = c;
        Self {
            p: c.precision(),
            r: c.recall(),
            f1: c.f1(),
            gold,
            pred,
            tp,
        }
    }
}

impl From<Row> for Counts {
    fn from(Row { gold, pred, tp, .. }: Row) -> Self {
        Self { gold, pred, tp }
    }
}
