//! Statements of databases without their values, so that the same query is known again.

/// Characters of a statement that are kept.
const CHARS_MAX: usize = 2000;

/// `SELECT * FROM a WHERE id IN (1, 2) -- x` is `SELECT * FROM a WHERE id IN (?)`. Linear in its length.
pub fn normalised(statement: &str) -> String {
    let head = statement.char_indices().nth(CHARS_MAX * 4).map_or(statement, |(end, _)| &statement[..end]);
    let mut tokens = Tokens { rest: head, clean: String::with_capacity(head.len().min(CHARS_MAX)) };
    while tokens.step() {}
    let mut clean = folded_lists(tokens.clean.trim());
    crate::json::cut(&mut clean, CHARS_MAX);
    clean
}

struct Tokens<'a> {
    rest: &'a str,
    clean: String,
}

impl Tokens<'_> {
    /// Takes the next token; whether there was one.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        let after_word = self.clean.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '`');
        match first {
            c if c.is_whitespace() => {
                self.take(run(self.rest, char::is_whitespace));
                if !self.clean.is_empty() && !self.clean.ends_with(' ') {
                    self.clean.push(' ');
                }
            }
            '\'' => self.replace(quoted(self.rest)),
            '-' if self.rest.starts_with("--") => self.take(run(self.rest, |c| c != '\n')),
            '/' if self.rest.starts_with("/*") => {
                self.take(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2));
            }
            '$' | ':' | '@' if !after_word && run(&self.rest[1..], is_word) > 0 && !self.clean.ends_with(':') => {
                self.replace(1 + run(&self.rest[1..], is_word));
            }
            '%' if self.rest.starts_with("%s") => self.replace(2),
            '%' if self.rest.starts_with("%(") => self.replace(self.rest.find(")s").map_or(1, |end| end + 2)),
            c if c.is_ascii_digit() && !after_word => self.replace(run(self.rest, |c| is_word(c) || c == '.')),
            c if is_word(c) => self.keep(run(self.rest, is_word)),
            c => self.keep(c.len_utf8()),
        }
        true
    }

    fn take(&mut self, length: usize) {
        self.rest = &self.rest[length..];
    }

    fn keep(&mut self, length: usize) {
        let (token, rest) = self.rest.split_at(length);
        // Savepoints are numbered: `s139809602725568_x12`.
        match token.find("_x").filter(|at| token.starts_with('s') && token[1..*at].bytes().all(|b| b.is_ascii_digit()))
        {
            Some(_) => self.clean.push('?'),
            None => self.clean.push_str(token),
        }
        self.rest = rest;
    }

    fn replace(&mut self, length: usize) {
        self.clean.push('?');
        self.take(length.max(1));
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

/// The length of a quoted text, in which a quote is written twice or behind a `\`.
fn quoted(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Lists of values, and rows of them, as one: `(?, ?, ?), (?, ?, ?)` is `(?)`.
fn folded_lists(clean: &str) -> String {
    let mut folded = String::with_capacity(clean.len());
    for c in clean.chars() {
        folded.push(c);
        if c == '?' && (folded.ends_with("?, ?") || folded.ends_with("?,?")) {
            folded.truncate(folded.trim_end_matches('?').trim_end_matches([' ', ',']).len());
        }
        if c == ')' && (folded.ends_with("(?), (?)") || folded.ends_with("(?),(?)")) {
            folded.truncate(folded.len() - 3);
            folded.truncate(folded.trim_end_matches([' ', ',']).len());
        }
    }
    folded
}
