//! Between URIs and the paths that findings are made at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{InitializeParams, Uri, WorkspaceFolders};
use plimsoll::check::{self, Checked, Options};
use plimsoll::config;
use rayon::prelude::*;

use super::projects::Project;
use crate::cli::input::{self, Input, Paths};
use crate::cli::kustomize;

/// The path that the text at `uri` is known by: the file's, or for texts that are in no file the URI itself.
pub fn path_of(uri: &Uri) -> Arc<str> {
    match uri.to_file_path() {
        Ok(path) => path.to_string_lossy().into(),
        Err(()) => uri.as_str().into(),
    }
}

/// The URI of `path`.
pub fn uri_of(path: &str) -> Option<Uri> {
    Uri::from_file_path(path).ok().or_else(|| Uri::parse(path).ok())
}

/// The folders that the client has open.
#[allow(deprecated)]
pub fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.iter().map(|folder| folder.uri.clone()).collect(),
        _ => params.root_uri.iter().cloned().collect::<Vec<Uri>>(),
    };
    folders.iter().filter_map(|uri| uri.to_file_path().ok()).collect()
}

/// What a walk found.
#[derive(Default)]
pub struct Found {
    /// The manifests, checked.
    pub checked: Vec<Checked>,
    /// The files that are parts of a kustomization, not manifests of their own.
    pub left_out: BTreeSet<Arc<str>>,
}

/// Walks `projects` and checks every manifest, in parallel. What cannot be read is left out: the command line says why.
pub fn index(projects: &[Project], options: Options) -> Found {
    let mut found = Found::default();
    for project in projects {
        let Ok(inputs) = input::collect_but(&Paths::of(project.root.clone()), &project.exclude) else { continue };
        found.checked.par_extend(inputs.list.par_iter().filter_map(|input| read(input, options)));
        found.left_out.extend(inputs.skipped.iter().map(|skipped| Arc::from(skipped.path.as_str())));
    }
    found
}

/// Checks the file at `path`; `None` where there is none any more, and where a walk of `projects` does not come by.
pub fn read_file(path: &str, projects: &[Project], options: Options) -> Option<Checked> {
    let file = Path::new(path);
    let met =
        |project: &Project| file.starts_with(&project.root) && input::meets(&project.root, file) && !project.exclude.has(file);
    projects.iter().any(met).then(|| read(&Input::File(file.to_path_buf()), options))?
}

fn read(input: &Input, options: Options) -> Option<Checked> {
    let bytes = input.read().ok()?;
    std::panic::catch_unwind(|| check::check_bytes(input.path().into(), bytes, options)).ok()
}

/// Whether a change of the file at `path` changes which files are manifests, or what is said of them.
pub fn decides_over_others(path: &str) -> bool {
    let known = BTreeSet::from([PathBuf::from(path)]);
    Path::new(path).is_file() && kustomize::patches(&known).contains_key(Path::new(path))
        || path.ends_with("kustomization.yaml")
        || Path::new(path).file_name().is_some_and(|name| name == config::NAME)
}

/// The edits of a fix by file.
pub fn by_path<T>(items: impl Iterator<Item = (Arc<str>, T)>) -> BTreeMap<Arc<str>, Vec<T>> {
    let mut map: BTreeMap<Arc<str>, Vec<T>> = BTreeMap::new();
    for (path, item) in items {
        map.entry(path).or_default().push(item);
    }
    map
}
