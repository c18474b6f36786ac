//! Updates: what a server refuses to change, what it keeps and what each change does.

use std::collections::BTreeSet;

use plimsoll::check::{self, Checked};
use plimsoll::plan::{self, Apply, Effect, Options, Plan, PlannedObject};
use proptest::prelude::*;
use serde_json::json;

use crate::mutations::{self, BITS, Blow};
use crate::recorded::{self, Case};

fn checked(text: &str) -> Vec<Checked> {
    vec![check::check("new.yaml".into(), text.to_string(), check::Options::default())]
}

fn planned(old: &str, new: &str, apply: Apply) -> Plan {
    plan::plan(&[checked(old)], &checked(new), &Options { apply, ..Options::default() })
}

/// The plan of a single object.
fn object(old: &str, new: &str, apply: Apply) -> PlannedObject {
    planned(old, new, apply).objects.remove(0)
}

/// `path: before → after (effect, line)` of each change.
fn shown(object: &PlannedObject) -> Vec<String> {
    let value = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_string(), ToString::to_string);
    let line = |change: &plan::Change| change.source.as_ref().map_or(0, |source| source.line);
    let show = |change: &plan::Change| {
        let (before, after) = (value(&change.before), value(&change.after));
        format!("{}: {before} → {after} ({:?}, {})", change.path, change.effect, line(change))
    };
    object.changes.iter().map(show).collect()
}

#[test]
fn updates_are_refused_as_recorded() {
    let cases = recorded::cases("api/update.jsonl");
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn difference(case: &Case) -> Option<String> {
    let base = recorded::base(&case.base);
    let new = recorded::edited(base.clone(), &case.edits);
    let object = object(&base.to_string(), &new.to_string(), Apply::Server);
    let found: BTreeSet<(String, String)> = object.causes.iter().map(|it| (it.cause.clone(), it.field.clone())).collect();
    let missed: Vec<_> = case.causes.difference(&found).collect();
    let extra: Vec<_> = found.difference(&case.causes).collect();
    (found != case.causes).then(|| format!("{}: missed {missed:?}, extra {extra:?}", case.name()))
}

/// Each case: kind, what stands in `spec` before and after, and what is refused.
const KINDS_WITHOUT_RECORDS: &[(&str, &str, &str, &str, &[&str])] = &[
    (
        "storage.k8s.io/v1",
        "CSINode",
        "drivers: [{name: a.b, nodeID: one}]",
        "drivers: [{name: a.b, nodeID: two}]",
        &["spec.drivers"],
    ),
    (
        "storage.k8s.io/v1",
        "CSINode",
        "drivers: [{name: a.b, nodeID: one, topologyKeys: [a]}]",
        "drivers: [{name: a.b, nodeID: one, topologyKeys: [b]}]",
        &["spec.drivers"],
    ),
    (
        "storage.k8s.io/v1",
        "CSINode",
        "drivers: [{name: a.b, nodeID: one}]",
        "drivers: [{name: a.b, nodeID: one, allocatable: {count: 3}}, {name: c.d, nodeID: one}]",
        &[],
    ),
    ("networking.k8s.io/v1", "ServiceCIDR", "cidrs: [10.0.0.0/24]", "cidrs: [10.0.1.0/24]", &["spec.cidrs[0]"]),
    ("v1", "Node", "externalID: a", "externalID: b", &["spec.externalID"]),
    ("networking.k8s.io/v1", "ServiceCIDR", "cidrs: [10.0.0.0/24]", "cidrs: [10.0.0.0/24, 'fd00::/112']", &[]),
    ("networking.k8s.io/v1", "ServiceCIDR", "cidrs: [10.0.0.0/24, 'fd00::/112']", "cidrs: [10.0.0.0/24]", &["spec.cidrs"]),
];

#[test]
fn kinds_without_recorded_updates() {
    for (api_version, kind, old, new, want) in KINDS_WITHOUT_RECORDS {
        let text = |spec: &str| format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
        let found = object(&text(old), &text(new), Apply::Server);
        let fields: Vec<&str> = found.causes.iter().map(|cause| cause.field.as_str()).collect();
        assert_eq!(&fields, want, "{kind}: {old} to {new}");
    }
}

#[test]
fn an_ingress_that_exists_may_have_two_classes() {
    let ingress = |annotations: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: a, annotations: {{{annotations}}}}}\n\
             spec: {{ingressClassName: b, defaultBackend: {{service: {{name: s, port: {{number: 1}}}}}}}}\n"
        )
    };
    let found = object(&ingress(""), &ingress("kubernetes.io/ingress.class: c"), Apply::Server);
    assert_eq!((found.effect, found.causes.len()), (Effect::InPlace, 0));
}

