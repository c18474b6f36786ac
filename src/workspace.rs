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
    /// How many of its documents cannot be read.
    pub unreadable: usize,
}

impl From<Checked> for FileReport {
    fn from(mut checked: Checked) -> FileReport {
        let (documents, unreadable) = (checked.parsed.documents.len(), unreadable(&checked));
        let ignores = suppress::ignores(&checked);
        let objects = std::mem::take(&mut checked.objects);
        let entries = inventory::entries(&checked, objects);
        // Moved, not copied: the text may be most of the memory there is.
        let text = (!checked.findings.is_empty() || !ignores.is_empty()).then(|| Arc::new(checked.parsed.tree.into_source()));
        let Checked { path, skipped, findings, .. } = checked;
        FileReport { path, documents, skipped, findings, ignores, entries, text, unreadable }
    }
}

impl FileReport {
    /// What is kept of a checked file whose tree lives on elsewhere, its text with it.
    pub fn of(checked: &Checked) -> FileReport {
        FileReport {
            path: checked.path.clone(),
            documents: checked.parsed.documents.len(),
            skipped: checked.skipped.clone(),
            findings: checked.findings.clone(),
            ignores: suppress::ignores(checked),
            entries: inventory::entries(checked, checked.objects.clone()),
            text: None,
            unreadable: unreadable(checked),
        }
    }

    /// Where a document cannot be read, its objects as they were `before` are taken to be there still, so that a line half typed
    /// does not make other files' references dangle.
    pub fn keep_unreadable(&mut self, before: &FileReport) {
        if self.unreadable == 0 {
            return;
        }
        let gone = |entry: &&Entry| !self.entries.iter().any(|known| known.id == entry.id);
        let kept: Vec<Entry> = before.entries.iter().filter(gone).cloned().collect();
        self.entries.extend(kept);
        self.entries.sort_by_key(|entry| (entry.document, entry.name_span));
    }
}

fn unreadable(checked: &Checked) -> usize {
    checked.parsed.documents.iter().filter(|document| document.root.is_none()).count()
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

    /// What is known of `path`.
    pub fn file(&self, path: &str) -> Option<&FileReport> {
        self.files.get(path)
    }

    /// The files in order of path.
    pub fn files(&self) -> impl Iterator<Item = &FileReport> {
        self.files.values()
    }

    /// Everything there is to say, in the one order, but for what the author has said to ignore.
    pub fn check(&self) -> Vec<Finding> {
        self.check_all().0
    }

    /// The same, and the findings that are ignored.
    pub fn check_all(&self) -> (Vec<Finding>, Vec<Finding>) {
        let inventory = Inventory::new(self.files().flat_map(|file| &file.entries));
        let mut findings: Vec<Finding> = self.files().flat_map(|file| file.findings.iter().cloned()).collect();
        rules::run(&inventory, &mut findings);
        let suppressed = suppress::apply(self.files(), &mut findings);
        findings.sort_by(Finding::order);
        (findings, suppressed)
    }
}
