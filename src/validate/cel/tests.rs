//! Which expressions compile: those of published policies do, those that no server takes do not.

use super::*;

fn refused(source: &str) -> Option<String> {
    let environment = Environment {
        names: vec!["object", "oldObject", "request", "authorizer", "namespaceObject"],
        variables: Some(vec![("reps", None), ("flag", Some(names::Type::Scalar(Literal::Bool)))]),
        messages: &[],
    };
    check(source, &environment, Returns::Bool).err().map(|fault| fault.why)
}

#[test]
fn expressions_of_published_policies_pass() {
    for source in [
        "object.spec.replicas <= 5",
        "variables.reps <= 5 && has(object.metadata.labels)",
        "request.resource.group != 'coordination.k8s.io'",
        "!('system:nodes' in request.userInfo.groups)",
        "object.spec.template.spec.containers.all(c, c.image.startsWith('r.example.com/'))",
        "authorizer.group('').resource('pods').namespace('default').check('get').allowed()",
        "object.metadata.namespace == \"default\" ? true : false",
        "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))",
        "object.spec.containers.map(c, c.name).all(n, object.spec.containers.exists_one(x, x.name == n))",
        "quantity(object.spec.memory).isLessThan(quantity('1Gi')) && size(object.spec.x) > 1u",
        "object.metadata.?labels[?'a'].orValue('b') == r'\\d'",
        "object.spec.x.all(i, v, i < 3) // the first three",
        "duration('1h') < timestamp(object.a) - timestamp(object.b)",
        "{'a': 1, 'b': 2,}['a'] == -1 && [1, 2,].exists(x, x == 0x1F)",
        "object.a.`b/c` == '''it's\nlong''' && b'\\xff' != b\"\\377\" && cel.bind(z, 1, z == 1)",
        "type(object.a) == int && object.b.matches('^[a-z]+$') && 1.5e3 > .5 && - object.c < 2",
        "optional.of(1).hasValue() && ip.isCanonical('127.0.0.1') && sets.contains([1], [1])",
        "google.protobuf.Timestamp{seconds: 1} == timestamp(object.t)",
    ] {
        assert_eq!(refused(source), None, "{source}");
    }
}

#[test]
fn what_cannot_compile_is_refused() {
    for source in [
        "Bad_Value!",
        "object.spec.replicas <=",
        "object.spec = 1",
        "object & true",
        "objet.spec == 1",
        "variables.other == 1",
        "variables.flag == 1",
        "'a' + 1 == 2",
        "'open",
        "object.spec.(a)",
        "namespace == 'a'",
        "object.all(c.d, true)",
        "has(object)",
        "object.name.startWith('a')",
        "'text'",
        "1 && true",
        "Thing{a: 1} == 1",
        "f(1,) == 1",
        "99999999999999999999 > 1",
        "'\\q' == 'q'",
        "(1 == 1",
        "a-b",
        "",
    ] {
        assert!(refused(source).is_some(), "{source}");
    }
}

#[test]
fn deep_nesting_is_left_alone() {
    assert_eq!(refused(&"(".repeat(100_000)), None);
    assert!(refused(&" ".repeat(100_001)).is_some());
    assert_eq!(refused(&format!("{}true{}", "[".repeat(400), "]".repeat(400))), None);
    assert_eq!(refused(&format!("{}1", "1 + ".repeat(20_000))), None);
    assert_eq!(refused(&format!("object{}", ".a".repeat(40_000))), None);
    assert!(refused(&"-".repeat(100_000)).is_some());
}
