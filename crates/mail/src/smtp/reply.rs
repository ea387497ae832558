//! SMTP replies (RFC 5321 §4.2, RFC 2034): bytes in, a reply or the reason why it is none. Pure, and bounded whatever a
//! server sends.

use std::fmt;

/// The longest reply line, in bytes. RFC 5321 §4.5.3.1.5 allows 512; many servers write more.
pub const LINE_BYTES_MAX: usize = 4096;
/// The most lines in one reply.
pub const LINES_MAX: usize = 128;

/// How much of a reply [`Reply::excerpt`] keeps.
const EXCERPT_BYTES_MAX: usize = 2000;

/// One whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// As `5.1.1` (RFC 3463), when the first line that has text begins with one of the code's class.
    pub enhanced: Option<Enhanced>,
    /// The text of each line, without code; bytes that are not UTF-8 are replaced.
    pub lines: Vec<String>,
}

/// An enhanced status code: class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced(pub u8, pub u16, pub u16);

/// What [`parse`] found at the start of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A reply, and how many bytes it took.
    Reply(Reply, usize),
    /// The reply goes on beyond the input.
    Incomplete,
}

/// Why the input can never become a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    #[error("a line that does not begin with a three-digit reply code")]
    NoCode,
    #[error("a reply line of more than {LINE_BYTES_MAX} bytes")]
    LongLine,
    #[error("a reply of more than {LINES_MAX} lines")]
    ManyLines,
    #[error("a reply whose lines carry different codes")]
    MixedCodes,
}

impl Reply {
    /// 2xx.
    pub const fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// The reply as the server wrote it, for keeping: of a long one only the beginning.
    pub fn excerpt(&self) -> String {
        let mut text = self.to_string();
        if text.len() > EXCERPT_BYTES_MAX {
            text.truncate(text.floor_char_boundary(EXCERPT_BYTES_MAX));
            text.push('…');
        }
        text
    }

    /// 4xx or 5xx.
    pub const fn is_negative(&self) -> bool {
        matches!(self.code / 100, 4 | 5)
    }
}

/// The reply as the server wrote it, its lines joined by line feeds.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let separator = if index + 1 == self.lines.len() { ' ' } else { '-' };
            write!(f, "{}{separator}{line}", self.code)?;
        }
        Ok(())
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Reads one reply from the start of `input`.
///
/// # Errors
/// As soon as the input breaks a rule, even before the reply is whole: a server that never ends a line is found out.
pub fn parse(input: &[u8]) -> Result<Parsed, Garbage> {
    let mut lines = Vec::new();
    let mut expected = None;
    let mut at = 0;
    loop {
        let rest = &input[at..];
        let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(LINE_BYTES_MAX)]) else {
            return if rest.len() >= LINE_BYTES_MAX {
                Err(Garbage::LongLine)
            } else if may_begin_reply(rest) {
                Ok(Parsed::Incomplete)
            } else {
                Err(Garbage::NoCode)
            };
        };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let (code, last, text) = split(line)?;
        if *expected.get_or_insert(code) != code {
            return Err(Garbage::MixedCodes);
        }
        if lines.len() == LINES_MAX {
            return Err(Garbage::ManyLines);
        }
        lines.push(String::from_utf8_lossy(text).into_owned());
        at += end + 1;
        if last {
            let enhanced = lines.iter().find(|line| !line.is_empty()).and_then(|line| enhanced(code, line));
            return Ok(Parsed::Reply(Reply { code, enhanced, lines }, at));
        }
    }
}

/// Whether an unfinished line could still become one: its first bytes are digits where a code has them.
fn may_begin_reply(line: &[u8]) -> bool {
    line.iter().take(3).enumerate().all(|(index, byte)| match index {
        0 => (b'2'..=b'5').contains(byte),
        _ => byte.is_ascii_digit(),
    })
}

/// A line's code, whether it is the last of its reply, and its text.
fn split(line: &[u8]) -> Result<(u16, bool, &[u8]), Garbage> {
    if line.len() < 3 || !may_begin_reply(line) {
        return Err(Garbage::NoCode);
    }
    let code = line[..3].iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match line.get(3) {
        None => Ok((code, true, &[])),
        Some(b' ') => Ok((code, true, &line[4..])),
        Some(b'-') => Ok((code, false, &line[4..])),
        Some(_) => Err(Garbage::NoCode),
    }
}

