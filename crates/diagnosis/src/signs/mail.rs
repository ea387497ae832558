//! Mail: what Postfix says of each message, and what applications say that they sent.

use super::{Told, done, lookup, mta, number_of, replies, retries, stops, strangers, text_of};
use crate::evidence::{Actor, Delivery, Family, Sign};
use model::Level;
use sources::record::Parsed;

/// What a line of Postfix proves: what became of a recipient, and why.
pub(super) fn read(parsed: &Parsed<'_>, actor: &Actor) -> Vec<Told> {
    let daemon = text_of(parsed, &["daemon"]).unwrap_or_default();
    let queue_id = text_of(parsed, &["queue_id"]).unwrap_or_default();
    let told = |sign, address: String| Told {
        sign,
        actor: actor.clone(),
        request: None,
        delivery: (!queue_id.is_empty()).then(|| Delivery {
            address,
            queue_id: queue_id.clone(),
            original: text_of(parsed, &["orig_to"]),
            recipients: 0,
        }),
    };
    // What strangers try on the way in says nothing of the way out.
    if daemon.ends_with("smtpd") || daemon == "postscreen" || daemon == "anvil" {
        let is_ours = daemon.ends_with("smtpd") && parsed.message.contains(": client=") && queue_id != "NOQUEUE";
        let mut all: Vec<Told> = is_ours.then(|| told(Sign::Submitted, String::new())).into_iter().collect();
        all.extend(
            lookup::signs(&parsed.message, Family::Mail)
                .into_iter()
                .filter(is_local)
                .map(|sign| told(sign, String::new())),
        );
        return all;
    }
    if daemon == "pickup" && parsed.message.contains(": uid=") {
        return vec![told(Sign::Submitted, String::new())];
    }
    // A message to one is done with its one line.
    let recipients = number_of(parsed, &["nrcpt"]).map_or(0, |count| count as usize);
    if recipients > 1 {
        let mut queued = told(Sign::Queued, String::new());
        queued.delivery.iter_mut().for_each(|delivery| delivery.recipients = recipients);
        return vec![queued];
    }
    if let Some(said) = mta::read(&parsed.message) {
        return of_message(parsed, actor, &said);
    }
    let address = text_of(parsed, &["to"]).unwrap_or_default();
    let mut all = Vec::new();
    match text_of(parsed, &["status"]).as_deref() {
        Some("sent") => return vec![told(Sign::Delivered, address)],
        Some("deferred") => all.push(told(Sign::Deferred, address.clone())),
        Some("bounced") => all.push(told(Sign::Bounced, address.clone())),
        // What comes from elsewhere, without a login, is for people here.
        Some("received") => {
            let is_ours = parsed.message.contains(" P=local") || parsed.message.contains(" A=");
            return is_ours.then(|| told(Sign::Submitted, String::new())).into_iter().collect();
        }
        _ => {}
    }
    all.extend(reasons(parsed).into_iter().map(|sign| told(sign, address.clone())));
    all
}

/// What a line of Sendmail or OpenSMTPD proves: what became of each recipient, and why.
fn of_message(parsed: &Parsed<'_>, actor: &Actor, said: &mta::Said<'_>) -> Vec<Told> {
    let told = |sign, address: &str| Told {
        sign,
        actor: actor.clone(),
        request: None,
        delivery: Some(Delivery {
            address: address.to_owned(),
            queue_id: said.queue_id.to_owned(),
            original: None,
            recipients: said.recipients,
        }),
    };
    if said.to.is_empty() {
        return vec![told(said.sign, "")];
    }
    let reasons = if said.sign == Sign::Delivered { Vec::new() } else { reasons(parsed) };
    let signs = || std::iter::once(said.sign).chain(reasons.iter().copied());
    said.to.iter().flat_map(|address| signs().map(|sign| told(sign, address)).collect::<Vec<_>>()).collect()
}

/// Why a mail server did not take a message, as far as the line says.
fn reasons(parsed: &Parsed<'_>) -> Vec<Sign> {
    let mut signs = lookup::signs(&parsed.message, Family::Mail);
    let is_general = |sign: &Sign| matches!(sign, Sign::SmtpBusy | Sign::SmtpRefused | Sign::RecipientRefused);
    if let Some(general) = signs.iter_mut().find(|sign| is_general(sign)) {
        // What the server says beside its code may be more particular.
        let said = replies::sign(&lookup::beginning(&parsed.message).to_lowercase());
        *general = said.filter(|said| matches!(said, Sign::SmtpRate | Sign::SmtpQuota)).unwrap_or(*general);
    }
    if signs.is_empty() && super::speaks_of_failures(parsed, Family::Mail) {
        // Whoever hands mail over speaks with a mail server, whatever it calls it.
        signs.extend(super::failure(&format!("smtp: {}", parsed.message)));
    }
    signs
}

