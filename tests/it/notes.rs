//! What a plan says of an object in a line: ways forward, whom a Service answers for, what becomes of a Job.

use plimsoll::check::{self, Checked};
use plimsoll::plan::{self, Apply, Effect, Options, Plan};

fn checked(text: &str) -> Vec<Checked> {
    vec![check::check("file.yaml".into(), text.to_string(), check::Options::default())]
}

fn notes(plan: &Plan, kind: &str) -> Vec<String> {
    plan.objects.iter().find(|object| object.id.kind == kind).expect("it is in the plan").notes.clone()
}

const SET: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  serviceName: db\n  \
    replicas: 3\n  selector:\n    matchLabels:\n      app: db\n  template:\n    metadata:\n      labels:\n\
    \x20       app: db\n    spec:\n\
    \x20     containers:\n      - name: db\n        image: db:1\n        resources:\n          requests:\n            cpu: 500m\n  \
    volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      accessModes: [ReadWriteOnce]\n\
    \x20     resources:\n        \
    requests:\n          storage: 10Gi\n";

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  selector:\n    \
    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        app: web\n    spec:\n\
    \x20     containers:\n      - \
    name: c\n        image: x:1\n";

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: once\n  namespace: shop\nspec:\n  template:\n    spec:\n      \
    restartPolicy: Never\n      containers:\n      - name: c\n        image: x:1\n";

const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: dump\n  namespace: shop\nspec:\n  \
    accessModes: [ReadWriteOnce]\n  storageClassName: fast\n  resources:\n    requests:\n      storage: 10Gi\n";

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n  namespace: shop\nimmutable: true\ndata:\n  a: b\n";

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: rb\nroleRef:\n  \
    apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: a\n";

const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: foos.x.io\nspec:\n  \
    group: x.io\n  scope: Namespaced\n  names:\n    plural: foos\n    kind: Foo\n  versions:\n  - name: v1\n    served: true\n    \
    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n";

/// The notes of the first object after `from` is written as `to` in it.
fn refused(text: &str, from: &str, to: &str) -> Vec<String> {
    let changed = text.replacen(from, to, 9);
    assert_ne!(changed, text);
    let plan = plan::plan(&[checked(text)], &checked(&changed), &Options::default());
    assert_eq!(plan.objects[0].effect, Effect::Refused, "{changed}");
    plan.objects[0].notes.clone()
}

#[test]
fn a_refused_update_has_ways_forward() {
    for (text, from, to, ways) in [
        (
            SET,
            "10Gi",
            "20Gi",
            &[
                "first set requests.storage of data-db-0 to data-db-2 to 20Gi",
                "--cascade=orphan, then apply again",
                "its pods stop",
            ][..],
        ),
        (SET, "serviceName: db", "serviceName: other", &["--cascade=orphan, then apply again: the pods run on", "its pods stop"]),
        (SET, "app: db", "app: other", &["kubectl delete statefulset db -n shop, then apply again"]),
        (WEB, "app: web", "app: other", &["under a new name", "kubectl delete replicaset -l app=web -n shop", "no pod is ready"]),
        (JOB, "x:1", "x:2", &["give it a new name", "kubectl delete job once -n shop, then apply again"]),
        (CLAIM, "10Gi", "5Gi", &["under a new name", "WHAT IT HOLDS IS LOST"]),
        (CLAIM, "10Gi", "20Gi", &["if fast has allowVolumeExpansion: true", "under a new name"]),
        (CLAIM, "fast", "slow", &["under a new name", "WHAT IT HOLDS IS LOST"]),
        (MAP, "a: b", "a: c", &["give it a new name", "kubectl delete configmap conf -n shop"]),
        (BINDING, "name: a\n", "name: b\n", &["kubectl auth reconcile"]),
        // A mistake has no way but to mend it.
        (WEB, "name: c\n", "name: C_\n", &[]),
    ] {
        let notes = refused(text, from, to);
        assert_eq!(notes.len(), ways.len(), "{notes:#?}");
        for (note, way) in notes.iter().zip(ways) {
            assert!(note.starts_with("way forward: ") && note.contains(way), "{note}: {way}");
        }
    }
}

