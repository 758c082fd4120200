//! Markdown tables by type and by bucket: a row for each, columns for the detailed variants.

use spanlight_core::score::Size;

use super::markdown::{spread_text, table, triple};
use super::section::HEADLINE;
use super::{BucketRow, Section, TypeRow};
use crate::experiment::percent;

/// Tables 8 and 9, for the largest share that has results.
pub fn types(section: &Section) -> String {
    let mut text = String::new();
    for (kind, title) in [
        ("entity", "Entities by type"),
        ("strict", "Ent+Rel by relation type"),
    ] {
        let rows = |variant: &str, fraction: f64| -> Vec<&TypeRow> {
            let matches =
                |r: &&TypeRow| r.kind == kind && r.variant == variant && r.fraction == fraction;
            section.types.iter().filter(matches).collect()
        };
        let Some((fraction, variants)) = shown(section, |v, f| !rows(v, f).is_empty()) else {
            continue;
        };
        let columns: Vec<Vec<&TypeRow>> = variants
            .iter()
            .map(|(name, _)| rows(name, fraction))
            .collect();
        let with_paper: Vec<bool> = columns
            .iter()
            .map(|c| c.iter().any(|row| row.paper.is_some()))
            .collect();
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
        text.push_str(&heading(&format!("{title}: P / R / F1"), fraction));
        text.push_str(&table(
            &head.iter().map(String::as_str).collect::<Vec<_>>(),
            &lines,
        ));
    }
    text
}

/// Figure 5, for the largest share that has results.
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
        text.push_str(&heading(title, fraction));
        text.push_str(&table(&head, &lines));
    }
    text
}

/// The largest share for which detailed variants have something, and those variants.
pub fn shown(
    section: &Section,
    has: impl Fn(&str, f64) -> bool,
) -> Option<(f64, Vec<&(String, String)>)> {
    section.fractions.iter().find_map(|&fraction| {
        let variants: Vec<&(String, String)> = section
            .detailed
            .iter()
            .filter(|(name, _)| has(name, fraction))
            .collect();
        (!variants.is_empty()).then_some((fraction, variants))
    })
}

fn heading(title: &str, fraction: f64) -> String {
    let share = percent(fraction);
    format!(
        "\n## {title}, {share} % of the training documents, protocol `{}`\n\n",
        HEADLINE.name()
    )
}
