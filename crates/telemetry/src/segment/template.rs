//! Messages of a block as searches see them: templates, and the typed columns of their slots.

use super::{
    block::Block,
    clock::Clock,
    column::{Column, Encoding, Texts, Values},
    message_codec,
    pairs::Pairs,
};
use crate::Damage;
use std::{cell::OnceCell, collections::HashMap, rc::Rc, sync::Arc};

/// The fixed text of many messages, with slots where they differ. A message that resembles no other is the only slot of a
/// template without fixed text.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub parts: Vec<TemplatePart>,
    /// How many rows of the block have it.
    pub rows: u32,
    /// Of each slot that holds any text, in order: what stands beside each other in it. Only templates of messages have them.
    pub(crate) pairs: Vec<Option<Pairs>>,
}

/// A text that all messages of the template have, or a place where they differ.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    Text(Vec<u8>),
    Slot(Slot),
}

/// A place in a template where messages differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// Values of a typed column.
    Column(Encoding),
    /// Any number of lines, each with a template of its own kept apart; decoded, they are `Values::Text`.
    Lines,
    /// The field of the row, as its column writes it: a position among the block's columns.
    Field(u16),
    /// The time of day of the row's time.
    Clock(Clock),
}

/// All rows, by template, then rising.
struct RowsByTemplate {
    rows: Vec<u32>,
    /// Where each template's begin, and the end.
    starts: Vec<u32>,
}

impl RowsByTemplate {
    fn new(rows_of_templates: &[u32], template_of_rows: &[u16]) -> Self {
        let mut starts = Vec::with_capacity(rows_of_templates.len() + 1);
        starts.push(0);
        for rows in rows_of_templates {
            starts.push(starts[starts.len() - 1] + rows);
        }
        let mut next = starts.clone();
        let mut rows = vec![0; template_of_rows.len()];
        for (row, &template) in (0u32..).zip(template_of_rows) {
            let at = &mut next[usize::from(template)];
            rows[*at as usize] = row;
            *at += 1;
        }
        Self { rows, starts }
    }
}

impl Slot {
    /// Whether it holds any text, rather than values of a type or words that are known.
    pub(super) const fn is_text(&self) -> bool {
        matches!(self, Self::Lines | Self::Column(Encoding::Text))
    }
}

impl Template {
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Slot(slot) => Some(slot),
        })
    }

    /// How many of its slots hold any text.
    pub(super) fn text_slots(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, TemplatePart::Slot(slot) if slot.is_text())).count()
    }
}

/// The messages of a block, opened: which row has which template is decoded, slots are when asked for.
pub struct Messages<'a> {
    block: &'a Block,
    template_of_rows: Arc<[u16]>,
    by_template: OnceCell<RowsByTemplate>,
    slots: Vec<Option<Vec<Values>>>,
    /// Those that slots are, decoded once.
    columns: HashMap<u16, Rc<Column>>,
    times: Option<Rc<Vec<i64>>>,
}

impl<'a> Messages<'a> {
    pub(super) fn new(block: &'a Block, template_of_rows: Arc<[u16]>) -> Self {
        let slots = block.rows_of_templates().iter().map(|_| None).collect();
        Self { block, template_of_rows, by_template: OnceCell::new(), slots, columns: HashMap::new(), times: None }
    }

    /// The template of each row, as a position in [`Block::templates`].
    pub fn template_of_rows(&self) -> &[u16] {
        &self.template_of_rows
    }

    /// The rows of one template, rising. Value `i` of each of its slots belongs to row `rows_of(template)[i]`.
    pub fn rows_of(&self, template: usize) -> &[u32] {
        let counts = self.block.rows_of_templates();
        let sorted = self.by_template.get_or_init(|| RowsByTemplate::new(counts, &self.template_of_rows));
        &sorted.rows[sorted.starts[template] as usize..sorted.starts[template + 1] as usize]
    }

    /// The values of a template's slots, from the left.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn slots(&mut self, template: usize) -> Result<&[Values], Damage> {
        if self.slots[template].is_none() {
            self.slots[template] = Some(self.read_slots(template)?);
        }
        Ok(self.slots[template].as_deref().unwrap_or_default())
    }

    fn read_slots(&mut self, template: usize) -> Result<Vec<Values>, Damage> {
        let own = self.block.group(template)?;
        let mut slots = Vec::with_capacity(own.len());
        for (slot, own) in self.block.templates()?[template].slots().zip(own) {
            slots.push(match (own, slot) {
                (Some(own), _) => own,
                (None, Slot::Field(number)) => {
                    let column = self.column(*number)?;
                    column.of_rows(self.rows_of(template)).map_err(|malformed| self.block.damage(malformed.0))?
                }
                (None, Slot::Clock(clock)) => {
                    let times = self.times()?;
                    let mut texts = Texts::default();
                    for row in self.rows_of(template) {
                        clock.write(times[*row as usize], &mut texts.bytes);
                        texts.ends.push(texts.bytes.len() as u32);
                    }
                    Values::Text(texts)
                }
                (None, _) => return Err(self.block.damage("a slot has no values")),
            });
        }
        Ok(slots)
    }

    /// A column by its position among all of the block.
    pub(super) fn column(&mut self, number: u16) -> Result<Rc<Column>, Damage> {
        if let Some(column) = self.columns.get(&number) {
            return Ok(Rc::clone(column));
        }
        let column = Rc::new(self.block.read_numbered(number)?);
        self.columns.insert(number, Rc::clone(&column));
        Ok(column)
    }

    /// Microseconds since 1970 of each row.
    fn times(&mut self) -> Result<Rc<Vec<i64>>, Damage> {
        Ok(match &self.times {
            Some(times) => Rc::clone(times),
            None => Rc::clone(self.times.insert(Rc::new(self.block.times()?))),
        })
    }

    /// Appends the whole message of `row`. Decodes what it needs of that row's template, and keeps it for the next call.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn render(&mut self, row: u32, out: &mut Vec<u8>) -> Result<(), Damage> {
        let template = usize::from(self.template_of_rows[row as usize]);
        let index = self.rows_of(template).partition_point(|own| *own < row);
        self.render_nth(template, index, out)
    }

    /// Appends the message of row `rows_of(template)[index]`.
    ///
    /// # Errors
    /// [`Damage`] where what is read does not match its checksum, or means nothing.
    pub fn render_nth(&mut self, template: usize, index: usize, out: &mut Vec<u8>) -> Result<(), Damage> {
        self.slots(template)?;
        let slots = self.slots[template].as_deref().unwrap_or_default();
        message_codec::render(&self.block.templates()?[template], slots, index, out);
        Ok(())
    }
}
