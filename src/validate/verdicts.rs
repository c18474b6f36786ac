//! `Verdicts`, where the mirror of the server's validation puts what it refuses: one method per cause type of the server, and
//! the few combinations that recur.

use std::borrow::Cow;

use super::few::Few;
use crate::diagnostic::{Cause, LocalFix};
use crate::object::{Field, edit};
use crate::text::{Span, is_same};

/// Why a value is refused: a sentence fragment that follows the value, "must not contain dots".
pub type Why = Cow<'static, str>;

/// One thing the server says about one field.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The server's type.
    pub cause: Cause,
    /// The field as the server prints it.
    pub field: String,
    /// Where it is in the text.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<Cow<'static, str>>,
    /// A second place in the same file, with its caption.
    pub label: Option<(Span, String)>,
    /// The rule to report it under, where that is not the cause's own.
    pub rule: Option<&'static str>,
    /// What would mend it.
    pub fix: Option<LocalFix>,
}

impl Verdict {
    /// Prints the field under another path than its real one, where the server does so.
    pub fn printed_as(&mut self, path: impl Into<String>) -> &mut Verdict {
        self.field = path.into();
        self
    }

    /// Adds what to do about it.
    pub fn help(&mut self, help: impl Into<Cow<'static, str>>) -> &mut Verdict {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Verdict {
        self.label = Some((span, message.into()));
        self
    }

    /// Adds what would mend it.
    pub fn fix(&mut self, fix: LocalFix) -> &mut Verdict {
        self.fix = Some(fix);
        self
    }

    /// Reports it under a rule of its own.
    pub fn under(&mut self, rule: &'static str) -> &mut Verdict {
        self.rule = Some(rule);
        self
    }
}

/// Stands for an entry that a map lacks until its name is printed.
const ENTRY: &str = "(entry)";

/// The refusals collected for one object.
#[derive(Debug, Default)]
pub struct Verdicts {
    list: Vec<Verdict>,
    /// Takes what is said about a poisoned node, so that callers can chain and nothing is shown.
    hushed: Option<Verdict>,
}

impl Verdicts {
    /// All of them, in the order the checks ran.
    pub fn into_vec(self) -> Vec<Verdict> {
        self.list
    }

    /// How many there are: `let before = errs.len()` tells later whether a step found anything.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Those found since there were `before`, to change: where the server prints all of a step under another path.
    pub fn since(&mut self, before: usize) -> &mut [Verdict] {
        &mut self.list[before..]
    }

    /// Takes back what was said about the field printed as `field`.
    pub fn withdraw(&mut self, field: &str) {
        self.list.retain(|verdict| verdict.field != field);
    }

    /// Prints all that was said since there were `since` verdicts as if the field `from` were called `to`: for the places where
    /// the server's own path is not the real one.
    pub fn reprint(&mut self, since: usize, from: &str, to: &str) {
        for verdict in &mut self.list[since..] {
            let Some(rest) = verdict.field.strip_prefix(from) else { continue };
            if rest.is_empty() || rest.starts_with(['.', '[']) {
                verdict.field = format!("{to}{rest}");
            }
        }
    }

    /// A value must be there and is not.
    #[cold]
    pub fn required(&mut self, field: Field, why: impl Into<Why>) -> &mut Verdict {
        let why = why.into();
        let message = if why.is_empty() {
            format!("`{}` is required", name_of(field))
        } else {
            format!("`{}` is required: {why}", name_of(field))
        };
        self.add(Cause::FieldValueRequired, field, message)
    }

    /// The map `field` must have the entry `key` and has it not.
    #[cold]
    pub fn required_entry(&mut self, field: Field, key: &str, why: impl Into<Why>) -> &mut Verdict {
        let message = format!("`{key}` is required: {}", why.into());
        let verdict = self.add(Cause::FieldValueRequired, field.get(ENTRY), message);
        verdict.printed_as(field.path_of(key))
    }

    /// A value is there and wrong.
    #[cold]
    pub fn invalid(&mut self, field: Field, why: impl Into<Why>) -> &mut Verdict {
        let message = format!("{} is not valid: {}", shown(field), why.into());
        self.add(Cause::FieldValueInvalid, field, message)
    }

