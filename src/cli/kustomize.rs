//! Which files are Kustomize patches: they are parts of objects, so checking them as objects would only mislead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde_yaml::Value;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Each patch among `files`, with the reason to leave it out.
pub fn patches(files: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for file in
        files.iter().filter(|file| file.file_name().and_then(|name| name.to_str()).is_some_and(|name| NAMES.contains(&name)))
    {
        // A kustomization that cannot be read is for kustomize to complain about; its patches are then checked as they stand.
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let Ok(kustomization) = serde_yaml::from_str::<Value>(&text) else { continue };
        let folder = file.parent().unwrap_or(Path::new(""));
        for patch in listed(&kustomization) {
            let path = folder.join(patch);
            if let Some(known) = files.iter().find(|file| normal(file) == normal(&path)) {
                found.insert(known.clone(), "Kustomize patch".to_string());
            }
        }
        found.insert(file.clone(), "kustomization".to_string());
    }
    found
}

/// The paths that a kustomization names as patches, in its three ways of doing so.
fn listed(kustomization: &Value) -> Vec<&str> {
    let list = |key: &str| kustomization.get(key).and_then(Value::as_sequence).into_iter().flatten();
    let with_path = list("patches").chain(list("patchesJson6902")).filter_map(|patch| patch.get("path"));
    // An inline patch has line breaks; a path has none.
    list("patchesStrategicMerge").chain(with_path).filter_map(Value::as_str).filter(|text| !text.contains('\n')).collect()
}

/// The path with `a/../` and `./` resolved by name alone.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => _ = out.pop(),
            part => out.push(part),
        }
    }
    out
}
