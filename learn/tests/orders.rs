//! A sentence in several orders of words (method §2.7, §8).

use burn::tensor::Device;
use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::momentum::MomentumContrast;
use spanlight_core::pretrain::sample::{Sample, SampleConfig};
use spanlight_tests::invented::{Always, networks, sample};

use pollster::block_on;
use spanlight_learn::pretrain::{MeanOver, PretrainObjective, PretrainSettings};
use spanlight_learn::{Objective, Processor, Sequential, gradients};

/// Losses of a step, and the word-pieces of a view that it reads.
fn step(samples: Vec<Sample>, chunk: usize) -> (Vec<Option<f64>>, usize) {
    let objectives = ObjectiveConfig {
        in_batch_negatives: true,
        // So that no logit drowns the others.
        temperature: 4.0,
        ..ObjectiveConfig::default()
    };
    let (model, momentum) = networks(&objectives);
    let objective = PretrainObjective::new(
        Always(samples),
        PretrainSettings {
            objectives: objectives.clone(),
            chunk,
            micro_batch: 1,
            mean_over: MeanOver::Step,
        },
        Processor::Cpu,
        MomentumContrast::new(momentum, &objectives),
    );
    let chunks = objective.chunks(0).unwrap();
    let pieces = chunks.iter().map(|chunk| objective.pieces(chunk)).sum();
    let device = Device::flex().autodiff();
    let step = gradients(&objective, &model, &device, 0, 1, &Sequential);
    let losses = block_on(step).unwrap().losses;
    (losses.iter().map(|loss| loss.mean).collect(), pieces)
}

#[test]
fn every_order_is_read_and_only_the_right_one_is_compared() {
    let config = SampleConfig {
        spo_permutations: Some(3),
        ..SampleConfig::default()
    };
    let samples: Vec<Sample> = [12, 16, 14]
        .into_iter()
        .map(|words| sample(words, &config, words as u64))
        .collect();
    assert!(samples.iter().all(|sample| sample.others.len() == 2));
    let right: Vec<Sample> = samples.iter().cloned().map(alone).collect();
    let others = samples.iter().flat_map(|sample| sample.others.clone());
    let all: Vec<Sample> = right.iter().cloned().chain(others).collect();

    let (right, of_right) = step(right, usize::MAX / 4);
    let (all, of_all) = step(all, usize::MAX / 4);
    let (found, pieces) = step(samples.clone(), usize::MAX / 4);
    assert!(of_all == 3 * of_right && pieces == of_all);
    // Means are over the rows of a step, however it is cut; only negatives are those of a chunk.
    let (cut, of_cut) = step(samples, 8);
    assert_eq!(of_cut, pieces);
    for (found, cut) in found.iter().zip(&cut).take(4) {
        let [found, cut] = [found, cut].map(|loss| loss.unwrap());
        assert!((found - cut).abs() < 1e-5 * found, "{cut} is not {found}");
    }
    for (loss, found) in found.into_iter().enumerate() {
        // TBO and SPO in both views come first.
        let (expected, other) = match loss < 4 {
            true => (all[loss], right[loss]),
            false => (right[loss], all[loss]),
        };
        let [found, expected, other] = [found, expected, other].map(Option::unwrap);
        let far = |other: f64| (found - other).abs() > 1e-5 * other.abs();
        assert!(!far(expected), "loss {loss}: {found} is not {expected}");
        // What is only recognised can be as much in both.
        assert!(loss >= 6 || far(other), "loss {loss} is {other} either way");
    }
}

fn alone(sample: Sample) -> Sample {
    Sample {
        others: Vec::new(),
        ..sample
    }
}
