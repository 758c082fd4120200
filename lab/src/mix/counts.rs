//! Counts of a mixture and of the sentences that were left out.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Formatter, Result},
};

use serde::Serialize;
use spanlight::data::Statistics;

use super::{common::Unused, split::Splits};

/// Number of unused relation types printed for each source; the JSON form holds all.
const PRINTED: usize = 12;

type Count = fn(&Statistics) -> usize;
type ByType = fn(&Statistics) -> &BTreeMap<String, usize>;

/// Counts of a mixture.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Counts {
    /// Statistics of the written files.
    pub splits: Splits<Statistics>,
    /// Sentences left out because a later split has the same sentence.
    pub repeated: Splits<usize>,
    /// Counts of each source.
    pub sources: BTreeMap<String, SourceCounts>,
}

/// Counts of one source.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourceCounts {
    /// Sentences read.
    pub read: Splits<usize>,
    /// Sentences used, before repeated ones are left out.
    pub used: Splits<usize>,
    /// Sentences that are too long.
    pub long: usize,
    /// Sentences with a name that is not annotated.
    pub unannotated_names: usize,
    /// Sentences with a pair whose relation may not be annotated.
    pub unknown_pairs: usize,
    /// Annotations that the reader had to drop or change.
    pub defects: usize,
    /// Relations in the training data as read, by the source's type.
    pub relations: BTreeMap<String, RelationCount>,
}

/// Relations of one of the source's types.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RelationCount {
    /// Number of relations.
    pub count: usize,
    /// The common type of these relations; `None` if they are unused.
    pub to: Option<String>,
}

impl SourceCounts {
    /// Counts a sentence that was left out.
    pub fn leave_out(&mut self, why: Unused) {
        *match why {
            Unused::Long => &mut self.long,
            Unused::Names => &mut self.unannotated_names,
            Unused::Pairs => &mut self.unknown_pairs,
        } += 1;
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{:<34}{:>9}{:>9}{:>9}", "", "train", "dev", "test")?;
        let rows: [(&str, Count); 6] = [
            ("documents", |s| s.documents),
            ("sentences", |s| s.sentences),
            ("words", |s| s.words),
            ("sentences without entities", |s| s.without_entities),
            ("entities", |s| s.entities),
            ("relations", |s| s.relations),
        ];
        for (name, count) in rows {
            row(f, name, &self.splits, count)?;
            let types: Option<ByType> = match name {
                "entities" => Some(|s| &s.entity_types),
                "relations" => Some(|s| &s.relation_types),
                _ => None,
            };
            let Some(types) = types else { continue };
            let all = self.splits.named();
            let labels: BTreeSet<&String> = all.iter().flat_map(|(_, s)| types(s).keys()).collect();
            for label in labels {
                let count = |s: &Statistics| types(s).get(label).copied().unwrap_or(0);
                row(f, &format!("  {label}"), &self.splits, count)?;
            }
        }
        row(f, "repeated, left out", &self.repeated, |n| *n)?;
        for (name, source) in &self.sources {
            source.show(f, name)?;
        }
        Ok(())
    }
}

impl SourceCounts {
    /// Writes the counts of the source `name`.
    fn show(&self, f: &mut Formatter<'_>, name: &str) -> Result {
        writeln!(f, "\n{name}")?;
        row(f, "  sentences read", &self.read, |n| *n)?;
        row(f, "  sentences used", &self.used, |n| *n)?;
        for (what, count) in [
            ("too long", self.long),
            ("a name is not annotated", self.unannotated_names),
            ("a pair may be related", self.unknown_pairs),
        ] {
            if count > 0 {
                writeln!(f, "  left out: {what:<32}{count:>9}")?;
            }
        }
        let mut unused: Vec<(&String, usize)> = self
            .relations
            .iter()
            .filter(|(_, relation)| relation.to.is_none())
            .map(|(label, relation)| (label, relation.count))
            .collect();
        unused.sort_by_key(|(label, count)| (Reverse(*count), *label));
        for (label, count) in unused.iter().take(PRINTED) {
            writeln!(f, "  unused relation: {label:<35}{count:>9}")?;
        }
        if unused.len() > PRINTED {
            let rest: usize = unused.iter().skip(PRINTED).map(|(_, count)| count).sum();
            let types = unused.len() - PRINTED;
            writeln!(f, "  unused relations of {types} more types: {rest}")?;
        }
        Ok(())
    }
}

/// Writes one count of each split.
fn row<T>(
    f: &mut Formatter<'_>,
    name: &str,
    splits: &Splits<T>,
    count: impl Fn(&T) -> usize,
) -> Result {
    let [train, dev, test] = splits.named().map(|(_, of)| count(of));
    writeln!(f, "{name:<34}{train:>9}{dev:>9}{test:>9}")
}
