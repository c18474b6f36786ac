//! The names of missing steps above a missing field, numbered, so that a `Field` takes 40 bytes instead of 88.
//!
//! Checks carry fields about by the hundred for every object, and their code shrinks with what has to be copied: a fifth of all
//! misses of the instruction cache went with it. Only names in the program's own text come here, so the table is bounded.

use std::sync::OnceLock;

/// How many steps there is room for. Checks of all kinds with next to nothing written take some fifty.
const ROOM: usize = 1 << 10;

/// A chain of missing steps: `spec.template` for the field `metadata` of a template that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain(u16);

struct Step {
    above: Chain,
    name: &'static str,
}

static STEPS: [OnceLock<Step>; ROOM] = [const { OnceLock::new() }; ROOM];

impl Chain {
    /// No missing step.
    pub const NONE: Chain = Chain(0);

    /// The chain with one more step, `name`. Without room for it, which does not happen, the chain as it was.
    pub fn below(self, name: &'static str) -> Chain {
        let first = (name.as_ptr() as usize >> 2) ^ usize::from(self.0).wrapping_mul(0x9e5);
        for probe in 0..ROOM - 1 {
            // Slot 0 stays free: its number means that there is no step.
            let slot = 1 + first.wrapping_add(probe) % (ROOM - 1);
            let step = STEPS[slot].get_or_init(|| Step { above: self, name });
            if step.above == self && std::ptr::eq(step.name, name) {
                return Chain(slot as u16);
            }
        }
        self
    }

    /// The last step and the chain above it.
    pub fn last(self) -> Option<(&'static str, Chain)> {
        let step = STEPS[usize::from(self.0)].get()?;
        Some((step.name, step.above))
    }

    /// All steps, the outermost first.
    pub fn names(self) -> Vec<&'static str> {
        let mut names: Vec<&str> = std::iter::successors(self.last(), |(_, above)| above.last()).map(|(name, _)| name).collect();
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{Chain, ROOM, STEPS};
    use crate::check;
    use crate::schema::{Table, Version};

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
        let chain = Chain::NONE.below("spec").below("template");
        assert_eq!(chain, Chain::NONE.below("spec").below("template"));
        assert_ne!(chain, Chain::NONE.below("template"));
        assert_eq!(chain.names(), ["spec", "template"]);
        assert_eq!(Chain::NONE.names(), [""; 0]);
    }
}
