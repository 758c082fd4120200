//! Shows progress as a bar on a terminal and as log lines elsewhere.

use std::{
    env,
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Pause between two log lines about progress.
const PAUSE: Duration = Duration::from_secs(10);

/// Where progress is shown.
pub(super) enum View {
    /// A bar on standard error.
    Bar(ProgressBar),
    /// Lines of a log.
    Log {
        /// Destination of the lines.
        out: Box<dyn Write>,
        /// When the last line about progress was written.
        shown: Option<Instant>,
    },
}

impl View {
    /// A bar if standard error is a terminal.
    pub(super) fn stderr() -> Self {
        if stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            Self::Bar(bar.with_style(style()))
        } else {
            Self::log(Box::new(stderr()))
        }
    }

    pub(super) fn log(out: Box<dyn Write>) -> Self {
        Self::Log { out, shown: None }
    }

    /// Shows a line that stays.
    pub(super) fn line(&mut self, text: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| show(&mut stderr(), text)),
            Self::Log { out, .. } => show(out, text),
        }
    }

    /// Moves the bar, or logs a line if the last one is [`PAUSE`] old.
    pub(super) fn progress(&mut self, done: u64, of: u64, noun: &str, text: String) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(of);
                bar.set_message(text);
                bar.set_position(done);
            }
            Self::Log { out, shown } => {
                let early = shown.is_some_and(|last| last.elapsed() < PAUSE);
                if !early || done == of {
                    *shown = Some(Instant::now());
                    let separator = if text.is_empty() { "" } else { " · " };
                    show(out, &format!("{noun} {done}/{of}{separator}{text}"));
                }
            }
        }
    }
}

/// Writes a line. Ignores errors, since a closed terminal must not end the run.
fn show(out: &mut dyn Write, text: &str) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn style() -> ProgressStyle {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let plain = set("NO_COLOR") || env::var_os("TERM").is_some_and(|term| term == "dumb");
    let template = if plain {
        "{bar:20} {pos}/{len} {wide_msg}"
    } else {
        "{bar:20.cyan/8} {pos}/{len} {wide_msg}"
    };
    ProgressStyle::with_template(template)
        .expect("the template is a constant")
        .progress_chars("━━─")
}
