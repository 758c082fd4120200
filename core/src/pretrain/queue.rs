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
