//! The rows that have one of some templates, as bits: what most questions of fields come down to.

/// Templates that nearly all blocks keep below.
const TABLE: usize = 1024;

/// Of each 64 rows a word, lowest bit first: whether the row's template is `wanted`, which has all templates.
pub(crate) fn rows_of(template_of_rows: &[u16], wanted: &[bool]) -> Vec<u64> {
    if wanted.len() > TABLE {
        let is_wanted = |template: u16| wanted.get(usize::from(template)) == Some(&true);
        return template_of_rows.chunks(64).map(|rows| word_of(rows, is_wanted)).collect();
    }
    // Of a table of a fixed length no index needs to be compared with it.
    let mut table = [0_u8; TABLE];
    table.iter_mut().zip(wanted).for_each(|(known, wanted)| *known = u8::from(*wanted));
    let is_wanted = |template: u16| table[usize::from(template) % TABLE];
    let (whole, rest) = template_of_rows.as_chunks::<64>();
    let mut words: Vec<u64> = Vec::with_capacity(whole.len() + 1);
    words.extend(whole.iter().map(|rows| {
        let (eights, _) = rows.as_chunks::<8>();
        let bytes = eights.iter().enumerate().map(|(place, eight)| eight_bits(eight.map(is_wanted)) << (place * 8));
        bytes.fold(0, |word, byte| word | byte)
    }));
    if !rest.is_empty() {
        words.push(word_of(rest, |template| is_wanted(template) == 1));
    }
    words
}

fn word_of(rows: &[u16], is_wanted: impl Fn(u16) -> bool) -> u64 {
    rows.iter().enumerate().fold(0, |word, (bit, template)| word | u64::from(is_wanted(*template)) << bit)
}

/// Eight bytes of 0 or 1 as eight bits: each is multiplied to its place in the highest byte.
const fn eight_bits(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The places of the bits that are set, rising; `count` of them, as far as is known.
pub(crate) fn rows_set(words: &[u64], count: usize) -> Vec<u32> {
    let mut rows = Vec::with_capacity(count);
    for (place, word) in (0_u32..).zip(words) {
        let mut rest = *word;
        while rest != 0 {
            rows.push(place * u64::BITS + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_those_of_wanted_templates(
            templates in 1..3_000_usize,
            picked in prop::collection::vec(0..3_000_usize, 0..300),
            seed in any::<u64>(),
        ) {
            let template_of_rows: Vec<u16> = picked.iter().map(|picked| (picked % templates) as u16).collect();
            let wanted: Vec<bool> = (0..templates).map(|place| seed.rotate_left(place as u32 % 64) & 1 == 1).collect();
            let expected: Vec<u32> =
                (0..template_of_rows.len() as u32).filter(|row| wanted[usize::from(template_of_rows[*row as usize])]).collect();
            let words = rows_of(&template_of_rows, &wanted);
            prop_assert_eq!(words.len(), template_of_rows.len().div_ceil(64));
            prop_assert_eq!(rows_set(&words, expected.len()), expected);
        }
    }
}
