//! Finds repeated keys while mappings are read, in time that grows with the number of keys and no faster.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::{NodeId, Tree};

/// The keys of the mappings that are open.
#[derive(Default)]
pub(super) struct Keys {
    /// Mappings with many keys, the innermost last, and their keys by hash.
    tables: Vec<(NodeId, HashMap<u64, NodeId>)>,
    hasher: RandomState,
}

impl Keys {
    /// Whether the innermost mapping, `map`, has so many keys that each new one must be given to [`Keys::earlier`], not only one
    /// that may be repeated.
    #[inline]
    pub fn are_many(&self, map: NodeId) -> bool {
        self.tables.last().is_some_and(|(of, _)| *of == map)
    }

    /// The last entry of `map`, the innermost mapping, that has the same key as its newest one, `id`, whose mark is `mark`.
    pub fn earlier<'a>(
        &mut self,
        tree: &Tree,
        map: NodeId,
        id: NodeId,
        mark: u32,
        key_of: impl Fn(NodeId) -> &'a str,
    ) -> Option<NodeId> {
        let key = key_of(id);
        if !self.are_many(map) {
            if !tree.has_many_entries(map) {
                return tree.marked(map, mark).filter(|&other| other != id && key_of(other) == key).last();
            }
            let others = tree.children(map).filter(|&other| other != id);
            self.tables.push((map, others.map(|id| (self.hasher.hash_one(key_of(id)), id)).collect()));
        }
        let (_, table) = self.tables.last_mut()?;
        table.insert(self.hasher.hash_one(key), id).filter(|&earlier| key_of(earlier) == key)
    }

    /// Forgets the keys of `map`, the innermost mapping.
    #[inline]
    pub fn close(&mut self, map: NodeId) {
        if self.are_many(map) {
            self.tables.pop();
        }
    }
}
