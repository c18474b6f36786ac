//! Files as HEAD has them, asked of git once for each revision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

/// The log that git adds a line to whenever HEAD moves: a commit, a checkout, a reset. Without one nothing is remembered.
const LOG: &str = "logs/HEAD";

/// What tells one state of the log from another.
type Stamp = (u64, SystemTime);

/// A file; nothing where HEAD has none.
type Content = Option<Arc<[u8]>>;

/// What git has said so far.
#[derive(Debug, Default)]
pub struct Heads {
    /// The repository of each folder that lies in one.
    repositories: BTreeMap<PathBuf, PathBuf>,
    files: BTreeMap<Arc<str>, (Stamp, Content)>,
}

impl Heads {
    /// The content of the file at `path`; nothing outside a git work tree and for a file that HEAD does not have.
    pub fn content(&mut self, path: &Arc<str>) -> Content {
        let file = Path::new(&**path);
        let (folder, name) = (file.parent()?, file.file_name()?.to_str()?);
        if !self.repositories.contains_key(folder) {
            self.repositories.insert(folder.to_path_buf(), repository(folder)?);
        }
        let stamp = self.repositories.get(folder).and_then(|repository| stamp(repository));
        if let Some((known, content)) = self.files.get(path)
            && stamp == Some(*known)
        {
            return content.clone();
        }
        let content: Content = git(folder, &["show", &format!("HEAD:./{name}")]).map(Into::into);
        if let Some(stamp) = stamp {
            self.files.insert(path.clone(), (stamp, content.clone()));
        }
        content
    }
}

fn repository(folder: &Path) -> Option<PathBuf> {
    let output = git(folder, &["rev-parse", "--absolute-git-dir"])?;
    Some(PathBuf::from(String::from_utf8(output).ok()?.trim_end_matches('\n')))
}

fn stamp(repository: &Path) -> Option<Stamp> {
    let log = std::fs::metadata(repository.join(LOG)).ok()?;
    Some((log.len(), log.modified().ok()?))
}

fn git(folder: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(args).stdin(Stdio::null()).stderr(Stdio::null());
    git.output().ok().filter(|output| output.status.success()).map(|output| output.stdout)
}
