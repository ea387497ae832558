//! The templates of a block as its head keeps them: counted when the head is read, taken apart when a message is asked for. They
//! are the larger part of a head, and questions of fields alone need none.

use super::{
    clock::Clock,
    fields::Class,
    head::ColumnHead,
    pairs::Pairs,
    template::{Slot, Template, TemplatePart},
    texts,
};
use crate::wire::{Malformed, Reader, put_bytes, put_varint};
use std::sync::OnceLock;

const TEMPLATES_MAX: usize = 16 * 1024;
/// Parts of a template, mostly.
const PARTS_USUAL: usize = 64;
const UNKNOWN_PART: Malformed = Malformed("a template has an unknown part");
pub(super) const NO_SUCH_FIELD: Malformed = Malformed("a message has a field in it that its record has not");

/// Templates of messages, most frequent first.
pub(super) struct Templates {
    /// How many rows each has.
    rows: Vec<u32>,
    /// Positions of the columns that are a slot of some template, rising.
    columns: Vec<u16>,
    /// Templates and pairs as they were written; empty of those that were just made.
    written: Box<[u8]>,
    decoded: OnceLock<Result<Vec<Template>, Malformed>>,
}

impl Templates {
    pub(super) fn new(templates: Vec<Template>) -> Self {
        let rows = templates.iter().map(|template| template.rows).collect();
        let columns = templates.iter().flat_map(Template::slots).filter_map(|slot| match slot {
            Slot::Field(column) => Some(*column),
            _ => None,
        });
        let columns = sorted(columns.collect());
        Self { rows, columns, written: Box::default(), decoded: OnceLock::from(Ok(templates)) }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    pub(super) fn columns(&self) -> &[u16] {
        &self.columns
    }

    /// All of them, decoded once; `columns` are those of their block.
    pub(super) fn all(&self, columns: &[ColumnHead]) -> Result<&[Template], Malformed> {
        let decoded = self.decoded.get_or_init(|| {
            let mut reader = Reader(&self.written);
            let mut templates = read_templates(&mut reader)?;
            for template in &mut templates {
                let pairs = (0..template.text_slots()).map(|_| Pairs::read(&mut reader));
                template.pairs = pairs.collect::<Result<_, _>>()?;
            }
            check_slots(&templates, columns)?;
            Ok(templates)
        });
        decoded.as_deref().map_err(|malformed| *malformed)
    }

    /// Templates, and what stands beside each other in their slots of text.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let Some(Ok(templates)) = self.decoded.get() else { return out.extend_from_slice(&self.written) };
        put_templates(out, templates);
        templates.iter().flat_map(|template| &template.pairs).for_each(|pairs| Pairs::put(pairs.as_ref(), out));
    }

    /// Passes over them, and counts.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let written = reader.0;
        let count = reader.count(TEMPLATES_MAX)?;
        let (mut rows, mut columns, mut text_slots) = (Vec::with_capacity(count.min(reader.0.len())), Vec::new(), 0);
        for _ in 0..count {
            rows.push(reader.count(u32::MAX as usize)? as u32);
            for _ in 0..reader.count(reader.0.len())? {
                match reader.byte()? {
                    b't' => drop(reader.bytes()?),
                    b'l' => text_slots += 1,
                    b'c' => text_slots += usize::from(texts::pass_encoding(reader)?),
                    b'f' => columns.push(read_column(reader)?),
                    b'h' => drop(Clock::read(reader)?),
                    _ => return Err(UNKNOWN_PART),
                }
            }
        }
        for _ in 0..text_slots {
            Pairs::pass(reader)?;
        }
        let written = written[..written.len() - reader.0.len()].into();
        Ok(Self { rows, columns: sorted(columns), written, decoded: OnceLock::new() })
    }
}

/// Slots that are columns have a value in each of their rows, and no column is two of them.
fn check_slots(templates: &[Template], columns: &[ColumnHead]) -> Result<(), Malformed> {
    for (number, template) in templates.iter().enumerate() {
        let mut own: Vec<u16> = Vec::new();
        let mut clocks = 0;
        for slot in template.slots() {
            match slot {
                Slot::Field(column) => own.push(*column),
                Slot::Clock(_) => clocks += 1,
                _ => {}
            }
        }
        own.sort_unstable();
        let is_there = |column: &u16| {
            let class = columns.get(usize::from(*column)).map(|column| column.classes[number]);
            matches!(class, Some(Class::Present | Class::Word(_)))
        };
        if clocks > 1 || !own.iter().all(is_there) || own.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(NO_SUCH_FIELD);
        }
    }
    Ok(())
}

fn sorted(mut columns: Vec<u16>) -> Vec<u16> {
    columns.sort_unstable();
    columns.dedup();
    columns
}

pub(super) fn put_templates(out: &mut Vec<u8>, templates: &[Template]) {
    put_varint(out, templates.len() as u64);
    for template in templates {
        put_varint(out, u64::from(template.rows));
        put_varint(out, template.parts.len() as u64);
        for part in &template.parts {
            match part {
                TemplatePart::Text(text) => {
                    out.push(b't');
                    put_bytes(out, text);
                }
                TemplatePart::Slot(Slot::Lines) => out.push(b'l'),
                TemplatePart::Slot(Slot::Column(encoding)) => {
                    out.push(b'c');
                    texts::put_encoding(out, encoding);
                }
                TemplatePart::Slot(Slot::Field(column)) => {
                    out.push(b'f');
                    put_varint(out, u64::from(*column));
                }
                TemplatePart::Slot(Slot::Clock(clock)) => {
                    out.push(b'h');
                    put_varint(out, u64::from(clock.code()));
                }
            }
        }
    }
}

pub(super) fn read_templates(reader: &mut Reader<'_>) -> Result<Vec<Template>, Malformed> {
    (0..reader.count(TEMPLATES_MAX)?).map(|_| read_template(reader)).collect()
}

fn read_template(reader: &mut Reader<'_>) -> Result<Template, Malformed> {
    let rows = reader.count(u32::MAX as usize)? as u32;
    let count = reader.count(reader.0.len())?;
    let part = |reader: &mut Reader<'_>| {
        Ok(match reader.byte()? {
            b't' => TemplatePart::Text(reader.bytes()?.to_vec()),
            b'l' => TemplatePart::Slot(Slot::Lines),
            b'c' => TemplatePart::Slot(Slot::Column(texts::read_encoding(reader)?)),
            b'f' => TemplatePart::Slot(Slot::Field(read_column(reader)?)),
            b'h' => TemplatePart::Slot(Slot::Clock(Clock::read(reader)?)),
            _ => return Err(UNKNOWN_PART),
        })
    };
    // Heads have thousands of parts: none of these lists is to grow.
    let mut parts = Vec::with_capacity(count.min(PARTS_USUAL));
    for _ in 0..count {
        parts.push(part(reader)?);
    }
    Ok(Template { rows, parts, pairs: Vec::new() })
}

fn read_column(reader: &mut Reader<'_>) -> Result<u16, Malformed> {
    Ok(reader.count(usize::from(u16::MAX))? as u16)
}
