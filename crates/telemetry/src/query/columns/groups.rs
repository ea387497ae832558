//! `stats` over the rows of a block: groups by the codes of dictionaries, numbers straight from their columns.

use super::{BlockScan, MatchingRows, Place};
use crate::{
    Damage, Value,
    query::{
        cell::Cell,
        condition::number,
        language::{Group, LEVELS, Number},
        stats::{Groups, Series, Wants},
        steps::Calendar,
    },
    segment::{Column, FieldKind, Presence, TemplateWords, Values},
};
use hashbrown::HashTable;
use model::{Level, Timestamp};
use std::collections::HashMap;

/// A row's code where it has none.
const NONE: u32 = u32::MAX;

/// One part of the groups' keys: which value each row has.
struct Codes {
    /// By row; [`NONE`] where the field is absent.
    of_rows: Vec<u32>,
    cells: Vec<Cell>,
    /// Rows whose values there was no memory for.
    left_out: Vec<u32>,
}

impl Codes {
    fn cell(&self, row: u32) -> &Cell {
        match self.of_rows[row as usize] {
            NONE => &Cell::Absent,
            code => &self.cells[code as usize],
        }
    }
}

impl BlockScan<'_> {
    /// Adds the rows to the groups that they belong to.
    pub(in crate::query) fn add_to(&mut self, groups: &mut Groups, rows: &MatchingRows) -> Result<(), Damage> {
        if rows.is_empty() || self.count_by_head(groups, rows)? || self.add_loose(groups, rows)? {
            return Ok(());
        }
        let mut keys = Vec::new();
        for (part, by) in groups.by().to_vec().iter().enumerate() {
            keys.push(self.codes(by, groups.calendar(part), rows, groups.key_bytes_max())?);
        }
        let mut kept = rows.clone();
        keys.iter().flat_map(|codes| &codes.left_out).for_each(|row| kept.remove(*row));
        groups.left_out += (rows.len() - kept.len()) as u64;
        let rows = &kept;
        let group_of_rows = self.group_rows(groups, &keys, rows);
        self.add_holding(groups, &group_of_rows, rows)?;
        let mut grouped = HashMap::new();
        for index in 0..groups.series_mut().len() {
            let field = groups.series_mut()[index].field.clone();
            let series = &mut groups.series_mut()[index];
            match field {
                None => rows
                    .iter()
                    .map(|row| group_of_rows[row as usize])
                    .filter(|group| *group != NONE)
                    .for_each(|group| series.add_record(group)),
                Some(field) => self.add_field(&field, series, &group_of_rows, rows, &mut grouped)?,
            }
        }
        Ok(())
    }

    /// Counts the rows that each of the conditions holds for which are counted beside.
    fn add_holding(&mut self, groups: &mut Groups, group_of_rows: &[u32], rows: &MatchingRows) -> Result<(), Damage> {
        for (index, counted) in groups.counted().iter().enumerate() {
            let holding = self.narrow(&counted.condition, rows.clone())?;
            let of_rows = holding.iter().map(|row| group_of_rows[row as usize]);
            of_rows.filter(|group| *group != NONE).for_each(|group| groups.add_holding(index, group));
        }
        Ok(())
    }

    /// Counts rows that need not be looked at one by one: of one group, or all rows of the block by what its head tells of them. True
    /// where it does.
    fn count_by_head(&mut self, groups: &mut Groups, rows: &MatchingRows) -> Result<bool, Damage> {
        if !groups.only_counts() {
            return Ok(false);
        }
        let block = self.block;
        match &groups.by().to_vec()[..] {
            [] => groups.count(&[], rows.len() as u64),
            _ if !rows.is_all() => return Ok(false),
            [Group::Field(name)] if name == "level" => {
                for (level, records) in block.levels().iter().filter(|(_, records)| *records > 0) {
                    let cell = level.map_or(Cell::Absent, |level| Cell::from(Value::from(level.as_str())));
                    groups.count(&[cell], u64::from(*records));
                }
            }
            [Group::Field(name)] if !matches!(name.as_str(), "time" | "message") => {
                let [place] = self.places(name)[..] else { return Ok(false) };
                let Some(info) = self.info(place) else { return Ok(false) };
                let closed = block.words_of_templates(info)?.and_then(TemplateWords::closed);
                let Some((words, of_templates)) = closed else { return Ok(false) };
                let templates = of_templates.into_iter().zip(block.rows_of_templates());
                for (word, rows) in templates.filter(|(_, rows)| **rows > 0) {
                    let cell = word.map_or(Cell::Absent, |word| Cell::Text(words[usize::from(word)].clone()));
                    groups.count(&[cell], u64::from(*rows));
                }
            }
            [Group::Bucket(_)] => {
                let Some(mut calendar) = groups.calendar(0) else { return Ok(false) };
                let times = self.times()?;
                let mut from = 0;
                while let Some(time) = times.get(from) {
                    let cell = calendar.bucket(*time);
                    let end = calendar.end();
                    let records = 1 + times[from + 1..].partition_point(|time| *time < end);
                    groups.count(&[cell], records as u64);
                    from += records;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// These fields of the rows, a list for each row.
    pub(in crate::query) fn cells(&mut self, fields: &[String], rows: &MatchingRows) -> Result<Vec<Vec<Cell>>, Damage> {
        let mut cells: Vec<Vec<Cell>> = rows.iter().map(|_| Vec::with_capacity(fields.len())).collect();
        let mut rank = vec![NONE; self.block.rows()];
        rows.iter().enumerate().for_each(|(index, row)| rank[row as usize] = index as u32);
        for (index, field) in fields.iter().enumerate() {
            cells.iter_mut().for_each(|cells| cells.push(Cell::Absent));
            self.each_value(field, rows, |row, value| cells[rank[row as usize] as usize][index] = value)?;
        }
        Ok(cells)
    }

    /// Calls `then` with each of the rows that has the field, and its value.
    fn each_value(&mut self, field: &str, rows: &MatchingRows, mut then: impl FnMut(u32, Cell)) -> Result<(), Damage> {
        match field {
            "time" => {
                let times = self.times()?;
                rows.iter().for_each(|row| then(row, Cell::Time(Timestamp::from_micros(times[row as usize]))));
            }
            "level" => {
                let levels = self.levels()?;
                for row in rows.iter() {
                    if let Some(level) = levels[row as usize] {
                        then(row, Cell::from(Value::from(level.as_str())));
                    }
                }
            }
            "message" => self.each_message(rows, |row, message| then(row, Cell::Text(message.to_vec())))?,
            name => {
                let mut scratch = Vec::new();
                for place in self.places(name) {
                    if let Some(column) = self.column(place)? {
                        each_present(&column, rows, |row, index| {
                            then(row, Cell::from(column.value(index, &mut scratch)));
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// The group of each row; [`NONE`] for other rows and for those that are left out.
    fn group_rows(&self, groups: &mut Groups, keys: &[Codes], rows: &MatchingRows) -> Vec<u32> {
        let mut group_of_rows = vec![NONE; self.block.rows()];
        // What is not known yet is asked for once of each code.
        let mut known: Vec<Option<u32>> = Vec::new();
        let mut left_out = 0;
        let mut put = |row: u32, code: usize, group: &mut dyn FnMut() -> Option<u32>| {
            if code >= known.len() {
                known.resize(code + 1, None);
            }
            let group = match known[code] {
                Some(group) => group,
                None => *known[code].insert(group().unwrap_or(NONE)),
            };
            group_of_rows[row as usize] = group;
            left_out += u64::from(group == NONE);
        };
        if let [codes] = keys {
            // The first is that of rows without a value.
            for row in rows.iter() {
                let code = codes.of_rows[row as usize].wrapping_add(1) as usize;
                put(row, code, &mut || groups.of_cell(codes.cell(row)));
            }
        } else {
            let combined = combined(keys, rows, self.block.rows());
            for row in rows.iter() {
                let cells = || keys.iter().map(|codes| codes.cell(row).clone()).collect();
                put(row, combined[row as usize] as usize, &mut || groups.group(cells()));
            }
        }
        groups.left_out += left_out;
        group_of_rows
    }

    /// `calendar`: its steps, where it is a bucket.
    fn codes(
        &mut self,
        by: &Group,
        calendar: Option<Calendar>,
        rows: &MatchingRows,
        bytes_max: usize,
    ) -> Result<Codes, Damage> {
        let count = self.block.rows();
        let mut coder = Coder::new(count, bytes_max);
        match by {
            Group::Bucket(_) => {
                let times = self.times()?;
                if let Some(mut calendar) = calendar {
                    // Times rise: those of a step stand beside each other.
                    let (mut end, mut code) = (i64::MIN, None);
                    for row in rows.iter() {
                        let time = times[row as usize];
                        if time >= end {
                            code = coder.code(calendar.bucket(time));
                            end = calendar.end();
                        }
                        coder.put(row, code);
                    }
                }
            }
            Group::Field(name) if name == "level" => coder.add_levels(&self.levels()?, rows),
            Group::Field(name) if matches!(name.as_str(), "time" | "message") => {
                self.each_value(name, rows, |row, cell| coder.set(row, cell))?;
            }
            Group::Field(name) => {
                for place in self.places(name) {
                    let known = self.info(place).map(|info| self.block.words_of_templates(info)).transpose()?.flatten();
                    let known = known.and_then(TemplateWords::closed);
                    if let Some((words, of_templates)) = known {
                        coder.add_words(words, &of_templates, &self.block.template_of_rows()?, rows);
                    } else if let Some(column) = self.column(place)? {
                        coder.add(&column, rows);
                    }
                }
            }
        }
        Ok(coder.codes)
    }

    /// `grouped`: the values of columns that were looked at before, with their groups.
    fn add_field(
        &mut self,
        field: &str,
        series: &mut Series,
        group_of_rows: &[u32],
        rows: &MatchingRows,
        grouped: &mut HashMap<Place, Vec<(u32, u32)>>,
    ) -> Result<(), Damage> {
        let group_of = |row: u32| Some(group_of_rows[row as usize]).filter(|group| *group != NONE);
        match field {
            "time" | "level" | "message" => self.each_value(field, rows, |row, cell| {
                if let Some(group) = group_of(row) {
                    series.add(group, &cell);
                }
            })?,
            name => {
                for place in self.places(name) {
                    let Some(column) = self.column(place)? else { continue };
                    let values = grouped.entry(place).or_insert_with(|| {
                        let mut values = Vec::new();
                        each_present(&column, rows, |row, index| {
                            values.extend(group_of(row).map(|group| (group, index as u32)));
                        });
                        values
                    });
                    add_column(&column, values.iter().map(|(group, index)| (*group, *index as usize)), series);
                }
            }
        }
        Ok(())
    }
}

/// Combinations up to which numbers are looked up in a table rather than by hash.
const TABLE_MAX: usize = 1 << 16;

/// A number for each combination of codes that rows have, counted from zero.
fn combined(keys: &[Codes], rows: &MatchingRows, count: usize) -> Vec<u32> {
    let mut combined = vec![0; count];
    let mut different = 1_usize;
    for codes in keys {
        // Positions count from one, so that an absent value is 0.
        let width = codes.cells.len() + 1;
        let mut next = 0;
        let mut number = |known: &mut u32| {
            if *known == NONE {
                *known = next;
                next += 1;
            }
            *known
        };
        let code = |row: u32| codes.of_rows[row as usize].wrapping_add(1) as usize;
        let first = rows.iter().next().map(code);
        if rows.iter().all(|row| Some(code(row)) == first) {
            // What all rows have tells none from another.
            continue;
        }
        if different * width <= TABLE_MAX {
            let mut table = vec![NONE; different * width];
            for row in rows.iter() {
                let place = combined[row as usize] as usize * width + code(row);
                combined[row as usize] = number(&mut table[place]);
            }
        } else {
            let mut table: HashMap<(u32, usize), u32, foldhash::fast::FixedState> = HashMap::default();
            for row in rows.iter() {
                combined[row as usize] = number(table.entry((combined[row as usize], code(row))).or_insert(NONE));
            }
        }
        different = next as usize;
    }
    combined
}

/// Gives values codes as they come.
struct Coder {
    codes: Codes,
    /// Codes by the hash of their cells.
    known: HashTable<u32>,
    /// Bytes of values that may still be known.
    room: usize,
}

impl Coder {
    fn new(rows: usize, bytes_max: usize) -> Self {
        let codes = Codes { of_rows: vec![NONE; rows], cells: Vec::new(), left_out: Vec::new() };
        Self { codes, known: HashTable::new(), room: bytes_max }
    }

    fn set(&mut self, row: u32, cell: Cell) {
        let code = self.code(cell);
        self.put(row, code);
    }

    /// None when there is no room for another value.
    fn code(&mut self, cell: Cell) -> Option<u32> {
        // Dictionaries repeat themselves.
        if self.codes.cells.last() == Some(&cell) {
            return Some(self.codes.cells.len() as u32 - 1);
        }
        let hash = cell.hash64();
        let known = self.known.find(hash, |code| self.codes.cells[*code as usize] == cell);
        known.copied().or_else(|| self.add_cell(hash, cell))
    }

    /// The same of a text, which is copied only where it is new.
    fn code_of_text(&mut self, text: &[u8]) -> Option<u32> {
        let hash = Cell::hash64_of(text);
        let is_it = |code: &u32| matches!(&self.codes.cells[*code as usize], Cell::Text(known) if known == text);
        let known = self.known.find(hash, is_it);
        known.copied().or_else(|| self.add_cell(hash, Cell::Text(text.to_vec())))
    }

    fn add_cell(&mut self, hash: u64, cell: Cell) -> Option<u32> {
        let code = self.add_new(cell)?;
        let cells = &self.codes.cells;
        self.known.insert_unique(hash, code, |code| cells[*code as usize].hash64());
        Some(code)
    }

    /// Of a cell that was not there and will not come again.
    fn add_new(&mut self, cell: Cell) -> Option<u32> {
        self.room = self.room.checked_sub(cell.memory_bytes() + size_of::<u64>())?;
        self.codes.cells.push(cell);
        Some(self.codes.cells.len() as u32 - 1)
    }

    fn add_levels(&mut self, levels: &[Option<Level>], rows: &MatchingRows) {
        let mut known: [Option<Option<u32>>; LEVELS.len()] = [None; LEVELS.len()];
        for row in rows.iter() {
            let Some(level) = levels[row as usize] else { continue };
            let place = &mut known[level as usize];
            let code = match place {
                Some(code) => *code,
                None => *place.insert(self.code(Cell::from(Value::from(level.as_str())))),
            };
            self.put(row, code);
        }
    }

    /// Words that follow from the rows' templates.
    fn add_words(
        &mut self,
        words: &[Vec<u8>],
        of_templates: &[Option<u16>],
        template_of_rows: &[u16],
        rows: &MatchingRows,
    ) {
        let mut known: Vec<Option<Option<u32>>> = vec![None; words.len()];
        for row in rows.iter() {
            let Some(word) = of_templates[usize::from(template_of_rows[row as usize])] else { continue };
            let word = usize::from(word);
            let code = match known[word] {
                Some(code) => code,
                None => *known[word].insert(self.code(Cell::Text(words[word].clone()))),
            };
            self.put(row, code);
        }
    }

    fn add_integers(&mut self, column: &Column, values: &[i64], rows: &MatchingRows) {
        let Some((least, places)) = close(values) else {
            return each_present(column, rows, |row, index| self.set(row, Cell::Int(values[index])));
        };
        // A name has one column of whole numbers, and nothing else is the same as one.
        let mut known: Vec<Option<Option<u32>>> = vec![None; places];
        each_present(column, rows, |row, index| {
            let place = &mut known[(values[index] - least) as usize];
            let code = match place {
                Some(code) => *code,
                None => *place.insert(self.add_new(Cell::Int(values[index]))),
            };
            self.put(row, code);
        });
    }

    fn put(&mut self, row: u32, code: Option<u32>) {
        match code {
            Some(code) => self.codes.of_rows[row as usize] = code,
            None => self.codes.left_out.push(row),
        }
    }

    fn add(&mut self, column: &Column, rows: &MatchingRows) {
        match &column.values {
            Values::Words { words, codes } => {
                let known: Vec<_> = words.iter().map(|word| self.code(Cell::Text(word.clone()))).collect();
                each_present(column, rows, |row, index| self.put(row, known[usize::from(codes[index])]));
            }
            Values::Constant { text, .. } => {
                let code = self.code(Cell::Text(text.clone()));
                each_present(column, rows, |row, _| self.put(row, code));
            }
            Values::Integers { values, .. } if column.kind == FieldKind::Int => self.add_integers(column, values, rows),
            _ => {
                let mut scratch = Vec::new();
                each_present(column, rows, |row, index| match column.value(index, &mut scratch) {
                    Value::Str(text) => {
                        let code = self.code_of_text(text);
                        self.put(row, code);
                    }
                    value => self.set(row, Cell::from(value)),
                });
            }
        }
    }
}

/// Numbers that lie so close to each other that a place for each of them between is little.
pub(super) fn close(values: &[i64]) -> Option<(i64, usize)> {
    let (least, greatest) = (*values.iter().min()?, *values.iter().max()?);
    let span = usize::try_from(greatest.checked_sub(least)?).ok()?;
    (span < TABLE_MAX).then_some((least, span + 1))
}

/// Calls `then` with each of the rows that has a value, and the value's position.
pub(super) fn each_present(column: &Column, rows: &MatchingRows, mut then: impl FnMut(u32, usize)) {
    match &column.presence {
        Presence::Every => rows.iter().for_each(|row| then(row, row as usize)),
        Presence::Rows(present) => {
            present
                .iter()
                .enumerate()
                .filter(|(_, row)| rows.contains(**row))
                .for_each(|(index, row)| then(*row, index));
        }
    }
}

/// Adds values of a column to groups: of each pair, the value at that position to that group.
pub(super) fn add_column(column: &Column, values: impl Iterator<Item = (u32, usize)>, series: &mut Series) {
    match series.wants() {
        Wants::Presence => add_presence(column, values, series),
        Wants::Numbers => add_numbers(column, values, series),
        Wants::Hashes => add_hashes(column, values, series),
    }
}

fn add_presence(column: &Column, values: impl Iterator<Item = (u32, usize)>, series: &mut Series) {
    let mut scratch = Vec::new();
    match (column.kind, &column.values) {
        (FieldKind::Str, Values::Words { words, codes }) => values
            .filter(|(_, index)| !words[usize::from(codes[*index])].is_empty())
            .for_each(|(group, _)| series.add_record(group)),
        (FieldKind::Str, _) => values
            .filter(|(_, index)| column.value(*index, &mut scratch) != Value::Str(b""))
            .for_each(|(group, _)| series.add_record(group)),
        _ => values.for_each(|(group, _)| series.add_record(group)),
    }
}

fn add_numbers(column: &Column, values: impl Iterator<Item = (u32, usize)>, series: &mut Series) {
    let mut scratch = Vec::new();
    match (column.kind, &column.values) {
        (FieldKind::Int, Values::Integers { values: integers, .. }) => {
            series.add_numbers(values.map(|(group, index)| (group, Number::Int(integers[index]))));
        }
        (FieldKind::Float, floats) => series.add_numbers(values.filter_map(|(group, index)| {
            floats.number(index).filter(|float| !float.is_nan()).map(|float| (group, Number::Float(float)))
        })),
        (FieldKind::Str, Values::Words { words, codes }) => {
            let numbers: Vec<_> = words.iter().map(|word| number(Value::Str(word))).collect();
            series.add_numbers(values.filter_map(|(group, index)| Some((group, numbers[usize::from(codes[index])]?))));
        }
        _ => series
            .add_numbers(values.filter_map(|(group, index)| Some((group, number(column.value(index, &mut scratch))?)))),
    }
}

fn add_hashes(column: &Column, values: impl Iterator<Item = (u32, usize)>, series: &mut Series) {
    let mut scratch = Vec::new();
    match &column.values {
        Values::Words { words, codes } if column.kind == FieldKind::Str => {
            let hashed: Vec<_> = words.iter().map(|word| series.hashed(Cell::hash64_of(word))).collect();
            values.for_each(|(group, index)| series.add_hashed(group, hashed[usize::from(codes[index])]));
        }
        // As text without zeros before it: of each number there is one.
        Values::Integers { values: integers, width: 0 } => values.for_each(|(group, index)| {
            let hash = || hash_of(column.value(index, &mut scratch));
            let value = series.hashed_integer(integers[index], column.kind == FieldKind::Str, hash);
            series.add_hashed(group, value);
        }),
        _ => values.for_each(|(group, index)| series.add_hash(group, hash_of(column.value(index, &mut scratch)))),
    }
}

fn hash_of(value: Value<'_>) -> u64 {
    match value {
        Value::Str(text) => Cell::hash64_of(text),
        value => Cell::from(value).hash64(),
    }
}
