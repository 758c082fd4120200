//! Progress of a set-up step: a spinner on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A running step.
pub struct Step {
    name: &'static str,
    started: Instant,
    spinner: Option<ProgressBar>,
}

impl Step {
    /// Starts the clock and the spinner.
    pub fn begin(name: &'static str) -> Self {
        let spinner = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_prefix(name);
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} {prefix:16} {msg} ({elapsed})")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            name,
            started: Instant::now(),
            spinner,
        }
    }

    /// Shows the current action.
    pub fn say(&self, action: &str) {
        match &self.spinner {
            Some(bar) => bar.set_message(action.to_owned()),
            None => line(self.name, action),
        }
    }

    /// Prints a line that stays.
    pub fn warn(&self, text: &str) {
        self.paused(|| line(self.name, text));
    }

    /// Hides the spinner while `work` runs, so that a program such as `sudo` can prompt on the terminal.
    pub fn paused<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.spinner {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Ends the step with its result and its time.
    pub fn done(self, result: &str) {
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
        line(
            self.name,
            &format!("{result}, installed in {}", clock(self.started.elapsed())),
        );
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
    }
}

/// Prints one line of the set-up.
pub fn line(name: &str, text: &str) {
    eprintln!("  {name:16} {text}");
}

/// A duration in seconds or minutes: `7 s`, `2 min 05 s`.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {:02} s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(clock(Duration::from_millis(600)), "1 s");
        assert_eq!(clock(Duration::from_secs(59)), "59 s");
        assert_eq!(clock(Duration::from_secs(125)), "2 min 05 s");
    }
}
