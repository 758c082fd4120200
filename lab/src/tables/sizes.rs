//! A Markdown table by share of the training data, with columns for the variants.

use spanlight_core::score::Protocol;

use super::markdown::{table, triple};
use super::published::Figure;
use super::section::HEADLINE;
use super::{ScoreRow, Section};
use crate::experiment::percent;

/// Table 5. Protocol `reference` too where the paper has figures, which are of that one.
pub fn table_5(section: &Section) -> String {
    [HEADLINE, Protocol::Reference]
        .map(|protocol| under(section, protocol))
        .concat()
}

fn under(section: &Section, protocol: Protocol) -> String {
    let matches = |row: &&ScoreRow| row.split == "test" && row.protocol == protocol.name();
    let rows: Vec<&ScoreRow> = section.scores.iter().filter(matches).collect();
    let mut fractions: Vec<f64> = rows.iter().map(|row| row.fraction).collect();
    fractions.dedup();
    fractions.reverse();
    let known = rows
        .iter()
        .any(|row| paper(row).is_some() || elsewhere(row).is_some());
    if fractions.len() < 2 || (protocol != HEADLINE && !known) {
        return String::new();
    }
    let mut variants: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        if !variants.contains(&(&row.variant, &row.label)) {
            variants.push((&row.variant, &row.label));
        }
    }
    let other = rows.iter().find_map(|row| row.elsewhere.as_ref());
    let other = other.map_or(String::new(), |e| format!("paper, {}", e.dataset));
    let mut lines = Vec::new();
    for &fraction in &fractions {
        let cells = |of: fn(&ScoreRow) -> Option<String>| -> Vec<Option<String>> {
            let row = |variant: &str| {
                rows.iter()
                    .find(|row| row.variant == variant && row.fraction == fraction)
            };
            let variants = variants.iter();
            variants.map(|(v, _)| row(v).and_then(|r| of(r))).collect()
        };
        let mut share = format!("{} %", percent(fraction));
        for (name, cells) in [
            ("ours", cells(ours)),
            ("paper", cells(paper)),
            (other.as_str(), cells(elsewhere)),
        ] {
            if name == "ours" || cells.iter().any(Option::is_some) {
                let mut line = vec![std::mem::take(&mut share), name.to_owned()];
                line.extend(cells.into_iter().map(|c| c.unwrap_or_else(|| "–".into())));
                lines.push(line);
            }
        }
    }
    let head: Vec<&str> = ["share", ""]
        .into_iter()
        .chain(variants.iter().map(|(_, label)| *label))
        .collect();
    format!(
        "\n## By share of the training documents: Entity / Relation / Ent+Rel, protocol `{}`\n\n{}",
        protocol.name(),
        table(&head, &lines)
    )
}

fn ours(row: &ScoreRow) -> Option<String> {
    let means = [&row.entity, &row.relation, &row.strict].map(|s| s.as_ref().map(|s| s.mean));
    (!row.seeds.is_empty()).then(|| triple(means))
}

fn paper(row: &ScoreRow) -> Option<String> {
    row.paper.as_ref().map(scores)
}

/// On another data set, if of the same share.
fn elsewhere(row: &ScoreRow) -> Option<String> {
    let figure = &row.elsewhere.as_ref()?.figure;
    (figure.fraction == row.fraction).then(|| scores(figure))
}

fn scores(figure: &Figure) -> String {
    triple([figure.entity, figure.relation, figure.strict])
}
