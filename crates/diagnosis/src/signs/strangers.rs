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

#[cfg(test)]
mod tests {
    use super::*;

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
