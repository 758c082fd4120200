//! Two optimiser steps against the paper's own code.

use std::path::Path;

use burn::tensor::Device;
use spanlight_core::Error;
use spanlight_core::pretrain::momentum::{MomentumContrast, QueueRows};
use spanlight_core::pretrain::{ObjectiveConfig, PretrainModel};
use spanlight_core::weights::{Stage, StateDict, from_pspe, read_state, state_of};
use spanlight_tests::pretraining::{Fixture, group};

use pollster::block_on;
use spanlight_learn::pretrain::{MeanOver, PretrainObjective, PretrainSettings};
use spanlight_learn::{AdamW, AdamWConfig, Objective, Processor, Sequential, gradients};
use spanlight_tests::invented::Always;

use crate::pretrain::config::{PRESETS, PretrainConfig};
use crate::settings::{overlaid, table};

/// Largest difference allowed on parameters.
const PARAMETER: f32 = 1e-5;
/// Largest difference allowed on losses.
const LOSS: f64 = 1e-4;
/// Largest relative difference allowed on gradient norms.
const NORM: f64 = 1e-3;

/// The preset of the paper's code, at the learning rate of the fixture.
fn preset(fixture: &Fixture) -> PretrainConfig {
    let path = Path::new("reference");
    let preset = table(PRESETS.reference, path).unwrap();
    let rate = fixture.json["config"]["learning_rate"].as_f64().unwrap();
    let mut config = overlaid(&PretrainConfig::default(), &[&preset], path).unwrap();
    config.optimizer.learning_rate = rate;
    config.optimizer.head_lr = rate;
    config
}

/// Its objectives in the sizes of the fixture.
fn objectives(fixture: &Fixture) -> ObjectiveConfig {
    let sizes = &fixture.objectives;
    ObjectiveConfig {
        tbo_positions: sizes.tbo_positions,
        tbo_position_size: sizes.tbo_position_size,
        queue_keys: sizes.queue_keys,
        ..preset(fixture).objectives
    }
}

#[test]
fn the_preset_has_the_optimiser_of_the_papers_code() {
    let fixture = Fixture::load(&Device::flex());
    let theirs = |key: &str| fixture.json["config"][key].as_f64().unwrap();
    let expected = AdamWConfig {
        beta1: theirs("adam_beta1"),
        beta2: theirs("adam_beta2"),
        epsilon: theirs("adam_epsilon"),
        weight_decay: theirs("adam_weight_decay_rate"),
        bias_correction: false,
        clip: theirs("gradient_clipping"),
    };
    let config = preset(&fixture);
    assert_eq!(config.optimizer.adamw(), expected);
    assert_eq!(config.mean_over, MeanOver::Micro);
    assert_eq!(config.objectives.temperature, theirs("temperature"));
    assert_eq!(
        Some(config.objectives.momentum),
        fixture.json["momentum"].as_f64()
    );
}

/// The fixture's networks and queues, as if a run had been resumed.
fn resumed(fixture: &Fixture) -> MomentumContrast {
    let mut state = StateDict::new();
    for (name, array) in from_pspe(group(&fixture.tensors, "param."), Stage::Pretraining).unwrap() {
        if name.starts_with("momentum.network.") {
            state.insert(name, array);
        }
    }
    for (ours, theirs) in [
        ("queue.target", "queue.span"),
        ("queue.context", "queue.context"),
    ] {
        state.insert(ours.into(), fixture.tensors[theirs].clone());
    }
    let places = QueueRows { next: [8, 8] };
    MomentumContrast::new(fixture.momentum.clone(), &fixture.objectives)
        .restore(state, places, &fixture.objectives, &Device::flex())
        .unwrap()
}

fn compare(fixture: &Fixture, step: &str, model: &PretrainModel, contrast: &MomentumContrast) {
    let expected = from_pspe(group(&fixture.tensors, step), Stage::Pretraining).unwrap();
    let mut ours = block_on(state_of(model)).unwrap();
    ours.extend(block_on(read_state(contrast.state().0)).unwrap());
    for (name, array) in &expected {
        // The paper's code lets the momentum network's heads follow too, and never uses them.
        if name.starts_with("momentum.tbo.") || name.starts_with("momentum.spo.") {
            continue;
        }
        let differences = ours[name].values.iter().zip(&array.values);
        let worst = differences.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= PARAMETER, "{step}{name} differs by {worst}");
    }
}

#[test]
fn two_steps_equal_those_of_the_papers_code() {
    let device = Device::flex().autodiff();
    let fixture = Fixture::load(&device);
    let (config, objectives) = (preset(&fixture), objectives(&fixture));
    // In a single micro-batch both means are the same.
    for mean_over in [MeanOver::Step, MeanOver::Micro] {
        let objective = PretrainObjective::new(
            Always(fixture.samples.clone()),
            PretrainSettings {
                objectives: objectives.clone(),
                chunk: usize::MAX / 4,
                micro_batch: 4,
                mean_over,
            },
            Processor::Cpu,
            resumed(&fixture),
        );
        let mut model = fixture.model.clone();
        let groups = config.optimizer.rates(None).of_pretraining(&model);
        let mut optimizer = AdamW::new(config.optimizer.adamw(), &model);
        for (step, (prefix, recorded)) in [("after1.", ""), ("after2.", "step2.")]
            .into_iter()
            .enumerate()
        {
            let found =
                block_on(gradients(&objective, &model, &device, step, 1, &Sequential)).unwrap();
            let close = |name: &str, got: f64, allowed: f64| {
                let expected = fixture.scalar(&format!("{recorded}{name}"));
                assert!(
                    (got - expected).abs() < allowed,
                    "{name} of step {step}: {got} instead of {expected}"
                );
            };
            let mut total = 0.0;
            for (at, name) in [(0, "tbo"), (2, "spo"), (4, "cspo")] {
                let views = &found.losses[at..at + 2];
                let means: f64 = views.iter().map(|loss| loss.mean.unwrap()).sum();
                close(&format!("loss.{name}"), means / 2.0, LOSS);
                let weighted = views.iter().map(|l| f64::from(l.weight) * l.mean.unwrap());
                total += weighted.sum::<f64>();
            }
            close("loss.total", total, 2.0 * LOSS);
            let norm;
            (model, norm) =
                block_on(optimizer.step(&model, found.gradients, &groups, 1.0, &Sequential))
                    .unwrap();
            close("grad_global_norm", norm, NORM * norm);
            objective.stepped(&model, step).unwrap();
            compare(&fixture, prefix, &model, &objective.contrast());
        }
    }
}

#[test]
fn queues_of_another_size_are_refused() {
    let device = Device::flex().autodiff();
    let fixture = Fixture::load(&device);
    let (pending, places) = resumed(&fixture).state();
    let state = block_on(read_state(pending)).unwrap();
    let mut smaller = fixture.objectives.clone();
    smaller.queue_keys = 4;
    let refused = MomentumContrast::new(fixture.momentum.clone(), &smaller)
        .restore(state, places, &smaller, &Device::flex())
        .err();
    assert!(matches!(refused, Some(Error::Weight { .. })), "{refused:?}");
}
