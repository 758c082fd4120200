//! What an extraction has done so far, and where its time went.

use super::stopwatch::{Clock, Stopwatch};
use super::{Extraction, Timing};

/// An extraction under way.
pub(super) struct Tally {
    pub done: Extraction,
    timing: Option<Timing>,
    watch: Stopwatch,
}

impl Tally {
    /// Without a clock there is no timing.
    pub fn start(clock: Option<Clock>) -> Self {
        Self {
            done: Extraction::default(),
            timing: clock.map(|_| Timing::default()),
            watch: Stopwatch::start(clock),
        }
    }

    /// The time since the last call was spent on one thing.
    pub fn spent(&mut self, on: impl FnOnce(&mut Timing) -> &mut f64) {
        let time = self.watch.lap();
        if let Some(timing) = &mut self.timing {
            *on(timing) += time;
        }
    }

    /// The time since the last call was the caller's own.
    pub fn paused(&mut self) {
        self.watch.lap();
    }

    /// The result.
    pub fn finish(self) -> Extraction {
        Extraction {
            timing: self.timing,
            ..self.done
        }
    }
}
