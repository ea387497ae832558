//! Looking into messages without putting them together: a text is looked for in the templates, then in those slots that
//! its bytes could stand in, and only what runs over several parts is written out, and only these parts of it.

use super::{
    BlockScan, ROWS_BETWEEN_LOOKS, Rows,
    reach::{Reach, reach},
};
use crate::{
    Damage, Value,
    fold::fold,
    query::{
        condition::{TextTest, ValueTest},
        regex::RegexTest,
        text::{Edge, Finder},
    },
    segment::{Encoding, Messages, Outline, Part, Piece, Slot, Template, Texts, Values},
};
use std::{borrow::Cow, ops::RangeInclusive};

impl<'b> BlockScan<'b> {
    /// Those of `within` whose message passes.
    pub(super) fn message(&mut self, test: &TextTest, within: Rows) -> Result<Rows, Damage> {
        match test {
            TextTest::Find(finder) => self.find(finder, &within),
            TextTest::Regex(regex) => self.regex(regex, within),
        }
    }

    /// A condition on the message as a whole: each one is rebuilt.
    pub(super) fn whole_message(&mut self, test: &ValueTest, within: &Rows) -> Result<Rows, Damage> {
        self.rebuild(within, |message| test.holds(Value::Str(message)))
    }

    /// Only messages that hold what each match must hold are rebuilt, and none of a template whose fixed text matches.
    fn regex(&mut self, regex: &RegexTest, within: Rows) -> Result<Rows, Damage> {
        let mut candidates = within;
        if !regex.required.is_empty() {
            let mut found = Rows::none(self.block.rows());
            for literal in &regex.required {
                let finder = Finder::of_folded(literal.clone());
                found.unite(&self.find(&finder, &candidates)?);
            }
            candidates = found;
        }
        let mut sure = Rows::none(self.block.rows());
        if regex.is_local && !candidates.is_empty() {
            let block = self.block;
            let messages = self.messages()?;
            for (number, template) in block.templates().iter().enumerate() {
                if template.texts().any(|text| regex.holds(text)) {
                    messages.rows_of(number).iter().for_each(|row| sure.insert(*row));
                }
            }
            sure.intersect(&candidates);
            candidates.subtract(&sure);
        }
        let mut found = self.rebuild(&candidates, |message| regex.holds(message))?;
        found.unite(&sure);
        Ok(found)
    }

    /// Those of `within` whose message holds the text.
    fn find(&mut self, finder: &Finder, within: &Rows) -> Result<Rows, Damage> {
        let mut found = Rows::none(self.block.rows());
        let block = self.block;
        let all = within.is_all();
        for (number, outline) in block.outlines().iter().enumerate() {
            if self.cancel.is_cancelled() {
                break;
            }
            match reach(outline, finder) {
                Reach::Nowhere => {}
                Reach::Everywhere => {
                    let rows = self.messages()?.rows_of(number);
                    rows.iter().filter(|row| within.contains(**row)).for_each(|row| found.insert(*row));
                }
                Reach::Between(ranges) => {
                    if !all && !self.messages()?.rows_of(number).iter().any(|row| within.contains(*row)) {
                        continue;
                    }
                    for range in ranges {
                        self.look(number, &Window::new(outline, &range, finder), finder, within, &mut found)?;
                    }
                }
            }
        }
        Ok(found)
    }

    /// Adds the rows of a template where the text stands in this window.
    fn look(
        &mut self,
        number: usize,
        window: &Window<'_>,
        finder: &Finder,
        within: &Rows,
        found: &mut Rows,
    ) -> Result<(), Damage> {
        let cancel = self.cancel;
        let messages = self.messages()?;
        if let [slot] = window.slots[..] {
            let mut hits = Vec::new();
            window.look_into_one(&messages.slots(number)?[slot], finder, |index| hits.push(index));
            if !hits.is_empty() {
                let rows = messages.rows_of(number);
                let hits = hits.into_iter().map(|index| rows[index]).filter(|row| within.contains(*row));
                hits.for_each(|row| found.insert(row));
            }
            return Ok(());
        }
        let rows = messages.rows_of(number).to_vec();
        let values = messages.slots(number)?;
        let is_cancelled = |index: usize| index.is_multiple_of(ROWS_BETWEEN_LOOKS) && cancel.is_cancelled();
        let (mut text, mut written) = (Vec::new(), 0);
        for (index, row) in rows.iter().enumerate().take_while(|(index, _)| !is_cancelled(*index)) {
            if within.contains(*row) && !found.contains(*row) {
                written += 1;
                window.write(values, index, &mut text);
                if window.holds(&text, finder) {
                    found.insert(*row);
                }
            }
        }
        self.rebuilt += written;
        Ok(())
    }

