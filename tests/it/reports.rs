//! Reports for machines: what each format looks like, and that SARIF is what its published schema allows.

use std::collections::BTreeMap;

use assert_cmd::Command;
use plimsoll::check::Options;
use plimsoll::diagnostic::Finding;
use plimsoll::report::{self, Sources, Summary};
use plimsoll::workspace::Workspace;
use serde_json::Value;

/// A finding with a label in another file, one with a fix, a warning, advice, and characters that formats must escape.
const FILES: &[(&str, &str)] = &[
    (
        "deploy/web app.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"<web> & `|`\"\nspec:\n  containers:\n  - name: web\n    image: nginx\n    \
         port: []\n    env:\n    - {name: A, value: b}\n    - {name: A, value: c} # 두 번\n",
    ),
    (
        "set.yaml",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n  serviceName: db\n  selector:\n    matchLabels: {app: db}\n  \
         template:\n    metadata:\n      labels: {app: db}\n    spec:\n      containers:\n      - name: db\n        image: postgres:17\n",
    ),
    (
        "service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: db # plimsoll: ignore[ref]\nspec:\n  selector: {app: db}\n  ports:\n  - port: 5432\n",
    ),
    ("settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"),
];

struct Run {
    workspace: Workspace,
    findings: Vec<Finding>,
    sources: Sources,
}

fn run() -> Run {
    let mut workspace = Workspace::new(Options::default());
    let mut sources = Sources::default();
    for (path, text) in FILES {
        workspace.set(path, text.to_string());
        sources.add((*path).into(), text.to_string().into());
    }
    Run { findings: workspace.check(), workspace, sources }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[test]
fn formats() {
    let Run { workspace, findings, sources } = run();
    let summary = Summary::new(workspace.files(), &findings, Vec::new());
    let files: Vec<&str> = workspace.files().map(|file| &*file.path).collect();
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../../snapshots/report"}, {
        insta::assert_snapshot!("json", pretty(&report::lint_json(&summary, &findings, &sources)));
        insta::assert_snapshot!("jsonl", report::lint_jsonl(&findings, &sources));
        insta::assert_snapshot!("github", report::github(&findings, &sources));
        let mut log = report::sarif(&findings, &sources);
        log["runs"][0]["tool"]["driver"]["semanticVersion"] = "0.0.0".into();
        for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules") {
            // Pages have their own tests, and change often.
            rule["help"] = serde_json::json!({"text": "...", "markdown": "..."});
        }
        insta::assert_snapshot!("sarif", pretty(&log));
        insta::assert_snapshot!("gitlab", pretty(&report::gitlab(&findings, &sources)));
        insta::assert_snapshot!("junit", report::junit(files.iter().copied(), &findings, &sources));
        insta::assert_snapshot!("checkstyle", report::checkstyle(&findings, &sources));
        insta::assert_snapshot!("markdown", report::markdown(&summary, &findings, &sources));
    });
}

/// `testdata/sarif.jsonl` has, of each definition of the published schema that we write, its properties and which are required.
#[test]
fn sarif_is_what_its_schema_allows() {
    let text = std::fs::read_to_string("testdata/sarif.jsonl").expect("readable");
    let parsed = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let schema: BTreeMap<String, Value> =
        parsed.map(|definition| (definition["definition"].as_str().expect("a name").to_string(), definition)).collect();
    let Run { findings, sources, .. } = run();
    let mut wrong = Vec::new();
    hold(&schema, "log", &report::sarif(&findings, &sources), "", &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn hold(schema: &BTreeMap<String, Value>, name: &str, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let definition = &schema[name];
    let Some(map) = value.as_object() else {
        wrong.push(format!("{path}: must be an object ({name})"));
        return;
    };
    for required in definition["required"].as_array().expect("a list").iter().filter_map(Value::as_str) {
        if !map.contains_key(required) {
            wrong.push(format!("{path}: lacks {required}"));
        }
    }
    for (key, value) in map {
        let (path, property) = (format!("{path}.{key}"), &definition["properties"][key]);
        let fits = match property["type"].as_str() {
            None => false,
            Some("string") => value.is_string(),
            Some("integer") => value.as_i64() >= property["minimum"].as_i64().or(Some(i64::MIN)),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            Some(_) => true,
        };
        let listed = property["enum"].as_array().is_none_or(|known| known.contains(value));
        if !fits || !listed {
            wrong.push(format!("{path}: {value} is not {property}"));
        }
        match (property["of"].as_str(), value) {
            (Some(of), Value::Array(items)) => items.iter().for_each(|item| hold(schema, of, item, &path, wrong)),
            (Some(of), value) => hold(schema, of, value, &path, wrong),
            (None, _) => {}
        }
    }
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let prints = |text: &str| {
        let mut workspace = Workspace::new(Options::default());
        workspace.set("a.yaml", text.to_string());
        let report = report::gitlab(&workspace.check(), &Sources::default());
        report.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string()).collect::<Vec<_>>()
    };
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";
    assert_eq!(prints(text), prints(&format!("# a comment\n\n{text}")));
    let twice = prints(&format!("{text}---\n{text}"));
    assert_ne!(twice[0], twice[1], "the service asks for different ones");
}

#[test]
fn reports_go_to_files_besides_the_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let lint = |args: &[String]| {
        let mut command = Command::cargo_bin("plimsoll").expect("built");
        command.args(["lint", "testdata/projects/todo-broken"]).args(args).output().expect("it runs")
    };
    let formats = ["plain", "json", "jsonl", "github", "sarif", "gitlab", "junit", "checkstyle", "markdown"];
    let args: Vec<String> =
        formats.iter().flat_map(|format| ["--output".to_string(), format!("{format}={}", file(format))]).collect();
    assert_eq!(lint(&args).status.code(), Some(1));
    for format in formats.iter().filter(|format| **format != "plain") {
        let output = lint(&["--format".to_string(), format.to_string()]);
        let written = std::fs::read_to_string(file(format)).expect("written");
        assert_eq!(written, String::from_utf8_lossy(&output.stdout), "{format}");
    }
    assert_eq!(lint(&["--output".to_string(), "pdf=a".to_string()]).status.code(), Some(2));
    assert_eq!(lint(&["--output".to_string(), format!("json={}", file("no/such/folder"))]).status.code(), Some(3));
}
