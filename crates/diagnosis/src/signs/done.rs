//! That work is done, in programs' own words: a piece of it, or the whole. Texts are in lower case.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// Words of what is over as a whole, by their beginning. Not `terminat`, which is English for what was ended.
#[rustfmt::skip]
const OVER: &[&str] = &[
    "finish", "complet", "complete", "done with", "all done", "fully done", "all sent", "terminé", "fini", "fertig", "abgeschlossen", "beendet", "terminad", "finalizad",
    "terminato", "terminata", "terminati", "voltooid", "afgerond", "klaar", "zakończon", "dokončen", "slutför", "valmis", "afsluttet", "ferdig", "slutt", "fin du ", "fin de l", "ende der ", "fine del", "fin del",
    "queue drained", "nothing left to", "nothing more to",
];
/// What a log ends with that says no more.
const LAST_WORDS: &[&str] =
    &["end", "fin", "fine", "ende", "fim", "einde", "koniec", "slut", "slutt", "konec", "loppu"];
/// Words that are said of a piece as well.
#[rustfmt::skip]
const OF_PIECES: &[&str] = &[
    "done", "processed", "performed", "success", "succeeded", "traité", "erledigt", "verarbeitet", "procesad", "elaborat", "verwerkt",
];
/// Words of the mailing, by which the line of another log than that of the messages speaks of it.
#[rustfmt::skip]
const MAILING: &[&str] = &[
    "mail", "letter", "courri", "envoi", "lettre", "bulletin", "message", "brief", "versand", "correo", "boletin", "campa", "recipient",
    "destinataire", "empfänger", "nachricht", "sent", "envoyé", "versendet", "gesendet", "inviat", "enviad", "verzonden",
];
/// Other words for what is done, and for no request or download of somebody's.
#[rustfmt::skip]
const WORK: &[&str] = &[
    "notif", "remind", "rappel", "relance", "invoice", "facture", "rechnung", "batch", "lot ", "task", "tâche", "job", "run", "queue", "notice", "avis",
    "invit", "broadcast", "dispatch", "import", "export", "sync", "backup", "sauvegarde", "archiv", "transfer", "přenos", "muistut", "påminn", "herinner",
];
/// Words of what is left undone.
const LEFT: &[&str] = &[
    "incomplete",
    "unfinished",
    "remaining",
    "unsent",
    "pending",
    "restant",
    "restent",
    "verbleib",
    "übrig",
    "not sent",
];
/// Words for failures that a line counts.
#[rustfmt::skip]
const FAILURES: &[&str] = &[
    "errors", "error", "failed", "failures", "failure", "fehler", "erreurs", "erreur", "échecs", "échec", "echecs", "echec", "bounced", "rejected",
    "errori", "errore", "errores", "fallos", "fallidos", "erros", "erro", "fouten", "fout", "mislukt", "fel", "feil", "fejl", "virheitä", "virhettä", "virheet", "virhe", "błędów", "błędy", "błąd",
    "chyb", "chyby", "chyba",
];
/// Words for none of them, before them.
#[rustfmt::skip]
const NONE: &[&str] = &[
    "0", "no", "zero", "without", "sans", "ohne", "keine", "aucune", "aucun", "sin", "senza", "nessun", "sem", "geen", "zonder", "inga", "utan", "uden", "uten", "ingen", "ilman", "ei", "bez", "brak",
];

/// From which a number that is counted up to says something.
const ALL_MIN: u64 = 5;

/// Finds the words above in one pass, those of [`OVER`] first: nearly no line has any of them.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(OVER.iter().chain(OF_PIECES)).ok()
});

/// The words for what is done in a text, by their places in [`OVER`] and behind it.
fn words(lower: &str) -> impl Iterator<Item = usize> {
    let found = WORDS.iter().flat_map(move |words| words.find_iter(lower));
    // At the beginning of a word, or at its end, as the name of a job has it: `LetterComplete`.
    let is_word = |(start, end): (usize, usize)| {
        !lower[..start].ends_with(char::is_alphanumeric) || !lower[end..].starts_with(char::is_alphanumeric)
    };
    found.filter(move |found| is_word((found.start(), found.end()))).map(|found| found.pattern().as_usize())
}

/// Whether a line says that work is done: `class=LetterJob elapsed=0.4 INFO: done`.
pub(super) fn says_done(lower: &str) -> bool {
    let has_words = || {
        words(lower).next().is_some()
            || says_none_failed(lower)
            || tells_all(lower)
            || says_nothing_is_left(lower)
            || ended_with_zero(lower)
            || says_when_it_goes_on(lower)
    };
    speaks_of_work(lower) && has_words() || is_last_word(lower)
}

/// Whether a line ends with such a word, alone or behind what it says before: `file chiuso, 94500 righe, fine`.
fn is_last_word(lower: &str) -> bool {
    let mut words = lower.trim_end_matches(['.', '!', '-', '=', '*', ' ', ']']).rsplit([' ', '*', '-', '=', '[']);
    let is_last = words.next().is_some_and(|word| LAST_WORDS.contains(&word));
    is_last && (lower.contains(", ") || words.all(str::is_empty))
}

