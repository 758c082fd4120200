//! How long the parts of an extraction take, by a clock that is passed in.

use serde::{Deserialize, Serialize};

/// Returns the time in milliseconds and never goes back. The core has no clock of its own.
pub type Clock = fn() -> f64;

/// Time that an extraction spent, in milliseconds. The time that `on_batch` takes is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Splitting the text into sentences, words and word-pieces.
    pub tokenize: f64,
    /// Running the model.
    pub compute: f64,
    /// Turning the output of the model into entities and relations.
    pub decode: f64,
}

/// Divides the time of an extraction among the parts of its [`Timing`].
pub(super) struct Stopwatch {
    clock: Option<Clock>,
    last: f64,
    timing: Timing,
}

impl Stopwatch {
    /// Starts to measure. Without a clock, nothing is measured.
    pub fn start(clock: Option<Clock>) -> Self {
        Self {
            clock,
            last: clock.map_or(0.0, |clock| clock()),
            timing: Timing::default(),
        }
    }

    /// Adds the time since the last call to a part of the timing.
    pub fn add_to(&mut self, part: impl FnOnce(&mut Timing) -> &mut f64) {
        let elapsed = self.lap();
        *part(&mut self.timing) += elapsed;
    }

    /// Leaves the time since the last call out of the timing.
    pub fn skip(&mut self) {
        self.lap();
    }

    /// The timing so far; `None` without a clock.
    pub fn timing(&self) -> Option<Timing> {
        self.clock.map(|_| self.timing)
    }

    /// The time since the last call.
    fn lap(&mut self) -> f64 {
        let now = self.clock.map_or(0.0, |clock| clock());
        now - std::mem::replace(&mut self.last, now)
    }
}
