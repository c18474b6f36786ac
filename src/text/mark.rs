//! A few bits that tell most names apart, for look-ups that would otherwise compare characters.

/// Length, first, middle and last byte of `name`. Different marks mean different names; most different names have different marks.
#[inline(always)]
pub fn mark(name: &str) -> u32 {
    match name.as_bytes() {
        [] => 0,
        bytes @ [first, .., last] => {
            (bytes.len() as u32) << 24 ^ u32::from(*first) << 16 ^ u32::from(bytes[bytes.len() / 2]) << 8 ^ u32::from(*last)
        }
        [only] => 1 << 24 ^ u32::from(*only) << 16,
    }
}

/// A mark in a byte.
#[inline]
pub fn byte(mark: u32) -> u8 {
    (mark.wrapping_mul(SPREAD) >> 16) as u8
}

/// The bit of sixty-four that stands for a mark in a set that answers "surely not" or "perhaps".
#[inline]
pub fn bit(mark: u32) -> u64 {
    1 << (mark.wrapping_mul(SPREAD) >> 26)
}

/// The high bits of a product with it depend on all bits of the other factor.
const SPREAD: u32 = 0x9e37_79b1;
