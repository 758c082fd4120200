//! Everything about one experiment.

use serde::Serialize;
use spanlight_core::score::Protocol;

use super::beside::Beside;
use super::collect::Finished;
use super::published::{Figure, Published};
use super::{BucketRow, Comparison, Missing, ScoreRow, Sentences, TypeRow};

/// The protocol of the headline, of types and of buckets.
pub const HEADLINE: Protocol = Protocol::Full;

/// Gold annotations of the test data under a protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gold {
    /// Protocol.
    pub protocol: &'static str,
    /// Entities.
    pub entities: usize,
    /// Relations.
    pub relations: usize,
}

/// One experiment.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Name, for files.
    pub name: String,
    /// Name, for people.
    pub title: String,
    /// Name of the test file.
    pub test: String,
    /// Cells of the plan.
    pub cells: usize,
    /// Those that are finished.
    pub finished: usize,
    /// What to know before comparing with the paper.
    pub notes: Vec<String>,
    /// Gold annotations by protocol; none without a finished cell.
    pub gold: Vec<Gold>,
    /// Those of the paper: entities and relations.
    pub paper_gold: Option<(usize, usize)>,
    /// Variants shown by type and by bucket, with their names for people.
    pub detailed: Vec<(String, String)>,
    /// Shares of the training data, largest first.
    pub fractions: Vec<f64>,
    /// F1.
    pub scores: Vec<ScoreRow>,
    /// Differences.
    pub comparisons: Vec<Comparison>,
    /// By type.
    pub types: Vec<TypeRow>,
    /// By bucket.
    pub buckets: Vec<BucketRow>,
    /// Sentences in which two variants differ, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<Sentences>,
    /// Figures that the paper cites from elsewhere.
    pub cited: Vec<Figure>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

impl Section {
    /// Whether some score has a figure of the paper's beside it.
    pub fn beside_the_paper(&self) -> bool {
        self.scores.iter().any(ScoreRow::in_paper)
    }

    /// Sums an experiment up, without sentences.
    pub fn new(finished: &Finished, published: &Published) -> Self {
        let plan = &finished.plan;
        let beside = Beside::new(published, plan.report.dataset.as_deref());
        let dataset = beside.own;
        let scores = ScoreRow::all(finished, &beside);
        let detailed = finished.detailed().into_iter();
        let told = |f: &&Figure| f.cited && f.stands_in(&plan.report.tables);
        let cited = dataset.iter().flat_map(|d| &d.scores).filter(told);
        let name = plan.test.file_name().unwrap_or(plan.test.as_os_str());
        let first = finished.outcomes.iter().flatten().next();
        let gold = |protocol: Protocol| {
            let scores = &first?.test.get(protocol).scores;
            Some(Gold {
                protocol: protocol.name(),
                entities: scores.entity.gold,
                relations: scores.strict.gold,
            })
        };
        Self {
            gold: Protocol::ALL.into_iter().filter_map(gold).collect(),
            paper_gold: dataset.and_then(|d| d.entities.zip(d.relations)),
            name: plan.name.clone(),
            title: plan.title.clone(),
            test: name.to_string_lossy().into_owned(),
            cells: plan.cells.len(),
            finished: finished.outcomes.iter().flatten().count(),
            notes: dataset.map(|d| d.notes.clone()).unwrap_or_default(),
            detailed: detailed
                .map(|name| (name.clone(), finished.label(&name)))
                .collect(),
            fractions: finished.fractions(),
            comparisons: Comparison::all(finished, &scores, &beside),
            types: TypeRow::all(finished, dataset),
            buckets: BucketRow::all(finished),
            sentences: None,
            cited: cited.cloned().collect(),
            missing: Missing::all(finished, dataset),
            scores,
        }
    }
}
