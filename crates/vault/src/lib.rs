//! What `secret.key` is for. Account secrets are sealed under it, so that they survive a restart and a stolen
//! database gives nothing away; a job's read-only token is derived from it, so that it exists before the job.
//!
//! One 32-byte key, from which HKDF (RFC 5869) makes one key per purpose.

mod password;

pub use password::{hash_password, is_password, no_password};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{JobId, Rng};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hkdf, hmac,
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt, fs, io,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Enough that nobody guesses one.
/// How every API token begins.
pub const TOKEN_PREFIX: &str = "vigie_";
const FORM_TOKEN_BYTES: usize = 16;

/// Seals and signs. Cheap to clone; shows nothing of its key.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    seal: LessSafeKey,
    jobs: hmac::Key,
    forms: hmac::Key,
    fingerprint: String,
    rng: Rng,
}

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{0} does not hold a key of 32 bytes in base64: restore it from a backup, or move it away and enter the accounts' passwords again"
    )]
    NotAKey(PathBuf),
    #[error("{0} can be read by others: `chmod 600 {0}`")]
    Readable(PathBuf),
    #[error("the secret was sealed under another key: restore `secret.key`, or enter the password again")]
    Unseal,
}

impl Vault {
    /// Reads `file`, or makes it (mode 0600) when it is not there.
    pub fn open(file: &Path, rng: &Rng) -> Result<Self, VaultError> {
        if let Some(vault) = Self::find(file, rng)? {
            return Ok(vault);
        }
        create(file, rng).map_err(|source| VaultError::File { path: file.to_owned(), source })?;
        Self::find(file, rng)?.ok_or_else(|| VaultError::NotAKey(file.to_owned()))
    }

