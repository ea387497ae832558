//! What a segment may hold: what the heads of its blocks say, united. It rules out most segments without opening a block.
//!
//! It is written where it takes little beside the segment, and read when a question first asks for it.

use super::{
    block::{Block, FieldInfo, Range},
    column::{Encoding, FieldKind},
    compress::{self, Effort, Zip},
    digest::Digest,
    filter::Sparse,
    head::{self, PartLocation, Role, level_code, level_of_code},
    outline::Outline,
};
use crate::wire::{Malformed, Reader, put_varint};
use model::Level;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

/// Templates and fields beyond which a segment has no summary: it would rule out little.
const TEMPLATES_MAX: usize = 4096;
const FIELDS_MAX: usize = 4096;
/// Words that are told of a field, and their bytes.
const WORDS_MAX: usize = 256;
const WORD_BYTES_MAX: usize = 16 << 10;

/// Of one segment.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Bit `n`: some record has the level of this code.
    levels: u8,
    messages: Vec<Arc<Outline>>,
    fields: Vec<SegmentField>,
    /// One for each block, in segments that have any.
    digests: Vec<Option<Digest>>,
}

/// Templates of messages that several segments have, each of them once.
#[derive(Debug, Default)]
pub(crate) struct SharedOutlines {
    by_hash: HashMap<u64, Arc<Outline>>,
    bytes: usize,
}

impl SharedOutlines {
    /// Bytes that they occupy, about.
    pub(crate) const fn memory_bytes(&self) -> usize {
        self.bytes
    }

    /// The same template as it is here.
    fn one(&mut self, outline: &Arc<Outline>) -> Arc<Outline> {
        let known = self.by_hash.entry(outline.hash()).or_insert_with(|| {
            self.bytes += outline.memory_bytes();
            Arc::clone(outline)
        });
        Arc::clone(if **known == **outline { known } else { outline })
    }

    /// Forgets those that no summary has any more.
    pub(crate) fn tidy(&mut self) {
        self.by_hash.retain(|_, outline| Arc::strong_count(outline) > 1);
        self.bytes = self.by_hash.values().map(|outline| outline.memory_bytes()).sum();
    }
}

/// A field in all blocks of a segment.
#[derive(Debug)]
pub(crate) struct SegmentField {
    role: Role,
    /// What holds for each block's values; `rows` is of all of them.
    pub(crate) info: FieldInfo,
    /// The blocks that have it, rising.
    blocks: Vec<InBlock>,
}

/// A field in one block.
#[derive(Debug)]
struct InBlock {
    block: u32,
    filter: Option<FilterAt>,
}

/// A block's filter of a field's texts.
#[derive(Debug)]
pub(super) struct FilterAt {
    /// From the beginning of the segment.
    pub(super) part: PartLocation,
    /// Once its checksum was found right.
    pub(super) read: OnceLock<Sparse>,
}

impl Summary {
    /// Levels that some record may have.
    pub(crate) fn levels(&self) -> impl Iterator<Item = Level> {
        (0..8).filter(|code| self.levels >> code & 1 == 1).filter_map(|code| level_of_code(code).ok().flatten())
    }

    /// Templates of messages, each with whatever may stand in its slots in any block.
    pub(crate) fn messages(&self) -> &[Arc<Outline>] {
        &self.messages
    }

    /// Takes the templates that other segments have too from there.
    pub(crate) fn share(&mut self, shared: &mut SharedOutlines) {
        self.messages.iter_mut().for_each(|outline| *outline = shared.one(outline));
    }

