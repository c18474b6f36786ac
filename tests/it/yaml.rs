//! Holds the YAML reader to what the API server's reader was recorded to do (`testdata/yaml`).

use plimsoll::object::Field;
use plimsoll::report::object_json;
use plimsoll::yaml::{Parsed, ProblemKind, parse};
use serde_json::Value;

fn rows(name: &str) -> Vec<Value> {
    let path = format!("{}/testdata/yaml/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every document's JSON; `None` for one that is refused.
fn read(text: &str) -> (Parsed, Vec<Option<Value>>) {
    let parsed = parse(text.to_string());
    let json = |root| object_json(Field::new(&parsed.tree, root));
    let documents = parsed.documents.iter().map(|document| document.root.map(json)).collect();
    (parsed, documents)
}

fn has(parsed: &Parsed, kind: ProblemKind) -> bool {
    parsed.problems.iter().any(|problem| problem.kind == kind)
}

#[test]
fn scalars_resolve_as_recorded() {
    for row in rows("scalars.jsonl") {
        let (parsed, documents) = read(&format!("metadata: {{name: r}}\ndata:\n  x: {}\n", row["yaml"].as_str().unwrap()));
        if row["refused"] == true {
            assert!(documents == [None], "{row} is read as {documents:?}");
        } else {
            let value = documents[0].as_ref().map(|document| &document["data"]["x"]);
            assert_eq!(value, Some(&row["json"]), "{row}");
            assert!(parsed.problems.is_empty(), "{row}: {:?}", parsed.problems);
        }
    }
}

#[test]
fn documents_read_as_recorded() {
    for row in rows("documents.jsonl") {
        let (parsed, documents) = read(row["text"].as_str().unwrap());
        let reader = if has(&parsed, ProblemKind::Syntax) {
            "refused"
        } else if has(&parsed, ProblemKind::DuplicateKey) {
            "duplicate"
        } else {
            "read"
        };
        assert_eq!(reader, row["reader"].as_str().unwrap(), "{}: {:?}", row["id"], parsed.problems);
        assert_eq!(documents.len(), 1, "{}", row["id"]);
        let Some(document) = documents[0].as_ref().filter(|document| document["kind"] == "ConfigMap") else { continue };
        for (key, value) in row["data"].as_object().into_iter().flatten() {
            let read = &document["data"][key];
            assert!(read == value || (read.is_null() && value == ""), "{}: {key} is {read}", row["id"]);
        }
    }
}

#[test]
fn damaged_manifests_read_as_recorded() {
    for row in rows("damaged.jsonl") {
        let text = row["text"].as_str().unwrap();
        let (parsed, documents) = read(text);
        if row["refused"] == true {
            assert!(has(&parsed, ProblemKind::Syntax), "this is read:\n{text}");
            assert!(documents.iter().all(Option::is_none), "this is read:\n{text}");
            continue;
        }
        assert_eq!(documents, [Some(row["json"].clone())], "\n{text}\n{:?}", parsed.problems);
        assert_eq!(has(&parsed, ProblemKind::DuplicateKey), row["duplicate"] == true, "\n{text}\n{:?}", parsed.problems);
        assert_eq!(has(&parsed, ProblemKind::DroppedContent), row["dropped"] == true, "\n{text}\n{:?}", parsed.problems);
    }
}
