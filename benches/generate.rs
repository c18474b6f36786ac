//! Generated manifests for the benchmark: the same bytes on every machine, shaped like what teams keep in their repositories.

/// Texts of about 13 KB, like files of a repository, of `total` bytes together.
pub fn files(total: usize) -> Vec<String> {
    let mut files = Vec::new();
    let mut size = 0;
    let mut n = 0;
    while size < total {
        let mut text = String::new();
        while text.len() < 13_000 {
            text.push_str(&document(n));
            n += 1;
        }
        size += text.len();
        files.push(text);
    }
    files
}

/// One document; every sixth is of the same kind.
fn document(n: usize) -> String {
    match n % 6 {
        0 => deployment(n),
        1 => service(n),
        2 => stateful_set(n),
        3 => config_map(n),
        4 => cron_job(n),
        _ => custom(n),
    }
}

fn container(n: usize, indent: &str) -> String {
    let lines = [
        "- name: app".to_string(),
        format!("  image: registry.example.com/team-{}/service-{}:v1.{}.{}", n % 17, n % 211, n % 40, n % 9),
        "  args: [\"--listen\", \":8080\", \"--log-level=info\"]".to_string(),
        "  ports:".to_string(),
        "  - name: http".to_string(),
        "    containerPort: 8080".to_string(),
        "  - name: metrics".to_string(),
        format!("    containerPort: {}", 9000 + n % 100),
        "  env:".to_string(),
        "  - name: DATABASE_URL".to_string(),
        format!("    value: \"postgres://db-{}.db:5432/app?sslmode=disable\"", n % 5),
        "  - name: TOKEN # rotated monthly".to_string(),
        "    valueFrom:".to_string(),
        "      secretKeyRef:".to_string(),
        format!("        name: token-{}", n % 33),
        "        key: token".to_string(),
        "  resources:".to_string(),
        format!("    requests: {{cpu: {}m, memory: {}Mi}}", 50 + n % 7 * 50, 64 + n % 5 * 64),
        "    limits:".to_string(),
        "      memory: 1Gi".to_string(),
        "  readinessProbe:".to_string(),
        "    httpGet:".to_string(),
        "      path: /ready".to_string(),
        "      port: http".to_string(),
        "    periodSeconds: 5".to_string(),
        "  securityContext:".to_string(),
        "    allowPrivilegeEscalation: false".to_string(),
        "    capabilities:".to_string(),
        "      drop: [ALL]".to_string(),
        "  volumeMounts:".to_string(),
        "  - name: data".to_string(),
        "    mountPath: /data".to_string(),
    ];
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

fn deployment(n: usize) -> String {
    format!(
        "---\n# Deployment number {n}.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{n}\n  namespace: team-{}\n  labels:\n    app: web-{n}\n    app.kubernetes.io/part-of: shop\n  annotations:\n    description: 'serves the shop''s front page'\nspec:\n  replicas: {}\n  selector:\n    matchLabels:\n      app: web-{n}\n  strategy:\n    rollingUpdate:\n      maxSurge: 25%\n      maxUnavailable: 0\n  template:\n    metadata:\n      labels:\n        app: web-{n}\n    spec:\n      containers:\n{}      volumes:\n      - name: data\n        emptyDir: {{}}\n",
        n % 17,
        1 + n % 5,
        container(n, "      ")
    )
}

fn service(n: usize) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web-{n}\n  namespace: team-{}\nspec:\n  selector:\n    app: web-{n}\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n  - name: metrics\n    port: 9090\n    targetPort: metrics\n",
        n % 17
    )
}

fn stateful_set(n: usize) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: db-{n}\nspec:\n  clusterIP: None\n  selector: {{app: db-{n}}}\n  ports:\n  - port: 5432\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db-{n}\nspec:\n  serviceName: db-{n}\n  replicas: 3\n  selector:\n    matchLabels: {{app: db-{n}}}\n  template:\n    metadata:\n      labels: {{app: db-{n}}}\n    spec:\n      containers:\n{}  volumeClaimTemplates:\n  - metadata:\n      name: data\n    spec:\n      accessModes: [ReadWriteOnce]\n      resources:\n        requests:\n          storage: {}Gi\n",
        container(n, "      "),
        1 + n % 100
    )
}

fn config_map(n: usize) -> String {
    let mut script = String::new();
    for line in 0..30 {
        script.push_str(&format!("    echo \"step {line} of {n}: $(date)\" >> /var/log/setup.log || exit {line}\n"));
    }
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{n}\ndata:\n  colour: blue\n  port: \"8080\"\n  setup.sh: |\n    #!/bin/sh\n    set -eu\n{script}  limits.ini: |-\n    [limits]\n    open_files = 4096\n"
    )
}

fn cron_job(n: usize) -> String {
    format!(
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: report-{n}\nspec:\n  schedule: \"{} {} * * 1-5\"\n  timeZone: Europe/Berlin\n  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n{}          volumes:\n          - name: data\n            emptyDir: {{}}\n",
        n % 60,
        n % 24,
        container(n, "          ")
    )
}

fn custom(n: usize) -> String {
    let mut rules = String::new();
    for rule in 0..12 {
        rules.push_str(&format!("  - name: rule-{rule}\n    expr: sum(rate(http_requests_total{{job=\"web-{n}\",code=~\"5..\"}}[5m])) > {rule}\n    for: 10m\n    labels:\n      severity: page\n"));
    }
    format!(
        "---\napiVersion: monitoring.example.com/v1\nkind: AlertRules\nmetadata:\n  name: alerts-{n}\nspec:\n  interval: 30s\n  rules:\n{rules}"
    )
}