    /// The columns of a field, of sources by the name `source`: one for each type that its values have.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a SegmentField> {
        self.fields().filter(move |field| match field.role {
            Role::Source => name == "source",
            _ => name != "source" && field.info.name == name,
        })
    }

    /// What is counted of a block.
    pub(crate) fn digest(&self, block: usize) -> Option<&Digest> {
        self.digests.get(block)?.as_ref()
    }

    /// The places of a field's columns that a block has, as digests have them.
    pub(crate) fn places_in<'a>(&'a self, name: &'a str, block: usize) -> impl Iterator<Item = usize> {
        let is_it = move |field: &SegmentField| match field.role {
            Role::Source => name == "source",
            _ => name != "source" && field.info.name == name,
        };
        let fields = self.fields.iter().enumerate();
        fields.filter(move |(_, field)| is_it(field) && field.is_in(block)).map(|(place, _)| place)
    }

    pub(super) fn forget_digests(&mut self) {
        self.digests.clear();
    }

    /// Names, without sources; one that occurs with several types comes as often.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.role == Role::Field).map(|field| field.info.name.as_str())
    }

    /// All of them, sources too.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &SegmentField> {
        self.fields.iter()
    }

    /// Bytes that it occupies, about, without the templates that it shares.
    pub(crate) fn memory_bytes(&self) -> usize {
        let fields = self.fields.iter().map(|field| {
            let words = words(&field.info.encoding).unwrap_or_default();
            let words: usize = words.iter().map(|word| size_of::<Vec<u8>>() + word.capacity()).sum();
            let name = field.info.name.capacity();
            size_of::<SegmentField>() + name + words + field.blocks.capacity() * size_of::<InBlock>()
        });
        let digests = self.digests.iter().flatten().map(Digest::memory_bytes).sum::<usize>();
        size_of::<Self>() + size_of_val(&self.messages[..]) + fields.sum::<usize>() + digests
    }

    /// As one stream.
    pub(super) fn write(&self, zip: &mut Zip) -> Vec<u8> {
        let mut out = vec![self.levels];
        put_varint(&mut out, self.messages.len() as u64);
        self.messages.iter().for_each(|outline| outline.put(&mut out));
        put_varint(&mut out, self.fields.len() as u64);
        for field in &self.fields {
            head::put_info(&mut out, field.role, &field.info);
            put_varint(&mut out, field.blocks.len() as u64);
            for InBlock { block, filter } in &field.blocks {
                put_varint(&mut out, u64::from(*block));
                let part = filter.as_ref().map(|filter| filter.part).unwrap_or_default();
                put_varint(&mut out, u64::from(part.len));
                if part.len > 0 {
                    put_varint(&mut out, part.start);
                    out.extend_from_slice(&part.checksum.to_le_bytes());
                }
            }
        }
        // Where there are none, it ends here.
        if !self.digests.is_empty() {
            put_varint(&mut out, self.digests.len() as u64);
            for digest in &self.digests {
                out.push(u8::from(digest.is_some()));
                digest.iter().for_each(|digest| digest.put(&mut out));
            }
        }
        let mut stream = Vec::new();
        zip.put(&out, Effort::Text, &mut stream);
        stream
    }

    /// `stream` has been checked against its checksum.
    pub(super) fn read(stream: &[u8]) -> Result<Self, Malformed> {
        let bytes = compress::read(&mut Reader(stream))?;
        let mut reader = Reader(&bytes);
        let levels = reader.byte()?;
        let count = reader.count(TEMPLATES_MAX)?;
        let messages = (0..count).map(|_| Outline::read(&mut reader).map(Arc::new)).collect::<Result<_, _>>()?;
        let count = reader.count(FIELDS_MAX)?;
        let fields = (0..count).map(|_| read_field(&mut reader)).collect::<Result<_, _>>()?;
        let mut digests = Vec::new();
        if !reader.0.is_empty() {
            for _ in 0..reader.count(reader.0.len())? {
                digests.push(if reader.byte()? == 0 { None } else { Some(Digest::read(&mut reader)?) });
            }
        }
        Ok(Self { levels, messages, fields, digests })
    }
}

fn read_field(reader: &mut Reader<'_>) -> Result<SegmentField, Malformed> {
    let (role, info) = head::read_info(u32::MAX as usize, reader)?;
    let mut blocks = Vec::new();
    for _ in 0..reader.count(reader.0.len())? {
        let block = reader.count(u32::MAX as usize)? as u32;
        let len = reader.count(u32::MAX as usize)? as u32;
        let filter = if len == 0 {
            None
        } else {
            let part = PartLocation { start: reader.varint()?, len, checksum: reader.u32()? };
            Some(FilterAt { part, read: OnceLock::new() })
        };
        blocks.push(InBlock { block, filter });
    }
    Ok(SegmentField { role, info, blocks })
}

