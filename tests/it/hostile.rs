//! Input made to hurt: deep nesting, alias bombs, huge scalars and lines, broken encodings. The binary must answer with a
//! place, soon, within 200 MB, and never by dying.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A second for the release build; an unoptimised one gets more.
const SOON: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };

const MOST_MEMORY_KB: u64 = 200 * 1024;

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n";

/// What a run came to.
struct Run {
    code: Option<i32>,
    report: Value,
    took: Duration,
    peak_kb: u64,
}

fn lint(bytes: &[u8]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.yaml");
    let out = folder.path().join("report.json");
    std::fs::write(&path, bytes).expect("written");
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["lint", "--format", "json"])
        .arg(&path)
        .stdout(std::fs::File::create(&out).expect("created"))
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut peak_kb = 0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("");
        peak_kb = peak_kb.max(line.trim().trim_end_matches(" kB").parse().unwrap_or(0));
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let text = std::fs::read_to_string(out).expect("UTF-8");
    Run { code: status.code(), report: serde_json::from_str(&text).unwrap_or(Value::Null), took: started.elapsed(), peak_kb }
}

/// The input is refused, at a place, soon, in little memory.
fn refused(what: &str, bytes: &[u8]) {
    let run = lint(bytes);
    assert_eq!(run.code, Some(1), "{what}: {}", run.report);
    let finding = &run.report["findings"][0];
    assert!(finding["span"]["start"]["line"].as_u64() > Some(0), "{what}: {}", run.report);
    cheap(what, &run);
}

/// The input is answered, one way or the other.
fn answered(what: &str, bytes: &[u8]) {
    let run = lint(bytes);
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{what}: exit code {:?}", run.code);
    cheap(what, &run);
}

fn cheap(what: &str, run: &Run) {
    assert!(run.took < SOON, "{what}: took {:?}", run.took);
    assert!(run.peak_kb < MOST_MEMORY_KB, "{what}: {} MB", run.peak_kb / 1024);
}

#[test]
fn deep_nesting() {
    let deep = 100_000;
    refused("flow sequences", format!("{HEAD}  a: {}", "[".repeat(deep)).as_bytes());
    refused("closed flow sequences", format!("{HEAD}  a: {}{}", "[".repeat(deep), "]".repeat(deep)).as_bytes());
    refused("flow mappings", format!("{HEAD}  a: {}", "{a: ".repeat(deep)).as_bytes());
    refused("block sequences", format!("{HEAD}  a:\n  {}", "- ".repeat(deep)).as_bytes());
    refused("explicit keys", format!("{HEAD}  {}", "? ".repeat(deep)).as_bytes());
    refused("JSON arrays", format!("{{\"kind\": {}", "[".repeat(deep)).as_bytes());
    refused("closed JSON arrays", format!("{{\"kind\": {}{}}}", "[".repeat(deep), "]".repeat(deep)).as_bytes());
}

#[test]
fn alias_bombs() {
    let mut laughs = format!("{HEAD}  a: x\nb0: &b0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let list = vec![format!("*b{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("b{level}: &b{level} [{list}]\n"));
    }
    refused("a billion laughs", laughs.as_bytes());
    let wide = format!("{HEAD}  a: x\nb: &b [{}]\nc: [{}]\n", "x, ".repeat(20_000), "*b, ".repeat(20_000));
    refused("one large anchor, many aliases", wide.as_bytes());
    let merges = format!(
        "{HEAD}  a: x\nb: &b {{{}}}\nc: [{}]\n",
        (0..5_000).map(|i| format!("k{i}: 1, ")).collect::<String>(),
        "{<<: *b}, ".repeat(5_000)
    );
    refused("many merges of a large mapping", merges.as_bytes());
    answered(
        "many anchors",
        format!("{HEAD}{}", (0..100_000).map(|i| format!("  k{i}: &a{i} x\n")).collect::<String>()).as_bytes(),
    );
}

#[test]
fn huge_scalars_and_lines() {
    let big = "x".repeat(64 << 20);
    answered("a plain scalar of 64 MB", format!("{HEAD}  a: {big}\n").as_bytes());
    answered("a quoted scalar of 64 MB", format!("{HEAD}  a: \"{big}\"\n").as_bytes());
    answered("a literal of 64 MB", format!("{HEAD}  a: |\n    {big}\n").as_bytes());
    answered("a quoted scalar of 64 MB that is not closed", format!("{HEAD}  a: \"{big}\n").as_bytes());
    drop(big);
    answered(
        "one line of 10 MB of flow",
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: A}}, data: {{{}}}}}", "abc: d, ".repeat(10 << 17))
            .as_bytes(),
    );
    let entries: String = (0..600_000).map(|i| format!("\"k{i}\": \"v\",")).collect();
    answered("one line of 10 MB of JSON", format!("{{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {{\"name\": \"A\"}}, \"data\": {{{entries}\"z\": 1}}}}").as_bytes());
}

#[test]
fn odd_bytes() {
    refused("truncated UTF-8", &[HEAD.as_bytes(), b"  a: \xe2\x82"].concat());
    refused("NUL", &[HEAD.as_bytes(), b"  a: \0\n"].concat());
    refused("a bell", &[HEAD.as_bytes(), b"  a: \x07\n"].concat());
    answered("only separators", "---\n".repeat(500_000).as_bytes());
    answered("many directives", format!("{}---\na: 1\n", "%TAG !a! tag:a\n".repeat(100_000)).as_bytes());
    answered("many comments", "# x\n".repeat(1_000_000).as_bytes());
    answered("nothing", b"");
}
