//! F1 of the variants (Tables 2 to 7 and 10) and the differences between them.

use spanlight_core::score::{Protocol, Scores};

use super::HEADLINE;
use super::finished::Finished;
use super::markdown::{paired, score, spread, table, triple};
use super::published::{Figure, Gain, PaperFigures, Quoted};
use super::spread::{Paired, Spread};
use crate::experiment::percent;

/// F1 of a variant on the test data, in percent.
#[derive(Debug)]
pub struct ScoreRow<'a> {
    /// Share of the training data.
    pub fraction: f64,
    /// Name of the variant.
    pub variant: String,
    /// Name of the variant for readers.
    pub label: String,
    /// Seeds of the finished cells.
    pub seeds: Vec<u64>,
    /// Entity, relation and strict F1; `None` without a finished cell.
    pub f1: [Option<Spread>; 3],
    /// The paper's figure for the same model.
    pub paper: Option<Quoted<'a>>,
}

impl<'a> ScoreRow<'a> {
    /// The rows of all shares and variants under a protocol that have a finished cell or a figure of the paper.
    pub fn all(
        finished: &Finished,
        paper_figures: &PaperFigures<'a>,
        protocol: Protocol,
    ) -> Vec<Self> {
        let fractions = finished.fractions().into_iter();
        let rows = fractions.flat_map(|fraction| {
            let variants = finished.plan.order.iter();
            variants.filter_map(move |variant| {
                Self::new(finished, paper_figures, fraction, protocol, variant)
            })
        });
        rows.collect()
    }

    fn new(
        finished: &Finished,
        paper_figures: &PaperFigures<'a>,
        fraction: f64,
        protocol: Protocol,
        variant: &str,
    ) -> Option<Self> {
        let cells = finished.outcomes(variant, fraction);
        let f1 = |of: fn(&Scores) -> f64| {
            let scores = cells
                .iter()
                .map(|(_, outcome)| &outcome.test.get(protocol).scores);
            Spread::new(scores.map(|s| 100.0 * of(s)).collect())
        };
        let mut planned = finished.plan.cells.iter();
        let planned = planned.any(|cell| cell.variant == variant && cell.fraction == fraction);
        let model = finished.paper(variant).filter(|_| planned);
        // The report shows the paper's figures before the cells are finished.
        let paper = model.and_then(|model| paper_figures.figure(model, fraction));
        (!cells.is_empty() || paper.is_some()).then(|| Self {
            fraction,
            variant: variant.into(),
            label: finished.label(variant),
            seeds: cells.iter().map(|(seed, _)| *seed).collect(),
            f1: [
                f1(|s| s.entity.f1()),
                f1(|s| s.relation.f1()),
                f1(|s| s.strict.f1()),
            ],
            paper,
        })
    }
}

/// Tables 2, 3, 4, 6, 7 and 10 for a share of the training data, under every protocol.
pub fn f1(finished: &Finished, paper_figures: &PaperFigures<'_>, fraction: f64) -> String {
    let tables =
        Protocol::ALL.map(|protocol| f1_under(finished, paper_figures, fraction, protocol));
    tables.concat()
}

fn f1_under(
    finished: &Finished,
    paper_figures: &PaperFigures<'_>,
    fraction: f64,
    protocol: Protocol,
) -> String {
    let mut rows = ScoreRow::all(finished, paper_figures, protocol);
    rows.retain(|row| row.fraction == fraction);
    // The paper counts swapped arguments as wrong, so its figures are not comparable with `symmetric`.
    let with_paper = protocol != Protocol::Symmetric && rows.iter().any(|row| row.paper.is_some());
    rows.retain(|row| with_paper || !row.seeds.is_empty());
    if rows.is_empty() {
        return String::new();
    }
    let mut head = vec!["model", "seeds", "Entity", "Relation", "Ent+Rel"];
    if with_paper {
        head.extend(["paper", "Entity", "Relation", "Ent+Rel"]);
    }
    let line = |row: &ScoreRow<'_>| {
        let mut line = vec![row.label.clone(), row.seeds.len().to_string()];
        line.extend(row.f1.each_ref().map(|f1| spread(f1.as_ref())));
        if with_paper {
            line.extend(paper_cells(row));
        }
        line
    };
    let mut lines: Vec<Vec<String>> = rows.iter().map(line).collect();
    if protocol == HEADLINE && with_paper && fraction == 1.0 {
        let tables = &finished.plan.report.tables;
        let figures = paper_figures.own.iter().flat_map(|dataset| &dataset.scores);
        for figure in figures.filter(|f| f.cited && f.is_in(tables)) {
            let mut line = vec![String::new(); 5];
            line.extend(figure_cells(figure.model.clone(), figure));
            lines.push(line);
        }
    }
    format!(
        "\n## Test F1, {}, protocol `{}`\n\n{}{}",
        share(fraction),
        protocol.name(),
        gold(finished, paper_figures, protocol),
        table(&head, &lines)
    )
}

