//! Why a channel could not be told: kept with its parts, and said in the reader's language.

use crate::words::TEXTS;
use language::{FluentValue, Language};
use model::{Fault, Verdict};
use outbound::Trouble;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a message was not told. `said` is what a library or another server says, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum TellFailure {
    /// A call had no answer.
    Call {
        why: Trouble,
        host: String,
        said: String,
    },
    /// It had one that is no success.
    Answered {
        status: u16,
        said: String,
    },
    /// Nothing came of it in the time that an attempt has.
    NoAnswer,
    NoAccount {
        name: String,
    },
    ChannelDeleted,
    BadMessage,
    BadUrl,
    BadKey,
    BadToken,
    /// The settings of the channel, or its secret, cannot be read.
    BadChannel {
        said: String,
    },
    /// What became of an e-mail.
    Mail {
        verdict: Box<Verdict>,
    },
    /// Anything else.
    Other {
        said: String,
    },
}

impl TellFailure {
    pub(crate) fn other(said: &impl ToString) -> Self {
        Self::Other { said: said.to_string() }
    }

    pub(crate) fn call(error: &reqwest::Error) -> Self {
        let why = Trouble::of(error);
        let host = error.url().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
        Self::Call { why, host, said: outbound::why(error) }
    }

    pub(crate) fn refused(refused: outbound::Refused) -> Self {
        Self::Call { why: Trouble::Refused, host: refused.address().to_string(), said: refused.to_string() }
    }

    /// What stops a sending account from sending.
    pub(crate) fn stopped(code: &str, detail: &str) -> Self {
        let verdict = Verdict::permanent(code, Fault::Server).with_arg("error", detail).with_arg("problem", detail);
        Self::mail(verdict)
    }

    pub(crate) fn mail(verdict: Verdict) -> Self {
        Self::Mail { verdict: Box::new(verdict) }
    }

    /// As the database keeps it.
    pub(crate) fn kept(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Its parts, for programs.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Another version of the program kept it as a text.
    pub fn read(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_else(|_| Self::other(&kept))
    }

    /// For people.
    pub fn told(&self, language: Language) -> String {
        let say = |id: &str, values: &[(&str, FluentValue<'_>)]| TEXTS.say(language, id, values);
        match self {
            Self::Call { why, host, .. } => say(call_id(*why), &[("host", host.as_str().into())]),
            Self::Answered { status, said } => {
                let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
                let status = format!("{status} {}", reason.unwrap_or_default());
                let id = if said.is_empty() { "error-status" } else { "error-status-said" };
                say(id, &[("status", status.trim_end().into()), ("said", said.as_str().into())])
            }
            Self::NoAccount { name } => say("error-no-account", &[("name", name.as_str().into())]),
            Self::Mail { verdict } => {
                let told = mail::verdict_text::explain(verdict, language);
                if verdict.reply.is_empty() { told } else { format!("{told} ({})", verdict.reply) }
            }
            Self::Other { said } => said.clone(),
            Self::NoAnswer => say("error-timeout-plain", &[]),
            Self::ChannelDeleted => say("error-channel-deleted", &[]),
            Self::BadMessage => say("error-message", &[]),
            Self::BadUrl => say("error-url", &[]),
            Self::BadKey => say("error-key", &[]),
            Self::BadToken => say("error-token", &[]),
            Self::BadChannel { .. } => say("error-channel", &[]),
        }
    }
}

const fn call_id(why: Trouble) -> &'static str {
    match why {
        Trouble::Refused => "error-inner-address",
        Trouble::Name => "error-name",
        Trouble::Certificate => "error-certificate",
        Trouble::Tls => "error-tls",
        Trouble::NobodyListens => "error-refused",
        Trouble::TimedOut => "error-timeout",
        Trouble::Unreachable => "error-unreachable",
        Trouble::CutOff => "error-cut-off",
    }
}

/// The error of a channel, as it is kept, for people.
pub fn told_error(kept: &str, language: Language) -> String {
    if kept.is_empty() { String::new() } else { TellFailure::read(kept).told(language) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(why: Trouble, host: &str) -> TellFailure {
        TellFailure::Call { why, host: host.to_owned(), said: "tcp connect error".to_owned() }
    }

    #[test]
    fn errors_are_told_in_the_readers_language() {
        let host = "hooks.example.org";
        for (failure, english, french) in [
            (TellFailure::NoAnswer, "No answer in time.", "Pas de réponse à temps."),
            (
                TellFailure::Answered { status: 404, said: "no_service".into() },
                "The service answered 404 Not Found: no_service",
                "Le service a répondu 404 Not Found\u{a0}: no_service",
            ),
            (
                TellFailure::Answered { status: 599, said: String::new() },
                "The service answered 599",
                "Le service a répondu 599",
            ),
            (
                call(Trouble::NobodyListens, host),
                "hooks.example.org refuses the connection.",
                "hooks.example.org refuse la connexion.",
            ),
            (
                call(Trouble::Name, host),
                "The name hooks.example.org leads nowhere.",
                "Le nom hooks.example.org ne mène nulle part.",
            ),
            (
                TellFailure::NoAccount { name: "ops".into() },
                "There is no sending account ops.",
                "Il n’y a pas de compte d’envoi ops.",
            ),
            (TellFailure::other(&"something"), "something", "something"),
        ] {
            let kept = failure.kept();
            assert_eq!(TellFailure::read(&kept), failure);
            assert_eq!(told_error(&kept, Language::English), english);
            assert_eq!(told_error(&kept, Language::French), french);
        }
        assert_eq!(told_error("", Language::French), "");
        assert_eq!(told_error("550 5.1.1 No such user", Language::French), "550 5.1.1 No such user", "kept before");
        let inner = call(Trouble::Refused, "10.0.0.7").told(Language::French);
        assert!(inner.contains("10.0.0.7") && inner.contains("alert-networks"), "{inner}");
    }

    #[test]
    fn what_became_of_an_e_mail_is_told_as_it_is_of_mailings() {
        let verdict = Verdict::permanent("unknown_recipient", Fault::Recipient).with_reply("550 5.1.1 No such user");
        let told = TellFailure::mail(verdict).told(Language::French);
        assert!(
            told.starts_with("Cette adresse n’existe pas.") && told.ends_with("(550 5.1.1 No such user)"),
            "{told}"
        );
        let told = TellFailure::stopped("connect_failed", "no connection: Connection refused (os error 111)");
        let told = told.told(Language::French);
        assert!(told.contains("connexion refusée"), "{told}");
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        let fixed = [
            TellFailure::NoAnswer,
            TellFailure::ChannelDeleted,
            TellFailure::BadMessage,
            TellFailure::BadUrl,
            TellFailure::BadKey,
            TellFailure::BadToken,
            TellFailure::BadChannel { said: String::new() },
        ];
        let all = Trouble::ALL.map(|why| call(why, "h"));
        for failure in all.iter().chain(&fixed) {
            let [english, french] = [Language::English, Language::French].map(|language| failure.told(language));
            assert!(english != french && english.contains(' ') && french.contains(' '), "{english} {french}");
        }
    }
}
