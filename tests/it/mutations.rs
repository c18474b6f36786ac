//! Damaged manifests: whatever is done to a text, checking it neither panics nor points outside it, and says the same twice.

use plimsoll::check::Options;
use plimsoll::diagnostic::Finding;
use plimsoll::report::{self, Colour, Sources};
use plimsoll::workspace::Workspace;
use proptest::prelude::*;

/// One blow: at a place (in thousandths of the text), a length, and what to put there.
pub type Blow = (usize, usize, &'static str);

pub const BITS: &[&str] = &[
    "",
    " ",
    "\n",
    "\t",
    ":",
    "- ",
    "#",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "null",
    "~",
    "1e3",
    "0x1f",
    "true",
    "-1",
    "9999999999999999999",
    "\u{feff}",
    "\u{1F600}",
    "한",
    "\r\n",
    "? ",
    "<<: ",
    "%",
    "{{ .x }}",
    "name",
    "spec:",
    "  ",
    "\u{85}",
    "\0",
];

pub fn texts() -> Vec<String> {
    let files = walkdir::WalkDir::new("testdata/projects").sort_by_file_name().into_iter().filter_map(Result::ok);
    files.filter(|entry| entry.file_type().is_file()).map(|entry| std::fs::read_to_string(entry.path()).expect("UTF-8")).collect()
}

pub fn hit(text: &mut String, (place, length, bit): Blow) {
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(text.len() * place / 1000);
    let end = boundary((start + length).min(text.len()));
    text.replace_range(start..end.max(start), bit);
}

fn check(text: &str) -> Vec<Finding> {
    let mut workspace = Workspace::new(Options::default());
    workspace.set("a.yaml", text.to_string());
    workspace.check()
}

proptest! {
    #![proptest_config(crate::cases::cases(600))]

    #[test]
    fn damaged_manifests_are_answered(which in 0usize..100, blows in prop::collection::vec((0usize..1000, 0usize..40, prop::sample::select(BITS)), 1..6)) {
        let all = texts();
        let mut text = all[which % all.len()].clone();
        for blow in blows {
            hit(&mut text, blow);
        }
        let findings = check(&text);
        for finding in &findings {
            let place = text.get(finding.span.range());
            prop_assert!(place.is_some(), "{} points outside the text: {:?}\n{:?}", finding.rule, finding.span, text);
        }
        let mut sources = Sources::default();
        sources.add("a.yaml".into(), text.clone().into());
        let mut first = String::new();
        report::plain(&mut first, &findings, &sources, Colour::Off, 100);
        let mut second = String::new();
        report::plain(&mut second, &check(&text), &sources, Colour::Off, 100);
        prop_assert_eq!(first, second);
    }
}

#[test]
fn a_wide_character_where_another_is_wanted() {
    let texts = [
        "{한: 1}",
        "{\"a\": 한}",
        "{\"한",
        "{한",
        "*\u{feff}a",
        "&\u{feff}a b",
        "*한",
        "%\u{feff}",
        "a: \"\\한\"",
        "a: |한",
        "!<한",
    ];
    for text in texts {
        for finding in check(text) {
            assert!(text.get(finding.span.range()).is_some(), "{text}: {:?}", finding.span);
        }
    }
}
