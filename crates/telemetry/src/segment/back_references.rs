//! What a message says a second time: values of the record's fields, and the time of day of the record's moment.
//!
//! Logs that come as text are kept to the byte, and what was read in them stands beside them in fields. Where a field's value
//! stands in the message, the message is mined with a mark in its place, and the mark becomes a slot that is the field's
//! column: the value is kept once. A mark is made of a zero and of bytes that are part of no token, so that marks are always
//! fixed text of a template; messages that hold a zero themselves are mined apart.

use super::{
    clock::Clock,
    column::write_integer,
    fields::Gathered,
    numbers,
    template::{Slot, TemplatePart},
};
use std::{io::Write as _, ops::Range};

const MARK: u8 = 0;
/// Zero, then sixteen bits, four a byte.
const MARK_BYTES: usize = 5;
/// The half bytes of a mark: control characters, of which none ends a line.
const HALF: u8 = 0x10;
/// Set in a mark that is a clock; others are columns.
const CLOCK: u16 = 0x8000;
/// Values of a column that are looked at before all are looked for.
const SAMPLE: usize = 32;
/// Where less than one in so many bytes of messages is said twice, marking takes more time than it saves room.
const SHARE_MIN: usize = 16;
/// A column that is the same in so many rows costs nothing, nor does its text in their messages.
const SAME_MIN: usize = 8;

/// A column whose values may stand in messages.
pub(super) struct ReferencedField<'a> {
    pub(super) column: u16,
    /// Those that have it, rising.
    pub(super) rows: &'a [u32],
    pub(super) values: &'a Gathered<'a>,
}

/// Messages in which marks stand for what a field or the time of the record says: references back to these.
pub(super) struct ReferencingMessages {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Rows whose messages may be mined with marks.
    pub(super) rows: Vec<u32>,
}

impl ReferencingMessages {
    /// `None` where little is said twice.
    pub(super) fn of<'a>(messages: &'a [&'a [u8]], times: &'a [i64], sought: Vec<ReferencedField<'a>>) -> Option<Self> {
        let mut walk = Walk::new(messages, times, sought);
        let rows = sample(messages.len());
        let said: usize = rows.clone().map(|row| messages[row].len()).sum();
        let twice: usize = rows.map(|row| walk.spans(row as u32).map_or(0, Spans::bytes)).sum();
        if twice * SHARE_MIN < said {
            return None;
        }
        walk.begin_again();
        let mut marked = Self { bytes: Vec::new(), ends: Vec::new(), rows: Vec::new() };
        for (row, message) in (0u32..).zip(messages) {
            if let Some(spans) = walk.spans(row) {
                marked.rows.push(row);
                if !spans.0.is_empty() {
                    marked.push(message, spans);
                }
            }
            marked.ends.push(marked.bytes.len() as u32);
        }
        Some(marked)
    }

    fn push(&mut self, message: &[u8], spans: &Spans) {
        let mut at = 0;
        for (range, code) in &spans.0 {
            self.bytes.extend_from_slice(&message[at..range.start]);
            self.bytes.push(MARK);
            self.bytes.extend([12, 8, 4, 0].map(|shift| HALF | (code >> shift & 15) as u8));
            at = range.end;
        }
        self.bytes.extend_from_slice(&message[at..]);
    }

    /// A message with its marks, if it has any: it is not empty then.
    pub(super) fn get(&self, row: u32) -> Option<&[u8]> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        let text = &self.bytes[start as usize..self.ends[row as usize] as usize];
        (!text.is_empty()).then_some(text)
    }
}

/// Some places, evenly.
fn sample(count: usize) -> impl Iterator<Item = usize> + Clone {
    (0..count.min(SAMPLE)).map(move |n| n * count / count.min(SAMPLE))
}

/// The places of one message that are marked.
#[derive(Default)]
struct Spans(Vec<(Range<usize>, u16)>);

impl Spans {
    /// Of the message.
    fn bytes(&self) -> usize {
        self.0.iter().map(|(range, _)| range.len()).sum()
    }

    fn is_free(&self, range: &Range<usize>) -> bool {
        self.0.iter().all(|(taken, _)| taken.end <= range.start || range.end <= taken.start)
    }
}

/// Walks over messages.
struct Walk<'a> {
    messages: &'a [&'a [u8]],
    times: &'a [i64],
    has_clocks: bool,
    seekers: Vec<Seeker<'a>>,
    spans: Spans,
}

