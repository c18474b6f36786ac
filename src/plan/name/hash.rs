//! The hashes in names: FNV-1 and FNV-1a of 32 bits, and the alphabet they are written in.

const START: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// No vowels and nothing that looks like one, so that no name is a word.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// How many texts are hashed side by side. Each byte waits for the one before it, so that one text alone takes four times as long.
pub const LANES: usize = 4;

/// A template's dump and the collision count, if there is one.
pub type Hashed = (String, Option<i64>);

/// FNV-1a over each dump, followed by the collision count if there is one, as 8 bytes.
pub fn templates(of: &[Hashed]) -> Vec<u32> {
    of.chunks(LANES).flat_map(side_by_side).collect()
}

fn side_by_side(of: &[Hashed]) -> Vec<u32> {
    let text = |lane: usize| of.get(lane).map_or(&b""[..], |(dump, _)| dump.as_bytes());
    let texts: [&[u8]; LANES] = std::array::from_fn(text);
    let shared = of.iter().map(|(dump, _)| dump.len()).min().unwrap_or(0);
    let heads = texts.map(|text| &text[..shared.min(text.len())]);
    let mut hashes = [START; LANES];
    for at in 0..shared {
        for (hash, head) in hashes.iter_mut().zip(heads) {
            *hash = step(*hash, head.get(at).copied().unwrap_or(0));
        }
    }
    let rest = |((hash, text), (_, collisions)): ((u32, &[u8]), &Hashed)| {
        let hash = fnv_1a(hash, &text[shared..]);
        collisions.map_or(hash, |count| fnv_1a(hash, &[(count as u32).to_le_bytes(), [0; 4]].concat()))
    };
    hashes.into_iter().zip(texts).zip(of).map(rest).collect()
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
    bytes.iter().fold(start, |hash, byte| step(hash, *byte))
}

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(dump: &str, collisions: Option<i64>) -> u32 {
        templates(&[(dump.to_string(), collisions)])[0]
    }

    /// The vectors that FNV's authors publish.
    #[test]
    fn known_hashes() {
        let known = [("", START), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)];
        for (text, hash) in known {
            assert_eq!(template(text, None), hash, "{text}");
        }
        // Beside others it is the same, whatever their lengths and number.
        let six: Vec<Hashed> = known.iter().chain(&known).map(|(text, _)| (text.to_string(), None)).collect();
        assert_eq!(templates(&six), known.iter().chain(&known).map(|(_, hash)| *hash).collect::<Vec<_>>());
        assert_eq!(templates(&[]), [0; 0]);
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