/// A sentence with the numbers of gold annotations under a protocol, from the first finished cell.
fn gold(finished: &Finished, paper_figures: &PaperFigures<'_>, protocol: Protocol) -> String {
    let Some(outcome) = finished.outcomes.iter().flatten().next() else {
        return String::new();
    };
    let scores = &outcome.test.get(protocol).scores;
    let theirs = paper_figures.own.and_then(|d| d.entities.zip(d.relations));
    let theirs = theirs.filter(|_| protocol == Protocol::Reference);
    let theirs = theirs.map_or(String::new(), |(entities, relations)| {
        format!(" (the paper's: {entities} and {relations})")
    });
    format!(
        "Gold: {} entities and {} relations{theirs}.\n\n",
        scores.entity.gold, scores.strict.gold
    )
}

/// Differences between two variants on the test data under [`HEADLINE`], in points of F1.
pub struct Comparison<'a> {
    ours: &'a ScoreRow<'a>,
    theirs: &'a ScoreRow<'a>,
    /// Seeds with finished cells of both variants.
    seeds: Vec<u64>,
    /// The difference in the paper, between single runs under `reference`.
    paper: Option<Gain<'a>>,
}

impl<'a> Comparison<'a> {
    /// Compares the variants of `rows` with [`Finished::against`], for one share of the training data.
    pub fn all(
        finished: &Finished,
        paper_figures: &PaperFigures<'a>,
        rows: &'a [ScoreRow<'a>],
        fraction: f64,
    ) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let rows = || rows.iter().filter(|row| row.fraction == fraction);
        for against in finished.against() {
            let Some(theirs) = rows().find(|row| row.variant == against) else {
                continue;
            };
            for ours in rows().filter(|row| row.variant != against) {
                // Skips `b` against `a` after `a` against `b`.
                let mirrored =
                    |c: &Self| c.ours.variant == against && c.theirs.variant == ours.variant;
                let mut seeds = ours.seeds.clone();
                seeds.retain(|seed| theirs.seeds.contains(seed));
                if seeds.is_empty() || found.iter().any(mirrored) {
                    continue;
                }
                let gain = |model| paper_figures.gain(model, finished.paper(&against)?, fraction);
                found.push(Self {
                    ours,
                    theirs,
                    seeds,
                    paper: finished.paper(&ours.variant).and_then(gain),
                });
            }
        }
        found
    }

    /// Differences by seed of entity (0), relation (1) or strict F1 (2).
    pub fn paired(&self, measure: usize) -> Option<Paired> {
        let values = |row: &ScoreRow<'_>| -> Vec<f64> {
            let values = row.f1[measure].iter().flat_map(|f1| &f1.values);
            let by_seed = row.seeds.iter().zip(values);
            let common = by_seed.filter(|(seed, _)| self.seeds.contains(seed));
            common.map(|(_, value)| *value).collect()
        };
        Paired::new(&values(self.ours), &values(self.theirs))
    }

    fn line(&self, with_paper: bool) -> Vec<String> {
        let mut line = vec![
            self.ours.label.clone(),
            self.theirs.label.clone(),
            self.seeds.len().to_string(),
        ];
        line.extend([0, 1, 2].map(|measure| paired(self.paired(measure).as_ref())));
        match &self.paper {
            Some(gain) => {
                line.push(origin(gain.dataset, gain.fraction, self.ours.fraction));
                let points =
                    |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:+.1}"));
                line.extend(gain.f1.map(points));
            }
            None if with_paper => line.extend([const { String::new() }; 4]),
            None => {}
        }
        line
    }
}

/// A table of the [`Comparison`]s for a share of the training data.
pub fn differences(finished: &Finished, paper_figures: &PaperFigures<'_>, fraction: f64) -> String {
    let rows = ScoreRow::all(finished, paper_figures, HEADLINE);
    let comparisons = Comparison::all(finished, paper_figures, &rows, fraction);
    if comparisons.is_empty() {
        return String::new();
    }
    let with_paper = comparisons.iter().any(|c| c.paper.is_some());
    let mut head = vec!["model", "against", "seeds", "Entity", "Relation", "Ent+Rel"];
    let mut paper = "";
    if with_paper {
        head.extend(["paper", "Entity", "Relation", "Ent+Rel"]);
        paper = " The paper's are differences of single runs under `reference`.";
    }
    let lines: Vec<Vec<String>> = comparisons.iter().map(|c| c.line(with_paper)).collect();
    format!(
        "\n## Differences, {}, protocol `{}`\n\nPaired by seed: mean ± standard deviation (seeds won; \
         two-sided p of an exact test of randomisation, which n seeds cannot bring below 2/2ⁿ).{paper}\n\n{}",
        share(fraction),
        HEADLINE.name(),
        table(&head, &lines)
    )
}

