"""Turns a list of Go struct fields into go-1.N.txt, the table that names of ReplicaSets and revisions are made from.

usage: python3 schemas/generate_go.py GO_FIELDS.json

GO_FIELDS.json has "kubernetes" (the minor version) and "types": by package and name ("core.Container"), either
{"alias": Go type} or {"fields": [[Go name, Go type, JSON name, embedded], ...]} in the order of the declaration.
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# The name that Go prints of a package: core/v1 and meta/v1 share one.
PRINTED = {"core": "v1", "meta": "v1", "metav1": "v1"}

# Types of the language, which belong to no package.
PLAIN = {"string", "bool", "int32", "int64", "byte", "map"}


def printed(go_type, package):
    """`[]Container` in package core is `[]v1.Container`."""
    def name(match):
        owner, word = match.group(1), match.group(2)
        if owner:
            return f"{PRINTED.get(owner, owner)}.{word}"
        return word if word in PLAIN else f"{PRINTED.get(package, package)}.{word}"
    return re.sub(r"(?:(\w+)\.)?(\w+)", name, go_type)


def main():
    with open(sys.argv[1]) as file:
        data = json.load(file)
    lines, seen = [], set()
    for key, what in sorted(data["types"].items()):
        package, _, word = key.partition(".")
        name = f"{PRINTED.get(package, package)}.{word}"
        assert name not in seen, f"two types are printed as {name}"
        seen.add(name)
        if "alias" in what:
            lines.append(f"alias {name} {printed(what['alias'], package)}")
            continue
        lines.append(f"type {name}")
        for go, go_type, in_json, embedded in what["fields"]:
            # An embedded struct without a JSON name lies open: its fields are those of the struct around it.
            lines.append(f" {go} {printed(go_type, package)} {in_json or '-'}")
            assert in_json or embedded
    with open(os.path.join(HERE, f"go-{data['kubernetes']}.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")


main()
