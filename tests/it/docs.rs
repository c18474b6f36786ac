//! Every command and snippet of the README and the pages on pipelines and editors, tried as a reader would.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

use super::git;

const PAGES: &[&str] = &["README.md", "docs/ci.md", "editors/README.md"];

/// Programs that are not here, and what stands for them. What is run in the container is run without one.
const STAND_INS: &[(&str, &str)] = &[
    ("helm", "cat deploy/web.yaml"),
    ("kubectl", "cat deploy/web.yaml"),
    ("podman", "[ \"$1\" = build ] && exit\nwhile [ \"$1\" != plimsoll ]; do shift; done\nexec \"$@\""),
];

/// The blocks of a page in that language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(page).expect("readable");
    let opening = format!("\n```{language}\n");
    let blocks = text.split(&opening).skip(1).map(|rest| rest.split("\n```").next().unwrap_or("").to_string() + "\n");
    blocks.collect()
}

/// A project in `deploy`, committed, with stand-ins for what is not here.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    ["deploy", "bin", "home"].iter().for_each(|name| std::fs::create_dir(path(name)).expect("made"));
    for entry in std::fs::read_dir("testdata/projects/todo").expect("there").flatten() {
        std::fs::copy(entry.path(), path("deploy").join(entry.file_name())).expect("copied");
    }
    for (name, script) in STAND_INS {
        let file = path("bin").join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("written");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("set");
    }
    git::commit(folder.path());
    folder
}

fn bash(folder: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().expect("a folder").to_path_buf();
    let known = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.join("bin"), binary].into_iter().chain(std::env::split_paths(&known));
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).current_dir(folder);
    command.env("PATH", std::env::join_paths(folders).expect("a path")).env("HOME", folder.join("home"));
    git::alone(&mut command).output().expect("it runs")
}

#[test]
fn commands_work_as_written() {
    let mut tried = 0;
    for script in PAGES.iter().flat_map(|page| blocks(page, "sh")) {
        // `.ci/run` runs the example from the clone, and pre-commit installs the crate.
        if ["cargo install --path .\n", "cargo run --release -- lint testdata/projects/todo\n"].contains(&script.as_str()) {
            continue;
        }
        tried += 1;
        let output = bash(project().path(), &script);
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(tried >= 5, "{tried}");
}

#[test]
fn what_the_commands_write_is_there() {
    let folder = project();
    let all: String = blocks("docs/ci.md", "sh").concat();
    assert!(bash(folder.path(), &all).status.success());
    for (file, word) in [
        ("plimsoll.schema.json", "kubernetes-version"),
        ("home/.local/share/bash-completion/completions/plimsoll", "--changed-only"),
        ("home/.local/share/man/man1/plimsoll-lint.1", "plimsoll"),
    ] {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
        assert!(text.contains(word), "{file}: {text}");
    }
}

#[test]
fn snippets_say_what_they_are_shown_for() {
    for block in PAGES.iter().flat_map(|page| blocks(page, "yaml")) {
        match block.lines().next().unwrap_or("") {
            // `hooks.rs` runs it.
            "repos:" => {}
            "on: [pull_request]" => workflow(&block),
            "manifests:" => job(&block),
            "metadata:" => ignored(&block),
            line if line.starts_with("only: ") => {
                let config = plimsoll::config::parse(&block).expect("a configuration");
                assert!(!config.only.is_empty() && !config.ignore.is_empty() && !config.exclude.is_empty());
                assert!(config.fail_on.is_some() && config.kubernetes_version.is_some());
            }
            _ => panic!("nothing tries this snippet:\n{block}"),
        }
    }
}

fn parsed(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).expect("YAML")
}