    /// Those of `rows` whose message, put together again, passes.
    fn rebuild(&mut self, rows: &Rows, passes: impl Fn(&[u8]) -> bool) -> Result<Rows, Damage> {
        let mut found = Rows::none(self.block.rows());
        if rows.is_empty() {
            return Ok(found);
        }
        self.each_message(rows, |row, message| {
            if passes(message) {
                found.insert(row);
            }
        })?;
        Ok(found)
    }

    /// Calls `then` with each row and its message, one template after the other.
    pub(in crate::query) fn each_message(
        &mut self,
        rows: &Rows,
        mut then: impl FnMut(u32, &[u8]),
    ) -> Result<(), Damage> {
        self.rebuilt += rows.len() as u64;
        let (templates, cancel) = (self.block.templates().len(), self.cancel);
        let messages = self.messages()?;
        let mut message = Vec::new();
        for template in 0..templates {
            for index in 0..messages.rows_of(template).len() {
                if index.is_multiple_of(ROWS_BETWEEN_LOOKS) && cancel.is_cancelled() {
                    return Ok(());
                }
                let row = messages.rows_of(template)[index];
                if rows.contains(row) {
                    message.clear();
                    messages.render_nth(template, index, &mut message)?;
                    then(row, &message);
                }
            }
        }
        Ok(())
    }

    fn messages(&mut self) -> Result<&mut Messages<'b>, Damage> {
        Ok(match self.messages {
            Some(ref mut messages) => messages,
            None => self.messages.insert(self.block.messages()?),
        })
    }
}

impl Template {
    /// Its fixed texts.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) | Part::Slot(Slot::Column(Encoding::Constant(text))) => Some(text.as_slice()),
            Part::Slot(_) => None,
        })
    }
}

/// The parts of a template that a text may stand in, with a part more where it must be known how a word goes on.
struct Window<'a> {
    parts: Vec<WindowPart<'a>>,
    /// Its slots, as positions among all of the template's.
    slots: Vec<usize>,
    /// Whether the text can only stand within the slot itself.
    inside_one: bool,
    /// Bytes at the start in which no match begins, and at the end in which none ends: the fixed text was cut there, maybe
    /// through a word. Of a match within fixed text alone `reach` has told.
    margins: (usize, usize),
}

/// Bytes that a cut leaves beside the text that is looked for: as many as the longest letter has.
const MARGIN: usize = 4;

enum WindowPart<'a> {
    Text(&'a [u8]),
    /// A position among the template's slots.
    Slot(usize),
}

impl<'a> Window<'a> {
    fn new(outline: &'a Outline, range: &RangeInclusive<usize>, finder: &Finder) -> Self {
        let pieces = &outline.pieces;
        let first = range.start().saturating_sub(usize::from(finder.start == Edge::Word));
        let last = (range.end() + usize::from(finder.end == Edge::Word)).min(pieces.len() - 1);
        // What lies further away in the outermost texts than the text is long plays no part.
        let enough = finder.needle().len() + MARGIN;
        let is_slot = |piece: &Piece| matches!(piece, Piece::Slot { .. });
        let inside_one = range.start() == range.end() && is_slot(&pieces[*range.start()]);
        let mut window = Self { parts: Vec::new(), slots: Vec::new(), inside_one, margins: (0, 0) };
        for (index, piece) in pieces.iter().enumerate().take(last + 1).skip(first) {
            window.parts.push(match piece {
                Piece::Text(text) => {
                    let text = &outline.texts[text.clone()];
                    if index == first && index < last && text.len() > enough {
                        window.margins.0 = MARGIN;
                        WindowPart::Text(&text[text.len() - enough..])
                    } else if index == last && index > first && text.len() > enough {
                        window.margins.1 = MARGIN;
                        WindowPart::Text(&text[..enough])
                    } else {
                        WindowPart::Text(text)
                    }
                }
                Piece::Slot { number, .. } => {
                    window.slots.push(*number);
                    WindowPart::Slot(*number)
                }
            });
        }
        window
    }

