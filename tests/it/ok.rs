//! Manifests that must be silent: whatever is in `testdata/ok` and the example project is right, so any finding is a false alarm.

use plimsoll::check::Options;
use plimsoll::workspace::Workspace;

#[test]
fn nothing_is_said_about_manifests_that_are_right() {
    for folder in ["testdata/ok", "testdata/projects/todo"] {
        let mut workspace = Workspace::new(Options::default());
        for entry in walkdir::WalkDir::new(folder)
            .into_iter()
            .map(|entry| entry.expect("readable"))
            .filter(|entry| entry.file_type().is_file())
        {
            workspace.set(&entry.path().to_string_lossy(), std::fs::read_to_string(entry.path()).expect("UTF-8"));
        }
        assert!(workspace.files().count() > 0, "{folder} is empty");
        assert!(workspace.files().all(|file| !file.entries.is_empty()), "a file in {folder} has no object");
        let said: Vec<String> = workspace
            .check()
            .iter()
            .map(|finding| format!("{} {} {}: {}", finding.path, finding.rule, finding.field, finding.message))
            .collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}
