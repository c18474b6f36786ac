//! The views of a plan, held by snapshots, and what must be true of each.

use plimsoll::report::{self, BUDGET, Colour, Detail};

use super::plan_fixture::{large, plan};

fn hold(name: &str, text: &str) {
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../../snapshots/plan"}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn text() {
    hold("text", &report::plan_text(&plan(), Detail::Steps, Colour::Off, 110));
}

#[test]
fn text_is_folded_at_narrow_widths() {
    hold("text-narrow", &report::plan_text(&plan(), Detail::Pods, Colour::Off, 72));
}

#[test]
fn text_in_short_and_in_full() {
    hold("text-summary", &report::plan_text(&plan(), Detail::Summary, Colour::Off, 110));
    hold("text-full", &report::plan_text(&plan(), Detail::Full, Colour::On, 110));
}

#[test]
fn markdown() {
    hold("markdown", &report::plan_markdown(&plan(), "default"));
}

#[test]
fn html() {
    let version = format!("plimsoll {}", env!("CARGO_PKG_VERSION"));
    hold("html", &report::plan_html(&plan()).replace(&version, "plimsoll VERSION"));
}

#[test]
fn svg() {
    for (name, object) in
        [("svg-deployment", "Deployment/shop"), ("svg-statefulset", "statefulset/shop/d*"), ("svg-daemonset", "agent")]
    {
        let mut plan = plan();
        report::only(&mut plan, &[object.to_string()]);
        hold(name, &report::plan_svg(&plan).expect("a timeline"));
    }
}

#[test]
fn no_view_shows_a_secret() {
    let plan = plan();
    let views = [
        report::plan_text(&plan, Detail::Full, Colour::Off, 110),
        report::plan_markdown(&plan, "default"),
        report::plan_html(&plan),
        report::plan_json(&plan).to_string(),
    ];
    for view in views {
        assert!(!view.contains("aHVudGVyMg") && !view.contains("hunter2"), "{view}");
        assert!(!view.contains("Y29ycmVjdGhvcnNl"), "{view}");
    }
}

#[test]
fn comments_fit_and_are_never_cut_inside_of_something() {
    for count in [5, 20, 30, 60, 150, 1000] {
        let text = report::plan_markdown(&large(count), "a/b");
        assert!(text.chars().count() <= BUDGET, "{count}: {}", text.chars().count());
        assert_eq!(text.matches("```").count() % 2, 0, "{count}: an open fence");
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count(), "{count}: open details");
        assert!(text.ends_with("<!-- plimsoll:plan:a/b -->\n"), "{count}");
        assert_eq!(text.contains("full plan in the job artifact"), count >= 30, "{count}");
    }
}

#[test]
fn colour_is_never_the_only_carrier() {
    let coloured = report::plan_text(&plan(), Detail::Steps, Colour::On, 110);
    let mut plain = String::new();
    for part in coloured.split('\u{1b}') {
        plain.push_str(part.strip_prefix('[').and_then(|part| part.split_once('m')).map_or(part, |(_, rest)| rest));
    }
    assert_eq!(plain, report::plan_text(&plan(), Detail::Steps, Colour::Off, 110));
}

#[test]
fn lines_of_text_keep_to_the_width() {
    use unicode_width::UnicodeWidthStr;
    for width in [90, 110, 140] {
        let text = report::plan_text(&plan(), Detail::Steps, Colour::Off, width);
        let long: Vec<&str> = text.lines().filter(|line| line.width() > width).collect();
        assert!(long.is_empty(), "{width}: {long:#?}");
    }
}

#[test]
fn only_keeps_findings_with_their_objects() {
    let mut plan = plan();
    report::only(&mut plan, &["ConfigMap/shop/co*f".to_string()]);
    assert_eq!(plan.objects.len(), 1);
    let of: Vec<_> = plan.findings.iter().map(|finding| finding.object).collect();
    assert_eq!(of, [Some(0), None]);
    assert!(plan.runs.is_empty());
}

