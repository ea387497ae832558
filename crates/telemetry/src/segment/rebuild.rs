//! Records rebuilt from the columns of a block.

use super::{
    block::{Block, FieldInfo},
    column::{Column, Presence},
    template::Messages,
};
use crate::{Batch, Damage, Refused};
use model::Timestamp;
use std::rc::Rc;

/// A column, and how far the walk over rows has come in it.
struct Walk<'a> {
    name: &'a str,
    column: Rc<Column>,
    index: usize,
    scratch: Vec<u8>,
}

impl<'a> Walk<'a> {
    fn new(block: &Block, field: &'a FieldInfo, messages: &mut Messages<'_>) -> Result<Self, Damage> {
        let column = messages.column(block.number_of(field)?)?;
        Ok(Self { name: &field.name, column, index: 0, scratch: Vec::new() })
    }

    /// The position of `row`'s value; rows are asked for in rising order.
    fn index_of(&mut self, row: u32) -> Option<usize> {
        let Presence::Rows(rows) = &self.column.presence else { return Some(row as usize) };
        self.index += rows[self.index..].iter().take_while(|own| **own < row).count();
        (rows.get(self.index) == Some(&row)).then_some(self.index)
    }
}

/// Row `rows[i]`, of time `times[i]`, becomes record `i`, with the fields that are wanted. Rows must rise.
pub(super) fn records(
    block: &Block,
    rows: &[u32],
    times: &[Timestamp],
    wanted: impl Fn(&str) -> bool,
) -> Result<Batch, Damage> {
    let mut batch = Batch::new();
    let levels = block.levels_of(rows)?;
    let mut messages = block.messages()?;
    let mut source = block.source().map(|field| Walk::new(block, field, &mut messages)).transpose()?;
    let templates = block.templates_of(rows)?;
    let mut fields = Vec::new();
    for field in block.fields().filter(|field| wanted(&field.name)) {
        // Of the columns that a block has, those that some of these rows may have are few.
        if block.may_have(field, &templates)? {
            fields.push(Walk::new(block, field, &mut messages)?);
        }
    }
    let mut message = Vec::new();
    let refused = |refused: Refused| block.damage(&format!("a record is larger than records can be: {refused}"));
    for ((&row, &level), &time) in rows.iter().zip(&levels).zip(times) {
        message.clear();
        messages.render(row, &mut message)?;
        let mut draft = batch.draft();
        draft.level(level);
        draft.message(&message).map_err(refused)?;
        if let Some(walk) = &mut source
            && let Some(index) = walk.index_of(row)
        {
            walk.scratch.clear();
            walk.column.values.write_text(index, &mut walk.scratch);
            draft.source(&walk.scratch).map_err(refused)?;
        }
        for walk in &mut fields {
            if let Some(index) = walk.index_of(row) {
                draft.field(walk.name, walk.column.value(index, &mut walk.scratch)).map_err(refused)?;
            }
        }
        draft.finish(time);
    }
    Ok(batch)
}
