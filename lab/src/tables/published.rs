//! The paper's own figures, from `published.toml`, and which of them stand beside ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// The figures by data set.
#[derive(Debug, Clone, Deserialize)]
pub struct Published(BTreeMap<String, DataSet>);

/// The figures on one data set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// Name for people.
    pub title: String,
    /// The data set whose figures stand beside results for which the paper has none on this one.
    pub otherwise: Option<String>,
    /// Gold entities of the test data.
    pub entities: Option<usize>,
    /// Gold relations of the test data.
    pub relations: Option<usize>,
    /// What to know before comparing.
    #[serde(default)]
    pub notes: Vec<String>,
    /// F1 of models.
    #[serde(default)]
    pub scores: Vec<Figure>,
    /// Precision, recall and F1 by type.
    #[serde(default)]
    pub types: Vec<TypeFigure>,
}

/// F1 of a model, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Tables of the paper that have it.
    pub table: String,
    /// Name of the model there.
    pub model: String,
    /// The paper cites it from elsewhere.
    #[serde(default)]
    pub cited: bool,
    /// Share of the training data.
    #[serde(default = "whole")]
    pub fraction: f64,
    /// Entities.
    pub entity: Option<f64>,
    /// Relations.
    pub relation: Option<f64>,
    /// Relations with the types of both entities.
    pub strict: Option<f64>,
}

fn whole() -> f64 {
    1.0
}

/// Precision, recall and F1 of a model on one type, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeFigure {
    /// Table of the paper.
    pub table: String,
    /// `entity` or `strict`.
    pub kind: String,
    /// Entity or relation type.
    pub label: String,
    /// Gold annotations of the type.
    pub gold: usize,
    /// Name of the model.
    pub model: String,
    /// Precision.
    pub p: f64,
    /// Recall.
    pub r: f64,
    /// F1.
    pub f1: f64,
}

impl Published {
    /// The figures that come with the program.
    ///
    /// # Errors
    /// [`Error::Settings`] for a malformed file.
    pub fn new() -> Result<Self> {
        toml::from_str(include_str!("../../published.toml")).map_err(|e| Error::Settings {
            path: Path::new("published.toml").into(),
            problem: e.to_string(),
        })
    }

    /// The figures on a data set.
    pub fn get(&self, dataset: &str) -> Option<&DataSet> {
        self.0.get(dataset)
    }
}

/// A figure of the paper with the data set that it is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quoted<'a> {
    /// The figure.
    pub figure: &'a Figure,
    /// The experiment's data set, or the one that stands in for it.
    pub dataset: &'a DataSet,
    /// Whether it stands in.
    pub elsewhere: bool,
}

/// Difference of one of the paper's models from another on the same data.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain<'a> {
    /// The data set's name for people.
    pub dataset: &'a str,
    /// Share of the training data.
    pub fraction: f64,
    /// In points of F1: entities, relations, relations with the types of both entities.
    pub f1: [Option<f64>; 3],
}

/// The figures for an experiment: those on its data set, and where there are none for a model, those on
/// another one.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Those on the experiment's data set.
    pub own: Option<&'a DataSet>,
    other: Option<&'a DataSet>,
}

impl<'a> Beside<'a> {
    /// For an experiment on a data set.
    pub fn new(published: &'a Published, dataset: Option<&str>) -> Self {
        let own = dataset.and_then(|name| published.get(name));
        let other = own.and_then(|data| published.get(data.otherwise.as_deref()?));
        Self { own, other }
    }

    /// The figure of a model on the experiment's data set, else on the other one: for the same share of
    /// the training data, or there its only one.
    pub fn figure(&self, model: &str, fraction: f64) -> Option<Quoted<'a>> {
        let own = self.own.and_then(|dataset| {
            let figure = dataset.score(model, fraction)?;
            Some(Quoted {
                figure,
                dataset,
                elsewhere: false,
            })
        });
        own.or_else(|| {
            let dataset = self.other?;
            let figure = dataset.closest(model, fraction)?;
            Some(Quoted {
                figure,
                dataset,
                elsewhere: true,
            })
        })
    }

    /// How far a model is from another, both on the same data set and share of its training data.
    pub fn gain(&self, model: &str, against: &str, fraction: f64) -> Option<Gain<'a>> {
        let of = |dataset: &'a DataSet, ours: &Figure| {
            let theirs = dataset.score(against, ours.fraction)?.f1();
            // As many digits as the figures have.
            let difference =
                |(a, b): (Option<f64>, Option<f64>)| Some(((a? - b?) * 10.0).round() / 10.0);
            let [e, r, s] = ours.f1();
            let [other_e, other_r, other_s] = theirs;
            Some(Gain {
                dataset: &dataset.title,
                fraction: ours.fraction,
                f1: [(e, other_e), (r, other_r), (s, other_s)].map(difference),
            })
        };
        let own = self
            .own
            .and_then(|dataset| of(dataset, dataset.score(model, fraction)?));
        own.or_else(|| {
            let dataset = self.other?;
            of(dataset, dataset.closest(model, fraction)?)
        })
    }
}

impl Figure {
    /// F1 of entities, relations, and relations with the types of both entities.
    pub fn f1(&self) -> [Option<f64>; 3] {
        [self.entity, self.relation, self.strict]
    }

