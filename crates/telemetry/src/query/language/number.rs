//! Numbers in queries and in records: whole ones exactly, others as IEEE 754 doubles.

use std::{cmp::Ordering, fmt};

#[derive(Clone, Copy, Debug)]
pub enum Number {
    Int(i64),
    /// Finite.
    Float(f64),
}

impl Number {
    /// Reads `12`, `-3`, `0.25`, `1e6`. Nothing else is a number: no space, no `inf`, no `0x`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Ok(whole) = text.parse() {
            return Some(Self::Int(whole));
        }
        text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float)
    }

    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

impl Ord for Number {
    /// By value: a whole number and a double are compared exactly, not after rounding one to the other.
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Float(b)) => int_to_float(a, b),
            (Self::Float(a), Self::Int(b)) => int_to_float(b, a).reverse(),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            // `{:?}` is the shortest text that reads back as the same double.
            Self::Float(float) => write!(f, "{float:?}"),
        }
    }
}

fn int_to_float(int: i64, float: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float >= LIMIT {
        return Ordering::Less;
    }
    if float < -LIMIT {
        return Ordering::Greater;
    }
    let floor = float.floor();
    // Within ±2⁶³ a floor is a whole number that i64 holds.
    int.cmp(&(floor as i64)).then(if float > floor { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_are_numbers() {
        let read = |text: &str| Number::parse(text).map(|number| number.to_string());
        for (text, number) in [
            ("12", Some("12")),
            ("-3", Some("-3")),
            ("007", Some("7")),
            ("0.5", Some("0.5")),
            ("500.0", Some("500.0")),
            ("1e6", Some("1000000.0")),
            ("9223372036854775808", Some("9.223372036854776e18")),
            ("", None),
            ("-", None),
            ("+1", None),
            (".5", None),
            ("1e999", None),
            ("0x10", None),
            ("inf", None),
            ("nan", None),
            ("1 ", None),
        ] {
            assert_eq!(read(text).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn whole_numbers_and_doubles_compare_without_rounding() {
        let (large, rounded) = (Number::Int(i64::MAX), Number::Float(i64::MAX as f64));
        assert!(large < rounded, "2⁶³-1 is below 2⁶³");
        assert_eq!(Number::Int(500), Number::Float(500.0));
        assert!(Number::Int(-1) > Number::Float(-1.5));
        assert!(Number::Int(1) < Number::Float(1.5));
        assert!(Number::Int(i64::MIN) == Number::Float(i64::MIN as f64));
    }
}
