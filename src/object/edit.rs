//! Edits that keep a manifest's style: set a value, add an entry, move an entry elsewhere.

use super::Field;
use crate::text::Span;
use crate::yaml::{self, Kind, Node, Style, flag};

/// What a fix does to a text.
pub type Change = (Span, String);

/// Puts the string `value` in place of a scalar written on one line; `None` where it came through an alias or spans lines.
pub fn set(field: Field, value: &str) -> Option<Change> {
    let node = own(field)?;
    let one_line = !matches!(node.style, Style::Literal | Style::Folded | Style::Block | Style::Flow) && !node.span.is_empty();
    (one_line && !source(field)[node.span.range()].contains('\n')).then(|| (node.span, scalar(value)))
}

/// Adds `key: value` to a mapping, before its first entry.
pub fn insert(map: Field, key: &str, value: &str) -> Option<Change> {
    let node = own(map).filter(|_| map.is_map())?;
    let entry = [&*scalar(key), ": ", &scalar(value)].concat();
    match node.style {
        Style::Flow if map.is_empty() => Some((Span::point(node.span.start + 1), entry)),
        Style::Flow => Some((Span::point(node.span.start + 1), format!("{entry}, "))),
        _ => {
            let (at, indent) = head(map)?;
            Some((Span::point(at), [&entry, line_break(source(map)), &indent].concat()))
        }
    }
}

/// Takes an entry out of a block mapping that has others.
pub fn remove(field: Field) -> Option<Change> {
    Some((lines(field)?.0, String::new()))
}

/// Moves an entry of a block mapping into another block mapping, before its first entry.
pub fn relocate(field: Field, to: Field) -> Option<Vec<Change>> {
    own(to).filter(|to| to.style == Style::Block)?;
    let (from, indent) = lines(field)?;
    let text = source(field);
    let (at, new_indent) = head(to)?;
    let moved: Option<Vec<String>> = text[from.range()].lines().map(|line| reindented(line, indent, &new_indent)).collect();
    let entry = moved?.join(line_break(text));
    let entry = format!("{}{}{new_indent}", entry.trim_start(), line_break(text));
    let mut changes = vec![(from, String::new()), (Span::point(at), entry)];
    changes.sort_by_key(|(span, _)| span.start);
    Some(changes)
}

/// The lines of an entry that has them for itself, in a mapping with other entries; and the blanks they begin with.
fn lines(field: Field<'_>) -> Option<(Span, &str)> {
    let node = own(field)?;
    let text = source(field);
    if field.parent().entries().count() < 2 || node.key_span.is_empty() {
        return None;
    }
    let start = line_start(text, node.key_span.start as usize);
    let indent = &text[start..node.key_span.start as usize];
    let last = text[..node.span.end.max(node.key_span.end + 1) as usize].trim_end().len();
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
    indent.bytes().all(|byte| byte == b' ').then(|| (Span::new(start as u32, end as u32), indent))
}

fn reindented(line: &str, old: &str, new: &str) -> Option<String> {
    if line.trim().is_empty() {
        return Some(String::new());
    }
    Some(format!("{new}{}", line.strip_prefix(old)?))
}

/// Where a block mapping's first entry starts, and the blanks that put another line below it.
fn head(map: Field) -> Option<(u32, String)> {
    let tree = map.tree();
    let written = |node: &Node| node.flags & (flag::ALIASED | flag::SYNTHETIC) == 0;
    let first = tree.children(map.node()).map(|id| tree.node(id)).find(written)?;
    let at = first.key_span.start as usize;
    let before = &source(map)[line_start(source(map), at)..at];
    let plain = before.bytes().all(|byte| matches!(byte, b' ' | b'-'));
    plain.then(|| (at as u32, " ".repeat(before.len())))
}

/// The node of a field that is written at its own place.
fn own(field: Field<'_>) -> Option<Node> {
    let node = field.tree().node(field.node());
    (field.written() && node.flags & flag::ALIASED == 0).then_some(node)
}

fn source(field: Field<'_>) -> &str {
    field.tree().source()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// What ends the file's lines, by the first of them.
fn line_break(text: &str) -> &'static str {
    let first = memchr::memchr(b'\n', text.as_bytes()).unwrap_or(0);
    if text[..first].ends_with('\r') { "\r\n" } else { "\n" }
}

/// A string as YAML writes it: plain if it reads as that string again, quoted otherwise.
pub fn scalar(text: &str) -> String {
    let quoted = || serde_json::to_string(text).unwrap_or_default();
    if text.is_empty() || text.contains(['\n', '\r', ',', '[', ']', '{', '}']) {
        return quoted();
    }
    if yaml::is_plain_word(text) {
        return text.to_string();
    }
    let parsed = yaml::parse(text.to_string());
    let root = parsed.documents.first().and_then(|document| document.root).map(|root| Field::new(&parsed.tree, root));
    let plain = root.is_some_and(|root| root.kind() == Kind::Str && root.text() == text && parsed.comments.is_empty());
    if plain { text.to_string() } else { quoted() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::discover;

    fn changed(text: &str, change: impl Fn(Field) -> Option<Vec<Change>>) -> Option<String> {
        let mut parsed = yaml::parse(text.to_string());
        let (objects, _, _) = discover(&mut parsed);
        let mut changes = change(objects[0].field(&parsed.tree))?;
        changes.reverse();
        let mut out = text.to_string();
        for (span, new) in changes {
            out.replace_range(span.range(), &new);
        }
        Some(out)
    }

    const TEXT: &str =
        "apiVersion: v1\nkind: X\nspec:\n- a: 1\n  b:\n    c: |\n      x\n\n      y\n    # why\n    d: {e: 5}\n  f: {}\n";

    #[test]
    fn entries_are_added_in_the_style_that_is_there() {
        let item = |root: Field<'_>| root.get("spec").items().next().map(|item| item.node());
        let added = changed(TEXT, |root| Some(vec![insert(root.at(item(root)?), "k", "true")?]));
        assert_eq!(added.as_deref(), Some(TEXT.replace("- a: 1", "- k: \"true\"\n  a: 1").as_str()));
        let added = changed(TEXT, |root| Some(vec![insert(root.at(item(root)?).get("f"), "k", "v")?]));
        assert_eq!(added.as_deref(), Some(TEXT.replace("{}", "{k: v}").as_str()));
    }

    #[test]
    fn entries_move_with_all_their_lines() {
        let item = |root: Field<'_>| root.get("spec").items().next().map(|item| item.node());
        let moved = changed(TEXT, |root| relocate(root.at(item(root)?).get("b").get("c"), root));
        let expected = "c: |\n  x\n\n  y\napiVersion: v1\nkind: X\nspec:\n- a: 1\n  b:\n    # why\n    d: {e: 5}\n  f: {}\n";
        assert_eq!(moved.as_deref(), Some(expected));
    }

    #[test]
    fn strings_are_quoted_only_where_they_must_be() {
        for (text, written) in
            [("web", "web"), ("1", "\"1\""), ("on", "\"on\""), ("a: b", "\"a: b\""), ("", "\"\""), ("a #b", "\"a #b\"")]
        {
            assert_eq!(scalar(text), written);
        }
    }
}
