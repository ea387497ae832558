//! That a command which a program runs has failed, by the status that the program names: `exit code 5`, `a rendu le code 23`.

/// What stands before a status, in lower case.
#[rustfmt::skip]
const BEFORE: &[&str] = &[
    "exit code", "exit status", "exitcode", "exit-code", "exited with code", "exited with status", "exited with", "exit", "return code", "returncode", "returned status", "non-zero status", "rc", "(code",
    "ended with code", "ended with status", "finished with code", "failed with status", "failed with exit code", "terminated with status",
    "rendu le code", "renvoyé le code", "retourné le code", "code retour", "code de retour", "code de sortie", "sorti avec le code", "statut de sortie", "rückgabewert",
    "código de salida", "terminó con código", "salió con código", "codice di uscita", "terminato con codice", "uscito con codice", "código de saída", "terminou com código",
    "afsluitcode", "gestopt met code", "beendet mit code", "beendet mit status", "exit-status", "avslutades med kod", "avsluttet med kode", "afsluttede med kode", "felkod",
    "päättyi koodilla", "kodem wyjścia", "zakończył się kodem", "skončil s kódem",
];
/// A status is a byte; those of signals are told by other words.
const STATUS_MAX: u64 = 127;

/// Whether a text, which is in lower case, names a status that means a failure.
pub(super) fn names_failure(lower: &str) -> bool {
    super::numbers(lower).any(|(number, start, _)| {
        let before = lower[..start].trim_end_matches([' ', ':', '=', '#', '(']);
        let is_named = BEFORE
            .iter()
            .any(|words| before.strip_suffix(words).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)));
        (1..=STATUS_MAX).contains(&number) && is_named && !lower.contains("rsync warning: ")
    })
}

/// Whether a line begins with the name of a command: `gpg: …`, `pg_dump: …`, `/opt/send.sh: line 4: …`.
pub(super) fn is_by_command(line: &str) -> bool {
    const NAME_MAX: usize = 40;
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c);
    line.split_once(": ")
        .is_some_and(|(name, _)| !name.is_empty() && name.len() <= NAME_MAX && name.chars().all(is_of_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_named_by_what_stands_before_it() {
        for (text, expected) in [
            ("[107/189] la commande rsync de /srv/partages a rendu le code 23, on s'arrête là", true),
            ("dump wp_main: failed (exit 5), stopping", true),
            ("command '['pdftk']' returned non-zero exit status 1.", true),
            ("sauvegarde incomplète, code retour : 3", true),
            ("rc=2", true),
            ("exit code: 0", false),
            ("src=2", false),
            ("exit code 137", false),
            ("reply code 5", false),
        ] {
            assert_eq!(names_failure(text), expected, "{text}");
        }
    }
}
