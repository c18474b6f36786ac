//! The Pod Security Standards, which a namespace's `pod-security.kubernetes.io/enforce` label holds its pods to. Mirrors the
//! PodSecurity admission plug-in, which every API server runs unless it is told otherwise.

use serde_json::Value;

use super::labels::items;
use crate::schema::Version;

/// A level that refuses anything; `privileged` refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What is known to get out of a container is refused.
    Baseline,
    /// Pods give up all that they do not need.
    Restricted,
}

impl Level {
    /// Its name in labels.
    pub fn word(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// One field that a level does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Its path below the pod's spec: `containers[0].securityContext.privileged`.
    pub field: String,
    /// What is asked for, after the field's name: `must be true`.
    pub why: String,
}

/// What a stored Namespace enforces, and as of which version; `newest` where it pins none.
pub fn enforced(namespace: &Value, newest: Version) -> Option<(Level, Version)> {
    let labels = &namespace["metadata"]["labels"];
    let level = match labels["pod-security.kubernetes.io/enforce"].as_str()? {
        "baseline" => Level::Baseline,
        "restricted" => Level::Restricted,
        _ => return None,
    };
    let pinned = labels["pod-security.kubernetes.io/enforce-version"].as_str().and_then(|text| text.strip_prefix("v1."));
    Some((level, pinned.and_then(|minor| minor.parse().ok()).map_or(newest, Version)))
}

/// Everything in a pod's `spec` that `level`, as of `version`, does not allow, in the order of the standard.
pub fn breaches(level: Level, version: Version, spec: &Value) -> Vec<Breach> {
    let mut pod = Pod { spec, version, found: Vec::new() };
    pod.baseline();
    if level == Level::Restricted {
        pod.restricted();
    }
    pod.found
}

/// Capabilities that runtimes give by default.
const USUAL_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Kernel parameters that belong to the pod alone, and the version of the standard that allows each.
const SAFE_SYSCTLS: [(&str, Version); 12] = [
    ("kernel.shm_rmid_forced", Version(0)),
    ("net.ipv4.ip_local_port_range", Version(0)),
    ("net.ipv4.tcp_syncookies", Version(0)),
    ("net.ipv4.ping_group_range", Version(0)),
    ("net.ipv4.ip_unprivileged_port_start", Version(0)),
    ("net.ipv4.ip_local_reserved_ports", Version(27)),
    ("net.ipv4.tcp_keepalive_time", Version(29)),
    ("net.ipv4.tcp_fin_timeout", Version(29)),
    ("net.ipv4.tcp_keepalive_intvl", Version(29)),
    ("net.ipv4.tcp_keepalive_probes", Version(29)),
    ("net.ipv4.tcp_rmem", Version(32)),
    ("net.ipv4.tcp_wmem", Version(32)),
];

/// Kinds of volumes that cannot reach outside the cluster's own storage.
const USUAL_VOLUMES: [&str; 8] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

/// SELinux types for containers.
const SELINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// The version of the standard since which probes may not name a host.
const NO_PROBE_HOSTS: Version = Version(34);

/// Places of handlers that may name a host.
const HANDLERS: [&str; 5] = ["/livenessProbe", "/readinessProbe", "/startupProbe", "/lifecycle/postStart", "/lifecycle/preStop"];

/// A pod that is looked at.
struct Pod<'a> {
    spec: &'a Value,
    version: Version,
    found: Vec<Breach>,
}

impl<'a> Pod<'a> {
    fn refuse(&mut self, field: String, why: &str) {
        self.found.push(Breach { field, why: why.to_string() });
    }

