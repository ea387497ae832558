//! One field of a cron expression.

use crate::Refusal;
use std::ops::RangeInclusive;

/// Which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

/// `L` and `LW` of days.
pub(super) const LAST_DAY: u8 = 0;
pub(super) const LAST_WORKDAY: u8 = 1;
/// For each weekday: its first to its fifth in a month, and its last.
pub(crate) const NTH_BITS: u8 = 8;
pub(super) const LAST_NTH: u8 = 6;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl FieldKind {
    const fn range(self) -> RangeInclusive<u8> {
        match self {
            Self::Second | Self::Minute => 0..=59,
            Self::Hour => 0..=23,
            Self::Day => 1..=31,
            Self::Month => 1..=12,
            // Sunday is 0, and 7.
            Self::Weekday => 0..=7,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    /// A number within the range, or a name.
    fn value(self, text: &str) -> Result<u8, Refusal> {
        let named = match self {
            Self::Month => MONTHS.iter().position(|name| *name == text).map(|at| at + 1),
            Self::Weekday => WEEKDAYS.iter().position(|name| *name == text),
            _ => None,
        };
        let value = named.and_then(|at| u8::try_from(at).ok()).or_else(|| number(text));
        value.filter(|value| self.range().contains(value)).ok_or_else(|| self.refusal("expression-value", text))
    }

    fn refusal(self, code: &'static str, text: &str) -> Refusal {
        Refusal::new(code).with("field", self.word()).with("text", text)
    }
}

/// Digits alone: no sign.
fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The values of a field, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CronField {
    bits: u64,
    /// Days that depend on their month: [`LAST_DAY`], [`LAST_WORKDAY`]; of a weekday w its n-th, `w * NTH_BITS + n`.
    special: u64,
    /// Written with a star first: `*`, `*/5`.
    pub(crate) is_starred: bool,
}

impl CronField {
    /// Reads a field in capitals.
    pub(super) fn parse(kind: FieldKind, text: &str) -> Result<Self, Refusal> {
        let mut field = Self { is_starred: text.starts_with(['*', '?']), ..Self::default() };
        for term in text.split(',') {
            match special(kind, term)? {
                Some(bit) => field.special |= 1 << bit,
                None => field.bits |= values(kind, term)?,
            }
        }
        if kind == FieldKind::Weekday {
            field.bits = (field.bits | field.bits >> 7) & 0x7f;
        }
        Ok(field)
    }

    pub(crate) fn has(&self, value: u8) -> bool {
        self.bits >> value & 1 == 1
    }

    pub(super) fn has_special(&self, bit: u8) -> bool {
        self.special >> bit & 1 == 1
    }

    /// The smallest value from `least` on.
    pub(super) fn first_from(&self, least: u8) -> Option<u8> {
        let rest = self.bits.checked_shr(least.into())?;
        (rest != 0).then(|| least + rest.trailing_zeros() as u8)
    }

    /// Its values, rising.
    pub(crate) fn values(&self) -> Vec<u8> {
        (0..64).filter(|value| self.has(*value)).collect()
    }

    /// Days that depend on their month, rising; see [`Self::special`].
    pub(crate) fn specials(&self) -> Vec<u8> {
        (0..64).filter(|bit| self.has_special(*bit)).collect()
    }
}

/// The bit of a day that depends on its month.
fn special(kind: FieldKind, term: &str) -> Result<Option<u8>, Refusal> {
    match (kind, term) {
        (FieldKind::Day, "L") => return Ok(Some(LAST_DAY)),
        (FieldKind::Day, "LW") => return Ok(Some(LAST_WORKDAY)),
        (FieldKind::Weekday, _) => {}
        _ => return Ok(None),
    }
    let (weekday, nth) = match (term.strip_suffix('L'), term.split_once('#')) {
        (Some(weekday), _) => (weekday, Some(LAST_NTH)),
        (None, Some((weekday, nth))) => (weekday, number(nth).filter(|nth| (1..=5).contains(nth))),
        (None, None) => return Ok(None),
    };
    let nth = nth.ok_or_else(|| kind.refusal("expression-value", term))?;
    Ok(Some(kind.value(weekday)? % 7 * NTH_BITS + nth))
}

/// The values of a term: one, a range, all; each with a step.
fn values(kind: FieldKind, term: &str) -> Result<u64, Refusal> {
    let (range, step) = match term.split_once('/') {
        None => (term, None),
        Some((range, step)) => {
            let step = number(step).filter(|step| *step > 0);
            (range, Some(step.ok_or_else(|| kind.refusal("expression-step", term))?))
        }
    };
    let is_day = matches!(kind, FieldKind::Day | FieldKind::Weekday);
    let range = match (range, range.split_once('-')) {
        ("*", _) => kind.range(),
        ("?", _) if is_day => kind.range(),
        (_, Some((first, last))) => kind.value(first)?..=kind.value(last)?,
        (one, None) if step.is_some() => kind.value(one)?..=*kind.range().end(),
        (one, None) => kind.value(one)?..=kind.value(one)?,
    };
    if range.is_empty() {
        return Err(kind.refusal("expression-range", term));
    }
    Ok(range.step_by(step.unwrap_or(1).into()).fold(0, |bits, value| bits | 1 << value))
}
