//! Looking into messages without putting them together: a text is looked for in the templates, then in those slots that
//! its bytes could stand in, and only what runs over several parts is written out, and only these parts of it.

use super::{
    BlockScan, MatchingRows, ROWS_BETWEEN_LOOKS,
    digits::candidates,
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
    segment::{Encoding, Messages, Outline, Piece, Slot, Template, TemplatePart, Texts, Values},
};
use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
};

impl<'b> BlockScan<'b> {
    /// Those of `within` whose message passes.
    pub(super) fn message(&mut self, test: &TextTest, within: MatchingRows) -> Result<MatchingRows, Damage> {
        match test {
            TextTest::Find(finder) => self.find(finder, &within),
            TextTest::Regex(regex) => self.regex(regex, within),
        }
    }

    /// A condition on the message as a whole: each one is rebuilt.
    pub(super) fn whole_message(&mut self, test: &ValueTest, within: &MatchingRows) -> Result<MatchingRows, Damage> {
        self.rebuild(within, |message| test.holds(Value::Str(message)))
    }

    /// Only messages that hold what each match must hold are rebuilt, and none of a template whose fixed text matches.
    fn regex(&mut self, regex: &RegexTest, within: MatchingRows) -> Result<MatchingRows, Damage> {
        let mut candidates = within;
        if !regex.required.is_empty() {
            let mut found = MatchingRows::none(self.block.rows());
            for literal in &regex.required {
                let finder = Finder::of_folded(literal.clone());
                found.unite(&self.find(&finder, &candidates)?);
            }
            candidates = found;
        }
        let mut sure = MatchingRows::none(self.block.rows());
        if regex.is_local && !candidates.is_empty() {
            let block = self.block;
            let messages = self.messages()?;
            for (number, template) in block.templates()?.iter().enumerate() {
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
    fn find(&mut self, finder: &Finder, within: &MatchingRows) -> Result<MatchingRows, Damage> {
        let mut found = MatchingRows::none(self.block.rows());
        let block = self.block;
        let all = within.is_all();
        for (number, outline) in block.outlines()?.iter().enumerate() {
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
        within: &MatchingRows,
        found: &mut MatchingRows,
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
                if window.holds(values, index, finder, &mut text) {
                    found.insert(*row);
                }
            }
        }
        self.rebuilt += written;
        Ok(())
    }

    /// Those of `rows` whose message, put together again, passes.
    fn rebuild(&mut self, rows: &MatchingRows, passes: impl Fn(&[u8]) -> bool) -> Result<MatchingRows, Damage> {
        let mut found = MatchingRows::none(self.block.rows());
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
        rows: &MatchingRows,
        mut then: impl FnMut(u32, &[u8]),
    ) -> Result<(), Damage> {
        self.rebuilt += rows.len() as u64;
        let (templates, cancel) = (self.block.rows_of_templates().len(), self.cancel);
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
            TemplatePart::Text(text) | TemplatePart::Slot(Slot::Column(Encoding::Constant(text))) => {
                Some(text.as_slice())
            }
            TemplatePart::Slot(_) => None,
        })
    }
}

/// The parts of a template that a text may stand in, between as many as tell how a word goes on.
struct Window<'a> {
    parts: Vec<WindowPart<'a>>,
    /// Among the parts those that a match lies in; what lies beside them only tells where words begin and end.
    core: Range<usize>,
    /// Its slots, as positions among all of the template's.
    slots: Vec<usize>,
    /// Whether the text can only stand within the slot itself.
    inside_one: bool,
    /// Whether letters may lie in several parts.
    is_torn: bool,
}

/// The bytes that the longest letter has: what lies further away does not tell whether a word begins or ends.
const LETTER_BYTES_MAX: usize = 4;

enum WindowPart<'a> {
    Text(&'a [u8]),
    /// A position among the template's slots.
    Slot(usize),
}

impl<'a> Window<'a> {
    fn new(outline: &'a Outline, range: &RangeInclusive<usize>, finder: &Finder) -> Self {
        let pieces = &outline.pieces;
        let (first, last) = (*range.start(), *range.end());
        let mut core: Vec<WindowPart<'a>> = pieces[first..=last].iter().map(|piece| part(outline, piece)).collect();
        let inside_one = matches!(core[..], [WindowPart::Slot(_)]);
        // Of the outermost texts that do not hold the whole of what is looked for only the inner ends play a part.
        let enough = finder.needle().len() + LETTER_BYTES_MAX;
        let is_long = |text: &[u8]| text.len() > enough && finder.find_anyhow(text, 0).is_none();
        let (mut before, mut after) = (finder.start == Edge::Word, finder.end == Edge::Word);
        if let [WindowPart::Text(text), _, ..] = &mut core[..]
            && is_long(text)
        {
            *text = &text[text.len() - enough..];
            before = false;
        }
        if let [.., _, WindowPart::Text(text)] = &mut core[..]
            && is_long(text)
        {
            *text = &text[..enough];
            after = false;
        }
        let mut parts = Vec::new();
        if before {
            parts.extend(beside(outline, pieces[..first].iter().rev(), |text| {
                &text[text.len().saturating_sub(LETTER_BYTES_MAX)..]
            }));
            parts.reverse();
        }
        let core_start = parts.len();
        parts.append(&mut core);
        let core = core_start..parts.len();
        if after {
            let behind = pieces[last + 1..].iter();
            parts.extend(beside(outline, behind, |text| &text[..text.len().min(LETTER_BYTES_MAX)]));
        }
        let slot = |part: &WindowPart<'_>| if let WindowPart::Slot(slot) = part { Some(*slot) } else { None };
        let slots = parts.iter().filter_map(slot).collect();
        Self { parts, core, slots, inside_one, is_torn: outline.is_torn }
    }

