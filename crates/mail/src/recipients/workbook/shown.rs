//! Numbers and dates as the spreadsheet's program shows them, by the cell's number format (ECMA-376 Part 1, 18.8.31).
//!
//! What is not understood of a format is not guessed: the number then stands with all its digits, the date in ISO 8601.

use language::Language;

/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// A moment of a sheet: what stands on its calendar and its clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
}

/// `1234.5` under `#,##0.00 "€"` is `1 234,50 €` in French.
pub(super) fn number(value: f64, format: &str, language: Language) -> String {
    let sections = sections(format);
    let parsed: Option<Vec<Section>> = sections.iter().take(3).map(|section| Section::parse(section)).collect();
    let Some(parsed) = parsed.filter(|parsed| !parsed.is_empty() && value.is_finite()) else {
        return general(value, language);
    };
    let (section, sign) = match parsed.as_slice() {
        [_, negative, ..] if value < 0.0 => (negative, ""),
        [_, _, zero] if value == 0.0 => (zero, ""),
        [positive, ..] => (positive, if value < 0.0 { "-" } else { "" }),
        [] => return general(value, language),
    };
    section.show(value.abs(), sign, language).unwrap_or_else(|| general(value, language))
}

/// The number without a format: no more digits than the sheet keeps, and none after a point that are not there.
pub(super) fn general(value: f64, language: Language) -> String {
    let Some(decimal) = Decimal::of(value.abs()) else { return value.to_string() };
    let sign = if value < 0.0 && !decimal.is_zero() { "-" } else { "" };
    let (whole, part) = decimal.split(usize::MAX);
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{}{part}", point(language)) }
}

pub(super) const fn boolean(value: bool, language: Language) -> &'static str {
    match (value, language) {
        (true, Language::French) => "VRAI",
        (false, Language::French) => "FAUX",
        (true, Language::English) => "TRUE",
        (false, Language::English) => "FALSE",
    }
}

/// `built_in` is the number of a format that has no code of its own; 14 and 22 are "as dates are written here".
pub(super) fn date(at: Moment, format: &str, built_in: Option<u32>, language: Language) -> String {
    let here = language == Language::French;
    match built_in {
        Some(14) if here => clock(at, "dd/mm/yyyy", language),
        Some(22) if here => clock(at, "dd/mm/yyyy hh:mm", language),
        Some(14 | 22) => None,
        _ => clock(at, sections(format).first().map_or("", String::as_str), language),
    }
    .unwrap_or_else(|| plain_date(at, Language::English))
}

