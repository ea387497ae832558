//! Templates as searches see them: their fixed texts, folded, and of their slots the bytes that can stand there.

use super::{
    column::Encoding,
    fields::Class,
    head::ColumnHead,
    pairs::Pairs,
    template::{Slot, Template, TemplatePart},
};
use crate::{
    fold::fold,
    wire::{Malformed, Reader, hash64, put_bytes, put_varint},
};
use std::ops::Range;

/// A template, made ready to be searched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outline {
    /// The fixed texts end to end, folded.
    pub(crate) texts: Vec<u8>,
    /// One for each part of the template.
    pub(crate) pieces: Vec<Piece>,
    slots: usize,
    /// Whether a letter may lie partly in one piece and partly in the next, as in segments of before and in what is no UTF-8: then
    /// the pieces say nothing of the whole.
    pub(crate) is_torn: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// A range of [`Outline::texts`].
    Text(Range<usize>),
    /// Any number of these bytes, beside each other only as `pairs` says where it is known; `number` counts the template's slots.
    Slot { number: usize, bytes: ByteSet, pairs: Option<Pairs> },
}

impl Piece {
    /// How many of the first of these bytes may stand in it one after the other; all that matters of a slot.
    pub(crate) fn run(&self, text: &[u8]) -> usize {
        match self {
            Self::Text(_) => 0,
            Self::Slot { bytes, pairs: Some(pairs), .. } => bytes.run(&text[..pairs.run(text)]),
            Self::Slot { bytes, .. } => bytes.run(text),
        }
    }
}

impl Outline {
    /// `number` is that of the template.
    pub(super) fn of(template: &Template, number: usize, columns: &[ColumnHead]) -> Self {
        let mut outline = Self::default();
        let mut pairs = template.pairs.iter().cloned();
        for part in &template.parts {
            match part {
                TemplatePart::Text(text) => outline.text(text),
                // A slot with only one value is fixed text.
                TemplatePart::Slot(Slot::Column(Encoding::Constant(text))) => {
                    outline.text(text);
                    outline.slots += 1;
                }
                TemplatePart::Slot(slot) if slot.is_text() => outline.slot(ByteSet::ALL, pairs.next().flatten()),
                TemplatePart::Slot(Slot::Column(encoding)) => outline.slot(ByteSet::folded_of(encoding), None),
                TemplatePart::Slot(Slot::Clock(clock)) => outline.slot(ByteSet::of(clock.bytes()), None),
                TemplatePart::Slot(Slot::Field(column)) => match columns.get(usize::from(*column)) {
                    Some(column) => outline.field(column, number),
                    None => outline.slot(ByteSet::ALL, None),
                },
                TemplatePart::Slot(Slot::Lines) => outline.slot(ByteSet::ALL, None),
            }
        }
        outline
    }

    /// The same, but only what all blocks have in common is fixed text: constants and known words are slots too.
    pub(super) fn general(template: &Template, number: usize, columns: &[ColumnHead]) -> Self {
        let mut outline = Self::default();
        let mut pairs = template.pairs.iter().cloned();
        for part in &template.parts {
            match part {
                TemplatePart::Text(text) => outline.text(text),
                TemplatePart::Slot(slot) if slot.is_text() => outline.slot(ByteSet::ALL, pairs.next().flatten()),
                TemplatePart::Slot(Slot::Column(encoding)) => outline.known(encoding, None),
                TemplatePart::Slot(Slot::Clock(clock)) => outline.slot(ByteSet::of(clock.bytes()), None),
                TemplatePart::Slot(Slot::Field(column)) => match columns.get(usize::from(*column)) {
                    Some(column) => match (&column.info.encoding, column.classes.get(number)) {
                        (Encoding::Words(words), Some(Class::Word(code))) if words.len() > usize::from(*code) => {
                            outline.known(&Encoding::Constant(words[usize::from(*code)].clone()), None);
                        }
                        (encoding, _) => outline.known(encoding, column.pairs.clone()),
                    },
                    None => outline.slot(ByteSet::ALL, None),
                },
                TemplatePart::Slot(Slot::Lines) => outline.slot(ByteSet::ALL, None),
            }
        }
        outline
    }

