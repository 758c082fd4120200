//! The section of the report about one experiment.

use std::fmt::Write;
use std::path::Path;

use super::HEADLINE;
use super::finished::Finished;
use super::markdown::heading;
use super::published::{Figure, PaperFigures};
use super::scores::{Comparison, ScoreRow};
use super::{detail, scores};
use crate::compare;
use crate::error::{Error, Result};
use crate::experiment::{Planned, percent};

/// The section as Markdown. `drawings` are file names; at most `sentences` sentences in which two variants differ are
/// quoted.
pub fn text(
    finished: &Finished,
    paper_figures: &PaperFigures<'_>,
    drawings: &[String],
    sentences: usize,
) -> String {
    let plan = &finished.plan;
    let name = plan.test.file_name().unwrap_or(plan.test.as_os_str());
    let mut text = format!(
        "\n# {}\n\n{} of {} cells finished. Test data: {}.\n",
        plan.title,
        finished.outcomes.iter().flatten().count(),
        plan.cells.len(),
        Path::new(name).display()
    );
    for note in paper_figures.own.iter().flat_map(|dataset| &dataset.notes) {
        let _ = writeln!(text, "\n{note}");
    }
    for fraction in finished.fractions() {
        text.push_str(&scores::f1(finished, paper_figures, fraction));
        text.push_str(&scores::differences(finished, paper_figures, fraction));
    }
    let rows = ScoreRow::all(finished, paper_figures, HEADLINE);
    let beside_the_paper = rows.iter().any(|row| row.paper.is_some());
    text.push_str(&scores::by_share(finished, paper_figures));
    text.push_str(&detail::types(finished, paper_figures.own));
    text.push_str(&detail::buckets(finished, beside_the_paper));
    let compared = |fraction| !Comparison::all(finished, paper_figures, &rows, fraction).is_empty();
    if sentences > 0 {
        text.push_str(&quoted(finished, sentences));
    } else if finished.fractions().into_iter().any(compared) {
        let _ = writeln!(
            text,
            "\n## {TITLE}\n\nNot asked for. `lab report --sentences 10` quotes ten as the paper's \
             Table 11 does, if the licence of the test data allows."
        );
    }
    for drawing in drawings {
        let _ = writeln!(text, "\n![{}]({drawing})", plan.title);
    }
    text + &missing(finished, paper_figures)
}

const TITLE: &str = "Sentences in which two models differ";

/// Table 11. An error, such as test data that were moved, is written in its place, so that the report has all other
/// parts.
fn quoted(finished: &Finished, limit: usize) -> String {
    compared(finished, limit)
        .unwrap_or_else(|problem| format!("\n## {TITLE}\n\nNone: {problem}.\n"))
}

/// At most `limit` sentences in which two cells differ: the cells of [`Finished::pair`] with the first seed that both
/// variants have at the largest possible share of the training data.
fn compared(finished: &Finished, limit: usize) -> Result<String> {
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
        let labels = labels.join(" and ");
        Error::Usage(format!("{labels} have no finished seed in common"))
    })?;
    let format = plan.format.parse().map_err(Error::Usage)?;
    let mut comparison = compare::Comparison::read(&ours, &theirs, &plan.test, format)?;
    comparison.differences.truncate(limit);
    [comparison.a, comparison.b] = labels;
    Ok(format!(
        "{}In the form of the paper's Table 11, seed {seed}; the first {} of the file. `{{WORK-1>}}` \
         stands at the first argument of relation 1, `{{>WORK-1}}` at the second.\n\n```text\n{comparison}```\n",
        heading(TITLE, fraction, HEADLINE),
        comparison.differences.len(),
    ))
}

/// A model without result at a share of the training data.
#[derive(Debug, PartialEq)]
struct Missing {
    /// Name of the variant for readers, or of the model in the paper.
    model: String,
    fraction: f64,
    /// The seeds without result; empty for a model of the paper that the grid leaves out.
    seeds: Vec<u64>,
    reason: String,
}

/// Unfinished cells, then figures of the paper that the grid does not repeat.
fn missing(finished: &Finished, paper_figures: &PaperFigures<'_>) -> String {
    let plan = &finished.plan;
    let mut missing: Vec<Missing> = Vec::new();
    let open = plan.cells.iter().zip(&finished.outcomes);
    for (cell, _) in open.filter(|(_, outcome)| outcome.is_none()) {
        let reason = match &cell.problem {
            Some(problem) => format!("failed: {problem}"),
            None => "not run".into(),
        };
        let model = finished.label(&cell.variant);
        let same = |m: &&mut Missing| {
            (&m.model, m.fraction, &m.reason) == (&model, cell.fraction, &reason)
        };
        if let Some(known) = missing.iter_mut().find(same) {
            known.seeds.push(cell.seed);
        } else {
            missing.push(Missing {
                model,
                fraction: cell.fraction,
                seeds: vec![cell.seed],
                reason,
            });
        }
    }
    let repeated = |f: &&Figure| !f.cited && f.is_in(&plan.report.tables);
    let figures = paper_figures.own.iter().flat_map(|dataset| &dataset.scores);
    for figure in figures.filter(repeated) {
        let planned = |cell: &Planned| {
            cell.fraction == figure.fraction && finished.paper(&cell.variant) == Some(&figure.model)
        };
        if !plan.cells.iter().any(planned) {
            missing.push(Missing {
                model: figure.model.clone(),
                fraction: figure.fraction,
                seeds: vec![],
                reason: format!("not in this grid (Table {})", figure.table),
            });
        }
    }
    let line = |one: &Missing| {
        let seeds: Vec<String> = one.seeds.iter().map(u64::to_string).collect();
        let seeds = match seeds.len() {
            0 => String::new(),
            1 => format!(", seed {}", seeds[0]),
            _ => format!(", seeds {}", seeds.join(", ")),
        };
        let share = percent(one.fraction);
        format!("- {} at {share} %{seeds}: {}\n", one.model, one.reason)
    };
    let lines: String = missing.iter().map(line).collect();
    let lines = if missing.is_empty() {
        "Nothing.\n"
    } else {
        &lines
    };
    format!("\n## Missing\n\n{lines}")
}