/// Table 5: rows for the shares of the training data, columns for the variants; also under protocol `reference` if
/// the paper has figures.
pub fn by_share(finished: &Finished, paper_figures: &PaperFigures<'_>) -> String {
    [HEADLINE, Protocol::Reference]
        .map(|protocol| by_share_under(finished, paper_figures, protocol))
        .concat()
}

fn by_share_under(
    finished: &Finished,
    paper_figures: &PaperFigures<'_>,
    protocol: Protocol,
) -> String {
    let rows = ScoreRow::all(finished, paper_figures, protocol);
    let mut fractions: Vec<f64> = rows.iter().map(|row| row.fraction).collect();
    fractions.dedup();
    fractions.reverse();
    // This table leaves out figures of other shares, which the tables of F1 show.
    let paper = |row: &ScoreRow<'_>, elsewhere: bool| {
        let quoted = row.paper.filter(|quoted| quoted.elsewhere == elsewhere)?;
        let same = quoted.figure.fraction == row.fraction;
        same.then(|| triple(quoted.figure.f1()))
    };
    let known = |row: &ScoreRow<'_>| paper(row, false).or(paper(row, true)).is_some();
    if fractions.len() < 2 || (protocol != HEADLINE && !rows.iter().any(known)) {
        return String::new();
    }
    let ours = |row: &ScoreRow<'_>| {
        let means = row.f1.each_ref().map(|f1| f1.as_ref().map(|f1| f1.mean));
        (!row.seeds.is_empty()).then(|| triple(means))
    };
    let mut variants: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        if !variants.contains(&(&row.variant, &row.label)) {
            variants.push((&row.variant, &row.label));
        }
    }
    let other = rows
        .iter()
        .find_map(|row| row.paper.filter(|quoted| quoted.elsewhere));
    let other = other.map_or(String::new(), |quoted| {
        format!("paper, {}", quoted.dataset.title)
    });
    let mut lines = Vec::new();
    for &fraction in &fractions {
        let cells = |of: &dyn Fn(&ScoreRow<'_>) -> Option<String>| -> Vec<Option<String>> {
            let cell = |variant: &str| {
                let row = rows
                    .iter()
                    .find(|row| row.variant == variant && row.fraction == fraction);
                row.and_then(of)
            };
            variants.iter().map(|(variant, _)| cell(variant)).collect()
        };
        let mut share = format!("{} %", percent(fraction));
        for (name, cells) in [
            ("ours", cells(&ours)),
            ("paper", cells(&|row| paper(row, false))),
            (&other, cells(&|row| paper(row, true))),
        ] {
            if name == "ours" || cells.iter().any(Option::is_some) {
                let mut line = vec![std::mem::take(&mut share), name.to_owned()];
                line.extend(cells.into_iter().map(|cell| cell.unwrap_or("–".into())));
                lines.push(line);
            }
        }
    }
    let mut head = vec!["share", ""];
    head.extend(variants.iter().map(|(_, label)| *label));
    format!(
        "\n## By share of the training documents: Entity / Relation / Ent+Rel, protocol `{}`\n\n{}",
        protocol.name(),
        table(&head, &lines)
    )
}

/// The paper's model and its scores; the substitute data set is named.
fn paper_cells(row: &ScoreRow<'_>) -> [String; 4] {
    let Some(Quoted {
        figure,
        dataset,
        elsewhere,
    }) = row.paper
    else {
        return [const { String::new() }; 4];
    };
    let name = if elsewhere {
        let origin = origin(&dataset.title, figure.fraction, row.fraction);
        format!("{} on {origin}", figure.model)
    } else {
        figure.model.clone()
    };
    figure_cells(name, figure)
}

fn figure_cells(name: String, figure: &Figure) -> [String; 4] {
    let [entity, relation, strict] = figure.f1().map(score);
    [name, entity, relation, strict]
}

/// A data set, with the share of its training data if it differs from ours.
fn origin(dataset: &str, fraction: f64, ours: f64) -> String {
    if fraction == ours {
        dataset.into()
    } else {
        format!("{dataset} at {} %", percent(fraction))
    }
}

fn share(fraction: f64) -> String {
    if fraction == 1.0 {
        "all training documents".into()
    } else {
        format!("{} % of the training documents", percent(fraction))
    }
}
