//! Queue of keys of the contrastive objective.

use burn::tensor::{Device, Tensor, TensorData};
use pollster::block_on;
use spanlight_core::pretrain::KeyQueue;
use spanlight_core::weights::Array;

fn keys(from: usize, to: usize) -> Tensor<2> {
    let values: Vec<f32> = (from..to).map(|k| k as f32).collect();
    Tensor::from_data(TensorData::new(values, [to - from, 1]), &Device::flex())
}

fn state(queue: &KeyQueue) -> Option<Array> {
    queue.state().map(|keys| block_on(keys.read()).unwrap())
}

fn content(queue: &KeyQueue) -> Vec<f32> {
    let mut found = state(queue).map_or(vec![], |a| a.values);
    found.sort_by(f32::total_cmp);
    found
}

#[test]
fn the_newest_keys_stay() {
    let mut queue = KeyQueue::new(5);
    assert!(queue.is_empty() && queue.keys().is_none());
    queue.push(keys(0, 3));
    assert_eq!(content(&queue), [0.0, 1.0, 2.0]);
    queue.push(keys(3, 7));
    assert_eq!(content(&queue), [2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!((queue.len(), queue.next()), (5, 2));
    queue.push(keys(7, 20));
    assert_eq!(content(&queue), [15.0, 16.0, 17.0, 18.0, 19.0]);
}

#[test]
fn a_restored_queue_continues_as_the_original() {
    for pushed in [0, 2, 5, 7] {
        let mut queue = KeyQueue::new(5);
        if pushed > 0 {
            queue.push(keys(0, pushed));
        }
        let mut other = KeyQueue::restore(5, state(&queue), queue.next(), &Device::flex()).unwrap();
        queue.push(keys(10, 13));
        other.push(keys(10, 13));
        assert_eq!((state(&other), other.next()), (state(&queue), queue.next()));
    }
}

#[test]
fn a_foreign_state_is_refused() {
    let state = Array::new("queue", vec![6, 1], vec![0.0; 6]).unwrap();
    let refused = KeyQueue::restore(5, Some(state), 0, &Device::flex()).unwrap_err();
    assert!(refused.to_string().contains("queue of 5 keys"), "{refused}");
}
