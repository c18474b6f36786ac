//! A number for each name that tells it from nearly all others, for look-ups that would otherwise compare characters.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Made of the length of `name` and of its eight first, middle and last characters. Different marks mean different names; different
/// names of the schema's have different marks, which a test of its tables holds, and of other names nearly all that differ.
#[inline(always)]
pub fn mark(name: &str) -> u32 {
    mark_of(name.as_bytes())
}

/// The mark of the name that these bytes are.
#[inline(always)]
pub fn mark_of(bytes: &[u8]) -> u32 {
    let (front, back) = if let (Some(front), Some(back)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let middle = bytes[bytes.len() / 2 - 4..].first_chunk().map_or(0, |middle| u64::from_le_bytes(*middle));
        (u64::from_le_bytes(*front), u64::from_le_bytes(*back) ^ middle.rotate_left(13))
    } else if let (Some(front), Some(back)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u64::from(u32::from_le_bytes(*front)), u64::from(u32::from_le_bytes(*back)))
    } else if let (Some(front), Some(back)) = (bytes.first(), bytes.last()) {
        (u64::from(*front), u64::from(*back) | u64::from(bytes[bytes.len() / 2]) << 8)
    } else {
        return 0;
    };
    let mixed = front.wrapping_mul(SPREAD) ^ (back.rotate_left(32) ^ bytes.len() as u64).wrapping_mul(OTHER_SPREAD);
    (mixed.wrapping_mul(SPREAD) >> 32) as u32
}

/// Whether two names are the same. Most are short: calling the C library to compare them takes longer than comparing them.
#[inline(always)]
pub fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a0), Some(b0), Some(a1), Some(b1)) if a.len() <= 16 => a0 == b0 && a1 == b1,
        (Some(_), ..) => a == b,
        _ => match (a.first_chunk::<4>(), b.first_chunk::<4>(), a.last_chunk::<4>(), b.last_chunk::<4>()) {
            (Some(a0), Some(b0), Some(a1), Some(b1)) => a0 == b0 && a1 == b1,
            _ => a.iter().eq(b),
        },
    }
}

/// Hashes names by their marks. For tables of the program's own names: others could be made to fall together.
#[derive(Clone, Copy, Debug, Default)]
pub struct MarkHasher(u64);

impl Hasher for MarkHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(mark_of(bytes))).wrapping_mul(SPREAD);
    }

    #[inline]
    fn write_u8(&mut self, _: u8) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table by names of the program's own.
pub type ByName<K, V> = HashMap<K, V, BuildHasherDefault<MarkHasher>>;

/// A mark in a byte.
#[inline]
pub fn byte(mark: u32) -> u8 {
    (mark >> 16) as u8
}

/// The bit of sixty-four that stands for a mark in a set that answers "surely not" or "perhaps".
#[inline]
pub fn bit(mark: u32) -> u64 {
    1 << (mark >> 26)
}

/// The high bits of a product with it depend on all bits of the other factor.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const OTHER_SPREAD: u64 = 0xc2b2_ae3d_27d4_eb4f;

#[cfg(test)]
mod tests {
    use super::mark;

    /// The pair that `keys_that_look_like_fields_are_no_fields` reads manifests with. If `mark` changes, look for another: of some
    /// 300 million random words of ten letters, one has the mark of one of a dozen fields.
    #[test]
    fn two_names_may_have_one_mark() {
        assert_eq!(mark("mpjoiqvcud"), mark("tolerations"));
    }
}
