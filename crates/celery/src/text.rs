//! What comes from outside, made fit to be kept.

use std::borrow::Cow;

pub(crate) const NAME_CHARS: usize = 255;
pub(crate) const ARGS_CHARS: usize = 2_048;
pub(crate) const EXCEPTION_CHARS: usize = 1_024;
pub(crate) const TRACEBACK_CHARS: usize = 16_384;

/// A text without secrets, of so many characters at the most; what was cut ends with `…`.
pub(crate) fn kept(text: &str, chars_max: usize) -> String {
    // Cut first, so that a text of megabytes costs no more than others; a secret that the cut halves is at its end.
    let cut = cut(text, chars_max);
    let clean = scrub::scrub(&cut);
    clean.replace('\0', "\u{fffd}")
}

/// A name: it holds no secrets, and is compared to the letter.
pub(crate) fn name(text: &str) -> String {
    cut(text, NAME_CHARS).replace('\0', "\u{fffd}")
}

fn cut(text: &str, chars_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars_max) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let end = text.char_indices().nth(chars_max - 1).map_or(0, |(at, _)| at);
            Cow::Owned(format!("{}…", &text[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_what_python_shows_are_masked_and_long_texts_cut() {
        let shown = kept("{'password': 'hunter2', 'user': 'zoe', 'token': \"abc\"}", 2_048);
        assert!(!shown.contains("hunter2") && !shown.contains("abc") && shown.contains("zoe"), "{shown}");
        assert_eq!(kept(&"é".repeat(20), 5), "éééé…");
        assert_eq!(kept("ab\0c", 9), "ab\u{fffd}c");
        assert_eq!(kept("abc", 3), "abc");
    }
}
