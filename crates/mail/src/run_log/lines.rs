//! The short form: one dated line per event.

use super::words::{clean, label, list, local, mean_rate, minutes, pick, plural, route, run_ids, tenths};
use super::{Ending, Event, Fate, Finished, Item, Language, Lost, Outcome, Paused, Progress, Retry, Started, Style};
use model::{Counters, Level, Timestamp};
use std::borrow::Cow;

pub(super) fn dated(event: &Event, at: Timestamp, style: &Style) -> Vec<String> {
    let when = local(at, style);
    let dated = |level: Level, text: String| format!("{when} [{}] {text}", level.as_str().to_ascii_uppercase());
    let mut lines = vec![dated(event.level(), text_local(event, style))];
    if let Event::Item(item) = event {
        lines.extend(refused(item, style.language).map(|text| dated(Level::Warning, text)));
    }
    lines
}

/// A reason in a line that reports no failed email. Monitoring takes each line with one of these words for a failure,
/// so such a reason is left to the trace.
fn aside(reason: &str, language: Language) -> Cow<'_, str> {
    let lower = reason.to_lowercase();
    if lower.contains("error") || lower.contains("erreur") {
        pick(language, "voir la trace", "see the trace").into()
    } else {
        clean(reason)
    }
}

/// The event in one line without its time.
pub(super) fn text_local(event: &Event, style: &Style) -> String {
    text(event, style.language, &|at| local(at, style))
}

