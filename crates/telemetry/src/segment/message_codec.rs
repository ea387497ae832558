//! Texts split into templates and columns of what varies: the encoding of messages, of their lines, and of long text fields.

use super::{
    back_references::{self, ReferencingMessages},
    column::{Encoding, Texts, Values},
    compress::{self, Effort, Zip},
    integers,
    pairs::Pairs,
    template::{Slot, Template, TemplatePart},
    template_miner::{Cluster, MinedTemplates},
    templates::{put_templates, read_templates},
    texts,
};
use crate::wire::{Malformed, Reader, put_bytes};

/// Fewer rows than this do not pay for a template.
const TEMPLATE_ROWS_MIN: usize = 3;
/// Messages of several lines that are fewer than this are encoded line by line: their lines resemble each other more.
const WHOLE_ROWS_MIN: usize = 16;
const LINES_MAX: usize = 32 << 20;

/// Texts as templates, with the slots of each in a group of columns.
pub(super) struct EncodedMessages {
    /// Most frequent first.
    pub(super) templates: Vec<Template>,
    pub(super) template_of_rows: Vec<u16>,
    /// For each template the bytes of its slots.
    pub(super) groups: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// Texts of several lines may be encoded line by line.
    Apart,
    /// These are lines, or fields, already.
    Together,
}

pub(super) fn encode(
    messages: &[&[u8]],
    marked: Option<&ReferencingMessages>,
    lines: Lines,
    zip: &mut Zip,
) -> EncodedMessages {
    let mut found = Vec::new();
    let rows = match marked {
        Some(marked) => mine_marked(messages, marked, lines, zip, &mut found),
        None => (0..messages.len() as u32).collect(),
    };
    let texts: Vec<&[u8]> = rows.iter().map(|&row| messages[row as usize]).collect();
    let (whole, by_lines) = mine(&texts, &rows, lines, zip, &mut found);
    for (mut rows, is_lines) in [(whole, false), (by_lines, true)] {
        if rows.is_empty() {
            continue;
        }
        rows.sort_unstable();
        let texts: Vec<&[u8]> = rows.iter().map(|&row| messages[row as usize]).collect();
        let mut group = Vec::new();
        let slot = if is_lines {
            write_lines(&texts, zip, &mut group);
            Slot::Lines
        } else {
            Slot::Column(texts::encode(&texts, zip, &mut group))
        };
        let pairs = if slot.is_text() { pairs_of(&texts, lines, zip) } else { Vec::new() };
        found.push((Template { parts: vec![TemplatePart::Slot(slot)], rows: rows.len() as u32, pairs }, rows, group));
    }
    found.sort_by_key(|(template, rows, _)| (std::cmp::Reverse(template.rows), rows.first().copied()));
    let mut encoded =
        EncodedMessages { templates: Vec::new(), template_of_rows: vec![0; messages.len()], groups: Vec::new() };
    for (number, (template, rows, group)) in found.into_iter().enumerate() {
        rows.iter().for_each(|&row| encoded.template_of_rows[row as usize] = number as u16);
        encoded.templates.push(template);
        encoded.groups.push(group);
    }
    as_plain_text(messages, &encoded, lines, zip).unwrap_or(encoded)
}

/// A template, its rows and its group.
type FoundTemplate = (Template, Vec<u32>, Vec<u8>);

/// Finds templates; what is returned are the rows of texts that are kept whole, and of those that are kept by lines.
fn mine(
    texts: &[&[u8]],
    rows: &[u32],
    lines: Lines,
    zip: &mut Zip,
    found: &mut Vec<FoundTemplate>,
) -> (Vec<u32>, Vec<u32>) {
    let mined = MinedTemplates::of(texts);
    let row = |place: &u32| rows[*place as usize];
    let mut whole: Vec<u32> = mined.whole.iter().map(row).collect();
    let mut by_lines = Vec::new();
    for cluster in &mined.clusters {
        let several = lines == Lines::Apart && memchr::memchr(b'\n', cluster.exemplar).is_some();
        if several && cluster.rows.len() < WHOLE_ROWS_MIN {
            by_lines.extend(cluster.rows.iter().map(row));
        } else if cluster.rows.len() < TEMPLATE_ROWS_MIN {
            whole.extend(cluster.rows.iter().map(row));
        } else {
            let (template, group) = encode_cluster(&mined, cluster, lines, zip);
            found.push((template, cluster.rows.iter().map(row).collect(), group));
        }
    }
    (whole, by_lines)
}

