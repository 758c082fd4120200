//! What the contrastive objective keeps from step to step (method §3.7): momentum network, queues,
//! and the keys of the step under way.

use std::collections::BTreeMap;
use std::mem::take;

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use spanlight_core::Result;
use spanlight_core::average::follow;
use spanlight_core::pretrain::{KeyQueue, Keys, ObjectiveConfig, SpanPairNetwork};
use spanlight_core::weights::{StateDict, load_state, state_of};

use crate::prefixed;

/// Prefix of the momentum network's arrays.
pub const MOMENTUM: &str = "momentum.network.";
/// Names of the queues' arrays, of target and context views.
const QUEUES: [&str; 2] = ["queue.target", "queue.context"];

/// Where the next keys go in the queues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// In the queue of target and context views.
    pub next: [usize; 2],
}

/// Momentum network and queues.
pub struct Contrast {
    momentum: SpanPairNetwork,
    queues: [KeyQueue; 2],
    /// Keys of the step's chunks, of target and context views.
    pending: BTreeMap<usize, [Tensor<2>; 2]>,
}

impl Contrast {
    /// Empty queues beside a momentum network without gradients.
    pub fn new(momentum: SpanPairNetwork, config: &ObjectiveConfig) -> Self {
        Self {
            momentum,
            queues: [0, 1].map(|_| KeyQueue::new(config.queue_keys)),
            pending: BTreeMap::new(),
        }
    }

    /// The momentum network.
    pub fn momentum(&self) -> SpanPairNetwork {
        self.momentum.clone()
    }

    /// Whether no key is queued yet.
    pub fn is_empty(&self) -> bool {
        self.queues.iter().all(KeyQueue::is_empty)
    }

    /// Keeps a chunk's keys, and gives what to compare with.
    pub fn keys(&mut self, chunk: usize, own: [Tensor<2>; 2]) -> Keys {
        self.pending.insert(chunk, own.clone());
        Keys {
            own,
            queued: [0, 1].map(|side| self.queues[side].keys()),
        }
    }

    /// Ends a step: the momentum network follows, and the step's keys join the queues.
    pub fn step(&mut self, query: &SpanPairNetwork, momentum: f64) {
        self.momentum = follow(self.momentum.clone(), query, momentum);
        for keys in take(&mut self.pending).into_values() {
            for (queue, keys) in self.queues.iter_mut().zip(keys) {
                queue.push(keys);
            }
        }
    }

    /// Arrays and places to go on from.
    ///
    /// # Errors
    /// [`Error::Device`](spanlight_core::Error::Device) when the device fails.
    pub async fn state(&self) -> Result<(StateDict, Places)> {
        let momentum = state_of(&self.momentum).await?;
        let mut state: StateDict = prefixed(MOMENTUM, momentum).collect();
        for (name, queue) in QUEUES.into_iter().zip(&self.queues) {
            let keys = queue.state().await?;
            state.extend(keys.map(|keys| (name.to_string(), keys)));
        }
        let next = [0, 1].map(|side| self.queues[side].next());
        Ok((state, Places { next }))
    }

    /// Goes on from a [state](Self::state).
    ///
    /// # Errors
    /// [`Error::Weight`](spanlight_core::Error::Weight) for arrays of another run.
    pub fn restore(
        self,
        mut state: StateDict,
        places: Places,
        config: &ObjectiveConfig,
        device: &Device,
    ) -> Result<Self> {
        let mut queue = |side: usize| {
            let keys = state.remove(QUEUES[side]);
            KeyQueue::restore(config.queue_keys, keys, places.next[side], device)
        };
        let queues = [queue(0)?, queue(1)?];
        let momentum = (state.into_iter())
            .filter_map(|(name, array)| Some((name.strip_prefix(MOMENTUM)?.to_string(), array)))
            .collect();
        Ok(Self {
            momentum: load_state(self.momentum, momentum)?,
            queues,
            pending: BTreeMap::new(),
        })
    }
}