#[test]
fn a_left_over_block_is_nulled() {
    let recreate = WEB.replace("spec:\n  selector", "spec:\n  strategy:\n    type: Recreate\n  selector");
    let options = Options { apply: Apply::Server, ..Options::default() };
    let plan = plan::plan(&[checked(WEB)], &checked(&recreate), &options);
    let way =
        "kubectl patch deployment web -n shop -p '{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}'";
    assert!(plan.objects[0].notes[0].contains(way), "{:?}", plan.objects[0].notes);
    let on_delete =
        |text: &str| text.replace("spec:\n  serviceName", "spec:\n  updateStrategy:\n    type: OnDelete\n  serviceName");
    assert_ne!(on_delete(SET), SET);
    let plan = plan::plan(&[checked(SET)], &checked(&on_delete(SET)), &Options::default());
    assert!(
        plan.objects[0].notes[0].contains("write `rollingUpdate: null` in `spec.updateStrategy`"),
        "{:?}",
        plan.objects[0].notes
    );
    // What the manifest itself has is not the server's.
    let rolling = "spec:\n  strategy:\n    type: RollingUpdate\n    rollingUpdate:\n      maxSurge: 1\n  selector";
    let rolling = WEB.replace("spec:\n  selector", rolling);
    let notes = refused(&rolling, "type: RollingUpdate", "type: Recreate");
    assert!(notes[0].contains("take `rollingUpdate` out of `spec.strategy`"), "{notes:?}");
}

#[test]
fn a_definition_takes_its_objects_along() {
    let notes = refused(CRD, "scope: Namespaced", "scope: Cluster");
    assert!(notes[0].contains("ALL OBJECTS OF THIS KIND ARE DELETED"), "{notes:?}");
}

#[test]
fn pods_that_lack_a_new_claim_are_made_again() {
    let logs = "  volumeClaimTemplates:\n  - metadata:\n      name: logs\n    spec:\n      accessModes: [ReadWriteOnce]\n      \
                resources:\n        requests:\n          storage: 1Gi\n";
    let notes = refused(SET, "  volumeClaimTemplates:\n", logs);
    assert!(notes[0].contains("delete them one by one, as they lack the new claim"), "{notes:?}");
}

/// At which step a plan from `before` to `after` stays if no new pod becomes ready, and how many are ready then.
fn stays(before: &str, after: &str) -> (usize, i64) {
    let plan = plan::plan(&[checked(before)], &checked(after), &Options::default());
    let never = plan.objects[0].rollout.as_ref().and_then(|rollout| rollout.if_never_ready.as_ref()).expect("it waits");
    (never.stops_at, never.ready)
}

#[test]
fn pods_that_come_with_a_scale_may_never_be_ready_either() {
    assert_eq!(stays(SET, &SET.replace("replicas: 3", "replicas: 5")), (1, 3));
    assert_eq!(stays(SET, &SET.replace("  replicas: 3", "  ordinals:\n    start: 2\n  replicas: 3")), (1, 3));
}

#[test]
fn an_address_is_replaced_whichever_field_the_server_names() {
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  clusterIP: 10.0.0.1\n  ports:\n  - port: 80\n";
    for address in ["10.0.0.2", "None"] {
        let plan = plan::plan(&[checked(service)], &checked(&service.replace("10.0.0.1", address)), &Options::default());
        let change = plan.objects[0].changes.iter().find(|change| change.path == "spec.clusterIP").expect("it changes");
        assert_eq!(change.effect, Effect::Replace, "{address}");
    }
}

#[test]
fn services_and_sets_tell_who_answers() {
    let service = |selector: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  namespace: shop\nspec:\n  {selector}\n  ports:\n  - port: 80\n---\n"
        )
    };
    let told = |selector: &str| {
        let text = service(selector) + SET + "---\n" + WEB;
        notes(&plan::plan(&[], &checked(&text), &Options::default()), "Service")
    };
    assert_eq!(told("selector:\n    app: db"), ["answers for the pods of StatefulSet db (3)"]);
    assert_eq!(told("selector:\n    app: nobody"), ["answers for no pod of these manifests"]);
    assert_eq!(told("clusterIP: None"), ["without a selector: its endpoints are made by hand"]);
    assert_eq!(told("type: ExternalName\n  externalName: example.com"), ["another name for example.com"]);
    let set = |replicas: &str| {
        let text = SET.replace("replicas: 3", &format!("replicas: {replicas}"));
        notes(&plan::plan(&[], &checked(&text), &Options::default()), "StatefulSet")
    };
    assert_eq!(set("1"), ["db-0 answers as db-0.db.shop.svc.cluster.local"]);
    assert_eq!(set("3"), ["db-0 to db-2, as db-0.db.shop.svc.cluster.local"]);
    assert_eq!(set("0"), [""; 0]);
}

