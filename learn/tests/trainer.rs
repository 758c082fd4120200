//! The step loop on a small regression.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::ops::Linear;
use spanlight_learn::{
    AdamW, AdamWConfig, Error, Group, Groups, Schedule, Sequential, StepReport, Trainer,
};
use spanlight_tests::regression::Regression;

fn trainer(learning_rate: f64) -> Trainer<Regression> {
    let device = Device::flex().autodiff();
    let model = Regression::model(1, &device);
    let config = AdamWConfig {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-6,
        weight_decay: 0.0,
        bias_correction: true,
        clip: 1.0,
    };
    let mut groups = Groups::default();
    groups.insert(&model, |_| Group {
        learning_rate,
        decay: false,
    });
    let objective = Regression {
        dropout: 0.0,
        ..Regression::default()
    };
    let optimizer = AdamW::new(config, &model);
    let schedule = Schedule::new(200, 0.1);
    Trainer::new(objective, model, optimizer, groups, schedule, device, 5)
}

fn weight(model: &Linear) -> Vec<f32> {
    model.weight.val().into_data().try_into_vec().unwrap()
}

#[test]
fn learns_a_linear_function() {
    let mut trainer = trainer(0.1);
    let step = |_| block_on(trainer.step(&Sequential)).unwrap();
    let reports: Vec<StepReport> = (0..200).map(step).collect();
    let steps: Vec<usize> = reports.iter().map(|report| report.step).collect();
    assert_eq!(steps, (1..=200).collect::<Vec<_>>());
    let (weight, total) = (weight(trainer.model()), reports[199].total);
    let worst = weight
        .iter()
        .zip([2.0, -1.0, 0.5])
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(
        worst < 0.05 && total < 0.05,
        "{weight:?} at the loss {total}"
    );
}

#[test]
fn the_total_is_the_weighted_sum_of_the_losses() {
    let report = block_on(trainer(0.1).step(&Sequential)).unwrap();
    let [square, absolute] = report.losses[..] else {
        panic!("{report:?}")
    };
    assert_eq!((square.name, absolute.name), ("square", "absolute"));
    let expected = square.mean.unwrap() + 0.5 * absolute.mean.unwrap();
    assert_eq!(report.total, expected);
}

#[test]
fn a_run_that_diverges_names_the_step() {
    let mut trainer = trainer(1e38);
    let mut steps = 0;
    let error = loop {
        match block_on(trainer.step(&Sequential)) {
            Ok(report) => steps = report.step,
            Err(error) => break error,
        }
    };
    let Error::Diverged { step, norm, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((step, trainer.finished()), (steps, steps));
    assert!(step < 5 && !norm.is_finite());
}
