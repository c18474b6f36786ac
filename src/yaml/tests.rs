//! The two readers against each other on damaged manifests, and inputs that are made to hurt.

use super::read::{Reader, parse_with};
use super::{Parsed, ProblemKind, parse};

/// A small deterministic random number generator.
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

const MANIFESTS: &[&str] = &[
    include_str!("../../testdata/yaml/manifests/plain.yaml"),
    include_str!("../../testdata/yaml/manifests/texts.yaml"),
    include_str!("../../testdata/yaml/manifests/flow.yaml"),
];

const BITS: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    ":",
    ": ",
    " :",
    "- ",
    "-",
    "#",
    " # c",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!!str ",
    "? ",
    "---\n",
    "...",
    "\r\n",
    "\r",
    "é",
    "\u{85}",
    "\u{2028}",
    "<<: *a",
    "key: value\n",
    "\\",
    "%",
    "@",
    "`",
    "~",
    "    ",
];

/// One to three damages at random places.
fn damaged(text: &str, dice: &mut Dice) -> String {
    let mut text = text.to_string();
    for _ in 0..=dice.roll(3) {
        let mut at = dice.roll(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match dice.roll(4) {
            0 if at < text.len() => {
                text.remove(at);
            }
            1 => {
                let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
                let end = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
                let line = text[start..end].to_string();
                if dice.roll(2) == 0 { text.insert_str(end, &line) } else { text.replace_range(start..end, "") }
            }
            _ => text.insert_str(at, BITS[dice.roll(BITS.len())]),
        }
    }
    text
}

/// A text of nothing but indicators, blanks and short words.
fn soup(dice: &mut Dice) -> String {
    const WORDS: &[&str] = &["a", "b: ", "on", "'c'", "\"d\"", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "a: ", "{}", "[]"];
    let mut word = || if dice.roll(2) == 0 { BITS[dice.roll(BITS.len())] } else { WORDS[dice.roll(WORDS.len())] };
    let len = 2 + word().len();
    (0..len * 3).map(|_| word()).collect()
}

/// A damaged manifest, or soup.
pub(super) fn some_text(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => soup(dice),
        _ => damaged(MANIFESTS[dice.roll(MANIFESTS.len())], dice),
    }
}

/// Everything there is to say about a reading.
fn told(parsed: &Parsed) -> String {
    let mut told = format!("{:?}\n{:?}\n{:?}\n", parsed.documents, parsed.problems, parsed.comments);
    for id in 0..parsed.tree.len() as u32 {
        let node = parsed.tree.node(super::NodeId(id));
        told += &format!("{:?} {:?} {:?}\n", node, parsed.tree.text(node.key), parsed.tree.text(node.text));
    }
    told
}

#[test]
fn both_readers_read_alike() {
    let mut dice = Dice(1);
    let rounds = option_env!("PLIMSOLL_ROUNDS").and_then(|rounds| rounds.parse().ok()).unwrap_or(1500);
    for _ in 0..rounds {
        let text = some_text(&mut dice);
        let (fast, general) = (parse(text.clone()), parse_with(text.clone(), Reader::General));
        assert_eq!(told(&fast), told(&general), "\n{text}");
    }
}

#[test]
fn the_fast_reader_takes_the_plain_style() {
    for text in MANIFESTS {
        let parsed = parse(text.to_string());
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        assert!(super::read::is_fast(text), "declined:\n{text}");
    }
}

/// The only document is refused, in time.
fn refused(text: String) -> String {
    let parsed = parse(text);
    assert!(parsed.documents.iter().all(|document| document.root.is_none()));
    parsed.problems[0].message.clone()
}

#[test]
fn deep_nesting_is_refused() {
    let deep = 100_000;
    assert!(refused("[".repeat(deep)).contains("nest deeper"));
    assert!(refused(format!("a: {}{}", "[".repeat(deep), "]".repeat(deep))).contains("nest deeper"));
    assert!(refused("{a: ".repeat(deep)).contains("nest deeper"));
    assert!(refused("- ".repeat(deep)).contains("nest deeper"));
    assert!(refused("? ".repeat(deep)).contains("nest deeper"));
    refused(format!("{{\"a\": {}", "[".repeat(deep)));
    let mut steps = String::new();
    (0..2000).for_each(|i| steps += &format!("{}a:\n", " ".repeat(i)));
    assert!(refused(steps).contains("nest deeper"));
}

#[test]
fn alias_bombs_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for i in 1..12 {
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    assert!(refused(bomb).contains("aliases repeat"));
    let mut merges = "m0: &m0 {a: 1}\n".to_string();
    for i in 1..200 {
        merges += &format!("m{i}: &m{i}\n  k{i}: {}\n  <<: *m{}\n", "x".repeat(10), i - 1);
    }
    parse(merges);
}

#[test]
fn a_value_cannot_contain_itself() {
    assert!(refused("a: &a {b: *a}".into()).contains("stands inside"));
    assert!(refused("&a [*a]".into()).contains("stands inside"));
    assert!(refused("a: *b".into()).contains("not set"));
}