    /// A slot of these texts.
    pub(super) fn known(&mut self, encoding: &Encoding, pairs: Option<Pairs>) {
        let pairs = match encoding {
            Encoding::Constant(text) => Pairs::of(&[text]),
            Encoding::Words(words) => Pairs::of(&words.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            _ => pairs,
        };
        self.slot(ByteSet::folded_of(encoding), pairs);
    }

    /// What two outlines must have in common to be united: their fixed texts and where slots are.
    pub(super) fn shape(&self) -> Vec<u8> {
        let mut shape = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => put_bytes(&mut shape, &self.texts[text.clone()]),
                // No text is empty.
                Piece::Slot { .. } => shape.push(0),
            }
        }
        shape
    }

    /// Lets each slot hold what the slots of another one of the same shape hold.
    pub(super) fn unite(&mut self, other: &Self) {
        for (piece, other) in self.pieces.iter_mut().zip(&other.pieces) {
            let (Piece::Slot { bytes, pairs, .. }, Piece::Slot { bytes: more, pairs: others, .. }) = (piece, other)
            else {
                continue;
            };
            if pairs.is_some() || others.is_some() {
                let of = |bytes: &ByteSet, pairs: &Option<Pairs>| pairs.clone().or_else(|| Pairs::among(&bytes.few()?));
                *pairs = of(bytes, pairs).zip(of(more, others)).and_then(|(own, more)| own.united(&more));
            }
            bytes.unite(more);
        }
    }

    /// Its pieces: `t` and text, or `s`, the set of bytes, and pairs.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_varint(out, self.pieces.len() as u64);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => {
                    out.push(b't');
                    put_bytes(out, &self.texts[text.clone()]);
                }
                Piece::Slot { bytes, pairs, .. } => {
                    out.push(b's');
                    bytes.0.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
                    Pairs::put(pairs.as_ref(), out);
                }
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut outline = Self::default();
        for _ in 0..reader.count(reader.0.len())? {
            match reader.byte()? {
                b't' => outline.text(reader.bytes()?),
                b's' => {
                    let bytes = ByteSet([reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?]);
                    outline.slot(bytes, Pairs::read(reader)?);
                }
                _ => return Err(Malformed("a template has an unknown part")),
            }
        }
        Ok(outline)
    }

    /// Equal ones have the same.
    pub(super) fn hash(&self) -> u64 {
        let mut bytes = Vec::new();
        self.put(&mut bytes);
        hash64(&bytes)
    }

    /// Bytes that it occupies, about.
    pub(super) fn memory_bytes(&self) -> usize {
        let pairs = self.pieces.iter().filter(|piece| matches!(piece, Piece::Slot { pairs: Some(_), .. })).count();
        size_of::<Self>() + self.texts.capacity() + self.pieces.capacity() * size_of::<Piece>() + pairs * Pairs::BYTES
    }

    /// A slot that is a column, in the template of this number.
    fn field(&mut self, column: &ColumnHead, number: usize) {
        match (&column.info.encoding, column.classes.get(number)) {
            (Encoding::Constant(text), _) => self.text(text),
            (Encoding::Words(words), Some(Class::Word(code))) if words.len() > usize::from(*code) => {
                self.text(&words[usize::from(*code)]);
            }
            (encoding, _) => return self.slot(ByteSet::folded_of(encoding), column.pairs.clone()),
        }
        self.slots += 1;
    }

    pub(crate) fn text(&mut self, text: &[u8]) {
        self.is_torn |= begins_or_ends_in_letter(text);
        let start = self.texts.len();
        self.texts.extend_from_slice(text);
        fold(&mut self.texts[start..]);
        self.pieces.push(Piece::Text(start..self.texts.len()));
    }

    pub(crate) fn slot(&mut self, bytes: ByteSet, pairs: Option<Pairs>) {
        self.pieces.push(Piece::Slot { number: self.slots, bytes, pairs });
        self.slots += 1;
    }
}

/// Whether the first byte of a text goes on with a letter, or the last letter misses a byte.
fn begins_or_ends_in_letter(text: &[u8]) -> bool {
    let goes_on = |byte: &u8| (0x80..0xC0).contains(byte);
    let behind = text.iter().rev().take_while(|byte| goes_on(byte)).count();
    let first = text.len().checked_sub(behind + 1).map_or(0, |at| text[at]);
    let length = match first {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
    };
    text.first().is_some_and(goes_on) || length != behind + 1
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(crate) const NONE: Self = Self([0; 4]);
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut set = Self::NONE;
        set.add(bytes);
        set
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
    }

    fn unite(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, more)| *own |= more);
    }

    /// Its bytes, where they are no more than digits, letters and some signs.
    fn few(&self) -> Option<Vec<u8>> {
        const FEW: u32 = 48;
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        (count <= FEW).then(|| (0..=u8::MAX).filter(|byte| self.has(*byte)).collect())
    }

    /// The bytes that texts of this encoding are made of, folded.
    pub(crate) fn folded_of(encoding: &Encoding) -> Self {
        match encoding {
            Encoding::Constant(text) => Self::of(text).folded(),
            Encoding::Words(words) => {
                let mut set = Self::NONE;
                words.iter().for_each(|word| set.add(word));
                set.folded()
            }
            Encoding::Integers { .. } => Self::of(b"-0123456789"),
            Encoding::Decimals { .. } => Self::of(b"-.0123456789"),
            Encoding::Hex { .. } => Self::of(b"0123456789abcdef"),
            Encoding::Ipv4 => Self::of(b".0123456789"),
            Encoding::Floats | Encoding::Bools | Encoding::Text => Self::ALL,
        }
    }

    /// What folding may make of texts of these bytes, and perhaps more.
    pub(crate) fn folded(mut self) -> Self {
        for capital in (b'A'..=b'Z').filter(|capital| self.has(*capital)).collect::<Vec<_>>() {
            self.add(&[capital.to_ascii_lowercase()]);
        }
        if self.has(0xC3) || self.has(0xC5) {
            self.add(&[0xC3, 0xC5]);
            self.0[2] = u64::MAX;
        }
        self
    }

    const fn has(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    pub(crate) fn has_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|byte| self.has(*byte))
    }

    /// How many of the first bytes belong to it.
    pub(crate) fn run(&self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| self.has(**byte)).count()
    }
}
