//! What somebody from outside chose the words of: a path that there is not, the name in a login that failed. It proves nothing.

use super::has;
use std::borrow::Cow;

/// Lines of frameworks that name what was asked for and is not there, or is refused: Django, Rails, Laravel, Symfony, Spring.
const REFUSALS: &[&str] = &[
    "Not Found: /",
    "Bad Request: /",
    "Forbidden: /",
    "Forbidden (",
    "Unauthorized: /",
    "Method Not Allowed (",
    "Invalid HTTP_HOST header",
    "Page not found",
    "No route matches [",
    "No route found for",
    "No mapping for ",
    "NotFoundHttpException",
    "MethodNotAllowedHttpException",
    "ActionController::RoutingError",
    "Started GET \"",
    "Started POST \"",
];
/// Before a name, a search or an agent that somebody typed.
const TYPED: &[&str] = &[
    "bad login",
    "failed login",
    "login failed",
    "login attempt",
    "échec de connexion",
    "connexion refusée pour",
    "unknown login",
    "invalid user",
    "wrong password",
    "search",
    "recherche",
    "user-agent",
    "user agent",
    "referer",
    "subject",
    "betreff",
    "objet=",
    "oggetto",
    "asunto",
];

/// Whether a message says that a request from outside was refused.
pub(super) fn is_refusal(message: &str) -> bool {
    let head = message.lines().next().unwrap_or_default();
    REFUSALS.iter().any(|words| head.contains(words))
}

/// The text without what stands in quotation marks, where that is what somebody typed.
pub(super) fn without_typed(text: &str) -> Cow<'_, str> {
    let head = text.lines().next().unwrap_or_default();
    let has_marks = head.contains(['"', '“', '«', '\'']);
    if !has_marks || !has(&head.to_lowercase(), TYPED) {
        return Cow::Borrowed(text);
    }
    // What stands in a subject may hold marks of its own.
    if let Some((before, rest)) = head.split_once("subject=\"") {
        let behind = rest.rsplit_once('"').map_or("", |(_, behind)| behind);
        return Cow::Owned(format!("{before}{behind}{}", &text[head.len()..]));
    }
    let mut left = String::with_capacity(text.len());
    let mut rest = head;
    while let Some(start) = rest.find(['"', '“', '«', '\'']) {
        let mark = rest[start..].chars().next().unwrap_or('"');
        let close = match mark {
            '“' => '”',
            '«' => '»',
            other => other,
        };
        left.push_str(&rest[..start]);
        let inside = &rest[start + mark.len_utf8()..];
        rest = inside.split_once(close).map_or("", |(_, rest)| rest);
    }
    left.push_str(rest);
    left.push_str(&text[head.len()..]);
    Cow::Owned(left)
}

/// The text without the counts that are naught: `disk full: 0`, `smtp_timeout=0 refused=3` is `  refused=3`.
pub(super) fn without_noughts(text: &str) -> Cow<'_, str> {
    let is_nought = |at: usize, mark: usize| {
        let rest = text[at + mark..].trim_start_matches([' ', '"']);
        let behind = rest.strip_prefix('0').map(|behind| behind.trim_start_matches('"'));
        behind.is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '-')))
    };
    let marks = text.match_indices(['=', ':']).filter(|(at, mark)| is_nought(*at, mark.len()));
    let mut left = String::new();
    let mut from = 0;
    for (at, mark) in marks {
        let before = &text[from..at];
        // Before an equals sign stands one word; before a colon those since the last separator.
        let start = match mark {
            "=" => before.rfind(|c: char| c.is_whitespace() || ",;|([{".contains(c)),
            _ => before.rfind([',', ';', '|', '(', '[', '{', '\n', '=', '·', '/']),
        };
        let start = start.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        if before[start..].len() <= COUNTED_BYTES_MAX {
            left.push_str(&before[..start]);
            from = at + text[at..].find('0').unwrap_or(0) + 1;
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    left.push_str(&text[from..]);
    Cow::Owned(left)
}

/// Bytes of what is counted.
const COUNTED_BYTES_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_are_naught_are_left_out() {
        for (text, expected) in [
            ("summary delivered=320 smtp_timeout=0 auth_failed=2 disk_full=0", "summary delivered=320  auth_failed=2 "),
            ("  disk full: 0", ""),
            ("sent: 12, connection refused: 0, timeouts: 3", "sent: 12,, timeouts: 3"),
            ("{\"sent\":3,\"timeout\":0}", "{\"sent\":3,}"),
            ("exit=0.5 code=01 at 10:0:5 offset=0x1f", "exit=0.5 code=01 at 10:0:5 offset=0x1f"),
            ("connection refused", "connection refused"),
        ] {
            assert_eq!(without_noughts(text), expected);
        }
    }

    #[test]
    fn what_somebody_typed_is_left_out() {
        for (text, expected) in [
            ("bad login for user \"No space left on device\" from 192.0.2.1", "bad login for user  from 192.0.2.1"),
            ("recherche « WORKER TIMEOUT » sans résultat", "recherche  sans résultat"),
            (
                "cannot open \"/srv/list.csv\": No space left on device",
                "cannot open \"/srv/list.csv\": No space left on device",
            ),
            ("login failed for user \"open", "login failed for user "),
        ] {
            assert_eq!(without_typed(text), expected);
        }
        assert!(is_refusal("Not Found: /WORKER TIMEOUT (pid:99)") && !is_refusal("Internal Server Error: /send"));
    }
}
