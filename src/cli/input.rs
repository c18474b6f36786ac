//! Finding and reading files: arguments to a sorted list of texts, with what was left out and why.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{WalkBuilder, WalkState};
use plimsoll::config;
use plimsoll::report::Skipped;

use super::settings::Exclude;
use super::{Failure, kustomize};

/// The file name that stands for standard input in reports.
const STDIN: &str = "<stdin>";

/// What to read.
#[derive(clap::Args, Debug)]
pub struct Paths {
    /// Files and directories, by default the current one; `-` is standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The path that findings in standard input are reported at.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<String>,
    /// Exit with 0 where nothing was there to check.
    #[arg(long)]
    pub allow_empty: bool,
}

impl Paths {
    /// Just `path`.
    pub fn of(path: PathBuf) -> Paths {
        Paths { paths: vec![path], stdin_filename: None, allow_empty: true }
    }
}

/// One input, not read yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input, already read, under the name to report it as.
    Stdin(String, Vec<u8>),
}

/// The inputs in order of path, and the files left out.
#[derive(Debug, Default)]
pub struct Inputs {
    /// What to read.
    pub list: Vec<Input>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
}

impl Input {
    /// The path as reports show it.
    pub fn path(&self) -> String {
        match self {
            Input::File(path) => shown(path),
            Input::Stdin(name, _) => name.clone(),
        }
    }

    /// Its bytes.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Input::File(path) => {
                std::fs::read(path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", shown(path))))
            }
            Input::Stdin(_, bytes) => Ok(bytes.clone()),
        }
    }
}

/// The files that `--changed-only` reports on: those given, or all.
#[derive(Debug)]
pub struct Scope(Option<Vec<PathBuf>>);

impl Scope {
    /// Everything.
    pub fn all() -> Scope {
        Scope(None)
    }

    /// Only what is at or below `paths`.
    pub fn of(paths: &[PathBuf]) -> Result<Scope, Failure> {
        let real = |path: &PathBuf| {
            path.canonicalize().map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))
        };
        Ok(Scope(Some(paths.iter().map(real).collect::<Result<_, _>>()?)))
    }

    /// Whether the file that reports call `path` is one of them.
    pub fn has(&self, path: &str) -> bool {
        let Some(real) = &self.0 else { return true };
        Path::new(path).canonicalize().is_ok_and(|path| real.iter().any(|given| path.starts_with(given)))
    }
}

/// Resolves the arguments: directories are walked, ignore files are honoured, files of directories that the configuration excludes
/// are left out, files named explicitly are taken as they are.
pub fn collect_but(paths: &Paths, exclude: &Exclude) -> Result<Inputs, Failure> {
    let mut named = BTreeSet::new();
    let mut walked: BTreeSet<PathBuf> = BTreeSet::new();
    let here = [PathBuf::from(".")];
    for path in if paths.paths.is_empty() { &here[..] } else { &paths.paths[..] } {
        if path.as_os_str() == "-" {
            named.insert(stdin(paths.stdin_filename.as_deref())?);
            continue;
        }
        let meta = std::fs::metadata(path).map_err(|error| Failure::Input(format!("cannot read {}: {error}", path.display())))?;
        if meta.is_dir() {
            walked.extend(walk(path)?);
        } else {
            named.insert(Input::File(path.clone()));
        }
    }
    walked.retain(|path| !exclude.has(path));
    let mut inputs = Inputs::default();
    let patches = kustomize::patches(&walked);
    for path in walked {
        let input = Input::File(path.clone());
        if named.contains(&input) {
            continue;
        }
        match patches.get(&path) {
            Some(reason) => inputs.skipped.push(Skipped { path: shown(&path), reason: reason.clone() }),
            None => inputs.list.push(input),
        }
    }
    inputs.list.extend(named);
    inputs.list.sort_by_key(Input::path);
    Ok(inputs)
}

fn stdin(name: Option<&str>) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| Failure::Input(format!("cannot read standard input: {error}")))?;
    Ok(Input::Stdin(name.unwrap_or(STDIN).to_string(), bytes))
}

/// The `.yaml`, `.yml` and `.json` files below `root`, walked in parallel.
fn walk(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let found = Mutex::new(Vec::new());
    let failed = Mutex::new(None);
    walker(root).build_parallel().run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry)
                    if entry.file_type().is_some_and(|kind| !kind.is_dir())
                        && is_manifest(entry.path())
                        && entry.path().is_file() =>
                {
                    found.lock().unwrap_or_else(PoisonError::into_inner).push(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string()),
            }
            WalkState::Continue
        })
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(Failure::Input(format!("cannot walk {}: {error}", root.display()))),
        None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// A walk that honours ignore files.
fn walker(root: &Path) -> WalkBuilder {
    let mut walker = WalkBuilder::new(root);
    walker.add_custom_ignore_filename(".plimsollignore").require_git(false);
    walker
}

/// Whether a walk of `root` comes by the file at `path`. Only the folders on the way are looked into.
pub fn meets(root: &Path, path: &Path) -> bool {
    let to = path.to_path_buf();
    let mut walker = walker(root);
    walker.filter_entry(move |entry| to.starts_with(entry.path()));
    is_manifest(path) && walker.build().flatten().any(|entry| entry.path() == path)
}

/// Whether a file of a walked directory is read.
pub fn is_manifest(path: &Path) -> bool {
    if path.file_name().is_some_and(|name| name == config::NAME) {
        return false;
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).to_string_lossy().into_owned()
}
