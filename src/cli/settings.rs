//! The configuration file: found from the working directory upwards, or named.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use plimsoll::config::{self, Config};

use super::Failure;

/// What was found.
#[derive(Debug, Default)]
pub struct Settings {
    /// What it says.
    pub config: Config,
    /// What it leaves out of directories.
    pub exclude: Exclude,
}

/// Globs of the configuration, counted from its folder.
#[derive(Debug, Default)]
pub struct Exclude(Option<(PathBuf, Gitignore)>);

impl Exclude {
    /// Whether a file of a walked directory is left out.
    pub fn has(&self, path: &Path) -> bool {
        let Some((root, globs)) = &self.0 else { return false };
        let Ok(path) = std::path::absolute(path) else { return false };
        path.strip_prefix(root).is_ok_and(|below| globs.matched_path_or_any_parents(below, false).is_ignore())
    }
}

/// Reads `named`, or else the nearest configuration; nothing is asked for where there is none.
pub fn read(named: Option<&Path>) -> Result<Settings, Failure> {
    let here = std::env::current_dir().ok();
    match named.map(Path::to_path_buf).or_else(|| nearest(&here?)) {
        Some(path) => of_file(&path),
        None => Ok(Settings::default()),
    }
}

/// Reads the configuration in `folder` or the nearest above.
pub fn of_folder(folder: &Path) -> Result<Settings, Failure> {
    nearest(folder).map_or_else(|| Ok(Settings::default()), |path| of_file(&path))
}

fn of_file(path: &Path) -> Result<Settings, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}:{why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!(" {error}")))?;
    let config = config::parse(&text).map_err(wrong)?;
    let exclude = exclude(path, &config).map_err(|error| wrong(format!(" {error}")))?;
    Ok(Settings { config, exclude })
}

fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(config::NAME)).find(|path| path.is_file())
}

fn exclude(path: &Path, config: &Config) -> Result<Exclude, String> {
    if config.exclude.is_empty() {
        return Ok(Exclude::default());
    }
    let path = std::path::absolute(path).map_err(|error| error.to_string())?;
    let root = path.parent().unwrap_or(&path).to_path_buf();
    // Globs are matched against paths relative to the folder, hence no root here.
    let mut builder = GitignoreBuilder::new("");
    for glob in &config.exclude {
        builder.add_line(None, glob).map_err(|error| error.to_string())?;
    }
    Ok(Exclude(Some((root, builder.build().map_err(|error| error.to_string())?))))
}
