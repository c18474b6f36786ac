//! Repositories of git for tests.

use std::path::Path;
use std::process::Command;

/// What `git` answers in `folder`, whoever runs the test and from wherever.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = alone(&mut Command::new("git")).current_dir(folder).args(identity).args(args).output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

/// Takes from `command` what a commit hook tells the programs it runs: a test may itself run in one.
pub fn alone(command: &mut Command) -> &mut Command {
    ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"].iter().fold(command, |command, name| command.env_remove(name))
}

/// Makes `folder` a repository, with what is there as its first commit.
pub fn commit(folder: &Path) {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "--message", "first"]);
}
