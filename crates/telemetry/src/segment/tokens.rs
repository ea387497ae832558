//! Where a message's words and variables are, by its bytes alone.
//!
//! A token is a run of letters and digits; bytes beyond ASCII count as letters. It is a variable when it holds a digit, or looks
//! like a hexadecimal number without one. Numbers with one point (`0.25`) and IPv4 addresses are one token.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) variable: bool,
}

impl Token {
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start as usize..self.end as usize]
    }
}

/// The tokens of `text`, from left to right.
pub(crate) fn tokens(text: &[u8]) -> impl Iterator<Item = Token> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(|byte| CLASSES[usize::from(*byte)] != DELIMITER)?;
        let token = token_at(text, at);
        at = token.end as usize;
        Some(token)
    })
}

/// The token that begins at `start`, where no letter or digit stands before; empty where none does.
pub(crate) fn token_at(text: &[u8], start: usize) -> Token {
    let (mut end, seen) = run(text, start);
    // The later parts of a version (`8.95416.81226`) are no number with a point.
    let goes_on = start > 1 && text[start - 1] == b'.' && text[start - 2].is_ascii_digit();
    if seen == DIGIT && !goes_on && text.get(end) == Some(&b'.') {
        end = number_end(text, start, end);
    }
    Token { start: start as u32, end: end as u32, variable: is_variable(seen, end - start) }
}

const DELIMITER: u8 = 0;
const DIGIT: u8 = 1;
const HEX_LOWER: u8 = 2;
const HEX_UPPER: u8 = 4;
const LETTER: u8 = 8;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [DELIMITER; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' => HEX_LOWER,
            b'A'..=b'F' => HEX_UPPER,
            b'g'..=b'z' | b'G'..=b'Z' | 0x80..=0xff => LETTER,
            _ => DELIMITER,
        };
        byte += 1;
    }
    classes
}

/// The end of the run of letters and digits at `start`, and the classes in it.
fn run(text: &[u8], start: usize) -> (usize, u8) {
    let mut seen = 0;
    for (at, byte) in text.iter().enumerate().skip(start) {
        match CLASSES[usize::from(*byte)] {
            DELIMITER => return (at, seen),
            class => seen |= class,
        }
    }
    (text.len(), seen)
}

fn is_variable(seen: u8, length: usize) -> bool {
    const HEX_WORD_MIN: usize = 8;
    seen & DIGIT != 0 || (length >= HEX_WORD_MIN && (seen == HEX_LOWER || seen == HEX_UPPER))
}

/// The end of what began with digits up to a point at `end`: two runs are a number, four of digits an address, anything
/// else (a version, a date) ends at the point.
fn number_end(text: &[u8], start: usize, end: usize) -> usize {
    let mut ends = [end; 4];
    let mut runs = 1;
    let mut all_digits = true;
    while text.get(ends[runs - 1]) == Some(&b'.') && text.get(ends[runs - 1] + 1).is_some_and(u8::is_ascii_digit) {
        if runs == 4 {
            return end;
        }
        let (next, seen) = run(text, ends[runs - 1] + 1);
        all_digits &= seen == DIGIT;
        ends[runs] = next;
        runs += 1;
    }
    match runs {
        2 => ends[1],
        4 if all_digits && ends[3] - start <= 15 => ends[3],
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_what_holds_digits() {
        let cases = [
            ("user_id=42 ok", "user_id=<42> ok"),
            ("delay=0.25s, 3ms", "delay=<0.25s>, <3ms>"),
            ("[10.0.0.1]:25", "[<10.0.0.1>]:<25>"),
            ("curl/8.95416.81226", "curl/<8>.<95416>.<81226>"),
            ("1.2.3.4.5", "<1>.<2>.<3>.<4>.<5>"),
            ("mx3.client v2.", "<mx3>.client <v2>."),
            ("id deadbeef decade", "id <deadbeef> decade"),
            ("durée: 5.", "durée: <5>."),
            ("", ""),
        ];
        for (text, expected) in cases {
            let mut marked = String::new();
            let mut at = 0;
            for token in tokens(text.as_bytes()) {
                marked += &text[at..token.start as usize];
                at = token.end as usize;
                let word = &text[token.start as usize..at];
                marked += &if token.variable { format!("<{word}>") } else { word.to_owned() };
            }
            assert_eq!(marked + &text[at..], expected);
        }
    }
}