/// Whether a line says that all is over, or that none of all failed, and not of a part: `completed 312 of 900`, `finished, 588
/// remaining`.
pub(crate) fn says_over(lower: &str) -> bool {
    if says_when_it_goes_on(lower) {
        return true;
    }
    let has_words = words(lower).any(|word| word < OVER.len());
    (has_words
        || ended_with_zero(lower)
        || says_all_done(lower)
        || says_none_failed(lower)
        || tells_all(lower)
        || is_last_word(lower)
        || says_nothing_is_left(lower))
        && !tells_of_rest(lower)
        && !tells_part(lower, &|_| true)
}

/// Whether a line names the status with which a program ends that has done all: `code retour 0`, `rc=0`.
fn ended_with_zero(lower: &str) -> bool {
    #[rustfmt::skip]
    const STATUSES: [&str; 14] = [
        "rc=", "rc ", "exit code ", "exit code: ", "exit code=", "exit status ", "exit status: ", "exitcode=", "code retour ", "code de retour ", "return code ", "returncode=", "rückgabewert ", "exit ",
    ];
    let is_zero =
        |rest: &str| rest.strip_prefix('0').is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    STATUSES.iter().any(|status| lower.match_indices(status).any(|(at, _)| is_zero(&lower[at + status.len()..])))
}

/// Whether a line says that the work pauses as planned, and when it goes on: `invio sospeso, ripresa prevista alle 08:00`.
fn says_when_it_goes_on(lower: &str) -> bool {
    const PAUSES: [&str; 10] = [
        "paus",
        "suspend",
        "sospes",
        "suspens",
        "ausgesetzt",
        "unterbroch",
        "onderbroken",
        "wstrzyman",
        "pozastav",
        "quiet hours",
    ];
    const GOES_ON: [&str; 17] = [
        "resume at",
        "resumes at",
        "resuming at",
        "will resume",
        "resume in",
        "resumes in",
        "continues at",
        "until ",
        "reprise à",
        "reprise prévue",
        "reprend à",
        "jusqu'à",
        "jusqu’à",
        "ripresa ",
        "fortsetzung ",
        "wird um ",
        "hervat ",
    ];
    super::has(lower, &PAUSES) && super::has(lower, &GOES_ON) && !super::has(lower, FAILURES)
}

/// Whether a line says of all that it is done: `sync done, all terminals visited`.
fn says_all_done(lower: &str) -> bool {
    const ALL: [&str; 12] =
        ["all", "every", "tous", "toutes", "tout", "alle", "alles", "todos", "todas", "tutti", "tutte", "wszystkie"];
    words(lower).any(|word| word >= OVER.len())
        && lower.split(|c: char| !c.is_alphanumeric()).any(|word| ALL.contains(&word))
}

/// Whether a line says that the queue of the work is empty: `queue invoices is empty, idle`, `file d’attente vide`.
fn says_nothing_is_left(lower: &str) -> bool {
    const QUEUES: [&str; 6] = ["queue", "file d'attente", "file d’attente", "warteschlange", "cola ", "coda "];
    const EMPTY: [&str; 6] = ["empty", "vide", "leer", "vacía", "vuota", "drained"];
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    QUEUES.iter().any(|queue| lower.contains(queue)) && words.any(|word| EMPTY.contains(&word))
}

/// Whether a line says that all is over, and counts what went well and what did not: `finished: 116 sent, 4 failed`.
pub(super) fn tells_end_with_counts(lower: &str) -> bool {
    if !words(lower).any(|word| word < OVER.len()) || !speaks_of_work(lower) {
        return false;
    }
    let mut before = "";
    let counts_failures = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(|word| {
        let is_counted = !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit());
        before = word;
        is_counted && FAILURES.contains(&word)
    });
    counts_failures && !tells_of_rest(lower) && !tells_part(lower, &|_| true)
}

/// Whether a line says that something is left undone, and not `remaining 0` or `0 pending`.
fn tells_of_rest(lower: &str) -> bool {
    let is_gap = |text: &str| text.chars().all(|c| " :=".contains(c));
    let is_none = |at: usize, end: usize| {
        numbers(lower).any(|(number, from, to)| {
            let is_behind = from >= end && is_gap(&lower[end..from]);
            let is_before = to <= at && is_gap(&lower[to..at]);
            number == 0 && (is_behind || is_before)
        })
    };
    LEFT.iter().any(|left| lower.match_indices(left).any(|(at, word)| !is_none(at, at + word.len())))
}

/// Whether a line speaks of a mailing.
pub(crate) fn speaks_of_mailing(lower: &str) -> bool {
    MAILING.iter().any(|word| lower.contains(word))
}

/// Whether a line speaks of a mailing, or of another work of a program's own.
pub(crate) fn speaks_of_work(lower: &str) -> bool {
    MAILING.iter().chain(WORK).any(|word| lower.contains(word))
}

