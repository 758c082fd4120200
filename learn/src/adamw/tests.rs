//! The optimiser against golden values, and what must not move a parameter.

use burn::optim::GradientsParams;
use pollster::block_on;

use spanlight_core::weights::read_state;

use super::*;
use crate::{Group, Schedule, Sequential};

/// Parameters of three groups.
#[derive(Module, Debug)]
struct Weights {
    decayed: Param<Tensor<1>>,
    spared: Param<Tensor<1>>,
    frozen: Param<Tensor<1>>,
}

impl Weights {
    fn new(values: [f32; 3]) -> Self {
        let device = Device::flex().autodiff();
        let [decayed, spared, frozen] = values.map(|v| Param::from_data([v], &device));
        Self {
            decayed,
            spared,
            frozen,
        }
    }

    fn values(&self) -> [f32; 3] {
        [&self.decayed, &self.spared, &self.frozen].map(|p| p.val().into_scalar::<f32>())
    }

    fn gradients(&self, values: [f32; 3]) -> GradientsParams {
        let mut gradients = GradientsParams::new();
        for (param, value) in [&self.decayed, &self.spared, &self.frozen]
            .into_iter()
            .zip(values)
        {
            gradients.register(param.id, Tensor::<1>::from_floats([value], &Device::flex()));
        }
        gradients
    }
}

fn config() -> AdamWConfig {
    AdamWConfig {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-6,
        weight_decay: 0.01,
        bias_correction: false,
        clip: 1.0,
    }
}

fn groups(model: &Weights, learning_rate: f64) -> Groups {
    let group = |learning_rate, decay| Group {
        learning_rate,
        decay,
    };
    Groups::from([
        (model.decayed.id, group(learning_rate, true)),
        (model.spared.id, group(learning_rate, false)),
        (model.frozen.id, group(0.0, true)),
    ])
}

fn step<M: Module>(
    optimizer: &mut AdamW,
    model: &M,
    gradients: GradientsParams,
    groups: &Groups,
    factor: f64,
) -> (M, f64) {
    let step = optimizer.step(model, gradients, groups, factor, &Sequential);
    block_on(step).unwrap()
}

/// Values after a step with each of the gradients.
fn train(config: AdamWConfig, rate: f64, gradients: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let mut model = Weights::new([1.0; 3]);
    let mut optimizer = AdamW::new(config, &model);
    let mut steps = Vec::new();
    for &values in gradients {
        let gradients = model.gradients(values);
        (model, _) = step(
            &mut optimizer,
            &model,
            gradients,
            &groups(&model, rate),
            1.0,
        );
        steps.push(model.values());
    }
    steps
}

#[test]
fn follows_the_golden_values_of_the_method() {
    let schedule = Schedule {
        warmup: 2.0,
        total: 4.0,
    };
    let mut model = Weights::new([1.0; 3]);
    let mut optimizer = AdamW::new(config(), &model);
    let golden = [
        (0.5, 1.0),
        (-0.2, 0.926_106_8),
        (0.3, 0.655_953_3),
        (0.1, 0.510_585_8),
    ];
    for (at, (gradient, expected)) in golden.into_iter().enumerate() {
        let gradients = model.gradients([gradient, 0.0, 0.0]);
        let norm;
        (model, norm) = step(
            &mut optimizer,
            &model,
            gradients,
            &groups(&model, 0.1),
            schedule.factor(at),
        );
        assert!((norm - f64::from(gradient.abs())).abs() < 1e-6);
        let found = model.values()[0];
        assert!(
            (found - expected).abs() < 1e-6,
            "step {at}: {found} instead of {expected}"
        );
    }
}

#[test]
fn groups_decide_on_decay_and_freezing() {
    let found = train(config(), 0.1, &[[0.1; 3]])[0];
    // m / √v of a first step is 0.1 / √0.001 whatever the gradient.
    let moved = 1.0 - 0.1 * 0.01 / (0.1 * 0.001_f32.sqrt() + 1e-6);
    assert!((found[1] - moved).abs() < 1e-6, "{found:?}");
    assert!(
        (found[0] - moved * (1.0 - 0.1 * 0.01)).abs() < 1e-6,
        "{found:?}"
    );
    assert_eq!(found[2], 1.0);
}

#[test]
fn bias_correction_makes_the_first_step_as_long_as_the_learning_rate() {
    let config = AdamWConfig {
        bias_correction: true,
        ..config()
    };
    for gradient in [1e-3, -0.3] {
        let found = train(config, 0.05, &[[gradient; 3]])[0][1];
        let expected = 1.0 - 0.05 * gradient.signum();
        assert!(
            (found - expected).abs() < 1e-4,
            "{found} instead of {expected}"
        );
    }
}

