//! Warnings on volumes: drivers that are gone, paths that overlap, projections of nothing.

use super::super::Verdicts;
use super::storage;
use crate::object::Field;

/// Sources that do not work any more, each with the first minor version in which it does not.
const GONE: &[(&str, u8)] = &[
    ("photonPersistentDisk", 16),
    ("gitRepo", 33),
    ("scaleIO", 22),
    ("flocker", 25),
    ("storageos", 25),
    ("quobyte", 25),
    ("glusterfs", 26),
    ("cephfs", 31),
    ("rbd", 31),
];

/// The sources of a projected volume that every server has.
const SOURCES: &[&str] = &["secret", "configMap", "downwardAPI", "serviceAccountToken"];
/// Those that older servers drop.
const GATED: &[&str] = &["clusterTrustBundle", "podCertificate"];

/// The volumes of a pod.
pub fn volumes(errs: &mut Verdicts, volumes: Field) {
    for volume in volumes.items() {
        sources(errs, volume);
        if let Some(template) = volume.get("ephemeral").some("volumeClaimTemplate") {
            storage::claim_spec(errs, template.get("spec"));
        }
        for source in ["configMap", "secret", "downwardAPI"] {
            overlaps(errs, volume.get(source).get("items").items().map(|item| item.get("path")).collect());
        }
        if let Some(projected) = volume.some("projected") {
            projection(errs, projected);
        }
    }
}

/// Sources of a volume, or of a persistent volume's spec, that do not work any more.
pub fn sources(errs: &mut Verdicts, volume: Field) {
    for (name, since) in GONE {
        if let Some(source) = volume.some(name) {
            let message = match *name {
                "gitRepo" => {
                    "`gitRepo` volumes are switched off since 1.33: clone in an init container into an emptyDir".to_string()
                }
                _ => format!("`{name}` volumes do not work since 1.{since}: use a CSI driver"),
            };
            errs.warn(source, message);
        }
    }
}

/// The sources of a projected volume: each must be one, and their files must not collide.
fn projection(errs: &mut Verdicts, projected: Field) {
    let mut paths = Vec::new();
    for source in projected.get("sources").items() {
        if !SOURCES.iter().chain(GATED).any(|name| source.some(name).is_some()) {
            // Of one that was dropped, the dropping itself is told.
            if GATED.iter().all(|name| source.get(name).absent()) {
                errs.warn(source, "this source is empty, so it adds nothing");
            }
            continue;
        }
        for name in ["secret", "configMap", "downwardAPI"] {
            paths.extend(source.get(name).get("items").items().map(|item| item.get("path")));
        }
        for name in ["serviceAccountToken", "clusterTrustBundle"] {
            paths.extend(source.get(name).some("path"));
        }
    }
    overlaps(errs, paths);
}

/// Files of one directory with the same path, or one where another needs a directory.
fn overlaps(errs: &mut Verdicts, paths: Vec<Field>) {
    let plain = |path: Field| path.text().trim_end_matches('/').to_string();
    for (i, &path) in paths.iter().enumerate() {
        for &other in &paths[..i] {
            let (mine, theirs) = (plain(path), plain(other));
            let message = if mine == theirs {
                format!("path `{mine}` is there twice")
            } else if mine.starts_with(&format!("{theirs}/")) || theirs.starts_with(&format!("{mine}/")) {
                format!("paths `{mine}` and `{theirs}` overlap: one is a file where the other needs a directory")
            } else {
                continue;
            };
            errs.warn(path, message).label(other.span(), "the other path");
        }
    }
}
