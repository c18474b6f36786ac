//! `avail-dns-deadlock`: pods that start one after another, and the first of them names one that comes later.

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Effect, Key, PlanCx, PlanFinding, Store};

/// The rule.
pub const RULE: Rule =
    planned("avail-dns-deadlock", Family::Avail, Severity::Advice, include_str!("../../rules/avail-dns-deadlock.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["StatefulSet"]) {
        if [Effect::None, Effect::Refused, Effect::LeftBehind].contains(&cx.effect(key)) {
            continue;
        }
        let Some(peer) = later_peer(cx.sides.after, key, &stored.value) else { continue };
        // Said once: one that was so before has started somehow.
        let before = cx.sides.before.objects.get(key).and_then(|before| later_peer(cx.sides.before, key, &before.value));
        if before.is_none() {
            findings.push(finding(cx, key, &peer));
        }
    }
}

fn finding(cx: &PlanCx, key: &Key, peer: &Peer) -> PlanFinding {
    let (first, later, service) =
        (format!("{}-{}", key.name, peer.first), format!("{}-{}", key.name, peer.ordinal), &peer.service);
    let message =
        format!("`{later}` is made only when `{first}` is ready: if that takes `{later}.{service}`, neither ever comes to be");
    let mut finding = cx.finding(key, &peer.field, message);
    finding.help = Some(format!(
        "let a pod be ready without the later ones, or start all together: `podManagementPolicy: Parallel`, with \
         `publishNotReadyAddresses: true` in Service `{service}`"
    ));
    finding
}

/// A pod that is named by one that comes before it.
struct Peer {
    first: i64,
    ordinal: i64,
    service: String,
    /// Where it is named.
    field: String,
}

fn later_peer(store: &Store, key: &Key, set: &Value) -> Option<Peer> {
    let spec = &set["spec"];
    let service = spec["serviceName"].as_str().filter(|service| !service.is_empty())?;
    let pod = &spec["template"]["spec"];
    let probed = items(&pod["containers"]).iter().any(|container| container["readinessProbe"].is_object());
    if spec["podManagementPolicy"] != "OrderedReady" || !probed || !hides_starting_pods(store, key, service) {
        return None;
    }
    let first = spec["ordinals"]["start"].as_i64().unwrap_or(0);
    let later = first + 1..first + spec["replicas"].as_i64().unwrap_or(1);
    texts(pod).into_iter().find_map(|(field, text)| {
        let ordinal = named(text, &key.name, service, &key.namespace).find(|ordinal| later.contains(ordinal))?;
        Some(Peer { first, ordinal, service: service.to_string(), field: format!("spec.template.spec.{field}") })
    })
}

/// Whether the set's Service is known, gives its pods names, and only once they are ready.
fn hides_starting_pods(store: &Store, key: &Key, name: &str) -> bool {
    let (kind, name) = ("Service".to_string(), name.to_string());
    let service = Key { group: String::new(), kind, namespace: key.namespace.clone(), name };
    let spec = store.objects.get(&service).map(|stored| &stored.value["spec"]);
    spec.is_some_and(|spec| spec["clusterIP"] == "None" && spec["publishNotReadyAddresses"] != true)
}

/// What containers are told as written: commands, arguments and variables, with their places in the pod's spec.
fn texts(pod: &Value) -> Vec<(String, &str)> {
    let mut texts = Vec::new();
    for list in ["initContainers", "containers"] {
        for (i, container) in items(&pod[list]).iter().enumerate() {
            for field in ["command", "args"] {
                let lines = items(&container[field]).iter().enumerate();
                texts.extend(lines.filter_map(|(n, line)| Some((format!("{list}[{i}].{field}[{n}]"), line.as_str()?))));
            }
            let variables = items(&container["env"]).iter().enumerate();
            texts.extend(variables.filter_map(|(n, env)| Some((format!("{list}[{i}].env[{n}].value"), env["value"].as_str()?))));
        }
    }
    texts
}

/// The ordinals of the pods of `set` that `text` names as `db-1.db`, alone or with the namespace behind.
fn named<'a>(text: &'a str, set: &'a str, service: &'a str, namespace: &'a str) -> impl Iterator<Item = i64> + 'a {
    let label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.match_indices(set).filter_map(move |(at, _)| {
        // `db` in `mydb-1` or `old.db-1` is another name.
        if text[..at].ends_with(|c| label(c) || c == '.' || c == '_') {
            return None;
        }
        let rest = text[at + set.len()..].strip_prefix('-')?;
        let (ordinal, rest) = rest.split_once('.')?;
        let rest = rest.strip_prefix(service).filter(|rest| !rest.starts_with(label))?;
        let inside = match rest.strip_prefix('.') {
            // A variable may hold the namespace.
            Some(rest) => rest.starts_with('$') || rest.strip_prefix(namespace).is_some_and(|rest| !rest.starts_with(label)),
            None => true,
        };
        number(ordinal).filter(|_| inside)
    })
}

/// An ordinal as it stands in a name: without a sign or leading zeros.
fn number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pods_in_text() {
        let found = |text: &str| named(text, "db", "peers", "shop").collect::<Vec<i64>>();
        assert_eq!(found("--join=db-0.peers,db-1.peers:26257,http://db-12.peers.shop.svc.cluster.local/x"), [0, 1, 12]);
        assert_eq!(found("until nslookup db-2.peers; do sleep 1; done"), [2]);
        assert_eq!(found("db-1.peers.$(POD_NAMESPACE).svc"), [1]);
        for other in [
            "db-1",
            "db-1.peers2",
            "db-1.peers-ro",
            "mydb-1.peers",
            "my-db-1.peers",
            "a.db-1.peers",
            "db-x.peers",
            "db-01.peers",
            "db-+1.peers",
            "db-1.peers.example.com",
            "db-1.peers.shopping.svc",
            "db-$i.peers",
            "db.peers",
        ] {
            assert_eq!(found(other), [] as [i64; 0], "{other}");
        }
    }
}
