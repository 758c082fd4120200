//! Test sentences in which two variants differ (Table 11).

use serde::Serialize;

use super::collect::Finished;
use crate::compare::Comparison;
use crate::error::{Error, Result};

/// Sentences in which two variants differ, or why there are none.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Sentences {
    /// The variants were compared.
    Compared(Box<Compared>),
    /// They could not be.
    Missing {
        /// Why.
        problem: String,
    },
}

/// A cell of one variant beside the same cell of another.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// Names of the variants.
    pub variants: [String; 2],
    /// Share of the training data.
    pub fraction: f64,
    /// Seed.
    pub seed: u64,
    /// Their predictions; `a` and `b` are the variants' names for people.
    #[serde(flatten)]
    pub comparison: Comparison,
}

impl Sentences {
    /// Compares what the cells left behind, and keeps at most so many sentences. What is missing for
    /// that, such as test data that are elsewhere by now, must not cost the rest of the report.
    pub fn new(finished: &Finished, most: usize) -> Self {
        match compared(finished, most) {
            Ok(compared) => Self::Compared(Box::new(compared)),
            Err(error) => Self::Missing {
                problem: error.to_string(),
            },
        }
    }
}

/// At the largest share of the training data of which both have a seed, with the first one.
fn compared(finished: &Finished, most: usize) -> Result<Compared> {
    let plan = &finished.plan;
    let (a, b) = finished
        .pair()
        .ok_or_else(|| Error::Usage("the grid has only one variant".into()))?;
    let labels = [&a, &b].map(|variant| finished.label(variant));
    let both = finished.fractions().into_iter().find_map(|fraction| {
        let [ours, mut theirs] = [&a, &b].map(|variant| finished.folders(variant, fraction));
        let common = |(seed, ours)| Some((fraction, seed, ours, theirs.remove(&seed)?));
        ours.into_iter().find_map(common)
    });
    let (fraction, seed, ours, theirs) = both.ok_or_else(|| {
        Error::Usage(format!(
            "{} have no finished seed in common",
            labels.join(" and ")
        ))
    })?;
    let format = plan.format.parse().map_err(Error::Usage)?;
    let mut comparison = Comparison::read(&ours, &theirs, &plan.test, format)?;
    comparison.differences.truncate(most);
    [comparison.a, comparison.b] = labels;
    Ok(Compared {
        variants: [a, b],
        fraction,
        seed,
        comparison,
    })
}
