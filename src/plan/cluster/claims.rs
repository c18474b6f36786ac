//! Claims in the cluster: which pods use them, what keeps pods from using them, and when they go.

use super::{Cluster, Id, Spec, Workload};
use crate::plan::claims::{Claim, ClaimOwner};
use crate::plan::pod::{Identity, Template};
use crate::plan::scheduler::Wanted;

impl Cluster {
    /// Why the pod cannot use one of its claims now, if so.
    pub fn claim_against(&self, pod: Wanted) -> Option<String> {
        let names = self.claims_of(self.workload(pod.owner), pod.identity, pod.template);
        let known = |name| self.claims.get_key_value(&(pod.namespace.to_string(), name));
        names.into_iter().filter_map(known).find_map(|(key, claim)| match claim {
            Claim { deleting: true, .. } => Some(format!("claim {} is being deleted", key.1)),
            _ if claim.is_for_one_pod() && self.is_used(key) => {
                Some(format!("claim {} is for one pod at a time (ReadWriteOncePod), and another has it", key.1))
            }
            _ => None,
        })
    }

    /// How many of so many pods alike find a place together: one where they share a claim that only one of them can use.
    pub(super) fn together(&self, owner: Id, template: &Template, count: i64) -> i64 {
        let namespace = &self.workloads[owner].key.namespace;
        let claim = |name: &String| self.claims.get(&(namespace.clone(), name.clone()));
        let alone = template.claims.iter().filter_map(claim).any(Claim::is_for_one_pod);
        if alone { count.min(1) } else { count }
    }

    fn claims_of(&self, workload: &Workload, identity: Identity, template: &Template) -> Vec<String> {
        let mut names = template.claims.clone();
        if let (Spec::StatefulSet(set), Identity::Ordinal(ordinal)) = (&workload.spec, identity) {
            names.extend(set.claims.iter().map(|claim| claim.name_for(&workload.key.name, ordinal)));
        }
        names
    }

    pub(super) fn create_claim(&mut self, set: Id, name: String, template: usize) {
        let workload = &self.workloads[set];
        let Spec::StatefulSet(spec) = &workload.spec else { return };
        if let Some(template) = spec.claims.get(template) {
            let claim = Claim { owner: ClaimOwner::None, deleting: false, value: template.value.clone() };
            self.claims.insert((workload.key.namespace.clone(), name), claim);
        }
    }

    /// What the garbage collector and the protection of claims in use make of claims. Answers whether any is gone.
    pub fn collect_claims(&mut self) -> bool {
        let orphaned = |claim: &Claim| match claim.owner {
            ClaimOwner::None => false,
            ClaimOwner::Set(set) => self.workloads[set].deleted,
            ClaimOwner::Pod { set, ordinal } => {
                !self.workloads[set].pods.iter().any(|pods| pods.identity == Identity::Ordinal(ordinal))
            }
        };
        let going = self.claims.iter().filter(|(_, claim)| claim.deleting || orphaned(claim));
        let going: Vec<(String, String)> = going.map(|(name, _)| name.clone()).collect();
        let mut moved = false;
        for name in going {
            if self.is_used(&name) {
                self.claims.entry(name).and_modify(|claim| claim.deleting = true);
            } else {
                self.claims.remove(&name);
                moved = true;
            }
        }
        if moved {
            let sets = (0..self.workloads.len()).filter(|id| matches!(self.workloads[*id].spec, Spec::StatefulSet(_)));
            sets.collect::<Vec<Id>>().into_iter().for_each(|id| self.touch(id));
        }
        moved
    }

    fn is_used(&self, (namespace, name): &(String, String)) -> bool {
        let there = self.workloads.iter().filter(|workload| workload.key.namespace == *namespace);
        there.into_iter().any(|workload| {
            let running = workload.pods.iter().filter(|pods| pods.is_running());
            running.into_iter().any(|pods| self.claims_of(workload, pods.identity, &pods.template).contains(name))
        })
    }
}