    /// Replaces `text` by the window of the row that has value `index` in each slot, folded.
    fn write(&self, values: &[Values], index: usize, text: &mut Vec<u8>) {
        text.clear();
        for part in &self.parts {
            match part {
                WindowPart::Text(fixed) => text.extend_from_slice(fixed),
                WindowPart::Slot(slot) => {
                    let start = text.len();
                    values[*slot].write_text(index, text);
                    if has_letters(&values[*slot]) {
                        fold(&mut text[start..]);
                    }
                }
            }
        }
    }

    /// Calls `hit` with the position of each value of the only slot with which the window holds the text.
    fn look_into_one(&self, values: &Values, finder: &Finder, mut hit: impl FnMut(usize)) {
        let mut text = Vec::new();
        match values {
            Values::Words { words, codes } => {
                let holds: Vec<bool> = words
                    .iter()
                    .map(|word| self.holds_with(|text| add_folded(text, word), finder, &mut text))
                    .collect();
                if holds.contains(&true) {
                    let hits = codes.iter().enumerate().filter(|(_, code)| holds[usize::from(**code)]);
                    hits.for_each(|(index, _)| hit(index));
                }
            }
            Values::Text(texts) if self.inside_one => {
                let holds = |index| self.holds_with(|text| add_folded(text, texts.get(index)), finder, &mut text);
                values_holding(texts, finder, holds, hit);
            }
            _ => {
                let write = |text: &mut Vec<u8>, index| {
                    let start = text.len();
                    values.write_text(index, text);
                    if has_letters(values) {
                        fold(&mut text[start..]);
                    }
                };
                let least = if self.inside_one { least_long_enough(values, finder.needle()) } else { 0 };
                for index in 0..values.len() {
                    let is_short =
                        matches!(values, Values::Integers { values, .. } if values[index].unsigned_abs() < least);
                    if !is_short && self.holds_with(|text| write(text, index), finder, &mut text) {
                        hit(index);
                    }
                }
            }
        }
    }

    /// `write` adds the folded value of the slot.
    fn holds_with(&self, write: impl Fn(&mut Vec<u8>), finder: &Finder, text: &mut Vec<u8>) -> bool {
        text.clear();
        for part in &self.parts {
            match part {
                WindowPart::Text(fixed) => text.extend_from_slice(fixed),
                WindowPart::Slot(_) => write(text),
            }
        }
        self.holds(text, finder)
    }

    /// Whether the text stands in a window that was written.
    fn holds(&self, text: &[u8], finder: &Finder) -> bool {
        let found = finder.find(text, self.margins.0);
        found.is_some_and(|at| at + finder.needle().len() + self.margins.1 <= text.len())
    }
}

fn add_folded(text: &mut Vec<u8>, value: &[u8]) {
    let start = text.len();
    text.extend_from_slice(value);
    fold(&mut text[start..]);
}

/// Whether folding could change a value's text.
const fn has_letters(values: &Values) -> bool {
    !matches!(values, Values::Integers { .. } | Values::Decimals { .. } | Values::Ipv4(_))
}

/// Whole numbers below this have fewer digits than `digits`, and hence do not hold them.
fn least_long_enough(values: &Values, digits: &[u8]) -> u64 {
    let Values::Integers { width, .. } = values else { return 0 };
    // Of one digit is 0 too.
    if digits.len() < 2 || usize::from(*width) >= digits.len() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    u64::try_from(digits.len() - 1).ok().and_then(|zeros| 10_u64.checked_pow(zeros as u32)).unwrap_or(u64::MAX)
}

/// Texts that hold what is looked for. All of them are searched at once, as they lie end to end; where something is found,
/// `holds` decides.
fn values_holding(texts: &Texts, finder: &Finder, mut holds: impl FnMut(usize) -> bool, mut hit: impl FnMut(usize)) {
    let mut folded = Cow::Borrowed(texts.bytes.as_slice());
    if finder.needle().iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()) {
        fold(folded.to_mut());
    }
    let mut from = 0;
    while let Some(at) = finder.find_anyhow(&folded, from) {
        let index = texts.ends.partition_point(|end| *end as usize <= at);
        let Some(end) = texts.ends.get(index).map(|end| *end as usize) else { return };
        from = at + 1;
        if at + finder.needle().len() <= end {
            from = end;
            if holds(index) {
                hit(index);
            }
        }
    }
}
