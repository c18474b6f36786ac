//! The workspace: every file by path, and all that is known about them together. The command line and the editor share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::{self, Checked, Options};
use crate::diagnostic::Finding;
use crate::inventory::{self, Entry, Inventory};
use crate::object::Skip;
use crate::rules;
use crate::suppress::{self, Ignore};
use crate::yaml;

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
    fn from(checked: Checked) -> FileReport {
        let (report, text) = FileReport::reduced(checked);
        report.with_text(text)
    }
}

impl FileReport {
    /// Checks a file's bytes. Of a long file with many documents no more than some are in memory as trees at a time.
    pub fn check(path: Arc<str>, bytes: Vec<u8>, options: Options) -> FileReport {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return check::check_bytes(path, error.into_bytes(), options).into(),
        };
        let mut parts = yaml::parts(&text).into_iter();
        let Some(first) = parts.next() else { return check::check(path, text, options).into() };
        let (mut report, mut text) = FileReport::reduced(check::check_part(path.clone(), text, &first, options));
        for part in parts {
            let (next, source) = FileReport::reduced(check::check_part(path.clone(), text, &part, options));
            report.append(next);
            text = source;
        }
        report.with_text(text)
    }

    /// What is kept of a checked file or part of one, and the file's text. Moved, not copied: the text may be most of the memory
    /// there is.
    fn reduced(mut checked: Checked) -> (FileReport, String) {
        let (documents, unreadable) = (checked.parsed.documents.len(), unreadable(&checked));
        let ignores = suppress::ignores(&checked);
        let objects = std::mem::take(&mut checked.objects);
        let entries = inventory::entries(&checked, objects);
        let Checked { path, skipped, findings, parsed, .. } = checked;
        let report = FileReport { path, documents, skipped, findings, ignores, entries, text: None, unreadable };
        (report, parsed.tree.into_source())
    }

    fn with_text(self, text: String) -> FileReport {
        let is_needed = !self.findings.is_empty() || !self.ignores.is_empty();
        FileReport { text: is_needed.then(|| Arc::new(text)), ..self }
    }

    /// Adds the next part of the same file, whose documents come after those known.
    fn append(&mut self, mut next: FileReport) {
        let before = self.documents as u32;
        next.findings.iter_mut().for_each(|finding| finding.document += before);
        next.skipped.iter_mut().for_each(|skip| skip.document += before);
        next.entries.iter_mut().for_each(|entry| entry.document += before);
        next.ignores.iter_mut().for_each(|ignore| ignore.move_behind(before));
        self.findings.append(&mut next.findings);
        self.skipped.append(&mut next.skipped);
        self.entries.append(&mut next.entries);
        self.ignores.append(&mut next.ignores);
        self.documents += next.documents;
        self.unreadable += next.unreadable;
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents of every sort that are reported on: refused, unreadable, templates, other tools' files, comments alone.
    fn document(n: usize) -> String {
        match n % 8 {
            0 => format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Wrong_{n}\n"),
            1 => format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: # plimsoll: ignore[api]\n  name: Wrong_{n}\n"),
            2 => format!("---\nkind: [unreadable {n}\n"),
            3 => "---\n# plimsoll: ignore[api]\n\n# A comment alone.\n".to_string(),
            4 => format!("---\nname: chart-{n}\nversion: 1.0.0\napiVersion: v2\n"),
            5 => format!("---\nkind: Service\napiVersion: v1\nmetadata: {{name: '{{{{ .Values.name }}}}-{n}'}}\n"),
            6 => format!(
                "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: A_{n}, annotations: {{plimsoll.dev/ignore: api}}}}\n"
            ),
            _ => format!("---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  dta: {{a-{n}: b}}\n"),
        }
    }

    #[test]
    fn a_long_file_is_reported_on_as_if_it_were_read_in_one() {
        let text: String = (0..8000).map(document).collect();
        let parts = yaml::parts(&text).len();
        assert!(parts > 3, "{parts}");
        let whole = FileReport::from(check::check("a.yaml".into(), text.clone(), Options::default()));
        let in_parts = FileReport::check("a.yaml".into(), text.into_bytes(), Options::default());
        assert!(
            whole.findings.len() > 3000 && whole.unreadable == 1000 && whole.ignores.len() == 3000 && !whole.skipped.is_empty()
        );
        assert_eq!((in_parts.documents, in_parts.unreadable, &in_parts.text), (whole.documents, whole.unreadable, &whole.text));
        assert_eq!(lines(&in_parts), lines(&whole));
    }

    /// What a report says, in an order of its own: findings and comments come unsorted.
    fn lines(report: &FileReport) -> Vec<String> {
        let mut lines: Vec<String> = report.findings.iter().map(|finding| format!("{finding:?}")).collect();
        lines.extend(report.skipped.iter().map(|skip| format!("{skip:?}")));
        lines.extend(report.entries.iter().map(|entry| format!("{entry:?}")));
        lines.extend(report.ignores.iter().map(|ignore| format!("{ignore:?}")));
        lines.sort();
        lines
    }

    #[test]
    fn what_is_no_text_and_what_is_empty_have_their_reports() {
        for bytes in [&b""[..], b"\xff\xfea", b"# nothing\n", b"a: \xff"] {
            let whole = FileReport::from(check::check_bytes("a.yaml".into(), bytes.to_vec(), Options::default()));
            let report = FileReport::check("a.yaml".into(), bytes.to_vec(), Options::default());
            assert_eq!(format!("{report:?}"), format!("{whole:?}"));
        }
    }
}
