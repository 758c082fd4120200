//! Detailed scores: by type (Tables 8 and 9), and by number of entities and sentence length (Figure 5).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use spanlight_core::score::{BucketScores, ByType, Counts, Protocol, Size};

use super::HEADLINE;
use super::finished::Finished;
use super::markdown::{heading, score, spread, table, triple};
use super::published::{DataSet, TypeFigure};
use super::spread::Spread;

/// A kind of table by type.
struct Kind {
    /// Name in `published.toml`.
    name: &'static str,
    /// Heading of the table.
    title: &'static str,
    /// The counts of the kind.
    counts: fn(&ByType) -> &BTreeMap<String, Counts>,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "entity",
        title: "Entities by type",
        counts: |by| &by.entity,
    },
    Kind {
        name: "strict",
        title: "Ent+Rel by relation type",
        counts: |by| &by.strict,
    },
];

/// Scores of a variant on one type, in percent.
struct TypeRow<'a> {
    label: String,
    gold: usize,
    /// Precision, recall and F1.
    scores: [Option<Spread>; 3],
    paper: Option<&'a TypeFigure>,
}

/// One row per type, in descending order of gold annotations.
fn type_rows<'a>(
    finished: &Finished,
    published: Option<&'a DataSet>,
    kind: &Kind,
    protocol: Protocol,
    (variant, fraction): (&str, f64),
) -> Vec<TypeRow<'a>> {
    let cells = finished.outcomes(variant, fraction);
    let seeds: Vec<&BTreeMap<String, Counts>> = cells
        .iter()
        .map(|(_, outcome)| (kind.counts)(&outcome.test.get(protocol).scores.by_type))
        .collect();
    let labels: BTreeSet<&String> = seeds.iter().flat_map(|counts| counts.keys()).collect();
    let model = finished.paper(variant).filter(|_| fraction == 1.0);
    let row = |label: &String| {
        let counts = seeds.iter().map(|seed| seed.get(label).copied());
        let counts: Vec<Counts> = counts.map(Option::unwrap_or_default).collect();
        let spread =
            |of: fn(&Counts) -> f64| Spread::new(counts.iter().map(|c| 100.0 * of(c)).collect());
        TypeRow {
            label: label.clone(),
            gold: counts.iter().map(|c| c.gold).max().unwrap_or_default(),
            scores: [
                spread(Counts::precision),
                spread(Counts::recall),
                spread(Counts::f1),
            ],
            paper: published.and_then(|p| p.of_type(model?, kind.name, label)),
        }
    };
    let mut rows: Vec<TypeRow<'_>> = labels.into_iter().map(row).collect();
    rows.sort_by_key(|row| Reverse(row.gold));
    rows
}

/// Tables 8 and 9 for one share of the training data, also under protocol `reference` if the paper has figures,
/// because its figures are under that protocol.
pub fn types(finished: &Finished, published: Option<&DataSet>) -> String {
    let mut text = String::new();
    for kind in &KINDS {
        for protocol in [HEADLINE, Protocol::Reference] {
            text.push_str(&types_of(finished, published, kind, protocol));
        }
    }
    text
}

