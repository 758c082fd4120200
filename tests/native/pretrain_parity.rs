//! Parity of pre-training with the paper's own code: activations, losses, gradients, momentum.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use spanlight_core::loss::{Measure, Term};
use spanlight_core::ops::Pass;
use spanlight_core::ops::average::follow;
use spanlight_core::pretrain::{cspo, pretrain_loss};
use spanlight_core::weights::{Stage, from_pspe, state_of, to_pspe};
use spanlight_tests::pretraining::{Fixture, group, load};
use spanlight_tests::{assert_same_gradients, gradients};

/// Largest difference allowed on activations and losses.
const OUTPUT: f32 = 1e-4;
/// Largest relative difference allowed on gradient norms.
const NORM: f64 = 1e-3;

const VIEWS: [&str; 2] = ["target", "context"];

fn assert_close(fixture: &Fixture, name: &str, got: Tensor<2>) {
    let got = got.into_data().try_into_vec::<f32>().unwrap();
    let expected = &fixture.tensors[name].values;
    assert_eq!(got.len(), expected.len(), "{name}");
    let differences = got.iter().zip(expected).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f32::max);
    assert!(worst <= OUTPUT, "{name} differs by {worst}");
}

/// Every intermediate result of both networks and both views.
pub fn check_outputs(device: &Device) {
    let fixture = Fixture::load(device);
    let quiet = &mut Pass::inference();
    let batch = &fixture.batch;
    let sentences = batch.sentences();
    for (letter, network) in [("q", &fixture.model.network), ("k", &fixture.momentum)] {
        let views = network.encode(batch, quiet);
        let segments = network.represent(&views.encoded, &batch.segments, quiet);
        let pair = network.relate(&views.encoded, segments.clone(), quiet);
        let projected = network.project(pair.features.clone(), quiet);
        for (side, view) in VIEWS.iter().enumerate() {
            let part = |rows: &Tensor<2>, each: usize| {
                rows.clone()
                    .narrow(0, side * sentences * each, sentences * each)
            };
            let close = |name: &str, got| {
                assert_close(&fixture, &format!("out.{letter}.{view}.{name}"), got);
            };
            close("pooled", part(&views.encoded.sentences, 1));
            close("span_repr", part(&segments, 5));
            close("att_weights", part(&pair.weights, 1));
            close("pair_repr", part(&pair.features, 1));
            close("proj", part(&projected, 1));
        }
    }
    let model = &fixture.model;
    let views = model.network.encode(batch, quiet);
    for (side, view) in VIEWS.iter().enumerate() {
        let words = &model.network.encoders.sentence.embeddings.word;
        let masked = &batch.masked[side];
        let logits = (model.tbo).logits(views.hidden.clone(), masked, words, quiet);
        assert_close(&fixture, &format!("out.q.{view}.tbo_logits"), logits);
        let spans = model
            .network
            .represent(&views.encoded, &batch.permuted[side], quiet);
        let logits = model.spo.logits(spans, quiet);
        assert_close(&fixture, &format!("out.q.{view}.spo_logits"), logits);
    }
    let keys = fixture.keys();
    let projected = model.network.keys(batch, quiet);
    for side in [0, 1] {
        let queries = projected.clone().narrow(0, side * sentences, sentences);
        let other = 1 - side;
        let own = keys.own[other].clone();
        let scores = cspo::logits(
            queries,
            own,
            keys.queued[other].clone(),
            &fixture.objectives,
        );
        let name = format!("out.cspo_logits.{}", VIEWS[side]);
        assert_close(&fixture, &name, scores.unwrap());
    }
}

/// The losses of both views, and the gradient of every parameter.
pub fn check_gradients(device: &Device) {
    let fixture = Fixture::load(&device.clone().autodiff());
    let found = pretrain_loss(
        &fixture.model,
        &fixture.batch,
        Some(fixture.keys()),
        &fixture.objectives,
        &mut Pass::inference(),
    );
    let mut total: Option<Tensor<1>> = None;
    for loss in found.weighted(&fixture.objectives) {
        if loss.measure == Measure::Accuracy {
            continue;
        }
        let (name, view) = loss.name.split_once('_').unwrap();
        let Term { sum, count } = loss.term;
        let mean = sum.unwrap() / count as f32;
        let expected = fixture.scalar(&format!("loss.{name}.{view}")) as f32;
        let got = mean.clone().into_scalar::<f32>();
        assert!(
            (got - expected).abs() <= OUTPUT,
            "{name} of the {view} view: {got} instead of {expected}"
        );
        let share = mean * loss.weight;
        total = Some(match total {
            Some(total) => total + share,
            None => share,
        });
    }
    let total = total.unwrap();
    let expected = fixture.scalar("loss.total") as f32;
    let got = total.clone().into_scalar::<f32>();
    assert!((got - expected).abs() <= OUTPUT, "total {got}");

    let ours = gradients(&fixture.model, &total.backward());
    let recorded = group(&fixture.tensors, "grad.");
    let theirs = from_pspe(recorded, Stage::Pretraining).unwrap();
    let square = assert_same_gradients(&ours, &theirs);
    let expected = fixture.scalar("grad_global_norm");
    assert!(
        (square.sqrt() - expected).abs() <= NORM * expected,
        "global norm {}",
        square.sqrt()
    );
}

#[test]
fn activations_equal_those_of_the_papers_code() {
    check_outputs(&Device::flex());
}

#[test]
fn losses_and_gradients_equal_those_of_the_papers_code() {
    check_gradients(&Device::flex());
}

#[test]
fn the_momentum_network_follows_as_in_the_papers_code() {
    let device = Device::flex().autodiff();
    let fixture = Fixture::load(&device);
    let recorded = group(&fixture.tensors, "after1.");
    let after = from_pspe(recorded, Stage::Pretraining).unwrap();
    let (stepped, expected) = load(&after, &fixture.config, &fixture.objectives, &device);
    let moved = follow(
        fixture.momentum,
        &stepped.network,
        fixture.objectives.momentum,
    );
    let (moved, expected) = (
        block_on(state_of(&moved)).unwrap(),
        block_on(state_of(&expected)).unwrap(),
    );
    for (name, array) in &expected {
        let differences = moved[name].values.iter().zip(&array.values);
        let worst = differences.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= 1e-6, "{name} differs by {worst}");
    }
}

#[test]
fn frozen_parameters_stay_in_the_average() {
    let device = Device::flex().autodiff();
    let fixture = Fixture::load(&device);
    let before = block_on(state_of(&fixture.momentum)).unwrap();
    let frozen = fixture.model.network.clone().no_grad();
    let after = block_on(state_of(&follow(fixture.momentum, &frozen, 0.5))).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_checkpoint_survives_the_way_there_and_back() {
    let fixture = Fixture::load(&Device::flex());
    let theirs = group(&fixture.tensors, "param.");
    let ours = from_pspe(theirs.clone(), Stage::Pretraining).unwrap();
    let widths = &fixture.config.span_kernels;
    assert_eq!(to_pspe(ours, Stage::Pretraining, widths).unwrap(), theirs);
}