#[test]
fn a_week_of_runs_is_drawn() {
    use plimsoll::{check, plan};
    let page = |schedule: &str| {
        let text = format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: backup\nspec:\n  schedule: '{schedule}'\n  timeZone: Europe/Berlin\n  \
             jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          \
             containers:\n          - name: c\n            image: x\n"
        );
        let checked = check::check("file.yaml".into(), text, check::Options::default());
        let now = "2026-10-22T10:00:00Z".parse().expect("a time");
        report::plan_html(&plan::plan(&[], &[checked], &plan::Options { now, runs: 3, ..plan::Options::default() }))
    };
    let twice = page("30 2,14 * * *");
    // One on the first day, two on each of the others, and one at 02:30 comes twice.
    assert_eq!(twice.matches("<circle").count(), 14, "{twice}");
    assert!(twice.contains("<title>Sun 2026-10-25 02:30 +01:00 again: the clocks go back</title>"), "{twice}");
    assert!(twice.contains("<title>the clocks go back</title>"), "{twice}");
    assert!(!page("* * * * *").contains("class=\"timeline week\""), "too many to be told apart");
}

/// So many shops of a Service, a Deployment and a ConfigMap; every tenth has a new image in `image`.
fn shops(count: usize, image: &str) -> Vec<plimsoll::check::Checked> {
    let shop = |i: usize| {
        let image = if i.is_multiple_of(10) { image } else { "x:1" };
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web-{i}}}\nspec:\n  selector: {{app: web-{i}}}\n  \
             ports: [{{port: 80}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web-{i}}}\n---\n\
             apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web-{i}}}\n\
             spec:\n  selector: {{matchLabels: {{app: web-{i}}}}}\n  \
             template:\n    metadata: {{labels: {{app: web-{i}}}}}\n    spec:\n      containers:\n      - name: c\n        \
             image: {image}\n        envFrom: [{{configMapRef: {{name: web-{i}}}}}]\n"
        )
    };
    let text = (0..count).map(shop).collect::<Vec<_>>().join("---\n");
    vec![plimsoll::check::check("file.yaml".into(), text, plimsoll::check::Options::default())]
}

#[test]
fn what_is_tied_to_what_is_drawn() {
    let page = |count: usize, image: &str| {
        let plan = plimsoll::plan::plan(&[shops(count, "x:1")], &shops(count, image), &plimsoll::plan::Options::default());
        report::plan_html(&plan)
    };
    let boxes = |page: &str| page.matches("class=\"node ").count();
    let small = page(20, "x:2");
    assert_eq!((boxes(&small), small.matches("<g class=\"edge\">").count()), (60, 40));
    assert!(
        small.contains("<li>Service <b>default/web-3</b> selects the pods of Deployment <b>default/web-3</b></li>"),
        "{small}"
    );
    let large = page(100, "x:2");
    assert_eq!(boxes(&large), 30);
    assert!(large.contains("Only what changes and what it is tied to is drawn: 30 of 300 objects."));
    assert_eq!(boxes(&page(100, "x:1")), 0);
    let all_new = report::plan_html(&plimsoll::plan::plan(&[], &shops(100, "x:1"), &plimsoll::plan::Options::default()));
    assert!(all_new.contains("300 objects are tied to one another in 200 ways, too many to be drawn."), "{all_new}");
}