/// Whether a line says of all failures it speaks of that there were none: `387 sent, 0 errors`, `failed=0`, `sans erreur`.
pub(super) fn says_none_failed(lower: &str) -> bool {
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let (mut before, mut is_any) = ("", false);
    while let Some(word) = words.next() {
        if FAILURES.contains(&word) {
            let is_none = NONE.contains(&before) || words.peek() == Some(&"0");
            if !is_none {
                return false;
            }
            is_any = true;
        }
        before = word;
    }
    is_any
}

/// Whether a text names a number for which `is_one` holds as a part of a larger one: `312 of 900`.
pub(crate) fn tells_part(text: &str, is_one: &dyn Fn(u64) -> bool) -> bool {
    parts(text).any(|(part, total)| part < total && is_one(part))
}

/// The numbers of a text that are told as parts, each with its total; dates are none: `10/03/2026`, `10/03 09:14:00`.
fn parts(text: &str) -> impl Iterator<Item = (u64, u64)> {
    let pairs = numbers(text).zip(numbers(text).skip(1));
    pairs.filter_map(|((part, start, end), (total, next, behind))| {
        let is_clock = || {
            let mut then = text[behind..].trim_start_matches([' ', '-', 'T']).bytes();
            matches!((then.next(), then.next(), then.next()), (Some(b'0'..=b'2'), Some(b'0'..=b'9'), Some(b':')))
        };
        let is_date = text[..start].ends_with(['/', '.', '-'])
            || text[behind..].starts_with(['/', '-']) && text[behind + 1..].starts_with(|c: char| c.is_ascii_digit())
            || is_clock();
        (is_between_parts(&text[end..next]) && !is_date).then_some((part, total))
    })
}

/// How far a text counts, and up to what: `[194/300]`.
pub(crate) fn counter(text: &str) -> Option<(u64, u64)> {
    parts(text).last()
}

/// Whether a text counts up to its total: `130/130`, `42 of 42`.
pub(crate) fn tells_all(text: &str) -> bool {
    parts(text).any(|(part, total)| part == total && part >= ALL_MIN)
}

/// Whether the words between two numbers say that the first is a part of the second.
fn is_between_parts(between: &str) -> bool {
    matches!(between.trim(), "/" | "of" | "out of" | "sur" | "von" | "de" | "di" | "van" | "av" | "af" | "z")
}

/// Whole numbers that stand by themselves, and where they begin and end.
pub(crate) fn numbers(text: &str) -> impl Iterator<Item = (u64, usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
            let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at = start + length;
            let is_of_word = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
            let goes_on = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
            if !is_of_word && !goes_on && length <= 9 {
                return text[start..at].parse().ok().map(|number| (number, start, at));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_done_and_the_whole_is_over() {
        for (text, is_done, is_over) in [
            ("class=letterjob elapsed=0.4 info: done", true, false),
            ("newsletter 77 finished: 433 delivered", true, true),
            ("done: (job{mail} | lettercomplete | [44])", true, true),
            ("done with task spool_2011 after 1200 seconds", true, true),
            ("versand abgeschlossen: 387 nachrichten", true, true),
            ("muistutukset: valmis, virheitä 0", true, true),
            ("přenos dokončen bez chyb", true, true),
            ("mailing job terminated", false, false),
            ("mailing incomplete", true, false),
            ("mailing completed 312 of 900", true, false),
            ("mailing finished, 588 remaining", true, false),
            ("mail queue: fully done (#loop 1; done 261; remaining 0; duration 1.00s)", true, true),
            ("mailing finished, 0 pending", true, true),
            ("03/12/2026 09:14:00 mailing finished", true, true),
            ("download finished", false, true),
            ("the definition of the mail", false, false),
        ] {
            assert_eq!((says_done(text), says_over(text)), (is_done, is_over), "{text}");
        }
    }

    #[test]
    fn who_counts_up_to_the_total_has_done_all() {
        for (text, expected) in [
            ("mandat 440110 comptabilisé (130/130)", true),
            ("42 of 42 letters", true),
            ("129/130", false),
            ("2/2", false),
            ("130 130", false),
            ("10.130.130.7", false),
            ("10.0.0.24/24", false),
            ("12/12/2026 09:14:00 letter sent", false),
            ("2026/11/11 09:14:00 letter sent", false),
            ("12/12 09:14:00 letter sent", false),
            ("12/12/2026 09:14:00 letter 40/40 sent", true),
        ] {
            assert_eq!(tells_all(text), expected, "{text}");
        }
    }

    #[test]
    fn failures_that_are_counted_as_none_are_none() {
        for (text, expected) in [
            ("versand abgeschlossen: 387 nachrichten, 0 fehler", true),
            ("campaign 12 done, sent=300 failed=0", true),
            ("terminé sans erreur", true),
            ("done: 300 sent, 10 errors", false),
            ("failed to send: 0 left", false),
            ("done", false),
        ] {
            assert_eq!(says_none_failed(text), expected, "{text}");
        }
    }
}
