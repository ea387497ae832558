//! From the bytes of a record to text that can be read: UTF-8, without the escape codes of terminals.
//!
//! The raw bytes are kept beside it, so nothing is lost by what is replaced or left out here.

use std::borrow::Cow;

/// `raw` as text. Invalid UTF-8 becomes U+FFFD; borrowed where there is nothing to change.
pub(crate) fn text(raw: &[u8]) -> Cow<'_, str> {
    // Nearly every line is what it should be, which is found faster by itself.
    let text = std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed);
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return text;
    }
    Cow::Owned(without_escapes(&text))
}

/// Leaves out ECMA-48 control sequences (`ESC [ … letter`) and operating system commands (`ESC ] … BEL`).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = match after.as_bytes().first() {
            Some(b'[') => after_sequence(after),
            Some(b']') => after.split_once(['\x07', '\x1b']).map_or("", |(_, rest)| rest.trim_start_matches('\\')),
            _ => after,
        };
    }
    plain.push_str(rest);
    plain
}

/// What follows a control sequence of which `text` begins with the bracket: parameters, then one final byte.
fn after_sequence(text: &str) -> &str {
    let parameters = text[1..].bytes().take_while(|byte| (0x20..0x40).contains(byte)).count();
    let end = 1 + parameters;
    match text.as_bytes().get(end) {
        Some(0x40..=0x7e) => &text[end + 1..],
        _ => &text[end..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_are_left_out() {
        for (raw, expected) in [
            (&b"plain"[..], "plain"),
            (b"\x1b[0m\x1b[1;32mSep 19\x1b[0m x", "Sep 19 x"),
            (b"\x1b]0;title\x07after", "after"),
            (b"\x1b]8;;http://x\x1b\\link", "link"),
            (b"\x1b[12", ""),
            (b"\x1b", ""),
            ("\x1b[3é".as_bytes(), "é"),
            (b"caf\xe9 \xff", "caf\u{fffd} \u{fffd}"),
        ] {
            assert_eq!(text(raw), expected);
        }
        assert!(matches!(text("été".as_bytes()), Cow::Borrowed(_)));
    }
}
