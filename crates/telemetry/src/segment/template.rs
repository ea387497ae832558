//! Messages of a block as searches see them: templates, and the typed columns of their slots.

use super::{Encoding, column::Values};
use crate::Damage;

/// The fixed text of many messages, with slots where they differ. A message that resembles no other is the only slot of a
/// template without fixed text.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub parts: Vec<Part>,
    /// How many rows of the block have it.
    pub rows: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    Text(Vec<u8>),
    Slot(Slot),
}

/// A place in a template where messages differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// Values of a typed column; [`Messages::slot`] reads it.
    Column(Encoding),
    /// Any number of lines, each with a template of its own kept apart. Only rendering shows them.
    Lines,
}

/// The messages of a block, opened: which row has which template is decoded, slots are when asked for.
pub struct Messages {
    _private: (),
}

#[expect(clippy::unimplemented, reason = "the signature stands before its body")]
impl Messages {
    /// The template of each row, as a position in [`super::Block::templates`].
    pub fn template_of_rows(&self) -> &[u16] {
        unimplemented!()
    }

    /// The rows of one template, rising. Value `i` of each of its slots belongs to row `rows_of(template)[i]`.
    pub fn rows_of(&self, template: usize) -> &[u32] {
        let _ = template;
        unimplemented!()
    }

    /// The values of a slot, counted over the slots of that template from the left. `None` for [`Slot::Lines`].
    pub fn slot(&mut self, template: usize, slot: usize) -> Result<Option<&Values>, Damage> {
        let _ = (template, slot);
        unimplemented!()
    }

    /// Appends the whole message of `row`. Decodes what it needs of that row's template, and keeps it for the next call.
    pub fn render(&mut self, row: u32, out: &mut Vec<u8>) -> Result<(), Damage> {
        let _ = (row, out);
        unimplemented!()
    }
}
