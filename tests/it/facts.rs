//! Reads recorded facts from `testdata/`: one JSON value a line.

use serde_json::Value;

/// The lines of `testdata/<name>`.
pub fn read(name: &str) -> Vec<Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}