impl SegmentField {
    /// Whether some record of the block has it.
    pub(crate) fn is_in(&self, block: usize) -> bool {
        self.in_block(block).is_some()
    }

    /// Its filter in a block, where there is one; none at all where no record of the block has the field.
    pub(super) fn in_block(&self, block: usize) -> Option<Option<&FilterAt>> {
        let place = self.blocks.binary_search_by_key(&block, |in_block| in_block.block as usize).ok()?;
        Some(self.blocks[place].filter.as_ref())
    }
}

/// A summary that is being made, block after block.
#[derive(Default)]
pub(super) struct Summing {
    levels: u8,
    messages: Vec<Outline>,
    fields: Vec<SegmentField>,
    digests: Vec<Option<Digest>>,
    by_shape: HashMap<Vec<u8>, usize>,
    by_name: HashMap<(bool, FieldKind, String), usize>,
}

impl Summing {
    /// Adds the segment's next block, which begins at this byte of it. None once there is too much to sum up.
    pub(super) fn add(mut self, number: usize, start: u64, block: &Block) -> Option<Self> {
        let head = block.head();
        for (level, _) in &head.levels {
            self.levels |= 1 << level_code(*level);
        }
        // Damage is told by whoever reads the block.
        for (number, template) in head.templates().ok()?.iter().enumerate() {
            let outline = Outline::general(template, number, &head.columns);
            let place = *self.by_shape.entry(outline.shape()).or_insert(self.messages.len());
            match self.messages.get_mut(place) {
                Some(known) => known.unite(&outline),
                None => self.messages.push(outline),
            }
        }
        let mut places = Vec::new();
        for column in head.columns.iter().filter(|column| column.role != Role::Level) {
            let filter = column
                .filter
                .filter(|_| !head.is_packed)
                .map(|part| PartLocation { start: start + part.start, ..part });
            let filter = filter.map(|part| FilterAt { part, read: OnceLock::new() });
            let in_block = InBlock { block: number as u32, filter };
            let key = (column.role == Role::Source, column.info.kind, column.info.name.clone());
            let place = *self.by_name.entry(key).or_insert(self.fields.len());
            places.push((place as u32, &column.info));
            match self.fields.get_mut(place) {
                Some(known) => {
                    unite(&mut known.info, &column.info);
                    known.blocks.push(in_block);
                }
                None => {
                    let info = column.info.clone();
                    self.fields.push(SegmentField { role: column.role, info, blocks: vec![in_block] });
                }
            }
        }
        // Damage is told by whoever reads the block.
        self.digests.push(Digest::of(block, &places).ok().flatten());
        let fits = self.messages.len() <= TEMPLATES_MAX && self.fields.len() <= FIELDS_MAX;
        fits.then_some(self)
    }

    pub(super) fn finish(self) -> Summary {
        let messages = self.messages.into_iter().map(Arc::new).collect();
        let digests = if self.digests.iter().any(Option::is_some) { self.digests } else { Vec::new() };
        Summary { levels: self.levels, messages, fields: self.fields, digests }
    }
}

/// Lets a field be what it is in another block too.
fn unite(known: &mut FieldInfo, other: &FieldInfo) {
    known.rows = known.rows.saturating_add(other.rows);
    known.range = match (known.range, other.range) {
        (Some(Range::Int { min, max }), Some(Range::Int { min: other_min, max: other_max })) => {
            Some(Range::Int { min: min.min(other_min), max: max.max(other_max) })
        }
        (Some(Range::Float { min, max }), Some(Range::Float { min: other_min, max: other_max })) => {
            Some(Range::Float { min: min.min(other_min), max: max.max(other_max) })
        }
        // Of floats that are no numbers there is no range.
        _ => None,
    };
    if known.encoding != other.encoding {
        known.encoding = united(&known.encoding, &other.encoding);
    }
}

