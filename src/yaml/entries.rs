//! The children of each mapping by the marks of their keys, a cache line of them at a time, so that a look-up need not go from
//! child to child: that takes twice the time.

use std::hint::select_unpredictable;

use super::NodeId;

/// How many entries a block has: as many as a cache line.
const ROOM: usize = 7;
/// How many blocks go through quickly.
const FEW: usize = 9;
/// No block.
const NONE: u32 = u32::MAX;
/// What is added to the number of a block to tell it from a number of entries.
const LINK: u32 = ROOM as u32 + 1;

/// The entries of all mappings of a tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    blocks: Vec<Block>,
}

/// Some entries of one mapping; those that are not taken yet have no node.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Block {
    marks: [u32; ROOM],
    nodes: [NodeId; ROOM],
    /// How many entries there are, or from [`LINK`] on, the mapping's next block.
    tail: u32,
    /// In a mapping's first block: its last block.
    last: u32,
}

impl Block {
    /// The mapping's next block; no block's number if there is none.
    #[inline(always)]
    fn next(&self) -> u32 {
        self.tail.wrapping_sub(LINK)
    }
}

/// A mapping's first block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Head(u32);

impl Head {
    /// That of a mapping without entries.
    pub const NONE: Head = Head(NONE);
}

impl Entries {
    /// The first entry of the mapping of `head` whose key has the mark `mark`; no node if there is none.
    #[inline(always)]
    pub fn first(&self, head: Head, mark: u32) -> NodeId {
        let mut next = head.0;
        while let Some(block) = self.blocks.get(next as usize) {
            let mut found = NodeId::NONE;
            // All are compared, the first last: no jump depends on which it is.
            for at in (0..ROOM).rev() {
                found = select_unpredictable(block.marks[at] == mark, block.nodes[at], found);
            }
            if found != NodeId::NONE {
                return found;
            }
            next = block.next();
        }
        NodeId::NONE
    }

    /// All entries of the mapping of `head` whose key has the mark `mark`.
    pub fn all(&self, head: Head, mark: u32) -> impl Iterator<Item = NodeId> {
        let entries = self.blocks_of(head).flat_map(|block| block.marks.iter().zip(block.nodes));
        entries.filter(move |(known, node)| **known == mark && *node != NodeId::NONE).map(|(_, node)| node)
    }

    /// Whether the mapping of `head` has more than some sixty entries.
    pub fn are_many(&self, head: Head) -> bool {
        self.blocks_of(head).nth(FEW).is_some()
    }

    fn blocks_of(&self, head: Head) -> impl Iterator<Item = &Block> {
        std::iter::successors(self.blocks.get(head.0 as usize), |block| self.blocks.get(block.next() as usize))
    }

    /// Adds `node`, whose key has the mark `mark`, to the mapping of `head`; gives its head from then on.
    #[inline]
    pub fn add(&mut self, head: Head, mark: u32, node: NodeId) -> Head {
        let Some(first) = self.blocks.get(head.0 as usize) else { return Head(self.open(mark, node)) };
        let last = first.last as usize;
        if let Some(block) = self.blocks.get_mut(last)
            && let at = block.tail as usize
            && at < ROOM
        {
            (block.marks[at], block.nodes[at]) = (mark, node);
            block.tail += 1;
            return head;
        }
        let new = self.open(mark, node);
        self.blocks[last].tail = new + LINK;
        self.blocks[head.0 as usize].last = new;
        head
    }

    fn open(&mut self, mark: u32, node: NodeId) -> u32 {
        let at = self.blocks.len() as u32;
        let mut block = Block { marks: [0; ROOM], nodes: [NodeId::NONE; ROOM], tail: 1, last: at };
        (block.marks[0], block.nodes[0]) = (mark, node);
        self.blocks.push(block);
        at
    }

    /// Notes that the key of `node` has another mark now.
    pub fn rename(&mut self, head: Head, mark: u32, node: NodeId) {
        let mut next = head.0;
        while let Some(block) = self.blocks.get_mut(next as usize) {
            if let Some(at) = block.nodes.iter().position(|&known| known == node) {
                block.marks[at] = mark;
                return;
            }
            next = block.next();
        }
    }

    /// Forgets the mappings whose first block is `head` or a later one.
    pub fn truncate(&mut self, head: Head) {
        self.blocks.truncate(head.0 as usize);
    }

    /// Makes room for `count` mappings.
    pub fn reserve(&mut self, count: usize) {
        self.blocks.reserve_exact(count);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, parse};

    /// Mappings of more entries than a block has, and than one goes through to find a key that is repeated.
    #[test]
    fn every_key_of_a_mapping_is_found() {
        for count in [0, 1, 7, 8, 14, 15, 64, 65, 1000] {
            let text: String = (0..count).map(|i| format!("key-{i}: {i}\n")).collect();
            let parsed = parse(format!("first: -1\n{text}key-0: -2\n"));
            let root = parsed.documents[0].root.expect("a root");
            let value = |key: &str| parsed.tree.get(root, key).map(|id| parsed.tree.kind(id));
            assert_eq!(value("first"), Some(Kind::Int(-1)));
            assert_eq!(value("key-0"), Some(Kind::Int(-2)), "the last counts");
            assert!((1..count).all(|i| value(&format!("key-{i}")) == Some(Kind::Int(i))));
            assert_eq!(value(&format!("key-{}", count.max(1))), None);
            assert_eq!(parsed.problems.len(), usize::from(count > 0));
        }
    }
}
