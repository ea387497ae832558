//! Why a channel could not be told, in the reader's language. It is kept as it was found, for programs and logs: in English, with
//! what libraries and other servers say. People are told what it means.

use crate::words::TEXTS;
use language::{FluentValue, Language};

/// What is found in an error of the network, from the most particular to the most general, and the text that says it.
const NETWORK: [(&str, &str); 11] = [
    ("is not a public address", "error-inner-address"),
    ("is a service of the cloud", "error-inner-address"),
    ("certificate", "error-certificate"),
    ("failed to lookup address", "error-name"),
    ("dns error", "error-name"),
    ("Connection refused", "error-refused"),
    ("timed out", "error-timeout"),
    ("Network is unreachable", "error-unreachable"),
    ("No route to host", "error-unreachable"),
    ("Connection reset", "error-cut-off"),
    ("closed before message completed", "error-cut-off"),
];

/// Whole errors of ours.
const OURS: [(&str, &str); 6] = [
    ("there was no answer in time", "error-timeout-plain"),
    ("the channel was deleted", "error-channel-deleted"),
    ("the message cannot be read", "error-message"),
    ("its URL cannot be read", "error-url"),
    ("its key cannot be read", "error-key"),
    ("its token cannot be read", "error-token"),
];

/// The error of a channel as people are told it.
pub fn told_error(kept: &str, language: Language) -> String {
    let say = |id: &str, values: &[(&str, FluentValue<'_>)]| TEXTS.say(language, id, values);
    if kept.is_empty() {
        return String::new();
    }
    if let Some((_, id)) = OURS.iter().find(|(text, _)| *text == kept) {
        return say(id, &[]);
    }
    if let Some(account) = kept.strip_prefix("there is no sending account ") {
        return say("error-no-account", &[("name", account.into())]);
    }
    if let Some((status, said)) = answered(kept) {
        let id = if said.is_empty() { "error-status" } else { "error-status-said" };
        return say(id, &[("status", status.into()), ("said", said.into())]);
    }
    let host = kept.split_once(" cannot be called").map(|(host, _)| host).filter(|host| !host.contains(' '));
    if let Some((_, id)) = NETWORK.iter().find(|(text, _)| kept.contains(text)) {
        return say(id, &[("host", host.unwrap_or_else(|| first_word(kept)).into())]);
    }
    if let Some(host) = host {
        return say("error-unreachable", &[("host", host.into())]);
    }
    let code = kept.split(": ").next().unwrap_or_default();
    if is_code(code) {
        return mail::verdict_text::explain(&model::Verdict::permanent(code, model::Fault::Server), language);
    }
    // What another server replied to an e-mail, to the letter.
    kept.to_owned()
}

/// `404 Not Found no_service`: the status, and what was said besides.
fn answered(kept: &str) -> Option<(&str, &str)> {
    let status = kept.get(..3).filter(|status| status.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = kept.get(3..)?.strip_prefix(' ')?;
    // Replies to e-mails have a code too: `550 5.1.1 …`, `535-…`.
    let reason = reqwest::StatusCode::from_bytes(status.as_bytes()).ok()?.canonical_reason()?;
    Some((status, rest.strip_prefix(reason)?.trim_start()))
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn is_code(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_in_the_readers_language() {
        let refused = "hooks.example.org cannot be called: client error (Connect): tcp connect error: Connection refused (os error 111)";
        let inner = "10.0.0.7 is not a public address. To allow an address of your network, name it in `alert-networks` of vigie.toml";
        for (kept, english, french) in [
            ("", "", ""),
            ("there was no answer in time", "No answer in time.", "Pas de réponse à temps."),
            (
                "404 Not Found no_service",
                "The service answered 404: no_service",
                "Le service a répondu 404\u{a0}: no_service",
            ),
            ("503 Service Unavailable", "The service answered 503", "Le service a répondu 503"),
            (refused, "hooks.example.org refuses the connection.", "hooks.example.org refuse la connexion."),
            (
                "hooks.example.org cannot be called: client error (Connect): dns error: failed to lookup address information",
                "The name hooks.example.org leads nowhere.",
                "Le nom hooks.example.org ne mène nulle part.",
            ),
            (
                "hooks.example.org cannot be called: something new",
                "hooks.example.org cannot be reached.",
                "hooks.example.org est injoignable.",
            ),
            (
                "there is no sending account ops",
                "There is no sending account ops.",
                "Il n’y a pas de compte d’envoi ops.",
            ),
            ("550 5.1.1 No such user", "550 5.1.1 No such user", "550 5.1.1 No such user"),
        ] {
            assert_eq!(told_error(kept, Language::English), english);
            assert_eq!(told_error(kept, Language::French), french);
        }
        let french = told_error(inner, Language::French);
        assert!(french.contains("10.0.0.7") && french.contains("alert-networks"), "{french}");
        let verdict = told_error("unknown_recipient", Language::French);
        assert!(!verdict.contains('_') && verdict.contains(' '), "{verdict}");
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        for (_, id) in OURS.iter().chain(&NETWORK) {
            for language in [Language::English, Language::French] {
                let text = TEXTS.say(language, id, &[("host", "h".into())]);
                assert!(!text.is_empty() && text != *id, "{id}");
            }
        }
    }
}