    /// Reads `file`; `None` when it is not there.
    pub fn find(file: &Path, rng: &Rng) -> Result<Option<Self>, VaultError> {
        let failed = |source| VaultError::File { path: file.to_owned(), source };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mode = fs::metadata(file).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::Readable(file.to_owned()));
        }
        let key = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| VaultError::NotAKey(file.to_owned()))?;
        let key: [u8; 32] = key.try_into().map_err(|_| VaultError::NotAKey(file.to_owned()))?;
        Ok(Some(Self::from_key(&key, rng)))
    }

    /// For tests, and for those who bring their own key.
    pub fn from_key(key: &[u8; 32], rng: &Rng) -> Self {
        let seal = UnboundKey::new(&CHACHA20_POLY1305, &derive(key, b"seal account secrets"));
        let jobs = hmac::Key::new(hmac::HMAC_SHA256, &derive(key, b"job tokens"));
        let forms = hmac::Key::new(hmac::HMAC_SHA256, &derive(key, b"forms of a session"));
        let named = hmac::Key::new(hmac::HMAC_SHA256, &derive(key, b"fingerprint"));
        let fingerprint = URL_SAFE_NO_PAD.encode(&hmac::sign(&named, b"vigie").as_ref()[..12]);
        match seal {
            Ok(seal) => {
                Self(Arc::new(Keys { seal: LessSafeKey::new(seal), jobs, forms, fingerprint, rng: rng.clone() }))
            }
            Err(_) => unreachable!("ChaCha20-Poly1305 takes keys of 32 bytes"),
        }
    }

    /// Tells keys apart and gives nothing of them away: 96 bits that only the key's holder can make, in base64url.
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }

    /// Nonce, then the ChaCha20-Poly1305 (RFC 8439) box. `about` is bound to it: what was sealed for one account
    /// does not open for another.
    pub fn seal(&self, secret: &SecretString, about: &str) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = self.0.rng.bytes();
        let mut sealed = secret.expose_secret().as_bytes().to_vec();
        let aad = Aad::from(about.as_bytes());
        match self.0.seal.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed) {
            Ok(()) => [&nonce[..], &sealed].concat(),
            Err(_) => unreachable!("a secret is far below the limit of the cipher"),
        }
    }

    pub fn unseal(&self, sealed: &[u8], about: &str) -> Result<SecretString, VaultError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(VaultError::Unseal)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Unseal)?;
        let mut buffer = sealed.to_vec();
        let aad = Aad::from(about.as_bytes());
        let plain = self.0.seal.open_in_place(nonce, aad, &mut buffer).map_err(|_| VaultError::Unseal)?;
        String::from_utf8(plain.to_vec()).map(SecretString::from).map_err(|_| VaultError::Unseal)
    }

    /// The token that lets one read the progress of `job`, and nothing else. 128 bits in base64url.
    pub fn job_token(&self, job: JobId) -> String {
        URL_SAFE_NO_PAD.encode(&hmac::sign(&self.0.jobs, job.0.as_bytes()).as_ref()[..16])
    }

    /// The key under which checks are called by their names, as Healthchecks has one for each project: 128 bits in base64url.
    pub fn ping_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(&hmac::sign(&self.0.forms, b"ping key").as_ref()[..16])
    }

    /// In constant time.
    pub fn is_ping_key(&self, key: &str) -> bool {
        let known = hmac::sign(&self.0.forms, self.ping_key().as_bytes());
        hmac::verify(&self.0.forms, key.as_bytes(), known.as_ref()).is_ok()
    }

    /// What a form of the session of that hash carries, to show that it is ours: 128 bits under a mask of as many,
    /// which is another each time, so that the length of a compressed page tells nothing of them. In base64url.
    pub fn form_token(&self, session: &[u8; 32]) -> String {
        let mask: [u8; FORM_TOKEN_BYTES] = self.0.rng.bytes();
        let masked: Vec<u8> = mask.iter().zip(self.form_tag(session)).map(|(mask, byte)| mask ^ byte).collect();
        URL_SAFE_NO_PAD.encode([&mask[..], &masked].concat())
    }

    /// Under which what an action came to is sealed for the session of that hash; never shown.
    pub fn notice_key(&self, session: &[u8; 32]) -> [u8; 32] {
        let mut key = [0; 32];
        key.copy_from_slice(hmac::sign(&self.0.forms, &[b"notices ", &session[..]].concat()).as_ref());
        key
    }

    /// In constant time.
    pub fn is_form_token(&self, session: &[u8; 32], token: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
        if bytes.len() != 2 * FORM_TOKEN_BYTES {
            return false;
        }
        let (mask, masked) = bytes.split_at(FORM_TOKEN_BYTES);
        let found: Vec<u8> = mask.iter().zip(masked).map(|(mask, byte)| mask ^ byte).collect();
        let known = hmac::sign(&self.0.forms, &self.form_tag(session));
        hmac::verify(&self.0.forms, &found, known.as_ref()).is_ok()
    }

    fn form_tag(&self, session: &[u8; 32]) -> [u8; FORM_TOKEN_BYTES] {
        let mut tag = [0; FORM_TOKEN_BYTES];
        tag.copy_from_slice(&hmac::sign(&self.0.forms, session).as_ref()[..FORM_TOKEN_BYTES]);
        tag
    }

    /// By which a browser is known in which the user of that name has logged in. It lets nobody in.
    pub fn browser_mark(&self, name: &str) -> String {
        let browser: [u8; 16] = self.0.rng.bytes();
        let tags = ["", name].map(|name| hmac::sign(&self.0.forms, &browser_words(name, &browser)));
        URL_SAFE_NO_PAD.encode([&browser[..], tags[0].as_ref(), tags[1].as_ref()].concat())
    }

    /// Whether this vault has given `mark` for that name; in constant time.
    pub fn is_browser_mark(&self, name: &str, mark: &str) -> bool {
        browser_parts(mark)
            .is_some_and(|(browser, _, tag)| hmac::verify(&self.0.forms, &browser_words(name, &browser), &tag).is_ok())
    }

    /// Which browser has a mark that this vault has given, for whatever name; in constant time.
    pub fn browser_of(&self, mark: &str) -> Option<[u8; 16]> {
        let (browser, tag, _) = browser_parts(mark)?;
        hmac::verify(&self.0.forms, &browser_words("", &browser), &tag).is_ok().then_some(browser)
    }

    /// A secret for a cookie or for a link that works once, and its hash. Shown once and never kept.
    pub fn new_code(&self) -> (SecretString, [u8; 32]) {
        let code = URL_SAFE_NO_PAD.encode(self.0.rng.bytes::<24>());
        let hash = hash_token(&code);
        (SecretString::from(code), hash)
    }

    /// In constant time.
    pub fn is_job_token(&self, job: JobId, token: &str) -> bool {
        let right = self.job_token(job);
        // Comparing tags of both keeps the time independent of where they differ.
        let tag = |text: &str| hmac::sign(&self.0.jobs, text.as_bytes());
        hmac::verify(&self.0.jobs, right.as_bytes(), tag(token).as_ref()).is_ok()
    }

    /// Stands for the session of somebody whom a proxy has logged in: what their forms are known by.
    pub fn proxied_session(&self, user: [u8; 16]) -> [u8; 32] {
        let mut session = [0; 32];
        session.copy_from_slice(hmac::sign(&self.0.forms, &[b"by proxy ", &user[..]].concat()).as_ref());
        session
    }

    /// A new API token and its hash. The token is shown once and never kept.
    pub fn new_token(&self) -> (SecretString, [u8; 32]) {
        let bytes: [u8; 24] = self.0.rng.bytes();
        let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let hash = hash_token(&token);
        (SecretString::from(token), hash)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// (browser, tag of the browser, tag of the browser and the name)
fn browser_parts(mark: &str) -> Option<([u8; 16], [u8; 32], [u8; 32])> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
    let (browser, tags) = bytes.split_first_chunk::<16>()?;
    let (of_browser, of_name) = tags.split_first_chunk::<32>()?;
    Some((*browser, *of_browser, of_name.try_into().ok()?))
}

fn browser_words(name: &str, nonce: &[u8; 16]) -> Vec<u8> {
    [b"browser ", &nonce[..], name.trim().to_lowercase().as_bytes()].concat()
}

/// SHA-256: a token has 192 random bits, so that no slow hash is needed.
pub fn hash_token(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}

