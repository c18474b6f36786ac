//! The progress bar: on standard error, only on a terminal, and only when a run takes longer than a second.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

/// Counts files done.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// For `files` files; stays hidden for the first second, and always where standard error is no terminal.
    pub fn new(files: usize) -> Progress {
        Progress { bar: ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::hidden()), started: Instant::now() }
    }

    /// One more is done.
    pub fn step(&self) {
        if self.bar.is_hidden() && self.started.elapsed() > Duration::from_secs(1) && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
