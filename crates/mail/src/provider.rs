//! What a new account may send where nobody has said it yet: what its provider is known to allow, or what most do.

use model::pace::Limits;

/// Limits for an account at `url`. A server on this machine has none: it is the user's own.
///
/// Gmail: 60 sends a minute for a new project, 2,000 messages in any 24 hours, 10,000 recipients
/// (<https://developers.google.com/gmail/api/reference/quota>, <https://support.google.com/a/answer/166852>), and 500
/// for a personal mailbox. Exchange Online: 30 messages a minute, 10,000 recipients
/// (<https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits>),
/// and 300 messages for a personal mailbox of Outlook.
pub fn limits_of(url: &str) -> Limits {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = bare.split_once("://").unwrap_or(("", bare));
    let (user, place) = rest.trim_end_matches('/').rsplit_once('@').unwrap_or(("", rest));
    let host = host_of(place).to_ascii_lowercase();
    let user = user.to_ascii_lowercase();
    let paced = |per_minute, daily, recipients: Option<u32>| Limits {
        per_minute: Some(per_minute),
        daily,
        daily_recipients: recipients,
        ..Limits::default()
    };
    let personal = |names: &[&str]| names.iter().any(|name| user.ends_with(name));
    let under = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    let loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match (scheme, host.as_str()) {
        ("gmail", "gmail.com" | "googlemail.com") => paced(60, Some(500), None),
        ("gmail", _) => paced(60, Some(2_000), Some(10_000)),
        _ if loopback || under("localhost") => Limits::default(),
        (_, "smtp.gmail.com" | "smtp.googlemail.com") if personal(&["gmail.com", "googlemail.com"]) => {
            paced(60, Some(500), None)
        }
        (_, "smtp.gmail.com" | "smtp.googlemail.com") => paced(60, Some(2_000), Some(10_000)),
        (_, "smtp-relay.gmail.com") => paced(60, None, Some(10_000)),
        (_, "smtp-mail.outlook.com") => paced(30, Some(300), None),
        _ if under("office365.com") || under("outlook.com") => paced(30, None, Some(10_000)),
        _ => paced(60, Some(2_000), None),
    }
}

/// The server that mail is handed to, and as whom: URLs of one place are one account, whatever options they carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    is_gmail: bool,
    user: String,
    /// In small letters; all names of this machine are one.
    host: String,
    port: u16,
}

impl Place {
    /// `None` where the URL names no server.
    pub fn of(url: &str) -> Option<Self> {
        let url = url::Url::parse(url.trim()).ok()?;
        let default_port = match url.scheme() {
            "smtp" => 587,
            "smtps" => 465,
            "gmail" => 443,
            _ => return None,
        };
        let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
        let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        Some(Self {
            is_gmail: url.scheme() == "gmail",
            user: percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy().into_owned(),
            host: if is_here { "localhost".to_owned() } else { host },
            port: url.port().unwrap_or(default_port),
        })
    }
}

/// Without its port, and an address without its brackets.
fn host_of(place: &str) -> &str {
    match place.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => place.split([':', '/']).next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_accounts_send_as_their_provider_allows() {
        for (url, per_minute, daily, recipients) in [
            ("gmail://compta@exemple.fr", Some(60), Some(2_000), Some(10_000)),
            ("gmail://zoe@gmail.com", Some(60), Some(500), None),
            ("smtp://zoe%40gmail.com@smtp.gmail.com:587", Some(60), Some(500), None),
            ("smtps://compta%40exemple.fr@SMTP.gmail.com", Some(60), Some(2_000), Some(10_000)),
            ("smtp://compta%40exemple.fr@smtp.office365.com:587", Some(30), None, Some(10_000)),
            ("smtp://exemple-fr.mail.protection.outlook.com:25", Some(30), None, Some(10_000)),
            ("smtp://u@mail.exemple.fr:587?connections=5", Some(60), Some(2_000), None),
            ("smtp://u@10.0.0.5:25", Some(60), Some(2_000), None),
            ("smtp://127.0.0.1:2525", None, None, None),
            ("smtp://u@localhost:25/", None, None, None),
            ("smtp://[::1]:25", None, None, None),
        ] {
            let limits = limits_of(url);
            assert_eq!(
                (limits.per_minute, limits.daily, limits.daily_recipients),
                (per_minute, daily, recipients),
                "{url}"
            );
        }
    }

    #[test]
    fn urls_of_one_server_port_and_user_are_one_place() {
        let place = |url: &str| Place::of(url).unwrap();
        for (one, other) in [
            ("smtp://compta@127.0.0.1:2525", "smtp://compta@LOCALHOST:2525/?connections=2"),
            ("smtp://compta@[::1]:2525", "smtp://compta@127.0.0.1:2525"),
            ("smtp://u@Mail.Exemple.fr", "smtp://u@mail.exemple.fr:587?tls=required"),
            ("smtps://zoe%40exemple.fr@mail.exemple.fr", "smtps://zoe@exemple.fr@mail.exemple.fr:465"),
            ("gmail://compta@exemple.fr", "gmail://compta@exemple.fr/"),
        ] {
            assert_eq!(place(one), place(other));
        }
        for (one, other) in [
            ("smtp://u@mail.exemple.fr", "smtps://u@mail.exemple.fr"),
            ("smtp://u@mail.exemple.fr", "smtp://v@mail.exemple.fr"),
            ("smtp://u@mail.exemple.fr", "smtp://mail.exemple.fr"),
            ("smtp://u@10.0.0.5:25", "smtp://u@127.0.0.1:25"),
            ("gmail://u@exemple.fr", "smtp://u@exemple.fr:443"),
        ] {
            assert_ne!(place(one), place(other));
        }
        assert_eq!((Place::of("mail.exemple.fr"), Place::of("http://mail.exemple.fr")), (None, None));
    }
}
