//! The command line as a user or a script meets it: exit codes, standard input, what is skipped, the JSON contract.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn plimsoll(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("plimsoll").expect("the binary is built");
    command.args(args).env_remove("NO_COLOR");
    command
}

/// Exit code and JSON report.
fn lint(args: &[&str]) -> (i32, Value) {
    let output = plimsoll(&["lint", "--format", "json"]).args(args).output().expect("it runs");
    (output.status.code().expect("a code"), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";

#[test]
fn exit_codes_are_those_of_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = write(folder.path(), "good.yaml", CONFIG_MAP);
    let bad = write(folder.path(), "bad.yaml", BROKEN);
    let other = write(folder.path(), "other.yaml", "services:\n  web:\n    image: nginx\n");
    assert_eq!(lint(&[&good]).0, 0);
    assert_eq!(lint(&[&bad]).0, 1);
    assert_eq!(lint(&[&bad, "--fail-on", "never"]).0, 0);
    assert_eq!(lint(&[&good, "--only", "no-such-rule"]).0, 2);
    assert_eq!(lint(&[&good, "--kubernetes-version", "1.12"]).0, 2);
    assert_eq!(lint(&["no/such/file.yaml"]).0, 3);
    assert_eq!(lint(&[&other]).0, 3, "nothing was checked");
    assert_eq!(lint(&[&other, "--allow-empty"]).0, 0);
    plimsoll(&["--help"]).assert().success();
    plimsoll(&["lint", "--no-such-flag"]).assert().code(2);
    plimsoll(&["explain", "no-such-rule"]).assert().code(2);
}

#[test]
fn standard_input_may_hold_many_documents() {
    let text = format!("{CONFIG_MAP}---\n{BROKEN}");
    let output = plimsoll(&["lint", "-", "--stdin-filename", "chart.yaml", "--format", "json"])
        .write_stdin(text)
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["summary"]["documents"], 2);
    assert_eq!(report["findings"][0]["path"], "chart.yaml");
    assert_eq!(report["findings"][0]["document"], 1);
    assert_eq!(report["findings"][0]["span"]["start"]["line"], 9);
}

#[test]
fn what_is_no_manifest_is_skipped_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "good.yaml", CONFIG_MAP);
    write(folder.path(), "compose.yaml", "services:\n  web:\n    image: nginx\n");
    write(folder.path(), "overlay/kustomization.yaml", "resources: [../good.yaml]\npatches:\n- path: patch.yaml\n");
    write(
        folder.path(),
        "overlay/patch.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n",
    );
    write(
        folder.path(),
        "chart/templates/web.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-web\n",
    );
    write(folder.path(), ".plimsollignore", "generated/\n");
    write(folder.path(), ".gitignore", "ignored.yaml\n");
    write(folder.path(), "generated/bad.yaml", BROKEN);
    write(folder.path(), "ignored.yaml", BROKEN);
    let (code, report) = lint(&[&folder.path().to_string_lossy()]);
    assert_eq!(code, 0, "{report}");
    let skipped: Vec<&str> =
        report["summary"]["skipped"].as_array().expect("a list").iter().filter_map(|skip| skip["reason"].as_str()).collect();
    assert_eq!(skipped, ["Helm template", "not a Kubernetes object", "kustomization", "Kustomize patch"], "{report}");
    assert_eq!(report["summary"]["objects"], 1);
}

#[test]
fn items_of_a_list_are_reported_at_their_own_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: A\n";
    let (_, report) = lint(&[&write(folder.path(), "list.yaml", list)]);
    assert_eq!(report["findings"][0]["field"], "metadata.name");
    assert_eq!(report["findings"][0]["span"]["start"]["line"], 7);
    assert_eq!(report["findings"][0]["span"]["start"]["column"], 11);
}

#[test]
fn of_two_overlays_each_means_its_own_service() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = |ip: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: db}}\nspec: {{{ip}selector: {{app: db}}, ports: [{{port: 1}}]}}\n"
        )
    };
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  \
               template: {metadata: {labels: {app: db}}, spec: {containers: [{name: a, image: b}]}}\n";
    for (overlay, ip) in [("one", ""), ("two", "clusterIP: None, ")] {
        write(folder.path(), &format!("{overlay}/service.yaml"), &service(ip));
        write(folder.path(), &format!("{overlay}/set.yaml"), set);
    }
    let (_, report) = lint(&[&folder.path().to_string_lossy()]);
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{report}");
    assert!(findings[0]["path"].as_str().expect("a path").ends_with("one/set.yaml"));
}

#[test]
fn one_broken_document_never_hides_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("{BROKEN}---\napiVersion: v1\nkind: [\n---\n{BROKEN}");
    let (_, report) = lint(&[&write(folder.path(), "three.yaml", &text)]);
    let documents: Vec<u64> =
        report["findings"].as_array().expect("a list").iter().filter_map(|finding| finding["document"].as_u64()).collect();
    assert_eq!(documents, [0, 1, 2], "{report}");
}

#[test]
fn columns_count_characters() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {앱: \u{1F600}}, name: A} # 이름\n";
    let (_, report) = lint(&[&write(folder.path(), "wide.yaml", text)]);
    let name = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|finding| finding["field"] == "metadata.name")
        .expect("the name");
    assert_eq!(name["span"]["start"]["column"], 34);
}

#[test]
fn text_that_is_not_utf8_is_an_error_with_a_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(CONFIG_MAP.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [utf16, [CONFIG_MAP.as_bytes(), b"# \xe2\x82"].concat()] {
        let path = folder.path().join("odd.yaml");
        std::fs::write(&path, bytes).expect("written");
        let (code, report) = lint(&[&path.to_string_lossy()]);
        assert_eq!(code, 1);
        assert_eq!(report["findings"][0]["cause"], "Yaml", "{report}");
    }
}

#[test]
fn rules_and_pages_can_be_read() {
    let output = plimsoll(&["rules", "--format", "json"]).output().expect("it runs");
    let rules: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for rule in rules.as_array().expect("a list") {
        plimsoll(&["explain", rule["id"].as_str().expect("an id")]).assert().success();
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let binary = assert_cmd::cargo::cargo_bin("plimsoll");
    let mut child = Command::new(binary).args(["explain", "api-type"]).stdout(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