/// Finds templates with marks in them; what is returned are the rows left over, rising.
fn mine_marked(
    messages: &[&[u8]],
    marked: &ReferencingMessages,
    lines: Lines,
    zip: &mut Zip,
    found: &mut Vec<FoundTemplate>,
) -> Vec<u32> {
    let text = |row: &u32| marked.get(*row).unwrap_or(messages[*row as usize]);
    let texts: Vec<&[u8]> = marked.rows.iter().map(text).collect();
    mine(&texts, &marked.rows, lines, zip, found);
    let mut is_found = vec![false; messages.len()];
    for (template, rows, _) in found {
        template.parts = back_references::unmark(std::mem::take(&mut template.parts));
        rows.iter().for_each(|row| is_found[*row as usize] = true);
    }
    (0..messages.len() as u32).filter(|row| !is_found[*row as usize]).collect()
}

/// Messages that repeat whole stretches of each other, the same clients with the same long names, are smaller as one text. Then
/// all of them are the slot of a single template.
fn as_plain_text(
    messages: &[&[u8]],
    encoded: &EncodedMessages,
    lines: Lines,
    zip: &mut Zip,
) -> Option<EncodedMessages> {
    const WORTH_TRYING: usize = 4096;
    let mut head = Vec::new();
    put_templates(&mut head, &encoded.templates);
    let mut ids = Vec::new();
    write_template_of_rows(&encoded.template_of_rows, zip, &mut ids);
    // The head is compressed with the rest: about by a third.
    let size = encoded.groups.iter().map(Vec::len).sum::<usize>() + ids.len() + head.len() / 3;
    let bytes: usize = messages.iter().map(|message| message.len()).sum();
    if bytes < WORTH_TRYING || zip.estimate(messages) > size + size / 4 {
        return None;
    }
    let plain = plain(messages, lines, zip);
    (plain.groups[0].len() < size).then_some(plain)
}

/// All texts as the slot of a single template.
pub(super) fn plain(messages: &[&[u8]], lines: Lines, zip: &mut Zip) -> EncodedMessages {
    let mut group = Vec::new();
    texts::write_plain(messages, zip, &mut group);
    let slot = TemplatePart::Slot(Slot::Column(Encoding::Text));
    let rows = messages.len() as u32;
    EncodedMessages {
        templates: vec![Template { parts: vec![slot], rows, pairs: pairs_of(messages, lines, zip) }],
        template_of_rows: vec![0; messages.len()],
        groups: vec![group],
    }
}

fn encode_cluster(
    mined: &MinedTemplates<'_>,
    cluster: &Cluster<'_>,
    lines: Lines,
    zip: &mut Zip,
) -> (Template, Vec<u8>) {
    let mut slots = mined.slots(cluster).into_iter();
    let mut group = Vec::new();
    let (mut parts, mut pairs) = (TemplateParts::default(), Vec::new());
    let mut at = 0;
    for (token, is_slot) in cluster.tokens.iter().zip(&cluster.is_slot) {
        if !is_slot {
            continue;
        }
        parts.text(&cluster.exemplar[at..token.start as usize]);
        at = token.end as usize;
        let Some(mut texts) = slots.next() else { continue };
        let (before, after) = affixes(&texts);
        texts.iter_mut().for_each(|text| *text = &text[before.len()..text.len() - after.len()]);
        parts.text(before);
        match texts::encode(&texts, zip, &mut group) {
            Encoding::Constant(text) => parts.text(&text),
            encoding => {
                if encoding == Encoding::Text {
                    pairs.extend(pairs_of(&texts, lines, zip));
                }
                parts.0.push(TemplatePart::Slot(Slot::Column(encoding)));
            }
        }
        parts.text(after);
    }
    parts.text(&cluster.exemplar[at..]);
    (Template { parts: parts.0, rows: cluster.rows.len() as u32, pairs }, group)
}

