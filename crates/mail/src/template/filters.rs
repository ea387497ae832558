//! Filters for letters in French: `{{ montant|euros }}`, `{{ montant|nombre(0) }}`, `{{ échéance|date_fr }}`,
//! `{{ nom|majuscules }}`, and `valeur` to compare with numbers.

use super::budget::filter;
use language::Language;
use minijinja::{Environment, Error, ErrorKind};

/// Digits that a number may have.
const DIGITS_MAX: usize = 30;

pub(super) fn add(environment: &mut Environment<'static>) {
    filter(environment, "euros", |text: String| number(&text, 2).map(|number| format!("{number}\u{a0}€")));
    filter(environment, "nombre", |text: String, decimals: Option<usize>| number(&text, decimals.unwrap_or(2).min(10)));
    filter(environment, "valeur", |text: String| {
        let (negative, whole, fraction) = digits(&text)?;
        let value: f64 = format!("{}{whole}.{fraction}0", if negative { "-" } else { "" }).parse().unwrap_or(f64::NAN);
        Ok::<_, Error>(value)
    });
    filter(environment, "date_fr", |text: String| date_fr(&text));
    filter(environment, "majuscules", |text: String| text.to_uppercase());
}

/// `1234.5` → `1 234,50`, with narrow no-break spaces, rounded half up.
fn number(text: &str, decimals: usize) -> Result<String, Error> {
    let (negative, whole, fraction) = digits(text)?;
    let mut scaled: Vec<u8> =
        whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(decimals)).collect();
    if fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5') {
        let kept = scaled.iter().rposition(|digit| *digit != b'9');
        scaled[kept.map_or(0, |at| at + 1)..].fill(b'0');
        match kept {
            Some(at) => scaled[at] += 1,
            None => scaled.insert(0, b'1'),
        }
    }
    let (whole, fraction) = scaled.split_at(scaled.len() - decimals);
    let whole = std::str::from_utf8(whole).unwrap_or_default().trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && fraction.iter().all(|digit| *digit == b'0');
    let mut out = String::from(if negative && !is_zero { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if decimals > 0 {
        out.push(',');
        out.extend(fraction.iter().map(|digit| char::from(*digit)));
    }
    Ok(out)
}

/// Sign, digits before and after the decimal mark, which is the last `,` or `.`; where one mark stands several times
/// it parts thousands.
fn digits(text: &str) -> Result<(bool, String, String), Error> {
    let fail = || Error::new(ErrorKind::InvalidOperation, format!("`{}` is not a number", text.trim()));
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '€' | '\'' | '\u{2019}')).collect();
    let unsigned = bare.trim_start_matches(['-', '−', '+']);
    let negative = bare.starts_with(['-', '−']);
    let marks: Vec<usize> = unsigned.match_indices([',', '.']).map(|(at, _)| at).collect();
    let alike = marks.len() > 1 && marks.iter().all(|at| unsigned.as_bytes()[*at] == unsigned.as_bytes()[marks[0]]);
    let (whole, fraction) = match marks.last() {
        Some(at) if !alike => (unsigned[..*at].replace([',', '.'], ""), unsigned[at + 1..].to_owned()),
        _ => (unsigned.replace([',', '.'], ""), String::new()),
    };
    let are_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    let count = whole.len() + fraction.len();
    if !are_digits || count == 0 || count > DIGITS_MAX || bare.len() - unsigned.len() > '−'.len_utf8() {
        return Err(fail());
    }
    Ok((negative, if whole.is_empty() { "0".into() } else { whole }, fraction))
}

/// `2025-01-10` or `10/01/2025` → `10 janvier 2025`.
fn date_fr(text: &str) -> Result<String, Error> {
    let fail = || Error::new(ErrorKind::InvalidOperation, format!("`{}` is not a date", text.trim()));
    let day_part = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<i16> =
        day_part.split(['-', '/', '.']).map(str::parse).collect::<Result<_, _>>().map_err(|_| fail())?;
    let [first, month, last] = parts[..] else { return Err(fail()) };
    let (year, day) = if first > 31 { (first, last) } else { (last, first) };
    let year = if year < 100 { year + 2000 } else { year };
    let narrow = |number: i16| i8::try_from(number).map_err(|_| fail());
    let date = jiff::civil::Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| fail())?;
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    let month = Language::French.month(date.month().unsigned_abs()).unwrap_or_default();
    Ok(format!("{day} {month} {}", date.year()))
}
