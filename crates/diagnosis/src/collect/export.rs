//! The journal's export format (`journalctl -o export`), as the lines of its JSON format.
//!
//! A field is `NAME=value`, or `NAME`, a line feed, the length in eight bytes (little endian), the value; an empty line
//! ends an entry. <https://systemd.io/JOURNAL_EXPORT_FORMATS/>

use serde_json::{Map, Value};
use std::io::{self, BufRead, BufReader, Read};

const FIELD_BYTES_MAX: u64 = 64 << 10;
const FIELDS_MAX: usize = 100;

/// Reads entries, and gives each as a line of JSON.
pub(super) fn as_json(export: impl BufRead) -> impl BufRead {
    BufReader::new(Converted { export, line: Vec::new(), at: 0 })
}

struct Converted<R> {
    export: R,
    line: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Read for Converted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            self.line = entry(&mut self.export)?.map_or_else(Vec::new, |entry| {
                let mut line = Value::Object(entry).to_string().into_bytes();
                line.push(b'\n');
                line
            });
            self.at = 0;
        }
        let count = (&self.line[self.at..]).read(into)?;
        self.at += count;
        Ok(count)
    }
}

/// The next entry; `None` at the end.
fn entry(export: &mut impl BufRead) -> io::Result<Option<Map<String, Value>>> {
    let mut fields = Map::new();
    loop {
        let mut line = Vec::new();
        let length = export.by_ref().take(FIELD_BYTES_MAX).read_until(b'\n', &mut line)?;
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if line.is_empty() {
            // Entries may be apart by more than one empty line.
            if length == 0 || !fields.is_empty() {
                return Ok((!fields.is_empty()).then_some(fields));
            }
            continue;
        }
        let (name, value) = match memchr::memchr(b'=', line) {
            Some(at) => (&line[..at], line[at + 1..].to_vec()),
            None => (line, binary(export)?),
        };
        if fields.len() < FIELDS_MAX {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            fields.insert(text(name), Value::String(text(&value)));
        }
    }
}

fn binary(export: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    export.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut value = Vec::new();
    export.by_ref().take(length.min(FIELD_BYTES_MAX)).read_to_end(&mut value)?;
    io::copy(&mut export.by_ref().take(length.saturating_sub(FIELD_BYTES_MAX)), &mut io::sink())?;
    let mut end = [0; 1];
    export.read_exact(&mut end)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_become_lines_of_json() {
        let mut export = b"__REALTIME_TIMESTAMP=1\nMESSAGE=a=b\n\n\nMESSAGE\n".to_vec();
        export.extend(3u64.to_le_bytes());
        export.extend(b"x\ny\n\n");
        let mut text = String::new();
        as_json(&export[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"a=b\"}\n{\"MESSAGE\":\"x\\ny\"}\n");
    }
}
