//! Structure: what strict decoding refuses, held against recorded verdicts; and the type tables against what the code reads.

use std::collections::BTreeSet;

use plimsoll::check::{Options, check};
use plimsoll::diagnostic::{Cause, Finding};
use plimsoll::object::Field;
use plimsoll::schema::{self, Scope, Shape, Table, Version};
use plimsoll::yaml::Kind;

use crate::recorded::{self, Case};

/// The causes of the structure step.
const STRUCTURE: [Cause; 4] = [Cause::UnknownField, Cause::DuplicateField, Cause::Decode, Cause::NoSuchKind];

fn structure(case: &Case) -> BTreeSet<(String, String)> {
    let ours = |found: &Finding| STRUCTURE.contains(&found.cause.unwrap_or(Cause::Warning));
    let pair = |found: Finding| (format!("{:?}", found.cause.unwrap_or(Cause::Warning)), found.field);
    recorded::refusals(case).into_iter().filter(ours).map(pair).collect()
}

#[test]
fn structure_is_refused_as_recorded() {
    for case in recorded::cases("api/structure.jsonl") {
        let found = structure(&case);
        for (cause, field) in &case.causes {
            match cause.as_str() {
                "UnknownField" => assert!(found.contains(&(cause.clone(), field.clone())), "{}: {found:?}", case.name()),
                // The server has no field for these, and a misspelt apiVersion is no kind to it.
                "NoSuchKind" => assert!(!found.is_empty(), "{}", case.name()),
                _ => assert!(found.iter().any(|(ours, _)| ours == cause), "{}: {found:?}", case.name()),
            }
        }
        assert!(!case.causes.is_empty() || found.is_empty(), "{}: accepted by the server, but {found:?}", case.name());
    }
}

fn findings(text: &str) -> Vec<Finding> {
    check("case.yaml".into(), text.to_string(), Options::default()).findings
}

fn only(text: &str) -> Finding {
    let all: Vec<Finding> = findings(text).into_iter().filter(|found| STRUCTURE.contains(&found.cause.unwrap())).collect();
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all.into_iter().next().unwrap()
}

/// The text with the finding's fix applied.
fn fixed(text: &str, found: &Finding) -> String {
    let mut text = text.to_string();
    for edit in found.fix.as_ref().expect("a fix").edits.iter().rev() {
        text.replace_range(edit.start as usize..edit.end as usize, &edit.text);
    }
    text
}

/// `mpjoiqvcud` has the mark of `tolerations`, as a test beside `mark` holds: looked up by marks alone, one would be taken for the
/// other.
#[test]
fn keys_that_look_like_fields_are_no_fields() {
    for keys in ["mpjoiqvcud: []\n  tolerations", "tolerations: []\n  mpjoiqvcud"] {
        let spec = format!("spec:\n  containers: [{{name: a, image: i}}]\n  {keys}: [{{operator: Exists}}]\n");
        let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n{spec}");
        assert_eq!(findings(&text).len(), 1, "{text}");
        assert_eq!(only(&text).field, "spec.mpjoiqvcud");
    }
    let labels = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mpjoiqvcud: a, tolerations: b}\n";
    assert_eq!(findings(labels).len(), 0);
    let repeated = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mpjoiqvcud: a, tolerations: b, mpjoiqvcud: c}\n";
    assert_eq!(only(repeated).field, "data.mpjoiqvcud");
}

#[test]
fn unknown_fields_come_with_what_was_meant() {
    let pod = |container: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: a\n    image: i\n{container}")
    };
    let cases = [
        ("    ports:\n    - containerport: 80\n", "spec.containers[0].ports[0].containerport", "did you mean `containerPort`?"),
        ("    Env: []\n", "spec.containers[0].Env", "did you mean `env`?"),
        ("    labels: {a: b}\n", "spec.containers[0].labels", ""),
        ("    nodeSelector: {a: b}\n", "spec.containers[0].nodeSelector", "`nodeSelector` belongs further up, under `spec`"),
        ("  ports: [{containerPort: 1}]\n", "spec.ports", "`ports` belongs under `spec.containers[]`"),
        ("    runAsUser: 1\n", "spec.containers[0].runAsUser", "`runAsUser` belongs under `spec.containers[0].securityContext`"),
    ];
    for (text, field, help) in cases {
        let found = only(&pod(text));
        assert_eq!((found.field.as_str(), found.help.as_deref().unwrap_or("")), (field, help));
    }
    let text = pod("    ports:\n    - containerport: 80\n");
    assert_eq!(fixed(&text, &only(&text)), text.replace("containerport", "containerPort"));
}