fn enhanced(code: u16, text: &str) -> Option<Enhanced> {
    let word = text.split([' ', '\t']).next()?;
    let mut numbers = word.split('.');
    let class: u8 = numbers.next()?.parse().ok()?;
    let mut number = || {
        let digits = numbers.next()?;
        (digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
    };
    let (subject, detail) = (number()?, number()?);
    (numbers.next().is_none() && u16::from(class) == code / 100).then_some(Enhanced(class, subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply(input: &[u8]) -> (Reply, usize) {
        match parse(input) {
            Ok(Parsed::Reply(reply, used)) => (reply, used),
            other => panic!("{other:?} for {:?}", String::from_utf8_lossy(input)),
        }
    }

    #[test]
    fn reads_one_reply_and_leaves_the_next() {
        let (first, used) = reply(b"250-mail.example.fr\r\n250-SIZE 1000\r\n250 PIPELINING\r\n354 go on\r\n");
        assert_eq!(first.lines, ["mail.example.fr", "SIZE 1000", "PIPELINING"]);
        assert_eq!(first.to_string(), "250-mail.example.fr\n250-SIZE 1000\n250 PIPELINING");
        assert_eq!(used, 52);
        assert_eq!(reply(b"250\r\n").0.lines, [""]);
        let long = reply(&[b"550 ".to_vec(), "é".repeat(1500).into_bytes(), b"\r\n".to_vec()].concat()).0;
        assert_eq!(long.excerpt(), format!("550 {}…", "é".repeat(998)));
        assert_eq!(reply(b"250 bare line feed\n").0.lines, ["bare line feed"]);
    }

    #[test]
    fn reads_enhanced_codes_of_the_same_class_only() {
        assert_eq!(reply(b"550 5.1.1 no\r\n").0.enhanced, Some(Enhanced(5, 1, 1)));
        assert_eq!(reply(b"550-5.1.1 no\r\n550 5.1.1 really\r\n").0.enhanced, Some(Enhanced(5, 1, 1)));
        for none in [
            "550 4.1.1 no\r\n",
            "550 5.1 no\r\n",
            "550 5.1.1.1\r\n",
            "550 5.1234.1\r\n",
            "550 no 5.1.1\r\n",
            "250 2.+1.1\r\n",
        ] {
            assert_eq!(reply(none.as_bytes()).0.enhanced, None, "{none}");
        }
    }

    #[test]
    fn finds_out_what_is_no_reply() {
        for (input, expected) in [
            (&b"HTTP/1.1 400 Bad Request\r\n"[..], Garbage::NoCode),
            (b"SSH-2", Garbage::NoCode),
            (b"\r\n", Garbage::NoCode),
            (b"25\r\n", Garbage::NoCode),
            (b"250_x\r\n", Garbage::NoCode),
            (b"150 no such class\r\n", Garbage::NoCode),
            (b"250-a\r\n550 b\r\n", Garbage::MixedCodes),
            (b"\x16\x03\x01", Garbage::NoCode),
        ] {
            assert_eq!(parse(input), Err(expected), "{:?}", String::from_utf8_lossy(input));
        }
        assert_eq!(parse(&b"250 ".repeat(2000)), Err(Garbage::LongLine));
        assert_eq!(parse(&b"250-x\r\n".repeat(1000)), Err(Garbage::ManyLines));
    }

    proptest! {
        #[test]
        fn survives_any_bytes(input in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(Parsed::Reply(_, used)) = parse(&input) {
                prop_assert!(used <= input.len());
            }
        }

        #[test]
        fn reads_what_a_server_writes(code in 200u16..600, lines in proptest::collection::vec("[ -~é]{0,80}", 1..20), cut in 0usize..50) {
            let reply = Reply { code, enhanced: None, lines };
            let wire = reply.to_string().replace('\n', "\r\n") + "\r\n";
            let parsed = parse(wire.as_bytes());
            let Ok(Parsed::Reply(found, used)) = parsed else { panic!("{parsed:?}") };
            prop_assert_eq!(used, wire.len());
            prop_assert_eq!(&found.lines, &reply.lines);
            let cut = cut.min(wire.len() - 1);
            prop_assert_eq!(parse(&wire.as_bytes()[..cut]), Ok(Parsed::Incomplete));
        }
    }
}
