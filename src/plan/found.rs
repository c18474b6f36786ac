//! What rules that need a plan may look at, and running them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::apply::{self, Outcome};
use super::{Effect, Key, Options, Plan, PlanFinding, PlannedObject, Run, Source, Store, Stored};
use crate::check::Checked;
use crate::rules::{Check, RULES, Rule};
use crate::text::LineIndex;

/// Namespace and name of a claim.
pub type ClaimName = (String, String);

/// The two sides of a plan, and what was simulated between them.
pub struct Sides<'a> {
    /// The manifests that are applied.
    pub manifests: &'a [Checked],
    /// What was stored.
    pub before: &'a Store,
    /// What is stored then.
    pub after: &'a Store,
    /// What applying came to, object by object.
    pub outcomes: &'a [Outcome],
    /// As it should go.
    pub run: &'a Run,
    /// The claims there were.
    pub claims_before: &'a BTreeSet<ClaimName>,
    /// The claims there are in the end.
    pub claims_after: &'a BTreeSet<ClaimName>,
}

/// What a rule that needs a plan may look at.
pub struct PlanCx<'a> {
    /// Both sides.
    pub sides: &'a Sides<'a>,
    /// The plan so far, without findings.
    pub plan: &'a Plan,
    /// What the plan was told.
    pub options: &'a Options,
    /// The rule that runs.
    pub rule: &'static Rule,
    index: &'a BTreeMap<&'a Key, Places>,
}

/// Where an object stands among the outcomes and in the plan.
#[derive(Clone, Copy)]
struct Places {
    outcome: usize,
    object: Option<usize>,
}

/// Has every rule that needs a plan look at it.
pub fn findings(sides: &Sides, plan: &Plan, options: &Options) -> Vec<PlanFinding> {
    let ids: BTreeMap<_, usize> = plan.objects.iter().enumerate().map(|(i, object)| (&object.id, i)).collect();
    let mut index = BTreeMap::new();
    for (at, outcome) in sides.outcomes.iter().enumerate() {
        index.entry(&outcome.key).or_insert(Places { outcome: at, object: ids.get(&outcome.id).copied() });
    }
    let mut findings = Vec::new();
    for rule in RULES {
        if let Check::Plan(check) = rule.check {
            check(&PlanCx { sides, plan, options, rule, index: &index }, &mut findings);
        }
    }
    findings
}

impl<'a> PlanCx<'a> {
    /// A finding of this rule on the object `key`, at `field` (`spec.replicas`) of its manifest.
    pub fn finding(&self, key: &Key, field: &str, message: String) -> PlanFinding {
        PlanFinding {
            rule: self.rule.id,
            severity: self.rule.severity,
            object: self.index.get(key).and_then(|places| places.object),
            message,
            help: None,
            source: self.source(key, field),
        }
    }

    /// Where `field` of the object is written; for one that is no longer in the manifests, where it was.
    pub fn source(&self, key: &Key, field: &str) -> Option<Source> {
        let outcome = self.outcome(key)?;
        let found = self.sides.manifests.iter().find_map(|checked| {
            let object = checked.objects.iter().find(|object| apply::key(object, self.options.version) == *key)?;
            let span = apply::place(object.field(&checked.parsed.tree), field);
            let source = checked.parsed.tree.source();
            Some(Source { path: checked.path.clone(), line: LineIndex::new(source).position(source, span.start).line })
        });
        found.or(outcome.source.clone())
    }

    /// What applying came to for one object.
    pub fn outcome(&self, key: &Key) -> Option<&'a Outcome> {
        self.sides.outcomes.get(self.index.get(key)?.outcome)
    }

    /// The object in the plan.
    pub fn planned(&self, key: &Key) -> Option<&'a PlannedObject> {
        self.plan.objects.get(self.index.get(key)?.object?)
    }

    /// What becomes of it.
    pub fn effect(&self, key: &Key) -> Effect {
        self.planned(key).map_or(Effect::None, |object| object.effect)
    }

    /// Everything stored afterwards of one of `kinds`.
    pub fn stored(&self, kinds: &'a [&'a str]) -> impl Iterator<Item = (&'a Key, &'a Stored)> {
        self.sides.after.objects.iter().filter(move |(key, _)| kinds.contains(&key.kind.as_str()))
    }
}

/// The pod template of a stored object; the object itself for a Pod, nothing (null) for what makes no pods.
pub fn template<'a>(kind: &str, object: &'a Value) -> &'a Value {
    match kind {
        "Pod" => object,
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
        _ => &object["spec"]["template"],
    }
}

/// The kinds whose pods go on running.
pub const RUNNING: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod"];
