//! Markdown tables by type and by bucket: a row for each, columns for the detailed variants.

use spanlight_core::score::{Protocol, Size};

use super::markdown::{spread_text, table, triple};
use super::section::HEADLINE;
use super::{BucketRow, Section, TypeRow};
use crate::experiment::percent;

/// Tables 8 and 9, for one share. Protocol `reference` too where the paper has figures, which are
/// of that one.
pub fn types(section: &Section) -> String {
    let mut text = String::new();
    for (kind, title) in [
        ("entity", "Entities by type"),
        ("strict", "Ent+Rel by relation type"),
    ] {
        for protocol in [HEADLINE, Protocol::Reference] {
            text.push_str(&types_of(section, kind, title, protocol));
        }
    }
    text
}

fn types_of(section: &Section, kind: &str, title: &str, protocol: Protocol) -> String {
    let rows = |variant: &str, fraction: f64| -> Vec<&TypeRow> {
        let matches = |r: &&TypeRow| {
            (r.kind, r.protocol) == (kind, protocol.name())
                && r.variant == variant
                && r.fraction == fraction
        };
        section.types.iter().filter(matches).collect()
    };
    let Some((fraction, variants)) = shown(section, |v, f| !rows(v, f).is_empty()) else {
        return String::new();
    };
    let columns: Vec<Vec<&TypeRow>> = variants
        .iter()
        .map(|(name, _)| rows(name, fraction))
        .collect();
    let with_paper: Vec<bool> = columns
        .iter()
        .map(|c| c.iter().any(|row| row.paper.is_some()))
        .collect();
    if protocol != HEADLINE && !with_paper.contains(&true) {
        return String::new();
    }
    let mut head = vec!["type".to_owned(), "gold".to_owned()];
    for ((_, label), paper) in variants.iter().zip(&with_paper) {
        head.push(label.clone());
        if *paper {
            head.push(format!("paper: {label}"));
        }
    }
    let lines = columns.first().into_iter().flatten().map(|first| {
        let mut line = vec![first.label.clone(), first.gold.to_string()];
        for (column, paper) in columns.iter().zip(&with_paper) {
            let row = column.iter().find(|row| row.label == first.label);
            line.push(row.map_or("–".into(), |row| {
                let mean = |s: &Option<super::Spread>| {
                    s.as_ref().map_or("–".into(), |s| format!("{:.1}", s.mean))
                };
                format!(
                    "{} / {} / {}",
                    mean(&row.p),
                    mean(&row.r),
                    spread_text(row.f1.as_ref())
                )
            }));
            if *paper {
                let figure = row.and_then(|row| row.paper.as_ref());
                line.push(figure.map_or("–".into(), |f| {
                    format!(
                        "{} (of {})",
                        triple([Some(f.p), Some(f.r), Some(f.f1)]),
                        f.gold
                    )
                }));
            }
        }
        line
    });
    let lines: Vec<Vec<String>> = lines.collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    heading(&format!("{title}: P / R / F1"), fraction, protocol) + &table(&head, &lines)
}

/// Figure 5, for one share.
pub fn buckets(section: &Section) -> String {
    let mut text = String::new();
    for (by, title, what) in [
        (
            Size::Entities,
            "Ent+Rel F1 by number of gold entities",
            "entities",
        ),
        (Size::Words, "Ent+Rel F1 by sentence length", "words"),
    ] {
        let rows = |variant: &str, fraction: f64| -> Vec<&BucketRow> {
            let matches =
                |r: &&BucketRow| r.by == by && r.variant == variant && r.fraction == fraction;
            section.buckets.iter().filter(matches).collect()
        };
        let Some((fraction, variants)) = shown(section, |v, f| !rows(v, f).is_empty()) else {
            continue;
        };
        let columns: Vec<Vec<&BucketRow>> = variants
            .iter()
            .map(|(name, _)| rows(name, fraction))
            .collect();
        let mut head = vec![what, "sentences", "gold entities", "gold relations"];
        head.extend(variants.iter().map(|(_, label)| label.as_str()));
        let lines = columns
            .first()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(i, first)| {
                let counts = [first.sentences, first.gold_entities, first.gold_relations];
                let mut line = vec![first.bucket.clone()];
                line.extend(counts.map(|n| n.to_string()));
                let scores = columns
                    .iter()
                    .map(|c| c.get(i).and_then(|row| row.strict.as_ref()));
                line.extend(scores.map(spread_text));
                line
            });
        let lines: Vec<Vec<String>> = lines.collect();
        text.push_str(&heading(title, fraction, HEADLINE));
        if section.beside_the_paper() {
            text.push_str(
                "The paper's Figure 5 is of ACE05 under `reference`, drawn without numbers.\n\n",
            );
        }
        text.push_str(&table(&head, &lines));
    }
    text
}

/// The share for which most of the detailed variants have something, the largest of these, and the
/// variants that do.
pub fn shown(
    section: &Section,
    has: impl Fn(&str, f64) -> bool,
) -> Option<(f64, Vec<&(String, String)>)> {
    let mut best: Option<(f64, Vec<&(String, String)>)> = None;
    for &fraction in &section.fractions {
        let detailed = section.detailed.iter();
        let variants: Vec<&(String, String)> =
            detailed.filter(|(name, _)| has(name, fraction)).collect();
        let most = best.as_ref().map_or(0, |(_, variants)| variants.len());
        if variants.len() > most {
            best = Some((fraction, variants));
        }
    }
    best
}

/// A heading that says what the scores below it are of.
pub fn heading(title: &str, fraction: f64, protocol: Protocol) -> String {
    let share = percent(fraction);
    format!(
        "\n## {title}, {share} % of the training documents, protocol `{}`\n\n",
        protocol.name()
    )
}