/// A workflow gives the action inputs that it has, and rights for what it does.
fn workflow(block: &str) {
    let job = &parsed(block)["jobs"]["manifests"];
    let step = job["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
    assert_eq!(step["uses"], "<this repository>@<a tag>");
    let action = parsed(&std::fs::read_to_string("action.yml").expect("readable"));
    for input in step["with"].as_object().expect("inputs").keys() {
        assert!(action["inputs"].get(input).is_some(), "the action has no input {input}");
    }
    for right in ["security-events", "pull-requests"] {
        assert_eq!(job["permissions"][right], "write");
    }
}

/// A job's commands run, and make the reports that it hands over.
fn job(block: &str) {
    let folder = project();
    let job = &parsed(block)["manifests"];
    for line in job["script"].as_array().expect("commands") {
        let output = bash(folder.path(), line.as_str().expect("a command"));
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    for (_, report) in job["artifacts"]["reports"].as_object().expect("reports") {
        assert!(folder.path().join(report.as_str().expect("a file")).is_file(), "{report} is not written");
    }
}

/// The comments and the annotation of an object are understood and silence what they name.
fn ignored(block: &str) {
    let head = "apiVersion: apps/v1\nkind: StatefulSet\n";
    let rules = |text: String| -> Vec<&'static str> {
        let mut workspace = plimsoll::workspace::Workspace::new(plimsoll::check::Options::default());
        workspace.set("a.yaml", text);
        workspace.check().iter().map(|finding| finding.rule).collect()
    };
    let bare: String = block.lines().map(|line| line.split(" #").next().unwrap_or("").to_string() + "\n").collect();
    let bare = bare.replace("plimsoll.dev/ignore", "other").replace("# plimsoll", "# not");
    assert!(rules(format!("{head}{bare}")).contains(&"ref-headless-service"));
    let left = rules(format!("{head}{block}"));
    assert!(!left.contains(&"ref-headless-service") && !left.contains(&"style-unused-ignore"), "{left:?}");
}

/// The keys that Helix takes for a language server and a language, of those that the page uses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Helix {
    language_server: BTreeMap<String, HelixServer>,
    language: Vec<HelixLanguage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelixServer {
    command: String,
    args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct HelixLanguage {
    name: String,
    language_servers: Vec<String>,
}

/// Helix cannot be had here; the least that can be held is that the settings have the keys it reads.
#[test]
fn settings_of_other_editors_parse() {
    let [helix] = blocks("editors/README.md", "toml").try_into().expect("one block");
    let helix: Helix = toml::from_str(&helix).expect("Helix's keys");
    let server = &helix.language_server["plimsoll"];
    assert_eq!((server.command.as_str(), server.args.as_slice()), ("plimsoll", &["lsp".to_string()][..]));
    for language in &helix.language {
        assert!(["yaml", "json"].contains(&language.name.as_str()) && language.language_servers[0] == "plimsoll");
    }
}

/// `.ci/run` compiles the extension; what a compiler does not see is its manifest.
#[test]
fn the_extension_for_zed_declares_the_server() {
    let read = |file: &str| std::fs::read_to_string(Path::new("editors/zed").join(file)).expect("readable");
    let manifest: toml::Table = toml::from_str(&read("extension.toml")).expect("TOML");
    for key in ["id", "name", "version", "schema_version", "authors", "description"] {
        assert!(manifest.contains_key(key), "Zed asks for {key}");
    }
    let server = &manifest["language_servers"]["plimsoll"];
    assert_eq!(server["languages"].as_array().map(Vec::len), Some(2));
    let package: toml::Table = toml::from_str(&read("Cargo.toml")).expect("TOML");
    assert_eq!(package["package"]["version"], manifest["version"]);
    assert_eq!(manifest["version"].as_str(), Some(env!("CARGO_PKG_VERSION")));
}

/// What the image is made of: there is nothing here to build it with, so its own commands are run as far as they can be.
#[test]
fn the_container_is_made_of_what_is_there() {
    let text = std::fs::read_to_string("Containerfile").expect("readable").replace("\\\n", "");
    let line = |start: &str| text.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    let manifest = std::fs::read_to_string("Cargo.toml").expect("readable");
    let version = manifest.split("rust-version = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    assert!(line("FROM ")[0].contains(&format!("/rust:{version}-")), "the toolchain is another than Cargo.toml asks for");
    let install = line("RUN cargo")[0].trim_start_matches("RUN ");
    let words: Vec<&str> = install.split_whitespace().collect();
    assert_eq!(&words[..6], ["cargo", "install", "--locked", "--path", ".", "--root"]);
    assert_eq!(line("COPY --from=build"), [format!("COPY --from=build {}/bin/plimsoll /usr/local/bin/plimsoll", words[6])]);
    assert_eq!(line("ENTRYPOINT"), ["ENTRYPOINT [\"plimsoll\"]"]);

    let folder = project();
    let trusted = text.lines().flat_map(|line| line.split("&& ")).find(|part| part.starts_with("git config --system"));
    let script = format!("export GIT_CONFIG_SYSTEM=$PWD/gitconfig\n{}\ngit config --system --list", trusted.expect("one"));
    let listed = bash(folder.path(), &script).stdout;
    let mounted = line("WORKDIR").last().expect("one").trim_start_matches("WORKDIR ").to_string();
    assert_eq!(String::from_utf8_lossy(&listed).trim(), format!("safe.directory={mounted}"), "git must trust the mounted folder");
}