#[test]
fn a_cron_job_found_in_a_cluster_may_be_odd() {
    let cron_job = |schedule: &str, zone: Option<&str>| {
        let pod = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}});
        let spec = json!({"schedule": schedule, "timeZone": zone, "jobTemplate": {"spec": {"template": pod}}});
        json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "a".repeat(60)}, "spec": spec})
    };
    for (old, new, refused) in [
        (("1 2 * * *", None), ("3 4 * * *", None), None),
        (("1 2 * * *", Some("No/Where")), ("3 4 * * *", Some("No/Where")), None),
        (("1 2 * * *", Some("No/Where")), ("1 2 * * *", Some("Not/There")), Some("spec.timeZone")),
        (("TZ=UTC 1 2 * * *", None), ("TZ=UTC 3 4 * * *", None), None),
        (("TZ=UTC 1 2 * * *", None), ("TZ=UTC 99 4 * * *", None), Some("spec.schedule")),
        (("TZ=UTC 1 2 * * *", None), ("TZ=UTC 1 2 * * *", Some("UTC")), Some("spec.schedule")),
        (("1 2 * * *", None), ("TZ=UTC 1 2 * * *", None), Some("spec.schedule")),
    ] {
        let (old, new) = (cron_job(old.0, old.1), cron_job(new.0, new.1));
        let options = Options { observed: vec![old.clone()], apply: Apply::Server, ..Options::default() };
        let plan = plan::plan(&[checked(&old.to_string())], &checked(&new.to_string()), &options);
        let fields: Vec<&str> = plan.objects[0].causes.iter().map(|cause| cause.field.as_str()).collect();
        assert_eq!(fields, Vec::from_iter(refused), "{old} to {new}");
    }
}

/// A PEM block with an empty sequence in it.
const REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUFBPQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

#[test]
fn a_signing_request_keeps_its_spec() {
    let request = |signer: &str, label: &str| {
        format!(
            "apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\n\
             metadata: {{name: a, labels: {{a: {label}}}}}\n\
             spec: {{request: {REQUEST}, signerName: {signer}, usages: [client auth]}}\n"
        )
    };
    for apply in [Apply::Client, Apply::Server, Apply::Replace] {
        let same = object(&request("a.b/c", "d"), &request("a.b/d", "d"), apply);
        assert_eq!((same.effect, same.causes.len()), (Effect::None, 0), "{apply:?}");
        let other = object(&request("a.b/c", "d"), &request("a.b/d", "e"), apply);
        let paths: Vec<&str> = other.changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!((other.effect, paths), (Effect::InPlace, vec!["metadata.labels[a]"]), "{apply:?}");
    }
}

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        env: [{name: A, value: a}, {name: B, value: b}]
      - name: side
        image: side:1
";

#[test]
fn changes_are_named_by_merge_keys_and_have_their_place_and_effect() {
    let new = WEB.replace("web:1", "web:2").replace("{name: A, value: a}, ", "").replace("replicas: 5", "replicas: 6");
    let found = shown(&object(WEB, &new, Apply::Client));
    assert_eq!(
        found,
        [
            "spec.replicas: 5 → 6 (InPlace, 5)",
            "spec.template.spec.containers[web].env[A]: {\"name\":\"A\",\"value\":\"a\"} → - (Rollout, 14)",
            "spec.template.spec.containers[web].image: \"web:1\" → \"web:2\" (Rollout, 13)",
        ]
    );
}

#[test]
fn another_order_is_a_change_and_another_spelling_is_none() {
    let new = WEB.replace("{name: A, value: a}, {name: B, value: b}", "{name: B, value: b}, {name: A, value: a}");
    let found = shown(&object(WEB, &new, Apply::Client));
    assert_eq!(found, ["spec.template.spec.containers[web].env: [\"A\",\"B\"] → [\"B\",\"A\"] (Rollout, 14)"]);
    let new = WEB.replace("{type: RollingUpdate}", "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}");
    assert_eq!(object(WEB, &new, Apply::Client).effect, Effect::None);
}

#[test]
fn the_way_of_applying_decides_what_stays() {
    let gone = WEB.replace("  replicas: 5\n", "");
    for apply in [Apply::Client, Apply::Server, Apply::Replace] {
        assert_eq!(shown(&object(WEB, &gone, apply)), ["spec.replicas: 5 → 1 (InPlace, 4)"], "{apply:?}");
    }
    let recreate = WEB.replace("type: RollingUpdate", "type: Recreate");
    assert_eq!(object(WEB, &recreate, Apply::Client).effect, Effect::InPlace);
    let refused = object(WEB, &recreate, Apply::Server);
    assert_eq!((refused.effect, refused.causes[0].field.as_str()), (Effect::Refused, "spec.strategy.rollingUpdate"));
    let renamed = WEB.replace("name: side", "name: beside");
    for apply in [Apply::Client, Apply::Server] {
        let found = shown(&object(WEB, &renamed, apply));
        let names: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap_or("")).collect();
        assert_eq!(names, ["spec.template.spec.containers[side]", "spec.template.spec.containers[beside]"], "{apply:?}");
    }
}

