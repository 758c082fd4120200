//! The report for people.

use super::beside::Elsewhere;
use super::figures::Drawn;
use super::published::Figure;
use super::section::HEADLINE;
use super::{Comparison, Paired, ScoreRow, Section, Sentences, Spread, Tables, grid, sizes};
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
    text.push_str(&sizes::table_5(section));
    text.push_str(&grid::types(section));
    text.push_str(&grid::buckets(section));
    text.push_str(&sentences(section));
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
        let known = |row: &ScoreRow| row.fraction == fraction && row.in_paper();
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
                line.extend(paper_cells(row));
            }
            lines.push(line);
        }
        if headline && beside && fraction == 1.0 {
            for figure in &section.cited {
                let mut line = vec![String::new(); 5];
                line.extend(figure_cells(figure.model.clone(), figure));
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
    let rows: Vec<&Comparison> = section.comparisons.iter().filter(matches).collect();
    if rows.is_empty() {
        return String::new();
    }
    let beside = rows.iter().any(|row| row.paper.is_some());
    let mut head = vec!["model", "against", "seeds", "Entity", "Relation", "Ent+Rel"];
    if beside {
        head.extend(["paper", "Entity", "Relation", "Ent+Rel"]);
    }
    let line = |row: &&Comparison| {
        let mut line = vec![
            row.label.clone(),
            row.against_label.clone(),
            row.seeds.len().to_string(),
        ];
        line.extend([&row.entity, &row.relation, &row.strict].map(|p| paired(p.as_ref())));
        if beside {
            line.extend(gain_cells(row));
        }
        line
    };
    let lines: Vec<Vec<String>> = rows.iter().map(line).collect();
    let paper = match beside {
        true => " The paper's are differences of single runs under `reference`.",
        false => "",
    };
    format!(
        "\n## Differences, {}, protocol `{}`\n\nPaired by seed: mean ± standard deviation (seeds won; \
         two-sided p of an exact test of randomisation, which n seeds cannot bring below 2/2ⁿ).{paper}\n\n{}",
        share(fraction),
        HEADLINE.name(),
        table(&head, &lines)
    )
}

/// Table 11, or how to get it.
fn sentences(section: &Section) -> String {
    const TITLE: &str = "Sentences in which two models differ";
    match &section.sentences {
        None if section.comparisons.is_empty() => String::new(),
        None => format!(
            "\n## {TITLE}\n\nNot asked for. `spanlight report --sentences 10` quotes ten as the paper's \
             Table 11 does, if the licence of the test data allows.\n"
        ),
        Some(Sentences::Missing { problem }) => format!("\n## {TITLE}\n\nNone: {problem}.\n"),
        Some(Sentences::Compared(compared)) => format!(
            "{}In the form of the paper's Table 11, seed {}; the first {} of the file. `{{WORK-1>}}` \
             stands at the first argument of relation 1, `{{>WORK-1}}` at the second.\n\n```text\n{}```\n",
            grid::heading(TITLE, compared.fraction, HEADLINE),
            compared.seed,
            compared.comparison.differences.len(),
            compared.comparison
        ),
    }
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

/// The paper's model and its scores, on another data set if it has none on this one.
fn paper_cells(row: &ScoreRow) -> [String; 4] {
    match (&row.paper, &row.elsewhere) {
        (Some(figure), _) => figure_cells(figure.model.clone(), figure),
        (None, Some(Elsewhere { dataset, figure })) => {
            let origin = origin(dataset, figure.fraction, row.fraction);
            figure_cells(format!("{} on {origin}", figure.model), figure)
        }
        (None, None) => [const { String::new() }; 4],
    }
}

fn figure_cells(name: String, figure: &Figure) -> [String; 4] {
    let cell = |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:.1}"));
    let [entity, relation, strict] = [figure.entity, figure.relation, figure.strict].map(cell);
    [name, entity, relation, strict]
}

/// The paper's data set and its difference.
fn gain_cells(row: &Comparison) -> [String; 4] {
    let Some(gain) = &row.paper else {
        return [const { String::new() }; 4];
    };
    let cell = |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:+.1}"));
    let [entity, relation, strict] = [gain.entity, gain.relation, gain.strict].map(cell);
    let origin = origin(&gain.dataset, gain.fraction, row.fraction);
    [origin, entity, relation, strict]
}

/// A data set, with the share of its training data if that is not ours.
fn origin(dataset: &str, fraction: f64, ours: f64) -> String {
    match fraction == ours {
        true => dataset.into(),
        false => format!("{dataset} at {} %", percent(fraction)),
    }
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