#[test]
fn large_inputs_are_read_in_linear_time() {
    let n = 200_000;
    parse(format!("a: {}", "x".repeat(10 * n)));
    parse(format!("a: \"{}\"", "x\\n".repeat(n)));
    parse(format!("a: |\n{}", "  x\n".repeat(n)));
    parse(format!("a: [{}]", "x, ".repeat(n)));
    parse(format!("a: {}", "x\n  ".repeat(n)));
    parse(format!("a:\n{}", "\n".repeat(n)));
    parse("# c\n".repeat(n));
    parse("&a ".repeat(n));
    parse((0..n / 4).map(|i| format!("k{i}: &a{i} v\n")).collect());
    parse((0..n / 4).map(|i| format!("k{i}: v\n")).collect());
    parse("a: b\n".repeat(n / 4));
    parse(format!("{{\"a\": [{}1]}}", "1,".repeat(n)));
    parse(format!("{{{}}}", (0..n / 4).map(|i| format!("\"k{i}\": 1")).collect::<Vec<_>>().join(",")));
    parse(format!("{{\"a\": \"{}\"}}", "\\ud800".repeat(n)));
    parse("%TAG !a! b\n".repeat(n / 4));
    parse((0..n / 4).map(|i| format!("%TAG !a{i}! b\n")).collect());
    parse("---\n".repeat(n));
    parse("a: 1\n---\n".repeat(n / 10));
    parse("%YAML 1.1\n---\n".repeat(n / 10));
    parse("---x\n".repeat(n / 10));
    parse("{}\n".repeat(n / 10));
    parse("[]: ".repeat(n / 10));
    parse("{é: [é, ".repeat(900) + &"é,".repeat(n));
}

#[test]
fn one_broken_document_does_not_hide_the_others() {
    let parsed = parse("a: 1\n---\nb: [\n---\nc: 3\n---\n# nothing\n---\nd: 4\n".into());
    let roots: Vec<bool> = parsed.documents.iter().map(|document| document.root.is_some()).collect();
    assert_eq!(roots, [true, false, true, true]);
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!((parsed.problems[0].document, parsed.problems[0].kind), (1, ProblemKind::Syntax));
}

/// The documents' roots as `Debug` of kinds, and the problems' texts and places.
fn outline(text: &str) -> (Vec<bool>, Vec<(u32, &'static str)>) {
    let parsed = parse(text.to_string());
    let kind = |kind| match kind {
        ProblemKind::Syntax => "syntax",
        ProblemKind::DuplicateKey => "duplicate",
        ProblemKind::DroppedContent => "dropped",
    };
    let roots = parsed.documents.iter().map(|document| document.root.is_some()).collect();
    (roots, parsed.problems.iter().map(|problem| (problem.span.start, kind(problem.kind))).collect())
}

#[test]
fn documents_are_told_apart() {
    type Case = (&'static str, &'static [bool], &'static [(u32, &'static str)]);
    let cases: &[Case] = &[
        ("", &[], &[]),
        ("# only a comment\n", &[], &[]),
        ("---\n---\n# c\n---\n", &[], &[]),
        ("null\n---\n~\n", &[], &[]),
        ("--- # comment\na: 1\n--- \nb: 2\n---", &[true, true], &[]),
        ("a: 1\n---x\nb: 2\n---\nc: 3\n", &[false, true], &[(5, "syntax")]),
        ("a: |\n  x\n---\nb: 1\n", &[true, true], &[]),
        ("a: 1\n...\n", &[true], &[]),
        ("a: 1\n...\n# c\n", &[true], &[]),
        ("a: 1\n...\nb: 2\n", &[true], &[(9, "dropped")]),
        ("  a: 1\nb: 2\n", &[true], &[(7, "dropped")]),
        ("%YAML 1.1\n---\na: 1\n", &[true], &[]),
        ("%YAML 1.2\n---\na: 1\n", &[false], &[(0, "syntax")]),
        ("\u{feff}a: 1\n---\n\u{feff}b: 1\n", &[true, true], &[]),
        ("a: 1\r\n---\r\nb: 1\r\n", &[true, true], &[]),
        ("{\"a\": 1}", &[true], &[]),
        ("{\"a\": 1} {\"b\": \"\\/\"}\n{}", &[true, true, true], &[]),
        ("{\"a\": 1}\n---\n{\"b\": 1}\n---\nc: 1\n", &[true, true, true], &[]),
        ("{\"a\": 1, \"a\": 2}", &[true], &[(9, "duplicate")]),
        ("{a: 1}", &[true], &[]),
        ("{\"a\": 1,}", &[true], &[]),
        ("{\"a\": 1", &[false], &[(7, "syntax")]),
        ("{\"a\": \"x\ny\"}", &[true], &[]),
        ("{a: 1\n", &[false], &[(6, "syntax")]),
        ("a: 1\na: 2\na: 3\n", &[true], &[(5, "duplicate"), (10, "duplicate")]),
        ("a: .inf\n", &[false], &[(3, "syntax")]),
        ("a: !!int x\n", &[false], &[(9, "syntax")]),
        ("? [a]\n: 1\n", &[false], &[(2, "syntax")]),
        ("a: {{ .Values.x }}\n", &[false], &[(4, "syntax")]),
        ("a: \u{7}\n", &[false], &[(3, "syntax")]),
    ];
    for (text, roots, problems) in cases {
        assert_eq!(outline(text), (roots.to_vec(), problems.to_vec()), "{text:?}");
    }
}
