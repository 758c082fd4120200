//! Where the time of an extraction goes.

use serde::Serialize;

use crate::host::now;

/// Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Timing {
    /// Sentences, words and word-pieces.
    pub tokenize: f64,
    /// The model.
    pub compute: f64,
    /// Entities and relations from what the model computed.
    pub decode: f64,
}

/// Measures what runs between the caller's turns.
pub struct Stopwatch {
    last: f64,
    passed: f64,
}

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self {
            last: now(),
            passed: 0.0,
        }
    }

    /// Stops for the caller's turn.
    pub fn stop(&mut self) {
        self.passed += now() - self.last;
    }

    /// Runs again.
    pub fn resume(&mut self) {
        self.last = now();
    }

    /// The sum; all of it counts as computing, because the core does not tell its parts apart.
    pub fn timing(mut self) -> Timing {
        self.stop();
        Timing {
            compute: self.passed,
            ..Timing::default()
        }
    }
}