/// Those of one slot. Texts that are no messages are not searched by template.
fn pairs_of(texts: &[&[u8]], lines: Lines, zip: &Zip) -> Vec<Option<Pairs>> {
    match lines {
        // What is decompressed as a whole is searched as fast as ruled out.
        Lines::Apart => vec![if zip.defers() { None } else { Pairs::of(texts) }],
        Lines::Together => Vec::new(),
    }
}

/// What all texts begin and end with, without digits: the `mx` of `mx1` and `mx2`, the `s` of `0.25s`. It belongs to the
/// template. Long hexadecimal numbers are left whole.
fn affixes<'a>(texts: &[&'a [u8]]) -> (&'a [u8], &'a [u8]) {
    const HEX_MIN: usize = 8;
    let Some((&first, others)) = texts.split_first() else { return (b"", b"") };
    if texts
        .iter()
        .all(|text| text.len() == first.len() && text.len() >= HEX_MIN && text.iter().all(u8::is_ascii_hexdigit))
    {
        return (b"", b"");
    }
    let mut before = first.iter().take_while(|byte| !byte.is_ascii_digit()).count();
    let mut after = first[before..].iter().rev().take_while(|byte| !byte.is_ascii_digit()).count();
    for text in others {
        if before + after == 0 {
            break;
        }
        before = first[..before].iter().zip(*text).take_while(|(a, b)| a == b).count();
        let rest = &text[before..];
        after = first[first.len() - after..].iter().rev().zip(rest.iter().rev()).take_while(|(a, b)| a == b).count();
    }
    // A letter of several bytes is not divided: searches fold fixed texts and values each on its own.
    while before > 0 && texts.iter().any(|text| is_within_letter(text, before)) {
        before -= 1;
    }
    while after > 0 && texts.iter().any(|text| is_within_letter(text, text.len() - after)) {
        after -= 1;
    }
    (&first[..before], &first[first.len() - after..])
}

/// Whether what stands at a place goes on with the letter before it.
fn is_within_letter(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|byte| (0x80..0xC0).contains(byte))
}

#[derive(Default)]
struct TemplateParts(Vec<TemplatePart>);

impl TemplateParts {
    fn text(&mut self, text: &[u8]) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(TemplatePart::Text(before)) => before.extend_from_slice(text),
            _ => self.0.push(TemplatePart::Text(text.to_vec())),
        }
    }
}

/// The slots of one template, decoded from its group; `None` for those that are kept elsewhere.
pub(super) fn decode_group(template: &Template, group: &[u8]) -> Result<Vec<Option<Values>>, Malformed> {
    let mut reader = Reader(group);
    let rows = template.rows as usize;
    let decode = |slot: &Slot| match slot {
        Slot::Column(encoding) => texts::decode(encoding, rows, &mut reader).map(Some),
        Slot::Lines => read_lines(rows, &mut reader).map(|texts| Some(Values::Text(texts))),
        Slot::Field(_) | Slot::Clock(_) => Ok(None),
    };
    template.slots().map(decode).collect()
}

/// Appends the text of the `index`th row of a template.
pub(super) fn render(template: &Template, slots: &[Values], index: usize, out: &mut Vec<u8>) {
    let mut slots = slots.iter();
    for part in &template.parts {
        match part {
            TemplatePart::Text(text) => out.extend_from_slice(text),
            TemplatePart::Slot(_) => {
                if let Some(values) = slots.next() {
                    values.write_text(index, out);
                }
            }
        }
    }
}

