//! What the author has said to ignore: comments on a line, above it, for a file, annotations; and those that ignore nothing.

use plimsoll::check::Options;
use plimsoll::workspace::Workspace;

/// Rules and lines (from 1) of what is reported, and how many findings are suppressed.
fn lint(text: &str) -> (Vec<(&'static str, usize)>, usize) {
    let mut workspace = Workspace::new(Options::default());
    workspace.set("a.yaml", text.to_string());
    let (findings, suppressed) = workspace.check_all();
    let line = |at: u32| text[..at as usize].lines().count() + usize::from(text[..at as usize].ends_with('\n') || at == 0);
    (findings.iter().map(|finding| (finding.rule, line(finding.span.start))).collect(), suppressed.len())
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n";

#[test]
fn comments_cover_their_line_or_the_next() {
    let silent = [
        "  name: A # plimsoll: ignore[api-invalid] because\n",
        "  name: A   #plimsoll:ignore[ref,api]\n",
        "  # plimsoll: ignore[api-invalid]\n  name: A\n",
        "  # plimsoll: ignore[api-invalid] because\n  # of that\n  name: A\n",
        "  name: A # plimsoll: ignore-file[api-invalid]\n",
        "  # plimsoll: ignore[api]\n  name: A",
        "  name: A # plimsoll: ignore[api]",
        "  name: A # plimsoll: ignore[api-invalid, style-unused-ignore]\n",
    ];
    for text in silent {
        let (found, suppressed) = lint(&format!("{HEAD}{text}"));
        let others = found.iter().filter(|(rule, _)| *rule != "style-unused-ignore").count();
        assert_eq!((others, suppressed), (0, 1), "{text}: {found:?}");
    }
    for breaks in ["\r\n", "\r"] {
        let text = format!("{HEAD}  # plimsoll: ignore[api]\n  name: A\n").replace('\n', breaks);
        assert_eq!(lint(&text), (Vec::new(), 1), "{text:?}");
    }
}

#[test]
fn comments_cover_nothing_else() {
    let (found, suppressed) = lint(&format!("{HEAD}  # plimsoll: ignore[api-invalid]\n  labels:\n    a: b\n  name: A\n"));
    assert_eq!((found, suppressed), (vec![("style-unused-ignore", 4), ("api-invalid", 7)], 0));
    let (found, _) = lint(&format!("{HEAD}  name: A # plimsoll: ignore[api-required]\n"));
    assert_eq!(found, [("api-invalid", 4), ("style-unused-ignore", 4)]);
    let (found, _) =
        lint(&format!("{HEAD}  name: A\ndata:\n  a: |\n    # plimsoll: ignore-file[api]\n  b: '# plimsoll: ignore-file[api]'\n"));
    assert_eq!(found, [("api-invalid", 4)], "text in a scalar is no comment");
}

#[test]
fn what_is_not_understood_is_said() {
    for comment in
        ["plimsoll: ignore", "plimsoll: ignore[]", "plimsoll: off", "plimsoll: ignore[no-such-rule]", "plimsoll: ignore[api"]
    {
        let (found, suppressed) = lint(&format!("{HEAD}  name: A # {comment}\n"));
        assert_eq!((found, suppressed), (vec![("api-invalid", 4), ("style-unused-ignore", 4)], 0), "{comment}");
    }
    assert_eq!(lint(&format!("{HEAD}  name: a # plimsoll is a mark\n")).0, []);
}

#[test]
fn annotations_cover_their_object() {
    let object = format!("{HEAD}  name: A\n  annotations:\n    plimsoll.dev/ignore: \"api-invalid, ref\"\n");
    assert_eq!(lint(&object), (vec![("style-unused-ignore", 6)], 1));
    let two = format!("{}---\n{HEAD}  name: B\n", object.replace(", ref", ""));
    assert_eq!(lint(&two), (vec![("api-invalid", 11)], 1));
}

#[test]
fn fixing_leaves_what_is_ignored_alone() {
    let text = format!("{HEAD}  name: a\n  lables: {{}} # plimsoll: ignore[api]\n");
    assert_eq!(lint(&text), (Vec::new(), 1));
}
