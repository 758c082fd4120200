//! Stops a run: the first Ctrl-C, SIGTERM or SIGHUP asks it to save and stop, the second ends it at once.

use std::{
    io::{self, Write, stderr},
    process,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

/// Why a run stops before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM, as from a cluster that needs the machine.
    Terminated,
    /// SIGHUP: the terminal is gone.
    HungUp,
    /// The run has used the time that it was given.
    OutOfTime,
}

impl Stop {
    /// The exit status: 128 and the number of the signal, as a shell has it, or that of a failure that is
    /// temporary (EX_TEMPFAIL).
    pub fn status(self) -> u8 {
        match self {
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::HungUp => 129,
            Self::OutOfTime => 75,
        }
    }

    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
            Self::HungUp => "the terminal is gone",
            Self::OutOfTime => "out of time",
        }
    }

    fn of_status(status: u8) -> Option<Self> {
        let all = [Self::Interrupted, Self::Terminated, Self::HungUp];
        all.into_iter().find(|stop| stop.status() == status)
    }
}

/// Whether the run should stop at the next safe place. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    /// Exit status of the signal that came; 0 before one.
    status: Arc<AtomicU8>,
    deadline: Option<Instant>,
}

impl Interrupt {
    /// A flag that no signal sets; for tests and for callers that stop by other means.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag set by Ctrl-C, SIGTERM or SIGHUP. The second of them ends the process at once.
    ///
    /// # Errors
    /// When the system refuses the handler.
    pub fn install() -> io::Result<Self> {
        let interrupt = Self::new();
        let flag = interrupt.clone();
        listen(move |stop| {
            if flag.request(stop) {
                process::exit(stop.status().into());
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
    pub fn request(&self, stop: Stop) -> bool {
        let first =
            self.status
                .compare_exchange(0, stop.status(), Ordering::Relaxed, Ordering::Relaxed);
        first.is_err()
    }

    /// The reason to stop; `None` to go on.
    pub fn reason(&self) -> Option<Stop> {
        let late = || self.deadline.is_some_and(|end| Instant::now() >= end);
        Stop::of_status(self.status.load(Ordering::Relaxed))
            .or_else(|| late().then_some(Stop::OutOfTime))
    }
}

/// Calls `take` for every signal, on a thread of its own.
#[cfg(unix)]
fn listen(take: impl Fn(Stop) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().spawn(move || {
        for signal in signals.forever() {
            take(match signal {
                SIGINT => Stop::Interrupted,
                SIGTERM => Stop::Terminated,
                _ => Stop::HungUp,
            });
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn listen(take: impl Fn(Stop) + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(move || take(Stop::Interrupted)).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_first_request() {
        let interrupt = Interrupt::new();
        let other = interrupt.clone();
        assert_eq!(other.reason(), None);
        assert!(!interrupt.request(Stop::Terminated));
        assert_eq!(other.reason(), Some(Stop::Terminated));
        assert!(other.request(Stop::Interrupted));
        assert_eq!(interrupt.reason(), Some(Stop::Terminated));
    }

    #[test]
    fn the_time_is_up_without_a_request() {
        let now = Instant::now();
        let within = |time| Interrupt::new().within(now, time);
        assert_eq!(within(Some(Duration::ZERO)).reason(), Some(Stop::OutOfTime));
        for endless in [Some(Duration::from_hours(1)), Some(Duration::MAX), None] {
            assert_eq!(within(endless).reason(), None);
        }
        // The first Ctrl-C after the deadline is still the first request.
        assert!(!within(Some(Duration::ZERO)).request(Stop::Interrupted));
    }
}