#[test]
fn a_refused_change_is_a_replacement_and_the_others_are_listed_too() {
    let new = WEB.replace("app: web", "app: site").replace("web:1", "web:2");
    let refused = object(WEB, &new, Apply::Client);
    assert_eq!(refused.effect, Effect::Refused);
    assert_eq!(
        (refused.causes[0].field.as_str(), refused.causes[0].source.as_ref().map(|it| it.line)),
        ("spec.selector", Some(6))
    );
    let effects: Vec<(&str, Effect)> = refused.changes.iter().map(|it| (it.path.as_str(), it.effect)).collect();
    assert_eq!(
        effects,
        [
            ("spec.selector.matchLabels[app]", Effect::Replace),
            ("spec.template.metadata.labels[app]", Effect::Rollout),
            ("spec.template.spec.containers[web].image", Effect::Rollout),
        ]
    );
}

#[test]
fn services_keep_what_they_were_given() {
    let service = |spec: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
    let with = |old: &str, new: &str, apply: Apply| {
        let object = object(&service(old), &service(new), apply);
        let fields: Vec<String> = object.causes.iter().map(|cause| cause.field.clone()).collect();
        (object.effect, fields.join(" "))
    };
    let fine = |effect: Effect| (effect, String::new());
    for apply in [Apply::Client, Apply::Server, Apply::Replace] {
        let headless = with("clusterIP: None, ports: [{port: 80}]", "ports: [{port: 80}]", apply);
        assert_eq!(headless, fine(Effect::None), "{apply:?}: stays headless");
        let given = with("ports: [{port: 80}]", "clusterIP: None, ports: [{port: 80}]", apply);
        assert_eq!(given, (Effect::Refused, "spec.clusterIPs[0]".to_string()), "{apply:?}");
        let port = with("type: NodePort, ports: [{port: 80, nodePort: 30080}]", "type: NodePort, ports: [{port: 80}]", apply);
        assert_eq!(port, fine(Effect::None), "{apply:?}: the node port stays");
        let two = "type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]";
        let inside = with(two, "ports: [{name: b, port: 81, nodePort: 30081}]", apply);
        assert_eq!(inside, fine(Effect::InPlace), "{apply:?}: the node port goes with the type");
        let named = with("ports: [{port: 80}]", "type: ExternalName, externalName: a.example", apply);
        assert_eq!(named, fine(Effect::InPlace), "{apply:?}");
        let twins =
            with("ports: [{name: a, port: 53}]", "ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]", apply);
        let expected = if apply == Apply::Client { twins.clone() } else { fine(Effect::InPlace) };
        assert_eq!(twins, expected, "{apply:?}");
        let given = service("type: LoadBalancer, ports: [{port: 80, nodePort: 30080}]");
        let none = service("type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]");
        let kept = object(&given, &none, apply);
        let paths: Vec<&str> = kept.changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["spec.allocateLoadBalancerNodePorts"], "{apply:?}: none is given any more, what was given stays");
    }
}

#[test]
fn a_claim_grows_where_its_class_is_known_to_allow_it() {
    let claim = |size: &str| {
        format!(
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: fast}}\nprovisioner: a.example\nallowVolumeExpansion: true\n---\n\
             apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data}}\nspec:\n  storageClassName: fast\n  \
             accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: {size}}}}}\n"
        )
    };
    let effect = |old: &str, new: &str| planned(&claim(old), &claim(new), Apply::Client).objects[0].effect;
    assert_eq!(effect("1Gi", "2Gi"), Effect::InPlace);
    assert_eq!(effect("2Gi", "1Gi"), Effect::Refused);
    assert_eq!(effect("1Gi", "1024Mi"), Effect::None);
}

#[test]
fn server_side_apply_refuses_elements_with_one_key() {
    let new = WEB.replace("{name: A, value: a}", "{name: A, value: a}, {name: A, value: c}");
    let refused = object(WEB, &new, Apply::Server);
    assert_eq!(refused.effect, Effect::Refused);
    assert_eq!(refused.causes[0].field, "spec.template.spec.containers[0].env[1]");
    assert_eq!(object(WEB, &new, Apply::Replace).effect, Effect::Rollout);
}

