//! Fixes: what `lint --fix` does to files, and that fixing converges and never makes a text worse.

use std::path::Path;

use assert_cmd::Command;
use plimsoll::check::Options;
use plimsoll::fix::{self, Which};
use plimsoll::workspace::Workspace;
use proptest::prelude::*;

/// Three mistakes with a fix, one without; comments, quotes, order and line breaks that must stay.
const BROKEN: &str = "# The web server\napiVersion: 'v1'   # core\nkind: Pod\nmetadata:\n  name: web\n  lables: {\"app\" : \"web\"}  # who\nspec:\n  \
                      containers:\n  - \"nam\": web # its name\n    image: nginx:1.27\n    port:\n    - containerport: 80\n";

fn plimsoll(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("plimsoll").expect("the binary is built");
    command.args(args);
    command
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(path).expect("readable")
}

#[test]
fn only_what_is_wrong_changes() {
    for breaks in ["\n", "\r\n"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path(), "pod.yaml", &BROKEN.replace('\n', breaks));
        plimsoll(&["lint", "--fix", &path]).assert().success();
        let expected = BROKEN.replace("lables", "labels").replace("nam\"", "name\"").replace("port:\n", "ports:\n");
        assert_eq!(text(&path), expected.replace("containerport", "containerPort").replace('\n', breaks));
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "no draft stays behind");
    }
}

#[test]
fn a_diff_changes_nothing_and_says_so_in_its_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "pod.yaml", BROKEN);
    let output = plimsoll(&["lint", "--diff", &path]).assert().code(1).get_output().clone();
    let diff = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(diff.contains("-    port:\n-    - containerport: 80\n+    ports:\n+    - containerPort: 80\n"), "{diff}");
    assert_eq!(text(&path), BROKEN);
    plimsoll(&["lint", "--fix", &path]).assert().success();
    plimsoll(&["lint", "--diff", &path]).assert().success().stdout("");
    let output = plimsoll(&["lint", "--diff", "-"]).write_stdin(BROKEN).assert().code(1).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stdout).contains("+++ b/<stdin>"));
    plimsoll(&["lint", "--fix", "-"]).write_stdin(BROKEN).assert().code(2);
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = "apiVersion: v2\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let path = file(folder.path(), "a.yaml", old);
    plimsoll(&["lint", "--fix", &path]).assert().code(1);
    assert_eq!(text(&path), old);
    plimsoll(&["lint", "--fix", "--unsafe-fixes", &path]).assert().success();
    assert_eq!(text(&path), old.replace("v2", "v1"));
    plimsoll(&["lint", "--unsafe-fixes", &path]).assert().code(2);
}

/// A Job whose pods are selected by a label they do not have.
const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: move\nspec:\n  selector:\n    matchLabels:\n      \
                   app: move\n  template:\n    metadata:\n      labels:\n        app: other\n    spec:\n      \
                   restartPolicy: Never\n      containers:\n      - name: move\n        image: move:1\n";

#[test]
fn a_jobs_selector_is_left_to_the_server_or_met() {
    let folder = tempfile::tempdir().expect("a folder");
    let fixed = |old: &str| {
        let path = file(folder.path(), "job.yaml", old);
        plimsoll(&["lint", "--fix", &path]).assert().code(1);
        assert_eq!(text(&path), old, "only who wrote it knows which of the two is meant");
        plimsoll(&["lint", "--fix", "--unsafe-fixes", &path]).assert().success();
        text(&path)
    };
    assert_eq!(fixed(JOB), JOB.replace("  selector:\n    matchLabels:\n      app: move\n", ""));
    let by_hand = JOB.replace("spec:\n  selector", "spec:\n  manualSelector: true\n  selector");
    assert_eq!(fixed(&by_hand), by_hand.replace("app: other", "app: move"));
}

#[test]
fn quantities_are_mended_where_one_thing_is_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let claim = |size: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: a\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    \
             requests:\n      storage: {size} # why\n"
        )
    };
    let cases = [("20 Gi", "20Gi", "20Gi"), ("\"512mib\"", "512Mi", "512Mi"), ("512MB", "512MB", "512M"), ("1K", "1K", "1k")];
    for (size, safe, all) in cases {
        let path = file(folder.path(), "claim.yaml", &claim(size));
        plimsoll(&["lint", "--fix", "--fail-on", "never", &path]).assert().success();
        assert_eq!(text(&path), claim(safe));
        plimsoll(&["lint", "--fix", "--unsafe-fixes", &path]).assert().success();
        assert_eq!(text(&path), claim(all));
    }
}

