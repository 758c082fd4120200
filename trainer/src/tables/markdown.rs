//! The report for people.

use super::figures::Drawn;
use super::published::Figure;
use super::section::HEADLINE;
use super::{Comparison, Paired, ScoreRow, Section, Spread, Tables, grid};
use crate::experiment::percent;

/// The whole report, which shows the drawings.
pub fn text(tables: &Tables, drawings: &[Drawn]) -> String {
    let mut text = String::from(
        "Scores in percent, mean ± standard deviation over seeds. Protocol `full`: every annotation of \
         every test sentence counts; `reference`: only what the paper's reader keeps, which is how \
         the paper's own figures (single runs) were made; `symmetric`: as `full`, and the arguments of \
         symmetric relation types may be swapped. A relation needs its type and both spans, Ent+Rel also \
         both entity types.\n",
    );
    for (index, section) in tables.sections.iter().enumerate() {
        let drawings = drawings.iter().filter(|d| d.section == index);
        text.push_str(&of_section(section, drawings));
    }
    text
}

fn of_section<'a>(section: &Section, drawings: impl Iterator<Item = &'a Drawn>) -> String {
    let mut text = format!(
        "\n# {}\n\n{} of {} cells finished. Test data: {}.\n",
        section.title, section.finished, section.cells, section.test
    );
    for note in &section.notes {
        text.push_str(&format!("\n{note}\n"));
    }
    for &fraction in &section.fractions {
        text.push_str(&scores(section, fraction));
        text.push_str(&differences(section, fraction));
    }
    text.push_str(&sizes(section));
    text.push_str(&grid::types(section));
    text.push_str(&grid::buckets(section));
    for drawing in drawings {
        text.push_str(&format!("\n![{}]({})\n", section.title, drawing.name));
    }
    text.push_str(&missing(section));
    text
}

/// Tables 2, 3, 4, 6, 7 and 10.
fn scores(section: &Section, fraction: f64) -> String {
    let mut text = String::new();
    for protocol in ["full", "reference", "symmetric"] {
        // What the protocol changes must not be read as a difference from the paper.
        let known = |row: &ScoreRow| row.fraction == fraction && row.paper.is_some();
        let beside = protocol != "symmetric" && section.scores.iter().any(known);
        let matches = |row: &&ScoreRow| {
            let told = beside || !row.seeds.is_empty();
            row.fraction == fraction && row.protocol == protocol && row.split == "test" && told
        };
        let rows: Vec<&ScoreRow> = section.scores.iter().filter(matches).collect();
        if rows.is_empty() {
            continue;
        }
        let headline = protocol == HEADLINE.name();
        text.push_str(&format!(
            "\n## Test F1, {}, protocol `{protocol}`\n\n",
            share(fraction)
        ));
        text.push_str(&gold(section, protocol));
        let mut head = vec!["model", "seeds", "Entity", "Relation", "Ent+Rel"];
        if beside {
            head.extend(["paper", "Entity", "Relation", "Ent+Rel"]);
        }
        let mut lines: Vec<Vec<String>> = Vec::new();
        for row in rows {
            let own = [&row.entity, &row.relation, &row.strict];
            let mut line = vec![row.label.clone(), row.seeds.len().to_string()];
            line.extend(own.map(|spread| spread_text(spread.as_ref())));
            if beside {
                line.extend(figure_cells(row.paper.as_ref()));
            }
            lines.push(line);
        }
        if headline && beside && fraction == 1.0 {
            for figure in &section.cited {
                let mut line = vec![String::new(); 5];
                line.extend(figure_cells(Some(figure)));
                lines.push(line);
            }
        }
        text.push_str(&table(&head, &lines));
    }
    text
}

fn gold(section: &Section, protocol: &str) -> String {
    let Some(gold) = section.gold.iter().find(|g| g.protocol == protocol) else {
        return String::new();
    };
    let paper = match section.paper_gold {
        Some((entities, relations)) if protocol == "reference" => {
            format!(" (the paper's: {entities} and {relations})")
        }
        _ => String::new(),
    };
    format!(
        "Gold: {} entities and {} relations{paper}.\n\n",
        gold.entities, gold.relations
    )
}

