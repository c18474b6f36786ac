//! `plimsoll schema`: what is printed holds what it promises.

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::{Value, json};

fn run(args: &[&str]) -> String {
    let mut command = Command::cargo_bin("plimsoll").expect("built");
    String::from_utf8(command.args(args).output().expect("it runs").stdout).expect("UTF-8")
}

fn read(args: &[&str]) -> Value {
    serde_json::from_str(&run(args)).expect("JSON")
}

fn schema(of: &str) -> Validator {
    jsonschema::options().should_validate_formats(true).build(&read(&["schema", of])).expect("a schema")
}

fn hold(schema: &Validator, value: &Value) {
    let errors: Vec<String> = schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn reports_are_as_their_schema_says() {
    let schema = schema("report");
    for folder in ["testdata/projects/todo", "testdata/projects/todo-broken", "testdata/yaml/manifests", "README.md"] {
        hold(&schema, &read(&["lint", "--allow-empty", "--format", "json", folder]));
    }
    let mut report = read(&["lint", "--format", "json", "testdata/projects/todo-broken"]);
    report["findings"][0]["severity"] = json!("bad");
    assert!(!schema.is_valid(&report));
}

#[test]
fn plans_are_as_their_schema_says() {
    let schema = schema("plan");
    let at = "2026-01-01T00:00:00Z";
    for from in ["empty", "testdata/projects/todo"] {
        for to in ["testdata/projects/todo", "testdata/projects/todo-next", "testdata/projects/todo-broken"] {
            hold(&schema, &read(&["plan", "--format", "json", "--prune", "all", "--at", at, "--nodes", "2", "--from", from, to]));
        }
    }
    let todo = "testdata/projects/todo";
    let events = ["--what-if", "drain=node-1", "--what-if", "never-ready", "--what-if", "scale=Deployment/web=5"];
    hold(&schema, &read(&[&["plan", "--format", "json", "--nodes", "2", todo], &events[..]].concat()));
    let mut plan = read(&["plan", "--format", "json", "--at", at, "--from", "empty", todo]);
    assert_eq!(plan["to"], json!({"kind": "files", "given": todo, "paths": [todo]}));
    plan["objects"][0]["effect"] = json!("explode");
    assert!(!schema.is_valid(&plan));
}

#[test]
fn the_configuration_is_as_its_schema_says() {
    let schema = schema("config");
    let every = "only: [api]\nignore: [api-warning]\nfail-on: warning\nkubernetes-version: 1.36\nexclude: [old/]\n";
    for (text, good) in [(every, true), ("fail_on: never", false), ("fail-on: sometimes", false), ("only: api", false)] {
        let value: Value = serde_yaml::from_str(text).expect("YAML");
        assert_eq!(schema.is_valid(&value), good, "{text}");
        assert_eq!(plimsoll::config::parse(text).is_ok(), good, "{text}");
    }
}
