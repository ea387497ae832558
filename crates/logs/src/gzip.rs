//! Gzip files as `gzip` itself reads them: members one after the other, and zeros behind the last, as tapes and disks pad with.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// Unpacks one member after the other. An error is damage, or a file that ends too early.
pub struct Members<R> {
    /// None once all are read.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub fn new(from: R) -> Self {
        Self { member: Some(GzDecoder::new(from)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(mut from) = self.member.take().map(GzDecoder::into_inner) else { break };
            if !pass_zeros(&mut from)? {
                self.member = Some(GzDecoder::new(from));
            }
        }
        Ok(0)
    }
}

/// Whether nothing is behind them.
fn pass_zeros(from: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match from.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        if zeros < bytes.len() || zeros == 0 {
            let is_end = bytes.is_empty();
            from.consume(zeros);
            return Ok(is_end);
        }
        from.consume(zeros);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(text: &str) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    }

    /// What is unpacked, and whether it ends well.
    fn unpacked(bytes: &[u8], at_once: usize) -> (String, bool) {
        let mut text = Vec::new();
        let is_whole = Members::new(io::BufReader::with_capacity(at_once, bytes)).read_to_end(&mut text).is_ok();
        (String::from_utf8(text).unwrap(), is_whole)
    }

    #[test]
    fn members_and_the_zeros_behind_them_are_read_to_the_end() {
        let (one, two) = (packed("one\n"), packed("two\n"));
        let zeros = vec![0; 10_240];
        for at_once in [1, 7, 64 << 10] {
            assert_eq!(unpacked(&[&one[..], &two[..]].concat(), at_once), ("one\ntwo\n".into(), true));
            assert_eq!(unpacked(&[&one[..], &zeros[..]].concat(), at_once), ("one\n".into(), true));
            assert_eq!(unpacked(&[&one[..], &zeros[..], &two[..]].concat(), at_once), ("one\ntwo\n".into(), true));
        }
    }

    #[test]
    fn what_is_no_member_is_damage() {
        let one = packed("one\n");
        assert_eq!(unpacked(&[&one[..], b"rubbish"].concat(), 64), ("one\n".into(), false));
        assert_eq!(unpacked(&[&one[..], &[0, 0, 7][..]].concat(), 64), ("one\n".into(), false));
        assert!(!unpacked(&one[..one.len() - 3], 64).1);
        assert!(!unpacked(b"", 64).1);
    }
}
