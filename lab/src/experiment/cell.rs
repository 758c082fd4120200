//! A cell: one point of a grid, with its settings.

use std::path::Path;

use serde_json::{Value, json};
use spanlight::finetune::{FinetuneConfig, PRESETS};
use spanlight::settings::{Settings, overlaid};

use super::grid::Grid;
use crate::error::Result;

/// One training of a grid and its evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Name of the variant.
    pub variant: String,
    /// Share of the training documents.
    pub fraction: f64,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// Fine-tuning settings of the cell's block.
    pub settings: Settings,
}

impl Cell {
    /// The cells of a grid in the order in which they run. A cell of several blocks has its position and settings
    /// from the first of them.
    pub fn all(grid: &Grid) -> Vec<Self> {
        let mut cells: Vec<Self> = Vec::new();
        for block in &grid.runs {
            for &fraction in &block.fractions {
                for &seed in &block.seeds {
                    for variant in &block.variants {
                        let known = |c: &Self| c.is(variant, fraction, seed);
                        if !cells.iter().any(known) {
                            cells.push(Self {
                                variant: variant.clone(),
                                fraction,
                                seed,
                                settings: block.finetune.clone(),
                            });
                        }
                    }
                }
            }
        }
        cells
    }

    /// Whether the cell has this variant, share and seed.
    pub fn is(&self, variant: &str, fraction: f64, seed: u64) -> bool {
        (self.variant.as_str(), self.fraction, self.seed) == (variant, fraction, seed)
    }

    /// The complete fine-tuning settings; `init_from` is the folder of the pre-training, if there is one.
    ///
    /// # Errors
    /// [`crate::error::Error::Settings`] for an unknown setting.
    pub fn config(&self, grid: &Grid, init_from: Option<&Path>) -> Result<FinetuneConfig> {
        let data = &grid.data;
        let mut own = table(json!({
            "train": data.train, "dev": data.dev, "format": data.format,
            "symmetric": data.symmetric, "fraction": self.fraction, "seed": self.seed,
        }));
        // The whole training data needs no draw and thus no seed.
        if grid.subset_per_seed && self.fraction < 1.0 {
            own.insert("fraction_seed".into(), json!(self.seed));
        }
        if let Some(folder) = init_from {
            own.insert("init_from".into(), json!(folder));
        }
        let variant = grid.variants.get(&self.variant);
        let variant = variant.map(|v| &v.finetune).into_iter();
        let tables: Vec<&Settings> = [&grid.finetune]
            .into_iter()
            .chain(variant)
            .chain([&self.settings, &own])
            .collect();
        layered(grid, &tables)
    }

    /// The start of the folder's name: `VARIANT-PERCENT-SEED`.
    pub fn stem(&self) -> String {
        format!("{}-{}-{}", self.variant, percent(self.fraction), self.seed)
    }
}

/// A share in percent, without trailing zeros.
pub fn percent(fraction: f64) -> String {
    ((fraction * 1e6).round() / 1e4).to_string()
}

/// Fine-tuning settings from the defaults, the grid's preset and `tables`; later ones override earlier ones.
///
/// # Errors
/// [`crate::error::Error::Settings`] for an unknown setting.
pub fn layered(grid: &Grid, tables: &[&Settings]) -> Result<FinetuneConfig> {
    let preset = PRESETS.settings(grid.preset)?;
    let tables: Vec<&Settings> = [&preset]
        .into_iter()
        .chain(tables.iter().copied())
        .collect();
    Ok(overlaid(&FinetuneConfig::default(), &tables, &grid.path)?)
}

fn table(value: Value) -> Settings {
    match value {
        Value::Object(table) => table,
        _ => Settings::new(),
    }
}
