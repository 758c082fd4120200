//! Tests of the grid files of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use spanlight::settings::Preset;

use super::grid::{Grid, Kind};
use super::{cell::Cell, run::pretrain_settings};
use crate::tables::Published;

/// All grids, with a value for every variable.
fn grids() -> Vec<Grid> {
    let folder = spanlight_tests::package().join("experiments");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let value = |name: &str| Some(format!("value of {name}"));
        Grid::parse(&text, path, &BTreeMap::new(), value).unwrap_or_else(|e| panic!("{e}"))
    };
    paths.iter().map(|path| read(path)).collect()
}

#[test]
fn every_grid_is_well_formed() {
    let grids = grids();
    let names: BTreeSet<&str> = grids.iter().map(|grid| grid.name.as_str()).collect();
    assert_eq!(names.len(), grids.len(), "two grids share a name");
    let published = Published::new().unwrap();
    for grid in &grids {
        let stem = grid.path.file_stem().unwrap().to_string_lossy();
        assert_eq!(stem, grid.name, "{}", grid.path.display());
        let used: BTreeSet<&str> = grid.order().into_iter().collect();
        let given: BTreeSet<&str> = grid.variants.keys().map(String::as_str).collect();
        assert_eq!(used, given, "{stem}: variants that never run");
        let of_cells = grid.variants.values().map(|v| &v.pretraining);
        let of_others = grid.pretrainings.values().map(|p| &p.from);
        let starts: BTreeSet<&str> = of_cells
            .chain(of_others)
            .filter_map(Option::as_deref)
            .collect();
        let given: BTreeSet<&str> = grid.pretrainings.keys().map(String::as_str).collect();
        assert_eq!(
            starts, given,
            "{stem}: pre-trainings that nothing starts from"
        );
        assert!(
            !grid.data.source.is_empty(),
            "{stem} does not say where its data come from"
        );
        assert!(Cell::all(grid).len() >= 3);

        let dataset = grid.report.dataset.as_deref().unwrap();
        let figures = published
            .get(dataset)
            .unwrap_or_else(|| panic!("{stem}: {dataset}"));
        let other = figures.otherwise.as_deref();
        let other = other.map(|name| published.get(name).unwrap());
        let figures: Vec<_> = [Some(figures), other]
            .into_iter()
            .flatten()
            .flat_map(|data| &data.scores)
            .collect();
        for (name, variant) in &grid.variants {
            if let Some(model) = &variant.paper {
                let known = figures.iter().any(|f| f.model == *model && !f.cited);
                assert!(
                    known,
                    "{stem}: the paper has no figure for `{model}` ({name})"
                );
            }
        }
    }
}

#[test]
fn a_preset_applies_to_pre_training_too() {
    let mut seen = [0, 0];
    for grid in grids() {
        let on_text = grid
            .pretrainings
            .iter()
            .filter(|(_, p)| p.kind == Kind::Pretrain);
        for (name, _) in on_text {
            let settings = pretrain_settings(&grid.pretraining(name).unwrap()).unwrap();
            let reference = grid.preset == Some(Preset::Reference);
            assert_eq!(settings["mean_over"] == "micro", reference, "{name}");
            assert_eq!(settings["momentum_init"] == "random", reference, "{name}");
            seen[usize::from(reference)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0);
}

#[test]
fn the_grids_repeat_every_figure_of_the_paper() {
    let grids = grids();
    let published = Published::new().unwrap();
    for dataset in ["ace05", "scierc"] {
        for figure in published
            .get(dataset)
            .unwrap()
            .scores
            .iter()
            .filter(|f| !f.cited)
        {
            let repeats = |grid: &Grid| {
                grid.report.dataset.as_deref() == Some(dataset)
                    && Cell::all(grid).iter().any(|cell| {
                        cell.fraction == figure.fraction
                            && grid.variants[&cell.variant].paper.as_ref() == Some(&figure.model)
                    })
            };
            assert!(
                grids.iter().any(repeats),
                "no grid for {dataset}: {figure:?}"
            );
        }
    }
}
