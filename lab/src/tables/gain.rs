//! Differences between the paper's models.

use serde::Serialize;

use super::published::Figure;

/// Difference of one of the paper's models from another, in points of F1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gain {
    /// The data set's name for people.
    pub dataset: String,
    /// Share of the training data.
    pub fraction: f64,
    /// Entities.
    pub entity: Option<f64>,
    /// Relations.
    pub relation: Option<f64>,
    /// Relations with the types of both entities.
    pub strict: Option<f64>,
}

impl Gain {
    /// Of two models on the same share of a data set.
    pub fn new(dataset: &str, figure: &Figure, against: &Figure) -> Self {
        // As many digits as the figures have.
        let difference = |a: Option<f64>, b: Option<f64>| Some(((a? - b?) * 10.0).round() / 10.0);
        Self {
            dataset: dataset.into(),
            fraction: figure.fraction,
            entity: difference(figure.entity, against.entity),
            relation: difference(figure.relation, against.relation),
            strict: difference(figure.strict, against.strict),
        }
    }
}
