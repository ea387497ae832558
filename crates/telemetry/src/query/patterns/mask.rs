//! The pattern of one message: its words, with `<*>` in the places of its variables.

use crate::segment::{Token, tokens};
use std::ops::Range;

/// What stands for a variable.
pub(super) const SLOT: &[u8] = b"<*>";
/// Bytes of a message that make its pattern.
const LINE_MAX: usize = 1 << 10;
/// Digits that stand before the first word where they are no more than a time or an address.
const HEAD_DIGITS_MIN: usize = 6;

/// Bytes of a text in quotes that is more than a word.
const QUOTED_MIN: usize = 16;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const WEEKDAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// Makes patterns; it keeps its room from one to the next.
#[derive(Default)]
pub(super) struct Masker {
    tokens: Vec<Token>,
}

impl Masker {
    /// Replaces `pattern` by that of `message`.
    pub(super) fn pattern(&mut self, message: &[u8], pattern: &mut Vec<u8>) {
        let line = telling_line(message);
        let line = &line[..line.len().min(LINE_MAX)];
        self.tokens.clear();
        self.tokens.extend(tokens(line));
        self.join_uuids(line);
        self.join_data(line);
        for place in 0..self.tokens.len() {
            self.tokens[place].variable |= self.is_of_date(line, place);
        }
        let head = self.head_end(line);
        let mut at = head;
        pattern.clear();
        for token in self.tokens.iter().filter(|token| token.start as usize >= head && token.variable) {
            pattern.extend_from_slice(&line[at..token.start as usize]);
            push_slot(pattern);
            at = token.end as usize;
        }
        pattern.extend_from_slice(&line[at..]);
        let kept = pattern.trim_ascii_end().len();
        pattern.truncate(kept);
    }

    /// A UUID is one variable, whatever letters its parts are of.
    fn join_uuids(&mut self, line: &[u8]) {
        let mut place = 0;
        while place + 4 < self.tokens.len() {
            if is_uuid(line, &self.tokens[place..place + 5]) {
                self.tokens[place].end = self.tokens[place + 4].end;
                self.tokens[place].variable = true;
                self.tokens.drain(place + 1..place + 5);
            }
            place += 1;
        }
    }

    /// What is data as a whole: long texts in quotes behind the first one, as access logs have referrers and browsers, and what
    /// follows `?` in an address.
    fn join_data(&mut self, line: &[u8]) {
        let mut quotes = places_of(line, b'"');
        let quoted = std::iter::from_fn(move || Some(quotes.next()? + 1..quotes.next()?)).skip(1);
        quoted.filter(|place| place.len() >= QUOTED_MIN).for_each(|place| self.join(&place));
        for at in places_of(line, b'?').filter(|at| *at > 0 && !line[at - 1].is_ascii_whitespace()) {
            let length = line[at..].iter().position(|byte| matches!(byte, b' ' | b'"' | b'\''));
            self.join(&(at + 1..length.map_or(line.len(), |length| at + length)));
        }
    }

    /// Makes one variable of the tokens that lie in that place.
    fn join(&mut self, place: &Range<usize>) {
        let within = |token: &Token| token.start as usize >= place.start && token.end as usize <= place.end;
        let Some(first) = self.tokens.iter().position(within) else { return };
        let count = self.tokens[first..].iter().take_while(|token| within(token)).count();
        self.tokens[first] = Token { start: place.start as u32, end: place.end as u32, variable: true };
        self.tokens.drain(first + 1..first + count);
    }

    /// A month or a weekday before a number, as dates have them.
    fn is_of_date(&self, line: &[u8], place: usize) -> bool {
        let word = self.tokens[place].of(line);
        let Some(next) = self.tokens.get(place + 1).map(|next| next.of(line)) else { return false };
        let is_number = next.first().is_some_and(u8::is_ascii_digit);
        MONTHS.contains(&word) && is_number || WEEKDAYS.contains(&word) && (is_number || MONTHS.contains(&next))
    }

    /// Where the time and the address end that many lines begin with: at the first word, or the bracket or quote before it.
    fn head_end(&self, line: &[u8]) -> usize {
        let Some(word) = self.tokens.iter().find(|token| !token.variable) else { return 0 };
        let start = word.start as usize;
        if line[..start].iter().filter(|byte| byte.is_ascii_digit()).count() < HEAD_DIGITS_MIN {
            return 0;
        }
        let opens = |byte: &u8| matches!(byte, b'[' | b'(' | b'{' | b'"' | b'\'' | b'/' | b'<');
        start - line[..start].iter().rev().take_while(|byte| opens(byte)).count()
    }
}

