//! Totals of a plan: what pods and claims add up to, with LimitRanges and ResourceQuotas in the same namespace.

use plimsoll::check::{self, Checked};
use plimsoll::plan::{self, Options, Plan, Sum};

fn checked(text: &str) -> Vec<Checked> {
    vec![check::check("x.yaml".into(), text.to_string(), check::Options::default())]
}

fn planned(before: &str, after: &str) -> Plan {
    plan::plan(&[checked(before)], &checked(after), &Options::default())
}

fn text(sum: &Sum) -> String {
    let list = |amounts: &std::collections::BTreeMap<String, String>| {
        amounts.iter().map(|(name, amount)| format!(" {name} {amount}")).collect::<String>()
    };
    let (requests, limits, storage) = (list(&sum.requests), list(&sum.limits), list(&sum.storage));
    format!("{} pods, {} claims;{requests};{limits};{storage}; {} load balancers", sum.pods, sum.claims, sum.load_balancers)
}

const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 10
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: c, image: 'shop:1', resources: {requests: {cpu: 250m, memory: 128Mi}}}]}
";

const DB: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: pg, image: 'pg:1'}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 10Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {type: LoadBalancer, ports: [{port: 5432}]}
";

const LIMITS: &str = "
apiVersion: v1
kind: LimitRange
metadata: {name: defaults}
spec: {limits: [{type: Container, default: {memory: 1Gi}, defaultRequest: {memory: 256Mi}}]}
";

fn quota(pods: u32) -> String {
    format!("apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q}}\nspec: {{hard: {{pods: '{pods}'}}}}\n")
}

#[test]
fn stopping_pods_count_at_the_peak() {
    let plan = planned(SHOP, &SHOP.replace("shop:1", "shop:2"));
    let one = "10 pods, 0 claims; cpu 2500m memory 1280Mi;;; 0 load balancers";
    assert_eq!(text(&plan.totals.before), one);
    assert_eq!(text(&plan.totals.peak), "18 pods, 0 claims; cpu 4500m memory 2304Mi;;; 0 load balancers");
    assert_eq!(text(&plan.totals.after), one);
}

#[test]
fn claims_stay_when_a_set_shrinks() {
    let plan = planned(DB, &DB.replace("replicas: 3", "replicas: 1"));
    assert_eq!(text(&plan.totals.before), "3 pods, 3 claims;;; fast 30Gi; 1 load balancers");
    assert_eq!(text(&plan.totals.after), "1 pods, 3 claims;;; fast 30Gi; 1 load balancers");
}

#[test]
fn nothing_was_before() {
    let plan = plan::plan(&[], &checked(DB), &Options::default());
    assert_eq!(text(&plan.totals.before), "0 pods, 0 claims;;;; 0 load balancers");
    assert_eq!(plan.totals.peak, plan.totals.after);
}

#[test]
fn limit_ranges_fill_in() {
    let plan = plan::plan(&[], &checked(&[SHOP, LIMITS].join("---\n")), &Options::default());
    assert_eq!(text(&plan.totals.after), "10 pods, 0 claims; cpu 2500m memory 1280Mi; memory 10Gi;; 0 load balancers");
    let plan = plan::plan(&[], &checked(&[DB, LIMITS].join("---\n")), &Options::default());
    assert_eq!(text(&plan.totals.after), "3 pods, 3 claims; memory 768Mi; memory 3Gi; fast 30Gi; 1 load balancers");
}

#[test]
fn a_quota_that_a_rollout_goes_beyond() {
    for (pods, severity) in [(18, None), (17, Some("Warning")), (9, Some("Error"))] {
        let with = |text: &str| [text, &quota(pods)].join("---\n");
        let plan = planned(&with(SHOP), &with(&SHOP.replace("shop:1", "shop:2")));
        let found = plan.findings.iter().find(|finding| finding.rule == "resources-over-quota");
        assert_eq!(found.map(|finding| format!("{:?}", finding.severity)).as_deref(), severity, "{pods}");
        let of = found.map(|finding| plan.objects[finding.object.expect("the quota")].id.kind.as_str());
        assert_eq!(of, severity.map(|_| "ResourceQuota"));
    }
}

