//! Two optimiser steps against the paper's own code.

use burn::tensor::Device;
use spanlight_core::Error;
use spanlight_core::pretrain::PretrainModel;
use spanlight_core::pretrain::sample::Sample;
use spanlight_core::weights::{Stage, StateDict, from_pspe, state_of};
use spanlight_tests::pretraining::{Fixture, group};

use crate::error::Result;
use crate::pretrain::config::MeanOver;
use crate::pretrain::contrast::{Contrast, Places};
use crate::pretrain::objective::{PretrainObjective, Source};
use crate::train::{AdamW, AdamWConfig, EmbeddingRate, Objective, Rates, gradients};

/// Largest difference allowed on parameters.
const PARAMETER: f32 = 1e-5;

/// The same sentences at every step.
struct Always(Vec<Sample>);

impl Source for Always {
    fn samples(&self, _step: usize) -> Result<Vec<Sample>> {
        Ok(self.0.clone())
    }
}

/// The fixture's networks and queues, as if a run had been resumed.
fn resumed(fixture: &Fixture) -> Contrast {
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
    let places = Places { next: [8, 8] };
    Contrast::new(fixture.momentum.clone(), &fixture.objectives)
        .restore(state, places, &fixture.objectives, &Device::flex())
        .unwrap()
}

fn compare(fixture: &Fixture, step: &str, model: &PretrainModel, contrast: &Contrast) {
    let expected = from_pspe(group(&fixture.tensors, step), Stage::Pretraining).unwrap();
    let mut ours = pollster::block_on(state_of(model)).unwrap();
    ours.extend(contrast.state().unwrap().0);
    for (name, array) in &expected {
        // The paper's code lets the momentum network's heads follow too, and never uses them.
        if name.starts_with("momentum.boundary.") || name.starts_with("momentum.permutation.") {
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
    let Some(fixture) = Fixture::load(&device) else {
        return;
    };
    for mean_over in [MeanOver::Step, MeanOver::Micro] {
        let objective = PretrainObjective::new(
            Always(fixture.samples.clone()),
            fixture.objectives.clone(),
            (usize::MAX / 4, 4),
            mean_over,
            resumed(&fixture),
        );
        let mut model = fixture.model.clone();
        let config = AdamWConfig {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-6,
            weight_decay: 0.01,
            bias_correction: false,
            clip: 1.0,
        };
        let mut optimizer = AdamW::new(config, &model);
        let rates = Rates {
            encoder: 1e-3,
            spans: 1e-3,
            head: 1e-3,
            layer_decay: 1.0,
            embeddings: EmbeddingRate::Full,
            decay_all: true,
        };
        let groups = rates.groups("network.encoder.", 2);
        for (step, prefix) in ["after1.", "after2."].into_iter().enumerate() {
            let found = gradients(&objective, &model, &device, step, 1, 1).unwrap();
            let scalar = |name: &str| {
                let name = match step {
                    0 => format!("loss.{name}"),
                    _ => format!("step2.loss.{name}"),
                };
                fixture.scalar(&name)
            };
            for (at, name) in [(0, "tbo"), (2, "spo"), (4, "cspo")] {
                let [a, b] = [at, at + 1].map(|i| found.losses[i].unwrap());
                let (got, expected) = ((a + b) / 2.0, scalar(name));
                assert!(
                    (got - expected).abs() < 1e-4,
                    "{name} of step {step}: {got} instead of {expected}"
                );
            }
            (model, _) = optimizer
                .step(model, found.gradients, &groups, 1.0, 1)
                .unwrap();
            objective.stepped(&model, step).unwrap();
            compare(&fixture, prefix, &model, &objective.contrast());
        }
    }
}

#[test]
fn queues_of_another_size_are_refused() {
    let device = Device::flex().autodiff();
    let Some(fixture) = Fixture::load(&device) else {
        return;
    };
    let (state, places) = resumed(&fixture).state().unwrap();
    let mut smaller = fixture.objectives.clone();
    smaller.queue_keys = 4;
    let refused = Contrast::new(fixture.momentum.clone(), &smaller)
        .restore(state, places, &smaller, &Device::flex())
        .err();
    assert!(matches!(refused, Some(Error::Weight { .. })), "{refused:?}");
}
