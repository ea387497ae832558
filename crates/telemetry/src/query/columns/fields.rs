//! Conditions on fields, asked of columns: of each word of a dictionary once, of numbers as numbers.

use super::{BlockScan, MatchingRows, Place};
use crate::{
    Damage, Value,
    query::{
        condition::{TextTest, ValueTest},
        language::Number,
        text::Edge,
    },
    segment::{ByteSet, Column, Encoding, FieldInfo, FieldKind, Presence, Range, Values},
};
use model::Timestamp;

impl BlockScan<'_> {
    /// Those of `within` whose field passes.
    pub(super) fn field(&mut self, name: &str, test: &ValueTest, within: MatchingRows) -> Result<MatchingRows, Damage> {
        match name {
            "message" => return self.whole_message(test, &within),
            "level" => return self.in_levels(|level| test.holds(Value::from(level.as_str())), within),
            "time" => {
                let times = self.times()?;
                let passes = |row: usize| {
                    let time = Timestamp::from_micros(times[row]).to_string();
                    within.contains(row as u32) && test.holds(Value::from(time.as_str()))
                };
                return Ok(MatchingRows::from_fn(times.len(), passes));
            }
            _ => {}
        }
        let mut found = MatchingRows::none(self.block.rows());
        for place in self.places(name) {
            if !self.may_pass(place, test)? || self.add_by_templates(place, test, &within, &mut found)? {
                continue;
            }
            if let Some(column) = self.column(place)? {
                match (test, &column.values) {
                    (ValueTest::Compare(comparison, Number::Int(than)), Values::Integers { values, .. })
                        if column.kind == FieldKind::Int =>
                    {
                        add_numbers(&column, values, &within, &mut found, |value| comparison.holds(value.cmp(than)));
                    }
                    (ValueTest::Equals { number: Some(Number::Int(number)), .. }, Values::Integers { values, .. })
                        if column.kind == FieldKind::Int =>
                    {
                        add_numbers(&column, values, &within, &mut found, |value| value == *number);
                    }
                    (ValueTest::Equals { text, .. }, Values::Hex(hex)) if column.kind == FieldKind::Str => {
                        let rows = hex.places(text).into_iter().map(|place| column.row_of(place));
                        rows.filter(|row| within.contains(*row)).for_each(|row| found.insert(row));
                    }
                    _ => add_passing(&column, &within, &mut found, |value| test.holds(value)),
                }
            }
        }
        Ok(found)
    }

    /// Adds the rows of `within` whose template has a word that passes: true where templates tell it of all rows.
    fn add_by_templates(
        &self,
        place: Place,
        test: &ValueTest,
        within: &MatchingRows,
        found: &mut MatchingRows,
    ) -> Result<bool, Damage> {
        let Some(info) = self.info(place) else { return Ok(false) };
        let Some((words, of_templates)) = self.block.words_of_templates(info)? else { return Ok(false) };
        let passing: Vec<bool> = words.iter().map(|word| test.holds(Value::Str(word))).collect();
        let passing: Vec<bool> =
            of_templates.iter().map(|word| word.is_some_and(|word| passing[usize::from(word)])).collect();
        let template_of_rows = self.block.template_of_rows()?;
        let mut rows = MatchingRows::from_fn(template_of_rows.len(), |row| passing[usize::from(template_of_rows[row])]);
        rows.intersect(within);
        found.unite(&rows);
        Ok(true)
    }

    /// Those of `within` where the text is in the message, the source or any text field.
    pub(super) fn anywhere(&mut self, test: &TextTest, within: MatchingRows) -> Result<MatchingRows, Damage> {
        let mut left = within.clone();
        let mut found = self.message(test, within)?;
        let fields = self.fields.iter().enumerate();
        let texts: Vec<_> =
            fields.filter(|(_, info)| info.kind == FieldKind::Str).map(|(index, _)| Place::Field(index)).collect();
        let mut scratch = Vec::new();
        for place in std::iter::once(Place::Source).chain(texts) {
            left.subtract(&found);
            let Some(info) = self.info(place) else { continue };
            if left.is_empty()
                || !may_hold_text(&info.encoding, test, &mut scratch)
                || !self.may_hold_word(info, test)?
            {
                continue;
            }
            if let Some(column) = self.column(place)? {
                add_passing(
                    &column,
                    &left,
                    &mut found,
                    |value| matches!(value, Value::Str(text) if test.holds(text, &mut scratch)),
                );
            }
        }
        Ok(found)
    }

    /// Digits without a border within hold a word only if they are the word: the filter of whole values knows.
    fn may_hold_word(&self, info: &FieldInfo, test: &TextTest) -> Result<bool, Damage> {
        let (Encoding::Hex { digits, upper }, TextTest::Find(finder)) = (&info.encoding, test) else { return Ok(true) };
        if finder.start == Edge::Open || finder.end == Edge::Open {
            return Ok(true);
        }
        let needle = finder.needle();
        let word = if *upper { needle.to_ascii_uppercase() } else { needle.to_vec() };
        Ok(needle.len() == usize::from(*digits) && self.block.may_hold(info, &word)?)
    }

    /// Whether some value of the column may pass, as far as the block's head knows.
    fn may_pass(&self, place: Place, test: &ValueTest) -> Result<bool, Damage> {
        let Some(info) = self.info(place) else { return Ok(false) };
        match test {
            _ if !may_pass(info, test) => Ok(false),
            ValueTest::Equals { text, .. } if info.kind == FieldKind::Str => self.block.may_hold(info, text),
            _ => Ok(true),
        }
    }
}