    /// Whether it stands in one of some tables, or whether there are none to choose from.
    pub fn stands_in(&self, tables: &[String]) -> bool {
        let mut own = self.table.split(", ");
        tables.is_empty() || own.any(|table| tables.iter().any(|t| t == table))
    }
}

impl DataSet {
    /// The figures of a model trained on a share of the data.
    pub fn score(&self, model: &str, fraction: f64) -> Option<&Figure> {
        self.scores
            .iter()
            .find(|f| f.model == model && f.fraction == fraction)
    }

    /// As [`Self::score`], or the figures of a model that has them for one share only.
    pub fn closest(&self, model: &str, fraction: f64) -> Option<&Figure> {
        let mut all = self.scores.iter().filter(|f| f.model == model);
        let only = match (all.next(), all.next()) {
            (Some(figure), None) => Some(figure),
            _ => None,
        };
        self.score(model, fraction).or(only)
    }

    /// The figures of a model on a type.
    pub fn of_type(&self, model: &str, kind: &str, label: &str) -> Option<&TypeFigure> {
        self.types
            .iter()
            .find(|f| f.model == model && f.kind == kind && f.label == label)
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::score::Counts;

    use super::*;

    /// Method §10.9: the counts behind the per-type rows give the totals.
    #[test]
    fn the_types_of_tables_8_and_9_add_up() {
        let published = Published::new().unwrap();
        let ace = published.get("ace05").unwrap();
        let total = |kind: &str, model: &str| {
            let mut sum = Counts::default();
            for f in ace
                .types
                .iter()
                .filter(|f| f.kind == kind && f.model == model)
            {
                let tp = (f.gold as f64 * f.r / 100.0).round();
                let row = Counts {
                    gold: f.gold,
                    pred: (tp / f.p * 100.0).round() as usize,
                    tp: tp as usize,
                };
                assert!((100.0 * row.f1() - f.f1).abs() < 0.5, "{f:?}: {row}");
                sum += row;
            }
            let gold = if kind == "entity" {
                ace.entities
            } else {
                ace.relations
            };
            assert_eq!(Some(sum.gold), gold);
            format!("{:.1}", 100.0 * sum.f1())
        };
        assert_eq!(total("entity", "BERT"), "87.3");
        assert_eq!(total("entity", "SPE"), "87.2");
        assert_eq!(total("strict", "BERT"), "60.2");
        assert_eq!(total("strict", "SPE"), "63.2");
    }

    #[test]
    fn a_model_has_one_figure_for_each_share() {
        let published = Published::new().unwrap();
        for name in ["ace05", "scierc"] {
            let data = published.get(name).unwrap();
            for f in &data.scores {
                assert_eq!(data.score(&f.model, f.fraction), Some(f), "{name}");
            }
            for f in &data.types {
                assert_eq!(data.of_type(&f.model, &f.kind, &f.label), Some(f), "{name}");
            }
        }
        let spe = published.get("ace05").unwrap().score("SPE", 0.1).unwrap();
        assert_eq!((spe.relation, spe.strict), (Some(40.7), Some(34.1)));
    }

    #[test]
    fn only_a_single_figure_stands_for_other_shares() {
        let published = Published::new().unwrap();
        let ace = published.get("ace05").unwrap();
        let strict = |model: &str, fraction: f64| ace.closest(model, fraction)?.strict;
        assert_eq!(strict("SPE", 0.1), Some(34.1));
        assert_eq!(strict("SPE", 0.3), None);
        assert_eq!(strict("-TBO", 0.1), Some(61.2));
        assert_eq!(strict("SciBERT", 1.0), None);
    }

    #[test]
    fn another_data_set_stands_in_where_the_own_one_has_nothing() {
        let published = Published::new().unwrap();
        let beside = Beside::new(&published, Some("scierc"));
        assert!(!beside.figure("BERT", 1.0).unwrap().elsewhere);
        let found = |model: &str, fraction: f64| {
            let found = beside.figure(model, fraction)?;
            assert_eq!(found.dataset.title, "ACE05");
            Some((found.figure.fraction, found.figure.strict?))
        };
        assert_eq!(found("BERT", 0.1), Some((0.1, 29.5)));
        assert_eq!(found("BERT", 0.3), None);
        assert_eq!(found("-TBO", 0.1), Some((1.0, 61.2)));

        let gain = |model: &str, fraction: f64| {
            let gain = beside.gain(model, "BERT", fraction)?;
            Some((gain.dataset, gain.fraction, gain.f1[2]?))
        };
        assert_eq!(gain("SPE", 1.0), Some(("SciERC", 1.0, 0.6)));
        assert_eq!(gain("SPE", 0.1), Some(("ACE05", 0.1, 4.6)));
        // Never of two data sets: SciERC has BERT, but not this.
        assert_eq!(gain("-TBO", 1.0), Some(("ACE05", 1.0, -0.5)));
        assert_eq!(gain("SPE", 0.3), None);

        let ace = Beside::new(&published, Some("ace05"));
        assert_eq!(ace.figure("-TBO", 0.1), None);
        assert_eq!(ace.gain("-TBO", "BERT", 0.1), None);
        assert_eq!(Beside::new(&published, None).figure("BERT", 1.0), None);
    }
}
