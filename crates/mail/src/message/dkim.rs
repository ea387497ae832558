//! DKIM signatures (RFC 6376, RFC 8463), relaxed in both headers and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;

/// What is signed when it is there. `From` stands twice, so that nobody can put a second one above ours (RFC 6376 §8.15).
const SIGNED: [&str; 12] = [
    "from",
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// A DKIM key and what it signs for.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why a key cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("DKIM key: no private key found; it must be PEM, as `openssl genpkey -algorithm ed25519` writes it")]
    NotPem,
    #[error("DKIM key: {0}; use RSA of 2048 to 4096 bits or Ed25519, unencrypted PKCS#8 or PKCS#1")]
    Refused(String),
    #[error("DKIM {what} `{value}` is not a name of letters, digits, hyphens and dots")]
    Name { what: &'static str, value: String },
}

impl Signer {
    /// A signer for `selector._domainkey.domain`. The algorithm follows from the key.
    ///
    /// # Errors
    /// When the key is no PEM private key of RSA or Ed25519, or a name could not stand in the DNS.
    pub fn new(domain: &str, selector: &str, pem: &SecretString) -> Result<Self, KeyError> {
        let domain = url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string());
        check_name("domain", &domain)?;
        check_name("selector", selector)?;
        let refused = |error: ring::error::KeyRejected| KeyError::Refused(error.to_string());
        let key = match PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| KeyError::NotPem)? {
            PrivateKeyDer::Pkcs1(der) => {
                Key::Rsa(Box::new(RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(refused)?))
            }
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(pair) => Key::Ed25519(Box::new(pair)),
                    Err(_) => Key::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).map_err(refused)?)),
                }
            }
            _ => return Err(KeyError::NotPem),
        };
        Ok(Self { domain, selector: selector.to_owned(), key })
    }

    /// The whole `DKIM-Signature` field with its CRLF, for headers `head` (each line ended by CRLF).
    pub(super) fn signature_field(&self, head: &[u8], body_hash: &str, date: model::Timestamp) -> Vec<u8> {
        let algorithm = match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let names = signed_names(head);
        let mut listed = String::new();
        let mut column = 3;
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                listed.push(':');
                column += 1;
                if column + name.len() > 70 {
                    listed.push_str("\r\n  ");
                    column = 2;
                }
            }
            listed.push_str(name);
            column += name.len();
        }
        let mut field = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={}; s={};\r\n t={};\r\n h={listed};\r\n bh={body_hash};\r\n b=",
            self.domain,
            self.selector,
            date.as_micros().div_euclid(1_000_000),
        );
        let signature = STANDARD.encode(self.sign(&signing_input(head, &names, &field)));
        for (index, piece) in signature.as_bytes().chunks(70).enumerate() {
            field.push_str(if index == 0 { "" } else { "\r\n  " });
            field.push_str(&String::from_utf8_lossy(piece));
        }
        field.push_str("\r\n");
        field.into_bytes()
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        match &self.key {
            // RFC 8463 §3: PureEdDSA over the SHA-256 of what RSA would sign.
            Key::Ed25519(pair) => pair.sign(digest::digest(&digest::SHA256, input).as_ref()).as_ref().to_vec(),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // With a buffer of the modulus' length this fails only without randomness for blinding; an empty
                // signature is then a failed one for whoever checks it.
                if pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature).is_err() {
                    signature.clear();
                }
                signature
            }
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}._domainkey.{})", self.selector, self.domain)
    }
}

fn check_name(what: &'static str, value: &str) -> Result<(), KeyError> {
    let sound = !value.is_empty()
        && value.len() <= 253
        && value.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    if sound { Ok(()) } else { Err(KeyError::Name { what, value: value.to_owned() }) }
}

/// Those of [`SIGNED`] that `head` has, `from` always twice.
fn signed_names(head: &[u8]) -> Vec<&'static str> {
    let present: Vec<String> = fields(head).map(name_of).collect();
    SIGNED.into_iter().filter(|name| present.iter().any(|field| field == name)).collect()
}

/// What is hashed and signed (RFC 6376 §3.7): the named fields from the bottom up, then the signature field itself with
/// an empty `b=` and no CRLF.
fn signing_input(head: &[u8], names: &[&str], signature_field: &str) -> Vec<u8> {
    let mut left: Vec<&[u8]> = fields(head).collect();
    let mut input = Vec::with_capacity(head.len() + signature_field.len());
    for name in names {
        if let Some(index) = left.iter().rposition(|field| name_of(field) == *name) {
            input.extend_from_slice(&relaxed_field(left.remove(index)));
            input.extend_from_slice(b"\r\n");
        }
    }
    input.extend_from_slice(&relaxed_field(signature_field.as_bytes()));
    input
}

/// The fields of `head`, each with its folded lines.
fn fields(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memmem::find_iter(rest, b"\r\n")
            .map(|at| at + 2)
            .find(|&next| !matches!(rest.get(next), Some(b' ' | b'\t')))
            .unwrap_or(rest.len());
        let (field, next) = rest.split_at(end);
        rest = next;
        Some(field)
    })
}

fn name_of(field: &[u8]) -> String {
    let end = memchr::memchr(b':', field).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).trim().to_ascii_lowercase()
}

