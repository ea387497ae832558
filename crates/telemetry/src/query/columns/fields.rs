//! Conditions on fields, asked of columns: of each word of a dictionary once, of numbers as numbers.

use super::{BlockScan, MatchingRows, Place};
use crate::{
    Damage, Value,
    query::{
        condition::{Condition, TextTest, ValueTest},
        language::Number,
        text::Edge,
    },
    segment::{
        ByteSet, Column, Encoding, FieldInfo, FieldKind, OfTemplate, Presence, Range, TemplateWords, Values, rows_of,
    },
};
use model::Timestamp;

/// What templates tell of a test of a field with few words.
struct Told {
    /// For each template, whether all its rows have a word that passes.
    of_templates: Vec<bool>,
    /// For each word, whether it passes.
    of_words: Vec<bool>,
    /// Whether rows of other templates may have one that does.
    is_open: bool,
}

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
            let is_integer = self.info(place).is_some_and(|info| info.kind == FieldKind::Int);
            let is_read = self.columns.contains_key(&place);
            let number = match test {
                ValueTest::Compare(_, Number::Int(number))
                | ValueTest::Equals { number: Some(Number::Int(number)), .. } => Some(*number),
                _ => None,
            };
            if let Some(number) = number.filter(|_| is_integer && !is_read) {
                self.add_numbers(place, test, number, &within, &mut found)?;
            } else if let Some(column) = self.column(place)? {
                match (test, &column.values) {
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

    /// Adds the rows of `within` whose word passes, where templates tell of some: false where they do not.
    fn add_by_templates(
        &self,
        place: Place,
        test: &ValueTest,
        within: &MatchingRows,
        found: &mut MatchingRows,
    ) -> Result<bool, Damage> {
        let Some(told) = self.told(place, test)? else { return Ok(false) };
        let mut rows = self.of_templates(&told.of_templates)?;
        self.add_open(place, &told, &mut rows)?;
        rows.intersect(within);
        found.unite(&rows);
        Ok(true)
    }

    /// What templates tell of a test; `None` where they tell of no row.
    fn told(&self, place: Place, test: &ValueTest) -> Result<Option<Told>, Damage> {
        let Some(info) = self.info(place) else { return Ok(None) };
        let Some(TemplateWords { words, of_templates }) = self.block.words_of_templates(info)? else { return Ok(None) };
        let of_words: Vec<bool> = words.iter().map(|word| test.holds(Value::Str(word))).collect();
        let passes = |of: &OfTemplate| matches!(of, OfTemplate::Word(code) if of_words[usize::from(*code)]);
        let is_open = of_templates.contains(&OfTemplate::Open) && of_words.contains(&true);
        Ok(Some(Told { of_templates: of_templates.iter().map(passes).collect(), of_words, is_open }))
    }

    fn of_templates(&self, wanted: &[bool]) -> Result<MatchingRows, Damage> {
        let template_of_rows = self.block.template_of_rows()?;
        Ok(MatchingRows::from_words(template_of_rows.len(), rows_of(&template_of_rows, wanted)))
    }

    /// Adds the rows whose word does not follow from their template, and passes.
    fn add_open(&self, place: Place, told: &Told, rows: &mut MatchingRows) -> Result<(), Damage> {
        let Some(info) = self.info(place).filter(|_| told.is_open) else { return Ok(()) };
        let (open, codes) = self.block.open_words(info)?;
        rows.add_where(&open, codes.iter().map(|code| told.of_words[usize::from(*code)]));
        Ok(())
    }

    /// The rows for which one of those `parts` holds of which templates tell, in one pass over the rows, and the other parts.
    pub(super) fn told_of_any<'c>(
        &self,
        parts: &'c [Condition],
    ) -> Result<(Option<MatchingRows>, Vec<&'c Condition>), Damage> {
        let (mut any, mut of_parts, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let Some((place, told)) = self.told_of(part)? else {
                others.push(part);
                continue;
            };
            any.resize(told.of_templates.len(), false);
            any.iter_mut().zip(&told.of_templates).for_each(|(any, passes)| *any |= passes);
            of_parts.push((place, told));
        }
        if of_parts.is_empty() {
            return Ok((None, others));
        }
        let mut rows = self.of_templates(&any)?;
        for (place, told) in &of_parts {
            self.add_open(*place, told, &mut rows)?;
        }
        Ok((Some(rows), others))
    }

    /// What templates tell of a part that asks for one column.
    fn told_of(&self, part: &Condition) -> Result<Option<(Place, Told)>, Damage> {
        let Condition::Field { name, test } = part else { return Ok(None) };
        match self.places(name)[..] {
            [place] if !matches!(name.as_str(), "message" | "level" | "time") => {
                Ok(self.told(place, test)?.map(|told| (place, told)))
            }
            _ => Ok(None),
        }
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

    /// Adds the rows of `within` whose whole number passes, of a column that is not read yet.
    fn add_numbers(
        &mut self,
        place: Place,
        test: &ValueTest,
        number: i64,
        within: &MatchingRows,
        found: &mut MatchingRows,
    ) -> Result<(), Damage> {
        let Some(info) = self.info(place) else { return Ok(()) };
        let column = match self.numbers.remove(&place) {
            Some(column) => column,
            None => self.block.read_bits(info)?,
        };
        if let Values::Integers { values, .. } = &column.values {
            let passing = match test {
                ValueTest::Compare(comparison, _) => bits_of(values, |value| comparison.holds(value.cmp(&number))),
                _ => bits_of(values, |value| value == number),
            };
            let mut rows = MatchingRows::none(self.block.rows());
            match &column.rows {
                None => rows = MatchingRows::from_words(self.block.rows(), passing),
                Some(present) => rows.add_spread(present, &passing),
            }
            rows.intersect(within);
            found.unite(&rows);
        }
        self.numbers.insert(place, column);
        Ok(())
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

/// Of each 64 values a word, lowest bit first: whether they pass. Most do not, and many at once are tested without a branch.
fn bits_of(values: &[i64], passes: impl Fn(i64) -> bool) -> Vec<u64> {
    let word = |values: &[i64]| {
        let tested = values.iter().enumerate().map(|(bit, value)| u64::from(passes(*value)) << bit);
        tested.fold(0, |all, one| all | one)
    };
    values.chunks(u64::BITS as usize).map(word).collect()
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
