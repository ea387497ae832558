//! Dot-stuffing (RFC 5321 §4.5.2): a line that begins with a dot gets a second one, piece by piece.

/// Remembers how the last piece ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stuffer {
    last: [u8; 2],
}

impl Stuffer {
    pub(super) const fn new() -> Self {
        Self { last: *b"\r\n" }
    }

    /// Appends `piece` to `out` with its dots doubled where a line begins with one.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        out.reserve(piece.len() + 16);
        let mut copied = 0;
        for dot in memchr::memchr_iter(b'.', piece) {
            let begins_line = match dot {
                0 => self.last == *b"\r\n",
                1 => self.last[1] == b'\r' && piece[0] == b'\n',
                _ => piece[dot - 2..dot] == *b"\r\n",
            };
            if begins_line {
                out.extend_from_slice(&piece[copied..dot]);
                out.push(b'.');
                copied = dot;
            }
        }
        out.extend_from_slice(&piece[copied..]);
        match piece {
            [.., a, b] => self.last = [*a, *b],
            [a] => self.last = [self.last[1], *a],
            [] => {}
        }
    }

    /// Appends the end of the content: the final dot, on a line of its own.
    pub(super) fn end(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.last == *b"\r\n" { b".\r\n" } else { b"\r\n.\r\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a server makes of it (RFC 5321 §4.5.2), and where it ends.
    fn received(wire: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = wire;
        loop {
            let end = memchr::memmem::find(rest, b"\r\n").expect("the content has an end") + 2;
            let (line, next) = rest.split_at(end);
            if line == b".\r\n" {
                assert!(next.is_empty(), "the content ends before it should");
                return out;
            }
            out.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
            rest = next;
        }
    }

    proptest! {
        #[test]
        fn what_is_sent_is_received(pieces in proptest::collection::vec("[.\r\na]{0,9}", 0..12)) {
            let mut stuffer = Stuffer::new();
            let mut wire = Vec::new();
            for piece in &pieces {
                stuffer.push(piece.as_bytes(), &mut wire);
            }
            stuffer.end(&mut wire);
            let mut sent = pieces.concat().into_bytes();
            if !sent.is_empty() && !sent.ends_with(b"\r\n") {
                sent.extend_from_slice(b"\r\n");
            }
            prop_assert_eq!(received(&wire), sent);
        }
    }
}