#[test]
fn wrong_types_come_with_the_mended_value() {
    let cases = [
        ("v1", "ConfigMap", "data: {a: 0777}", "data: {a: \"0777\"}"),
        ("v1", "ConfigMap", "data: {a: on}", "data: {a: \"on\"}"),
        ("v1", "ConfigMap", "immutable: 'true'", "immutable: true"),
        ("apps/v1", "ReplicaSet", "spec: {replicas: \"3\"}", "spec: {replicas: 3}"),
    ];
    for (api_version, kind, before, after) in cases {
        let text = |body: &str| format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n{body}\n");
        let found = only(&text(before));
        assert_eq!(found.cause, Some(Cause::Decode));
        assert_eq!(fixed(&text(before), &found), text(after));
    }
}

#[test]
fn kinds_that_are_gone_name_what_took_their_place() {
    let cases = [
        ("extensions/v1beta1", "Deployment", "Deployment of `extensions/v1beta1` was removed in Kubernetes 1.16"),
        (
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "FlowSchema",
            "FlowSchema of `flowcontrol.apiserver.k8s.io/v1beta3` was removed in Kubernetes 1.32",
        ),
        (
            "storagemigration.k8s.io/v1",
            "StorageVersionMigration",
            "StorageVersionMigration of `storagemigration.k8s.io/v1` exists from Kubernetes 1.37 on, not in 1.36",
        ),
        ("v1", "Deployment", "there is no Deployment in `v1`"),
        ("apps/v1", "Deploymnet", "there is no Deploymnet in `apps/v1`"),
        ("nope/v1", "Widget", "Kubernetes 1.36 has no API `nope/v1`"),
    ];
    for (api_version, kind, message) in cases {
        let found = only(&format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n"));
        assert_eq!((found.cause, found.message.as_str()), (Some(Cause::NoSuchKind), message));
    }
    let custom = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a, label: {}}\nspec: {x: 1}\n";
    assert_eq!(only(custom).field, "metadata.label");
}

