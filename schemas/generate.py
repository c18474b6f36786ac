"""Turns published OpenAPI definitions into the type tables of this folder, one per Kubernetes minor version.

usage: python3 schemas/generate.py DEFINITIONS_FOLDER RESOURCES.json

DEFINITIONS_FOLDER holds v1.N.json or v1.N.json.gz, each with a "definitions" (or "$defs") object; README.md says where they
come from. RESOURCES.json lists apiVersion, kind, plural and namespaced of the kinds a default server lets one create.
"""
import gzip
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# How the long package names are shortened, and nothing else about a definition's name is changed.
PACKAGES = [
    ("io.k8s.api.", ""),
    ("io.k8s.apimachinery.pkg.apis.meta.", "meta."),
    ("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.", "apiextensions."),
    ("io.k8s.kube-aggregator.pkg.apis.apiregistration.", "apiregistration."),
]

# Definitions whose decoding is written by hand in Go: what they accept is no struct.
SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "any",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "schemaOrBool",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "schemaOrArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "schemaOrStrings",
}

# Kinds that the resource list does not have in any version, because they are off unless enabled: (plural, scope).
CLUSTER, NAMESPACED = "cluster", "namespaced"
UNLISTED = {
    "ClusterTrustBundle": ("clustertrustbundles", CLUSTER),
    "CompositePodGroup": ("compositepodgroups", NAMESPACED),
    "DeviceTaintRule": ("devicetaintrules", CLUSTER),
    "Eviction": ("evictions", NAMESPACED),
    "EvictionRequest": ("evictionrequests", NAMESPACED),
    "LeaseCandidate": ("leasecandidates", NAMESPACED),
    "PodCertificateRequest": ("podcertificaterequests", NAMESPACED),
    "PodGroup": ("podgroups", NAMESPACED),
    "PodSchedulingContext": ("podschedulingcontexts", NAMESPACED),
    "ResourceClaimParameters": ("resourceclaimparameters", NAMESPACED),
    "ResourceClass": ("resourceclasses", CLUSTER),
    "ResourceClassParameters": ("resourceclassparameters", NAMESPACED),
    "ResourcePoolStatusRequest": ("resourcepoolstatusrequests", CLUSTER),
    "StorageVersion": ("storageversions", CLUSTER),
    "StorageVersionMigration": ("storageversionmigrations", CLUSTER),
    "Workload": ("workloads", NAMESPACED),
}

# Reached through a subresource of another object, or read-only: no manifest can create them.
NOT_CREATED = {("v1", "ComponentStatus"), ("autoscaling/v1", "Scale"), ("policy/v1", "Eviction"),
               ("authentication.k8s.io/v1", "TokenRequest")}

# Beta versions that a server serves although betas are off by default since 1.24.
BETAS_ON = {"flowcontrol.apiserver.k8s.io/v1beta3"}


def short(name):
    for long, brief in PACKAGES:
        if name.startswith(long):
            return brief + name[len(long):]
    return name


def first_type(schema):
    kind = schema.get("type")
    return next((t for t in kind if t != "null"), None) if isinstance(kind, list) else kind


def shape(schema):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return SPECIAL.get(name) or short(name)
    kind, form = first_type(schema), schema.get("format")
    if kind == "array":
        return "[]" + shape(schema["items"])
    if kind == "object":
        return "{}" + shape(schema["additionalProperties"]) if "additionalProperties" in schema else "any"
    if kind == "string":
        return {"byte": "bytes", "date-time": "time"}.get(form, "string")
    if kind == "integer":
        return "int64" if form == "int64" else "int32"
    return {"number": "double", "boolean": "bool"}.get(kind, "any")


def notes(schema, required):
    """The words behind a field's shape, in a fixed order."""
    words = ["required"] if required else []
    kind = schema.get("x-kubernetes-list-type")
    if kind == "map":
        words.append("map=" + ",".join(schema["x-kubernetes-list-map-keys"]))
    elif kind and first_type(schema) == "array":
        words.append(kind)
    if schema.get("x-kubernetes-map-type") == "atomic":
        words.append("atomic")
    if "x-kubernetes-patch-strategy" in schema:
        words.append("patch=" + schema["x-kubernetes-patch-strategy"])
    if "x-kubernetes-patch-merge-key" in schema:
        words.append("key=" + schema["x-kubernetes-patch-merge-key"])
    return words


def type_lines(name, definition):
    yield " ".join(["type", short(name)] + notes(definition, False))
    required = set(definition.get("required", []))
    for field, schema in sorted(definition.get("properties", {}).items()):
        yield " " + " ".join([field, shape(schema)] + notes(schema, field in required))


def kind_lines(definitions, listed):
    for name, definition in definitions.items():
        metadata = definition.get("properties", {}).get("metadata", {}).get("$ref", "")
        gvks = definition.get("x-kubernetes-group-version-kind", [])
        if not metadata.endswith(".ObjectMeta") or len(gvks) != 1:
            continue
        gvk = gvks[0]
        api_version = "/".join(part for part in (gvk["group"], gvk["version"]) if part)
        kind = gvk["kind"]
        if (api_version, kind) in NOT_CREATED:
            continue
        known = listed.get((gvk["group"], kind)) or UNLISTED.get(kind)
        if not known:
            sys.exit(f"{api_version} {kind}: add its plural and scope to UNLISTED")
        plural, scope = known
        stable = re.fullmatch(r"v\d+", gvk["version"]) or api_version in BETAS_ON
        yield " ".join(["kind", api_version, kind, plural, scope, "on" if stable else "off", short(name)])


def load(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
        data = json.load(file)
    return data.get("definitions") or data["$defs"]


def main(folder, resources):
    with open(resources) as file:
        rows = json.load(file)
    listed = {(row["apiVersion"].rpartition("/")[0], row["kind"]): (row["plural"], NAMESPACED if row["namespaced"] else CLUSTER)
              for row in rows}
    for name in sorted(os.listdir(folder)):
        found = re.fullmatch(r"v(1\.\d+)\.json(\.gz)?", name)
        if not found:
            continue
        definitions = load(os.path.join(folder, name))
        lines = sorted(kind_lines(definitions, listed))
        for definition in sorted(definitions, key=short):
            if definition not in SPECIAL:
                lines.extend(type_lines(definition, definitions[definition]))
        with open(os.path.join(HERE, found[1] + ".txt"), "w") as out:
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