impl<'a> Walk<'a> {
    fn new(messages: &'a [&'a [u8]], times: &'a [i64], sought: Vec<ReferencedField<'a>>) -> Self {
        let seekers = sought.into_iter().filter_map(Seeker::new).filter(|seeker| seeker.is_likely(messages)).collect();
        let has_clock = |row: &usize| Clock::find(messages[*row], times[*row]).is_some();
        let rows = sample(messages.len());
        let has_clocks = rows.clone().filter(has_clock).count() * 2 >= rows.count();
        Self { messages, times, has_clocks, seekers, spans: Spans::default() }
    }

    fn begin_again(&mut self) {
        self.seekers.iter_mut().for_each(|seeker| seeker.next = 0);
    }

    /// What is marked in a row's message; rows rise. `None` where it holds a mark already.
    fn spans(&mut self, row: u32) -> Option<&Spans> {
        let message = self.messages[row as usize];
        if memchr::memchr(MARK, message).is_some() {
            return None;
        }
        self.spans.0.clear();
        if self.has_clocks
            && let Some((range, clock)) = Clock::find(message, self.times[row as usize])
        {
            self.spans.0.push((range, CLOCK | clock.code()));
        }
        let mut from = 0;
        self.seekers.iter_mut().for_each(|seeker| seeker.seek(row, message, &mut from, &mut self.spans));
        self.spans.0.sort_unstable_by_key(|(range, _)| range.start);
        Some(&self.spans)
    }
}

/// Walks over the values of a column.
struct Seeker<'a> {
    sought: ReferencedField<'a>,
    /// Of floats: the digits after the point with which their column writes them.
    scale: usize,
    next: usize,
    /// How far behind the value before it stood last.
    gap: usize,
    text: Vec<u8>,
}

impl<'a> Seeker<'a> {
    fn new(sought: ReferencedField<'a>) -> Option<Self> {
        let (same, scale) = match sought.values {
            Gathered::Texts(texts) => (texts.iter().all(|text| text == &texts[0]), 0),
            Gathered::Ints(ints) => (ints.iter().all(|int| *int == ints[0]), 0),
            Gathered::Floats(floats) => (false, usize::from(numbers::decimals(floats)?.0)),
            Gathered::Bools(_) => return None,
        };
        let worthwhile = !same || sought.rows.len() < SAME_MIN;
        worthwhile.then(|| Self { sought, scale, next: 0, gap: 0, text: Vec::new() })
    }

    /// Whether its values mostly stand in their messages.
    fn is_likely(&self, messages: &[&[u8]]) -> bool {
        let mut text = Vec::new();
        let stands = |index: &usize| {
            self.write(*index, &mut text);
            let message = messages[self.sought.rows[*index] as usize];
            find(message, &text, 0..message.len(), &Spans::default()).is_some()
        };
        let sampled = sample(self.sought.rows.len());
        sampled.clone().filter(stands).count() * 2 >= sampled.count()
    }

    /// As the column will write it.
    fn write(&self, index: usize, text: &mut Vec<u8>) {
        text.clear();
        // Writing to memory does not fail.
        let _ = match self.sought.values {
            Gathered::Texts(texts) => text.write_all(texts[index]),
            Gathered::Ints(ints) => write_integer(ints[index], 0, text),
            Gathered::Floats(floats) => write!(text, "{:.*}", self.scale, floats[index]),
            Gathered::Bools(_) => Ok(()),
        };
    }