/// Whether Exim speaks of somebody who connected to it.
pub(super) fn is_of_strangers(message: &str) -> bool {
    const WORDS: [&str; 8] = [
        " authenticator failed for ",
        " rejected RCPT ",
        " rejected after DATA",
        " rejected EHLO ",
        " rejected connection ",
        "SMTP connection from ",
        "no host name found for IP",
        "SMTP protocol synchronization error",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

/// What the machine itself lacks is worth knowing, whoever was served then.
fn is_local(sign: &Sign) -> bool {
    matches!(sign, Sign::NoSpace | Sign::SmtpNoSpace | Sign::ReadOnly | Sign::TooManyFiles | Sign::QuotaExceeded)
}

/// Words of success, by their beginning, in the languages of programs' authors.
const SENT: &[&str] = &[
    "delivered",
    "accepted",
    "envoyé",
    "versendet",
    "verschickt",
    "gesendet",
    "enviado",
    "enviada",
    "inviat",
    "verzonden",
    "verstuurd",
    "wysłan",
    "skickat",
    "lähetetty",
    "odeslán",
    "saadetud",
    "išsiųst",
    "nosūtīt",
    "poslan",
    "trimis",
    "gönderildi",
];
/// Words that make something else of them.
const NOT: &[&str] = &[
    "not sent",
    "non envoyé",
    "failed",
    "échec",
    "error",
    "erreur",
    "will be",
    "nicht",
    "no enviado",
    "fehler",
    "could not",
    "bounce",
    "refused",
    "rejected",
    "retry",
    "deferred",
    "timeout",
    "timed out",
];

/// Words of lines that name somebody who uses the program.
const OF_USERS: &[&str] = &[
    "login",
    "logged",
    "log in",
    "log out",
    "logout",
    "signed",
    "sign in",
    "signup",
    "registered",
    "password",
    "passwort",
    "mot de passe",
    "session",
    "token",
    "user",
    "invalid",
    "unknown",
    "denied",
    "expired",
    "unsubscri",
    "désabonn",
    "abgemeldet",
    "connexion",
    "angemeldet",
    "from=",
    "import",
    "bounced",
    "complaint",
    "get /",
    "post /",
];

/// `sent to a@b.fr`, `e-mail envoyé à a@b.fr`: a word of success and one address.
pub(super) fn sent_by_application(parsed: &Parsed<'_>, actor: &Actor) -> Option<Told> {
    let message = &*strangers::without_typed(&parsed.message);
    let lower = message.to_lowercase();
    let says_sent = lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "sent" || SENT.iter().any(|sent| word.starts_with(sent)));
    let is_low = parsed.level.is_none_or(|level| level <= Level::Info);
    // `mailing 17 finished: 116 sent, 4 failed`: all is done, though not all of it went well.
    if is_low && done::tells_end_with_counts(&lower) {
        return Some(Told { sign: Sign::AppDone, actor: actor.clone(), request: None, delivery: None });
    }
    if NOT.iter().any(|word| lower.contains(word)) && !done::says_none_failed(&lower) {
        return None;
    }
    let field = || text_of(parsed, &["to", "recipient", "rcpt", "email", "address"]).filter(|to| to.contains('@'));
    let address = address_in(message).or_else(field);
    if stops::says_by_whom(&lower) {
        return Some(Told { sign: Sign::AppStopped, actor: actor.clone(), request: None, delivery: None });
    }
    let says_sent = says_sent || lower.contains("mail ok ");
    let sign = match &address {
        Some(_) if says_sent => Sign::AppSent,
        _ if parsed.level.is_some_and(|level| level > Level::Info) => return None,
        Some(_) if !OF_USERS.iter().any(|word| lower.contains(word)) => Sign::AppNamed,
        None if done::says_done(&lower) => Sign::AppDone,
        _ => return None,
    };
    let delivery = address.filter(|_| says_sent).map(|address| Delivery { address, ..Delivery::default() });
    Some(Told { sign, actor: actor.clone(), request: None, delivery })
}

/// Whom an application names whose address was refused for good; nobody where the reply is for a time, or names several.
pub(super) fn refused(message: &str) -> Option<Delivery> {
    let lower = lookup::beginning(message).to_lowercase();
    let is_for_good = replies::is_for_good(&lower) && !retries::will_try_again(&lower);
    let address = address_in(message).filter(|_| is_for_good)?;
    Some(Delivery { address, ..Delivery::default() })
}

/// The one e-mail address in a text; none where there are several.
fn address_in(text: &str) -> Option<String> {
    let is_edge = |c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c);
    let mut found = text.split(is_edge).filter_map(|word| {
        let word = word.trim_matches('.');
        let (local, domain) = word.split_once('@')?;
        let is_masked = word.contains(['*', '…']);
        (!local.is_empty() && domain.contains('.') && !domain.contains('@') && !is_masked).then(|| word.to_owned())
    });
    let first = found.next()?;
    // A reply says again whom it refuses.
    found.all(|other| other.eq_ignore_ascii_case(&first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_found_and_several_are_nobody() {
        for (text, expected) in [
            ("Mail sent to <ann@example.org>.", Some("ann@example.org")),
            ("sent to bob@example.org (250 ok)", Some("bob@example.org")),
            ("bob@example.org: 550 5.1.1 <Bob@example.org>: user unknown", Some("bob@example.org")),
            ("from a@b.fr to c@d.fr", None),
            ("sent to a***@example.org", None),
            ("nobody @ home", None),
        ] {
            assert_eq!(address_in(text).as_deref(), expected, "{text}");
        }
    }
}
