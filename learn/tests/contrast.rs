//! What is kept from step to step is what the settings ask for (method §3.7).

use burn::tensor::{Device, Tensor, TensorData};
use spanlight_core::ops::Pass;
use spanlight_core::pretrain::config::Normalization;
use spanlight_core::pretrain::momentum::{Keys, MomentumContrast};
use spanlight_core::pretrain::sample::SampleConfig;
use spanlight_core::pretrain::{ObjectiveConfig, SpanPairNetwork};
use spanlight_core::weights::{StateDict, read_state, state_of};
use spanlight_tests::invented::{Always, networks, sample};
use spanlight_tests::values;

use pollster::block_on;
use spanlight_learn::pretrain::{MeanOver, PretrainObjective, PretrainSettings};
use spanlight_learn::{Objective, Processor};

/// An objective over two sentences, with nothing queued yet.
fn objective(objectives: &ObjectiveConfig, momentum: SpanPairNetwork) -> PretrainObjective<Always> {
    let samples = [11, 13].map(|words| sample(words, &SampleConfig::default(), words as u64));
    PretrainObjective::new(
        Always(samples.to_vec()),
        PretrainSettings {
            objectives: objectives.clone(),
            chunk: usize::MAX / 4,
            micro_batch: 2,
            mean_over: MeanOver::Micro,
        },
        Processor::Cpu,
        MomentumContrast::new(momentum, objectives),
    )
}

fn state(network: &SpanPairNetwork) -> StateDict {
    block_on(state_of(network)).unwrap()
}

/// Keys of width 1; those of the context views have the other sign.
fn keys<const COUNT: usize>(of_target: [f32; COUNT]) -> [Tensor<2>; 2] {
    [1.0, -1.0].map(|sign| {
        let keys = of_target.map(|key| sign * key).to_vec();
        Tensor::from_data(TensorData::new(keys, [COUNT, 1]), &Device::flex())
    })
}

/// What a chunk is compared with besides its own keys, in order.
fn queued(found: Keys) -> [Vec<f32>; 2] {
    found.queued.map(|keys| {
        let mut keys = keys.map(values).unwrap_or_default();
        keys.sort_by(f32::total_cmp);
        keys
    })
}

#[test]
fn queues_hold_as_many_keys_as_asked_and_none_of_the_step_under_way() {
    let objectives = ObjectiveConfig {
        queue_keys: 3,
        ..ObjectiveConfig::default()
    };
    let (model, momentum) = networks(&objectives);
    let mut contrast = MomentumContrast::new(momentum, &objectives);
    let nothing: [Vec<f32>; 2] = [vec![], vec![]];
    assert_eq!(queued(contrast.keys(1, keys([2.0]))), nothing);
    assert_eq!(queued(contrast.keys(0, keys([1.0]))), nothing);
    contrast.step(&model.network, 1.0);
    let found = queued(contrast.keys(0, keys([3.0, 4.0])));
    assert_eq!(found, [vec![1.0, 2.0], vec![-2.0, -1.0]]);
    contrast.step(&model.network, 1.0);
    // The oldest is that of the first chunk, although it came last.
    let found = queued(contrast.keys(0, keys([5.0])));
    assert_eq!(found, [vec![2.0, 3.0, 4.0], vec![-4.0, -3.0, -2.0]]);
}

#[test]
fn keys_are_queued_at_the_length_of_the_settings() {
    for cspo_normalize in [Normalization::L2, Normalization::None] {
        let objectives = ObjectiveConfig {
            cspo_normalize,
            ..ObjectiveConfig::default()
        };
        let (model, momentum) = networks(&objectives);
        let objective = objective(&objectives, momentum.clone());
        let chunk = &objective.chunks(0).unwrap()[0];
        block_on(objective.losses(&model, chunk, 0, 5)).unwrap();
        objective.stepped(&model, 0).unwrap();
        let state = block_on(read_state(objective.contrast().state().0)).unwrap();

        let projected = momentum.keys(&chunk.batch, &mut Pass::inference());
        let [_, width] = projected.dims();
        let projected = values(projected);
        let (target, context) = projected.split_at(2 * width);
        for (name, projected) in [("queue.target", target), ("queue.context", context)] {
            let queue = &state[name];
            assert_eq!(queue.shape, [2, width], "{name}");
            for (key, projected) in queue.values.chunks(width).zip(projected.chunks(width)) {
                let length = projected.iter().map(|v| v * v).sum::<f32>().sqrt();
                assert!((length - 1.0).abs() > 0.5, "{length}");
                let divisor = match cspo_normalize {
                    Normalization::L2 => length,
                    Normalization::None => 1.0,
                };
                let differences = key.iter().zip(projected).map(|(a, b)| a - b / divisor);
                let worst = differences.map(f32::abs).fold(0.0, f32::max);
                assert!(worst < 1e-5, "{name} differs by {worst}");
            }
        }
    }
}

#[test]
fn the_momentum_network_keeps_the_share_of_the_settings() {
    for momentum in [1.0, 0.75, 0.0] {
        let objectives = ObjectiveConfig {
            momentum,
            ..ObjectiveConfig::default()
        };
        let (model, slow) = networks(&objectives);
        let (before, fast) = (state(&slow), state(&model.network));
        let objective = objective(&objectives, slow);
        objective.stepped(&model, 0).unwrap();
        let after = state(&objective.contrast().network());
        assert_eq!(after.len(), fast.len());
        for (name, array) in &after {
            let (before, fast) = (&before[name].values, &fast[name].values);
            for ((found, slow), fast) in array.values.iter().zip(before).zip(fast) {
                let share = momentum as f32;
                let expected = share * slow + (1.0 - share) * fast;
                assert!((found - expected).abs() < 1e-6, "{name} at {momentum}");
            }
        }
    }
}
