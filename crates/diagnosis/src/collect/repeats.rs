//! Lines that prove nothing each, and something together: those of one kind that a program repeats, and the total that it
//! names after its messages.

use crate::{
    evidence::{Family, Sign},
    signs::{self, Told},
};
use model::{Level, Timestamp};
use sources::record::{Parsed, Value};
use std::time::Duration;

/// Messages that are apart by more are of another run.
const APART: Duration = Duration::from_secs(120);
/// How soon after its last message a run names its total.
const TOTAL_WITHIN: Duration = Duration::from_secs(60);
/// From which a total says something.
const TOTAL_MIN: u64 = 10;
/// Numbers of a line that are looked at.
const NUMBERS_MAX: usize = 12;

/// What was said of messages so far, in one source.
#[derive(Default)]
pub(super) struct Repeats {
    count: u64,
    last: Option<Timestamp>,
    /// The numbers of the last message, and the one among them that counts.
    numbers: Vec<u64>,
    counter: Option<u64>,
}

impl Repeats {
    /// Takes note of a record that proves `told`, and adds what it says beside that; what is
    /// repeated counts in the window only.
    pub(super) fn note(
        &mut self,
        parsed: &Parsed<'_>,
        family: Family,
        at: Timestamp,
        is_in_window: bool,
        told: &mut Vec<Told>,
    ) {
        let is_program = matches!(family, Family::App | Family::AppServer | Family::Tasks | Family::Other);
        if !is_program || parsed.level.is_some_and(|level| level > Level::Info) {
            return;
        }
        if told.iter().any(|told| matches!(told.sign, Sign::AppSent | Sign::AppNamed)) {
            self.message(&parsed.message, at);
            return;
        }
        if !told.iter().all(|told| told.sign == Sign::AppDone) {
            return;
        }
        let is_soon = self.last.is_some_and(|last| at >= last && at.since(last) <= TOTAL_WITHIN);
        if is_soon && self.is_total(&parsed.message) {
            told.push(signs::told(Sign::AppTotal, parsed));
        } else if is_in_window && told.is_empty() && names_number(parsed) {
            told.push(signs::told(Sign::Repeated, parsed));
        }
    }

    fn message(&mut self, message: &str, at: Timestamp) {
        let is_of_run = self.last.is_some_and(|last| at >= last && at.since(last) <= APART);
        self.count = if is_of_run { self.count + 1 } else { 1 };
        self.last = Some(at);
        let numbers: Vec<u64> = signs::numbers(message).map(|(number, ..)| number).take(NUMBERS_MAX).collect();
        self.counter = numbers.iter().copied().find(|number| *number > 0 && self.numbers.contains(&(number - 1)));
        self.numbers = numbers;
    }

    /// Whether a line names as many as there were messages, and does not say `312 of 900`.
    fn is_total(&self, message: &str) -> bool {
        let totals = [Some(self.count), self.counter];
        let is_one = |number: u64| number >= TOTAL_MIN && totals.contains(&Some(number));
        let is_total =
            signs::numbers(message).any(|(number, ..)| is_one(number)) && !signs::tells_part(message, &is_one);
        is_total && !signs::tells_of_failure(message)
    }
}

/// Whether a record has a number that may differ from one line to the next, in its text or beside it.
fn names_number(parsed: &Parsed<'_>) -> bool {
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    // A name before the message may be that of the piece of work: `PAIN001_04207.xml sent`.
    has_digit(&parsed.message)
        || parsed.logger.as_deref().is_some_and(has_digit)
        || parsed.fields.iter().any(|field| match &field.value {
            Value::Text(text) => has_digit(text),
            Value::Integer(_) | Value::Float(_) => true,
            Value::Bool(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_as_many_as_there_were_messages() {
        let mut repeats = Repeats::default();
        for number in 1..=42 {
            repeats.message(&format!("brev {number} till ann@example.org"), Timestamp::from_micros(number * 1_000_000));
        }
        assert_eq!((repeats.count, repeats.counter), (42, Some(42)));
        for (text, expected) in [
            ("alla 42 brev", true),
            ("42 brev, 0 fel, 120 s", true),
            ("42 of 900", false),
            ("42/900", false),
            ("aborted after 42", false),
            ("41 brev", false),
            ("a42", false),
        ] {
            assert_eq!(repeats.is_total(text), expected, "{text}");
        }
    }
}
