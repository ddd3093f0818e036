//! Signs mails (DKIM: RFC 6376, with RSA of 2048 bits or more as RFC 8301 asks, or Ed25519 by RFC 8463),
//! their `List-Unsubscribe` headers included, which RFC 8058 wants. What a mail must have once is signed as
//! if it stood there twice, so that nobody can add another on the way.
//!
//! lettre can sign too. It reads the clock, takes RSA keys in PKCS #1 alone, and signs them by a crate that
//! can be timed (RUSTSEC-2023-0071); the keys' arithmetic here is ring's, which TLS uses anyway.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

use super::{Secret, SendError};

/// Who signs, and with what. Its `Debug` shows no key.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Mails can't be signed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDkim {
    #[error("{0:?} is no domain")]
    Domain(String),
    #[error("{0:?} is no selector")]
    Selector(String),
    #[error("is no private key in PEM")]
    NoKey,
    #[error("is a key that can't be used: {0}")]
    Key(String),
    #[error("is an RSA key of fewer than 2048 bits, which is not safe")]
    Short,
}

const RSA_BITS_MIN: usize = 2048;
/// Once more than they stand there.
const ONCE: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
const AS_OFTEN: [&str; 9] = [
    "in-reply-to",
    "references",
    "content-transfer-encoding",
    "list-id",
    "list-help",
    "list-archive",
    "list-owner",
    "list-post",
    "auto-submitted",
];
/// How much of a long value goes on one line.
const FOLD: usize = 70;
/// The identifier of RSA keys (RFC 8017, appendix A.1), as DER with its absent parameters.
const RSA_ALGORITHM: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

impl Dkim {
    /// Takes a private key in PEM: PKCS #8 (`openssl genpkey`), or of RSA also PKCS #1.
    pub fn new(domain: &str, selector: &str, pem: &Secret) -> Result<Self, BadDkim> {
        let domain = domain.to_ascii_lowercase();
        let is_name = |name: &str| {
            let label = |label: &str| {
                let sound = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                !label.is_empty() && label.len() <= 63 && label.chars().all(sound)
            };
            name.len() <= 200 && name.split('.').all(label)
        };
        if !is_name(&domain) || !domain.contains('.') {
            return Err(BadDkim::Domain(domain));
        }
        if !is_name(selector) {
            return Err(BadDkim::Selector(selector.to_owned()));
        }
        let key = key(pem)?;
        Ok(Self { domain, selector: selector.to_owned(), key })
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The record that must be found in the DNS: its name, and its text.
    pub fn record(&self) -> (String, String) {
        let (kind, key) = match &self.key {
            Key::Rsa(pair) => ("rsa", rsa_public(pair)),
            Key::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(key)))
    }

    /// Puts a signature before a mail. The same mail and time give the same signature.
    pub(super) fn signed(&self, mail: &[u8], at: Timestamp) -> Result<Vec<u8>, SendError> {
        let unsignable = |what: &str| SendError::Permanent { reason: format!("DKIM: {what}") };
        let text = std::str::from_utf8(mail).map_err(|_| unsignable("the mail is no text"))?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| unsignable("no header"))?;
        let headers = unfolded(head);
        let (names, mut signed) = chosen(&headers);
        let hash = STANDARD.encode(Sha256::digest(relaxed_body(body)));
        let algorithm = match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let tags = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={hash};\r\n b=",
            self.domain,
            self.selector,
            at.timestamp().max(0),
            names.join(":\r\n "),
        );
        // The signature's own header is the last that is signed, with an empty `b` and no line end.
        signed.push_str("dkim-signature:");
        signed.push_str(&relaxed_value(&tags));
        let signature =
            self.key.sign(signed.as_bytes()).ok_or_else(|| unsignable("no signature"))?;
        let mut out = format!("DKIM-Signature: {tags}{}\r\n", folded(&signature)).into_bytes();
        out.extend_from_slice(mail);
        Ok(out)
    }
}

impl Key {
    /// Returns the signature in base 64.
    fn sign(&self, text: &[u8]) -> Option<String> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // The randomness blinds the arithmetic; the signature does not depend on it.
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).ok()?;
                Some(STANDARD.encode(signature))
            }
            Self::Ed25519(pair) => Some(STANDARD.encode(pair.sign(&Sha256::digest(text)))),
        }
    }
}

impl fmt::Debug for Dkim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, selector, .. } = self;
        f.debug_struct("Dkim")
            .field("domain", domain)
            .field("selector", selector)
            .finish_non_exhaustive()
    }
}

