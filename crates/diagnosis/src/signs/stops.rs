//! That somebody stopped, paused or cancelled the work on purpose, and who: `Campagne mise en pause par m.perrin`.

use super::has;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Words for what was done to the work, by their beginning.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    "cancel", "paus", "stopped", "aborted", "suspend", "revok", "annul", "révoqu", "interromp", "arrêt", "stopp", "abgebrochen", "angehalten", "geannuleerd",
    "gestopt", "gepauzeerd", "onderbroken", "detenid", "fermat", "sospes", "avbrut", "avbröt", "stoppad", "wstrzyman", "zatrzyman", "sospend", "suspendid", "keskeytet", "pozastav", "přeruš",
];
/// Before whoever did it.
const BY: &[&str] = &[" by ", " par ", " von ", " door ", " av ", " af ", " da ", " por ", " przez "];
/// What a person is called where no name stands.
#[rustfmt::skip]
const PERSONS: &[&str] = &[
    "user", "admin", "administrator", "operator", "staff", "utilisateur", "l'utilisateur", "l’utilisateur", "l'administrateur", "l'opérateur", "benutzer", "gebruiker", "usuario", "utente",
    "användare", "bruger", "l'exploitant", "l’exploitant", "exploitant", "bediener", "betreiber", "beheerder", "operatore", "operador", "administrador", "amministratore", "obsluha", "operatör", "ylläpitäjä",
];
/// Who asks for it without a word of what becomes of it.
#[rustfmt::skip]
const ON_REQUEST: &[&str] = &["on request of", "at the request of", "requested by the user", "à la demande de", "auf wunsch von", "op verzoek van", "a petición de", "su richiesta di"];

/// Finds [`STOPS`] in one pass: most lines have none of them.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(STOPS).ok());

/// Whether a line, which is in lower case, says that a person stopped something.
pub(super) fn says_by_whom(lower: &str) -> bool {
    let is_begin = |at: usize| !lower[..at].ends_with(char::is_alphabetic);
    let mut stops = FINDER.iter().flat_map(|finder| finder.find_overlapping_iter(lower));
    if !stops.any(|found| is_begin(found.start())) {
        return false;
    }
    let is_by = || {
        BY.iter().any(|by| {
            lower.match_indices(by).any(|(at, by)| {
                lower[at + by.len()..]
                    .split([' ', ',', ';'])
                    .next()
                    .is_some_and(|who| is_person(who.trim_end_matches(['.', ')', ':'])))
            })
        })
    };
    has(lower, ON_REQUEST) || is_by()
}

/// The service, or the container, that somebody stops by hand, as sudo logs the command: `COMMAND=/bin/systemctl stop import`.
pub(crate) fn stopped_by_hand(message: &str) -> Option<&str> {
    const MANAGERS: [&str; 7] = ["systemctl", "service", "supervisorctl", "docker", "podman", "pm2", "rc-service"];
    let (_, command) = message.split_once("COMMAND=")?;
    let words: Vec<&str> = command.split_whitespace().filter(|word| !word.starts_with('-')).collect();
    let manager = words.first()?.rsplit('/').next()?;
    let (first, second) = (words.get(1)?, words.get(2)?);
    let name = match (*first, *second) {
        ("stop", name) | (name, "stop") => name,
        _ => return None,
    };
    MANAGERS.contains(&manager).then(|| name.strip_suffix(".service").unwrap_or(name))
}

/// Whether a word names a person: `user`, `j.morel`, `admin@club.example`; no address of a machine, and no file.
fn is_person(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', '<', '>', '(', '«', '»']);
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphabetic() || c == '-');
    let is_pair = || {
        word.split_once('.').is_some_and(|(first, last)| {
            is_name(first) && first.chars().count() <= 12 && is_name(last) && last.chars().count() >= 3
        })
    };
    PERSONS.contains(&word)
        || word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        || is_pair() && !has(word, FILES)
}

/// Ends of names of files and of machines.
const FILES: &[&str] = &[
    ".conf", ".service", ".sock", ".local", ".php", ".timer", ".scope", ".slice", ".socket", ".example", ".org",
    ".com", ".net",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_stops_the_work_is_named() {
        for (text, expected) in [
            ("campagne mise en pause par m.perrin {\"campagne\":31}", true),
            ("queue \"mailers\" paused by admin@cabinet-roy.fr from the web console", true),
            ("annulation de la campagne 218 demandée par j.morel, tâche révoquée", true),
            ("utskick 41 pausat av maja.dahl (124 skickade)", true),
            ("export cancelled by user", true),
            ("pause prévue posée par l'exploitant (agodin, 05:30-07:00)", true),
            ("connection stopped by 10.0.0.4", false),
            ("stopped by mailer.service", false),
            ("canceling statement due to user request", false),
            ("job aborted by timeout", false),
        ] {
            assert_eq!(says_by_whom(text), expected, "{text}");
        }
    }
}
