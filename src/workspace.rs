//! The workspace: every file by path, and all that is known about them together. The command line and the editor share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::{self, Checked, Options};
use crate::diagnostic::Finding;
use crate::inventory::{self, Entry, Inventory};
use crate::object::Skip;
use crate::rules;
use crate::suppress::{self, Ignore};

/// What is kept of a checked file once its tree is dropped.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The file.
    pub path: Arc<str>,
    /// How many documents it has, empty ones left out.
    pub documents: usize,
    /// Which documents are no Kubernetes objects.
    pub skipped: Vec<Skip>,
    /// What was found in it alone.
    pub findings: Vec<Finding>,
    /// What its comments and annotations say to ignore.
    pub ignores: Vec<Ignore>,
    /// Its objects, as others see them.
    pub entries: Vec<Entry>,
    /// Its text, kept only where a finding needs it to be shown.
    pub text: Option<Arc<String>>,
}

impl From<Checked> for FileReport {
    fn from(checked: Checked) -> FileReport {
        let entries = inventory::entries(&checked);
        let documents = checked.parsed.documents.len();
        let ignores = suppress::ignores(&checked);
        // Moved, not copied: the text may be most of the memory there is.
        let text = (!checked.findings.is_empty() || !ignores.is_empty()).then(|| Arc::new(checked.parsed.tree.into_source()));
        FileReport { path: checked.path, documents, skipped: checked.skipped, findings: checked.findings, ignores, entries, text }
    }
}

/// All files.
#[derive(Debug, Default)]
pub struct Workspace {
    options: Options,
    files: BTreeMap<Arc<str>, FileReport>,
}

impl Workspace {
    /// An empty one.
    pub fn new(options: Options) -> Workspace {
        Workspace { options, files: BTreeMap::new() }
    }

    /// Checks `text` as the content of `path` from now on.
    pub fn set(&mut self, path: &str, text: String) {
        self.insert(check::check(path.into(), text, self.options).into());
    }

    /// Takes a file that was checked elsewhere (on another thread).
    pub fn insert(&mut self, report: FileReport) {
        self.files.insert(report.path.clone(), report);
    }

    /// Forgets `path`.
    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// The text of `path`, where it was kept.
    pub fn text(&self, path: &str) -> Option<Arc<String>> {
        self.files.get(path)?.text.clone()
    }

    /// The files in order of path.
    pub fn files(&self) -> impl Iterator<Item = &FileReport> {
        self.files.values()
    }

    /// Everything there is to say, in the one order, but for what the author has said to ignore.
    pub fn check(&self) -> Vec<Finding> {
        self.check_counting().0
    }

    /// The same, and how many findings are ignored.
    pub fn check_counting(&self) -> (Vec<Finding>, usize) {
        let inventory = Inventory::new(self.files().flat_map(|file| &file.entries));
        let mut findings: Vec<Finding> = self.files().flat_map(|file| file.findings.iter().cloned()).collect();
        rules::run(&inventory, &mut findings);
        let suppressed = suppress::apply(self.files(), &mut findings);
        findings.sort_by(Finding::order);
        (findings, suppressed)
    }
}
