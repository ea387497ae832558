//! Messages counted before they are decoded: an empty one takes two bytes on the wire, and a hundred times that in memory.

/// How many messages there are at the end of `path`, the numbers of the fields that lead to them. What is malformed is
/// left to the decoder.
pub(super) fn count(bytes: &[u8], path: &[u32]) -> usize {
    let Some((number, path)) = path.split_first() else { return 1 };
    let (mut rest, mut messages) = (bytes, 0);
    while let Some((field, after)) = next(rest) {
        rest = after;
        if let Field { number: own, bytes: Some(inner) } = field
            && own == u64::from(*number)
        {
            messages += count(inner, path);
        }
    }
    messages
}

struct Field<'a> {
    number: u64,
    /// Of those that have a length.
    bytes: Option<&'a [u8]>,
}

/// The first field, and what follows it. <https://protobuf.dev/programming-guides/encoding/>
fn next(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (key, rest) = varint(bytes)?;
    let number = key >> 3;
    let (field, rest) = match key & 7 {
        0 => (None, varint(rest)?.1),
        1 => (None, rest.get(8..)?),
        2 => {
            let (length, rest) = varint(rest)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Some(bytes), rest)
        }
        5 => (None, rest.get(4..)?),
        _ => return None,
    };
    Some((Field { number, bytes: field }, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let last = bytes.iter().take(10).position(|byte| *byte < 0x80)?;
    let (own, rest) = bytes.split_at(last + 1);
    let value = own.iter().rev().fold(0_u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((value, rest))
}
