//! The folders that the client has open, each with what the `plimsoll.yaml` in it or above asks for.

use std::path::{Path, PathBuf};

use plimsoll::config::Config;
use plimsoll::diagnostic::Finding;
use plimsoll::select::Selection;

use crate::cli::settings::{self, Exclude};

/// One folder.
#[derive(Debug)]
pub struct Project {
    /// Where it is.
    pub root: PathBuf,
    /// What its configuration says; nothing where that cannot be read.
    pub config: Config,
    /// Files that are not looked at.
    pub exclude: Exclude,
    /// Findings that are shown.
    selection: Selection,
}

impl Project {
    /// The folder at `root`, and why its configuration cannot be followed.
    pub fn at(root: &Path) -> (Project, Option<String>) {
        let (found, complaint) = match settings::of_folder(root) {
            Ok(found) => (found, None),
            Err(failure) => (settings::Settings::default(), Some(failure.to_string())),
        };
        let selection = Selection::parse(&found.config.only, &found.config.ignore).unwrap_or_default();
        (Project { root: root.to_path_buf(), config: found.config, exclude: found.exclude, selection }, complaint)
    }
}

/// The innermost of `projects` that the file at `path` lies in.
fn of<'a>(projects: &'a [Project], path: &str) -> Option<&'a Project> {
    let around = projects.iter().filter(|project| Path::new(path).starts_with(&project.root));
    around.max_by_key(|project| project.root.components().count())
}

/// The path as people say it who have these folders open.
pub fn short<'a>(projects: &[Project], path: &'a str) -> &'a str {
    let below = of(projects, path).and_then(|project| Path::new(path).strip_prefix(&project.root).ok()?.to_str());
    below.unwrap_or(path)
}

/// Whether the file at `path` is left out of its folder.
pub fn excludes(projects: &[Project], path: &str) -> bool {
    of(projects, path).is_some_and(|project| project.exclude.has(Path::new(path)))
}

/// Whether `finding` is shown.
pub fn shows(projects: &[Project], finding: &Finding) -> bool {
    of(projects, &finding.path).is_none_or(|project| project.selection.has(finding))
}
