//! Secrets: never shown, compared in constant time, kept only as hashes.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

/// A secret that somebody presented, or holds.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// A new one out of random bytes: `zph_` and 64 hexadecimal digits.
    pub fn make(random: [u8; 32]) -> Self {
        Self(format!("zph_{}", hex(&random)))
    }

    /// Whether there is one at all.
    pub fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    /// SHA-256, hexadecimal: what is stored.
    pub fn hash(&self) -> String {
        hash(&[self.0.as_bytes()])
    }

    /// The secret itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Takes the same time wherever they differ: their hashes are compared, all bytes of them.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (Sha256::digest(&self.0), Sha256::digest(&other.0));
        own.iter().zip(&others).fold(0, |differences, (own, other)| differences | (own ^ other)) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 over parts, each preceded by its length, hexadecimal for a single part over its bytes alone.
pub fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        if parts.len() > 1 {
            hash.update(part.len().to_be_bytes());
        }
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_but_never_shown() {
        let secret = Secret::make([7; 32]);
        assert_eq!(secret, Secret::new(secret.reveal().to_owned()));
        assert_ne!(secret, Secret::make([8; 32]));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.hash().len(), 64);
        assert!(!secret.hash().contains("0707"));
    }
}
