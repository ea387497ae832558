//! Beginnings of lines that fit no format, so that not all formats need be asked again for each of a million like them.

/// Bytes of a line by which it is known again.
const HEAD: usize = 12;
/// Lines that begin alike and fit no format, until the next one is believed not to.
const BELIEVED: u8 = 4;
const SLOTS: usize = 256;

/// Some of the beginnings met so far, whatever their digits.
#[derive(Clone, Debug, Default)]
pub(super) struct Unknown {
    /// Empty until the first comes: a beginning, and how many lines had it.
    heads: Vec<(u64, u8)>,
}

impl Unknown {
    /// What `line` is known again by; `None` where signs rather than words tell what it is.
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
        Some(hash)
    }

    pub(super) fn has(&self, key: u64) -> bool {
        self.heads.get(key as usize % SLOTS).is_some_and(|(head, lines)| *head == key && *lines >= BELIEVED)
    }

    pub(super) fn add(&mut self, key: u64) {
        self.heads.resize(SLOTS, (0, 0));
        let (head, lines) = &mut self.heads[key as usize % SLOTS];
        if *head == key {
            *lines = lines.saturating_add(1);
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
            assert!(!unknown.has(key("Session 1234 of eva")));
            unknown.add(key(&format!("Session {} of eva", 1234 + u16::from(line))));
        }
        assert!(unknown.has(key("Session 9876 of bob")));
        assert!(!unknown.has(key("Sessions are over")));
        unknown.remove(key("Session 4321 of eva"));
        assert!(!unknown.has(key("Session 9876 of bob")));
        for line in ["short", "2026-11-20 10:00:00 is a time", "a pair=1 is among its words", "[name] in brackets"] {
            assert_eq!(Unknown::key(line), None, "{line}");
        }
    }
}
