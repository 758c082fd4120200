//! Reads and checks a grid before anything is computed.

use std::collections::BTreeMap;
use std::iter::successors;
use std::path::Path;

use spanlight::finetune::FinetuneConfig;
use spanlight::settings::{Settings, object};
use spanlight::store;

use super::{
    cell::{self, Cell},
    grid::{Grid, Kind},
    run, variables,
};
use crate::error::{Error, Result};

/// Settings of a cell that come from `[data]`, `[[runs]]` or its pre-training, not from a `finetune` table.
const RESERVED: [&str; 7] = [
    "train",
    "dev",
    "format",
    "symmetric",
    "fraction",
    "seed",
    "init_from",
];

impl Grid {
    /// Reads and checks a file; `flags` holds the values of variables from the command line.
    ///
    /// # Errors
    /// [`Error::Settings`] that names the table and the key; [`Error::Spanlight`] for an unreadable file.
    pub fn read(path: &Path, flags: &BTreeMap<String, String>) -> Result<Self> {
        let environment = |name: &str| std::env::var(name).ok();
        Self::parse(&store::read_text(path)?, path, flags, environment)
    }

    /// As [`Self::read`], from text; `environment` looks up environment variables.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(
        text: &str,
        path: &Path,
        flags: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let fail = |problem: String| Error::Settings {
            path: path.into(),
            problem,
        };
        let raw: Self = toml::from_str(text).map_err(|e| fail(e.to_string()))?;
        let values = variables::resolve(&raw.variables, flags, environment).map_err(fail)?;
        let json = |e: serde_json::Error| fail(e.to_string());
        let mut value = serde_json::to_value(&raw).map_err(json)?;
        variables::substitute(&mut value, &values).map_err(fail)?;
        let grid = Self {
            path: path.to_owned(),
            ..serde_json::from_value(value).map_err(json)?
        };
        check(&grid)?;
        Ok(grid)
    }
}

/// Checks names, shares, settings and references between tables.
///
/// # Errors
/// [`crate::error::Error::Settings`] that names the table and the key.
fn check(grid: &Grid) -> Result<()> {
    let names = grid.variants.keys().chain(grid.pretrainings.keys());
    for name in names.chain([&grid.name]) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(grid.problem(format!(
                "`{name}` is part of file names: use lower-case letters, digits and `_`"
            )));
        }
    }
    check_blocks(grid)?;
    let fields: Vec<String> = object(&FinetuneConfig::default())?
        .into_iter()
        .map(|f| f.0)
        .collect();
    let check_finetuning = |settings: &Settings, table: &str, reserved: &[&str]| {
        check_finetune_keys(grid, settings, table, &fields, reserved)
    };
    check_finetuning(&grid.finetune, "finetune", &RESERVED)?;
    for (i, block) in grid.runs.iter().enumerate() {
        let table = format!("runs[{i}].finetune");
        check_finetuning(&block.finetune, &table, &RESERVED)?;
        cell::layered(grid, &[&grid.finetune, &block.finetune])
            .map_err(|e| grid.problem(format!("{table}: {e}")))?;
    }
    check_conflicts(grid)?;
    check_pretrain_keys(grid, &grid.pretrain, "pretrain")?;
    for (name, variant) in &grid.variants {
        let table = format!("variants.{name}.finetune");
        check_finetuning(&variant.finetune, &table, &RESERVED)?;
        check_start(
            grid,
            &format!("variants.{name}"),
            variant.pretraining.as_ref(),
        )?;
        cell::layered(grid, &[&grid.finetune, &variant.finetune])
            .map_err(|e| grid.problem(format!("{table}: {e}")))?;
    }
    for (name, pretraining) in &grid.pretrainings {
        let table = format!("pretrainings.{name}");
        check_start(grid, &table, pretraining.from.as_ref())?;
        check_cycle(grid, name)?;
        let table = format!("{table}.settings");
        match pretraining.kind {
            Kind::Pretrain => {
                if pretraining.from.is_some() && pretraining.settings.contains_key("init_from") {
                    return Err(grid.problem(format!(
                        "{table}: `init_from` contradicts `from`; remove one of them"
                    )));
                }
                check_pretrain_keys(grid, &pretraining.settings, &table)?;
            }
            Kind::Finetune => {
                check_finetuning(&pretraining.settings, &table, &["init_from"])?;
                cell::layered(grid, &[&grid.finetune, &pretraining.settings])
                    .and_then(|config| Ok(config.validate()?))
                    .map_err(|e| grid.problem(format!("{table}: {e}")))?;
            }
        }
    }
    let report = &grid.report;
    for (field, names) in [("against", &report.against), ("detail", &report.detail)] {
        if let Some(name) = names.iter().find(|v| !grid.variants.contains_key(*v)) {
            return Err(grid.problem(format!(
                "report.{field}: there is no variant `{name}`; add [variants.{name}] or correct the name"
            )));
        }
    }
    Ok(())
}