/// A date that has no format: as dates are written in the language, ISO 8601 in English.
pub(super) fn plain_date(at: Moment, language: Language) -> String {
    let Moment { year, month, day, hour, minute, second } = at;
    let time = match (hour, minute, second) {
        (0, 0, 0) => String::new(),
        (_, _, 0) => format!("{hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    // The zeroth day of the calendar: a time alone.
    if (year, month, day) <= (1899, 12, 31) {
        return if time.is_empty() { "00:00".to_owned() } else { time };
    }
    let date = match language {
        Language::French => format!("{day:02}/{month:02}/{year:04}"),
        Language::English => format!("{year:04}-{month:02}-{day:02}"),
    };
    if time.is_empty() { date } else { format!("{date} {time}") }
}

/// `26:30` of a little more than a day.
pub(super) fn duration(days: f64) -> String {
    let seconds = (days.abs() * 86_400.0).round();
    let sign = if days < 0.0 { "-" } else { "" };
    let (hours, rest) = ((seconds / 3_600.0).floor(), (seconds % 3_600.0) as u64);
    let (minutes, seconds) = (rest / 60, rest % 60);
    if seconds == 0 {
        format!("{sign}{hours}:{minutes:02}")
    } else {
        format!("{sign}{hours}:{minutes:02}:{seconds:02}")
    }
}

const fn point(language: Language) -> char {
    match language {
        Language::French => ',',
        Language::English => '.',
    }
}

const fn thousands(language: Language) -> char {
    match language {
        // The narrow space that French typography asks for, and Excel writes.
        Language::French => '\u{202f}',
        Language::English => ',',
    }
}

/// A number's decimal digits, as many as a sheet keeps.
struct Decimal {
    digits: Vec<u8>,
    /// How many of them stand before the point; zeros are to be put in where it is negative.
    point: i32,
}

impl Decimal {
    fn of(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let written = format!("{value:.*e}", DIGITS - 1);
        let (digits, exponent) = written.split_once('e')?;
        let mut digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let exponent: i32 = exponent.parse().ok()?;
        Some(if digits.is_empty() { Self { digits, point: 0 } } else { Self { digits, point: exponent + 1 } })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Rounded half up to `places` after the point: what stands before it (at least `0`) and after it.
    fn split(mut self, places: usize) -> (String, String) {
        let kept = i64::from(self.point) + i64::try_from(places).unwrap_or(i64::MAX / 2);
        if kept < self.digits.len() as i64 {
            let up = usize::try_from(kept).is_ok_and(|kept| self.digits.get(kept).is_some_and(|digit| *digit >= 5));
            self.digits.truncate(usize::try_from(kept).unwrap_or(0));
            if up {
                self.round_up();
            }
        }
        let digit = |at: i64| usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        let whole: String = (0..i64::from(self.point)).map(|at| char::from(b'0' + digit(at))).collect();
        let last = self.digits.len() as i64;
        let part: String = (i64::from(self.point)..last).map(|at| char::from(b'0' + digit(at))).collect();
        let part = part.trim_end_matches('0').to_owned();
        (if whole.is_empty() { "0".to_owned() } else { whole }, part)
    }

    fn round_up(&mut self) {
        while let Some(last) = self.digits.pop() {
            if last < 9 {
                self.digits.push(last + 1);
                return;
            }
        }
        // 9.99 has become 10: one digit more before the point.
        self.digits.push(1);
        self.point += 1;
    }
}

/// The parts of a format for positive and negative numbers, zero and text.
fn sections(format: &str) -> Vec<String> {
    let (mut sections, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in format.chars() {
        if c == ';' && !quoted && !escaped {
            sections.push(String::new());
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = !escaped && !quoted && matches!(c, '\\' | '_' | '*');
        if let Some(last) = sections.last_mut() {
            last.push(c);
        }
    }
    sections
}

enum Token {
    Literal(char),
    /// `0`, `#` or `?`.
    Digit(char),
}

struct Section {
    /// Before the point, with what stands among and before the digits.
    whole: Vec<Token>,
    /// After it: digits.
    part: Vec<char>,
    /// After the digits.
    after: String,
    groups: bool,
    percent: bool,
}

impl Section {
    /// `None`: something in it is not understood here, or it says nothing.
    fn parse(section: &str) -> Option<Self> {
        let mut parsed =
            Self { whole: Vec::new(), part: Vec::new(), after: String::new(), groups: false, percent: false };
        let (mut in_part, mut chars) = (false, section.chars().peekable());
        while let Some(c) = chars.next() {
            match c {
                '0' | '#' | '?' if in_part && parsed.after.is_empty() => parsed.part.push(c),
                '0' | '#' | '?' if !in_part => parsed.whole.push(Token::Digit(c)),
                '.' if !in_part => in_part = true,
                // Among digits it groups; behind them it divides by a thousand, which is left to `general`.
                ',' if !in_part && matches!(chars.peek(), Some('0' | '#' | '?')) => parsed.groups = true,
                '%' => {
                    parsed.percent = true;
                    parsed.literal('%', in_part);
                }
                '"' => chars.by_ref().take_while(|c| *c != '"').for_each(|c| parsed.literal(c, in_part)),
                '\\' => parsed.literal(chars.next()?, in_part),
                // As wide as the next character: an alignment.
                '_' | '*' => drop(chars.next()?),
                '[' => {
                    let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    // `[$€-40C]` is a currency, anything else a colour or a condition.
                    let symbol = inner.strip_prefix('$').map(|rest| rest.split('-').next().unwrap_or_default());
                    if inner.starts_with(['<', '>', '=']) {
                        return None;
                    }
                    symbol.unwrap_or_default().chars().for_each(|c| parsed.literal(c, in_part));
                }
                ' ' | '€' | '$' | '£' | '+' | '-' | '(' | ')' | '/' | ':' | '\u{a0}' | '\u{202f}' => {
                    parsed.literal(c, in_part);
                }
                _ => return None,
            }
        }
        let fraction = parsed.whole.iter().any(|token| matches!(token, Token::Literal('/')));
        let has_digits = parsed.whole.iter().any(|token| matches!(token, Token::Digit(_))) || !parsed.part.is_empty();
        (has_digits && !fraction).then_some(parsed)
    }

    fn literal(&mut self, c: char, in_part: bool) {
        if in_part { self.after.push(c) } else { self.whole.push(Token::Literal(c)) }
    }

    fn show(&self, value: f64, sign: &str, language: Language) -> Option<String> {
        let value = if self.percent { value * 100.0 } else { value };
        let (whole, part) = Decimal::of(value)?.split(self.part.len());
        let zeros = self.part.iter().filter(|digit| **digit == '0').count();
        let part = format!("{part:0<zeros$}");
        let is_zero = whole == "0" && part.bytes().all(|digit| digit == b'0');
        let mut shown = self.show_whole(&whole, language);
        if !part.is_empty() {
            shown.push(point(language));
            shown.push_str(&part);
        }
        Some(format!("{}{shown}{}", if is_zero { "" } else { sign }, self.after).trim().to_owned())
    }

    /// Digits go into their places from the right, and the surplus before the first of them.
    fn show_whole(&self, whole: &str, language: Language) -> String {
        let mut left: Vec<char> = if whole == "0" { Vec::new() } else { whole.chars().collect() };
        let first = self.whole.iter().position(|token| matches!(token, Token::Digit(_)));
        let (mut reversed, mut count) = (Vec::new(), 0);
        let mut put = |c: char, reversed: &mut Vec<char>| {
            if self.groups && count > 0 && count % 3 == 0 {
                reversed.push(thousands(language));
            }
            count += 1;
            reversed.push(c);
        };
        for (at, token) in self.whole.iter().enumerate().rev() {
            match token {
                Token::Literal(c) => reversed.push(*c),
                Token::Digit(place) => {
                    match (left.pop(), place) {
                        (Some(c), _) => put(c, &mut reversed),
                        (None, '0') => put('0', &mut reversed),
                        (None, _) => {}
                    }
                    while Some(at) == first && !left.is_empty() {
                        left.pop().into_iter().for_each(|c| put(c, &mut reversed));
                    }
                }
            }
        }
        reversed.iter().rev().collect()
    }
}

/// `None` where the format says something else than numbers of days, months, years and hours, and names of months.
fn clock(at: Moment, format: &str, language: Language) -> Option<String> {
    let (mut shown, mut after_hour) = (String::new(), false);
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        let lower = c.to_ascii_lowercase();
        if matches!(lower, 'd' | 'm' | 'y' | 'h' | 's') {
            let mut width = 1;
            while chars.peek().is_some_and(|next| next.to_ascii_lowercase() == lower) {
                chars.next();
                width += 1;
            }
            let before_seconds = chars.clone().find(char::is_ascii_alphabetic).is_some_and(|c| matches!(c, 's' | 'S'));
            let is_minute = lower == 'm' && width <= 2 && (after_hour || before_seconds);
            after_hour = lower == 'h';
            shown.push_str(&field(at, if is_minute { 'n' } else { lower }, width, language)?);
            continue;
        }
        match c {
            '"' => shown.extend(chars.by_ref().take_while(|c| *c != '"')),
            '\\' => shown.push(chars.next()?),
            '_' | '*' => drop(chars.next()?),
            '[' => {
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if !inner.starts_with('$') {
                    return None;
                }
            }
            '/' | '-' | '.' | ':' | ' ' | ',' | '\u{a0}' | '\u{202f}' => shown.push(c),
            _ => return None,
        }
    }
    (!shown.trim().is_empty()).then(|| shown.trim().to_owned())
}

fn field(at: Moment, letter: char, width: usize, language: Language) -> Option<String> {
    let two = |value: u8| if width == 1 { value.to_string() } else { format!("{value:02}") };
    Some(match (letter, width) {
        ('d', 1 | 2) => two(at.day),
        ('m', 1 | 2) => two(at.month),
        ('m', 4) => language.month(at.month)?.to_owned(),
        ('y', 1 | 2) => format!("{:02}", at.year % 100),
        ('y', _) => format!("{:04}", at.year),
        ('h', 1 | 2) => two(at.hour),
        ('n', _) => two(at.minute),
        ('s', 1 | 2) => two(at.second),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, French};

    #[test]
    fn numbers_are_shown_as_their_format_says() {
        for (value, format, french, english) in [
            (12.0, "General", "12", "12"),
            (1_234.5, "General", "1234,5", "1234.5"),
            (0.1 + 0.2, "General", "0,3", "0.3"),
            (-0.0, "General", "0", "0"),
            (-7.0, "0", "-7", "-7"),
            (123_456_789_012_345.0, "General", "123456789012345", "123456789012345"),
            (1e21, "General", "1000000000000000000000", "1000000000000000000000"),
            (0.000_012, "General", "0,000012", "0.000012"),
            (1_234.5, "#,##0.00\\ \"€\"", "1\u{202f}234,50 €", "1,234.50 €"),
            (1_234_567.891, "#,##0.00 [$€-40C]", "1\u{202f}234\u{202f}567,89 €", "1,234,567.89 €"),
            (-1_234.5, "#,##0.00;[Red]-#,##0.00", "-1\u{202f}234,50", "-1,234.50"),
            (-12.0, "#,##0;(#,##0)", "(12)", "(12)"),
            (-0.004, "0.00", "0,00", "0.00"),
            (0.2, "0%", "20%", "20%"),
            (0.196, "0.0%", "19,6%", "19.6%"),
            (1_000.0, "00000", "01000", "01000"),
            (102_030_405.0, "0#\" \"##\" \"##\" \"##\" \"##", "01 02 03 04 05", "01 02 03 04 05"),
            (102_030_405.0, "00 00 00 00 00", "01 02 03 04 05", "01 02 03 04 05"),
            (1.005, "0.00", "1,01", "1.01"),
            (2.5, "0", "3", "3"),
            (0.05, "0.0", "0,1", "0.1"),
            (99.96, "0.0", "100,0", "100.0"),
            (0.5, "#.##", ",5", ".5"),
            (12.0, "0.##", "12", "12"),
            (12.0, "@", "12", "12"),
            (12_345.0, "0.00E+00", "12345", "12345"),
            (0.5, "# ?/?", "0,5", "0.5"),
            (1_500_000.0, "0.0,,", "1500000", "1500000"),
            (0.0, "#,##0.00_);(#,##0.00);\"-\"??", "-", "-"),
        ] {
            assert_eq!(number(value, format, French), french, "{value} {format}");
            assert_eq!(number(value, format, English), english, "{value} {format}");
        }
    }

    #[test]
    fn dates_are_shown_as_their_format_says() {
        let at = Moment { year: 2025, month: 1, day: 31, hour: 9, minute: 5, second: 0 };
        let day = Moment { hour: 0, minute: 0, ..at };
        for (at, format, built_in, french, english) in [
            (day, "mm-dd-yy", Some(14), "31/01/2025", "2025-01-31"),
            (at, "m/d/yy h:mm", Some(22), "31/01/2025 09:05", "2025-01-31 09:05"),
            (day, "dd/mm/yyyy", None, "31/01/2025", "31/01/2025"),
            (day, "[$-40C]d\\ mmmm\\ yyyy;@", None, "31 janvier 2025", "31 January 2025"),
            (day, "yyyy\\-mm\\-dd", None, "2025-01-31", "2025-01-31"),
            (at, "dd/mm/yy hh:mm", None, "31/01/25 09:05", "31/01/25 09:05"),
            (at, "h:mm:ss", None, "9:05:00", "9:05:00"),
            (at, "mm:ss", None, "05:00", "05:00"),
            (at, "h:mm AM/PM", Some(18), "2025-01-31 09:05", "2025-01-31 09:05"),
            (day, "dddd d mmmm", None, "2025-01-31", "2025-01-31"),
        ] {
            assert_eq!(date(at, format, built_in, French), french, "{format}");
            assert_eq!(date(at, format, built_in, English), english, "{format}");
        }
        let time = Moment { year: 1899, month: 12, day: 31, hour: 18, minute: 30, second: 0 };
        assert_eq!(plain_date(time, French), "18:30");
        assert_eq!(plain_date(day, French), "31/01/2025");
        assert_eq!((duration(1.104_166_666_666), duration(-0.5)), ("26:30".to_owned(), "-12:00".to_owned()));
    }
}
