//! Messages, with what varies in them replaced by its kind: `user <int> has <int> orders`.

use super::part::{Parts, What, Whose};
use crate::event::Event;
use regex::Regex;
use std::sync::LazyLock;

/// Characters of a message that are looked at.
const CHARS_MAX: usize = 2000;

/// A message counts by its template, which has its parameters left out already; else by its text.
pub(super) fn parts(event: &Event) -> Parts {
    let mut parts = Parts::default();
    let said = event.message.as_ref().and_then(|message| message.template.as_ref().or(message.formatted.as_ref()));
    // Something must count, or all such events of a project would be one.
    let text = said.map(|text| parameterised(text)).unwrap_or_default();
    parts.count(Whose::Event, What::Message, text);
    parts
}

/// What varies, in the order in which it is looked for; each with what stands for it.
const KINDS: &[(&str, &str)] = &[
    ("<email>", r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"),
    ("<url>", r#"\b[a-zA-Z][a-zA-Z0-9+.\-]{1,14}://[^\s"'<>()]+"#),
    (
        "<host>",
        r"\b(?:localhost|(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})\.)+(?:com|net|org|edu|gov|info|biz|io|dev|cloud|fr|de|uk|eu|be|ch|es|nl|us|ca|lu|local|internal|lan|example|invalid))\b(?::\d{1,5}\b)?",
    ),
    (
        "<ip>",
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d{1,5}\b)?|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}\b|\b(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}\b|::1\b",
    ),
    ("<traceparent>", r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b"),
    ("<uuid>", r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"),
    ("<sha>", r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})\b"),
    ("<md5>", r"\b[0-9a-fA-F]{32}\b"),
    (
        "<date>",
        concat!(
            r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+\-]\d{2}:?\d{2}))?)?\b",
            r"|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}/\d{2}/\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} \d{4}\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} {1,2}\d{1,2},?(?: \d{4})?\b",
            r"|\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b",
        ),
    ),
    ("<duration>", r"\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|days?)\b"),
    ("<hex>", r"\b0[xX][0-9a-fA-F]+\b|\b[0-9a-f]{8,128}\b|\b[0-9A-F]{8,128}\b"),
    ("<float>", r"[\-+]?\b\d+\.\d+(?:[eE][\-+]?\d+)?\b"),
    // Part of a longer word too: `user_42`.
    ("<int>", r"-?\b\d+\b"),
    ("=<text>", r#"=(?:"[^"]*"|'[^']*')"#),
    ("=<bool>", r"=(?:true|false|True|False|TRUE|FALSE)\b"),
    ("<id>", r"\b[A-Za-z0-9_\-]{12,128}\b"),
    ("_<int>", r"_\d+\b"),
];

/// The first two lines that are not empty, with what varies replaced. Linear in the length of `text`, of which at most
/// 2000 characters are read.
pub fn parameterised(text: &str) -> String {
    let head = text.char_indices().nth(CHARS_MAX).map_or(text, |(end, _)| &text[..end]);
    let lines: Vec<&str> = head.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).collect();
    let text = lines.join("\n");
    let Some(pattern) = pattern() else { return text };
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    let mut locations = pattern.capture_locations();
    while done < text.len() {
        let Some(found) = pattern.captures_read_at(&mut locations, &text, done) else { break };
        let kind = (0..KINDS.len()).find(|kind| locations.get(kind + 1).is_some()).map_or("", |kind| KINDS[kind].0);
        clean.push_str(&text[done..found.start()]);
        clean.push_str(if varies(kind, found.as_str()) { kind } else { found.as_str() });
        done = found.end();
    }
    clean.push_str(&text[done..]);
    clean
}

/// Without what stands in double quotes, as `%q` writes values.
pub(super) fn without_quoted(text: &str) -> String {
    let mut pieces = text.split('"');
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    while let Some(quoted) = pieces.next() {
        match pieces.next() {
            Some(after) => clean.extend(["<text>", after]),
            None => clean.extend(["\"", quoted]),
        }
    }
    clean
}

/// A word is a number or an identifier only where it looks like one.
fn varies(kind: &str, found: &str) -> bool {
    let digits = found.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        "<hex>" => found.starts_with("0x") || found.starts_with("0X") || digits > 0,
        "<id>" => digits >= 2 && found.bytes().any(|b| b.is_ascii_alphabetic()),
        _ => true,
    }
}

fn pattern() -> Option<&'static Regex> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let alternatives: Vec<String> = KINDS.iter().map(|(_, pattern)| format!("({pattern})")).collect();
        Regex::new(&alternatives.join("|")).ok()
    });
    PATTERN.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_replaced_by_its_kind() {
        for (text, expected) in [
            ("user 42 has 3 orders", "user <int> has <int> orders"),
            ("balance is -12", "balance is <int>"),
            ("order-1234 lost", "order<int> lost"),
            ("user_42 is gone", "user_<int> is gone"),
            ("no mail for anne.b@example.org", "no mail for <email>"),
            ("GET https://api.example.org/v1/orders/12?x=1 failed", "GET <url> failed"),
            ("postgres://app:x@db.local:5432/shop refused", "<url> refused"),
            ("cannot resolve db-1.internal", "cannot resolve <host>"),
            ("connect localhost:5432", "connect <host>"),
            ("connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED <ip>"),
            ("from 2001:db8::8a2e:370:7334 port 22", "from <ip> port <int>"),
            ("job 018f3a5c-7e2b-7cc1-9d1e-0123456789ab died", "job <uuid> died"),
            ("commit da39a3ee5e6b4b0d3255bfef95601890afd80709", "commit <sha>"),
            ("digest d41d8cd98f00b204e9800998ecf8427e", "digest <md5>"),
            ("since 2025-01-10T14:32:15.123Z", "since <date>"),
            ("since 2025-01-10 14:32", "since <date>"),
            ("on 10/01/2025 at 14:32:15", "on <date> at <date>"),
            ("on Fri, 10 Jan 2025", "on <date>"),
            ("took 12.5ms, waited 30 seconds", "took <duration>, waited <duration>"),
            ("<Order object at 0x7f0856ace810>", "<Order object at <hex>>"),
            ("ref deadbeef01", "ref <hex>"),
            ("rate 1.25 is wrong", "rate <float> is wrong"),
            ("name='Anne B' active=true", "name=<text> active=<bool>"),
            ("ord_1A2B3C4D5E6F missing", "<id> missing"),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "<traceparent>"),
            ("\n first \n\n second 2\nthird", "first\nsecond <int>"),
        ] {
            assert_eq!(parameterised(text), expected);
        }
    }

    #[test]
    fn quoted_values_are_left_out_where_they_are_asked_for() {
        for (text, expected) in [("a \"b\" c \"\"", "a <text> c <text>"), ("a \"b", "a \"b"), ("a", "a"), ("", "")] {
            assert_eq!(without_quoted(text), expected);
        }
    }

    #[test]
    fn words_stay() {
        for text in [
            "Cannot read properties of undefined (reading 'x')",
            "relation \"orders\" does not exist",
            "foo.bar is not a function",
            "utf8 and sha256 and python3",
            "internationalisation",
            "accedee faded",
            "DecimalException",
            "",
        ] {
            assert_eq!(parameterised(text), text);
        }
    }

    #[test]
    fn long_texts_are_read_in_part() {
        let text = "a1 ".repeat(1_000_000);
        assert!(parameterised(&text).len() <= CHARS_MAX);
    }
}
