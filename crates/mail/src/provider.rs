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
}