fn types_of(
    finished: &Finished,
    published: Option<&DataSet>,
    kind: &Kind,
    protocol: Protocol,
) -> String {
    let rows = |variant: &str, fraction: f64| {
        type_rows(finished, published, kind, protocol, (variant, fraction))
    };
    let Some((fraction, variants)) = finished.shown(|v, f| !rows(v, f).is_empty()) else {
        return String::new();
    };
    let columns: Vec<Vec<TypeRow<'_>>> = variants
        .iter()
        .map(|(name, _)| rows(name, fraction))
        .collect();
    let has_paper = |column: &[TypeRow<'_>]| column.iter().any(|row| row.paper.is_some());
    if protocol != HEADLINE && !columns.iter().any(|column| has_paper(column)) {
        return String::new();
    }
    let mut head = vec!["type".to_owned(), "gold".to_owned()];
    for ((_, label), column) in variants.iter().zip(&columns) {
        head.push(label.clone());
        if has_paper(column) {
            head.push(format!("paper: {label}"));
        }
    }
    let line = |first: &TypeRow<'_>| {
        let mut line = vec![first.label.clone(), first.gold.to_string()];
        for column in &columns {
            let row = column.iter().find(|row| row.label == first.label);
            line.push(row.map_or("–".into(), |row| {
                let [p, r, f1] = row.scores.each_ref().map(Option::as_ref);
                let mean = |spread: Option<&Spread>| score(spread.map(|s| s.mean));
                format!("{} / {} / {}", mean(p), mean(r), spread(f1))
            }));
            if has_paper(column) {
                let figure = row.and_then(|row| row.paper);
                line.push(figure.map_or("–".into(), |f| {
                    let scores = triple([Some(f.p), Some(f.r), Some(f.f1)]);
                    format!("{scores} (of {})", f.gold)
                }));
            }
        }
        line
    };
    let lines: Vec<Vec<String>> = columns[0].iter().map(line).collect();
    let title = format!("{}: P / R / F1", kind.title);
    heading(&title, fraction, protocol) + &table(&head, &lines)
}

/// Scores of a variant on the test sentences in one bucket.
pub struct BucketRow {
    /// Name of the bucket.
    pub bucket: String,
    /// Numbers of sentences, gold entities and gold relations.
    pub counts: [usize; 3],
    /// Strict F1 in percent; `None` without gold relations.
    pub strict: Option<Spread>,
}

/// One row per bucket.
pub fn bucket_rows(finished: &Finished, by: Size, variant: &str, fraction: f64) -> Vec<BucketRow> {
    let cells = finished.outcomes(variant, fraction);
    let seeds: Vec<&[BucketScores]> = cells
        .iter()
        .map(|(_, outcome)| {
            let measures = outcome.test.get(HEADLINE);
            match by {
                Size::Entities => measures.by_entities.as_slice(),
                Size::Words => &measures.by_words,
            }
        })
        .collect();
    let row = |(i, first): (usize, &BucketScores)| {
        let scores = seeds.iter().filter_map(|seed| seed.get(i));
        let f1 = scores
            .map(|bucket| 100.0 * bucket.scores.strict.f1())
            .collect();
        let gold = [first.scores.entity.gold, first.scores.strict.gold];
        BucketRow {
            bucket: first.bucket.name(),
            counts: [first.sentences, gold[0], gold[1]],
            strict: Spread::new(f1).filter(|_| gold[1] > 0),
        }
    };
    let first = seeds.first().copied().unwrap_or_default();
    first.iter().enumerate().map(row).collect()
}

/// Figure 5 as tables, for one share of the training data.
pub fn buckets(finished: &Finished, beside_the_paper: bool) -> String {
    let mut text = String::new();
    for (by, title, what) in [
        (
            Size::Entities,
            "Ent+Rel F1 by number of gold entities",
            "entities",
        ),
        (Size::Words, "Ent+Rel F1 by sentence length", "words"),
    ] {
        let rows = |variant: &str, fraction: f64| bucket_rows(finished, by, variant, fraction);
        let Some((fraction, variants)) = finished.shown(|v, f| !rows(v, f).is_empty()) else {
            continue;
        };
        let columns: Vec<Vec<BucketRow>> = variants
            .iter()
            .map(|(name, _)| rows(name, fraction))
            .collect();
        let mut head = vec![what, "sentences", "gold entities", "gold relations"];
        head.extend(variants.iter().map(|(_, label)| label.as_str()));
        let line = |(i, first): (usize, &BucketRow)| {
            let mut line = vec![first.bucket.clone()];
            line.extend(first.counts.map(|n| n.to_string()));
            let scores = columns.iter().map(|column| column.get(i));
            line.extend(scores.map(|row| spread(row.and_then(|row| row.strict.as_ref()))));
            line
        };
        let lines: Vec<Vec<String>> = columns[0].iter().enumerate().map(line).collect();
        text.push_str(&heading(title, fraction, HEADLINE));
        if beside_the_paper {
            text.push_str(
                "The paper's Figure 5 is of ACE05 under `reference`, drawn without numbers.\n\n",
            );
        }
        text.push_str(&table(&head, &lines));
    }
    text
}
