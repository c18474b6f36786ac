//! What the server refuses about custom resource definitions, for the branches of its validation that the recorded verdicts do
//! not reach.

use crate::others::refused;

/// A definition with one version of this schema, and fields of the version and of the spec beside it.
fn definition(schema: &str, version: &str, spec: &str) -> String {
    format!(
        "metadata: {{name: as.example.com}}\nspec: {{group: example.com, scope: Namespaced, {spec} names: {{plural: as, kind: A}}, \
         versions: [{{name: v1, served: true, storage: true, {version} schema: {{openAPIV3Schema: {schema}}}}}]}}"
    )
}

/// What is refused about a schema; `@` stands for it.
fn schema(cases: &[(&str, &[&str])]) {
    for (schema, expected) in cases {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('@', "spec.validation.openAPIV3Schema.properties[s]")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let whole = format!("{{type: object, properties: {{s: {schema}}}}}");
        refused("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[(&definition(&whole, "", ""), &expected)]);
    }
}

#[test]
fn parts() {
    let object = "{type: object}";
    for (version, spec, expected) in [
        ("", "", &[] as &[&str]),
        ("deprecationWarning: old,", "", &["Invalid spec.versions[0].deprecationWarning"]),
        (
            "subresources: {scale: {specReplicasPath: .status.a, statusReplicasPath: .status.a}},",
            "",
            &["Invalid spec.subresources.scale.specReplicasPath"],
        ),
        ("selectableFields: [{jsonPath: .spec.a}],", "", &["Invalid spec.selectableFields[0].jsonPath"]),
        (
            "selectableFields: [{jsonPath: .spec.a}, {jsonPath: .spec.a}],",
            "",
            &["Invalid spec.selectableFields[0].jsonPath", "Invalid spec.selectableFields[1].jsonPath"],
        ),
        ("", "conversion: {webhook: {clientConfig: {}}},", &["Forbidden spec.conversion.webhookClientConfig"]),
        ("", "preserveUnknownFields: true,", &["Invalid spec.preserveUnknownFields"]),
        (
            "",
            "conversion: {strategy: Webhook},",
            &["Required spec.conversion.webhookClientConfig", "Required spec.conversion.conversionReviewVersions"],
        ),
        (
            "",
            "conversion: {strategy: Webhook, webhook: {clientConfig: {url: 'https://a.b'}, conversionReviewVersions: [v1]}},",
            &[],
        ),
        (
            "",
            "conversion: {webhook: {clientConfig: {url: 'https://a.b'}, conversionReviewVersions: [v1]}},",
            &["Forbidden spec.conversion.webhookClientConfig", "Forbidden spec.conversion.conversionReviewVersions"],
        ),
    ] {
        refused("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[(&definition(object, version, spec), expected)]);
    }
    let community = definition(object, "", "").replace("example.com", "example.k8s.io");
    let path = "Required metadata.annotations[api-approved.kubernetes.io]";
    refused("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[(&community, &[path])]);
    let two = definition(object, "", "")
        .replace("versions: [", "versions: [{name: v2, schema: {openAPIV3Schema: {type: array, items: {type: string}}}}, ");
    refused(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &[(&two, &["Invalid spec.versions[0].schema.openAPIV3Schema.type"])],
    );
}

#[test]
fn keywords() {
    schema(&[
        ("{type: array}", &["Required @.items"]),
        ("{type: array, items: {}}", &["Required @.items.type"]),
        ("{type: array, items: {type: string}, uniqueItems: true}", &["Forbidden @.uniqueItems"]),
        ("{type: object, properties: {a: {type: string}}, additionalProperties: false}", &["Forbidden @.additionalProperties"]),
        ("{type: object, additionalProperties: {type: string}}", &[]),
        ("{type: string, x-kubernetes-list-type: atomic}", &["Invalid @.type"]),
        ("{type: object, x-kubernetes-map-type: deep}", &["NotSupported @.x-kubernetes-map-type"]),
        ("{type: array, items: {type: object}, x-kubernetes-list-type: set}", &["Invalid @.items.x-kubernetes-map-type"]),
        ("{type: array, items: {type: object, x-kubernetes-map-type: atomic}, x-kubernetes-list-type: set}", &[]),
        (
            "{type: array, items: {type: object, properties: {a: {type: string}}}, x-kubernetes-list-type: map, \
             x-kubernetes-list-map-keys: [a, b]}",
            &["Required @.items.properties[a].default", "Invalid @.x-kubernetes-list-map-keys"],
        ),
        ("{type: object, x-kubernetes-preserve-unknown-fields: false}", &["Invalid @.x-kubernetes-preserve-unknown-fields"]),
        ("{x-kubernetes-int-or-string: true}", &[]),
        ("{anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}", &[]),
        ("{type: string, anyOf: [{type: string}]}", &["Forbidden @.anyOf[0].type"]),
        ("{type: string, anyOf: [{pattern: a}, {maxLength: 1}]}", &[]),
        ("{type: object, anyOf: [{properties: {a: {maxLength: 1}}}]}", &["Required @.properties[a]"]),
        ("{type: string, pattern: '('}", &["Invalid @.pattern"]),
        ("{type: object, x-kubernetes-embedded-resource: true}", &["Required @.properties"]),
        ("{$ref: a}", &["Forbidden @.$ref"]),
    ]);
}

#[test]
fn defaults() {
    schema(&[
        ("{type: object, default: {}, properties: {a: {type: string}}}", &[]),
        ("{type: object, default: {a: 1}, properties: {a: {type: string}}}", &["TypeInvalid @.default.a"]),
        ("{type: object, default: {b: 1}, properties: {a: {type: string}}}", &["Invalid @.default"]),
        ("{type: object, default: {}, required: [a], properties: {a: {type: string}}}", &["Required @.default.a"]),
        ("{type: string, default: a, enum: [b]}", &["NotSupported @.default"]),
        ("{type: string, default: ab, maxLength: 1}", &["TooLong @.default"]),
        ("{type: array, default: [1, a], items: {type: integer}}", &["TypeInvalid @.default[1]"]),
        ("{type: integer, default: 1, multipleOf: 2}", &["Invalid @.default"]),
    ]);
}

#[test]
fn rules() {
    let rule = |rule: &str| {
        format!(
            "{{type: object, properties: {{a: {{type: string}}, l: {{type: array, items: {{type: object, properties: {{k: {{type: \
             integer}}}}}}}}, m: {{type: object, additionalProperties: {{type: string}}}}, a-b: {{type: string}}}}, \
             x-kubernetes-validations: [{{{rule}}}]}}"
        )
    };
    let at = |field: &str| format!("Invalid @.x-kubernetes-validations[0].{field}");
    for (text, wrong) in [
        ("rule: \"self.a == 'x' && self.a__dash__b != ''\"", None),
        ("rule: \"self.b == 'x'\"", Some("rule")),
        ("rule: \"has(self.b)\"", Some("rule")),
        ("rule: 'self.l.all(i, i.k > 0)'", None),
        ("rule: 'self.l.all(i, i.o > 0)'", Some("rule")),
        ("rule: \"self.m.all(k, self.m[k] != '')\"", None),
        ("rule: \"self.m.x == ''\"", None),
        ("rule: 'self.l.exists(self, self.x)'", Some("rule")),
        ("rule: 'self.a == oldSelf.a'", None),
        ("rule: 'true', optionalOldSelf: true", Some("optionalOldSelf")),
        ("rule: 'true', fieldPath: .c", Some("fieldPath")),
        ("rule: 'true', fieldPath: .l", None),
        ("rule: 'true', messageExpression: '1'", Some("messageExpression")),
    ] {
        let expected: Vec<String> = wrong.iter().map(|field| at(field)).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        schema(&[(&rule(text), &expected)]);
    }
}

#[test]
fn deep_schemas_are_looked_at_once() {
    let deep = 150;
    let nested = format!("{}{{type: string}}{}", "{type: array, items: ".repeat(deep), "}".repeat(deep));
    let any = format!("{{type: string, anyOf: {}[{{maxLength: 1}}]{}}}", "[{anyOf: ".repeat(deep), "}]".repeat(deep));
    schema(&[(&nested, &[]), (&any, &[])]);
    let two = definition(&format!("{{type: object, properties: {{s: {nested}}}}}"), "", "");
    let version = two.rsplit_once("versions: [").map_or("", |(_, rest)| rest.trim_end_matches("]}"));
    let second = version.replace("name: v1", "name: v2").replace("storage: true", "storage: false");
    let both = two.replace("versions: [", &format!("versions: [{second}, "));
    refused("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[(&both, &[])]);
}
