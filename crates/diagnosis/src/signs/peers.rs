//! Connections that failed, in the words of any language: to whom they were is known by the port, else by the library that
//! speaks.

use super::{
    has,
    lexicon::{Failure, Meaning, Peer, at_port, meanings},
};
use crate::evidence::Sign;

/// What a failed connection in `text` proves, which is in lower case.
pub(super) fn sign(text: &str) -> Option<Sign> {
    let found: Vec<(Meaning, usize)> = meanings(text).collect();
    let says = |failure| found.iter().any(|(meaning, _)| *meaning == Meaning::Failure(failure));
    // A timeout is said beside the words for a connection in general; that it was refused is said plainly, or meant by them.
    let is_plain = text.contains("refused");
    let is_cut = || text.contains("connection") && has(text, &["refused", " lost", " closed", " dropped", " broken"]);
    let known = [Failure::TimedOut, Failure::Lost, Failure::Refused].into_iter().find(|failure| says(*failure));
    let failure = known.or_else(|| is_cut().then_some(Failure::Lost))?;
    let failure = if is_plain { Failure::Refused } else { failure };
    Some(match (peer(text, &found)?, failure) {
        (Peer::Dns, _) => Sign::DnsFailure,
        (Peer::Mail, Failure::Refused) => Sign::SmtpRefused,
        (Peer::Mail, Failure::TimedOut) => Sign::SmtpTimeout,
        (Peer::Mail, Failure::Lost) => Sign::SmtpDisconnected,
        (Peer::Database, _) => Sign::DbUnreachable,
        (Peer::Broker, _) => Sign::BrokerLost,
        (Peer::Service, _) => Sign::TargetFailed,
    })
}

/// What it proves where a port names somebody who takes no mail.
pub(super) fn of_another(text: &str) -> Option<Sign> {
    by_port(text).filter(|peer| *peer != Peer::Mail)?;
    sign(text)
}

/// Whom a port names, else the library whose word comes first in the order of [`Peer`], else the program's own word.
fn peer(text: &str, found: &[(Meaning, usize)]) -> Option<Peer> {
    let named = found.iter().filter_map(|(meaning, _)| match meaning {
        Meaning::Peer(peer) => Some(*peer),
        _ => None,
    });
    // What a program calls itself stands at the head, not in the frames of a stack.
    let head = text.find('\n').unwrap_or(text.len());
    let own = found.iter().filter(|(_, at)| *at < head).find_map(|(meaning, _)| match meaning {
        Meaning::Own(peer) => Some(*peer),
        _ => None,
    });
    // What a proxy answers, or a page, is nothing of a mail server.
    let is_of_web = text.contains("http") || text.contains("gateway");
    by_port(text).or_else(|| named.min()).or(own.filter(|_| !is_of_web))
}

/// The peer of the last port that is written as one: `host:587`, `port 587`, `port: smtp.example.org, 587`.
fn by_port(text: &str) -> Option<Peer> {
    let (mut at, mut found) = (0, None);
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|start| at + start) {
        let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        at = start + length;
        let (before, behind) = (&text[..start], &text[at..]);
        let named = before.trim_end_matches([' ', '=', '"', '\'', '(', ':']);
        let is_port = before.strip_suffix(':').is_some_and(is_host)
            || named.ends_with("port")
            || before.ends_with(", ") && before.contains("port: ");
        let goes_on = behind.starts_with([':', '.']) && behind[1..].starts_with(|c: char| c.is_ascii_digit());
        if is_port && !goes_on {
            found = text[start..at].parse().ok().and_then(at_port).or(found);
        }
    }
    found
}

/// Whether what ends here may be a host, and no clock: `10:25`.
fn is_host(before: &str) -> bool {
    let word = before.rsplit([' ', '"', '\'', '(', '[', '=', '>', '/', '@', ',']).next().unwrap_or_default();
    word.ends_with(']') || word.contains(|c: char| c.is_ascii_alphabetic()) || word.matches('.').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_was_to_is_known_by_the_port_then_by_the_library() {
        for (text, expected) in [
            ("mailer: dial tcp 10.0.4.2:5432: connect: connection refused", Some(Sign::DbUnreachable)),
            ("read tcp 10.0.0.2:41022->192.0.2.25:587: connection reset by peer", Some(Sign::SmtpDisconnected)),
            ("connection refused - connect(2) for \"smtp.example.org\" port 587", Some(Sign::SmtpRefused)),
            ("redisclient::cannotconnecterror: connection refused", Some(Sign::BrokerLost)),
            ("request to billing.example.org timed out", None),
            ("at 10:25 the export timed out", None),
            ("connected to smtp.example.org:587", None),
        ] {
            assert_eq!(sign(text), expected, "{text}");
        }
    }
}
