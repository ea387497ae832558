//! What people see: lines, tables, bars. Results go to standard output, everything else to standard error.

pub(crate) mod progress;
mod table;

pub(crate) use table::{Align, Table};

use crate::{
    failure::{Failure, Result},
    words::{self, Cause as _, t},
};
use jiff::{civil::Date, tz::TimeZone};
use language::Language;
use model::Timestamp;
use serde::Serialize;
use std::{
    io::{self, Write as _},
    time::Duration,
};

/// A line, or several, to standard output.
pub(crate) fn out(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // `vigie jobs | head`: nobody wants the rest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(unwritten(&error)),
    }
}

/// Standard output took no more.
pub(crate) fn unwritten(error: &io::Error) -> Failure {
    Failure::new(t!("standard-output", error = error.say()))
}

/// A line to standard error. Where that fails there is nobody left to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// For programs.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    out(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// `12,345`, as the language writes it.
pub(crate) fn count(number: u64) -> String {
    words::language().number(number)
}

/// The two largest units: `8 min 20 s`.
pub(crate) fn duration(time: Duration) -> String {
    words::language().duration(time).replace('\u{a0}', " ")
}

/// `2025-01-10 14:32:15` in the zone, in French `10/01/2025 14:32:15`; empty where there is no time.
pub(crate) fn moment(at: impl Into<Option<Timestamp>>, zone: &TimeZone) -> String {
    at.into().map_or(String::new(), |at| at.in_zone(zone).strftime(&format!("{} %H:%M:%S", day_pattern())).to_string())
}

/// `2025-01-10`, in French `10/01/2025`.
pub(crate) fn day(day: Date) -> String {
    day.strftime(day_pattern()).to_string()
}

/// How a day is written, for `strftime`.
pub(crate) fn day_pattern() -> &'static str {
    if words::language() == Language::French { "%d/%m/%Y" } else { "%Y-%m-%d" }
}

/// A text of foreign origin, without what could steer a terminal, at most `width` characters long.
pub(crate) fn plain(text: &str, width: usize) -> String {
    let clean = text.chars().map(|c| if model::steers_display(c) { ' ' } else { c });
    let mut shown: String = clean.clone().take(width).collect();
    if clean.count() > width {
        shown.pop();
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!([count(0), count(999), count(1_234_567)], ["0", "999", "1,234,567"]);
        let spelled = [0, 250, 8_000, 500_000, 86_400_000, 90_061_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(spelled, ["0 s", "0.3 s", "8 s", "8 min 20 s", "1 d", "1 d 1 h"]);
        assert_eq!(plain("a\u{1b}[31mb\u{202e}", 20), "a [31mb ");
        assert_eq!(plain("abcdef", 4), "abc…");
    }
}
