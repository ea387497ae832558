//! The secret key that fits the database: one that does not is refused at the start, before it pauses every mailing.

use crate::{
    config::Config,
    failure::{Failure, Result},
    words::t,
};
use model::Rng;
use std::path::Path;
use store::Db;
use vault::Vault;

/// For a process that works: reads the key, or makes it for a database that has none yet.
pub(super) async fn open(config: &Config, db: &Db, rng: &Rng) -> Result<Vault> {
    let file = &config.secret_key_file.value;
    let found = Vault::find(file, rng)?;
    let Some(kept) = db.key_fingerprint().await? else {
        let vault = match found {
            Some(vault) => vault,
            None => Vault::open(file, rng)?,
        };
        let kept = db.keep_key_fingerprint(vault.fingerprint().to_owned()).await?;
        return fits(config, file, vault, &kept);
    };
    // Another process that begins at the same time makes the file before it says so in the database.
    match found.map_or_else(|| Vault::find(file, rng), |found| Ok(Some(found)))? {
        Some(vault) => fits(config, file, vault, &kept),
        None => Err(refusal(config, file, false, &set_up_with(&kept))),
    }
}

/// For a process that only reads, and needs no key for it.
pub(super) fn read(config: &Config, rng: &Rng) -> Result<Vault> {
    let found = Vault::find(&config.secret_key_file.value, rng)?;
    Ok(found.unwrap_or_else(|| Vault::from_key(&rng.bytes(), rng)))
}

/// From now on the key of this machine, made where there is none, is the database's. Returns its fingerprint and the
/// accounts whose secrets have to be entered again.
pub(crate) async fn accept(config: &Config, db: &Db) -> Result<(String, Vec<String>)> {
    let vault = Vault::open(&config.secret_key_file.value, &Rng::system())?;
    db.replace_key_fingerprint(vault.fingerprint().to_owned()).await?;
    let lost = db.accounts().await?.into_iter().filter(|account| !opens(&vault, account));
    Ok((vault.fingerprint().to_owned(), lost.map(|account| account.name).collect()))
}

/// What is wrong with the key, in words; `None` when it fits, or nothing says which would.
pub(crate) async fn misfit(config: &Config, db: &Db) -> Result<Option<String>> {
    let Some(kept) = db.key_fingerprint().await? else { return Ok(None) };
    let found = Vault::find(&config.secret_key_file.value, &Rng::system())?;
    Ok(match found {
        Some(vault) if vault.fingerprint() == kept => None,
        Some(_) => Some(t!("key-another", why = set_up_with(&kept))),
        None => Some(t!("key-missing", why = set_up_with(&kept))),
    })
}

fn fits(config: &Config, file: &Path, vault: Vault, kept: &str) -> Result<Vault> {
    match vault.fingerprint() == kept {
        true => Ok(vault),
        false => Err(refusal(config, file, true, &set_up_with(kept))),
    }
}

fn set_up_with(kept: &str) -> String {
    t!("key-set-up-with", kept)
}

fn refusal(config: &Config, file: &Path, is_there: bool, what: &str) -> Failure {
    let state = if is_there { t!("key-not-this") } else { t!("key-gone") };
    let from = match config.database.value.is_some() {
        true => t!("key-from-machine"),
        false => t!("key-from-backup"),
    };
    Failure::refused(t!("key-refused", file = file.display(), state, what)).help(t!("key-help", from))
}

fn opens(vault: &Vault, account: &store::Account) -> bool {
    account.secret.as_ref().is_none_or(|sealed| vault.unseal(sealed, &account.name).is_ok())
}