#[test]
fn clips_the_norm_over_all_trained_parameters() {
    // An epsilon as large as the gradients makes the step depend on their scale.
    let config = AdamWConfig {
        epsilon: 1.0,
        ..config()
    };
    let clipped = train(config, 0.1, &[[3.0, 4.0, 0.0], [0.3, 0.4, 0.0]]);
    let small = train(config, 0.1, &[[0.6, 0.8, 0.0], [0.3, 0.4, 0.0]]);
    for (a, b) in clipped.iter().flatten().zip(small.iter().flatten()) {
        assert!((a - b).abs() < 1e-6, "{clipped:?} instead of {small:?}");
    }
    assert_ne!(clipped[0], train(config, 0.1, &[[0.3, 0.4, 0.0]])[0]);
    // What is frozen does not count.
    assert_eq!(
        train(config, 0.1, &[[0.3, 0.4, 9.0]]),
        train(config, 0.1, &[[0.3, 0.4, 0.0]])
    );
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    for bad in [f32::NAN, f32::INFINITY, f32::MAX] {
        let mut model = Weights::new([1.0; 3]);
        let config = AdamWConfig {
            bias_correction: true,
            ..config()
        };
        let mut optimizer = AdamW::new(config, &model);
        let expected = train(config, 0.1, &[[0.5, 0.2, 0.0], [0.3, -0.1, 0.0]]);
        let gradients = model.gradients([0.5, 0.2, 0.0]);
        (model, _) = step(&mut optimizer, &model, gradients, &groups(&model, 0.1), 1.0);
        let moments = block_on(read_state(optimizer.state())).unwrap();
        let gradients = model.gradients([bad, 0.1, 0.0]);
        let norm;
        (model, norm) = step(&mut optimizer, &model, gradients, &groups(&model, 0.1), 1.0);
        assert!(!norm.is_finite());
        assert_eq!(model.values(), expected[0]);
        assert_eq!(block_on(read_state(optimizer.state())).unwrap(), moments);
        let gradients = model.gradients([0.3, -0.1, 0.0]);
        (model, _) = step(&mut optimizer, &model, gradients, &groups(&model, 0.1), 1.0);
        assert_eq!(model.values(), expected[1]);
    }
}

/// Parameters of many sizes.
#[derive(Module, Debug)]
struct Sizes {
    parts: Vec<Param<Tensor<1>>>,
}

/// Two are no multiples of what is aligned.
const COUNTS: [usize; 6] = [128, 3, 256, 128, 5, 128];

fn numbers(count: usize, from: usize) -> Vec<f32> {
    (from..from + count).map(|i| (i as f32).sin()).collect()
}

#[test]
fn parameters_updated_together_move_as_each_alone() {
    let device = Device::flex();
    let fresh = |model: &Sizes, together| AdamW::new(config(), model).together(together);
    // The second step has no gradient for one of the parameters, so that the sets differ.
    let run = |together: bool, stopped: bool| {
        let part = |&count: &usize| {
            let values = numbers(count, count);
            Param::from_data(values.as_slice(), &device.clone().autodiff())
        };
        let mut model = Sizes {
            parts: COUNTS.iter().map(part).collect(),
        };
        let mut groups = Groups::default();
        for (i, part) in model.parts.iter().enumerate() {
            groups.insert(part, |_| Group {
                learning_rate: if i == 5 { 0.2 } else { 0.1 },
                decay: i != 3,
            });
        }
        let mut optimizer = fresh(&model, together);
        for (at, factor) in [0.0, 1.0, 0.5, 0.25].into_iter().enumerate() {
            if stopped && at == 2 {
                let state = block_on(read_state(optimizer.state())).unwrap();
                // What it knew before is forgotten.
                optimizer = fresh(&model, together);
                let other = gradients(&model, 7, None);
                step(&mut optimizer, &model, other, &groups, 1.0);
                optimizer.restore(state, at, &device).unwrap();
            }
            let missing = (at == 1).then_some(2);
            let gradients = gradients(&model, at, missing);
            (model, _) = step(&mut optimizer, &model, gradients, &groups, factor);
        }
        let values = |part: &Param<Tensor<1>>| part.val().into_data().try_into_vec::<f32>();
        let values: Vec<_> = (model.parts.iter())
            .flat_map(|p| values(p).unwrap())
            .collect();
        (values, block_on(read_state(optimizer.state())).unwrap())
    };
    let (alone, moments) = run(false, false);
    let (all, same) = run(true, false);
    assert_eq!(alone.len(), all.len());
    for (a, b) in alone.iter().zip(&all) {
        assert!((a - b).abs() < 1e-6, "{a} alone, {b} together");
    }
    assert_eq!(moments.len(), 2 * COUNTS.len());
    for (name, array) in &moments {
        spanlight_tests::assert_close(&same[name].values, &array.values, 1e-6);
    }
    assert_eq!((all, same), run(true, true));
    assert_eq!((alone, moments), run(false, true));
}

fn gradients(model: &Sizes, step: usize, missing: Option<usize>) -> GradientsParams {
    let mut gradients = GradientsParams::new();
    for (i, part) in model.parts.iter().enumerate() {
        if Some(i) != missing {
            let values = numbers(COUNTS[i], 100 * step + i);
            let gradient = Tensor::<1>::from_floats(values.as_slice(), &Device::flex());
            gradients.register(part.id, gradient);
        }
    }
    gradients
}

#[test]
fn moments_of_another_size_are_refused() {
    let model = Weights::new([1.0; 3]);
    let mut optimizer = AdamW::new(config(), &model);
    let array = |count| Array {
        shape: vec![count],
        values: vec![0.0; count],
    };
    let state = |counts: [usize; 2]| {
        let [m, v] = counts.map(array);
        StateDict::from([("m.spared".into(), m), ("v.spared".into(), v)])
    };
    optimizer
        .restore(state([1, 1]), 1, &Device::flex())
        .unwrap();
    let error = optimizer
        .restore(state([1, 2]), 1, &Device::flex())
        .unwrap_err();
    assert!(error.to_string().contains("spared"), "{error}");
}
