//! Names for findings that stay the same while other lines move, so that services can tell old findings from new ones.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;

/// One fingerprint a finding, all different: 16 hexadecimal digits of what is said of which field of which object in which file.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    let one = |finding: &Finding| {
        let id = finding.object.as_ref();
        let object = id.map_or(String::new(), |id| format!("{} {} {} {}", id.api_version, id.kind, id.namespace, id.name));
        let hash = fnv([finding.rule, &finding.path, &object, &finding.field, &finding.message]);
        let times = seen.entry(hash).or_default();
        *times += 1;
        // Equal findings, as in a repeated document, are counted.
        format!("{:016x}", hash.wrapping_add(*times - 1))
    };
    findings.iter().map(one).collect()
}

/// FNV-1a, 64 bits: the same on every machine and in every release, which the standard library's hashes are not.
fn fnv(parts: [&str; 5]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
