//! What `kubectl get -o yaml` or `-o json` printed: the objects that people write, and all that the server made of them.

use serde_json::Value;

/// The objects in a dump: the items of lists, or what stands alone. Nothing in what cannot be read.
pub fn objects(bytes: &[u8]) -> Vec<Value> {
    let documents: Vec<Value> = match serde_json::from_slice(bytes) {
        Ok(document) => vec![document],
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            let parts = split(&text).into_iter();
            parts.filter_map(|part| serde_yaml::from_str(&part).ok()).collect()
        }
    };
    documents.into_iter().flat_map(items).filter(|object| object["kind"].is_string()).collect()
}

/// The documents of a YAML stream.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.lines() {
        match line.trim_end() == "---" {
            true => parts.push(String::new()),
            false => parts.iter_mut().last().into_iter().for_each(|part| *part += &format!("{line}\n")),
        }
    }
    parts
}

fn items(mut document: Value) -> Vec<Value> {
    match document.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => vec![document],
    }
}

/// The objects that people apply, as one list without what the server notes on them: no ReplicaSets of Deployments, no claims of
/// StatefulSets, nothing that is in every namespace.
pub fn manifests(objects: &[Value]) -> Vec<u8> {
    let claims: Vec<(String, String)> = objects.iter().flat_map(claim_names).collect();
    let written = objects.iter().filter(|object| !is_made(object) && !claims.iter().any(|claim| is_claim(object, claim)));
    let items: Vec<Value> = written.map(bare).collect();
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string().into_bytes()
}

/// Annotations that controllers and clients keep books with.
const BOOKS: [&str; 5] = [
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/",
    "volume.",
];

fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    if let Value::Object(fields) = &mut object {
        fields.remove("status");
    }
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !BOOKS.iter().any(|book| key.starts_with(book)));
    }
    object
}

/// Whether the server or a controller has made the object.
fn is_made(object: &Value) -> bool {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().unwrap_or("");
    let owned = metadata["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty());
    owned
        || match object["kind"].as_str().unwrap_or("") {
            "ControllerRevision" | "Endpoints" | "EndpointSlice" | "Event" | "Lease" | "Node" => true,
            "ConfigMap" => name == "kube-root-ca.crt",
            "Namespace" => name == "default" || name.starts_with("kube-"),
            "PersistentVolume" => metadata["annotations"]["pv.kubernetes.io/provisioned-by"].is_string(),
            "Secret" => ["helm.sh/release.v1", "kubernetes.io/service-account-token"].iter().any(|kind| object["type"] == *kind),
            "Service" => name == "kubernetes" && metadata["namespace"] == "default",
            "ServiceAccount" => name == "default",
            _ => false,
        }
}

/// Namespace and the beginning of the names of the claims that a StatefulSet makes.
fn claim_names(set: &Value) -> Vec<(String, String)> {
    if set["kind"] != "StatefulSet" {
        return Vec::new();
    }
    let text = |value: &Value| value.as_str().unwrap_or("").to_string();
    let metadata = &set["metadata"];
    let templates = set["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
    let name = |template: &Value| format!("{}-{}-", text(&template["metadata"]["name"]), text(&metadata["name"]));
    templates.map(|template| (text(&metadata["namespace"]), name(template))).collect()
}

fn is_claim(object: &Value, (namespace, beginning): &(String, String)) -> bool {
    let ordinal = object["metadata"]["name"].as_str().and_then(|name| name.strip_prefix(beginning.as_str()));
    object["kind"] == "PersistentVolumeClaim"
        && object["metadata"]["namespace"].as_str().unwrap_or("") == namespace
        && ordinal.is_some_and(|ordinal| ordinal.parse::<u32>().is_ok())
}
