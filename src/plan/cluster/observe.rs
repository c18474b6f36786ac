//! Beginning with what a dump says there is, workload by workload. Of what it says nothing about, the simulation stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Cluster, Id, Spec, Workload};
use crate::plan::claims::{Claim, ClaimOwner};
use crate::plan::labels::{Labels, items};
use crate::plan::observed::{self, Observed, Pod, Set};
use crate::plan::pod::{Identity, Phase, Pods, Template};
use crate::plan::replica_set::ReplicaSet;
use crate::plan::store::Key;

/// The name that a controller has given to a template.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Whose template.
    pub key: Arc<Key>,
    /// The template as stored.
    pub template: Arc<Template>,
    /// The name of the ReplicaSet or ControllerRevision.
    pub name: String,
}

/// The kinds whose pods are simulated.
const SIMULATED: [&str; 5] = ["DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

impl Cluster {
    /// Takes over what `seen` says.
    pub fn observe(&mut self, seen: &Observed) {
        for id in self.tops().collect::<Vec<Id>>() {
            match &self.workloads[id].spec {
                _ if self.workloads[id].deleted => {}
                Spec::Deployment(_) => self.observe_sets(id, seen),
                Spec::StatefulSet(_) | Spec::DaemonSet(_) => self.observe_revisions(id, seen),
                Spec::Job(_) => self.observe_job(id, seen),
                Spec::ReplicaSet(set) => {
                    let (kind, template) = (self.workloads[id].key.kind.clone(), set.template.clone());
                    self.observe_alike(id, &kind, &template, seen);
                }
                Spec::Pod => self.observe_pod(id, seen),
            }
            self.touch(id);
        }
        self.kept_revisions = seen.revisions.iter().filter(|revision| revision.owner.is_empty()).cloned().collect();
        let stranger = |pod: &Pod| {
            let (kind, name) = pod.owner.as_ref().filter(|(kind, _)| !SIMULATED.contains(&kind.as_str()))?;
            Some(((pod.namespace.clone(), pod.name.clone()), format!("{kind} {name}")))
        };
        self.strangers = seen.pods.iter().flatten().filter_map(stranger).collect();
        if let Some(claims) = &seen.claims {
            self.observe_claims(claims);
        }
    }

    /// The names that controllers have given, as far as the dump tells.
    pub fn recorded(&self) -> &[Recorded] {
        &self.recorded
    }

    /// The ReplicaSets of a Deployment, with the sizes they had.
    fn observe_sets(&mut self, id: Id, seen: &Observed) {
        let key = self.workloads[id].key.clone();
        let own = |set: &&Set| set.namespace == key.namespace && set.deployment == key.name;
        let sets: Vec<&Set> = seen.sets.iter().filter(own).collect();
        let Spec::Deployment(deployment) = &self.workloads[id].spec else { return };
        if sets.is_empty() {
            return;
        }
        let (template, value) = (deployment.template.clone(), deployment.value.clone());
        for set in deployment.sets.clone() {
            self.forget_pods(set);
            self.workloads[set].deleted = true;
        }
        let mut ids = Vec::new();
        for set in sets {
            let made = replica_set(set, &template);
            self.recorded.push(Recorded { key: key.clone(), template: made.made_from.clone(), name: set.name.clone() });
            let label = format!("ReplicaSet/{}/{}", key.namespace, set.name).into();
            let (owner, changed, template) = (Some(id), self.stage, made.template.clone());
            let spec = Spec::ReplicaSet(made);
            ids.push(self.workloads.len());
            self.workloads.push(Workload { owner, changed, ..Workload::new(key.clone(), label, spec) });
            self.fill_set(self.workloads.len() - 1, set, &template, seen);
        }
        if let Spec::Deployment(deployment) = &mut self.workloads[id].spec {
            deployment.sets = ids;
            deployment.value = value;
        }
        let newest = match &self.workloads[id].spec {
            Spec::Deployment(deployment) => self.set_made_from(deployment),
            _ => None,
        };
        if let Spec::Deployment(deployment) = &mut self.workloads[id].spec {
            deployment.newest = newest;
        }
    }

    /// The pods of one ReplicaSet; where the dump has none at all, as many as its status says.
    fn fill_set(&mut self, id: Id, set: &Set, template: &Arc<Template>, seen: &Observed) {
        if let Some(pods) = &seen.pods {
            for pod in owned(pods, &set.namespace, "ReplicaSet", &set.name) {
                self.put_seen(id, pod, template.clone());
            }
        } else {
            let size = set.value["spec"]["replicas"].as_i64().unwrap_or(0);
            let (all, ready) = match set.status["replicas"].as_i64() {
                Some(all) => (all, set.status["readyReplicas"].as_i64().unwrap_or(0)),
                None => (size, size),
            };
            self.create_pods(id, Identity::None, template, all.min(size));
            let groups: Vec<(u64, i64)> = self.workloads[id].pods.iter().map(|pods| (pods.id, pods.count)).collect();
            let mut left = ready;
            for (pods, count) in groups {
                self.advance(id, pods, count.min(left), Phase::Ready);
                left -= count.min(left);
            }
        }
        self.touch(id);
    }

    /// Which pods of a StatefulSet or DaemonSet are of which revision.
    fn observe_revisions(&mut self, id: Id, seen: &Observed) {
        let key = self.workloads[id].key.clone();
        let Some(update) = self.update_template(id).cloned() else { return };
        let of = |revision: &&observed::Revision| {
            revision.namespace == key.namespace && revision.kind == key.kind && revision.owner == key.name
        };
        let mut templates: BTreeMap<String, Arc<Template>> = BTreeMap::new();
        for revision in seen.revisions.iter().filter(of) {
            let template = match revision.template == *update.value {
                true => update.clone(),
                false => Arc::new(self.read_template(id, &revision.template)),
            };
            self.recorded.push(Recorded { key: key.clone(), template: template.clone(), name: revision.name.clone() });
            templates.insert(revision.name.clone(), template);
        }
        let status = seen.status_of(&key);
        if let Some(name) = status["updateRevision"].as_str().filter(|name| !templates.contains_key(*name)) {
            self.recorded.push(Recorded { key: key.clone(), template: update.clone(), name: name.to_string() });
            templates.insert(name.to_string(), update.clone());
        }
        let Some(pods) = &seen.pods else { return };
        if key.kind == "DaemonSet" && !self.knows_nodes() {
            return;
        }
        self.forget_pods(id);
        for pod in owned(pods, &key.namespace, &key.kind, &key.name) {
            // A DaemonSet's pods bear the hash alone.
            let name = if key.kind == "DaemonSet" { format!("{}-{}", key.name, pod.revision) } else { pod.revision.clone() };
            // One that nobody knows is an old one.
            let template = match pod.revision.is_empty() {
                true => update.clone(),
                false => templates.entry(name).or_insert_with(|| Arc::new((*update).clone())).clone(),
            };
            self.put_seen(id, pod, template);
        }
        let current = status["currentRevision"].as_str().and_then(|name| templates.get(name)).cloned();
        match &mut self.workloads[id].spec {
            Spec::StatefulSet(set) => set.current = current.unwrap_or(update),
            Spec::DaemonSet(set) => {
                let mut revisions: Vec<Arc<Template>> = templates.into_values().collect();
                revisions.retain(|known| !Arc::ptr_eq(known, &update));
                revisions.push(update);
                set.revisions = revisions;
            }
            _ => {}
        }
    }

    /// A template as the workload's controller uses it.
    fn read_template(&self, id: Id, value: &Value) -> Template {
        match &self.workloads[id].spec {
            Spec::DaemonSet(_) => crate::plan::daemon_set::DaemonSet::template(value),
            _ => Template::of(value),
        }
    }

    fn observe_job(&mut self, id: Id, seen: &Observed) {
        let key = self.workloads[id].key.clone();
        let status = seen.status_of(&key);
        let Spec::Job(job) = &mut self.workloads[id].spec else { return };
        if !status.is_object() {
            return;
        }
        let ends = |condition: &Value| {
            ["Complete", "Failed"].iter().any(|kind| condition["type"] == *kind) && condition["status"] == "True"
        };
        job.finished = items(&status["conditions"]).iter().any(ends);
        let template = job.template.clone();
        self.forget_pods(id);
        match &seen.pods {
            Some(pods) if owned(pods, &key.namespace, "Job", &key.name).next().is_some() => {
                self.observe_alike(id, "Job", &template, seen);
            }
            // Its pods may be deleted; what they came to is still counted.
            _ => {
                for (field, phase) in [("succeeded", Phase::Succeeded), ("failed", Phase::Failed)] {
                    let count = status[field].as_i64().unwrap_or(0);
                    if count > 0 {
                        self.put_pods(id, Identity::None, template.clone(), phase, None, count, "");
                    }
                }
            }
        }
    }

    /// The pods of what makes them all alike.
    fn observe_alike(&mut self, id: Id, kind: &str, template: &Arc<Template>, seen: &Observed) {
        let key = self.workloads[id].key.clone();
        let Some(pods) = &seen.pods else { return };
        self.forget_pods(id);
        for pod in owned(pods, &key.namespace, kind, &key.name) {
            self.put_seen(id, pod, template.clone());
        }
    }

    fn observe_pod(&mut self, id: Id, seen: &Observed) {
        let key = self.workloads[id].key.clone();
        let same = |pod: &&Pod| pod.namespace == key.namespace && pod.name == key.name;
        let Some(pod) = seen.pods.iter().flatten().find(same) else { return };
        let Some(template) = self.workloads[id].pods.first().map(|pods| pods.template.clone()) else { return };
        self.forget_pods(id);
        let node = self.node_called(pod);
        self.put_pods(id, Identity::None, template, pod.phase, node, 1, &pod.why);
    }

    fn observe_claims(&mut self, seen: &BTreeMap<(String, String), Arc<Value>>) {
        self.claims.retain(|name, _| seen.contains_key(name));
        for (name, value) in seen {
            let claim = || Claim { owner: ClaimOwner::None, deleting: false, value: value.clone() };
            let known = self.claims.entry(name.clone()).or_insert_with(claim);
            known.deleting = value["metadata"]["deletionTimestamp"].is_string();
        }
    }

    fn node_called(&self, pod: &Pod) -> Option<usize> {
        let name = pod.node.as_ref().filter(|_| self.knows_nodes())?;
        self.nodes.iter().position(|node| node.name == *name)
    }

    fn put_seen(&mut self, owner: Id, pod: &Pod, template: Arc<Template>) {
        let node = self.node_called(pod);
        if let Some(identity) = pod.identity(node) {
            self.put_pods(owner, identity, template, pod.phase, node, 1, &pod.why);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one for each thing that is known of a pod")]
    fn put_pods(
        &mut self,
        owner: Id,
        identity: Identity,
        template: Arc<Template>,
        phase: Phase,
        node: Option<usize>,
        count: i64,
        why: &str,
    ) {
        self.anti_affinity |= !template.needs.anti_affinity.is_empty();
        self.waiting |= phase == Phase::Unscheduled;
        let made = self.stage;
        self.put(owner, Pods { id: 0, identity, template, phase, node, count, made, why: why.into() });
    }

    /// Takes away the pods that were only simulated.
    fn forget_pods(&mut self, id: Id) {
        for pods in std::mem::take(&mut self.workloads[id].pods) {
            self.book(&pods, -pods.count);
        }
    }
}

/// The pods that one controller owns.
fn owned<'a>(pods: &'a [Pod], namespace: &'a str, kind: &'a str, name: &'a str) -> impl Iterator<Item = &'a Pod> {
    let of = move |owner: &(String, String)| owner.0 == kind && owner.1 == name;
    pods.iter().filter(move |pod| pod.namespace == namespace && pod.owner.as_ref().is_some_and(of))
}

/// The template of a ReplicaSet as its Deployment has it.
pub fn without_hash(template: &Value) -> Value {
    let mut bare = template.clone();
    if let Some(labels) = bare.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.shift_remove("pod-template-hash");
    }
    bare
}

fn replica_set(set: &Set, newest: &Arc<Template>) -> ReplicaSet {
    let (spec, annotations) = (&set.value["spec"], &set.value["metadata"]["annotations"]);
    let bare = without_hash(&spec["template"]);
    ReplicaSet {
        size: spec["replicas"].as_i64().unwrap_or(1),
        template: Arc::new(Template::of(&spec["template"])),
        made_from: if bare == *newest.value { newest.clone() } else { Arc::new(Template::of(&bare)) },
        selector: None,
        revision: observed::number(&annotations[observed::REVISION]).unwrap_or(0),
        desired: observed::number(&annotations["deployment.kubernetes.io/desired-replicas"]),
        most: observed::number(&annotations["deployment.kubernetes.io/max-replicas"]),
        deployment: None,
        name: Some(set.name.clone()),
        labels: Labels::new(),
    }
}
