//! Where a plan starts from: directories and files of manifests, and the nodes.

use std::path::PathBuf;

use plimsoll::check::{self, Checked};
use plimsoll::plan::Node;
use plimsoll::report;
use plimsoll::schema::Version;

use super::Failure;
use super::input::{self, Paths};

/// The manifests of `source`.
pub fn read(source: &str, version: Version) -> Result<Vec<Checked>, Failure> {
    if source == "empty" {
        return Ok(Vec::new());
    }
    let inputs = input::collect(&Paths::of(PathBuf::from(source)))?;
    let options = check::Options::of(version);
    inputs.list.iter().map(|input| Ok(check::check_bytes(input.path().into(), input.read()?, options))).collect()
}

/// The nodes of `--nodes`: those of a file, or so many that are all alike.
pub fn nodes(text: &str) -> Result<Vec<Node>, Failure> {
    if let Ok(count) = text.parse::<usize>() {
        return Ok((1..=count).map(Node::numbered).collect());
    }
    let mut nodes = Vec::new();
    for checked in read(text, Version::default())? {
        for object in checked.objects.iter().filter(|object| object.id.kind == "Node") {
            nodes.push(Node::from_value(&report::object_json(object.field(&checked.parsed.tree))));
        }
    }
    if nodes.is_empty() {
        return Err(Failure::Usage(format!("{text} holds no Node")));
    }
    Ok(nodes)
}
