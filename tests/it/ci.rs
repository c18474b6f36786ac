//! plimsoll where others run it: the commit hooks with the real pre-commit, the comment of the GitHub action.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    \
                   metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: nginx:1.27\n";
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";

fn run(folder: &Path, program: &str, args: &[&str]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(binary.parent().expect("a folder").to_path_buf()).chain(std::env::split_paths(&path));
    let mut command = Command::new(program);
    command.current_dir(folder).args(args).env("PATH", std::env::join_paths(folders).expect("a path"));
    // A test may itself run in a commit hook.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    command.env("PRE_COMMIT_HOME", folder.join(".pre-commit-home")).output().expect("it runs")
}

fn git(folder: &Path, args: &[&str]) -> String {
    let fixed = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = run(folder, "git", &[&fixed, args].concat());
    assert!(output.status.success(), "git {args:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet"]);
    folder
}

/// The one on the PATH, or the one that `.ci/run` installs.
fn pre_commit() -> Option<PathBuf> {
    let installed = std::env::current_dir().expect("a folder").join("target/pre-commit/bin/pre-commit");
    let candidates = [PathBuf::from("pre-commit"), installed];
    candidates
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()))
}

#[test]
fn hooks_run_in_pre_commit() {
    let Some(pre_commit) = pre_commit() else {
        eprintln!("\n*** NOT TESTED: there is no pre-commit; `.ci/run` installs one ***\n");
        return;
    };
    let pre_commit = pre_commit.to_string_lossy();
    let manifest = std::fs::canonicalize(".pre-commit-hooks.yaml").expect("there");
    let hooks = repository();
    std::fs::copy(manifest, hooks.path().join(".pre-commit-hooks.yaml")).expect("copied");
    let valid = run(hooks.path(), &pre_commit, &["validate-manifest", ".pre-commit-hooks.yaml"]);
    assert!(valid.status.success(), "{}", said(&valid));
    git(hooks.path(), &["add", "."]);
    git(hooks.path(), &["commit", "--quiet", "-m", "hooks"]);

    let project = repository();
    let config = format!(
        "repos:\n- repo: {}\n  rev: {}\n  hooks:\n  - id: plimsoll-lint-system\n",
        hooks.path().display(),
        git(hooks.path(), &["rev-parse", "HEAD"])
    );
    std::fs::write(project.path().join(".pre-commit-config.yaml"), config).expect("written");
    std::fs::write(project.path().join("web.yaml"), WEB).expect("written");
    std::fs::write(project.path().join("old.yaml"), BROKEN).expect("written");
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "-m", "before"]);
    let hook = |files: &[&str]| run(project.path(), &pre_commit, &[&["run", "--files"], files].concat());
    let good = hook(&["web.yaml"]);
    assert!(good.status.success(), "{}", said(&good));
    let bad = hook(&["old.yaml"]);
    assert!(!bad.status.success() && said(&bad).contains("api-invalid"), "{}", said(&bad));
}

#[test]
fn the_comment_says_what_a_change_would_do() {
    let script = std::fs::canonicalize(".ci/plan-comment").expect("there");
    let project = repository();
    std::fs::write(project.path().join("web.yaml"), WEB).expect("written");
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "-m", "before"]);
    std::fs::write(project.path().join("web.yaml"), WEB.replace("1.27", "1.28")).expect("written");
    let comment = run(project.path(), &script.to_string_lossy(), &[env!("CARGO_BIN_EXE_plimsoll"), "HEAD"]);
    let text = said(&comment);
    assert!(comment.status.success(), "{text}");
    assert!(text.starts_with("<!-- plimsoll-plan -->\n") && text.contains("web") && text.ends_with("```\n"), "{text}");
    let action = std::fs::read_to_string("action.yml").expect("readable");
    assert!(action.contains("mark='<!-- plimsoll-plan -->'"), "the action looks for another marker");
}

/// GitHub's own parser is not here; the least that can be held is that each step can run.
#[test]
fn the_action_is_well_formed() {
    let text = std::fs::read_to_string("action.yml").expect("readable");
    let action: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().expect("steps") {
        assert!(step["uses"].is_string() != (step["run"].is_string() && step["shell"] == "bash"), "{step}");
        let Some(script) = step["run"].as_str() else { continue };
        assert!(
            !script.contains("${{"),
            "inputs reach a script through the environment, where they cannot become code: {script}"
        );
        let checked = run(Path::new("."), "bash", &["-n", "-c", script]);
        assert!(checked.status.success(), "{}", said(&checked));
    }
}
