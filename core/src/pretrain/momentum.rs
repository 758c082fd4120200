//! Momentum contrast (method §3.7): the slow network that computes keys, and the queues that keep them.
//!
//! After every optimiser step the parameters θ_k of the momentum network follow those of the query
//! network, θ_q, and the keys of the step join the queues:
//!
//! ```text
//! θ_k ← m θ_k + (1 − m) θ_q        m = 0.999
//! ```

use std::collections::BTreeMap;
use std::mem::take;

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::batch::PretrainBatch;
use super::config::ObjectiveConfig;
use super::cspo::normalize;
use super::network::SpanPairNetwork;
use crate::ops::Pass;
use crate::ops::average::follow;
use crate::weights::{Array, Pending, PendingState, StateDict, load_state, pending};
use crate::{Error, Result};

/// Prefix of the arrays of the momentum network.
pub const MOMENTUM: &str = "momentum.network.";
/// Names of the arrays of the queues: of target views and of context views.
const QUEUES: [&str; 2] = ["queue.target", "queue.context"];

/// Rows of the next keys in the queues of target views and of context views.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRows {
    /// Row of the next key of each queue.
    pub next: [usize; 2],
}

/// What the contrastive objective compares queries with; nothing here has gradients.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Keys of the target views and of the context views: `[sentences, width]` each.
    pub own: [Tensor<2>; 2],
    /// Queued keys of earlier target views and context views: `[queued, width]` each.
    pub queued: [Option<Tensor<2>>; 2],
}

/// Momentum network and queues.
#[derive(Debug)]
pub struct MomentumContrast {
    network: SpanPairNetwork,
    queues: [KeyQueue; 2],
    /// Keys of the chunks of the step, of target views and of context views.
    pending: BTreeMap<usize, [Tensor<2>; 2]>,
}

impl MomentumContrast {
    /// Empty queues beside a momentum network without gradients.
    pub fn new(network: SpanPairNetwork, config: &ObjectiveConfig) -> Self {
        Self {
            network,
            queues: [0, 1].map(|_| KeyQueue::new(config.queue_keys)),
            pending: BTreeMap::new(),
        }
    }

    /// The momentum network.
    pub fn network(&self) -> SpanPairNetwork {
        self.network.clone()
    }

    /// Whether no key is queued yet.
    pub fn is_empty(&self) -> bool {
        self.queues.iter().all(KeyQueue::is_empty)
    }

    /// Keeps the keys of a chunk for the end of the step; returns what to compare its queries with.
    pub fn keys(&mut self, chunk: usize, own: [Tensor<2>; 2]) -> Keys {
        self.pending.insert(chunk, own.clone());
        Keys {
            own,
            queued: [0, 1].map(|side| self.queues[side].keys()),
        }
    }

    /// Ends a step: the momentum network follows the query network, and the keys of the step join the
    /// queues in the order of their chunks.
    pub fn step(&mut self, query: &SpanPairNetwork, momentum: f64) {
        self.network = follow(self.network.clone(), query, momentum);
        for keys in take(&mut self.pending).into_values() {
            for (queue, keys) in self.queues.iter_mut().zip(keys) {
                queue.push(keys);
            }
        }
    }

    /// The arrays and the rows to go on from.
    ///
    pub fn state(&self) -> (PendingState, QueueRows) {
        let network = pending(&self.network).into_iter();
        let mut state: PendingState = network
            .map(|(name, array)| (format!("{MOMENTUM}{name}"), array))
            .collect();
        for (name, queue) in QUEUES.into_iter().zip(&self.queues) {
            state.extend(queue.state().map(|keys| (name.to_string(), keys)));
        }
        let next = [0, 1].map(|side| self.queues[side].next());
        (state, QueueRows { next })
    }

    /// Goes on from a [state](Self::state).
    ///
    /// # Errors
    /// [`Error::Weight`] for arrays of another run.
    pub fn restore(
        self,
        mut state: StateDict,
        rows: QueueRows,
        config: &ObjectiveConfig,
        device: &Device,
    ) -> Result<Self> {
        let mut queue = |side: usize| {
            let keys = state.remove(QUEUES[side]);
            KeyQueue::restore(config.queue_keys, keys, rows.next[side], device)
        };
        let queues = [queue(0)?, queue(1)?];
        let network = (state.into_iter())
            .filter_map(|(name, array)| Some((name.strip_prefix(MOMENTUM)?.to_string(), array)))
            .collect();
        Ok(Self {
            network: load_state(self.network, network)?,
            queues,
            pending: BTreeMap::new(),
        })
    }
}

/// Keys of the target views and of the context views of a batch, by the momentum network:
/// `[sentences, width]` each.
pub fn own_keys(
    network: &SpanPairNetwork,
    batch: &PretrainBatch,
    config: &ObjectiveConfig,
    pass: &mut Pass,
) -> [Tensor<2>; 2] {
    let projected = normalize(network.keys(batch, pass), config.cspo_normalize); // [2 * sentences, width]
    let sentences = batch.sentences();
    [0, 1].map(|side| projected.clone().narrow(0, side * sentences, sentences))
}

/// A ring of keys; new keys replace the oldest.
#[derive(Debug, Clone)]
pub struct KeyQueue {
    capacity: usize,
    /// `[capacity, width]`; `None` before the first key.
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

    /// Row of the next key.
    pub fn next(&self) -> usize {
        self.next
    }

    /// All keys, in no particular order: `[len, width]`; `None` while empty.
    pub fn keys(&self) -> Option<Tensor<2>> {
        let ring = self.ring.as_ref().filter(|_| self.filled > 0)?;
        Some(ring.clone().narrow(0, 0, self.filled))
    }

    /// Adds keys `[new, width]`, which have no gradients; of more keys than the capacity, the last ones.
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

    /// The keys: `[len, width]`; `None` while empty.
    pub fn state(&self) -> Option<Pending> {
        let keys = self.keys()?;
        let shape = keys.dims().to_vec();
        Some(Pending {
            values: keys.reshape([shape.iter().product::<usize>()]),
            shape,
            transposed: false,
        })
    }

    /// A queue from its [state](Self::state) and the row of the [next](Self::next) key.
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