    /// A value is none of those allowed. `allowed` is listed in the message in the order given.
    #[cold]
    pub fn unsupported(&mut self, field: Field, allowed: &[&str]) -> &mut Verdict {
        let list: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
        let mut message = format!("{} is not supported", shown(field));
        match list.as_slice() {
            [] => {}
            [one] => message.push_str(&format!(": use {one}")),
            _ => message.push_str(&format!(": use one of {}", list.join(", "))),
        }
        let nearest = nearest(field.text(), allowed);
        let verdict = self.add(Cause::FieldValueNotSupported, field, message);
        verdict.help = nearest.map(|value| format!("did you mean `{value}`?").into());
        verdict.fix = nearest.and_then(|value| {
            Some(LocalFix { title: format!("write `{value}`"), safe: true, edits: vec![edit::set(field, value)?] })
        });
        verdict
    }

    /// A value may not be set here.
    #[cold]
    pub fn forbidden(&mut self, field: Field, why: impl Into<Why>) -> &mut Verdict {
        let message = format!("`{}` is not allowed here: {}", name_of(field), why.into());
        self.add(Cause::FieldValueForbidden, field, message)
    }

    /// A value stands twice where it must be unique.
    #[cold]
    pub fn duplicate(&mut self, field: Field) -> &mut Verdict {
        let message = format!("{} is there twice", shown(field));
        self.add(Cause::FieldValueDuplicate, field, message)
    }

    /// A value names something that does not exist.
    #[cold]
    pub fn not_found(&mut self, field: Field, why: impl Into<Why>) -> &mut Verdict {
        let why = why.into();
        let message = if why.is_empty() {
            format!("{} does not exist", shown(field))
        } else {
            format!("{} does not exist: {why}", shown(field))
        };
        self.add(Cause::FieldValueNotFound, field, message)
    }

    /// A value is longer than `most` (bytes).
    #[cold]
    pub fn too_long(&mut self, field: Field, most: usize) -> &mut Verdict {
        let message = format!("`{}` is too long: at most {most} bytes are allowed", name_of(field));
        self.add(Cause::FieldValueTooLong, field, message)
    }

    /// A list or map has more than `most` entries.
    #[cold]
    pub fn too_many(&mut self, field: Field, most: usize) -> &mut Verdict {
        let message = format!("`{}` has {} entries: at most {most} are allowed", name_of(field), field.len());
        self.add(Cause::FieldValueTooMany, field, message)
    }

    /// A value has a type that the field does not take.
    #[cold]
    pub fn type_invalid(&mut self, field: Field, why: impl Into<Why>) -> &mut Verdict {
        let message = format!("{} has the wrong type: {}", shown(field), why.into());
        self.add(Cause::FieldValueTypeInvalid, field, message)
    }

    /// The server accepts it and answers with a warning.
    #[cold]
    pub fn warn(&mut self, field: Field, message: impl Into<String>) -> &mut Verdict {
        self.add(Cause::Warning, field, message.into())
    }

    /// Takes over `warnings`, save those on fields that are refused already.
    pub fn join_warnings(&mut self, warnings: Verdicts) {
        let refused: std::collections::BTreeSet<String> = self.list.iter().map(|verdict| verdict.field.clone()).collect();
        self.list.extend(warnings.list.into_iter().filter(|warning| !refused.contains(&warning.field)));
    }

