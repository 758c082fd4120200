//! Shows the progress of reading a corpus on the terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

use crate::corpus::Progress;

/// A progress bar, which disappears when it is dropped.
pub struct Reading(ProgressBar);

impl Reading {
    /// A bar that shows nothing yet.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        // The template is a literal; should it fail, the default style is good enough.
        if let Ok(style) =
            ProgressStyle::with_template("{bytes}/{total_bytes} {wide_bar} {eta} {msg}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows the progress.
    pub fn show(&mut self, progress: Progress) -> ControlFlow<()> {
        match progress {
            Progress::Rebuilding { reason } => {
                tracing::info!("preparing the corpus again: {reason}");
            }
            Progress::Reading {
                done,
                total,
                sentences,
            } => {
                self.0.set_length(total);
                self.0.set_position(done);
                self.0.set_message(format!("{sentences} sentences"));
            }
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
