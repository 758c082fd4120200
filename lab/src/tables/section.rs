//! The part of the report about one experiment.

use std::path::Path;

use super::HEADLINE;
use super::finished::Finished;
use super::markdown::heading;
use super::published::{Beside, Figure};
use super::scores::{Comparison, ScoreRow};
use super::{detail, scores};
use crate::compare;
use crate::error::{Error, Result};
use crate::experiment::{Planned, percent};

/// As Markdown, with the names of its drawings; quotes so many sentences in which two variants differ.
pub fn text(
    finished: &Finished,
    beside: &Beside<'_>,
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
    for note in beside.own.iter().flat_map(|dataset| &dataset.notes) {
        text.push_str(&format!("\n{note}\n"));
    }
    for fraction in finished.fractions() {
        text.push_str(&scores::f1(finished, beside, fraction));
        text.push_str(&scores::differences(finished, beside, fraction));
    }
    let rows = ScoreRow::all(finished, beside, HEADLINE);
    let beside_the_paper = rows.iter().any(|row| row.paper.is_some());
    text.push_str(&scores::by_share(finished, beside));
    text.push_str(&detail::types(finished, beside.own));
    text.push_str(&detail::buckets(finished, beside_the_paper));
    let compared = |fraction| !Comparison::all(finished, beside, &rows, fraction).is_empty();
    if sentences > 0 {
        text.push_str(&quoted(finished, sentences));
    } else if finished.fractions().into_iter().any(compared) {
        text.push_str(&format!(
            "\n## {TITLE}\n\nNot asked for. `lab report --sentences 10` quotes ten as the paper's \
             Table 11 does, if the licence of the test data allows.\n"
        ));
    }
    for drawing in drawings {
        text.push_str(&format!("\n![{}]({drawing})\n", plan.title));
    }
    text + &missing(finished, beside)
}

const TITLE: &str = "Sentences in which two models differ";

/// Table 11. What it lacks, such as test data that are elsewhere by now, must not cost the rest of the
/// report.
fn quoted(finished: &Finished, most: usize) -> String {
    compared(finished, most).unwrap_or_else(|problem| format!("\n## {TITLE}\n\nNone: {problem}.\n"))
}

/// The sentences of two variants' cells at the largest share of the training data of which both have a
/// seed, with the first one.
fn compared(finished: &Finished, most: usize) -> Result<String> {
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
    comparison.differences.truncate(most);
    [comparison.a, comparison.b] = labels;
    Ok(format!(
        "{}In the form of the paper's Table 11, seed {seed}; the first {} of the file. `{{WORK-1>}}` \
         stands at the first argument of relation 1, `{{>WORK-1}}` at the second.\n\n```text\n{comparison}```\n",
        heading(TITLE, fraction, HEADLINE),
        comparison.differences.len(),
    ))
}

/// Something without a result.
#[derive(Debug, PartialEq)]
struct Missing {
    /// A variant's name for people, or a model's in the paper.
    model: String,
    fraction: f64,
    /// None for what the grid leaves out.
    seeds: Vec<u64>,
    reason: String,
}

/// Cells that are not finished, then what the paper has and the grid does not.
fn missing(finished: &Finished, beside: &Beside<'_>) -> String {
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
    let repeated = |f: &&Figure| !f.cited && f.stands_in(&plan.report.tables);
    let figures = beside.own.iter().flat_map(|dataset| &dataset.scores);
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