/// What each step of SHOP's Deployment does when its image changes under a quota, and how many are ready then.
fn held_back(pods: u32, strategy: &str) -> (Vec<String>, bool) {
    let with = |text: &str| [&text.replacen("spec:\n", &format!("spec:\n{strategy}"), 1), &quota(pods)[..]].join("---\n");
    let plan = planned(&with(SHOP), &with(&SHOP.replace("shop:1", "shop:2")));
    let shop = plan.objects.iter().find(|object| object.id.kind == "Deployment").expect("it is in the plan");
    let steps = shop.rollout.iter().flat_map(|rollout| &rollout.steps);
    let deed = |action: &plan::Action| format!("{} {}", action.verb, action.to.unwrap_or(0));
    let told = steps.map(|step| {
        let deeds: Vec<String> = step.actions.iter().map(deed).collect();
        format!("{}: {} of {}", deeds.join(", "), step.counts.ready, step.counts.pods)
    });
    (told.collect(), plan.findings.iter().any(|finding| finding.rule == "avail-cannot-finish"))
}

#[test]
fn pods_beyond_a_quota_are_not_let_in() {
    const SURGE: &str = "  strategy:\n    rollingUpdate:\n      maxSurge: 1\n      maxUnavailable: 0\n";
    // New ones cannot come before old ones go, and these wait for the new ones.
    assert_eq!(held_back(10, SURGE), (vec!["create 1: 10 of 10".to_string()], true));
    // Those that may be missing make room.
    let (steps, stuck) = held_back(10, "");
    assert!(!stuck);
    assert_eq!(steps[..4], ["create 3: 10 of 10", "scale 8: 8 of 8", "scale 5: 8 of 8", "create 2: 8 of 10"]);
    assert_eq!(steps.last().map(String::as_str), Some("create 2: 8 of 10"));
    let (steps, stuck) = held_back(18, "");
    assert!(!stuck && steps.iter().all(|step| !step.starts_with("create 2")), "{steps:?}");
}

/// Rule, severity, and whose it is, of all findings.
fn told(plan: &Plan) -> Vec<String> {
    let kind = |finding: &plan::PlanFinding| finding.object.map_or("", |i| plan.objects[i].id.kind.as_str());
    plan.findings.iter().map(|finding| format!("{} {:?} {}", finding.rule, finding.severity, kind(finding))).collect()
}

#[test]
fn a_gate_that_gets_stricter_keeps_the_next_pods_out() {
    let with = |gate: &str| [SHOP, gate].join("---\n");
    let range = |most: &str| {
        format!("apiVersion: v1\nkind: LimitRange\nmetadata: {{name: r}}\nspec: {{limits: [{{type: Pod, max: {{{most}}}}}]}}\n")
    };
    let counted = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {limits.cpu: '9'}}\n";
    let refused = |kind: &str| vec![format!("avail-pods-refused Warning {kind}")];
    assert_eq!(told(&planned(SHOP, &with(&range("cpu: 100m")))), refused("LimitRange"));
    assert_eq!(told(&planned(SHOP, &with(counted))), refused("ResourceQuota"));
    assert_eq!(told(&planned(SHOP, &with(&quota(9)))), ["resources-over-quota Warning ResourceQuota"]);
    // Nothing is new about these.
    assert!(told(&planned(SHOP, &with(&quota(10)))).is_empty());
    assert!(told(&planned(&with(counted), &with(counted))).is_empty());
    // Here pods are to be made now.
    let plan = planned(SHOP, &with(counted).replace("shop:1", "shop:2"));
    assert_eq!(told(&plan), ["avail-cannot-finish Error Deployment"]);
    let plan = planned(SHOP, &with(counted).replace("replicas: 10", "replicas: 11"));
    assert_eq!(told(&plan), ["avail-cannot-finish Error Deployment"]);
}

/// The claims and pods in the end of a DB under a gate, and what the rules say.
fn claimed(db: &str, gate: &str) -> (Vec<String>, i64, Vec<String>) {
    let plan = plan::plan(&[], &checked(&[db, gate].join("---\n")), &Options::default());
    let last = plan.rounds.last().expect("a round");
    let pods = last.pods.iter().filter(|row| row.phase == "ready").map(|row| row.count).sum();
    (last.pvcs.clone(), pods, told(&plan))
}

