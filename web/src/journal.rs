//! Writes log messages and panics to the console, and remembers the errors of the GPU libraries.
//!
//! If a kernel does not compile in the browser, CubeCL only logs the error and continues with stale memory.

use std::panic;
use std::sync::{Mutex, Once, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::host::{console_error, console_warn};

/// Crates whose logged errors mean wrong results.
const GPU: [&str; 3] = ["cubecl", "wgpu", "naga"];
/// Largest number of characters of a message to keep; CubeCL appends whole shaders.
const LONGEST: usize = 300;

static FAILURES: Mutex<Failures> = Mutex::new(Failures {
    count: 0,
    last: String::new(),
});

struct Failures {
    count: usize,
    last: String,
}

struct Journal;

impl Log for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let message = record.args().to_string();
        let line = format!("{}: {message}", record.target());
        if record.level() != Level::Error {
            return console_warn(&line);
        }
        console_error(&line);
        if GPU.iter().any(|name| record.target().starts_with(name)) {
            let mut failures = FAILURES.lock().unwrap_or_else(PoisonError::into_inner);
            failures.count += 1;
            failures.last = message.chars().take(LONGEST).collect();
        }
    }

    fn flush(&self) {}
}

/// Installs the logger and the panic hook. Further calls have no effect.
pub fn open() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if log::set_logger(&Journal).is_ok() {
            log::set_max_level(LevelFilter::Warn);
        }
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            console_error(&info.to_string());
            previous(info);
        }));
    });
}

/// Watches for failures of the GPU libraries from its creation on.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    from: usize,
}

impl Watch {
    /// Starts to watch; earlier failures do not count.
    pub fn begin() -> Self {
        Self {
            from: failures(|failures| failures.count),
        }
    }

    /// The message of the last failure since [`Self::begin`]; `None` if there was none.
    pub fn failure(self) -> Option<String> {
        failures(|failures| (failures.count > self.from).then(|| failures.last.clone()))
    }
}

fn failures<T>(read: impl FnOnce(&Failures) -> T) -> T {
    read(&FAILURES.lock().unwrap_or_else(PoisonError::into_inner))
}
