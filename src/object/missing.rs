//! What a `Field` that is not there is called: a number in place of names, so that a `Field` fits two registers.
//!
//! Checks carry fields about by the hundred for every object, and their code shrinks with what has to be copied: with names a field
//! took 88 bytes, and half of all time beside reading went into fetching code.

use std::sync::OnceLock;

use crate::schema;
use crate::text::mark;

/// How many chains of missing steps there is room for. Checks of all kinds with next to nothing written take some fifty.
const ROOM: usize = 1 << 10;

/// What is missing below a node: nothing; a field, by the mark of its name; or a chain of them, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing(u32);

/// A field below something that is missing itself.
struct Step {
    above: Missing,
    mark: u32,
}

static STEPS: [OnceLock<Step>; ROOM] = [const { OnceLock::new() }; ROOM];

/// Names that are asked for and no field of a built-in kind has: keys of maps, fields of other tools' files, and one that nothing
/// has. A debug build stops at a name that is asked for, is not there, and stands neither here nor in the schema.
const OTHERS: &[&str] = &[
    "(entry)",
    "(nothing)",
    ".dockercfg",
    ".dockerconfigjson",
    "autoscaling.alpha.kubernetes.io/metrics",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "cpu",
    "entries",
    "ephemeral-storage",
    "job-name",
    "kubernetes.io/enforce-mountable-secrets",
    "kubernetes.io/ingress.class",
    "kubernetes.io/service-account.name",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "limits.storage",
    "memory",
    "password",
    "pods",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.kubernetes.io/topology-aware-hints",
    "service.kubernetes.io/topology-mode",
    "ssh-privatekey",
    "storage",
    "tls.crt",
    "tls.key",
    "username",
    "volume.beta.kubernetes.io/mount-options",
    "volume.beta.kubernetes.io/storage-class",
];

impl Missing {
    /// Nothing is.
    pub const NONE: Missing = Missing(0);

    /// The field whose name has that mark. All names asked for have marks above the numbers of chains.
    #[inline(always)]
    pub fn field(mark: u32) -> Missing {
        Missing(mark)
    }

    /// Its number.
    #[inline(always)]
    pub fn number(self) -> u32 {
        self.0
    }

    /// What has that number.
    #[inline(always)]
    pub fn numbered(number: u32) -> Missing {
        Missing(number)
    }

    /// Whether nothing is.
    #[inline(always)]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The field whose name has the mark `mark`, below this. Without room for it, which does not happen, this.
    pub fn below(self, mark: u32) -> Missing {
        let first = (mark ^ self.0.wrapping_mul(0x9e5)) as usize;
        for probe in 0..ROOM - 1 {
            // Slot 0 stays free: its number means that there is no step.
            let slot = 1 + first.wrapping_add(probe) % (ROOM - 1);
            let step = STEPS[slot].get_or_init(|| Step { above: self, mark });
            if step.above == self && step.mark == mark {
                return Missing(slot as u32);
            }
        }
        self
    }

    /// The last name, and what is missing above it.
    pub fn last(self) -> Option<(&'static str, Missing)> {
        match STEPS.get(self.0 as usize) {
            _ if self.is_none() => None,
            Some(step) => step.get().map(|step| (name_of(step.mark), step.above)),
            None => Some((name_of(self.0), Missing::NONE)),
        }
    }

    /// All names, the outermost first.
    pub fn names(self) -> Vec<&'static str> {
        let mut names: Vec<&str> = std::iter::successors(self.last(), |(_, above)| above.last()).map(|(name, _)| name).collect();
        names.reverse();
        names
    }
}

/// How many slots the table of names has: six for each.
const SLOTS: usize = 1 << 13;

/// The name with that mark; `?` for one that nothing asks for.
pub(super) fn name_of(of: u32) -> &'static str {
    static NAMES: OnceLock<Vec<&str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names = vec![""; SLOTS];
        for name in schema::field_names().chain(OTHERS.iter().copied()) {
            let slot = slot(&names, mark(name));
            names[slot] = name;
        }
        names
    });
    match names[slot(names, of)] {
        "" => "?",
        name => name,
    }
}

/// The slot of the name with that mark, or the one that it would get.
fn slot(names: &[&str], of: u32) -> usize {
    let mut slot = of as usize % SLOTS;
    while !names[slot].is_empty() && mark(names[slot]) != of {
        slot = (slot + 1) % SLOTS;
    }
    slot
}

#[cfg(test)]
mod tests {
    use super::{Missing, ROOM, STEPS, name_of};
    use crate::check;
    use crate::schema::{self, Table, Version};
    use crate::text::mark;

    /// With next to nothing written, checks look for the most that is not there.
    #[test]
    fn there_is_room_for_what_all_kinds_ask_for() {
        for version in Version::all() {
            for kind in Table::of(version).kinds() {
                for rest in ["", "spec: {}\n", "spec: {template: {spec: {containers: [{}], volumes: [{}]}}}\n"] {
                    let head = format!("apiVersion: {}\nkind: {}\nmetadata: {{name: a}}\n", kind.api_version, kind.kind);
                    check::check("".into(), head + rest, check::Options::of(version));
                }
            }
        }
        let taken = STEPS.iter().filter(|step| step.get().is_some()).count();
        assert!((30..ROOM / 4).contains(&taken), "{taken} of {ROOM}");
    }

    #[test]
    fn a_chain_is_the_same_each_time_and_knows_its_names() {
        let chain = Missing::field(mark("spec")).below(mark("template"));
        assert_eq!(chain, Missing::field(mark("spec")).below(mark("template")));
        assert_ne!(chain, Missing::field(mark("template")));
        assert_eq!(chain.names(), ["spec", "template"]);
        assert_eq!(Missing::NONE.names(), [""; 0]);
    }

    /// A field's name is found again by its mark, which is no chain's number.
    #[test]
    fn every_field_can_be_missing() {
        for name in schema::field_names() {
            assert_eq!(name_of(mark(name)), name);
            assert!(mark(name) as usize >= ROOM, "{name}");
        }
    }
}