#[test]
fn claims_beyond_a_quota_are_refused_and_so_are_the_pods_that_need_them() {
    let quota = |hard: &str| format!("apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q}}\nspec: {{hard: {{{hard}}}}}\n");
    let told = ["resources-over-quota Error ResourceQuota", "avail-cannot-finish Error StatefulSet"].map(String::from).to_vec();
    let two = (vec!["data-db-0".to_string(), "data-db-1".to_string()], 2, told);
    let parallel = DB.replace("serviceName: db", "serviceName: db\n  podManagementPolicy: Parallel");
    for hard in [
        "requests.storage: 29Gi",
        "persistentvolumeclaims: '2'",
        "count/persistentvolumeclaims: '2'",
        "fast.storageclass.storage.k8s.io/requests.storage: 20Gi",
        "fast.storageclass.storage.k8s.io/persistentvolumeclaims: '2'",
    ] {
        assert_eq!(claimed(DB, &quota(hard)), two, "{hard}");
        assert_eq!(claimed(&parallel, &quota(hard)), two, "{hard}");
    }
    let all = |gate: &str| assert_eq!((claimed(DB, gate).1, claimed(DB, gate).2), (3, vec![]), "{gate}");
    all(&quota("requests.storage: 30Gi"));
    all(&quota("slow.storageclass.storage.k8s.io/requests.storage: '0'"));
    let range = |most: &str| {
        let limits = format!("[{{type: PersistentVolumeClaim, max: {{storage: {most}}}}}]");
        format!("apiVersion: v1\nkind: LimitRange\nmetadata: {{name: r}}\nspec: {{limits: {limits}}}\n")
    };
    all(&range("10Gi"));
    let none = (vec![], 0, vec!["avail-cannot-finish Error StatefulSet".to_string()]);
    assert_eq!(claimed(DB, &range("9Gi")), none);
}

#[test]
fn objects_beyond_a_quota_are_told() {
    for (hard, fits) in [
        ("services: '1'", true),
        ("services: '0'", false),
        ("services.loadbalancers: '0'", false),
        ("services.nodeports: '0'", false),
        ("count/services: '0'", false),
        ("count/statefulsets.apps: '0'", false),
        ("configmaps: '0'", true),
        ("count/replicasets.apps: '0'", true),
    ] {
        let quota = format!("apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q}}\nspec: {{hard: {{{hard}}}}}\n");
        assert_eq!(claimed(DB, &quota).2.is_empty(), fits, "{hard}");
    }
    // Controllers make objects, too.
    let sets = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {count/replicasets.apps: '1'}}\n";
    let with = |text: &str| [text, sets].join("---\n");
    assert!(told(&planned("", &with(SHOP))).is_empty());
    assert_eq!(
        told(&planned(&with(SHOP), &with(&SHOP.replace("shop:1", "shop:2")))),
        ["resources-over-quota Error ResourceQuota"]
    );
}

/// An autoscaler of `kind` that keeps it between 2 and `most` pods.
fn scaler(kind: &str, name: &str, most: u32) -> String {
    let target = format!("scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: {name}}}");
    let spec = format!("{{{target}, minReplicas: 2, maxReplicas: {most}}}");
    format!("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

#[test]
fn autoscalers_at_their_maximum() {
    let of = |parts: &[&str]| plan::plan(&[], &checked(&parts.join("---\n")), &Options::default());
    assert_eq!(of(&[SHOP, DB]).totals.at_maximum, None);
    let plan = of(&[SHOP, DB, LIMITS, &scaler("Deployment", "shop", 40)]);
    let most = "43 pods, 3 claims; cpu 10 memory 5888Mi; memory 43Gi; fast 30Gi; 1 load balancers";
    assert_eq!(plan.totals.at_maximum.as_ref().map(text).as_deref(), Some(most));
    assert_eq!(text(&plan.totals.after), "13 pods, 3 claims; cpu 2500m memory 2Gi; memory 13Gi; fast 30Gi; 1 load balancers");
    let shop = plan.objects.iter().find(|object| object.id.kind == "Deployment").expect("it is in the plan");
    assert_eq!(shop.autoscaler, Some(plan::Autoscaler { name: "shop".to_string(), min: 2, max: 40 }));
    // More pods of a set need more claims; fewer than there are now are fewer at the maximum, too.
    let plan = of(&[SHOP, DB, &scaler("StatefulSet", "db", 5), &scaler("Deployment", "shop", 8)]);
    let most = "13 pods, 5 claims; cpu 2 memory 1Gi;; fast 50Gi; 1 load balancers";
    assert_eq!(plan.totals.at_maximum.as_ref().map(text).as_deref(), Some(most));
    // What has no pods is left alone.
    let none = SHOP.replace("replicas: 10", "replicas: 0");
    assert_eq!(of(&[&none, &scaler("Deployment", "shop", 8)]).totals.at_maximum, None);
}
