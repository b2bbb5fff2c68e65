//! How far the reading is: a bar on a terminal, for anything over a second; otherwise nothing.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// A bar that shows itself late.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    quiet: Quiet,
}

#[derive(PartialEq)]
enum Quiet {
    Yes,
    No,
}

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    /// A bar that is not shown yet; never shown where standard error is no terminal or `quiet` was asked for.
    pub fn new(quiet: bool) -> Self {
        let silent = quiet || !std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, started: Instant::now(), quiet: if silent { Quiet::Yes } else { Quiet::No } }
    }

    /// `done` of `all` bytes of a file.
    pub fn reading(&mut self, path: &Path, done: u64, all: u64) {
        if self.quiet == Quiet::Yes || self.started.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(all);
        self.bar.set_position(done);
        self.bar.set_message(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