/// The event in one line without its time: a record's message. Times in it are in UTC.
pub fn message(event: &Event, language: Language) -> String {
    text(event, language, &|at| at.to_jiff().strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

fn text(event: &Event, language: Language, local: &dyn Fn(Timestamp) -> String) -> String {
    match event {
        Event::Started(started) => start(started, language),
        Event::Item(item) => settled(item, language),
        Event::Progress(progress) => percent(progress, language),
        Event::Paused(paused) => pause(paused, language, local),
        Event::Lost(lost) => cut_off(lost, language),
        Event::Resumed(resumed) => match language {
            Language::French => format!("Reprise de l'envoi: reste {}", plural(resumed.remaining, "email", language)),
            Language::English => format!("Sending resumed: {} left", plural(resumed.remaining, "email", language)),
        },
        Event::Retry(retry) => again(retry, language),
        Event::Finished(finished) => end(finished, language),
    }
}

fn start(started: &Started, language: Language) -> String {
    let what = started.noun.counted(started.total, language);
    let (ids, via) = (run_ids(&started.run), route(started.route, language));
    let user = started.user.as_deref().map(clean);
    let user = user.map(|user| format!(", {}: {user}", pick(language, "utilisateur", "user"))).unwrap_or_default();
    match language {
        Language::French => format!("Début de l'envoi de {what} via {via} ({ids}{user})"),
        Language::English => format!("Started sending {what} via {via} ({ids}{user})"),
    }
}

fn settled(item: &Item, language: Language) -> String {
    let Item { n, total, .. } = item;
    let (label, took) = (label(item.file.as_ref(), &item.recipients), tenths(item.duration_ms));
    match (&item.outcome, language) {
        (Outcome::Sent { reference, .. }, Language::French) => {
            let reference = clean(reference);
            format!("Email {n}/{total} envoyé avec succès: {label} (Message ID: {reference}, durée: {took}s)")
        }
        (Outcome::Sent { reference, .. }, Language::English) => {
            let reference = clean(reference);
            format!("Email {n}/{total} sent successfully: {label} (Message ID: {reference}, took: {took}s)")
        }
        (Outcome::Failed { error }, Language::French) => {
            format!("Erreur email {n}/{total}: {label} - {} (durée: {took}s)", clean(error))
        }
        (Outcome::Failed { error }, Language::English) => {
            format!("Error email {n}/{total}: {label} - {} (took: {took}s)", clean(error))
        }
        (Outcome::Unknown { error }, Language::French) => {
            format!(
                "Erreur email {n}/{total}: {label} - issue inconnue, peut-être envoyé: {} (durée: {took}s)",
                clean(error)
            )
        }
        (Outcome::Unknown { error }, Language::English) => {
            format!(
                "Error email {n}/{total}: {label} - outcome unknown, perhaps sent: {} (took: {took}s)",
                clean(error)
            )
        }
        (Outcome::Skipped { reason }, Language::French) => {
            format!("Email {n}/{total} ignoré: {label} - {}", aside(reason, language))
        }
        (Outcome::Skipped { reason }, Language::English) => {
            format!("Email {n}/{total} skipped: {label} - {}", aside(reason, language))
        }
    }
}

/// A second line for an email that left, but not to everybody.
pub(super) fn refused(item: &Item, language: Language) -> Option<String> {
    let Outcome::Sent { refused, .. } = &item.outcome else { return None };
    let (n, total, who) = (item.n, item.total, list(refused));
    (!refused.is_empty()).then(|| match language {
        Language::French => format!("Email {n}/{total}: destinataire(s) refusé(s) par le serveur: {who}"),
        Language::English => format!("Email {n}/{total}: recipient(s) refused by the server: {who}"),
    })
}

fn percent(progress: &Progress, language: Language) -> String {
    let Progress { counters, rate, eta_s } = progress;
    let (processed, total, percent) = (counters.processed(), counters.total, counters.percent() as u64);
    let sent = succeeded(counters, language);
    // Not "erreurs": what greps for that word counts lines, and this one tells of no failure of its own.
    let bad = counters.failed + counters.unknown;
    let eta = eta_s.map_or_else(|| "?".to_owned(), minutes);
    match language {
        Language::French => {
            let bad = plural(bad, "échec", language);
            format!(
                "Progression: {processed}/{total} emails ({percent}%) - {sent}, {bad} ({rate:.1} emails/s, temps restant estimé: {eta})"
            )
        }
        Language::English => {
            format!(
                "Progress: {processed}/{total} emails ({percent}%) - {sent}, {bad} failed ({rate:.1} emails/s, estimated time left: {eta})"
            )
        }
    }
}

fn pause(paused: &Paused, language: Language, local: &dyn Fn(Timestamp) -> String) -> String {
    let reason = aside(&paused.reason, language);
    match (paused.until, language) {
        (Some(until), Language::French) => format!("Envoi en pause: {reason} (reprise: {})", local(until)),
        (None, Language::French) => format!("Envoi en pause: {reason} (reprise à la main)"),
        (Some(until), Language::English) => format!("Sending paused: {reason} (resumes: {})", local(until)),
        (None, Language::English) => format!("Sending paused: {reason} (until it is resumed by hand)"),
    }
}

pub(super) fn cut_off(lost: &Lost, language: Language) -> String {
    let items = plural(lost.items, "email", language);
    let fate = match (lost.fate, language) {
        (Fate::Uncertain, Language::French) => "issue inconnue, à vérifier",
        (Fate::Uncertain, Language::English) => "outcome unknown, to be checked",
        (Fate::Again, Language::French) => "à renvoyer",
        (Fate::Again, Language::English) => "to be sent again",
    };
    match language {
        Language::French => format!("Arrêt imprévu du programme: {items} en cours d'envoi à ce moment ({fate})"),
        Language::English => format!("Unexpected end of the program: {items} in flight at that moment ({fate})"),
    }
}

fn again(retry: &Retry, language: Language) -> String {
    let Retry { n, total, attempt, wait_s, .. } = retry;
    let (label, reason) = (label(retry.file.as_ref(), &retry.recipients), aside(&retry.reason, language));
    match language {
        Language::French => {
            format!("Email {n}/{total}: nouvel essai dans {wait_s}s (essai {attempt}): {label} - {reason}")
        }
        Language::English => {
            format!("Email {n}/{total}: trying again in {wait_s}s (attempt {attempt}): {label} - {reason}")
        }
    }
}

fn end(finished: &Finished, language: Language) -> String {
    let (ids, counters) = (run_ids(&finished.run), &finished.counters);
    let (elapsed, rate) = (tenths(finished.elapsed_ms), mean_rate(counters, finished.elapsed_ms));
    let total = plural(counters.total, "email", language);
    let counts = counts(counters, language);
    let reason = match &finished.ending {
        Ending::Failed { reason } => format!(" - {}", clean(reason)),
        Ending::Completed | Ending::Cancelled => String::new(),
    };
    match language {
        Language::French => {
            let how = ended(&finished.ending, language);
            format!(
                "{how} ({ids}): {counts} sur {total} (temps total: {elapsed}s, moyenne: {rate:.1} emails/s){reason}"
            )
        }
        Language::English => {
            let how = ended(&finished.ending, language);
            format!(
                "{how} ({ids}): {counts} out of {total} (total time: {elapsed}s, average: {rate:.1} emails/s){reason}"
            )
        }
    }
}

pub(super) const fn ended(ending: &Ending, language: Language) -> &'static str {
    match ending {
        Ending::Completed => pick(language, "Envoi terminé", "Sending finished"),
        Ending::Cancelled => pick(language, "Envoi annulé", "Sending cancelled"),
        Ending::Failed { .. } => pick(language, "Envoi interrompu", "Sending broken off"),
    }
}

fn succeeded(counters: &Counters, language: Language) -> String {
    format!("{} {}", counters.succeeded, pick(language, "succès", "sent"))
}

/// `498 succès, 2 erreurs`, and what else there is.
fn counts(counters: &Counters, language: Language) -> String {
    let mut parts = vec![succeeded(counters, language)];
    parts.push(plural(counters.failed, pick(language, "erreur", "error"), language));
    if counters.unknown > 0 {
        let (one, many) = pick_pair(language, ("inconnu", "inconnus"), ("unknown", "unknown"));
        parts.push(format!("{} {}", counters.unknown, if counters.unknown == 1 { one } else { many }));
    }
    if counters.skipped > 0 {
        let (one, many) = pick_pair(language, ("ignoré", "ignorés"), ("skipped", "skipped"));
        parts.push(format!("{} {}", counters.skipped, if counters.skipped == 1 { one } else { many }));
    }
    parts.join(", ")
}

const fn pick_pair<'a>(
    language: Language,
    french: (&'a str, &'a str),
    english: (&'a str, &'a str),
) -> (&'a str, &'a str) {
    match language {
        Language::French => french,
        Language::English => english,
    }
}
