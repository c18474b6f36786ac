//! Whole directories, as a user sees them: the plain report of each project in `testdata/projects`.

use plimsoll::check::Options;
use plimsoll::report::{self, Colour, Sources};
use plimsoll::workspace::Workspace;

#[test]
fn plain_reports() {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../../snapshots/projects"}, {
        for entry in std::fs::read_dir("testdata/projects").expect("projects") {
            let folder = entry.expect("readable").path();
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            insta::assert_snapshot!(name, report(&folder));
        }
    });
}

fn report(folder: &std::path::Path) -> String {
    let mut workspace = Workspace::new(Options::default());
    let mut sources = Sources::default();
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    for entry in files.filter(|entry| entry.file_type().is_file()) {
        let path = entry.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("UTF-8");
        sources.add(path.as_str().into(), text.clone().into());
        workspace.set(&path, text);
    }
    let mut out = String::new();
    report::plain(&mut out, &workspace.check(), &sources, Colour::Off, 110);
    out
}