    /// Marks the row's value where it stands: behind `from` if it does, where fields stand in the order of their message.
    fn seek(&mut self, row: u32, message: &[u8], from: &mut usize, spans: &mut Spans) {
        while self.sought.rows.get(self.next).is_some_and(|own| *own < row) {
            self.next += 1;
        }
        if self.sought.rows.get(self.next) != Some(&row) {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        self.write(self.next, &mut text);
        let expected = *from + self.gap..*from + self.gap + text.len();
        let found = if message.get(expected.clone()) == Some(&text[..]) && may_stand(message, &expected, spans) {
            Some(expected.start)
        } else {
            let behind = find(message, &text, *from..message.len(), spans);
            behind.or_else(|| find(message, &text, 0..(*from + text.len()).min(message.len()), spans))
        };
        if let Some(start) = found {
            let range = start..start + text.len();
            if start >= *from {
                self.gap = start - *from;
                *from = range.end;
            }
            spans.0.push((range, self.sought.column));
        }
        self.text = text;
    }
}

/// Where in `within` a text stands as a whole word.
fn find(message: &[u8], text: &[u8], within: Range<usize>, spans: &Spans) -> Option<usize> {
    let (&first, mut at) = (text.first()?, within.start);
    while at + text.len() <= within.end {
        at += memchr::memchr(first, &message[at..within.end])?;
        let range = at..at + text.len();
        if range.end <= within.end && message[range.clone()] == *text && may_stand(message, &range, spans) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether a text there is no part of a longer word or number, nor of what is marked.
fn may_stand(message: &[u8], range: &Range<usize>, spans: &Spans) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let Some((&first, &last)) = message[range.clone()].first().zip(message[range.clone()].last()) else { return false };
    let (before, after) = (&message[..range.start], &message[range.end..]);
    let joins_before = match before {
        [.., digit, b'.'] => digit.is_ascii_digit() && first.is_ascii_digit(),
        [.., byte] => is_word(*byte) && is_word(first),
        [] => false,
    };
    let joins_after = match after {
        [b'.', digit, ..] => digit.is_ascii_digit() && last.is_ascii_digit(),
        [byte, ..] => is_word(*byte) && is_word(last),
        [] => false,
    };
    !joins_before && !joins_after && spans.is_free(range)
}

/// The parts of a template that was mined with marks.
pub(super) fn unmark(parts: Vec<TemplatePart>) -> Vec<TemplatePart> {
    let mut unmarked = Vec::with_capacity(parts.len());
    for part in parts {
        let TemplatePart::Text(text) = part else {
            unmarked.push(part);
            continue;
        };
        let mut rest = &text[..];
        while let Some(at) = memchr::memchr(MARK, rest) {
            let (before, marked) = rest.split_at(at);
            let (mark, behind) = marked.split_at(MARK_BYTES.min(marked.len()));
            if !before.is_empty() {
                unmarked.push(TemplatePart::Text(before.to_vec()));
            }
            let code = mark[1..].iter().fold(0, |code, half| code << 4 | u16::from(half & 15));
            let clock = (code & CLOCK != 0).then(|| Clock::of_code(code & !CLOCK)).flatten();
            unmarked.push(TemplatePart::Slot(clock.map_or(Slot::Field(code), Slot::Clock)));
            rest = behind;
        }
        if !rest.is_empty() {
            unmarked.push(TemplatePart::Text(rest.to_vec()));
        }
    }
    unmarked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[TemplatePart]) -> String {
        let show = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => String::from_utf8_lossy(text).into_owned(),
            TemplatePart::Slot(Slot::Field(column)) => format!("<{column}>"),
            TemplatePart::Slot(slot) => format!("{slot:?}"),
        };
        parts.iter().map(show).collect()
    }

    #[test]
    fn values_are_marked_where_they_stand() {
        let messages: [&[u8]; 4] = [b"10.0.0.7 GET 200 200 in 0.5s", b"10.0.0.8 POST 20 10", b"200 GET", b"\0 GET 1"];
        let clients = Gathered::Texts(vec![b"10.0.0.7", b"10.0.0.8"]);
        let methods = Gathered::Texts(vec![b"GET", b"POST", b"GET", b"GET"]);
        let (status, bytes) = (Gathered::Ints(vec![200, 20, 200, 1]), Gathered::Ints(vec![200, 10]));
        let sought = |column, rows, values| ReferencedField { column, rows, values };
        let marked = ReferencingMessages::of(
            &messages,
            &[0; 4],
            vec![
                sought(3, &[0, 1], &clients),
                sought(4, &[0, 1, 2, 3], &methods),
                sought(300, &[0, 1, 2, 3], &status),
                sought(6, &[0, 1], &bytes),
            ],
        )
        .unwrap();
        let texts = (0..3)
            .map(|row| shown(&unmark(vec![TemplatePart::Text(marked.get(row).unwrap().to_vec())])))
            .collect::<Vec<_>>();
        assert_eq!(texts, ["<3> <4> <300> <6> in 0.5s", "<3> <4> <300> <6>", "<300> <4>"]);
        assert_eq!((marked.get(3), &marked.rows[..]), (None, &[0, 1, 2][..]));
    }

    #[test]
    fn what_stands_elsewhere_is_left() {
        let values = Gathered::Ints(vec![5, 10, 7, 8]);
        let messages: [&[u8]; 4] = [b"a5 5b 0.5 5.5", b"10.0.0.1", b"x", b"y"];
        assert!(
            ReferencingMessages::of(
                &messages,
                &[0; 4],
                vec![ReferencedField { column: 0, rows: &[0, 1, 2, 3], values: &values }]
            )
            .is_none()
        );
    }
}