#[test]
fn what_is_not_asked_for_is_not_fixed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "pod.yaml", BROKEN);
    plimsoll(&["lint", "--fix", "--only", "ref", &path]).assert().success();
    assert_eq!(text(&path), BROKEN);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let real = file(folder.path(), "real.yaml", BROKEN);
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).expect("set");
    let link = folder.path().join("link.yaml");
    symlink("real.yaml", &link).expect("linked");
    plimsoll(&["lint", "--fix", &link.to_string_lossy()]).assert().success();
    assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
    assert!(text(&real).contains("containerPort"));
    assert_eq!(std::fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_the_file_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "pod.yaml", BROKEN);
    // No file may grow: as on a full disk, writing fails halfway.
    let limited = format!("trap '' XFSZ; ulimit -f 0; exec {} lint --fix {path}", env!("CARGO_BIN_EXE_plimsoll"));
    let output = Command::new("sh").args(["-c", &limited]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(text(&path), BROKEN);
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1, "no draft stays behind");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).expect("set");
    plimsoll(&["lint", "--fix", &path]).assert().code(3);
    assert_eq!(text(&path), BROKEN);
}

/// Mends `text`; gives the new text and whether the rules of the text itself complain.
fn mended(text: &str) -> (String, usize) {
    let mut workspace = Workspace::new(Options::default());
    workspace.set("a.yaml", text.to_string());
    let mended = fix::mend(&mut workspace, Which::All, |_| Some(text.to_string()), |_| true);
    let after = mended.files.first().map_or(text.to_string(), |file| file.after.to_string());
    (after, unreadable(&workspace))
}

fn unreadable(workspace: &Workspace) -> usize {
    let of_text = ["api-yaml", "api-duplicate-field", "api-dropped-content"];
    workspace.check().iter().filter(|finding| of_text.contains(&finding.rule)).count()
}

/// What people get wrong, and what makes editing hard.
const SLIPS: &[(&str, &str)] = &[
    ("name:", "nam:"),
    ("name:", "Name:"),
    ("containerPort: ", "containerport: "),
    ("image:", "\"imag\":"),
    ("labels:", "lables: # who"),
    ("metadata:", "metadata: &a"),
    ("spec:", "Spec:"),
    ("replicas: 3", "replicas: \"3\""),
    ("replicas: 3", "replicas: '3' # three"),
    ("apps/v1", "apps/v1beta1"),
    ("v1", "v2"),
    ("app: web", "app: 12"),
    ("app: web", "app: yes"),
    ("ports:", "port:"),
    ("template:", "templat:"),
    ("Gi", " Gi"),
    ("\n", "\r\n"),
    ("  - name", "  -   name"),
    ("kind: ", "kind: !!str "),
    ("data:", "data: {}\ndata:"),
];

proptest! {
    #![proptest_config(crate::cases::cases(60))]

    #[test]
    fn fixing_converges_and_never_breaks_a_text(which in 0usize..100, slips in prop::collection::vec((prop::sample::select(SLIPS), 0usize..4), 1..6)) {
        let files = walkdir::WalkDir::new("testdata/projects").sort_by_file_name().into_iter().filter_map(Result::ok);
        let paths: Vec<_> = files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).collect();
        let mut text = std::fs::read_to_string(&paths[which % paths.len()]).expect("UTF-8");
        for ((right, wrong), nth) in slips {
            if let Some((at, _)) = text.match_indices(right).nth(nth) {
                text.replace_range(at..at + right.len(), wrong);
            }
        }
        let mut workspace = Workspace::new(Options::default());
        workspace.set("a.yaml", text.clone());
        let before = unreadable(&workspace);
        let (once, after) = mended(&text);
        prop_assert!(after <= before, "{}", once);
        prop_assert_eq!(&mended(&once).0, &once, "a second run finds more to fix");
    }
}