/// Whether some value of a column may pass, as far as is known of it without its filter.
pub(in crate::query) fn may_pass(info: &FieldInfo, test: &ValueTest) -> bool {
    match (info.kind, &info.encoding, test) {
        (FieldKind::Str, Encoding::Constant(text), test) => test.holds(Value::Str(text)),
        (FieldKind::Str, Encoding::Words(words), test) => words.iter().any(|word| test.holds(Value::Str(word))),
        (FieldKind::Str, encoding, ValueTest::Equals { text, .. }) => encoding.may_be(text),
        (FieldKind::Int | FieldKind::Float, _, ValueTest::Equals { number: None, .. }) => false,
        (FieldKind::Int | FieldKind::Float, _, ValueTest::Equals { number: Some(number), .. }) => {
            ends(info).is_none_or(|(least, greatest)| (least..=greatest).contains(number))
        }
        (FieldKind::Int | FieldKind::Float, _, ValueTest::Compare(comparison, than)) => ends(info)
            .is_none_or(|(least, greatest)| comparison.holds(least.cmp(than)) || comparison.holds(greatest.cmp(than))),
        _ => true,
    }
}

fn ends(info: &FieldInfo) -> Option<(Number, Number)> {
    info.range.map(|range| match range {
        Range::Int { min, max } => (Number::Int(min), Number::Int(max)),
        Range::Float { min, max } => (Number::Float(min), Number::Float(max)),
    })
}

/// Adds the rows of `within` whose value passes.
fn add_passing(
    column: &Column,
    within: &MatchingRows,
    found: &mut MatchingRows,
    mut passes: impl FnMut(Value<'_>) -> bool,
) {
    match &column.values {
        Values::Constant { text, .. } => {
            if passes(Value::Str(text)) {
                add_rows(column, within, found, |_| true);
            }
        }
        Values::Words { words, codes } => {
            let passing: Vec<bool> = words.iter().map(|word| passes(Value::Str(word))).collect();
            if passing.contains(&true) {
                add_rows(column, within, found, |index| passing[usize::from(codes[index])]);
            }
        }
        Values::Bools(values) if column.kind == FieldKind::Bool => {
            let passing = [false, true].map(|truth| passes(Value::Bool(truth)));
            if passing.contains(&true) {
                add_rows(column, within, found, |index| passing[usize::from(values[index])]);
            }
        }
        _ => {
            let mut scratch = Vec::new();
            add_rows(column, within, found, |index| passes(column.value(index, &mut scratch)));
        }
    }
}

/// Adds the rows of `within` that have a value which passes, by its position among the values.
fn add_rows(column: &Column, within: &MatchingRows, found: &mut MatchingRows, mut passes: impl FnMut(usize) -> bool) {
    match &column.presence {
        Presence::Every => {
            for row in within.iter() {
                if passes(row as usize) {
                    found.insert(row);
                }
            }
        }
        Presence::Rows(rows) => {
            for (index, row) in rows.iter().enumerate() {
                if within.contains(*row) && passes(index) {
                    found.insert(*row);
                }
            }
        }
    }
}

/// The same of whole numbers, whose test costs less than to look whether a row is wanted.
fn add_numbers(
    column: &Column,
    values: &[i64],
    within: &MatchingRows,
    found: &mut MatchingRows,
    passes: impl Fn(i64) -> bool,
) {
    match &column.presence {
        Presence::Every => {
            let mut passing = MatchingRows::from_fn(values.len(), |row| passes(values[row]));
            passing.intersect(within);
            found.unite(&passing);
        }
        Presence::Rows(rows) => {
            // Most values do not pass: many at once are tested without a branch.
            const TOGETHER: usize = u64::BITS as usize;
            for (rows, values) in rows.chunks(TOGETHER).zip(values.chunks(TOGETHER)) {
                let tested = values.iter().enumerate().map(|(bit, value)| u64::from(passes(*value)) << bit);
                let mut passing = tested.fold(0, |all, one| all | one);
                while passing != 0 {
                    let row = rows[passing.trailing_zeros() as usize];
                    passing &= passing - 1;
                    if within.contains(row) {
                        found.insert(row);
                    }
                }
            }
        }
    }
}

/// Whether a text of this encoding may hold what is looked for.
pub(in crate::query) fn may_hold_text(encoding: &Encoding, test: &TextTest, scratch: &mut Vec<u8>) -> bool {
    let mut holds = |text: &[u8]| test.holds(text, scratch);
    match encoding {
        Encoding::Constant(text) => holds(text),
        Encoding::Words(words) => words.iter().any(|word| holds(word)),
        _ => {
            let bytes = ByteSet::folded_of(encoding);
            match test {
                TextTest::Find(finder) => bytes.has_all(finder.needle()),
                TextTest::Regex(regex) => {
                    regex.required.is_empty() || regex.required.iter().any(|text| bytes.has_all(text.needle()))
                }
            }
        }
    }
}
