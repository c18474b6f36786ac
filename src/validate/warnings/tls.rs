//! Warnings on TLS Secrets: the server tries to load certificate and key, and says what it could not read.

use super::super::{Verdicts, text};
use crate::object::Field;
use crate::schema::Version;

/// A Secret of type `kubernetes.io/tls`.
pub fn secret(errs: &mut Verdicts, root: Field, _: Version) {
    if root.get("type").text() != "kubernetes.io/tls" {
        return;
    }
    let (certificate, key) = (entry(root, "tls.crt"), entry(root, "tls.key"));
    let (Some(certificates), Some(keys)) = (blocks(certificate), blocks(key)) else { return };
    let is_key = |block: &Block| block.label.ends_with("PRIVATE KEY");
    let is_certificate = |block: &Block| block.label == "CERTIFICATE";
    if !certificates.iter().any(is_certificate) {
        let swapped = certificates.iter().any(is_key);
        errs.warn(
            certificate,
            match swapped {
                true => "`tls.crt` holds a private key: is it swapped with `tls.key`?",
                false => "`tls.crt` holds no certificate in PEM form",
            },
        );
    } else if !keys.iter().any(is_key) {
        let swapped = keys.iter().any(is_certificate);
        errs.warn(
            key,
            match swapped {
                true => "`tls.key` holds a certificate: is it swapped with `tls.crt`?",
                false => "`tls.key` holds no private key in PEM form",
            },
        );
    } else if certificates.iter().filter(|block| is_certificate(block)).any(|block| !block.is_sequence()) {
        errs.warn(certificate, "the certificate in `tls.crt` cannot be read");
    } else if keys.iter().find(|block| is_key(block)).is_some_and(|block| !block.is_sequence()) {
        errs.warn(key, "the private key in `tls.key` cannot be read");
    }
}

/// The entry that counts: `stringData` goes over `data`.
fn entry<'a>(root: Field<'a>, name: &'static str) -> Field<'a> {
    root.get("stringData").some(name).unwrap_or_else(|| root.get("data").get(name))
}

/// A PEM block.
struct Block {
    label: String,
    bytes: Vec<u8>,
}

impl Block {
    /// Whether it begins as every certificate and key does: with an ASN.1 sequence that fills it.
    fn is_sequence(&self) -> bool {
        let size = |bytes: &[u8]| bytes.iter().fold(0usize, |size, &byte| size << 8 | usize::from(byte));
        match self.bytes.as_slice() {
            [0x30, short @ 0..=0x7f, rest @ ..] => rest.len() >= usize::from(*short),
            [0x30, 0x81, length, rest @ ..] => rest.len() >= usize::from(*length),
            [0x30, 0x82, high, low, rest @ ..] => rest.len() >= size(&[*high, *low]),
            _ => false,
        }
    }
}

/// The PEM blocks in an entry; `None` if the entry is not base64, which is refused elsewhere.
fn blocks(entry: Field) -> Option<Vec<Block>> {
    let text = if entry.parent().key() == "stringData" {
        entry.text().to_string()
    } else {
        String::from_utf8_lossy(&text::base64_decoded(entry.text())?).into_owned()
    };
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(label) = line.trim_end().strip_prefix("-----BEGIN ").and_then(|line| line.strip_suffix("-----")) else {
            continue;
        };
        let end = format!("-----END {label}-----");
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != end).map(str::trim).collect();
        // Lines with a colon are the headers of an encrypted key.
        let body: String = body.into_iter().filter(|line| !line.contains(':')).collect();
        if let Some(bytes) = text::base64_decoded(&body) {
            blocks.push(Block { label: label.to_string(), bytes });
        }
    }
    Some(blocks)
}