#[test]
fn other_tools_files_are_left_alone() {
    let cases = [
        ("services: {web: {image: i}}\n", "not a Kubernetes object"),
        ("kind: Deployment\nimage: i\n", "not a Kubernetes object"),
        ("apiVersion: v2\nname: chart\nversion: 0.1.0\n", "Helm chart"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n", "kustomize configuration"),
        ("apiVersion: skaffold/v4beta1\nkind: Config\n", "Skaffold configuration"),
        ("apiVersion: v1\nkind: Config\nclusters: []\n", "kubeconfig"),
        ("apiVersion: 1\nproviders: []\n", "not a Kubernetes object"),
        ("apiVersion: v1\nentries: {}\n", "Helm repository index"),
        ("metadata:\n  name:  {{ .Values.name }}-x\n", "Helm template"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x-{{ .Release.Name }}\n", "Helm template"),
    ];
    for (text, reason) in cases {
        let checked = check("case.yaml".into(), text.to_string(), Options::default());
        assert!(checked.findings.is_empty() && checked.objects.is_empty(), "{text}: {:?}", checked.findings);
        assert_eq!(checked.skipped[0].reason, reason, "{text}");
    }
    for text in ["kind: Pod\nspec: {}\n", "apiVersion: v1\n", "kind: [Pod]\nmetadata: {}\n", "kind: Role\nrules: []\n"] {
        assert!(!findings(text).is_empty(), "{text}");
    }
}

#[test]
fn lists_are_unfolded_in_place() {
    let text =
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: PodList\n  items:\n  - spec: {conainers: []}\n- 7\n";
    let checked = check("case.yaml".into(), text.to_string(), Options::default());
    assert_eq!((checked.objects.len(), checked.objects[0].id.kind.as_str()), (1, "Pod"));
    let fields: BTreeSet<&str> = checked.findings.iter().map(|found| found.field.as_str()).collect();
    assert!(findings("apiVersion: v1\nkind: List\nitems:\n").is_empty());
    assert!(fields.contains("spec.conainers") && fields.contains("items[1]"), "{fields:?}");
}

#[test]
fn tables_answer_for_every_version() {
    for version in Version::all() {
        let table = Table::of(version);
        let scope = |api_version, kind| schema::scope(version, api_version, kind);
        assert_eq!(scope("v1", "Namespace"), Some(Scope::Cluster));
        assert_eq!(scope("apps/v1", "Deployment"), Some(Scope::Namespaced));
        assert!(table.kinds().iter().all(|kind| table.named(kind.type_name).is_some()));
        for known in table.types() {
            assert!(known.fields.is_sorted_by_key(|field| field.name), "{}", known.name);
        }
        let kind = schema::kind(version, "apps/v1", "Deployment").unwrap();
        let ports = schema::field_type(version, kind, &["spec", "template", "spec", "containers", "ports"]).unwrap();
        assert_eq!(ports.patch_key, "containerPort");
        assert_eq!(Version::parse(&version.to_string()), Ok(version));
    }
    assert!(Version::parse("1.29").unwrap_err().contains("1.30 to 1.37"));
    assert!(Version::parse("latest").is_err());
}

#[test]
fn a_place_knows_its_shape() {
    let parsed = plimsoll::yaml::parse("apiVersion: v1\nkind: Pod\nspec: {containers: [{env: [{name: a}]}]}\n".to_string());
    let root = Field::new(&parsed.tree, parsed.documents[0].root.unwrap());
    let id = plimsoll::object::ObjectId { api_version: "v1".into(), kind: "Pod".into(), ..Default::default() };
    let env = root.get("spec").get("containers").items().next().unwrap().get("env").items().next().unwrap();
    let shape = |field| schema::shape_at(Version::default(), &id, field);
    assert_eq!(shape(env.get("name")), Some(&Shape::Str));
    assert_eq!(shape(env.get("value")), Some(&Shape::Str));
    assert!(matches!(shape(env.get("valueFrom")), Some(Shape::Struct(_))));
    assert!(matches!((shape(root.get("spec").get("containers")), env.kind()), (Some(Shape::List(_)), Kind::Map)));
}

/// Keys of free maps that look like fields: what a Secret of some type must hold.
const NO_FIELDS: &[&str] = &["password"];

#[test]
fn every_field_that_the_code_reads_exists() {
    let known: BTreeSet<&str> = Version::all()
        .flat_map(|version| Table::of(version).types())
        .flat_map(|of| of.fields.iter().map(|field| field.name))
        .collect();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut unknown = BTreeSet::new();
    for part in ["validate", "object/defaults", "rules"] {
        for entry in walkdir::WalkDir::new(source.join(part)).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for call in ["get(\"", "some(\"", "struct_at(\"", "default_str(\"", "default_int(\"", "default_bool(\""] {
                let names = text.split(call).skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name);
                // Labels, annotations and files are no fields either, and have signs in them that fields have not.
                let fields =
                    names.filter(|name| !name.contains(['.', '/', '-']) && !known.contains(name) && !NO_FIELDS.contains(name));
                unknown.extend(fields.map(|name| format!("{}: {name}", entry.file_name().to_string_lossy())));
            }
        }
    }
    assert!(unknown.is_empty(), "no type has these fields: {unknown:#?}");
}

#[test]
fn what_is_written_can_be_told_from_what_defaults_have_put_there() {
    let mut told = 0;
    for entry in walkdir::WalkDir::new("testdata").into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        if entry.path().extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let plain = plimsoll::yaml::parse(text.clone());
        let checked = plimsoll::check::check("".into(), text, Default::default());
        for object in checked.objects.iter().filter(|_| !checked.parsed.tree.is_overwritten()) {
            let written = plimsoll::report::written_json(object.field(&checked.parsed.tree));
            assert_eq!(written, plimsoll::report::object_json(object.field(&plain.tree)), "{}", entry.path().display());
            told += 1;
        }
    }
    assert!(told > 50, "only {told} objects compared");
}
