//! Pieces of a query's text: quoted texts, expressions, bare words. Knows where each ends, not what it means.

/// A place in the text, moving on.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// A quoted text without its quotes and escapes.
pub(super) struct Quoted {
    pub(super) text: String,
    pub(super) closed: bool,
}

/// What stood between two slashes.
pub(super) struct Slashed {
    pub(super) source: String,
    pub(super) either_case: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Steps over `token` if it comes next.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let next = self.rest().starts_with(token);
        if next {
            self.at += token.len();
        }
        next
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// `word` as a word of its own, in just these letters.
    pub(super) fn take_keyword(&mut self, word: &str) -> bool {
        let ends = |c: char| ends_term(c) || matches!(c, '(' | ',');
        let next = self.rest().strip_prefix(word).is_some_and(|rest| rest.chars().next().is_none_or(ends));
        next && self.take(word)
    }

    /// `"some \"words\""`: `\"`, `\\`, `\n` and `\t` are escapes, another `\` is itself. The scanner stands at the
    /// opening quote. Without a closing one it is the whole rest.
    pub(super) fn quoted(&mut self) -> Quoted {
        self.bump();
        let mut text = String::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => return Quoted { text, closed: true },
                '\\' => {
                    let escaped = match self.peek() {
                        Some(c @ ('"' | '\\')) => c,
                        Some('n') => '\n',
                        Some('t') => '\t',
                        _ => {
                            text.push('\\');
                            continue;
                        }
                    };
                    self.bump();
                    text.push(escaped);
                }
                c => text.push(c),
            }
        }
        Quoted { text, closed: false }
    }

    /// `/expression/` or `/expression/i`, where `\/` is a slash, if a word ends behind it: `/api/v1/users` is a path
    /// and moves nothing. The scanner stands at the first slash.
    pub(super) fn slashed(&mut self) -> Option<Slashed> {
        let mut ahead = *self;
        ahead.bump();
        let mut source = String::new();
        loop {
            match ahead.bump()? {
                '/' => break,
                '\\' => match ahead.bump()? {
                    '/' => source.push('/'),
                    c => source.extend(['\\', c]),
                },
                c => source.push(c),
            }
        }
        let either_case = ahead.take("i");
        if source.is_empty() || !ahead.peek().is_none_or(ends_term) {
            return None;
        }
        *self = ahead;
        Some(Slashed { source, either_case })
    }

    /// A field's name: letters, digits, `_`, `.`, `-` and `@`, not a digit first.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        if !(first.is_alphabetic() || first == '_' || first == '@') {
            return None;
        }
        Some(self.take_while(in_name))
    }

    /// A time as it is written, and as it is shown: `2026-11-17 08:30:15` has a space in it.
    pub(super) fn moment(&mut self) -> &'a str {
        let start = self.at;
        self.bare();
        let is_date = |text: &str| text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let begins_a_clock = |rest: &str| {
            let bytes = rest.as_bytes();
            matches!(bytes, [b' ', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit())
        };
        for _ in 0..2 {
            let last = self.text[start..self.at].rsplit("..").next().unwrap_or_default();
            if is_date(last) && begins_a_clock(self.rest()) {
                self.bump();
                self.bare();
            }
        }
        &self.text[start..self.at]
    }

    /// What stands up to the next space, bracket, pipe or quote.
    pub(super) fn bare(&mut self) -> &'a str {
        self.take_while(|c| !ends_term(c) && c != '"' && c != '(')
    }
}

pub(super) fn in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@')
}

/// Whether a word, a value or an expression cannot go on with `c`.
pub(super) fn ends_term(c: char) -> bool {
    c.is_whitespace() || matches!(c, ')' | '|')
}

/// Fields have short names too.
pub(super) fn canonical(name: &str) -> &str {
    match name {
        "job" => "job_id",
        "item" => "item_id",
        "trace" => "trace_id",
        "request" => "request_id",
        "msg" | "_msg" => "message",
        "_time" | "timestamp" => "time",
        _ => name,
    }
}
