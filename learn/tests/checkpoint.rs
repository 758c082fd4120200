//! A run that stops and goes on.

use burn::nn::Linear;
use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::ops::Init;
use spanlight_core::weights::{Array, StateDict, state_of, write_safetensors};
use spanlight_learn::{AdamW, AdamWConfig, Checkpoint, Group, Groups, Progress, gradients};
use spanlight_tests::regression::{Backwards, Regression};

fn fresh(seed: u64) -> (Linear, AdamW) {
    let config = AdamWConfig {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-6,
        weight_decay: 0.01,
        bias_correction: true,
        clip: 1.0,
    };
    let model = Regression::model(seed, &Device::flex().autodiff());
    let optimizer = AdamW::new(config, &model);
    (model, optimizer)
}

fn train(mut model: Linear, optimizer: &mut AdamW, steps: std::ops::Range<usize>) -> Linear {
    let device = Device::flex().autodiff();
    let mut groups = Groups::default();
    groups.insert(&model, |_| Group {
        learning_rate: 0.01,
        decay: true,
    });
    for step in steps {
        let found = block_on(gradients(
            &Regression::new(),
            &model,
            &device,
            step,
            5,
            &Backwards,
        ))
        .unwrap();
        (model, _) =
            block_on(optimizer.step(&model, found.gradients, &groups, 1.0, &Backwards)).unwrap();
    }
    model
}

fn extra() -> StateDict {
    let array = Array::new("queue", vec![2, 1], vec![1.5, -0.0]).unwrap();
    StateDict::from([("queue".into(), array)])
}

fn pack(model: &Linear, optimizer: &AdamW) -> (Progress<String>, Vec<u8>) {
    let progress = Progress {
        step: 6,
        seconds: 1.5,
        task: "best \"so\" far".to_string(),
    };
    let bytes = block_on(Checkpoint::pack(model, optimizer, extra(), &progress)).unwrap();
    (progress, bytes)
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one_to_the_bit() {
    let (model, mut optimizer) = fresh(1);
    let model = train(model, &mut optimizer, 0..6);
    let (progress, bytes) = pack(&model, &optimizer);
    let model = train(model, &mut optimizer, 6..11);

    let (other, mut resumed) = fresh(2);
    let (other, kept, found) =
        Checkpoint::unpack::<_, String>(&bytes, other, &mut resumed, &Device::flex()).unwrap();
    assert_eq!((kept, found), (extra(), progress));
    let other = train(other, &mut resumed, 6..11);
    let state = |model: &Linear| block_on(state_of(model)).unwrap();
    assert_eq!(state(&other), state(&model));
    assert_eq!(
        block_on(resumed.state()).unwrap(),
        block_on(optimizer.state()).unwrap()
    );
    assert_ne!(state(&model), state(&fresh(1).0));
}

#[test]
fn a_damaged_or_foreign_checkpoint_is_refused() {
    let (model, mut optimizer) = fresh(1);
    let model = train(model, &mut optimizer, 0..2);
    let (_, bytes) = pack(&model, &optimizer);
    let refusal = |bytes: &[u8]| {
        let (model, mut optimizer) = fresh(2);
        let found = Checkpoint::unpack::<_, String>(bytes, model, &mut optimizer, &Device::flex());
        found.expect_err("it was accepted").to_string()
    };
    assert!(refusal(&bytes[..bytes.len() - 1]).contains("damaged"));
    assert!(refusal(&[]).contains("damaged"));
    let weights = block_on(state_of(&model)).unwrap();
    let plain = write_safetensors(&weights, None).unwrap();
    assert!(refusal(&plain).contains("has no progress"));

    let device = Device::flex().autodiff();
    let wider = Init::seeded(1).linear(4, 1, &device);
    let (_, mut optimizer) = fresh(1);
    let found = Checkpoint::unpack::<_, String>(&bytes, wider, &mut optimizer, &Device::flex());
    let message = found.expect_err("it was accepted").to_string();
    assert!(
        message.contains("`weight`") && message.contains("shape"),
        "{message}"
    );
}