/// RFC 6376 §3.4.2, without the CRLF.
fn relaxed_field(field: &[u8]) -> Vec<u8> {
    let end = memchr::memchr(b':', field).unwrap_or(field.len());
    let mut out = name_of(field).into_bytes();
    out.push(b':');
    let value = field.get(end + 1..).unwrap_or_default();
    let mut words = value.split(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        out.extend_from_slice(first);
    }
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
    out
}

/// The SHA-256 of a body under relaxed canonicalization (RFC 6376 §3.4.4), fed piece by piece.
pub(super) struct BodyHash {
    context: digest::Context,
    line: Vec<u8>,
    empty_lines: u64,
}

impl Default for BodyHash {
    fn default() -> Self {
        Self { context: digest::Context::new(&digest::SHA256), line: Vec::new(), empty_lines: 0 }
    }
}

impl BodyHash {
    pub(super) fn update(&mut self, mut piece: &[u8]) {
        while let Some(at) = memchr::memchr(b'\n', piece) {
            if self.line.is_empty() {
                self.end_line(&piece[..at]);
            } else {
                self.line.extend_from_slice(&piece[..at]);
                let line = std::mem::take(&mut self.line);
                self.end_line(&line);
            }
            piece = &piece[at + 1..];
        }
        self.line.extend_from_slice(piece);
    }

    fn end_line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = line.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |last| last + 1);
        let line = &line[..end];
        if line.is_empty() {
            self.empty_lines += 1;
            return;
        }
        for _ in 0..std::mem::take(&mut self.empty_lines) {
            self.context.update(b"\r\n");
        }
        let mut rest = line;
        while let Some(at) = memchr::memchr2(b' ', b'\t', rest) {
            self.context.update(&rest[..at]);
            self.context.update(b" ");
            rest = &rest[at..];
            let after = rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
            rest = &rest[after..];
        }
        self.context.update(rest);
        self.context.update(b"\r\n");
    }

    pub(super) fn finish(mut self) -> String {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.end_line(&line);
        }
        STANDARD.encode(self.context.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = include_str!("../../tests/fixtures/dkim_ed25519_rfc8463.pem");
    const RSA: &str = include_str!("../../tests/fixtures/dkim_rsa_test_key.pem");
    /// RFC 8463 appendix A.3.
    const HEAD: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
        To: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\n\
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
    const BODY: &str = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

    fn signer(pem: &str) -> Signer {
        Signer::new("football.example.com", "brisbane", &SecretString::from(pem.to_owned())).unwrap()
    }

    fn hash(pieces: &[&str]) -> String {
        let mut hash = BodyHash::default();
        pieces.iter().for_each(|piece| hash.update(piece.as_bytes()));
        hash.finish()
    }

    #[test]
    fn signs_the_example_of_rfc_8463() {
        let bh = hash(&[BODY]);
        assert_eq!(bh, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        let field = format!(
            "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n \
             q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n \
             bh={bh};\r\n b="
        );
        let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];
        let signature = signer(ED25519).sign(&signing_input(HEAD.as_bytes(), &names, &field));
        assert_eq!(
            STANDARD.encode(signature),
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
        );
    }

    #[test]
    fn hashes_bodies_however_they_come() {
        assert_eq!(hash(&[]), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash(&["\r\n", "\r\n\r\n"]), hash(&[]));
        let relaxed = hash(&["a b\r\n\r\nc\r\n"]);
        for pieces in
            [&["a  b \r\n \t\r\nc\r\n\r\n\r\n"][..], &["a", "\t", "b\r", "\n\r\n", "c\r\n"], &["a b\r\n\r\nc"]]
        {
            assert_eq!(hash(pieces), relaxed, "{pieces:?}");
        }
        assert_ne!(hash(&[" a\r\n"]), hash(&["a\r\n"]));
    }

    #[test]
    fn a_field_is_folded_and_names_what_is_there() {
        let date = model::Timestamp::from_micros(1_528_637_909_000_000);
        let field = String::from_utf8(signer(RSA).signature_field(HEAD.as_bytes(), &hash(&[BODY]), date)).unwrap();
        assert!(field.lines().all(|line| line.len() <= 78), "{field}");
        assert!(field.contains("h=from:from:to:subject:date:message-id;"), "{field}");
        assert!(
            field
                .contains("a=rsa-sha256; c=relaxed/relaxed;\r\n d=football.example.com; s=brisbane;\r\n t=1528637909;")
        );
    }

    #[test]
    fn keys_that_cannot_sign_say_why() {
        let refused = |pem: &str| Signer::new("exemple.fr", "s1", &SecretString::from(pem.to_owned())).unwrap_err();
        assert!(matches!(refused("hello"), KeyError::NotPem));
        let broken = ED25519.replace("MC4CAQAwBQYDK2Vw", "MC4CAQAwBQYDK2Vv");
        assert!(matches!(refused(&broken), KeyError::Refused(_)));
        let wrong_name = Signer::new("exemple.fr; b=", "s1", &SecretString::from(ED25519.to_owned()));
        assert!(matches!(wrong_name, Err(KeyError::Name { what: "domain", .. })));
        assert_eq!(format!("{:?}", signer(ED25519)), "Signer(brisbane._domainkey.football.example.com)");
    }
}