fn write_lines(texts: &[&[u8]], zip: &mut Zip, out: &mut Vec<u8>) {
    let counts: Vec<i64> = texts.iter().map(|text| memchr::memchr_iter(b'\n', text).count() as i64 + 1).collect();
    let lines: Vec<&[u8]> = texts.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).collect();
    integers::encode(&counts, zip, out);
    write_nested(&lines, zip, out);
}

fn read_lines(count: usize, reader: &mut Reader<'_>) -> Result<Texts, Malformed> {
    let counts = integers::decode(count, reader)?;
    let mut total = 0usize;
    for &count in &counts {
        let count = usize::try_from(count).ok().filter(|count| *count > 0).ok_or(Malformed("a text has no lines"))?;
        total = total.saturating_add(count);
        if total > LINES_MAX {
            return Err(Malformed("a count is out of bounds"));
        }
    }
    let lines = read_nested(total, reader)?;
    let mut texts = Texts::default();
    let mut at = 0;
    for count in counts {
        for line in at..at + count as usize {
            if line > at {
                texts.bytes.push(b'\n');
            }
            texts.bytes.extend_from_slice(lines.get(line));
        }
        at += count as usize;
        texts.ends.push(texts.bytes.len() as u32);
    }
    Ok(texts)
}

/// Texts with their templates beside them, for columns that are not messages themselves.
pub(super) fn write_nested(texts: &[&[u8]], zip: &mut Zip, out: &mut Vec<u8>) {
    let encoded = encode(texts, None, Lines::Together, zip);
    let mut head = Vec::new();
    put_templates(&mut head, &encoded.templates);
    zip.put(&head, Effort::Text, out);
    write_template_of_rows(&encoded.template_of_rows, zip, out);
    encoded.groups.iter().for_each(|group| put_bytes(out, group));
}

pub(super) fn read_nested(count: usize, reader: &mut Reader<'_>) -> Result<Texts, Malformed> {
    let head = compress::read(reader)?;
    let templates = read_templates(&mut Reader(&head))?;
    let rows_of_templates: Vec<u32> = templates.iter().map(|template| template.rows).collect();
    let template_of_rows = read_template_of_rows(count, &rows_of_templates, reader)?;
    let mut slots = Vec::with_capacity(templates.len());
    for template in &templates {
        let group: Option<Vec<Values>> = decode_group(template, reader.bytes()?)?.into_iter().collect();
        slots.push(group.ok_or(Malformed("a text has fields in it"))?);
    }
    let mut seen = vec![0usize; templates.len()];
    let mut texts = Texts::default();
    for number in template_of_rows.into_iter().map(usize::from) {
        render(&templates[number], &slots[number], seen[number], &mut texts.bytes);
        seen[number] += 1;
        if texts.bytes.len() > compress::STREAM_BYTES_MAX {
            return Err(Malformed("texts are longer than a block can hold"));
        }
        texts.ends.push(texts.bytes.len() as u32);
    }
    Ok(texts)
}

pub(super) fn write_template_of_rows(template_of_rows: &[u16], zip: &mut Zip, out: &mut Vec<u8>) {
    let numbers: Vec<i64> = template_of_rows.iter().map(|number| i64::from(*number)).collect();
    integers::encode(&numbers, zip, out);
}

