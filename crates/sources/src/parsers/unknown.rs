//! Beginnings of lines that fit no format, so that not all formats need be asked again for each of a million like them.

/// Bytes of a line by which it is known again.
const HEAD: usize = 12;
/// Lines that begin alike and fit no format, until the next one is believed not to.
const BELIEVED: u8 = 4;
/// Of those that are believed not to, one in so many is asked all the same.
const ASKED_AGAIN: u8 = 64;
const SLOTS: usize = 256;
/// Signs of which objects, pairs, requests and brackets are made, anywhere in a line.
const SIGNS: &[u8] = b"{[(<|=\"";

/// Some of the beginnings met so far, whatever their digits.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknown {
    /// Empty until the first comes: a beginning, and how many lines had it.
    heads: Vec<(u64, u8)>,
}

impl Unknown {
    /// What `line` is known again by: how it begins, and which signs it has. `None` where it begins with signs rather than words.
    pub(super) fn key(line: &str) -> Option<u64> {
        let head = line.as_bytes().first_chunk::<HEAD>()?;
        if !head[0].is_ascii_alphabetic() && head[0] != b'"' {
            return None;
        }
        // FNV-1a.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in head {
            let byte = match byte {
                b'{' | b'[' | b'(' | b'|' | b'=' | b'<' => return None,
                b'0'..=b'9' => b'0',
                byte => *byte,
            };
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let has = |sign: &u8| memchr::memchr(*sign, line.as_bytes()).is_some();
        let signs = SIGNS.iter().enumerate().fold(0, |signs, (place, sign)| signs | u64::from(has(sign)) << place);
        Some((hash ^ signs).wrapping_mul(0x0100_0000_01b3))
    }

    /// Whether a line of this key is believed to fit no format.
    pub(super) fn believes(&mut self, key: u64) -> bool {
        let Some((head, lines)) = self.heads.get_mut(key as usize % SLOTS) else { return false };
        if *head != key || *lines < BELIEVED {
            return false;
        }
        *lines += 1;
        if *lines < BELIEVED + ASKED_AGAIN {
            return true;
        }
        *lines = BELIEVED;
        false
    }

    pub(super) fn add(&mut self, key: u64) {
        self.heads.resize(SLOTS, (0, 0));
        let (head, lines) = &mut self.heads[key as usize % SLOTS];
        if *head == key {
            *lines = (*lines + 1).min(BELIEVED);
        } else {
            (*head, *lines) = (key, 1);
        }
    }

    /// A line that begins so fits a format after all.
    pub(super) fn remove(&mut self, key: u64) {
        if let Some((head, lines)) = self.heads.get_mut(key as usize % SLOTS)
            && *head == key
        {
            *lines = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_known_again_whatever_their_digits() {
        let mut unknown = Unknown::default();
        let key = |line: &str| Unknown::key(line).unwrap();
        for line in 0..BELIEVED {
            assert!(!unknown.believes(key("Session 1234 of eva")));
            unknown.add(key(&format!("Session {} of eva", 1234 + u16::from(line))));
        }
        assert!(!unknown.believes(key("Sessions are over")));
        assert!(!unknown.believes(key("Session 9876 of bob=1")), "another sign is another line");
        let asked = (0..3 * usize::from(ASKED_AGAIN)).filter(|_| !unknown.believes(key("Session 9876 of bob"))).count();
        assert_eq!(asked, 3, "one in so many is asked again");
        unknown.remove(key("Session 4321 of eva"));
        assert!(!unknown.believes(key("Session 9876 of bob")));
        for line in ["short", "2026-11-20 10:00:00 is a time", "a pair=1 is among its words", "[name] in brackets"] {
            assert_eq!(Unknown::key(line), None, "{line}");
        }
    }
}
