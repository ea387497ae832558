//! Letters of either case alike.
//!
//! Folding maps the capital letters of English and French to small ones, byte for byte: it never changes a length. Bytes that
//! are no UTF-8 stay as they are.

/// Makes the capitals of `text` small: A–Z, À–Þ, Œ and Ÿ.
pub(crate) fn fold(text: &mut [u8]) {
    text.make_ascii_lowercase();
    // In UTF-8 neither C3 nor C5 stands anywhere but at the start of a letter.
    let mut at = 0;
    while let Some(found) = memchr::memchr2(0xC3, 0xC5, &text[at..]) {
        at += found;
        let Some(pair) = text.get_mut(at..at + 2) else { return };
        match (pair[0], pair[1]) {
            (0xC3, second @ 0x80..=0x9E) if second != 0x97 => pair[1] = second + 0x20,
            (0xC5, 0x92) => pair[1] = 0x93,
            (0xC5, 0xB8) => pair.copy_from_slice(&[0xC3, 0xBF]),
            _ => {}
        }
        at += 1;
    }
}