fn differences(section: &Section, fraction: f64) -> String {
    let matches = |row: &&Comparison| row.fraction == fraction && row.protocol == HEADLINE.name();
    let lines: Vec<Vec<String>> = section
        .comparisons
        .iter()
        .filter(matches)
        .map(|row| {
            let mut line = vec![
                row.label.clone(),
                row.against_label.clone(),
                row.seeds.len().to_string(),
            ];
            line.extend([&row.entity, &row.relation, &row.strict].map(|p| paired(p.as_ref())));
            line
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let head = ["model", "against", "seeds", "Entity", "Relation", "Ent+Rel"];
    format!(
        "\n## Differences, {}, protocol `{}`\n\nPaired by seed: mean ± standard deviation (seeds won; \
         two-sided p of an exact test of randomisation, which n seeds cannot bring below 2/2ⁿ).\n\n{}",
        share(fraction),
        HEADLINE.name(),
        table(&head, &lines)
    )
}

/// Table 5.
fn sizes(section: &Section) -> String {
    let matches = |row: &&ScoreRow| row.split == "test" && row.protocol == HEADLINE.name();
    let rows: Vec<&ScoreRow> = section.scores.iter().filter(matches).collect();
    let mut fractions: Vec<f64> = rows.iter().map(|row| row.fraction).collect();
    fractions.dedup();
    fractions.reverse();
    if fractions.len() < 2 {
        return String::new();
    }
    let mut variants: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        if !variants.contains(&(&row.variant, &row.label)) {
            variants.push((&row.variant, &row.label));
        }
    }
    let mut lines = Vec::new();
    for &fraction in &fractions {
        let row = |variant: &str| {
            rows.iter()
                .find(|row| row.variant == variant && row.fraction == fraction)
        };
        let ours = |variant: &str| {
            let row = row(variant).filter(|row| !row.seeds.is_empty())?;
            let means = [&row.entity, &row.relation, &row.strict];
            Some(triple(means.map(|s| s.as_ref().map(|s| s.mean))))
        };
        let paper = |variant: &str| {
            let f = row(variant)?.paper.as_ref()?;
            Some(triple([f.entity, f.relation, f.strict]))
        };
        let mut line = vec![format!("{} %", percent(fraction)), "ours".into()];
        line.extend(
            variants
                .iter()
                .map(|(v, _)| ours(v).unwrap_or_else(|| "–".into())),
        );
        lines.push(line);
        if variants.iter().any(|(v, _)| paper(v).is_some()) {
            let mut line = vec![String::new(), "paper".into()];
            line.extend(
                variants
                    .iter()
                    .map(|(v, _)| paper(v).unwrap_or_else(|| "–".into())),
            );
            lines.push(line);
        }
    }
    let head: Vec<&str> = ["share", ""]
        .into_iter()
        .chain(variants.iter().map(|(_, label)| *label))
        .collect();
    format!(
        "\n## By share of the training documents: Entity / Relation / Ent+Rel, protocol `{}`\n\n{}",
        HEADLINE.name(),
        table(&head, &lines)
    )
}

fn missing(section: &Section) -> String {
    if section.missing.is_empty() {
        return "\n## Missing\n\nNothing.\n".into();
    }
    let mut text = String::from("\n## Missing\n\n");
    for one in &section.missing {
        let seeds: Vec<String> = one.seeds.iter().map(u64::to_string).collect();
        let seeds = match seeds.len() {
            0 => String::new(),
            1 => format!(", seed {}", seeds.join(", ")),
            _ => format!(", seeds {}", seeds.join(", ")),
        };
        let share = percent(one.fraction);
        text.push_str(&format!(
            "- {} at {share} %{seeds}: {}\n",
            one.model, one.reason
        ));
    }
    text
}

/// `63.2 ± 0.4`.
pub fn spread_text(spread: Option<&Spread>) -> String {
    match spread {
        None => "–".into(),
        Some(Spread { mean, sd: None, .. }) => format!("{mean:.1}"),
        Some(Spread {
            mean, sd: Some(sd), ..
        }) => format!("{mean:.1} ± {sd:.1}"),
    }
}

/// `87.2 / 66.7 / 63.2`.
pub fn triple(values: [Option<f64>; 3]) -> String {
    values
        .map(|v| v.map_or("–".into(), |v| format!("{v:.1}")))
        .join(" / ")
}

/// A Markdown table; numbers stand to the right.
pub fn table(head: &[&str], lines: &[Vec<String>]) -> String {
    let numeric = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        let number = |cell: &String| {
            cell.is_empty() || cell.starts_with(|c: char| "+-–0123456789≤≥".contains(c))
        };
        cells.clone().count() > 0 && cells.clone().all(number)
    };
    let rule: Vec<&str> = (0..head.len())
        .map(|i| if i > 0 && numeric(i) { "--:" } else { "---" })
        .collect();
    let mut text = format!("| {} |\n| {} |\n", head.join(" | "), rule.join(" | "));
    for line in lines {
        text.push_str(&format!("| {} |\n", line.join(" | ")));
    }
    text
}

/// The paper's model and its scores.
fn figure_cells(figure: Option<&Figure>) -> [String; 4] {
    let Some(figure) = figure else {
        return [(); 4].map(|()| String::new());
    };
    let cell = |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:.1}"));
    let [entity, relation, strict] = [figure.entity, figure.relation, figure.strict].map(cell);
    [figure.model.clone(), entity, relation, strict]
}

fn paired(paired: Option<&Paired>) -> String {
    let Some(Paired {
        difference,
        wins,
        p,
        ..
    }) = paired
    else {
        return "–".into();
    };
    let sd = difference
        .sd
        .map_or(String::new(), |sd| format!(" ± {sd:.1}"));
    let p = p.map_or(String::new(), |p| format!("; p {p:.2}"));
    format!(
        "{:+.1}{sd} ({wins}/{}{p})",
        difference.mean,
        difference.values.len()
    )
}

fn share(fraction: f64) -> String {
    match fraction {
        1.0 => "all training documents".into(),
        _ => format!("{} % of the training documents", percent(fraction)),
    }
}