    /// All containers with their paths.
    fn containers(&self) -> Vec<(String, &'a Value)> {
        let spec = self.spec;
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        let named = |list: &'static str| {
            items(&spec[list]).iter().enumerate().map(move |(index, container)| (format!("{list}[{index}]"), container))
        };
        lists.into_iter().flat_map(named).collect()
    }

    /// The security contexts of the pod and of its containers, with their paths.
    fn contexts(&self) -> Vec<(String, &'a Value)> {
        let own = ("securityContext".to_string(), &self.spec["securityContext"]);
        let theirs = self.containers().into_iter().map(|(path, it)| (format!("{path}.securityContext"), &it["securityContext"]));
        std::iter::once(own).chain(theirs).collect()
    }

    fn is_windows(&self) -> bool {
        self.spec["os"]["name"] == "windows"
    }

    /// Whether its users are not those of the node, which relaxes what is asked of them.
    fn has_own_users(&self) -> bool {
        self.spec["hostUsers"] == false
    }

    fn baseline(&mut self) {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if self.spec[field] == true {
                self.refuse(field.to_string(), "must not be true");
            }
        }
        for (index, volume) in items(&self.spec["volumes"]).iter().enumerate() {
            if volume["hostPath"].is_object() {
                self.refuse(format!("volumes[{index}].hostPath"), "is not allowed");
            }
        }
        for (index, sysctl) in items(&self.spec["securityContext"]["sysctls"]).iter().enumerate() {
            let name = sysctl["name"].as_str().unwrap_or("");
            if !SAFE_SYSCTLS.iter().any(|(safe, since)| *safe == name && self.version >= *since) {
                self.refuse(format!("securityContext.sysctls[{index}].name"), "is not one of the safe ones");
            }
        }
        for (path, context) in self.contexts() {
            self.context(&path, context);
        }
        for (path, container) in self.containers() {
            self.container(&path, container);
        }
    }

    /// What pods and containers may both say.
    fn context(&mut self, path: &str, context: &Value) {
        if context["windowsOptions"]["hostProcess"] == true {
            self.refuse(format!("{path}.windowsOptions.hostProcess"), "must not be true");
        }
        for profile in ["appArmorProfile", "seccompProfile"] {
            if context[profile]["type"] == "Unconfined" {
                self.refuse(format!("{path}.{profile}.type"), "must not be Unconfined");
            }
        }
        let options = &context["seLinuxOptions"];
        if options["type"].as_str().is_some_and(|text| !SELINUX_TYPES.contains(&text)) {
            self.refuse(format!("{path}.seLinuxOptions.type"), "is not one for containers");
        }
        for field in ["user", "role"] {
            if options[field].as_str().is_some_and(|text| !text.is_empty()) {
                self.refuse(format!("{path}.seLinuxOptions.{field}"), "must not be set");
            }
        }
    }

    fn container(&mut self, path: &str, container: &Value) {
        let context = &container["securityContext"];
        if context["privileged"] == true {
            self.refuse(format!("{path}.securityContext.privileged"), "must not be true");
        }
        let added = items(&context["capabilities"]["add"]).iter().filter_map(Value::as_str);
        if added.clone().any(|name| !USUAL_CAPABILITIES.contains(&name)) {
            self.refuse(format!("{path}.securityContext.capabilities.add"), "holds one that containers do not get by default");
        }
        if context["procMount"].as_str().is_some_and(|mount| mount != "Default") && !self.has_own_users() {
            self.refuse(format!("{path}.securityContext.procMount"), "must be Default");
        }
        for (index, port) in items(&container["ports"]).iter().enumerate() {
            if port["hostPort"].as_i64().is_some_and(|port| port != 0) {
                self.refuse(format!("{path}.ports[{index}].hostPort"), "is not allowed");
            }
        }
        for handler in
            HANDLERS.iter().filter(|_| self.version >= NO_PROBE_HOSTS).flat_map(|at| [(at, "httpGet"), (at, "tcpSocket")])
        {
            let place = format!("{}/{}/host", handler.0, handler.1);
            if container.pointer(&place).and_then(Value::as_str).is_some_and(|host| !host.is_empty()) {
                self.found
                    .push(Breach { field: path.to_string() + &place.replace('/', "."), why: "must not be set".to_string() });
            }
        }
    }

    fn restricted(&mut self) {
        for (index, volume) in items(&self.spec["volumes"]).iter().enumerate() {
            // A host path is refused already.
            if volume["hostPath"].is_null() && !USUAL_VOLUMES.iter().any(|kind| volume[kind].is_object()) {
                self.refuse(format!("volumes[{index}]"), "is of a kind that is not allowed");
            }
        }
        if !self.has_own_users() {
            self.not_root();
        }
        if self.is_windows() {
            return;
        }
        let spec = self.spec;
        let confined =
            |context: &Value| ["RuntimeDefault", "Localhost"].iter().any(|kind| context["seccompProfile"]["type"] == *kind);
        for (path, container) in self.containers() {
            let context = &container["securityContext"];
            if context["allowPrivilegeEscalation"] != false {
                self.refuse(format!("{path}.securityContext.allowPrivilegeEscalation"), "must be false");
            }
            if context["seccompProfile"]["type"].is_null() && !confined(&spec["securityContext"]) {
                self.refuse(format!("{path}.securityContext.seccompProfile.type"), "must be RuntimeDefault or Localhost");
            }
            if !items(&context["capabilities"]["drop"]).iter().any(|name| name == "ALL") {
                self.refuse(format!("{path}.securityContext.capabilities.drop"), "must hold ALL");
            }
            let added = items(&context["capabilities"]["add"]).iter().filter_map(Value::as_str);
            // Others than the usual are refused already.
            if added.clone().any(|name| name != "NET_BIND_SERVICE" && USUAL_CAPABILITIES.contains(&name)) {
                self.refuse(format!("{path}.securityContext.capabilities.add"), "may hold NET_BIND_SERVICE only");
            }
        }
    }

    /// No container runs as root, and each is held to it.
    fn not_root(&mut self) {
        let whole = self.spec["securityContext"]["runAsNonRoot"] == true;
        for (path, container) in self.containers() {
            let own = &container["securityContext"]["runAsNonRoot"];
            if *own == false || (own.is_null() && !whole) {
                self.refuse(format!("{path}.securityContext.runAsNonRoot"), "must be true");
            }
        }
        for (path, context) in self.contexts() {
            if context["runAsUser"] == 0 {
                self.refuse(format!("{path}.runAsUser"), "must not be 0");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(level: Level, spec: Value) -> Vec<String> {
        breaches(level, Version(36), &spec).into_iter().map(|breach| breach.field).collect()
    }

    #[test]
    fn baseline_refuses_what_reaches_the_node() {
        let harmless = json!({"containers": [{"name": "c", "securityContext": {"capabilities": {"add": ["CHOWN"]}}}]});
        assert_eq!(found(Level::Baseline, harmless), [""; 0]);
        let spec = json!({
            "hostNetwork": true, "volumes": [{"emptyDir": {}}, {"hostPath": {"path": "/"}}],
            "securityContext": {
                "sysctls": [{"name": "net.ipv4.tcp_rmem"}, {"name": "kernel.msgmax"}], "seLinuxOptions": {"type": "spc_t", "role": "r"},
            },
            "containers": [{
                "ports": [{"hostPort": 80}], "livenessProbe": {"httpGet": {"host": "10.0.0.1"}},
                "securityContext": {
                    "privileged": true, "capabilities": {"add": ["NET_ADMIN"]}, "procMount": "Unmasked",
                    "appArmorProfile": {"type": "Unconfined"}, "windowsOptions": {"hostProcess": true},
                },
            }],
        });
        assert_eq!(
            found(Level::Baseline, spec.clone()),
            [
                "hostNetwork",
                "volumes[1].hostPath",
                "securityContext.sysctls[1].name",
                "securityContext.seLinuxOptions.type",
                "securityContext.seLinuxOptions.role",
                "containers[0].securityContext.windowsOptions.hostProcess",
                "containers[0].securityContext.appArmorProfile.type",
                "containers[0].securityContext.privileged",
                "containers[0].securityContext.capabilities.add",
                "containers[0].securityContext.procMount",
                "containers[0].ports[0].hostPort",
                "containers[0].livenessProbe.httpGet.host",
            ]
        );
        let older: Vec<String> = breaches(Level::Baseline, Version(31), &spec).into_iter().map(|breach| breach.field).collect();
        assert!(older.contains(&"securityContext.sysctls[0].name".to_string()), "{older:?}");
        assert!(!older.iter().any(|field| field.ends_with("host")), "{older:?}");
    }

    #[test]
    fn restricted_asks_for_what_pods_give_up() {
        let careful = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}});
        let whole = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
        let spec =
            |pod: &Value, container: &Value| json!({"securityContext": pod, "containers": [{"securityContext": container}]});
        assert_eq!(found(Level::Restricted, spec(&whole, &careful)), [""; 0]);
        let bare = spec(&json!({}), &json!({"runAsUser": 0, "capabilities": {"add": ["CHOWN"]}}));
        let fields = [
            "runAsNonRoot",
            "runAsUser",
            "allowPrivilegeEscalation",
            "seccompProfile.type",
            "capabilities.drop",
            "capabilities.add",
        ];
        assert_eq!(found(Level::Restricted, bare), fields.map(|field| format!("containers[0].securityContext.{field}")));
        let mut own_users = spec(&json!({"seccompProfile": {"type": "Localhost"}}), &careful);
        own_users["hostUsers"] = json!(false);
        own_users["volumes"] = json!([{"nfs": {}}, {"secret": {}}]);
        assert_eq!(found(Level::Restricted, own_users), ["volumes[0]"]);
        let windows = json!({"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}, "containers": [{}]});
        assert_eq!(found(Level::Restricted, windows), [""; 0]);
    }
}
