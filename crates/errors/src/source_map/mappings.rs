//! The `mappings` of a source map: segments of numbers in base 64 of variable length, each the difference to the one
//! before. Lines are parted by `;`, segments by `,`.
//!
//! Our own, since it is a page of code: the library for it brings a dozen crates that nothing else needs.

/// Segments from one checkpoint to the next.
const SEGMENTS_PER_CHECKPOINT: usize = 256;

/// The text of the mappings, and places in it from which one may read on.
#[derive(Debug)]
pub(super) struct Mappings {
    text: String,
    /// In rising order of their positions; the first stands at the beginning.
    checkpoints: Vec<Reading>,
}

/// What a place of the minified file came from. Lines and columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) line: u32,
    pub(super) column: i64,
    /// None: from nowhere.
    pub(super) source: Option<SourcePlace>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SourcePlace {
    pub(super) source: i64,
    pub(super) line: i64,
    pub(super) column: i64,
    pub(super) name: Option<i64>,
}

impl Mappings {
    /// Reads all once, to find where one may begin again.
    ///
    /// # Errors
    /// The byte at which the text is damaged.
    pub(super) fn read(text: String) -> Result<Self, usize> {
        let mut reading = Reading::default();
        let mut checkpoints = vec![reading];
        let mut count = 0_usize;
        while reading.next(text.as_bytes()).map_err(|Damaged(at)| at)?.is_some() {
            count += 1;
            if count.is_multiple_of(SEGMENTS_PER_CHECKPOINT) {
                checkpoints.push(reading);
            }
        }
        Ok(Self { text, checkpoints })
    }

    /// The last segment of `line` that begins at `column` or before it.
    pub(super) fn find(&self, line: u32, column: u32) -> Option<Segment> {
        let column = i64::from(column);
        // A checkpoint is the state behind a segment: what is wanted is that segment, or one behind it.
        let after = self.checkpoints.partition_point(|reading| (reading.line, reading.column) <= (line, column));
        let mut reading = self.checkpoints[after.saturating_sub(1)];
        let mut found = (reading.at > 0 && reading.line == line).then_some(reading.last).flatten();
        while let Ok(Some(segment)) = reading.next(self.text.as_bytes()) {
            if segment.line > line || segment.line == line && segment.column > column {
                break;
            }
            if segment.line == line {
                found = Some(segment);
            }
        }
        found
    }
}

#[derive(Debug)]
struct Damaged(usize);

/// How far the text is read, and what the next differences add to.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    at: usize,
    line: u32,
    column: i64,
    source: i64,
    source_line: i64,
    source_column: i64,
    name: i64,
    last: Option<Segment>,
}

impl Reading {
    fn next(&mut self, text: &[u8]) -> Result<Option<Segment>, Damaged> {
        loop {
            match text.get(self.at) {
                None => return Ok(None),
                Some(b';') => (self.line, self.column, self.at) = (self.line.saturating_add(1), 0, self.at + 1),
                Some(b',') => self.at += 1,
                Some(_) => return self.segment(text).map(Some),
            }
        }
    }

    fn segment(&mut self, text: &[u8]) -> Result<Segment, Damaged> {
        let start = self.at;
        let mut numbers = [0; 5];
        let mut count = 0;
        while text.get(self.at).is_some_and(|byte| !matches!(byte, b',' | b';')) {
            let place = numbers.get_mut(count).ok_or(Damaged(self.at))?;
            *place = self.number(text)?;
            count += 1;
        }
        let [column, source, line, source_column, name] = numbers;
        self.column += column;
        let source = match count {
            1 => None,
            4 | 5 => {
                self.source += source;
                self.source_line += line;
                self.source_column += source_column;
                self.name += name;
                let name = (count == 5).then_some(self.name);
                Some(SourcePlace { source: self.source, line: self.source_line, column: self.source_column, name })
            }
            _ => return Err(Damaged(start)),
        };
        let segment = Segment { line: self.line, column: self.column, source };
        self.last = Some(segment);
        Ok(segment)
    }

    /// One number: five bits a sign, the lowest first; the last bit of all is the sign.
    fn number(&mut self, text: &[u8]) -> Result<i64, Damaged> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let digit = text.get(self.at).copied().and_then(digit).ok_or(Damaged(self.at))?;
            // 32 bits, and one for the sign: what is longer names no place.
            if shift > 30 {
                return Err(Damaged(self.at));
            }
            self.at += 1;
            value |= u64::from(digit & 31) << shift;
            shift += 5;
            if digit & 32 == 0 {
                break;
            }
        }
        let magnitude = i64::try_from(value >> 1).unwrap_or(i64::MAX);
        Ok(if value & 1 == 1 { -magnitude } else { magnitude })
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes one number, to make maps for tests.
    fn written(number: i64) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut rest = (number.unsigned_abs() << 1) | u64::from(number < 0);
        let mut text = String::new();
        loop {
            let more = rest > 31;
            text.push(char::from(DIGITS[(rest & 31) as usize | if more { 32 } else { 0 }]));
            rest >>= 5;
            if !more {
                return text;
            }
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, -1, 15, 16, -16, 1000, -123_456, i64::from(i32::MAX)] {
            let text = written(number);
            assert_eq!(Reading::default().number(text.as_bytes()).unwrap(), number, "{text}");
        }
        assert!(Reading::default().number(b"//////////A").is_err(), "longer than any place");
    }

    #[test]
    fn each_segment_is_found_from_its_checkpoint() {
        // Segments ten columns apart, all in one line, far more than lie between two checkpoints.
        let segment = |at: usize| format!("{}AA{}", written(if at == 0 { 0 } else { 10 }), written(i64::from(at > 0)));
        let text = (0..10_000).map(segment).collect::<Vec<_>>().join(",");
        let mappings = Mappings::read(format!(";{text};AAAA")).unwrap();
        assert!(mappings.checkpoints.len() > 3);
        for at in [0, 1, 254, 255, 256, 257, 511, 512, 9_999] {
            for column in [at * 10, at * 10 + 9] {
                let found = mappings.find(1, column).unwrap();
                assert_eq!(found.source.unwrap().column, i64::from(at), "{column}");
            }
        }
        assert_eq!(mappings.find(0, 5), None, "a line without segments");
        assert_eq!(mappings.find(2, 0).map(|segment| segment.line), Some(2));
        assert_eq!(mappings.find(3, 0), None);
    }

    #[test]
    fn damage_is_told_with_its_byte() {
        for (text, at) in [("AAAA,A!", 6), ("AA", 0), ("AAAAAA", 5), ("AAAA,AAA", 5), ("AAAg", 4)] {
            assert_eq!(Mappings::read(text.to_owned()).unwrap_err(), at, "{text}");
        }
    }
}
