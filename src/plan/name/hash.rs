//! The hashes in names: FNV-1 and FNV-1a of 32 bits, and the alphabet they are written in.

const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// No vowels and nothing that looks like one, so that no name is a word.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// FNV-1a over a template's dump, followed by the collision count if there is one, as 8 bytes.
pub fn template(dump: &str, collisions: Option<i64>) -> u32 {
    let hash = fnv_1a(START, dump.as_bytes());
    match collisions {
        Some(count) => fnv_1a(hash, &[(count as u32).to_le_bytes(), [0; 4]].concat()),
        None => hash,
    }
}

/// FNV-1 over a revision's data, followed by the collision count in digits.
pub fn revision(data: &str, collisions: i64) -> u32 {
    let count = collisions.to_string();
    let bytes = data.bytes().chain(count.bytes());
    bytes.fold(START, |hash, byte| hash.wrapping_mul(PRIME) ^ u32::from(byte))
}

/// The hash as it stands in names: its decimal digits, each replaced by a letter.
pub fn word(hash: u32) -> String {
    hash.to_string().bytes().map(|digit| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()])).collect()
}

fn fnv_1a(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors that FNV's authors publish.
    #[test]
    fn known_hashes() {
        for (text, hash) in [("", START), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)] {
            assert_eq!(template(text, None), hash, "{text}");
        }
        // FNV-1 of "foobar0" by its definition from that of "foobar".
        assert_eq!(revision("foobar", 0), 0x31f0_b262u32.wrapping_mul(PRIME) ^ u32::from(b'0'));
        assert_eq!(template("", Some(0)), fnv_1a(START, &[0; 8]));
        assert_eq!(template("", Some(258)), fnv_1a(START, &[2, 1, 0, 0, 0, 0, 0, 0]));
    }

    #[test]
    fn words() {
        // The code of "1" is 49, which is 22 modulo 27.
        assert_eq!(word(1_234_567_890), "56789bcdf4");
    }
}
