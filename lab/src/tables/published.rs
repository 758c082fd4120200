//! The paper's figures, from `published.toml`, and the choice of those that the report shows beside ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

/// The paper's figures by data set.
#[derive(Debug, Clone, Deserialize)]
pub struct Published(BTreeMap<String, DataSet>);

/// The paper's figures on one data set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// Name for readers.
    pub title: String,
    /// The data set whose figures are shown for models without figures on this one.
    pub otherwise: Option<String>,
    /// Number of gold entities in the test data.
    pub entities: Option<usize>,
    /// Number of gold relations in the test data.
    pub relations: Option<usize>,
    /// Caveats of a comparison.
    #[serde(default)]
    pub notes: Vec<String>,
    /// F1 by model.
    #[serde(default)]
    pub scores: Vec<Figure>,
    /// Precision, recall and F1 by model and type.
    #[serde(default)]
    pub types: Vec<TypeFigure>,
}

/// F1 of a model, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The paper's tables with this figure, such as `2, 3`.
    pub table: String,
    /// Name of the model in the paper.
    pub model: String,
    /// Whether the paper cites the figure from another paper.
    #[serde(default)]
    pub cited: bool,
    /// Share of the training data.
    #[serde(default = "whole")]
    pub fraction: f64,
    /// Entity F1.
    pub entity: Option<f64>,
    /// Relation F1, without entity types.
    pub relation: Option<f64>,
    /// Strict relation F1: with the types of both entities.
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
    /// Number of gold annotations of the type.
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
    /// Reads the figures built into the program.
    ///
    /// # Errors
    /// [`Error::Settings`] for a malformed file.
    pub fn new() -> Result<Self> {
        toml::from_str(include_str!("../../published.toml")).map_err(|e| Error::Settings {
            path: Path::new("published.toml").into(),
            problem: e.to_string(),
        })
    }

    /// The figures on a data set, by its key in `published.toml`.
    pub fn get(&self, dataset: &str) -> Option<&DataSet> {
        self.0.get(dataset)
    }
}

/// A figure of the paper with its data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quoted<'a> {
    /// The figure.
    pub figure: &'a Figure,
    /// The experiment's data set, or its substitute [`DataSet::otherwise`].
    pub dataset: &'a DataSet,
    /// Whether `dataset` is the substitute.
    pub elsewhere: bool,
}

/// Difference between two of the paper's models on the same data.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain<'a> {
    /// Name of the data set for readers.
    pub dataset: &'a str,
    /// Share of the training data.
    pub fraction: f64,
    /// Differences of entity, relation and strict F1, in points.
    pub f1: [Option<f64>; 3],
}

/// The paper's figures for an experiment: on its data set, or for a model without such figures, on the
/// substitute.
#[derive(Debug, Clone, Copy)]
pub struct PaperFigures<'a> {
    /// The figures on the experiment's data set.
    pub own: Option<&'a DataSet>,
    other: Option<&'a DataSet>,
}

impl<'a> PaperFigures<'a> {
    /// The figures for an experiment on a data set.
    pub fn new(published: &'a Published, dataset: Option<&str>) -> Self {
        let own = dataset.and_then(|name| published.get(name));
        let other = own.and_then(|data| published.get(data.otherwise.as_deref()?));
        Self { own, other }
    }

    /// The figure of a model for a share of the training data, on the experiment's data set or else on the
    /// substitute. On the substitute, a model with figures for one share only has them for all shares.
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

    /// The difference between two models on the same data set and share of the training data.
    pub fn gain(&self, model: &str, against: &str, fraction: f64) -> Option<Gain<'a>> {
        let of = |dataset: &'a DataSet, ours: &Figure| {
            let theirs = dataset.score(against, ours.fraction)?.f1();
            // The figures have one digit after the point.
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
    /// Entity, relation and strict F1.
    pub fn f1(&self) -> [Option<f64>; 3] {
        [self.entity, self.relation, self.strict]
    }

    /// Whether one of `tables` has the figure; an empty list stands for all tables.
    pub fn is_in(&self, tables: &[String]) -> bool {
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

    /// As [`Self::score`]; a model with figures for one share only has them for all shares.
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

    /// Method §10.9: the counts behind the rows by type add up to the totals.
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
    fn only_a_model_with_one_figure_has_it_for_all_shares() {
        let published = Published::new().unwrap();
        let ace = published.get("ace05").unwrap();
        let strict = |model: &str, fraction: f64| ace.closest(model, fraction)?.strict;
        assert_eq!(strict("SPE", 0.1), Some(34.1));
        assert_eq!(strict("SPE", 0.3), None);
        assert_eq!(strict("-TBO", 0.1), Some(61.2));
        assert_eq!(strict("SciBERT", 1.0), None);
    }

    #[test]
    fn a_substitute_data_set_supplies_missing_figures() {
        let published = Published::new().unwrap();
        let paper_figures = PaperFigures::new(&published, Some("scierc"));
        assert!(!paper_figures.figure("BERT", 1.0).unwrap().elsewhere);
        let found = |model: &str, fraction: f64| {
            let found = paper_figures.figure(model, fraction)?;
            assert_eq!(found.dataset.title, "ACE05");
            Some((found.figure.fraction, found.figure.strict?))
        };
        assert_eq!(found("BERT", 0.1), Some((0.1, 29.5)));
        assert_eq!(found("BERT", 0.3), None);
        assert_eq!(found("-TBO", 0.1), Some((1.0, 61.2)));

        let gain = |model: &str, fraction: f64| {
            let gain = paper_figures.gain(model, "BERT", fraction)?;
            Some((gain.dataset, gain.fraction, gain.f1[2]?))
        };
        assert_eq!(gain("SPE", 1.0), Some(("SciERC", 1.0, 0.6)));
        assert_eq!(gain("SPE", 0.1), Some(("ACE05", 0.1, 4.6)));
        // Both figures come from ACE05, although SciERC has BERT's.
        assert_eq!(gain("-TBO", 1.0), Some(("ACE05", 1.0, -0.5)));
        assert_eq!(gain("SPE", 0.3), None);

        let ace = PaperFigures::new(&published, Some("ace05"));
        assert_eq!(ace.figure("-TBO", 0.1), None);
        assert_eq!(ace.gain("-TBO", "BERT", 0.1), None);
        assert_eq!(
            PaperFigures::new(&published, None).figure("BERT", 1.0),
            None
        );
    }
}