    #[cold]
    fn add(&mut self, cause: Cause, field: Field, message: String) -> &mut Verdict {
        let verdict =
            Verdict { cause, field: field.path(), span: field.span(), message, help: None, label: None, rule: None, fix: None };
        if field.poisoned() {
            return self.hushed.insert(verdict);
        }
        self.list.push(verdict);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// `field` must be set (not `""`) and pass `check`. Returns whether both hold.
    pub fn must(&mut self, field: Field, check: impl Fn(&str) -> Result<(), Why>) -> bool {
        let text = field.text();
        if text.is_empty() {
            self.required(field, "");
            return false;
        }
        self.passed(field, check(text))
    }

    /// `field` must pass `check`, also when it is `""` or missing. Returns whether it does.
    pub fn pass(&mut self, field: Field, check: impl Fn(&str) -> Result<(), Why>) -> bool {
        self.passed(field, check(field.text()))
    }

    fn passed(&mut self, field: Field, outcome: Result<(), Why>) -> bool {
        match outcome {
            Ok(()) => true,
            Err(why) => {
                self.invalid(field, why);
                false
            }
        }
    }

    /// `field`, if set to anything but `""`, must pass `check`. Returns whether it is set and does.
    pub fn may(&mut self, field: Field, check: impl Fn(&str) -> Result<(), Why>) -> bool {
        let text = field.text();
        !text.is_empty() && self.passed(field, check(text))
    }

    /// `field` must be one of `allowed`; a missing one counts as `""`. Returns whether it is.
    pub fn one_of(&mut self, field: Field, allowed: &[&str]) -> bool {
        self.is_one_of(field, field.text(), allowed)
    }

    fn is_one_of(&mut self, field: Field, text: &str, allowed: &[&str]) -> bool {
        let known = allowed.iter().any(|value| is_same(value.as_bytes(), text.as_bytes()));
        if !known {
            self.unsupported(field, allowed);
        }
        known
    }

    /// `field` must be set (not `""`) and be one of `allowed`. Returns whether both hold.
    pub fn must_be_one_of(&mut self, field: Field, allowed: &[&str]) -> bool {
        let text = field.text();
        if text.is_empty() {
            self.required(field, "");
            return false;
        }
        self.is_one_of(field, text, allowed)
    }

    /// `field`, a number (0 where missing), must be at least `least`.
    pub fn at_least(&mut self, field: Field, least: i64) -> bool {
        let fine = field.number() >= least;
        if !fine {
            self.invalid(field, format!("must be at least {least}"));
        }
        fine
    }

    /// `field`, a number (0 where missing), must lie in `least..=most`.
    pub fn between(&mut self, field: Field, least: i64, most: i64) -> bool {
        let fine = (least..=most).contains(&field.number());
        if !fine {
            self.invalid(field, format!("must be between {least} and {most}"));
        }
        fine
    }
}

/// Values that must not repeat; the first place of each is kept for the label.
#[derive(Default)]
pub struct Unique<'a> {
    seen: Few<'a, Span>,
}

impl<'a> Unique<'a> {
    /// Notes `field`'s string; reports a duplicate with a label at the first. Returns whether it is new.
    pub fn add(&mut self, errs: &mut Verdicts, field: Field<'a>) -> bool {
        self.add_as(errs, field, field.text())
    }

    /// The same for a value put together by the caller (`"TCP/80"`).
    pub fn add_as(&mut self, errs: &mut Verdicts, field: Field<'a>, value: impl Into<Cow<'a, str>>) -> bool {
        let value = value.into();
        match self.seen.get(&value) {
            Some(&span) => {
                errs.duplicate(field).label(span, "first used here");
                false
            }
            None => {
                self.seen.insert(value, field.span());
                true
            }
        }
    }

    /// Whether `value` has been noted.
    pub fn has(&self, value: &str) -> bool {
        self.seen.contains_key(value)
    }
}

/// The value as messages quote it, cut after 60 characters: a refused value can be a megabyte.
fn shown(field: Field) -> String {
    let name = name_of(field);
    if field.is_map() || field.is_seq() || !field.exists() {
        return format!("`{name}`");
    }
    let text = field.scalar();
    let short: String = text.chars().take(60).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{name}: {short}{dots}`")
}

/// The field's own name: its key, or its list's key with the index.
pub fn name_of(field: Field) -> String {
    let key = field.key();
    if !key.is_empty() {
        return key.to_string();
    }
    if field.parent().is_seq() {
        return format!("{}[{}]", name_of(field.parent()), field.index());
    }
    String::new()
}

/// The allowed value nearest to `text`, if it is near enough to be what was meant.
pub fn nearest<'s>(text: &str, allowed: &[&'s str]) -> Option<&'s str> {
    let distance = |value: &str| {
        if value.eq_ignore_ascii_case(text) { 0 } else { edit_distance(&text.to_lowercase(), &value.to_lowercase()) }
    };
    let limit = (text.len() / 3).max(1);
    allowed
        .iter()
        .copied()
        .filter(|value| !value.is_empty())
        .map(|value| (distance(value), value))
        .filter(|&(d, _)| d <= limit && !text.is_empty())
        .min()
        .map(|(_, value)| value)
}

/// Levenshtein distance with adjacent swaps counted once, over characters; long inputs are far by definition.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
