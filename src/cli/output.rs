//! Writing to standard output: a reader that has gone away is no error, and colours go only to terminals.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;
use plimsoll::report::Colour;

use super::Failure;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    /// Whether standard output gets colours.
    pub fn colour(self) -> Colour {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            When::Always => Colour::On,
            When::Never => Colour::Off,
            When::Auto if io::stdout().is_terminal() && !no_color => Colour::On,
            When::Auto => Colour::Off,
        }
    }
}

/// How wide the output may be: the terminal's columns from `COLUMNS`, else 110, within what can be read.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok());
    columns.unwrap_or(110).clamp(60, 160)
}

/// Writes a report to a file.
pub fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| Failure::Input(format!("cannot write {}: {error}", file.display())))
}

/// Prints `text`. `head` closing the pipe early is fine.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Input(format!("cannot write the report: {error}")))
        }
        _ => Ok(()),
    }
}
