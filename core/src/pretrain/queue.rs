//! Queue of keys (method §3.7): what other sentences looked like some steps ago.

use burn::tensor::{Device, Tensor, TensorData};

use crate::weights::Array;
use crate::{Error, Result};

/// A ring of keys; new ones replace the oldest.
#[derive(Debug, Clone)]
pub struct KeyQueue {
    capacity: usize,
    /// `[capacity, width]`; made with the first key.
    ring: Option<Tensor<2>>,
    filled: usize,
    next: usize,
}

impl KeyQueue {
    /// An empty queue.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            ring: None,
            filled: 0,
            next: 0,
        }
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether there is no key yet.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Where the next key goes.
    pub fn next(&self) -> usize {
        self.next
    }

    /// All keys, in no particular order: `[len, width]`; nothing while empty.
    pub fn keys(&self) -> Option<Tensor<2>> {
        let ring = self.ring.as_ref().filter(|_| self.filled > 0)?;
        Some(ring.clone().narrow(0, 0, self.filled))
    }

    /// Adds keys `[new, width]`, without gradients; of more than fit, the last.
    pub fn push(&mut self, keys: Tensor<2>) {
        let [new, width] = keys.dims();
        let surplus = new.saturating_sub(self.capacity);
        let (keys, new) = (keys.narrow(0, surplus, new - surplus), new - surplus);
        let mut ring = match self.ring.take() {
            Some(ring) => ring,
            None => Tensor::zeros([self.capacity, width], &keys.device()),
        };
        let before = new.min(self.capacity - self.next);
        let places = [(self.next, 0, before), (0, before, new - before)];
        for (place, from, count) in places {
            if count > 0 {
                ring = ring.slice_assign(
                    [place..place + count, 0..width],
                    keys.clone().narrow(0, from, count),
                );
            }
        }
        self.ring = Some(ring);
        self.filled = (self.filled + new).min(self.capacity);
        self.next = (self.next + new) % self.capacity;
    }

    /// The keys on the host; nothing while empty.
    ///
    /// # Errors
    /// [`Error::Device`] when the device fails.
    pub async fn state(&self) -> Result<Option<Array>> {
        let Some(keys) = self.keys() else {
            return Ok(None);
        };
        let shape = keys.dims().to_vec();
        let data = keys
            .into_data_async()
            .await
            .map_err(|e| Error::Device(e.to_string()))?;
        let values = data
            .try_into_vec::<f32>()
            .map_err(|e| Error::Device(format!("{e:?}")))?;
        Ok(Some(Array { shape, values }))
    }

    /// A queue from its [state](Self::state) and the place of the [next](Self::next) key.
    ///
    /// # Errors
    /// [`Error::Weight`] for keys that do not fit the capacity.
    pub fn restore(
        capacity: usize,
        state: Option<Array>,
        next: usize,
        device: &Device,
    ) -> Result<Self> {
        let mut queue = Self::new(capacity);
        let Some(array) = state else {
            return Ok(queue);
        };
        let (filled, width) = match array.shape[..] {
            [filled, width] if filled <= queue.capacity && next < queue.capacity => (filled, width),
            _ => {
                return Err(Error::Weight {
                    name: "queue".into(),
                    problem: format!(
                        "the shape {:?} does not fit a queue of {capacity} keys; resume with the settings of the run",
                        array.shape
                    ),
                });
            }
        };
        let keys = Tensor::from_data(TensorData::new(array.values, [filled, width]), device);
        queue.push(keys);
        (queue.filled, queue.next) = (filled, next);
        Ok(queue)
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    fn keys(from: usize, to: usize) -> Tensor<2> {
        let values: Vec<f32> = (from..to).map(|k| k as f32).collect();
        Tensor::from_data(TensorData::new(values, [to - from, 1]), &Device::flex())
    }

    fn content(queue: &KeyQueue) -> Vec<f32> {
        let mut found = block_on(queue.state()).unwrap().map_or(vec![], |a| a.values);
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
    fn a_restored_queue_goes_on_alike() {
        for pushed in [0, 2, 5, 7] {
            let mut queue = KeyQueue::new(5);
            if pushed > 0 {
                queue.push(keys(0, pushed));
            }
            let state = block_on(queue.state()).unwrap();
            let mut other =
                KeyQueue::restore(5, state, queue.next(), &Device::flex()).unwrap();
            queue.push(keys(10, 13));
            other.push(keys(10, 13));
            let bits = |q: &KeyQueue| block_on(q.state()).unwrap();
            assert_eq!((bits(&other), other.next()), (bits(&queue), queue.next()));
        }
    }

    #[test]
    fn a_foreign_state_is_refused() {
        let state = Array::new("queue", vec![6, 1], vec![0.0; 6]).unwrap();
        let refused = KeyQueue::restore(5, Some(state), 0, &Device::flex()).unwrap_err();
        assert!(refused.to_string().contains("queue of 5 keys"), "{refused}");
    }
}
