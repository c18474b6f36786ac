//! The commit hooks with the real pre-commit, in the configuration that docs/ci.md shows.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::git::{alone, commit, git};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    \
                   metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: nginx:1.27\n";
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";

/// The one on the PATH, or the one that `.ci/run` installs.
fn pre_commit() -> Option<PathBuf> {
    let installed = std::env::current_dir().expect("a folder").join("target/pre-commit/bin/pre-commit");
    let candidates = [PathBuf::from("pre-commit"), installed];
    let found = candidates
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        super::say("NOT TESTED: there is no pre-commit, so nothing has tried the commit hooks; `.ci/run` installs one");
    }
    found
}

/// A project that has `config`, a good manifest and a bad one, all committed.
fn project(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [(".pre-commit-config.yaml", config), ("web.yaml", WEB), ("old.yaml", BROKEN)] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    commit(folder.path());
    folder
}

/// Runs pre-commit there; `path` is what comes first in the search path.
fn run(pre_commit: &Path, folder: &Path, path: Option<&Path>, args: &[&str]) -> (Output, String) {
    let mut command = Command::new(pre_commit);
    let known = std::env::var_os("PATH").unwrap_or_default();
    let folders = path.into_iter().map(Path::to_path_buf).chain(std::env::split_paths(&known));
    command.env("PATH", std::env::join_paths(folders).expect("a path")).env("PRE_COMMIT_HOME", folder.join(".pre-commit-home"));
    let output = alone(unoptimised(&mut command)).current_dir(folder).args(args).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output, said)
}

/// What is built works the same without optimisation, in a quarter of the time; and most of it need not be built again.
pub fn unoptimised(command: &mut Command) -> &mut Command {
    let target = std::env::current_dir().expect("a folder").join("target/hooks");
    command.env("CARGO_TARGET_DIR", target);
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off")
}

/// The block of the page that configures pre-commit, for the hooks at `repository`.
fn documented(repository: &Path) -> String {
    let page = std::fs::read_to_string("docs/ci.md").expect("readable");
    let block = page.split("```yaml\n").skip(1).find(|block| block.starts_with("repos:")).expect("a configuration");
    let block = block.split("```").next().expect("one");
    assert!(block.contains("<this repository>") && block.contains("<a tag>"), "{block}");
    block.replace("<this repository>", &repository.to_string_lossy()).replace("<a tag>", "v1")
}

#[test]
fn the_installed_binary_is_a_hook() {
    let Some(pre_commit) = pre_commit() else { return };
    let hooks = tempfile::tempdir().expect("a folder");
    std::fs::copy(".pre-commit-hooks.yaml", hooks.path().join(".pre-commit-hooks.yaml")).expect("copied");
    let (valid, said) = run(&pre_commit, hooks.path(), None, &["validate-manifest", ".pre-commit-hooks.yaml"]);
    assert!(valid.status.success(), "{said}");
    commit(hooks.path());
    git(hooks.path(), &["tag", "v1"]);

    let project =
        project(&format!("repos:\n- repo: {}\n  rev: v1\n  hooks:\n  - id: plimsoll-lint-system\n", hooks.path().display()));
    let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent();
    let hook = |file: &str| run(&pre_commit, project.path(), binary, &["run", "--files", file]);
    let (good, said) = hook("web.yaml");
    assert!(good.status.success(), "{said}");
    let (bad, said) = hook("old.yaml");
    assert!(!bad.status.success() && said.contains("api-invalid"), "{said}");
}

/// With a Rust toolchain and nothing else: pre-commit builds the binary from a clone of this repository.
#[test]
#[ignore = "it builds the crate, which takes a minute; `.ci/run` asks for it"]
fn the_documented_hooks_build_themselves() {
    let Some(pre_commit) = pre_commit() else { return };
    let hooks = clone();
    let project = project(&documented(hooks.path()));
    let hook = |args: &[&str]| run(&pre_commit, project.path(), None, &[&["run"], args].concat());
    let (bad, said) = hook(&["plimsoll-lint", "--files", "old.yaml"]);
    assert!(!bad.status.success() && said.contains("api-invalid"), "{said}");

    git(project.path(), &["rm", "--quiet", "old.yaml"]);
    std::fs::write(project.path().join("web.yaml"), WEB.replace("1.27", "1.28")).expect("written");
    git(project.path(), &["add", "web.yaml"]);
    let (good, said) = hook(&[]);
    assert!(good.status.success() && said.contains("nginx:1.27 → nginx:1.28"), "{said}");
}

/// This repository as it is now, what is not committed yet included.
fn clone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files = git(Path::new("."), &["ls-files", "--cached", "--others", "--exclude-standard"]);
    // What cargo leaves out of the crate is not needed to build it.
    let needed = files.lines().filter(|file| !file.starts_with("testdata/") && !file.starts_with("snapshots/"));
    for file in needed.filter(|file| Path::new(file).is_file()) {
        let to = folder.path().join(file);
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("made");
        std::fs::copy(file, to).expect("copied");
    }
    commit(folder.path());
    git(folder.path(), &["tag", "v1"]);
    folder
}
