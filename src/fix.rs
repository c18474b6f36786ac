//! Fixes applied: rounds of edits to the texts of a workspace, each kept only if checking the new texts shows that it helped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Edit, Finding, Fix};
use crate::workspace::Workspace;

/// How often fixing and checking may go round: one fix may make room for the next.
const MOST_ROUNDS: usize = 10;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that cannot change what the author meant.
    Safe,
    /// Every one.
    All,
}

/// What fixing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// The files that changed, in order of path.
    pub files: Vec<MendedFile>,
    /// How many findings were fixed.
    pub fixes: usize,
}

/// A file that fixes changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MendedFile {
    /// The file.
    pub path: Arc<str>,
    /// Its text before.
    pub before: Arc<String>,
    /// Its text now.
    pub after: Arc<String>,
}

/// The texts of files by path.
type Texts = BTreeMap<Arc<str>, Arc<String>>;

/// What a finding says, without its place, which moves while others are fixed.
type Said = (Arc<str>, &'static str, u32, String, String);

/// Applies the fixes of the findings that `wanted` asks for until none is left that helps, and leaves the workspace with the
/// new texts. A fix stays only where its finding is gone afterwards and the text reads no worse. `read` gives the texts that the
/// workspace did not keep; a file without text stays as it is.
pub fn mend(
    workspace: &mut Workspace,
    which: Which,
    read: impl Fn(&str) -> Option<String>,
    wanted: impl Fn(&Finding) -> bool,
) -> Mended {
    let (mut first, mut texts) = (Texts::new(), Texts::new());
    let mut hopeless = BTreeSet::new();
    let mut fixes = 0;
    for _ in 0..MOST_ROUNDS {
        let mut findings = workspace.check();
        findings.retain(|finding| {
            let allowed = finding.fix.as_ref().is_some_and(|fix| fix.safe || which == Which::All);
            allowed && wanted(finding) && !hopeless.contains(&said(finding))
        });
        for path in findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(paths) {
            if !texts.contains_key(path)
                && let Some(text) = workspace.text(path).or_else(|| read(path).map(Arc::new))
            {
                first.insert(path.clone(), text.clone());
                texts.insert(path.clone(), text);
            }
        }
        let done = round(workspace, &mut texts, &findings, &mut hopeless);
        if done == 0 {
            break;
        }
        fixes += done;
    }
    let changed = first.into_iter().filter_map(|(path, before)| {
        let after = texts.get(&path)?.clone();
        (before != after).then_some(MendedFile { path, before, after })
    });
    Mended { files: changed.collect(), fixes }
}

/// One round: all fixes together where that works, else halves of them, down to the single fix. Gives how many were applied.
fn round(workspace: &mut Workspace, texts: &mut Texts, findings: &[Finding], hopeless: &mut BTreeSet<Said>) -> usize {
    let before = workspace.check();
    let mut good: Vec<&Finding> = Vec::new();
    let mut state = texts.clone();
    let mut tries = vec![compatible(findings)];
    while let Some(group) = tries.pop().filter(|group| !group.is_empty()) {
        let together = [good.as_slice(), &group].concat();
        let touched: BTreeSet<&Arc<str>> = group.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(paths).collect();
        let new: Option<Texts> =
            touched.iter().map(|path| Some(((*path).clone(), Arc::new(edited(path, texts.get(*path)?, &together)?)))).collect();
        if let Some(new) = new {
            new.iter().for_each(|(path, text)| workspace.set(path, text.to_string()));
            if helps(&before, &workspace.check(), &together) {
                good = together;
                state.extend(new);
                continue;
            }
            for path in new.keys() {
                workspace.set(path, state.get(path).map(|text| text.to_string()).unwrap_or_default());
            }
        }
        if let [single] = group.as_slice() {
            hopeless.insert(said(single));
        } else {
            let (left, right) = group.split_at(group.len() / 2);
            tries.extend([right.to_vec(), left.to_vec()]);
        }
    }
    *texts = state;
    good.len()
}

/// The findings whose fixes do not touch what an earlier one's does. The others wait for the next round.
pub fn compatible(findings: &[Finding]) -> Vec<&Finding> {
    let mut taken: BTreeSet<(&str, u32, u32)> = BTreeSet::new();
    let mut list = Vec::new();
    for finding in findings {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        // Taken ranges do not overlap, so that only the neighbours of a new one can touch it.
        let free = |edit: &Edit| {
            let path = &*edit.path;
            let next = taken.range((path, edit.start, 0)..).next().filter(|next| next.0 == path);
            let last = taken.range(..(path, edit.start, 0)).next_back().filter(|last| last.0 == path);
            next.is_none_or(|next| edit.end < next.1) && last.is_none_or(|last| last.2 < edit.start)
        };
        if edits.clone().all(free) {
            taken.extend(edits.map(|edit| (&*edit.path, edit.start, edit.end)));
            list.push(finding);
        }
    }
    list
}

/// `text`, the content of `path`, with the fixes of all of `findings`.
fn edited(path: &str, text: &str, findings: &[&Finding]) -> Option<String> {
    let fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    apply(path, text, &fixes)
}

/// `text`, the content of `path`, with all of `fixes`; `None` where edits overlap or do not lie in the text.
pub fn apply(path: &str, text: &str, fixes: &[&Fix]) -> Option<String> {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).filter(|edit| *edit.path == *path).collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        out.push_str(text.get(at..start)?);
        text.get(start..end)?;
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Whether `after` no longer says what `fixed` say, and the texts read no worse than `before`.
fn helps(before: &[Finding], after: &[Finding], fixed: &[&Finding]) -> bool {
    let asked: BTreeSet<Said> = fixed.iter().map(|finding| said(finding)).collect();
    let mut left: BTreeMap<Said, i64> = BTreeMap::new();
    let mut count = |list: &mut dyn Iterator<Item = &Finding>, by: i64| {
        list.map(said).filter(|said| asked.contains(said)).for_each(|said| *left.entry(said).or_default() += by);
    };
    count(&mut before.iter(), 1);
    count(&mut fixed.iter().copied(), -1);
    count(&mut after.iter(), -1);
    left.values().all(|left| *left >= 0) && unreadable(after) <= unreadable(before)
}

/// How many findings say that a text itself is wrong.
fn unreadable(findings: &[Finding]) -> usize {
    let of_text = ["api-yaml", "api-duplicate-field", "api-dropped-content"];
    findings.iter().filter(|finding| of_text.contains(&finding.rule)).count()
}

fn said(finding: &Finding) -> Said {
    (finding.path.clone(), finding.rule, finding.document, finding.field.clone(), finding.message.clone())
}

fn paths(fix: &Fix) -> impl Iterator<Item = &Arc<str>> {
    fix.edits.iter().map(|edit| &edit.path)
}