fn united(one: &Encoding, other: &Encoding) -> Encoding {
    match (one, other) {
        (Encoding::Integers { .. }, Encoding::Integers { .. }) => Encoding::Integers { width: 0 },
        (Encoding::Decimals { scale }, Encoding::Decimals { scale: other }) => {
            Encoding::Decimals { scale: *scale.max(other) }
        }
        _ => match (words(one), words(other)) {
            (Some(one), Some(other)) => {
                let words: BTreeSet<&Vec<u8>> = one.iter().chain(other).collect();
                let bytes: usize = words.iter().map(|word| word.len()).sum();
                if words.len() <= WORDS_MAX && bytes <= WORD_BYTES_MAX {
                    Encoding::Words(words.into_iter().cloned().collect())
                } else {
                    Encoding::Text
                }
            }
            _ => Encoding::Text,
        },
    }
}

/// The only texts that values can be.
fn words(encoding: &Encoding) -> Option<&[Vec<u8>]> {
    match encoding {
        Encoding::Constant(text) => Some(std::slice::from_ref(text)),
        Encoding::Words(words) => Some(words),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            crate::forged::summary(&bytes);
        }
    }

    fn field(encoding: Encoding) -> FieldInfo {
        FieldInfo { name: "id".to_owned(), kind: FieldKind::Str, rows: 1, encoding, range: None }
    }

    #[test]
    fn what_one_block_may_hold_the_segment_may_hold() {
        let words = |words: &[&str]| Encoding::Words(words.iter().map(|word| word.as_bytes().to_vec()).collect());
        let constant = |text: &str| Encoding::Constant(text.as_bytes().to_vec());
        let hex = |digits| Encoding::Hex { digits, upper: false };
        let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
        let many = words(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let cases = [
            (constant("a"), constant("a"), constant("a")),
            (constant("b"), constant("a"), words(&["a", "b"])),
            (words(&["a", "c"]), constant("b"), words(&["a", "b", "c"])),
            (many, constant("b"), Encoding::Text),
            (hex(16), hex(16), hex(16)),
            (hex(16), hex(8), Encoding::Text),
            (hex(16), constant("a"), Encoding::Text),
            (Encoding::Integers { width: 3 }, Encoding::Integers { width: 0 }, Encoding::Integers { width: 0 }),
        ];
        for (one, other, expected) in cases {
            let mut info = field(one.clone());
            unite(&mut info, &field(other.clone()));
            assert_eq!(info.encoding, expected, "{one:?} and {other:?}");
            let mut info = field(other);
            unite(&mut info, &field(one));
            assert_eq!(info.encoding, expected);
        }
        let range = |range| FieldInfo { range, ..field(Encoding::Floats) };
        let mut info = range(Some(Range::Float { min: 1.0, max: 2.0 }));
        unite(&mut info, &range(Some(Range::Float { min: -1.0, max: 1.5 })));
        assert_eq!(info.range, Some(Range::Float { min: -1.0, max: 2.0 }));
        unite(&mut info, &range(None));
        assert_eq!(info.range, None, "not a number is beyond any range");
    }

    #[test]
    fn slots_hold_what_they_hold_in_any_block() {
        let outline = |parts: &[(&str, &str)]| {
            let mut outline = Outline::default();
            for (text, value) in parts {
                outline.text(text.as_bytes());
                let encoding = match value.bytes().all(|byte| byte.is_ascii_digit()) {
                    true => Encoding::Integers { width: 0 },
                    false => Encoding::Constant(value.as_bytes().to_vec()),
                };
                outline.known(&encoding, None);
            }
            outline
        };
        let mut one = outline(&[("took ", "fast"), (" at ", "12")]);
        let other = outline(&[("took ", "34"), (" at ", "noon")]);
        assert_eq!(one.shape(), other.shape());
        assert_ne!(one.shape(), outline(&[("took ", "34")]).shape());
        one.unite(&other);
        let mut out = Vec::new();
        one.put(&mut out);
        let read = Outline::read(&mut Reader(&out)).unwrap();
        assert_eq!(read, one);
        assert_eq!(read.hash(), one.hash());
        let runs: Vec<usize> = ["fast", "12", "34", "noon", "never"]
            .iter()
            .map(|text| read.pieces.iter().map(|piece| piece.run(text.as_bytes())).max().unwrap())
            .collect();
        assert_eq!(runs, [4, 2, 2, 4, 1]);
    }
}
