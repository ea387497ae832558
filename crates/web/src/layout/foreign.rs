//! Bytes that anybody may have written, as HTML that does no harm: markup is text, what cannot be seen is made visible,
//! and what is too long is cut.

use std::{fmt::Write as _, ops::Range};

/// Characters of a line that stands among others.
const LINE_CHARS_MAX: usize = 400;

/// Text ready to stand in a page: escaped already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) html: String,
    /// Bytes of the whole, where only the beginning is here.
    pub(crate) whole_bytes: Option<u64>,
}

/// What becomes of the ends of lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Kept,
    /// Shown as a sign.
    Shown,
}

impl Foreign {
    /// On one line.
    pub(crate) fn line(bytes: &[u8]) -> Self {
        Self::new(bytes, LINE_CHARS_MAX, Ends::Shown)
    }

    /// On one line, of which some places, rising and between characters, are said beside it: they take no room, and stay in
    /// what is copied.
    pub(crate) fn line_beside(bytes: &[u8], said: &[Range<usize>]) -> Self {
        let (mut html, mut at, mut left_out) = (String::new(), 0, 0);
        let line = |part: &[u8]| Self::new(part, LINE_CHARS_MAX, Ends::Shown).html;
        for place in said {
            let (Some(before), Some(told)) = (bytes.get(at..place.start), bytes.get(place.clone())) else { break };
            let _ = write!(html, "{}<span class=\"told\" aria-hidden=\"true\">{}</span>", line(before), line(told));
            (at, left_out) = (place.end, left_out + told.len());
        }
        let rest = Self::new(&bytes[at..], LINE_CHARS_MAX.saturating_sub(at - left_out), Ends::Shown);
        Self { html: html + &rest.html, whole_bytes: rest.whole_bytes.map(|_| bytes.len() as u64) }
    }

    /// With its own lines, `bytes_max` of it.
    pub(crate) fn text(bytes: &[u8], bytes_max: usize) -> Self {
        Self::new(bytes, bytes_max, Ends::Kept)
    }

    fn new(bytes: &[u8], most: usize, ends: Ends) -> Self {
        let mut html = String::with_capacity(bytes.len().min(most) + 16);
        let mut left = most;
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if left == 0 {
                    return Self { html, whole_bytes: Some(bytes.len() as u64) };
                }
                left -= 1;
                push(&mut html, c, ends);
            }
            for byte in chunk.invalid() {
                if left == 0 {
                    return Self { html, whole_bytes: Some(bytes.len() as u64) };
                }
                left -= 1;
                // Into a String: this cannot fail.
                let _ = write!(html, "<span class=\"ctl\">\\x{byte:02X}</span>");
            }
        }
        Self { html, whole_bytes: None }
    }
}

/// A short text for places that take no markup, where what cannot be seen is U+FFFD. It is not escaped.
pub(crate) fn plain(text: &str) -> String {
    text.chars().take(LINE_CHARS_MAX).map(|c| if c.is_control() || is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

fn push(html: &mut String, c: char, ends: Ends) {
    let _ = match c {
        '&' => html.write_str("&amp;"),
        '<' => html.write_str("&lt;"),
        '>' => html.write_str("&gt;"),
        '"' => html.write_str("&quot;"),
        '\'' => html.write_str("&#39;"),
        '\n' if ends == Ends::Kept => html.write_char('\n'),
        '\n' => html.write_str("<span class=\"ctl\">↵</span>"),
        '\t' => html.write_char('\t'),
        c @ ('\0'..='\x1f' | '\x7f') => write!(html, "<span class=\"ctl\">{}</span>", name_of(c)),
        c if is_hidden(c) => write!(html, "<span class=\"ctl\">U+{:04X}</span>", c as u32),
        c => html.write_char(c),
    };
}

/// Names of the control characters (ECMA-48, ISO 646). `static/foreign.js` has the same list.
const NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
    "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
];

fn name_of(control: char) -> &'static str {
    NAMES.get(control as usize).copied().unwrap_or("DEL")
}

/// What cannot be seen, or turns the order of what can: controls, bidirectional marks, joiners, tags, variation selectors of
/// the supplement, and line ends that are none of ours. `static/foreign.js` has the same list.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> String {
        Foreign::line(bytes).html
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            line(b"<script>alert('x')</script> & \"y\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        let mark = |text: &str| format!("<span class=\"ctl\">{text}</span>");
        assert_eq!(line(b"\x1b[31mred\0\x7f"), format!("{}[31mred{}{}", mark("ESC"), mark("NUL"), mark("DEL")));
        assert_eq!(line("a\u{202e}b\u{200b}".as_bytes()), format!("a{}b{}", mark("U+202E"), mark("U+200B")));
        assert_eq!(line(b"a\xffb\xc3"), format!("a{}b{}", mark("\\xFF"), mark("\\xC3")));
        assert_eq!(line(b"one\ntwo\r\n\tthree"), format!("one{0}two{1}{0}\tthree", mark("↵"), mark("CR")));
        assert_eq!(Foreign::text(b"one\ntwo", 99).html, "one\ntwo");
        assert_eq!(line("Émile 日本 🦉 مرحبا".as_bytes()), "Émile 日本 🦉 مرحبا");
    }

    #[test]
    fn what_is_said_beside_a_line_stays_in_it() {
        let shown = Foreign::line_beside(b"<7>12:00 web ERROR - <x>", &[0..9, 13..21]);
        let told = |text: &str| format!("<span class=\"told\" aria-hidden=\"true\">{text}</span>");
        assert_eq!(shown.html, format!("{}web {}&lt;x&gt;", told("&lt;7&gt;12:00 "), told("ERROR - ")));
        assert_eq!(shown.whole_bytes, None);
        let long = Foreign::line_beside(&[b'x'; 1_000], std::slice::from_ref(&(0..100)));
        assert_eq!(long.html.matches('x').count(), 100 + LINE_CHARS_MAX);
        assert_eq!(long.whole_bytes, Some(1_000));
        assert_eq!(
            Foreign::line_beside(b"abc", std::slice::from_ref(&(2..9))).html,
            "abc",
            "a place that is not there"
        );
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let long = vec![b'x'; 1 << 20];
        let cut = Foreign::line(&long);
        assert_eq!((cut.html.len(), cut.whole_bytes), (LINE_CHARS_MAX, Some(1 << 20)));
        let cut = Foreign::text(&vec![0xff; 1 << 20], 1_000);
        assert!(cut.html.len() < 40_000 && cut.whole_bytes == Some(1 << 20));
        assert_eq!(Foreign::text(b"abc", 3), Foreign { html: "abc".into(), whole_bytes: None });
    }

    #[test]
    fn no_character_brings_markup_with_it() {
        for c in (0..=0x1_0fff_u32).filter_map(char::from_u32) {
            let html = line(c.to_string().as_bytes());
            let bare = html.replace("<span class=\"ctl\">", "").replace("</span>", "");
            assert!(!bare.contains(['<', '>', '"', '\'']), "{c:?}: {html}");
        }
    }
}
