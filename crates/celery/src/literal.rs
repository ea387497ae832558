//! What Python shows of a value, read back: `{'paid': True, 'lines': (1, 2)}`.

use serde_json::{Map, Number, Value};

/// Values within values, and characters of one.
const DEPTH_MAX: usize = 32;
const CHARS_MAX: usize = 64 * 1024;

/// The value of which this is the `repr`, as JSON would carry it; the text itself where it is none that JSON has, or was cut.
pub fn value(shown: &str) -> Value {
    let mut reader = Reader { rest: shown };
    let read = (shown.len() <= CHARS_MAX).then(|| reader.value(0)).flatten();
    reader.skip_space();
    read.filter(|_| reader.rest.is_empty()).unwrap_or_else(|| Value::from(shown))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, mark: &str) -> Option<()> {
        self.skip_space();
        self.rest = self.rest.strip_prefix(mark)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        if depth > DEPTH_MAX {
            return None;
        }
        match self.rest.chars().next()? {
            '\'' | '"' => self.text().map(Value::from),
            '[' => self.list('[', ']', depth),
            '(' => self.list('(', ')', depth),
            '{' => self.map(depth),
            '-' | '0'..='9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        for (word, value) in [("None", Value::Null), ("True", Value::Bool(true)), ("False", Value::Bool(false))] {
            if self.eat(word).is_some() {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<Value> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        let whole = number.parse::<i64>().map(Number::from);
        whole.ok().or_else(|| Number::from_f64(number.parse().ok()?)).map(Value::Number)
    }

    /// With Python's escapes.
    fn text(&mut self) -> Option<String> {
        let mut chars = self.rest.chars();
        let quote = chars.next()?;
        let mut text = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => text.push(match chars.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => code(&mut chars, 2)?,
                    'u' => code(&mut chars, 4)?,
                    'U' => code(&mut chars, 8)?,
                    c @ ('\\' | '\'' | '"') => c,
                    _ => return None,
                }),
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }

    fn list(&mut self, open: char, close: char, depth: usize) -> Option<Value> {
        let (open, close) = (open.to_string(), close.to_string());
        self.eat(&open)?;
        let mut list = Vec::new();
        let mut has_comma = true;
        while self.eat(&close).is_none() {
            if !has_comma {
                return None;
            }
            list.push(self.value(depth + 1)?);
            has_comma = self.eat(",").is_some();
        }
        // `(1)` is no list to Python, and nothing that it shows.
        (open == "[" || list.len() != 1 || has_comma).then_some(Value::Array(list))
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        self.eat("{")?;
        let mut map = Map::new();
        let mut has_comma = true;
        while self.eat("}").is_none() {
            if !has_comma {
                return None;
            }
            // A key of JSON is a text: Python writes the others as it would show them in JSON.
            let key = match self.value(depth + 1)? {
                Value::String(text) => text,
                key @ (Value::Number(_) | Value::Bool(_) | Value::Null) => key.to_string(),
                _ => return None,
            };
            self.eat(":")?;
            map.insert(key, self.value(depth + 1)?);
            has_comma = self.eat(",").is_some();
        }
        Some(Value::Object(map))
    }
}

fn code(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let hex = chars.as_str().get(..digits)?;
    let code = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    chars.nth(digits - 1)?;
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_python_shows_is_read_back() {
        for (shown, expected) in [
            ("5", json!(5)),
            ("-2.5e-3", json!(-0.0025)),
            ("'ok'", json!("ok")),
            (r#""it's""#, json!("it's")),
            (r"'a\'b\\c\n\x07\u2713'", json!("a'b\\c\n\u{7}✓")),
            ("None", Value::Null),
            ("[1, True, (2, 'x'), (3,), ()]", json!([1, true, [2, "x"], [3], []])),
            ("{'made': 1, 2: {'named': 'é ✓'}, None: []}", json!({"made": 1, "2": {"named": "é ✓"}, "null": []})),
        ] {
            assert_eq!(value(shown), expected, "{shown}");
        }
    }

    #[test]
    fn what_is_no_value_of_json_stays_a_text() {
        let deep = "[".repeat(10_000);
        for shown in
            ["", "<Order 7>", "datetime.date(2026, 1, 1)", "'cut…", "[1, 2, ...]", "(1)", "1 2", "[1 2]", "{1}", &deep]
        {
            assert_eq!(value(shown), Value::from(shown), "{shown}");
        }
    }
}
