//! Passwords of people, as Argon2id hashes (RFC 9106) in PHC string format.
//!
//! 19 MiB, two passes and one lane, which is what OWASP's cheat sheet asks of a server: about 20 ms. Callers bound how
//! many are computed at the same time.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use model::Rng;
use secrecy::{ExposeSecret, SecretString};

/// The hash to keep, under a salt of its own.
pub fn hash_password(password: &SecretString, rng: &Rng) -> String {
    let salt: [u8; 16] = rng.bytes();
    match Argon2::default().hash_password_with_salt(password.expose_secret().as_bytes(), &salt) {
        Ok(hash) => hash.to_string(),
        Err(error) => unreachable!("the parameters are those of the library: {error}"),
    }
}

/// Whether the hash is of that password. A hash that cannot be read is of none.
pub fn is_password(password: &SecretString, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
}

/// Takes as long as [`is_password`], and says no: who is not known must not be told apart by the time it takes.
pub fn no_password(password: &SecretString) {
    let nobodys = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = is_password(password, nobodys);
    debug_assert!(!known);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash() {
        let rng = Rng::seeded(1);
        let hash = hash_password(&"été 2026 à la plage".into(), &rng);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_password(&"été 2026 à la plage".into(), &hash));
        assert!(!is_password(&"ete 2026 a la plage".into(), &hash));
        assert!(
            !is_password(&"".into(), "") && !is_password(&"x".into(), "$argon2id$v=19$m=999999999,t=2,p=1$AAAA$AAAA")
        );
        assert_ne!(hash, hash_password(&"été 2026 à la plage".into(), &rng), "each has a salt of its own");
        no_password(&"x".into());
    }
}
