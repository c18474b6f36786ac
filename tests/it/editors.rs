//! Real editors with the very settings that editors/README.md shows: they show a finding, apply its fix and save the text.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{git, say};

/// The code block number `n` below the heading that begins with `heading`.
fn block(heading: &str, n: usize) -> String {
    let page = std::fs::read_to_string("editors/README.md").expect("readable");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect("a section");
    let block = section.split("```").nth(2 * n + 1).expect("a block");
    block.split_once('\n').expect("a language").1.to_string()
}

/// A project with one finding that has a fix, in a repository of its own as projects are.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(broken(), folder.path().join("database.yaml")).expect("copied");
    git::commit(folder.path());
    folder
}

fn broken() -> PathBuf {
    PathBuf::from("testdata/projects/todo-broken/database.yaml")
}

/// Runs an editor there, with plimsoll first in the search path and nobody's settings.
fn run(folder: &Path, program: &str, args: &[&str]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().expect("a folder").to_path_buf();
    let known = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(binary).chain(std::env::split_paths(&known))).expect("a path");
    let home = folder.join(".home");
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env("PATH", path).env("HOME", &home);
    for (name, below) in [("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_STATE_HOME", "state")] {
        command.env(name, home.join(below));
    }
    git::alone(&mut command).output().expect("it runs")
}

/// The editor showed the finding, and what it saved is the mended text.
fn mended(folder: &Path, output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("shown: ") && said.contains("`containerport` is not a field of ContainerPort"), "{said}");
    let before = std::fs::read_to_string(broken()).expect("readable");
    let after = std::fs::read_to_string(folder.join("database.yaml")).expect("readable");
    assert_eq!(after, before.replace("containerport", "containerPort"));
}

#[test]
fn neovim_shows_and_fixes() {
    let Ok(version) = Command::new("nvim").arg("--version").output() else {
        return say("NOT TESTED: no `nvim` in PATH, so nothing has tried the settings for Neovim");
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok()).expect("a version");
    let project = project();
    let path = |name: &str| project.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("init.lua"), block("Neovim", usize::from(minor < 11))).expect("written");
    std::fs::write(path("drive.lua"), include_str!("editors/drive.lua")).expect("written");
    let output = run(project.path(), "nvim", &["--headless", "-u", "init.lua", "database.yaml", "-c", "luafile drive.lua"]);
    mended(project.path(), &output);
}

#[test]
fn emacs_shows_and_fixes() {
    let loads = ["--batch", "--eval", "(progn (package-initialize) (require 'eglot) (require 'yaml-mode))"];
    if !Command::new("emacs").args(loads).output().is_ok_and(|output| output.status.success()) {
        return say("NOT TESTED: no `emacs` in PATH with eglot and yaml-mode, so nothing has tried the settings for Emacs");
    }
    let project = project();
    let path = |name: &str| project.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("init.el"), block("Emacs", 0)).expect("written");
    std::fs::write(path("drive.el"), include_str!("editors/drive.el")).expect("written");
    mended(project.path(), &run(project.path(), "emacs", &["--batch", "-l", "init.el", "-l", "drive.el"]));
}
