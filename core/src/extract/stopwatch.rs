//! Time by a clock that is passed in.

/// A clock in milliseconds that never goes back; the core has none of its own.
pub type Clock = fn() -> f64;

/// The time between laps.
pub(crate) struct Stopwatch {
    clock: Option<Clock>,
    last: f64,
}

impl Stopwatch {
    pub(crate) fn start(clock: Option<Clock>) -> Self {
        let mut watch = Self { clock, last: 0.0 };
        watch.lap();
        watch
    }

    /// The time since the last lap.
    pub(crate) fn lap(&mut self) -> f64 {
        let now = self.clock.map_or(0.0, |clock| clock());
        now - std::mem::replace(&mut self.last, now)
    }
}