/// `sha256=<hex>` of the body under the receiver's secret, as it goes into `X-Vigie-Signature`.
pub fn sign_webhook(secret: &SecretString, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, body);
    tag.as_ref().iter().fold(String::from("sha256="), |text, byte| text + &format!("{byte:02x}"))
}

fn derive(key: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vigie");
    let mut derived = [0; 32];
    let filled =
        salt.extract(key).expand(&[purpose], hkdf::HKDF_SHA256).and_then(|material| material.fill(&mut derived));
    match filled {
        Ok(()) => derived,
        Err(_) => unreachable!("32 bytes are what HKDF-SHA256 gives at once"),
    }
}

/// The file has its name only once its content is on disk: a process killed half way leaves no empty key behind, which
/// every later start would refuse. Where another process was faster, its key is the one.
fn create(file: &Path, rng: &Rng) -> io::Result<()> {
    let text = URL_SAFE_NO_PAD.encode(rng.bytes::<32>());
    let partial = file.with_extension(format!("partial-{}", std::process::id()));
    let _ = fs::remove_file(&partial);
    let mut new = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()?;
    let named = fs::hard_link(&partial, file);
    fs::remove_file(&partial)?;
    match named {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let sealed = Vault::open(&file, &Rng::seeded(1)).unwrap().seal(&"mot de passe".into(), "a");
        let again = Vault::open(&file, &Rng::seeded(2)).unwrap();
        assert_eq!(again.unseal(&sealed, "a").unwrap().expose_secret(), "mot de passe");
        assert!(matches!(again.unseal(&sealed, "b"), Err(VaultError::Unseal)));
        assert!(matches!(again.unseal(&sealed[..5], "a"), Err(VaultError::Unseal)));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(&file, &Rng::seeded(3)), Err(VaultError::Readable(_))));
    }

    #[test]
    fn a_fingerprint_names_a_key_and_is_nothing_of_it() {
        let (a, b) = (Vault::from_key(&[7; 32], &Rng::seeded(1)), Vault::from_key(&[8; 32], &Rng::seeded(1)));
        assert_eq!(a.fingerprint(), Vault::from_key(&[7; 32], &Rng::seeded(2)).fingerprint());
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.fingerprint().len(), 16);
        assert!(!URL_SAFE_NO_PAD.encode([7; 32]).contains(a.fingerprint()));
    }

    #[test]
    fn a_key_is_not_made_by_looking_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        assert!(Vault::find(&file, &Rng::seeded(1)).unwrap().is_none() && !file.exists());
        let made = Vault::open(&file, &Rng::seeded(1)).unwrap();
        assert_eq!(Vault::find(&file, &Rng::seeded(2)).unwrap().unwrap().fingerprint(), made.fingerprint());
    }

    #[test]
    fn a_key_half_made_by_a_killed_process_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret.key");
        let partial = format!("secret.partial-{}", std::process::id());
        fs::write(folder.path().join(&partial), "half").unwrap();
        let sealed = Vault::open(&file, &Rng::seeded(1)).unwrap().seal(&"mot de passe".into(), "a");
        assert!(Vault::open(&file, &Rng::seeded(2)).unwrap().unseal(&sealed, "a").is_ok());
        assert!(!folder.path().join(partial).exists());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_job_token_opens_its_job_alone() {
        let vault = Vault::from_key(&[7; 32], &Rng::seeded(1));
        let (one, two) = (uuid::Uuid::from_u128(1).into(), uuid::Uuid::from_u128(2).into());
        assert!(vault.is_job_token(one, &vault.job_token(one)));
        assert!(!vault.is_job_token(two, &vault.job_token(one)));
        assert!(!vault.is_job_token(one, ""));
    }

    #[test]
    fn a_form_token_is_another_each_time_and_opens_its_session_alone() {
        let vault = Vault::from_key(&[7; 32], &Rng::seeded(1));
        let (one, two) = (vault.form_token(&[1; 32]), vault.form_token(&[1; 32]));
        assert_ne!(one, two);
        assert_eq!(vault.notice_key(&[1; 32]), vault.notice_key(&[1; 32]));
        assert_ne!(vault.notice_key(&[1; 32]), vault.notice_key(&[2; 32]));
        assert!(vault.is_form_token(&[1; 32], &one) && vault.is_form_token(&[1; 32], &two));
        let mark = vault.browser_mark("Ana ");
        assert_ne!(mark, vault.browser_mark("ana"));
        assert!(vault.is_browser_mark("ana", &mark) && !vault.is_browser_mark("bob", &mark));
        let browser = vault.browser_of(&mark).expect("it was given");
        assert_ne!(Some(browser), vault.browser_of(&vault.browser_mark("ana")));
        for wrong in ["", "AAAA", &mark[..40], &mark.replace(&mark[..4], "AAAA")] {
            assert!(!vault.is_browser_mark("ana", wrong) && vault.browser_of(wrong).is_none());
        }
        for wrong in ["", "AAAA", &one[..40], &vault.form_token(&[2; 32])] {
            assert!(!vault.is_form_token(&[1; 32], wrong), "{wrong}");
        }
    }
}