fn key(pem: &Secret) -> Result<Key, BadDkim> {
    let rsa = |pair: Result<RsaKeyPair, ring::error::KeyRejected>| {
        let pair = pair.map_err(|error| match error.to_string() {
            // What ring says of keys that are too short.
            said if said == "TooSmall" => BadDkim::Short,
            said => BadDkim::Key(said),
        })?;
        let bits = pair.public().modulus_len() * 8;
        if bits < RSA_BITS_MIN { Err(BadDkim::Short) } else { Ok(Key::Rsa(Box::new(pair))) }
    };
    let parsed = PrivateKeyDer::from_pem_slice(pem.reveal().as_bytes());
    match parsed.map_err(|_| BadDkim::NoKey)? {
        PrivateKeyDer::Pkcs1(der) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            // openssl writes Ed25519 keys without their public half.
            match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                Ok(pair) => Ok(Key::Ed25519(pair)),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(der)),
            }
        }
        PrivateKeyDer::Sec1(_) | _ => Err(BadDkim::Key("neither RSA nor Ed25519".to_owned())),
    }
}

/// The public key as verifiers expect it: `SubjectPublicKeyInfo` (RFC 5280, section 4.1) in DER.
fn rsa_public(pair: &RsaKeyPair) -> Vec<u8> {
    let key = [&[0], pair.public_key().as_ref()].concat();
    der(0x30, &[RSA_ALGORITHM.to_vec(), der(0x03, &key)].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    if length > 127 {
        out.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0x7f));
        out.extend(&bytes);
    } else {
        out.push(bytes.first().copied().unwrap_or(0));
    }
    out.extend_from_slice(content);
    out
}

/// The headers, each with its name in lower case and its value still folded.
fn unfolded(head: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push_str("\r\n");
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim_end().to_ascii_lowercase(), value.to_owned()));
        }
    }
    headers
}

/// Which headers are signed, and their canonical form (section 3.4.2), in that order.
fn chosen(headers: &[(String, String)]) -> (Vec<&'static str>, String) {
    let (mut names, mut signed) = (Vec::new(), String::new());
    for name in ONCE.into_iter().chain(AS_OFTEN) {
        // Of several of one name the last comes first (section 5.4.2).
        for (_, value) in headers.iter().rev().filter(|(known, _)| known == name) {
            names.push(name);
            // Writing to a string cannot fail.
            let _ = write!(signed, "{name}:{}\r\n", relaxed_value(value));
        }
    }
    names.extend(ONCE);
    (names, signed)
}

fn relaxed_value(value: &str) -> String {
    let words: Vec<&str> =
        value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Section 3.4.4.
fn relaxed_body(body: &str) -> String {
    let mut canonical = String::with_capacity(body.len());
    let mut empty_lines = 0;
    for line in body.split("\r\n") {
        let line = line.trim_end_matches([' ', '\t']);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..empty_lines {
            canonical.push_str("\r\n");
        }
        empty_lines = 0;
        let mut gap = false;
        for c in line.chars() {
            let is_gap = matches!(c, ' ' | '\t');
            if !(is_gap && gap) {
                canonical.push(if is_gap { ' ' } else { c });
            }
            gap = is_gap;
        }
        canonical.push_str("\r\n");
    }
    canonical
}

fn folded(base64: &str) -> String {
    let mut lines = String::new();
    for (nth, c) in base64.chars().enumerate() {
        if nth % FOLD == 0 {
            lines.push_str("\r\n ");
        }
        lines.push(c);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_are_made_canonical_as_in_the_rfc() {
        // RFC 6376, section 3.4.5.
        let headers = unfolded("A: X\r\nB : Y\t\r\n\tZ  ");
        let canonical: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}:{}", relaxed_value(value)))
            .collect();
        assert_eq!(canonical, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("a\r\n\r\nb"), "a\r\n\r\nb\r\n");
        assert_eq!(relaxed_body("\r\n"), "");
    }

    #[test]
    fn what_is_no_key_or_name_is_told() {
        let check = |domain: &str, selector: &str, pem: &str, expect: &str| {
            let bad = Dkim::new(domain, selector, &Secret::new(pem.to_owned())).unwrap_err();
            assert!(bad.to_string().contains(expect), "{bad}");
        };
        check("ozalee", "s", "", "\"ozalee\" is no domain");
        check("ozalee.example;", "s", "", "is no domain");
        check("ozalee.example", "a b", "", "\"a b\" is no selector");
        check("ozalee.example", "s", "", "is no private key in PEM");
        let junk = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        check("ozalee.example", "s", junk, "is a key that can't be used");
    }
}
