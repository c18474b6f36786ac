//! What a real control plane said: base manifests in `testdata/api/bases`, and what became of them after some edits.

use std::collections::BTreeSet;

use plimsoll::check::{Options, check};
use plimsoll::diagnostic::{Family, Finding, Severity};
use plimsoll::object::Field;
use plimsoll::report::object_json;
use serde_json::Value;

use crate::facts;

/// One line of a file of recorded verdicts.
pub struct Case {
    /// Which base.
    pub base: String,
    /// `[["set", "/spec/replicas", "3"]]`: see [`edited`].
    pub edits: Value,
    /// The refusals by type and field, none if it was accepted.
    pub causes: BTreeSet<(String, String)>,
}

impl Case {
    /// The case in one line, for messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.base, self.edits)
    }
}

/// The cases in `testdata/<name>`: `{"base", "edits", "causes": [["UnknownField", "spec.x"]]}` a line.
pub fn cases(name: &str) -> Vec<Case> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let cause = |pair: &Value| (text(&pair[0]), text(&pair[1]));
    let causes = |line: &Value| line["causes"].as_array().expect("causes").iter().map(cause).collect();
    let case = |line: Value| Case { base: text(&line["base"]), edits: line["edits"].clone(), causes: causes(&line) };
    facts::read(name).into_iter().map(case).collect()
}

/// A base as data.
pub fn base(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/api/bases").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed = plimsoll::yaml::parse(text);
    let root = parsed.documents[0].root.unwrap_or_else(|| panic!("{name}: {:?}", parsed.problems));
    object_json(Field::new(&parsed.tree, root))
}

/// The base with edits made in turn: `["set", pointer, value]`, `["remove", pointer]`, `["rename", pointer, key]`,
/// `["repeat", pointer]` (a list element once more, at the end), `["move", pointer, pointer]`.
pub fn edited(mut object: Value, edits: &Value) -> Value {
    for edit in edits.as_array().expect("edits") {
        let word = |at: usize| edit[at].as_str().expect("a word");
        match word(0) {
            "set" => put(&mut object, word(1), edit[2].clone()),
            "remove" => _ = take(&mut object, word(1)),
            "rename" => {
                let value = take(&mut object, word(1));
                let (above, _) = split(word(1));
                // The new key stands as it is, not escaped as in a pointer.
                put(&mut object, &format!("{above}/{}", word(2).replace('~', "~0").replace('/', "~1")), value);
            }
            "repeat" => {
                let value = object.pointer(word(1)).expect("an element").clone();
                let (above, _) = split(word(1));
                object.pointer_mut(above).and_then(Value::as_array_mut).expect("a list").push(value);
            }
            "move" => {
                let value = take(&mut object, word(1));
                put(&mut object, word(2), value);
            }
            other => panic!("unknown edit {other}"),
        }
    }
    object
}

fn split(pointer: &str) -> (&str, String) {
    let (above, key) = pointer.rsplit_once('/').expect("a pointer");
    (above, key.replace("~1", "/").replace("~0", "~"))
}

fn put(object: &mut Value, pointer: &str, value: Value) {
    let (above, key) = split(pointer);
    match object.pointer_mut(above).expect(pointer) {
        Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value,
        Value::Object(map) => _ = map.insert(key, value),
        _ => panic!("{pointer}: no collection"),
    }
}

fn take(object: &mut Value, pointer: &str) -> Value {
    let (above, key) = split(pointer);
    match object.pointer_mut(above).expect(pointer) {
        Value::Array(list) => list.remove(key.parse::<usize>().expect("an index")),
        Value::Object(map) => map.shift_remove(&key).expect(pointer),
        _ => panic!("{pointer}: no collection"),
    }
}

/// What we refuse about a case's object.
pub fn refusals(case: &Case) -> Vec<Finding> {
    let text = edited(base(&case.base), &case.edits).to_string();
    let checked = check("case.json".into(), text, Options::default());
    checked.findings.into_iter().filter(|found| found.family == Family::Api && found.severity == Severity::Error).collect()
}
