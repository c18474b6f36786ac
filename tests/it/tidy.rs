//! The house rules, as tests: every source file is held to them, with no exceptions but those named here.

use std::path::{Path, PathBuf};

use plimsoll::rules::RULES;

/// Source files and their texts.
fn sources() -> Vec<(PathBuf, String)> {
    let files = ["src", "tests", "benches"].iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    files
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"))
        .map(|entry| (entry.path().to_path_buf(), std::fs::read_to_string(entry.path()).expect("UTF-8")))
        .collect()
}

/// The part of a file before its unit tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_open_with_what_they_are_for() {
    let closed = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    report(closed.map(|(path, _)| format!("{}: begins without a `//!` sentence", path.display())).collect());
}

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > 600);
    report(long.map(|(path, text)| format!("{}: {} lines, at most 600", path.display(), text.lines().count())).collect());
}

#[test]
fn lines_are_short_and_have_no_trailing_space() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (i, line) in text.lines().enumerate() {
            // A string, an attribute or a proptest signature cannot be broken by the formatter.
            let whole = line.contains('"') || line.contains("#[") || line.contains("prop::");
            if line != line.trim_end() || (line.chars().count() > 132 && !whole) {
                wrong.push(format!("{}:{}: longer than 132, or ends in a blank", path.display(), i + 1));
            }
        }
    }
    report(wrong);
}

#[test]
fn library_code_does_not_panic_on_purpose() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src")) {
        for (i, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            for word in [".unwrap()", ".expect(", "panic!(", "unimplemented!(", "todo!(", "unreachable!("] {
                if code.contains(word) {
                    wrong.push(format!("{}:{}: `{word}`", path.display(), i + 1));
                }
            }
        }
    }
    report(wrong);
}

#[test]
fn signatures_take_no_bare_booleans() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("src")) {
        for (i, line) in without_tests(&text).lines().enumerate() {
            let signature = line.trim_start().trim_start_matches("pub ").trim_start_matches("const ");
            let parameters = signature.split("->").next().unwrap_or("");
            if signature.starts_with("fn ") && parameters.replace("value: bool", "").contains(": bool") {
                wrong.push(format!("{}:{}: a boolean parameter says nothing at the call", path.display(), i + 1));
            }
        }
    }
    report(wrong);
}

#[test]
fn names_say_something() {
    let vague = ["helper", "util", "utils", "manager", "common", "misc"];
    let named = sources().into_iter().filter(|(path, _)| {
        path.iter().any(|part| vague.iter().any(|word| part.to_string_lossy().trim_end_matches(".rs") == *word))
    });
    report(named.map(|(path, _)| format!("{}: says nothing about what is in it", path.display())).collect());
}

#[test]
fn the_core_does_not_touch_the_world() {
    let mut wrong = Vec::new();
    let core = sources()
        .into_iter()
        .filter(|(path, _)| path.starts_with("src") && !path.starts_with("src/cli") && !path.starts_with("src/lsp"));
    for (path, text) in core.filter(|(path, _)| path != Path::new("src/main.rs")) {
        for word in ["std::fs", "std::env", "std::process", "TcpStream", "UdpSocket", "println!", "eprintln!"] {
            if without_tests(&text).contains(word) {
                wrong.push(format!("{}: `{word}` belongs to the command line", path.display()));
            }
        }
    }
    report(wrong);
}

#[test]
fn rules_are_sorted_and_their_pages_begin_with_their_id() {
    let mut wrong = Vec::new();
    for pair in RULES.windows(2) {
        if pair[0].id >= pair[1].id {
            wrong.push(format!("{} stands after {}", pair[1].id, pair[0].id));
        }
    }
    for rule in RULES {
        if !rule.page.starts_with(&format!("# {}: ", rule.id)) {
            wrong.push(format!("rules/{}.md: begins without its id", rule.id));
        }
    }
    let pages = std::fs::read_dir("rules").expect("rules").count();
    // One more than the rules: README.md.
    if pages != RULES.len() + 1 {
        wrong.push(format!("rules/ has {pages} files for {} rules", RULES.len()));
    }
    report(wrong);
}
