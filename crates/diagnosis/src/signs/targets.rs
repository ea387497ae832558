//! Services that a program calls over HTTP, when they refuse or fail: `answered 503`, `500 Server Error for url: https://…`.

use super::has;
use model::Level;
use sources::record::Parsed;

/// Statuses that an answer names where it is no answer to what was asked.
const STATUSES: &[u64] =
    &[400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 424, 429, 500, 501, 502, 503, 504, 520, 521, 522, 524];
/// Words of an answer, in any of the languages that programs are written in.
#[rustfmt::skip]
const ANSWERS: &[&str] = &[
    "http", "status", "answer", "respon", "replied", "returned", "répon", "répondu", "renvoyé", "renvoie", "retourné", "antwort", "antwoord", "antwoordt", "svar",
    "respuesta", "rispost", "risposto", "devolvió", "restituito", "odpowied", "resposta", "statut",
];
/// Bytes between such a word and the number.
const NEAR: usize = 40;
/// What stands right behind a status that is written out.
#[rustfmt::skip]
const REASONS: &[&str] = &[
    "bad request", "unauthorized", "forbidden", "not found", "conflict", "gone", "unprocessable", "too many requests", "internal server error", "server error",
    "client error", "bad gateway", "service unavailable", "service temporarily unavailable", "gateway time",
];
/// What a program is asked itself, or asks of a mail server.
const OTHERS: &[&str] = &["\"get /", "\"post /", "\"put /", "smtp", "rcpt to", "mail server", "mailbox", "recipient"];

/// Whether a text, which is in lower case and tells of a failure, says it of a service that was called.
pub(super) fn is_failed_answer(lower: &str) -> bool {
    let first = lower.lines().next().unwrap_or_default();
    let last = lower.lines().next_back().unwrap_or_default();
    [first, last].iter().any(|line| !has(line, OTHERS) && names_status(line))
}

/// Fields of structured records that hold the status of an answer, and those of a request that came from outside.
const STATUS_FIELDS: &[&str] =
    &["status", "statut", "status_code", "http_status", "httpStatus", "statusCode", "response_status"];
const OF_REQUESTS: &[&str] = &["path", "method", "remote_addr", "client", "request", "uri", "remote_ip"];

/// Whether a record of an error has the status of an answer beside its message.
pub(super) fn has_failed_status(parsed: &Parsed<'_>) -> bool {
    let is_error = parsed.level.is_some_and(|level| level >= Level::Error);
    let is_asked = OF_REQUESTS.iter().any(|name| parsed.field(name).is_some());
    let status = STATUS_FIELDS.iter().find_map(|name| parsed.field(name)?.as_integer());
    is_error
        && !is_asked
        && status.and_then(|status| u64::try_from(status).ok()).is_some_and(|status| STATUSES.contains(&status))
}

fn names_status(line: &str) -> bool {
    super::numbers(line).any(|(number, start, end)| {
        let before = &line[..start];
        let near = &before[before.floor_char_boundary(before.len().saturating_sub(NEAR))..];
        let behind = line[end..].trim_start_matches([' ', ':', '-', ',', '(']);
        let is_alone =
            !before.ends_with(['.', '/', '-', '#', '_', ':', '*']) && !line[end..].starts_with(['.', '/', '-', '_']);
        let is_told = has(near, ANSWERS) || REASONS.iter().any(|reason| behind.starts_with(reason));
        STATUSES.contains(&number) && is_alone && is_told
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_answer_is_known_by_its_status() {
        for (text, expected) in [
            (
                "le service appelé a répondu http status server error (503 service unavailable) for url (https://api.example.org/x)",
                true,
            ),
            ("artikel 30190: groothandel antwoordt 500 {\"fout\":\"intern\"}, koppeling gestopt", true),
            ("requests.exceptions.httperror: 502 server error: bad gateway for url: https://api.example.org/", true),
            ("axioserror: request failed with status code 429", true),
            ("error 500 rows read", false),
            ("\"post /import http/1.1\" 500", false),
            ("smtp server answered 503", false),
            ("failed after 404 letters", false),
            ("answer of 10.0.0.500: none", false),
        ] {
            assert_eq!(is_failed_answer(text), expected, "{text}");
        }
    }
}