#[test]
fn secrets_are_marked_and_custom_objects_merged() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n";
    let changed = object(secret, &secret.replace("a: b", "a: c"), Apply::Client);
    assert!(changed.changes.iter().all(|change| change.sensitive && change.path == "data[a]"), "{:?}", changed.changes);
    let custom = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {list: [{name: a, x: 1}], map: {a.b: 1}}\n";
    let found = shown(&object(custom, &custom.replace("x: 1", "x: 2").replace("a.b: 1", "a.b: 2"), Apply::Client));
    assert_eq!(found, ["spec.list[a].x: 1 → 2 (InPlace, 4)", "spec.map[a.b]: 1 → 2 (InPlace, 4)"]);
}

proptest! {
    #![proptest_config(crate::cases::cases(200))]

    #[test]
    fn damaged_manifests_are_planned(which in 0usize..100, how in 0usize..3, blows in prop::collection::vec((0usize..1000, 0usize..40, prop::sample::select(BITS)), 1..6)) {
        let all = mutations::texts();
        let old = &all[which % all.len()];
        let mut new = old.clone();
        let blows: Vec<Blow> = blows;
        for blow in blows {
            mutations::hit(&mut new, blow);
        }
        let apply = [Apply::Client, Apply::Server, Apply::Replace][how];
        let first = planned(old, &new, apply);
        for object in &first.objects {
            prop_assert_eq!(object.effect == Effect::Refused, !object.causes.is_empty(), "{:?}", object.id);
        }
        prop_assert_eq!(format!("{:?}", first.objects), format!("{:?}", planned(old, &new, apply).objects));
        // The other way round: from the damaged one.
        planned(&new, old, apply);
    }
}

#[test]
fn a_client_side_apply_mixes_up_ports_of_one_number() {
    let service = |ports: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {{name: dns}}\nspec:\n  ports: [{ports}]\n");
    let (udp, tcp) = ("{name: dns, port: 53, protocol: UDP}", "{name: dns-tcp, port: 53, protocol: TCP}");
    let both = format!("{udp}, {tcp}");
    let changed = |old: &str, new: &str, apply: Apply| {
        let object = object(&service(old), &service(new), apply);
        let paths: Vec<String> = object.changes.iter().map(|change| change.path.clone()).collect();
        (object.effect, paths.join(" "), object.notes.iter().any(|note| note.contains("takes `spec.ports[1]` for an earlier")))
    };
    // The second merges into the first, which is gone then.
    assert_eq!(changed(udp, &both, Apply::Client), (Effect::InPlace, "spec.ports[53/UDP] spec.ports[53]".to_string(), true));
    assert_eq!(changed(udp, &both, Apply::Server), (Effect::InPlace, "spec.ports[53]".to_string(), false));
    assert_eq!(changed(udp, &both, Apply::Replace), (Effect::InPlace, "spec.ports[53]".to_string(), false));
    // What is patched is the first, whichever changed; what is deleted takes both along.
    let second = both.replace("TCP}", "TCP, targetPort: 5353}");
    assert_eq!(changed(&both, &second, Apply::Client), (Effect::InPlace, "spec.ports[53/UDP].targetPort".to_string(), true));
    assert_eq!(changed(&both, udp, Apply::Client).0, Effect::Refused);
    assert_eq!(changed(&both, udp, Apply::Server), (Effect::InPlace, "spec.ports[53]".to_string(), false));
}

#[test]
fn a_client_side_apply_keeps_no_manifest_that_is_too_long() {
    let map =
        |length: usize| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {}}}\n", "x".repeat(length));
    let causes = |old: &str, new: &str, apply: Apply| -> Vec<String> {
        object(old, new, apply).causes.into_iter().map(|cause| format!("{} {}", cause.field, cause.cause)).collect()
    };
    for old in ["", &map(1)] {
        assert_eq!(causes(old, &map(270_000), Apply::Client), ["metadata.annotations FieldValueTooLong"]);
        assert_eq!(causes(old, &map(261_000), Apply::Client), [""; 0]);
        assert_eq!(causes(old, &map(270_000), Apply::Server), [""; 0]);
    }
    let way = &object("", &map(270_000), Apply::Client).notes[0];
    assert!(way.contains("kubectl apply --server-side"), "{way}");
}

#[test]
fn elements_of_one_key_stay_as_they_are() {
    let env = |field: &str| format!("{{name: A, valueFrom: {{fieldRef: {{fieldPath: {field}}}}}}}");
    let pod = format!("containers: [{{name: c, image: x, env: [{}, {}]}}]", env("metadata.name"), env("metadata.namespace"));
    let web = |label: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, labels: {{a: {label}}}}}\nspec:\n  \
             selector: {{matchLabels: {{a: b}}}}\n  template: {{metadata: {{labels: {{a: b}}}}, spec: {{{pod}}}}}\n"
        )
    };
    let paths: Vec<String> = object(&web("b"), &web("c"), Apply::Client).changes.into_iter().map(|change| change.path).collect();
    assert_eq!(paths, ["metadata.labels[a]"]);
}
