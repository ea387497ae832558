//! The levels of a block's rows: those that templates tell, and those that are written for each row.

use super::{
    block::Block,
    column::{Encoding, Presence, Values},
    fields,
    head::{ColumnHead, Role},
    integers,
};
use crate::{Damage, wire::Reader};
use model::Level;
use std::sync::Arc;

/// Decoded as far as templates do not tell them.
pub(crate) struct Levels(Kind);

enum Kind {
    /// Of each row.
    Rows(Vec<Option<Level>>),
    Beside {
        template_of_rows: Arc<[u16]>,
        templates: OfTemplates,
        /// Of the rows that templates leave open, in their order, which word; and one more.
        written: Vec<u16>,
        /// The levels that words are; at least one.
        of_words: Vec<Option<Level>>,
    },
}

/// For each template its level, and none where it is written for each row.
type OfTemplates = Vec<Option<Option<Level>>>;

impl Levels {
    pub(super) fn read(block: &Block) -> Result<Self, Damage> {
        let Some(column) = block.head().column(Role::Level) else {
            return Ok(Self(Kind::Rows(vec![None; block.rows()])));
        };
        let Some((templates, mut of_words)) = of_templates(column) else { return by_row(block, column).map(Self) };
        // The counts of the templates are to be trusted only once they agree with the rows.
        let template_of_rows = block.template_of_rows()?;
        let open = templates.iter().zip(block.rows_of_templates()).filter(|(fixed, _)| fixed.is_none());
        let open = open.map(|(_, rows)| *rows as usize).sum();
        let decode = |reader: &mut Reader<'_>| integers::decode_places(open, of_words.len(), reader);
        let mut written = block.decode(column.part, decode)?;
        written.push(0);
        of_words.extend(of_words.is_empty().then_some(None));
        Ok(Self(Kind::Beside { template_of_rows, templates, written, of_words }))
    }

    /// The levels of these rows where their templates tell them all.
    pub(super) fn told(block: &Block, rows: &[u32]) -> Result<Option<Vec<Option<Level>>>, Damage> {
        let Some((templates, _)) = block.head().column(Role::Level).and_then(of_templates) else { return Ok(None) };
        let template_of_rows = block.template_of_rows()?;
        Ok(rows.iter().map(|row| templates[usize::from(template_of_rows[*row as usize])]).collect())
    }

    /// Of each row.
    pub(crate) fn of_rows(self) -> Vec<Option<Level>> {
        match self.0 {
            Kind::Rows(levels) => levels,
            Kind::Beside { template_of_rows, templates, written, of_words } => {
                // Which rows are open is hard to foretell: all look at the next written level, and take it if they are.
                let known: Vec<_> = templates.iter().map(|fixed| (fixed.is_none(), fixed.flatten())).collect();
                let (mut levels, mut next) = (vec![None; template_of_rows.len()], 0);
                for (level, template) in levels.iter_mut().zip(template_of_rows.iter()) {
                    let (is_open, fixed) = known[usize::from(*template)];
                    *level = if is_open { of_words[usize::from(written[next])] } else { fixed };
                    next += usize::from(is_open);
                }
                levels
            }
        }
    }

    /// A bit for each row, whether its level is wanted: 64 to a word, lowest first.
    pub(crate) fn wanted(&self, wanted: impl Fn(Option<Level>) -> bool) -> Vec<u64> {
        match &self.0 {
            Kind::Rows(levels) => {
                let word = |rows: &[Option<Level>]| {
                    rows.iter().rev().fold(0, |word, level| word << 1 | u64::from(wanted(*level)))
                };
                levels.chunks(u64::BITS as usize).map(word).collect()
            }
            Kind::Beside { template_of_rows, templates, written, of_words } => {
                // 1: the next written one decides. 2: wanted. Nothing here depends on what is hard to foretell.
                let of_template = |fixed: &Option<Option<Level>>| fixed.map_or(1, |level| u8::from(wanted(level)) << 1);
                let templates: Vec<u8> = templates.iter().map(of_template).collect();
                let words: Vec<u8> = of_words.iter().map(|level| u8::from(wanted(*level))).collect();
                let mut next = 0;
                let word = |rows: &[u16]| {
                    rows.iter().enumerate().fold(0, |word, (bit, template)| {
                        let known = templates[usize::from(*template)];
                        let is_wanted = known >> 1 | known & words[usize::from(written[next])];
                        next += usize::from(known & 1);
                        word | u64::from(is_wanted) << bit
                    })
                };
                template_of_rows.chunks(u64::BITS as usize).map(word).collect()
            }
        }
    }
}

/// What templates tell, and the levels that the column's words are; none where they do not even tell whether there is one.
fn of_templates(column: &ColumnHead) -> Option<(OfTemplates, Vec<Option<Level>>)> {
    let Encoding::Words(words) = &column.info.encoding else { return None };
    let of_words: Vec<Option<Level>> = words.iter().map(|word| level(word)).collect();
    fields::fixed(&column.classes, &of_words).map(|templates| (templates, of_words))
}

fn by_row(block: &Block, column: &ColumnHead) -> Result<Kind, Damage> {
    let mut levels = vec![None; block.rows()];
    let column = block.read_column(column)?;
    let of_values: Vec<Option<Level>> = match &column.values {
        Values::Constant { text, count } => vec![level(text); *count],
        Values::Words { words, codes } => {
            let levels: Vec<Option<Level>> = words.iter().map(|word| level(word)).collect();
            codes.iter().map(|code| levels[usize::from(*code)]).collect()
        }
        Values::Text(texts) => texts.iter().map(level).collect(),
        _ => return Err(block.damage("the levels have another encoding than words")),
    };
    match column.presence {
        Presence::Every => levels = of_values,
        Presence::Rows(rows) => {
            rows.into_iter().zip(of_values).for_each(|(row, level)| levels[row as usize] = level);
        }
    }
    Ok(Kind::Rows(levels))
}

fn level(word: &[u8]) -> Option<Level> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
