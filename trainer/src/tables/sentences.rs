//! Test sentences in which two variants differ (Table 11).

use serde::Serialize;

use super::Section;
use super::collect::Finished;
use super::grid::shown;
use crate::compare::Comparison;
use crate::error::{Error, Result};
use crate::experiment::percent;

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
    pub fn new(finished: &Finished, section: &Section, most: usize) -> Self {
        match compared(finished, section, most) {
            Ok(compared) => Self::Compared(Box::new(compared)),
            Err(error) => Self::Missing {
                problem: error.to_string(),
            },
        }
    }
}

/// At the share that the other tables of details show, with the first seed that both have.
fn compared(finished: &Finished, section: &Section, most: usize) -> Result<Compared> {
    let plan = &finished.plan;
    let (a, b) = finished
        .pair()
        .ok_or_else(|| Error::Usage("the grid has only one variant".into()))?;
    let has = |variant: &str, fraction: f64| !finished.outcomes(variant, fraction).is_empty();
    let (fraction, _) =
        shown(section, has).ok_or_else(|| Error::Usage("no cell is finished".into()))?;
    let labels = [&a, &b].map(|variant| finished.label(variant));
    let [ours, theirs] = [&a, &b].map(|variant| finished.folders(variant, fraction));
    let both = ours
        .iter()
        .find_map(|(seed, folder)| Some((*seed, folder, theirs.get(seed)?)));
    let (seed, ours, theirs) = both.ok_or_else(|| {
        Error::Usage(format!(
            "{} have no finished seed in common at {} %",
            labels.join(" and "),
            percent(fraction)
        ))
    })?;
    let format = plan.format.parse().map_err(Error::Usage)?;
    let mut comparison = Comparison::read(ours, theirs, &plan.test, format)?;
    comparison.differences.truncate(most);
    [comparison.a, comparison.b] = labels;
    Ok(Compared {
        variants: [a, b],
        fraction,
        seed,
        comparison,
    })
}