#[test]
fn an_autoscaler_tells_its_range() {
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  \
        scaleTargetRef:\n    apiVersion: apps/v1\n    kind: StatefulSet\n    name: db\n  minReplicas: 2\n  maxReplicas: 10\n---\n";
    let plan = plan::plan(&[], &checked(&(scaler.to_string() + SET)), &Options::default());
    let expected = ["keeps StatefulSet db between 2 and 10 pods, which request 5 cpu at most"];
    assert_eq!(notes(&plan, "HorizontalPodAutoscaler"), expected);
    assert_eq!(notes(&plan, "StatefulSet")[1], "HorizontalPodAutoscaler db keeps it between 2 and 10 pods");
}

#[test]
fn a_budget_tells_its_room() {
    for (amount, room) in [("minAvailable: 2", 1), ("maxUnavailable: 50%", 2), ("minAvailable: 100%", 0)] {
        let budget = format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: db, namespace: shop}}\nspec:\n  {amount}\n  \
             selector: {{matchLabels: {{app: db}}}}\n"
        );
        let plan = plan::plan(&[], &checked(&[SET, &budget].join("---\n")), &Options::default());
        let told = format!("lets {room} of 3 pods be evicted at a time, when all are ready");
        assert_eq!(notes(&plan, "PodDisruptionBudget"), [told], "{amount}");
    }
}

#[test]
fn a_job_tells_what_failures_do() {
    let job = |fields: &str| {
        let text = JOB.replace("spec:\n  template", &format!("spec:\n  {fields}\n  template"));
        notes(&plan::plan(&[], &checked(&text), &Options::default()), "Job")
    };
    assert_eq!(
        job("suspend: false"),
        [
            "what fails is tried again up to 6 times, after 10 s, 20 s, 40 s …",
            "if every pod fails: fails with the 7th that does, at least 630 s after it starts (BackoffLimitExceeded)",
        ]
    );
    assert_eq!(job("backoffLimit: 0"), ["one try: it fails with the first pod that fails"]);
    let more = "backoffLimit: 1\n  activeDeadlineSeconds: 600\n  ttlSecondsAfterFinished: 0\n  podFailurePolicy:\n    rules:\n    - \
        action: FailJob\n      onExitCodes: {operator: In, values: [42, 43]}\n    - action: Ignore\n\
    \x20     onPodConditions:\n      - \
        {type: DisruptionTarget, status: 'True'}";
    assert_eq!(
        job(more),
        [
            "what fails is tried again once, after 10 s",
            "stopped, and failed, 10 min after it starts, however far it is",
            "if pods fail with exit code 42, 43: fails at once (PodFailurePolicy)",
            "if pods fail with any other exit code: fails with the 2nd that does, at least 10 s after it starts (BackoffLimitExceeded)",
            "if pods fail with condition DisruptionTarget: they are not counted until its time is over, 10 min after it starts \
             (DeadlineExceeded)",
            "deleted with its pods as soon as it ends",
        ]
    );
    let last = |fields: &str| job(fields).pop();
    assert_eq!(
        last("backoffLimit: 3\n  activeDeadlineSeconds: 70"),
        Some(
            "if every pod fails: they are tried again until its time is over, 70 s after it starts (DeadlineExceeded)"
                .to_string()
        )
    );
    assert_eq!(
        last("completionMode: Indexed\n  completions: 5\n  parallelism: 5\n  backoffLimitPerIndex: 2\n  maxFailedIndexes: 1"),
        Some(
            "if every pod fails: fails when 2 indexes have, after 3 tries each, at least 30 s after it starts \
             (MaxFailedIndexesExceeded)"
                .to_string()
        )
    );
}

