//! Codes that show that a way of reaching somebody works, and fingerprints of addresses. Both are derived from a key that
//! never leaves the server, so that nothing that is stored tells a code or an address.
//!
//! Deliberately not here: where the key is kept, and how a code is sent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::policy::{Method, Person};
use crate::{EffectId, PersonId};

/// Digits of a code.
const DIGITS: usize = 6;

/// The key of one installation. Prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    /// Out of random bytes, or as they were kept.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The code that one effect sends.
    pub fn code(&self, sent_by: EffectId) -> Code {
        let [a, b, c, d, ..] = self.derive("code", &[sent_by.0.as_bytes()]);
        let mut rest = u32::from_be_bytes([a, b, c, d]);
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = u8::try_from(rest % 10).map_or(b'0', |value| b'0' + value);
            rest /= 10;
        }
        Code(digits)
    }

    /// What an address is recognised by: another address has another, and nobody without the key can go back.
    pub fn fingerprint(&self, id: &PersonId, person: &Person, method: Method) -> Fingerprint {
        let address = address(person, method);
        let parts = [id.as_str().as_bytes(), method.as_str().as_bytes(), address.as_bytes()];
        let hash = self.derive("address", &parts);
        Fingerprint(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = Sha256::new();
        inner.update(self.0);
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            inner.update(part.len().to_be_bytes());
            inner.update(part);
        }
        let mut outer = Sha256::new();
        outer.update(self.0);
        outer.update(inner.finalize());
        outer.finalize().into()
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// The address that a method goes to; empty where the account itself is one.
fn address(person: &Person, method: Method) -> &str {
    let address = match method {
        Method::Sms | Method::Call => &person.phone,
        Method::Email => &person.email,
        Method::Push | Method::Chat => &None,
    };
    address.as_deref().unwrap_or_default()
}

/// Six digits that were sent to somebody. Prints nothing of itself.
#[derive(Clone)]
pub struct Code([u8; DIGITS]);

impl Code {
    /// The digits, for the one request that sends them.
    pub fn reveal(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

/// Takes the same time wherever they differ.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |differences, (own, other)| differences | (own ^ other)) == 0
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Something that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a code has six digits, such as 123456")]
pub struct BadCode;

impl FromStr for Code {
    type Err = BadCode;
    fn from_str(given: &str) -> Result<Self, BadCode> {
        let typed = given.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).take(DIGITS + 1);
        let digits: [u8; DIGITS] = typed.collect::<Vec<u8>>().try_into().map_err(|_| BadCode)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(BadCode) }
    }
}

/// What an address is recognised by, 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);