/// Every field that names or selects another object ties the two, as the language server follows them.
#[test]
fn links_between_objects_are_found() {
    let objects = [
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, namespace: shop}\nspec:\n  tls: [{secretName: s}]\n  \
         defaultBackend: {service: {name: a, port: {number: 80}}}\n",
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: shop}\nspec: {maxReplicas: 3, \
         scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: a}}\n",
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: shop}\nspec: {minAvailable: 1, selector: \
         {matchLabels: {app: a}}}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: shop}\nspec: {podSelector: {}}\n",
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: shop}\nspec: {accessModes: [ReadWriteOnce], \
         resources: {requests: {storage: 1Gi}}}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\n",
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a, namespace: shop}\nspec:\n  serviceName: a\n  selector: \
         {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      volumes: [{name: v, \
         persistentVolumeClaim: {claimName: c}}]\n      containers: [{name: c, image: 'x:1', env: [{name: S, valueFrom: \
         {secretKeyRef: {name: s, key: k}}}]}]\n",
    ];
    let checked = plimsoll::check::check("file.yaml".into(), objects.join("---\n"), plimsoll::check::Options::default());
    let plan = plimsoll::plan::plan(&[], &[checked], &plimsoll::plan::Options::default());
    let name = |index: usize| format!("{}/{}", plan.objects[index].id.kind, plan.objects[index].id.namespace);
    let mut told: Vec<String> =
        plan.links.iter().map(|link| format!("{} {:?} {}", name(link.from), link.relation, name(link.to))).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "HorizontalPodAutoscaler/shop Scales StatefulSet/shop",
            "Ingress/shop Routes Service/shop",
            "Ingress/shop Uses Secret/shop",
            "PodDisruptionBudget/shop Guards StatefulSet/shop",
            "Service/shop Selects StatefulSet/shop",
            "StatefulSet/shop Uses PersistentVolumeClaim/shop",
            "StatefulSet/shop Uses Secret/shop",
        ]
    );
}

/// With surge a node has two pods for a while: the old one is drawn above the new one, and the steps are those of the table.
#[test]
fn two_pods_of_a_node_are_drawn_side_by_side() {
    use plimsoll::{check, plan};
    let agent = |image: &str| {
        let text = format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent}}\nspec:\n  selector: {{matchLabels: {{app: agent}}}}\n  \
             updateStrategy: {{rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}}}\n  template:\n    \
             metadata: {{labels: {{app: agent}}}}\n    spec:\n      containers: [{{name: c, image: '{image}'}}]\n"
        );
        vec![check::check("file.yaml".into(), text, check::Options::default())]
    };
    let node = |i: usize| plan::Node { name: format!("node-{i}"), ..plan::Node::default() };
    let options = plan::Options { nodes: Some((1..=2).map(node).collect()), ..plan::Options::default() };
    let svg = report::plan_svg(&plan::plan(&[agent("x:1")], &agent("x:2"), &options)).expect("a timeline");
    for (what, y) in [
        ("node-1, step 1: old revision, ready", 67),
        ("node-1, step 1: new revision, starting", 78),
        ("node-1, steps 2 to 3: old revision, stopping", 67),
        ("node-1, from step 2 on: new revision, ready", 78),
        ("node-2, step 4: old revision, stopping", 93),
    ] {
        let line =
            svg.lines().find(|line| line.contains(&format!("<title>{what}</title>"))).unwrap_or_else(|| panic!("{what}: {svg}"));
        assert!(line.contains(&format!("y=\"{y}\"")), "{line}");
    }
}

#[test]
fn a_secret_tells_how_long_it_is() {
    let change = |before: &str, after: &str| plimsoll::plan::Change {
        path: "data[a]".to_string(),
        before: Some(before.into()),
        after: Some(after.into()),
        sensitive: true,
        ..Default::default()
    };
    let told = |before: &str, after: &str| {
        let mut plan = super::plan_fixture::plan();
        plan.objects[5].changes = vec![change(before, after)];
        plimsoll::report::plan_text(&plan, plimsoll::report::Detail::Steps, plimsoll::report::Colour::Off, 120)
    };
    assert!(told("c2VjcmV0MQ==", "c2VjcmV0MjI=").contains("changed (7 bytes → 8 bytes)"));
    assert!(told("YQ==", "YWJj").contains("changed (1 byte → 3 bytes)"));
}

#[test]
fn narrow_text_stays_narrow() {
    let check = |text: String| vec![plimsoll::check::check("file.yaml".into(), text, plimsoll::check::Options::default())];
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 4\n  \
               selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: x:1}]}\n";
    let options = plimsoll::plan::Options::default();
    let plan = plimsoll::plan::plan(&[check(web.to_string())], &check(web.replace("x:1", "x:2")), &options);
    for detail in [Detail::Summary, Detail::Steps, Detail::Pods, Detail::Full] {
        let text = report::plan_text(&plan, detail, Colour::Off, 60);
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 60).collect();
        assert!(wide.is_empty(), "{detail:?}: {wide:#?}");
    }
}
