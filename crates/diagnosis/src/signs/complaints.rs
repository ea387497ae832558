//! That something failed, in a program's own words that no row knows: alone it proves nothing, as the last word of a run it does.

use super::{done, has};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use model::Level;
use sources::record::Parsed;
use std::sync::LazyLock;

/// Words for a failure, in lower case, by their beginning.
#[rustfmt::skip]
const FAILS: &[&str] = &[
    "error", "fatal", "fail", "exception", "panic", "abort", "cannot", "can't", "could not", "couldn't", "unable", "refus", "denied", "reject",
    "invalid", "undefined", "not found", "missing", "died", "crash", "giving up", "terminated", "interrupted", "traceback", "timed out", "timeout",
    "échou", "échec", "erreur", "impossible", "fehler", "fehlgeschlagen", "abgebrochen", "nicht möglich", "errore", "fallo", "falló", "erro ", "mislukt", "virhe", "błąd",
];
/// Words with which a program warns that it ends.
#[rustfmt::skip]
const ENDS: &[&str] = &["giving up", "abort", "cannot continue", "can't continue", "exiting", "stopping", "stopped", "paused", "abandon", "interrupted", "abbruch", "abgebrochen", "arrêt", "interromp", "gestopt", "gestoppt", "stoppad", "stoppet", "detenid", "interrott", "przerwan", "afgebroken", "avbrut", "avbröt"];
/// What goes on in spite of it, or has not failed.
#[rustfmt::skip]
const GOES_ON: &[&str] = &[
    "retry", "retrying", "will try", "trying again", "attempt 1", "ignor", "skip", "files vanished", "has vanished", "0 error", "0 fail", "no error", "without error", "errors: 0", "errors=0", "failed: 0", "failed=0", "failed\":0", "failed\": 0", "'failed': 0", "errors\":0",
    "row rejected", "rejected row", "line rejected", "record rejected", "ligne rejetée", ": rejet,", "rejet de la ligne", "zeile abgelehnt", "übersprungen", "deprecat", "0 erreur", "0 fehler", "fehler: 0",
];

/// Finds [`FAILS`] in one pass: most lines have none of them.
static FINDER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasickBuilder::new().ascii_case_insensitive(true).build(FAILS).ok());

/// Whether a record tells of a failure: by its level, else by its words.
pub(super) fn is_one(parsed: &Parsed<'_>, text: &str) -> bool {
    let own = parsed.level.filter(|_| parsed.format != "journald");
    let is_error = own.is_some_and(|level| level >= Level::Error);
    if own.is_some_and(|level| level < Level::Warning)
        || !is_error && !FINDER.as_ref().is_some_and(|finder| finder.is_match(text))
    {
        return false;
    }
    let lower = text.lines().take(3).collect::<Vec<_>>().join("\n").to_lowercase();
    let is_failure = match own {
        Some(level) if level >= Level::Error => true,
        Some(Level::Warning) => has(&lower, ENDS) && has(&lower, FAILS),
        Some(_) => false,
        None => has(&lower, FAILS),
    };
    is_failure && !has(&lower, GOES_ON) && !done::says_none_failed(&lower)
}

/// Finds [`FAILS`] and [`ENDS`] in one pass.
static BOTH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasickBuilder::new().ascii_case_insensitive(true).build(FAILS.iter().chain(ENDS)).ok());

/// Whether a text tells that something failed, or that it ends before its time.
pub(crate) fn tells_of_failure(text: &str) -> bool {
    if !BOTH.as_ref().is_some_and(|finder| finder.is_match(text)) {
        return false;
    }
    let lower = text.to_lowercase();
    (has(&lower, FAILS) || has(&lower, ENDS)) && !has(&lower, GOES_ON) && !done::says_none_failed(&lower)
}