fn places_of(line: &[u8], wanted: u8) -> impl Iterator<Item = usize> {
    line.iter().enumerate().filter(move |(_, byte)| **byte == wanted).map(|(at, _)| at)
}

/// Adds a slot; one that is joined to another by a single sign, as in `12:30` and `1.2.3`, is the same.
pub(super) fn push_slot(pattern: &mut Vec<u8>) {
    let joins = |byte: &u8| matches!(byte, b'-' | b':' | b'.' | b',' | b'/' | b'+' | b'_');
    let before = match pattern.split_last() {
        Some((sign, before)) if joins(sign) => before,
        _ => pattern.as_slice(),
    };
    if before.ends_with(SLOT) {
        let kept = before.len();
        pattern.truncate(kept);
    } else {
        pattern.extend_from_slice(SLOT);
    }
}

fn is_uuid(line: &[u8], parts: &[Token]) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let is_part = |(part, length): (&Token, usize)| {
        let text = part.of(line);
        text.len() == length && text.iter().all(u8::is_ascii_hexdigit)
    };
    let joined = parts.windows(2).all(|pair| &line[pair[0].end as usize..pair[1].start as usize] == b"-");
    joined && parts.iter().zip(lengths).all(is_part)
}

/// The line that says what a message of several lines is about: of a traceback its last, of nested causes the last cause, else the
/// first that says anything.
fn telling_line(message: &[u8]) -> &[u8] {
    let Some(first_end) = message.iter().position(|byte| *byte == b'\n') else { return message };
    let lines = || message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty());
    let is_flush = |line: &&[u8]| !line.starts_with(b" ") && !line.starts_with(b"\t");
    if message.windows(TRACEBACK.len()).any(|at| at == TRACEBACK)
        && let Some(last) = lines().rfind(is_flush)
    {
        return last;
    }
    let cause = lines().rfind(|line| line.starts_with(b"Caused by: "));
    cause.or_else(|| lines().next()).unwrap_or(&message[..first_end])
}

const TRACEBACK: &[u8] = b"Traceback (most recent call last)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_variables_are_slots() {
        let mut masker = Masker::default();
        let mut pattern = Vec::new();
        for (message, expected) in [
            ("order 17 paid, 129.90 EUR", "order <*> paid, <*> EUR"),
            ("404 not found", "<*> not found"),
            ("user_id=42 took 3ms", "user_id=<*> took <*>"),
            ("2026-11-24 10:00:00,123 INFO shop: order 5", "INFO shop: order <*>"),
            ("Nov 24 10:00:00 web1 sshd[812]: Accepted password", "sshd[<*>]: Accepted password"),
            ("[Sun Dec 04 04:47:44 2005] [error] mod_jk child 7", "[error] mod_jk child <*>"),
            ("192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 2326", "\"GET /a HTTP/<*>\" <*> <*>"),
            (
                "10.0.0.12 - - \"GET /a?b=c&d=e HTTP/1.1\" 200 7 \"http://x.example/long/path\" \"Mozilla/5.0 (X11)\" \"-\"",
                "\"GET /a?<*> HTTP/<*>\" <*> <*> \"<*>\" \"<*>\" \"-\"",
            ),
            ("ready? yes \"a\" and \"b\" \"open", "ready? yes \"a\" and \"b\" \"open"),
            ("job 01938f2a-abcd-beef-cafe-2b6f5f1f0a11 ended", "job <*> ended"),
            ("Mayday, Sun and Mar", "Mayday, Sun and Mar"),
            ("from 10.0.0.1:443 to 10.0.0.2", "from <*> to <*>"),
            ("12345678", "<*>"),
            ("", ""),
            ("one\ntwo", "one"),
            ("\n\n", ""),
            (
                "2026 ERROR job failed\nTraceback (most recent call last):\n  File \"x.py\", line 3\n    f()\nValueError: bad 7\n",
                "ValueError: bad <*>",
            ),
            (
                "java.lang.X: a\n\tat f(X.java:1)\nCaused by: java.io.Y: b 2\n\t... 3 more",
                "Caused by: java.io.Y: b <*>",
            ),
            ("CHOOSE 1\n  of t", "CHOOSE <*>"),
        ] {
            masker.pattern(message.as_bytes(), &mut pattern);
            assert_eq!(String::from_utf8_lossy(&pattern), expected, "{message}");
        }
    }
}