/// A CronJob says the same of each of its Jobs.
#[test]
fn a_cron_job_tells_what_failures_do() {
    let indented: String =
        JOB.split_once("spec:\n").map(|(_, spec)| spec).unwrap_or("").lines().map(|line| format!("    {line}\n")).collect();
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly, namespace: shop}\nspec:\n  schedule: 0 2 * * *\n  \
                jobTemplate:\n    spec:\n      backoffLimit: 1\n";
    let plan = plan::plan(&[], &checked(&(cron.to_string() + &indented)), &Options::default());
    let told = "if every pod fails: fails with the 2nd that does, at least 10 s after it starts (BackoffLimitExceeded)";
    let expected = ["if one still runs: the next runs beside it (Allow)", "what fails is tried again once, after 10 s"];
    let notes = notes(&plan, "CronJob");
    assert_eq!(notes[notes.len() - 4..], [expected[0], expected[1], told, "kept: 3 succeeded, 1 failed"]);
    assert_eq!(plan.objects[0].if_pods_fail[0].with, plan::EndsWith::Pods(2));
}

#[test]
fn what_stays_of_an_old_template_is_said() {
    let told = |strategy: &str| {
        let text = SET.replace("spec:\n  serviceName", &format!("spec:\n  updateStrategy:\n    {strategy}\n  serviceName"));
        notes(&plan::plan(&[checked(&text)], &checked(&text.replace("db:1", "db:2")), &Options::default()), "StatefulSet")
    };
    let partition = |number: u32| told(&format!("rollingUpdate:\n      partition: {number}"));
    assert_eq!(partition(0), [""; 0]);
    assert_eq!(partition(1), ["partition 1: db-0 keeps the old template until it is lowered"]);
    assert_eq!(partition(2), ["partition 2: db-0 and db-1 keep the old template until it is lowered"]);
    assert_eq!(partition(3), ["partition 3: all pods keep the old template until it is lowered"]);
    assert_eq!(told("type: OnDelete"), ["OnDelete: a pod gets the new template only once someone deletes it"]);
}

#[test]
fn a_cron_job_tells_of_runs_that_overlap() {
    let told = |policy: &str| {
        let template = JOB.split_once("spec:\n").expect("a spec").1.replace("\n  ", "\n      ");
        let text = format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: c\nspec:\n  schedule: \"0 3 * * *\"\n  \
             concurrencyPolicy: {policy}\n  successfulJobsHistoryLimit: 0\n  jobTemplate:\n    spec:\n    {template}"
        );
        notes(&plan::plan(&[], &checked(&text), &Options::default()), "CronJob")
    };
    for (policy, way) in [("Allow", "the next runs beside it"), ("Forbid", "the next waits"), ("Replace", "it is stopped")] {
        let notes = told(policy);
        assert!(notes.iter().any(|note| note.contains(way)), "{notes:?}");
        assert_eq!(notes.last().map(String::as_str), Some("kept: 0 succeeded, 1 failed"));
    }
}

#[test]
fn what_goes_with_a_deleted_object_is_said() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";
    let options = Options { prune: plan::Prune::All, ..Options::default() };
    let gone = |text: &str| plan::plan(&[checked(text)], &[], &options).objects[0].notes.clone();
    assert_eq!(gone(CRD), ["every Foo in the cluster is deleted with it"]);
    assert_eq!(gone(namespace), ["everything in it is deleted with it"]);
    // Claims too, which a StatefulSet would leave behind.
    let plan = plan::plan(&[checked(&format!("{namespace}---\n{SET}"))], &[], &options);
    let last = plan.rounds.last().expect("a round");
    assert!(last.pvcs.is_empty(), "{:?}", last.pvcs);
    let lost = plan.findings.iter().find(|finding| finding.rule == "storage-data-loss").expect("it is told");
    assert!(lost.help.as_ref().is_some_and(|help| !help.contains("persistentVolumeClaimRetentionPolicy")), "{lost:?}");
}

#[test]
fn a_set_tells_whose_claims_its_new_pods_take_up() {
    let sized = |replicas: i64| checked(&SET.replace("replicas: 3", &format!("replicas: {replicas}")));
    let told = |before: &[i64], replicas| {
        let before: Vec<Vec<Checked>> = before.iter().map(|replicas| sized(*replicas)).collect();
        let notes = notes(&plan::plan(&before, &sized(replicas), &Options::default()), "StatefulSet");
        notes.into_iter().filter(|note| note.contains("claim")).collect::<Vec<String>>()
    };
    assert_eq!(told(&[3, 1], 3), ["db-1 and db-2 take up claims that are there, with what is on them"]);
    assert_eq!(told(&[3, 2], 4), ["db-2 takes up a claim that is there, with what is on it"]);
    assert!(told(&[3], 5).is_empty() && told(&[], 3).is_empty() && told(&[3], 1).is_empty());
}
