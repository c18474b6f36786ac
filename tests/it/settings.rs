//! `plimsoll.yaml` and `--changed-only`: what a project asks for, and what a commit hook does.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";
const SET: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n  serviceName: db\n  selector:\n    matchLabels: {app: db}\n  \
                   template:\n    metadata:\n      labels: {app: db}\n    spec:\n      containers:\n      - name: db\n        image: postgres:17\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\nspec:\n  clusterIP: None\n  selector: {app: db}\n  ports:\n  - port: 5432\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// Exit code, the files with findings, and standard error, of a lint in `folder`.
fn lint(folder: &Path, args: &[&str]) -> (i32, Vec<String>, String) {
    let mut command = Command::cargo_bin("plimsoll").expect("built");
    let output = command.current_dir(folder).args(["lint", "--format", "json"]).args(args).output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let mut paths: Vec<String> = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|finding| finding["path"].as_str().unwrap_or("").to_string())
        .collect();
    paths.dedup();
    (output.status.code().expect("a code"), paths, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_nearest_configuration_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "deploy/a.yaml", BROKEN);
    write(folder.path(), "generated/b.yaml", BROKEN);
    write(folder.path(), "deploy/old/c.yaml", BROKEN);
    assert_eq!(lint(folder.path(), &[]).1.len(), 3);
    write(folder.path(), "plimsoll.yaml", "fail-on: never\nexclude:\n- /generated/\n- old\n");
    assert_eq!(lint(folder.path(), &[]), (0, vec!["deploy/a.yaml".to_string()], String::new()));
    assert_eq!(lint(&folder.path().join("deploy"), &[]).1, ["a.yaml"], "it is found from below");
    assert_eq!(lint(folder.path(), &["--fail-on", "error"]).0, 1, "the command line decides");
    assert_eq!(lint(folder.path(), &["generated/b.yaml"]).1.len(), 1, "what is named is read");
    write(folder.path(), "deploy/plimsoll.yaml", "ignore: [api]\n");
    assert_eq!(lint(&folder.path().join("deploy"), &[]), (0, Vec::new(), String::new()));
    assert_eq!(lint(folder.path(), &["--config", "deploy/plimsoll.yaml"]).0, 0);
}

#[test]
fn mistakes_in_the_configuration_have_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.yaml", BROKEN);
    write(folder.path(), "plimsoll.yaml", "# ours\nfail_on: never\n");
    let (code, _, words) = lint(folder.path(), &[]);
    assert_eq!(code, 2);
    assert!(words.contains("plimsoll.yaml:2:1: ") && words.contains("fail_on"), "{words}");
    assert_eq!(lint(folder.path(), &["--config", "none.yaml"]).0, 2);
}

#[test]
fn only_changed_files_are_reported_but_all_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "set.yaml", SET);
    write(folder.path(), "services/db.yaml", SERVICE);
    write(folder.path(), "a.yaml", BROKEN);
    assert_eq!(lint(folder.path(), &["set.yaml"]).1, ["set.yaml"], "alone, the Service is missing");
    assert_eq!(lint(folder.path(), &["--changed-only", "set.yaml"]), (0, Vec::new(), String::new()));
    assert_eq!(lint(folder.path(), &["--changed-only", "set.yaml", "./a.yaml"]).1, ["a.yaml"]);
    assert_eq!(lint(folder.path(), &["--changed-only", "services"]).1, Vec::<String>::new());
    assert_eq!(lint(folder.path(), &["--changed-only"]).0, 2);
    assert_eq!(lint(folder.path(), &["--changed-only", "--fix", "set.yaml"]).0, 0);
}

#[test]
fn what_is_suppressed_is_counted_in_changed_files_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let ignored = BROKEN.replace("A\n", "A # plimsoll: ignore[api]\n");
    write(folder.path(), "old.yaml", &ignored);
    write(folder.path(), "new.yaml", &ignored);
    let counts = |args: &[&str]| {
        let mut command = Command::cargo_bin("plimsoll").expect("built");
        let output = command.current_dir(folder.path()).arg("lint").args(args).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split(", ").find_map(|part| part.split_once(" suppressed")).map(|(count, _)| count.to_string())
    };
    assert_eq!(counts(&[]).as_deref(), Some("2"));
    assert_eq!(counts(&["--changed-only", "new.yaml"]).as_deref(), Some("1"));
    assert_eq!(counts(&["--only", "ref"]), None);
}

#[test]
fn shells_and_man_are_served() {
    let plimsoll = |args: &[&str]| Command::cargo_bin("plimsoll").expect("built").args(args).output().expect("it runs");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = plimsoll(&["completions", shell]);
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("changed-only"), "{shell}");
    }
    assert!(String::from_utf8_lossy(&plimsoll(&["man"]).stdout).starts_with(".ie"));
    let folder = tempfile::tempdir().expect("a folder");
    assert!(plimsoll(&["man", "--dir", &folder.path().to_string_lossy()]).status.success());
    assert!(folder.path().join("plimsoll-lint.1").is_file());
}

#[test]
fn plans_and_shown_objects_follow_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.yaml", SERVICE);
    write(folder.path(), "old/b.yaml", SET);
    write(folder.path(), "plimsoll.yaml", "exclude: [old/]\nkubernetes-version: 1.31\n");
    let run = |args: &[&str]| {
        let mut command = Command::cargo_bin("plimsoll").expect("built");
        let output = command.current_dir(folder.path()).args(args).args(["--format", "json"]).output().expect("it runs");
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let plan = run(&["plan", "."]);
    assert_eq!((plan["kubernetes"].as_str(), plan["objects"].as_array().map(Vec::len)), (Some("1.31"), Some(1)));
    assert_eq!(run(&["plan", ".", "--kubernetes-version", "1.35"])["kubernetes"], "1.35", "the command line decides");
    assert_eq!(run(&["plan", "a.yaml", "--from", "."])["objects"][0]["effect"], "none", "so does the directory of before");
    assert_eq!(run(&["show"])["objects"].as_array().map(Vec::len), Some(1));
    assert_eq!(run(&["show", "old/b.yaml"])["objects"][0]["object"]["kind"], "StatefulSet", "what is named is read");
}
