//! `plan` on the command line: exit codes, revisions of a git repository, dumps, pruning.

use std::path::Path;

use assert_cmd::Command;

use super::git;

fn set(replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n  serviceName: db\n  replicas: {replicas}\n  \
         persistentVolumeClaimRetentionPolicy:\n    whenScaled: Delete\n  selector:\n    matchLabels:\n      app: db\n  \
         template:\n    metadata:\n      labels:\n        app: db\n    spec:\n      containers:\n      - name: db\n        \
         image: postgres:17.6\n  volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      \
         accessModes: [ReadWriteOnce]\n      resources:\n        requests:\n          storage: 1Gi\n"
    )
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: b\n";

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

/// The exit code of `plan` in `folder`.
fn code(folder: &Path, args: &[&str]) -> i32 {
    let mut command = Command::cargo_bin("plimsoll").expect("the binary is built");
    let output = command.current_dir(folder).arg("plan").args(args).output().expect("it runs");
    output.status.code().expect("a code")
}

#[test]
fn exit_codes_tell_change_and_loss() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| write(folder.path(), name, text);
    let (map, three, two) = (file("map.yaml", CONFIG_MAP), file("three.yaml", &set(3)), file("two.yaml", &set(2)));
    let changed = file("changed.yaml", &CONFIG_MAP.replace("a: b", "a: c"));
    let refused = file("refused.yaml", &set(3).replace("app: db", "app: other"));
    let plan = |args: &[&str]| code(folder.path(), args);
    assert_eq!(plan(&[&map, "--from", &map, "--exit-code"]), 0);
    assert_eq!(plan(&[&changed, "--from", &map]), 0);
    assert_eq!(plan(&[&changed, "--from", &map, "--exit-code"]), 10);
    assert_eq!(plan(&[&map, "--from", "empty", "--exit-code"]), 10);
    assert_eq!(plan(&[&three, "--from", &two, "--exit-code"]), 10);
    assert_eq!(plan(&[&two, "--from", &three, "--exit-code"]), 11, "claims are deleted");
    assert_eq!(plan(&[&refused, "--from", &three]), 1);
    assert_eq!(plan(&[&three, "--nodes", "0", "--from", "empty"]), 1, "no node for any pod");
    assert_eq!(plan(&[&map, "--from", &three, "--prune", "all", "--exit-code"]), 11);
    assert_eq!(plan(&[&map, "--from", &format!("dump:{map}"), "--exit-code"]), 0);
}

#[test]
fn a_revision_of_git_is_a_source() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "map.yaml", CONFIG_MAP);
    git::commit(folder.path());
    assert_eq!(code(folder.path(), &[".", "--from", "git:HEAD", "--exit-code"]), 0);
    write(folder.path(), "map.yaml", &CONFIG_MAP.replace("a: b", "a: c"));
    assert_eq!(code(folder.path(), &["--exit-code"]), 10);
    // What is left out now is left out of the revision, too.
    let old = folder.path().join("old");
    std::fs::create_dir(&old).expect("a folder");
    write(&old, "other.yaml", &CONFIG_MAP.replace("name: a", "name: b"));
    write(folder.path(), ".plimsollignore", "old/\n");
    write(folder.path(), "map.yaml", CONFIG_MAP);
    git::git(folder.path(), &["add", "."]);
    git::git(folder.path(), &["commit", "-q", "-m", "second"]);
    assert_eq!(code(folder.path(), &["--exit-code"]), 0);
    assert_eq!(code(&old, &["--exit-code", "--allow-empty"]), 0);
    write(folder.path(), "map.yaml", &CONFIG_MAP.replace("a: b", "a: c"));
    assert_eq!(code(folder.path(), &[".", "--from", "git:HEAD", "--exit-code"]), 10);
}

/// Exit code and output of `plan` in `folder`.
fn told(folder: &Path, args: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("plimsoll").expect("the binary is built");
    let output = command.current_dir(folder).arg("plan").args(args).write_stdin("").output().expect("it runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code().expect("a code"), text)
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "map.yaml", CONFIG_MAP);
    write(folder.path(), "broken.yaml", "a: [b\n");
    let plan = |args: &[&str]| told(folder.path(), args);
    for args in [&["map.yaml", "broken.yaml"][..], &["broken.yaml"], &["broken.yaml", "--what-if", "never-ready"]] {
        let (code, text) = plan(args);
        assert!(code == 1 && text.contains("error[api-yaml]") && text.contains("broken.yaml:2"), "{args:?}: {code} {text}");
    }
    // What was there may have been mended since.
    let (code, text) = plan(&["map.yaml", "--from", "broken.yaml"]);
    assert!(code == 0 && text.contains("warning[api-yaml]") && text.contains("this could not be read"), "{code} {text}");
    assert!(text.contains("broken.yaml stands for nothing"), "{text}");
    let (code, text) = plan(&["map.yaml", "--from", "empty"]);
    assert!(code == 0 && !text.contains("stands for nothing"), "{code} {text}");
    let (code, text) = plan(&["-", "--from", "-"]);
    assert!(code == 2 && text.contains("standard input"), "{code} {text}");
}
