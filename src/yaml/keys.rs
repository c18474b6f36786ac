//! Finds repeated keys while mappings are read, in time that grows with the number of keys and no faster.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::NodeId;

/// Mappings with more keys than this look them up in a table.
const FEW: usize = 16;

/// The keys of all mappings that are open, the innermost mapping's last.
#[derive(Default)]
pub(super) struct Keys {
    all: Vec<(u32, NodeId)>,
    hasher: RandomState,
}

/// One open mapping's part of [`Keys`].
#[derive(Default)]
pub(super) struct MapKeys {
    from: usize,
    /// Key hashes, once there are many keys.
    table: Option<HashMap<u64, NodeId>>,
}

impl Keys {
    /// Opens a mapping inside the innermost one.
    pub fn open(&self) -> MapKeys {
        MapKeys { from: self.all.len(), table: None }
    }

    /// Forgets the innermost mapping's keys.
    pub fn close(&mut self, own: &MapKeys) {
        self.all.truncate(own.from);
    }

    /// Notes the key of `id`, whose mark is `mark`, in the innermost mapping, where none before it has the same one.
    pub fn add_new<'a>(&mut self, own: &mut MapKeys, id: NodeId, mark: u32, key_of: impl Fn(NodeId) -> &'a str) {
        match own.table {
            None => self.all.push((mark, id)),
            Some(_) => _ = self.add(own, id, mark, key_of),
        }
    }

    /// Notes the key of `id`, whose mark is `mark`, in the innermost mapping, and gives the last node before it that has the
    /// same one.
    pub fn add<'a>(&mut self, own: &mut MapKeys, id: NodeId, mark: u32, key_of: impl Fn(NodeId) -> &'a str) -> Option<NodeId> {
        let key = key_of(id);
        let known = &self.all[own.from..];
        if known.len() > FEW && own.table.is_none() {
            own.table = Some(known.iter().map(|&(_, id)| (self.hasher.hash_one(key_of(id)), id)).collect());
        }
        let earlier = match &mut own.table {
            Some(table) => table.insert(self.hasher.hash_one(key), id).filter(|&earlier| key_of(earlier) == key),
            None => known.iter().rev().filter(|(other, _)| *other == mark).map(|&(_, id)| id).find(|&id| key_of(id) == key),
        };
        self.all.push((mark, id));
        earlier
    }
}
