//! The README and the page on pipelines, run: every console block shows what the binary really prints.

use assert_cmd::Command;

#[test]
fn console_blocks_show_real_output() {
    for page in ["README.md", "docs/ci.md"] {
        let text = std::fs::read_to_string(page).expect("readable");
        let mut wrong = Vec::new();
        let mut commands = 0;
        for block in text.split("```console\n").skip(1) {
            let block = block.split("```").next().unwrap_or("");
            for case in block.split("$ ").skip(1) {
                let (command, expected) = case.split_once('\n').unwrap_or((case, ""));
                let Some(args) = command.strip_prefix("plimsoll ") else { continue };
                commands += 1;
                let output = Command::cargo_bin("plimsoll")
                    .expect("built")
                    .args(words(args))
                    .env("COLUMNS", "100")
                    .output()
                    .expect("it runs");
                let printed =
                    normal(&(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)));
                if printed.trim_end() != normal(expected).trim_end() {
                    wrong.push(format!("$ {command}\n--- {page} says\n{expected}\n--- it prints\n{printed}"));
                }
            }
        }
        assert!(commands > 0, "{page} shows no command");
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}

/// The words of a command line; single quotes group.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Times differ from run to run.
fn normal(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" in ") {
        Some((head, tail)) if tail.ends_with(" ms") || tail.ends_with(" s") => format!("{head} in TIME"),
        _ => line.trim_end().to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
