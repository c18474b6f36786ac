//! Kubernetes minor versions, and which of them there are tables for.

use std::fmt;

/// A Kubernetes minor version: `Version(36)` is 1.36.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u8);

impl Version {
    /// The oldest one with a table.
    pub const OLDEST: Version = Version(30);
    /// The newest one with a table.
    pub const NEWEST: Version = Version(37);
    /// How many there are.
    pub const COUNT: usize = (Version::NEWEST.0 - Version::OLDEST.0) as usize + 1;

    /// All versions with a table, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Version> {
        (Version::OLDEST.0..=Version::NEWEST.0).map(Version)
    }

    /// Reads `1.36`, `v1.36` or `1.36.2`. The error says what there is.
    pub fn parse(text: &str) -> Result<Version, String> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let minor = match (parts.next(), parts.next().map(str::parse::<u8>)) {
            (Some("1"), Some(Ok(minor))) => Some(Version(minor)),
            _ => None,
        };
        match minor {
            Some(version) if (Version::OLDEST..=Version::NEWEST).contains(&version) => Ok(version),
            Some(version) => {
                Err(format!("Kubernetes {version} is not known: use one of {} to {}", Version::OLDEST, Version::NEWEST))
            }
            None => Err(format!("`{text}` is not a Kubernetes version: write one of {} to {}", Version::OLDEST, Version::NEWEST)),
        }
    }

    /// Its place among [`Version::all`]; versions beyond an end count as that end.
    pub(crate) fn index(self) -> usize {
        (self.0.clamp(Version::OLDEST.0, Version::NEWEST.0) - Version::OLDEST.0) as usize
    }
}

impl Default for Version {
    /// The newest version that recorded verdicts cover.
    fn default() -> Version {
        Version(36)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}
