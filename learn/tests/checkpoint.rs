//! A run that stops and goes on.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use spanlight_core::ops::Init;
use spanlight_core::ops::Linear;
use spanlight_core::weights::{
    Array, Pending, PendingState, StateDict, read_state, state_of, write_safetensors,
};
use spanlight_learn::{AdamW, AdamWConfig, Checkpoint, Group, Groups, Origin, Progress, gradients};
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
            &Regression::default(),
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

fn origin() -> Origin {
    Origin {
        program: "spanlight 1.0.0".into(),
        processor: "a CPU".into(),
        inputs: [("training data".into(), "ab12".into())].into(),
    }
}

fn pack(model: &Linear, optimizer: &AdamW) -> (Progress<String>, Vec<u8>) {
    let progress = Progress {
        step: 6,
        seconds: 1.5,
        origin: origin(),
        task: "best \"so\" far".to_string(),
    };
    let queue = Pending {
        shape: vec![2, 1],
        values: Tensor::from_data([1.5, -0.0], &Device::flex()),
        transposed: false,
    };
    let pending = PendingState::from([("queue".into(), queue)]);
    let packed = Checkpoint::pack(model, optimizer, pending, &progress).unwrap();
    (progress, block_on(packed.bytes()).unwrap())
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
        block_on(read_state(resumed.state())).unwrap(),
        block_on(read_state(optimizer.state())).unwrap()
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

#[test]
fn a_checkpoint_of_another_format_is_refused_by_name() {
    let state = StateDict::new();
    for (note, format) in [(r#"{"step":1,"seconds":1}"#, 0), (r#"{"format":4}"#, 4)] {
        let bytes = write_safetensors(&state, Some(note.into())).unwrap();
        let message = Checkpoint::step(&bytes).unwrap_err().to_string();
        let expected = format!("has format {format}, and this program resumes format 3");
        assert!(message.contains(&expected), "{message}");
    }
}

#[test]
fn everything_that_changed_since_a_checkpoint_is_named() {
    let then = origin();
    assert_eq!(then.differences(&origin()), []);
    let mut now = origin();
    now.program = "spanlight 1.0.1".into();
    now.processor = "another CPU".into();
    now.inputs.insert("training data".into(), "cd34".into());
    now.inputs.insert("encoder".into(), "ef56".into());
    let found = then.differences(&now);
    let named: Vec<_> = found
        .iter()
        .map(|d| (d.what.as_str(), d.bearable))
        .collect();
    let expected = [
        ("encoder", false),
        ("training data", false),
        ("program", true),
        ("processor", true),
    ];
    assert_eq!(named, expected);
    assert_eq!((&*found[1].then, &*found[1].now), ("ab12", "cd34"));
}
