//! `lint --fix` and `lint --diff`: fixed texts to files, each whole or not at all, or to a unified diff.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use plimsoll::fix::{Mended, MendedFile};

use super::Failure;
use super::input::Input;

/// Writes the files back. The first that cannot be written ends it; it, and those after it, are as they were.
pub fn write(mended: &Mended, inputs: &[Input]) -> Result<(), Failure> {
    for file in &mended.files {
        match inputs.iter().find(|input| *input.path() == *file.path) {
            Some(Input::File(path)) => replace(path, file)
                .map_err(|error| Failure::Input(format!("cannot write {}, it is as it was: {error}", file.path)))?,
            _ => return Err(Failure::Usage("--fix cannot change standard input; --diff shows what it would change".to_string())),
        }
    }
    Ok(())
}

/// Puts the new text in place by renaming a finished file over the old one, so that nobody ever sees half of it.
/// A symbolic link stays one; what it points to is replaced.
fn replace(path: &Path, file: &MendedFile) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    if fs::read(&path)? != file.before.as_bytes() {
        return Err(io::Error::other("the file has changed meanwhile"));
    }
    let meta = fs::metadata(&path)?;
    if meta.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let (draft, mut out) = draft(&path)?;
    let written = out
        .write_all(file.after.as_bytes())
        .and_then(|()| out.set_permissions(meta.permissions()))
        .and_then(|()| out.sync_all())
        .and_then(|()| fs::rename(&draft, &path));
    if written.is_err() {
        // Should the draft stay behind as well, the first error says more.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// A new file next to `path`: renaming works only within one file system.
fn draft(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for number in 0..100 {
        let draft = path.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&draft) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|file| (draft, file)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a hundred drafts lie next to it"))
}

/// What fixing would change, as `diff -u` writes it and `git apply` takes it.
pub fn diff(mended: &Mended) -> String {
    let one = |file: &MendedFile| {
        let diff = similar::TextDiff::from_lines(file.before.as_str(), file.after.as_str());
        // An absolute path stands as it is, a relative one as git writes it.
        let head = |side: &str| if file.path.starts_with('/') { file.path.to_string() } else { format!("{side}/{}", file.path) };
        diff.unified_diff().header(&head("a"), &head("b")).to_string()
    };
    mended.files.iter().map(one).collect()
}