/// Checked against the counts of the templates, so that no slot is asked for a row that it does not have.
pub(super) fn read_template_of_rows(
    count: usize,
    rows_of_templates: &[u32],
    reader: &mut Reader<'_>,
) -> Result<Vec<u16>, Malformed> {
    let numbers = integers::decode_places(count, rows_of_templates.len(), reader)?;
    // Two counters of each by turns: rows of one template often stand together, and would wait for each other.
    let mut counts = vec![[0; 2]; rows_of_templates.len()];
    let (pairs, last) = numbers.as_chunks::<2>();
    for [first, second] in pairs {
        counts[usize::from(*first)][0] += 1;
        counts[usize::from(*second)][1] += 1;
    }
    last.iter().for_each(|number| counts[usize::from(*number)][0] += 1);
    if rows_of_templates.iter().zip(&counts).any(|(rows, count)| *rows != count[0] + count[1]) {
        return Err(Malformed("a template has another count of rows than it says"));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(texts: &[&[u8]]) -> EncodedMessages {
        let mut zip = Zip::new();
        let mut out = Vec::new();
        write_nested(texts, &mut zip, &mut out);
        let read = read_nested(texts.len(), &mut Reader(&out)).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), texts);
        out.clear();
        write_lines(texts, &mut zip, &mut out);
        let read = read_lines(texts.len(), &mut Reader(&out)).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), texts);
        encode(texts, None, Lines::Apart, &mut zip)
    }

    fn shown(encoded: &EncodedMessages) -> Vec<String> {
        let show = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => String::from_utf8_lossy(text).into_owned(),
            TemplatePart::Slot(Slot::Lines) => "{lines}".to_owned(),
            TemplatePart::Slot(Slot::Column(encoding)) => format!("{{{encoding:?}}}"),
            TemplatePart::Slot(slot) => format!("{slot:?}"),
        };
        let templates = encoded.templates.iter();
        templates
            .map(|template| format!("{}× {}", template.rows, template.parts.iter().map(show).collect::<String>()))
            .collect()
    }

    #[test]
    fn templates_are_found() {
        let messages: Vec<String> = (0..40)
            .flat_map(|n| {
                let word = ["GET", "POST"][n % 2];
                [
                    format!("{word} /invoices/{} HTTP/1.1 took 0.{:03}s", n * 7, n * 3),
                    format!("relay=mx{} id {:016x} said hello", n % 3, (n as u64 + 3) * 0x0123_4567_89ab_cdef),
                ]
            })
            .chain(["nothing like it".to_owned(), "\n\n one \n".to_owned()])
            .collect();
        let messages: Vec<&[u8]> = messages.iter().map(|message| message.as_bytes()).collect();
        assert_eq!(
            shown(&back(&messages)),
            [
                "40× {Words([[71, 69, 84], [80, 79, 83, 84]])} /invoices/{Integers { width: 0 }} HTTP/1.1 took {Decimals { scale: 3 }}s",
                "40× relay=mx{Integers { width: 0 }} id {Hex { digits: 16, upper: false }} said hello",
                "1× {Constant([110, 111, 116, 104, 105, 110, 103, 32, 108, 105, 107, 101, 32, 105, 116])}",
                "1× {lines}",
            ]
        );
    }

    #[test]
    fn messages_that_repeat_each_other_are_one_text() {
        let agent = |n: usize| {
            let words = (0..30).map(|word| format!("{:x}/{}", n * 7919 + word * 31, n * 104_729 % (word + 2)));
            words.collect::<Vec<_>>().join(" ")
        };
        let messages: Vec<String> = (0..400).map(|n| format!("{} {}", n % 7, agent(n % 13))).collect();
        let encoded = back(&messages.iter().map(|message| message.as_bytes()).collect::<Vec<_>>());
        assert_eq!(shown(&encoded), ["400× {Text}"]);
    }

    fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let logs = prop::collection::vec(
            "(GET|POST|a|b) /(x|y)/[0-9]{1,3} [0-9.]{0,9}(s|ms|)?( [a-f0-9]{8})?\n?".prop_map(String::into_bytes),
            0..120,
        );
        let any = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 0..60);
        prop_oneof![logs, any]
    }

    proptest! {
        #[test]
        fn texts_come_back(texts in messages()) {
            back(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, count in 0usize..50) {
            let _ = read_nested(count, &mut Reader(&bytes));
            let _ = read_lines(count, &mut Reader(&bytes));
        }
    }
}
