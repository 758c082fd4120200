//! Which of the paper's figures stand beside ours.

use serde::Serialize;

use super::gain::Gain;
use super::published::{DataSet, Figure, Published};

/// The figures on an experiment's data set, and on another for what the paper has there only.
pub struct Beside<'a> {
    /// On the experiment's data set.
    pub own: Option<&'a DataSet>,
    other: Option<&'a DataSet>,
}

/// A figure on another data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elsewhere {
    /// The data set's name for people.
    pub dataset: String,
    /// The figure.
    #[serde(flatten)]
    pub figure: Figure,
}

impl<'a> Beside<'a> {
    /// For an experiment on a data set.
    pub fn new(published: &'a Published, dataset: Option<&str>) -> Self {
        let own = dataset.and_then(|name| published.get(name));
        let other = own.and_then(|data| published.get(data.otherwise.as_deref()?));
        Self { own, other }
    }

    /// The figure of a model on the other data set, unless there is one on the experiment's own: for
    /// the same share of the training data, or its only one.
    pub fn elsewhere(&self, model: &str, fraction: f64) -> Option<Elsewhere> {
        let own = self.own.and_then(|data| data.score(model, fraction));
        let other = self.other.filter(|_| own.is_none())?;
        Some(Elsewhere {
            dataset: other.title.clone(),
            figure: other.closest(model, fraction)?.clone(),
        })
    }

    /// How far a model is from another, both on the same data set and share of its training data.
    pub fn gain(&self, model: &str, against: &str, fraction: f64) -> Option<Gain> {
        let of = |data: &DataSet, figure: &Figure| {
            let theirs = data.score(against, figure.fraction)?;
            Some(Gain::new(&data.title, figure, theirs))
        };
        let own = self
            .own
            .and_then(|data| of(data, data.score(model, fraction)?));
        own.or_else(|| {
            let other = self.other?;
            of(other, other.closest(model, fraction)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_data_set_stands_in_where_the_own_one_has_nothing() {
        let published = Published::new().unwrap();
        let beside = Beside::new(&published, Some("scierc"));
        assert_eq!(beside.elsewhere("BERT", 1.0), None);
        let found = |model: &str, fraction: f64| {
            let found = beside.elsewhere(model, fraction)?;
            assert_eq!(found.dataset, "ACE05");
            Some((found.figure.fraction, found.figure.strict?))
        };
        assert_eq!(found("BERT", 0.1), Some((0.1, 29.5)));
        assert_eq!(found("BERT", 0.3), None);
        assert_eq!(found("-TBO", 0.1), Some((1.0, 61.2)));

        let gain = |model: &str, fraction: f64| {
            let gain = beside.gain(model, "BERT", fraction)?;
            Some((gain.dataset, gain.fraction, gain.strict?))
        };
        assert_eq!(gain("SPE", 1.0), Some(("SciERC".to_owned(), 1.0, 0.6)));
        assert_eq!(gain("SPE", 0.1), Some(("ACE05".to_owned(), 0.1, 4.6)));
        // Never of two data sets: SciERC has BERT, but not this.
        assert_eq!(gain("-TBO", 1.0), Some(("ACE05".to_owned(), 1.0, -0.5)));
        assert_eq!(gain("SPE", 0.3), None);

        let ace = Beside::new(&published, Some("ace05"));
        assert_eq!(ace.elsewhere("-TBO", 0.1), None);
        assert_eq!(ace.gain("-TBO", "BERT", 0.1), None);
        assert_eq!(Beside::new(&published, None).elsewhere("BERT", 1.0), None);
    }
}