    /// Replaces `text` by the window, to which `slot` adds the folded value of a slot; the bytes of it that are the core.
    fn write_with(&self, mut slot: impl FnMut(usize, &mut Vec<u8>), text: &mut Vec<u8>) -> Range<usize> {
        text.clear();
        let (mut start, mut end) = (0, 0);
        for (place, part) in self.parts.iter().enumerate() {
            if place == self.core.start {
                start = text.len();
            }
            match part {
                WindowPart::Text(fixed) => text.extend_from_slice(fixed),
                WindowPart::Slot(number) => slot(*number, text),
            }
            if place < self.core.end {
                end = text.len();
            }
        }
        if self.is_torn {
            fold(text);
        }
        start..end
    }

    /// Whether the window of the row that has value `index` in each slot holds the text.
    fn holds(&self, values: &[Values], index: usize, finder: &Finder, text: &mut Vec<u8>) -> bool {
        let core = self.write_with(|slot, text| add_value(text, &values[slot], index), text);
        is_within(finder, text, &core)
    }

    /// Calls `hit` with the position of each value of the only slot with which the window holds the text.
    fn look_into_one(&self, values: &Values, finder: &Finder, mut hit: impl FnMut(usize)) {
        let mut text = Vec::new();
        let mut holds_with = |write: &dyn Fn(&mut Vec<u8>)| {
            let core = self.write_with(|_, text| write(text), &mut text);
            is_within(finder, &text, &core)
        };
        match values {
            Values::Words { words, codes } => {
                let holds: Vec<bool> =
                    words.iter().map(|word| holds_with(&|text: &mut Vec<u8>| add_folded(text, word))).collect();
                if holds.contains(&true) {
                    let hits = codes.iter().enumerate().filter(|(_, code)| holds[usize::from(**code)]);
                    hits.for_each(|(index, _)| hit(index));
                }
            }
            Values::Text(texts) if self.inside_one => {
                let holds = |index| holds_with(&|text: &mut Vec<u8>| add_folded(text, texts.get(index)));
                values_holding(texts, finder, holds, hit);
            }
            _ => {
                let look = |index: usize| {
                    if holds_with(&|text: &mut Vec<u8>| add_value(text, values, index)) {
                        hit(index);
                    }
                };
                if self.inside_one {
                    candidates(values, finder.needle(), look);
                } else {
                    (0..values.len()).for_each(look);
                }
            }
        }
    }
}

fn part<'a>(outline: &'a Outline, piece: &Piece) -> WindowPart<'a> {
    match piece {
        Piece::Text(text) => WindowPart::Text(&outline.texts[text.clone()]),
        Piece::Slot { number, .. } => WindowPart::Slot(*number),
    }
}

/// Pieces from the nearest one on, up to the first fixed text, of which `near` is what lies near: a slot may be empty, and the
/// word go on behind it.
fn beside<'a, 'p>(
    outline: &'a Outline,
    pieces: impl Iterator<Item = &'p Piece>,
    near: impl Fn(&'a [u8]) -> &'a [u8],
) -> Vec<WindowPart<'a>> {
    let mut beside = Vec::new();
    for piece in pieces {
        match part(outline, piece) {
            WindowPart::Text([]) => {}
            WindowPart::Text(text) => {
                beside.push(WindowPart::Text(near(text)));
                break;
            }
            slot @ WindowPart::Slot(_) => beside.push(slot),
        }
    }
    beside
}

/// Whether the text stands in the core of a window that was written.
fn is_within(finder: &Finder, text: &[u8], core: &Range<usize>) -> bool {
    finder.find(text, core.start).is_some_and(|at| at + finder.needle().len() <= core.end)
}

/// Adds a value, folded.
fn add_value(text: &mut Vec<u8>, values: &Values, index: usize) {
    let start = text.len();
    values.write_text(index, text);
    if has_letters(values) {
        fold(&mut text[start..]);
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