/// Checks that the pre-training from which a table starts exists.
fn check_start(grid: &Grid, table: &str, start: Option<&String>) -> Result<()> {
    let Some(start) = start.filter(|start| !grid.pretrainings.contains_key(*start)) else {
        return Ok(());
    };
    let names: Vec<&str> = grid.pretrainings.keys().map(String::as_str).collect();
    Err(grid.problem(format!(
        "{table} starts from the unknown pre-training `{start}`; the pre-trainings are: {}",
        names.join(", ")
    )))
}

/// Checks that a pre-training does not start from itself, directly or through others.
fn check_cycle(grid: &Grid, name: &str) -> Result<()> {
    let predecessor = |name: &String| grid.pretrainings.get(name)?.from.clone();
    let first = predecessor(&name.to_owned());
    let longest = grid.pretrainings.len();
    if successors(first, predecessor)
        .take(longest)
        .any(|n| n == name)
    {
        Err(grid.problem(format!(
            "pretrainings.{name} starts from itself; change a `from`"
        )))
    } else {
        Ok(())
    }
}

/// Checks variants, shares and seeds of the blocks.
fn check_blocks(grid: &Grid) -> Result<()> {
    for (i, block) in grid.runs.iter().enumerate() {
        let fail = |problem: String| Err(grid.problem(format!("runs[{i}]: {problem}")));
        if let Some(name) = block
            .variants
            .iter()
            .find(|v| !grid.variants.contains_key(*v))
        {
            return fail(format!(
                "there is no variant `{name}`; add [variants.{name}] or correct the name"
            ));
        }
        if let Some(f) = block.fractions.iter().find(|f| !(**f > 0.0 && **f <= 1.0)) {
            return fail(format!("the fraction {f} must be above 0 and at most 1"));
        }
        if block.variants.is_empty() || block.fractions.is_empty() || block.seeds.is_empty() {
            return fail("variants, fractions and seeds need at least one element each".into());
        }
    }
    if grid.runs.is_empty() {
        Err(grid.problem("there are no cells; add a table [[runs]]".into()))
    } else {
        Ok(())
    }
}

/// Checks that two blocks do not give a cell different settings.
fn check_conflicts(grid: &Grid) -> Result<()> {
    let cells = Cell::all(grid);
    for (i, block) in grid.runs.iter().enumerate() {
        let differs = |cell: &&Cell| {
            block.variants.contains(&cell.variant)
                && block.fractions.contains(&cell.fraction)
                && block.seeds.contains(&cell.seed)
                && block.finetune != cell.settings
        };
        if let Some(cell) = cells.iter().find(differs) {
            return Err(grid.problem(format!(
                "runs[{i}]: an earlier block has `{}` at the fraction {} with other settings; remove \
                 one of them",
                cell.variant, cell.fraction
            )));
        }
    }
    Ok(())
}

/// Checks the keys of a table of fine-tuning settings: one of `fields` and not `reserved`.
fn check_finetune_keys(
    grid: &Grid,
    settings: &Settings,
    table: &str,
    fields: &[String],
    reserved: &[&str],
) -> Result<()> {
    for key in settings.keys() {
        if reserved.contains(&key.as_str()) {
            return Err(grid.problem(format!(
                "{table}: `{key}` is set by [data], [[runs]] or the pre-training; remove it here"
            )));
        }
        if key == "fraction_seed" && grid.subset_per_seed {
            return Err(grid.problem(format!(
                "{table}: `fraction_seed` contradicts `subset_per_seed`; remove one of them"
            )));
        }
        if !fields.contains(key) {
            return Err(grid.problem(format!(
                "{table}: unknown field `{key}`; the fields are {}",
                fields.join(", ")
            )));
        }
    }
    Ok(())
}

/// Checks the keys of a table of pre-training settings.
fn check_pretrain_keys(grid: &Grid, settings: &Settings, table: &str) -> Result<()> {
    let fields = run::pretrain_fields()?;
    match settings.keys().find(|key| !fields.contains(key)) {
        Some(key) => Err(grid.problem(format!(
            "{table}: unknown field `{key}`; the fields are {}",
            fields.join(", ")
        ))),
        None => Ok(()),
    }
}
