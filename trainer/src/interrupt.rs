//! Stops a run on Ctrl-C: the first asks it to save and stop, the second ends it at once.

use std::{
    io::{Write, stderr},
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Whether the run should stop at the next safe place. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Interrupt {
    /// A flag that no signal sets; for tests and for callers that stop by other means.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag set by Ctrl-C, SIGTERM or SIGHUP. The second of them ends the process at once with
    /// status 130.
    ///
    /// # Errors
    /// When the system refuses the handler or the process already has one.
    pub fn install() -> Result<Self, InterruptError> {
        let interrupt = Self::new();
        let flag = interrupt.clone();
        ctrlc::set_handler(move || {
            if flag.request() {
                process::exit(130);
            }
            // Not `eprintln!`, which panics when the terminal is gone, as after SIGHUP.
            let _ = writeln!(
                stderr(),
                "\nstopping after this step and saving; press Ctrl-C again to stop at once without saving"
            );
        })?;
        Ok(interrupt)
    }

    /// Adds a deadline, `time` after `begin`. There is no deadline if `time` is `None` or too long for
    /// the clock.
    pub fn within(self, begin: Instant, time: Option<Duration>) -> Self {
        let deadline = time.and_then(|time| begin.checked_add(time));
        Self { deadline, ..self }
    }

    /// Requests a stop; returns whether a stop had been requested before.
    pub fn request(&self) -> bool {
        self.asked.swap(true, Ordering::Relaxed)
    }

    /// Whether a stop was requested or the time is up.
    pub fn requested(&self) -> bool {
        self.reason().is_some()
    }

    /// The reason to stop; `None` to go on.
    pub fn reason(&self) -> Option<&'static str> {
        let late = || self.deadline.is_some_and(|end| Instant::now() >= end);
        if self.asked.load(Ordering::Relaxed) {
            Some("interrupted")
        } else {
            late().then_some("out of time")
        }
    }
}

/// Why signals cannot be caught.
#[derive(Debug, thiserror::Error)]
#[error("cannot catch Ctrl-C: {0}")]
pub struct InterruptError(#[from] ctrlc::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_request() {
        let interrupt = Interrupt::new();
        let other = interrupt.clone();
        assert!(!other.requested());
        assert!(!interrupt.request());
        assert_eq!(other.reason(), Some("interrupted"));
        assert!(other.request());
    }

    #[test]
    fn the_time_is_up_without_a_request() {
        let now = Instant::now();
        let within = |time| Interrupt::new().within(now, time);
        assert_eq!(within(Some(Duration::ZERO)).reason(), Some("out of time"));
        for endless in [Some(Duration::from_hours(1)), Some(Duration::MAX), None] {
            assert!(!within(endless).requested());
        }
        // The first Ctrl-C after the deadline is still the first request.
        assert!(!within(Some(Duration::ZERO)).request());
    }
}
