//! Output on its way into the run log: line by line, bounded in each line and in total.

use crate::{item::tail, story::record};
use jobs::RunLog;
use model::{Clock, JobId, JobLine, Level, Timestamp};
use serde_json::json;

/// Of one line; what is longer loses its end.
const LINE_BYTES_MAX: usize = 8 << 10;
/// Of the end of the output that a verdict quotes.
const LAST_WORDS_BYTES_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

pub(crate) struct Output {
    run_log: RunLog,
    clock: Clock,
    job: JobId,
    seq: i64,
    lines: [Lines; 2],
    left: usize,
    dropped: u64,
    last_words: [String; 2],
}

impl Output {
    pub(crate) fn new(run_log: &RunLog, clock: &Clock, job: JobId, seq: i64, bytes_max: usize) -> Self {
        let (run_log, clock) = (run_log.clone(), clock.clone());
        let (lines, last_words) = (Default::default(), Default::default());
        Self { run_log, clock, job, seq, lines, left: bytes_max, dropped: 0, last_words }
    }

    /// Keeps what is whole lines by now.
    pub(crate) async fn take(&mut self, stream: Stream, bytes: &[u8]) {
        let lines = self.lines[stream as usize].feed(bytes);
        self.keep(stream, lines).await;
    }

    /// Keeps the last, unfinished lines, and says how much was dropped.
    pub(crate) async fn finish(&mut self) {
        for stream in [Stream::Out, Stream::Err] {
            let line = self.lines[stream as usize].finish();
            self.keep(stream, line.into_iter().collect()).await;
        }
        if self.dropped > 0 {
            let message = format!("{} bytes of output more than may be kept were dropped", self.dropped);
            let fields = json!({"seq": self.seq, "dropped_bytes": self.dropped});
            let record = record(self.clock.now(), Level::Warning, "output_dropped", message, fields);
            self.run_log.append(self.job, vec![record]).await;
        }
    }

    /// The end of what it said, on the error stream when it said anything there.
    pub(crate) fn last_words(&self) -> &str {
        let [out, err] = &self.last_words;
        if err.is_empty() { out } else { err }
    }

    async fn keep(&mut self, stream: Stream, lines: Vec<Line>) {
        let now = self.clock.now();
        let records = lines.into_iter().filter_map(|line| self.record(now, stream, line)).collect();
        self.run_log.append(self.job, records).await;
    }

    fn record(&mut self, now: Timestamp, stream: Stream, line: Line) -> Option<JobLine> {
        let words = &mut self.last_words[stream as usize];
        words.push_str(&line.text);
        words.push('\n');
        if words.len() > 2 * LAST_WORDS_BYTES_MAX {
            *words = tail(words, LAST_WORDS_BYTES_MAX).to_owned();
        }
        let whole = line.text.len() as u64 + line.cut;
        if self.left < line.text.len() || self.dropped > 0 {
            self.dropped += whole;
            return None;
        }
        self.left -= line.text.len();
        let text = match line.cut {
            0 => line.text,
            cut => format!("{} … ({cut} bytes more)", line.text),
        };
        let name = if stream == Stream::Out { "stdout" } else { "stderr" };
        Some(record(now, Level::Info, "output", text, json!({"seq": self.seq, "stream": name})))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Bytes of its end that were dropped.
    pub(crate) cut: u64,
}

/// Bytes into lines, whatever bytes they are.
#[derive(Default)]
struct Lines {
    pending: Vec<u8>,
    cut: u64,
}

impl Lines {
    fn feed(&mut self, mut bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.add(&bytes[..end]);
            lines.push(self.end());
            bytes = &bytes[end + 1..];
        }
        self.add(bytes);
        lines
    }

    fn finish(&mut self) -> Option<Line> {
        (!self.pending.is_empty() || self.cut > 0).then(|| self.end())
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES_MAX.saturating_sub(self.pending.len()).min(bytes.len());
        self.pending.extend_from_slice(&bytes[..room]);
        self.cut += (bytes.len() - room) as u64;
    }

    fn end(&mut self) -> Line {
        let bytes = std::mem::take(&mut self.pending);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
        let shown = |c: char| if model::steers_display(c) && c != '\t' { '\u{fffd}' } else { c };
        let text = String::from_utf8_lossy(bytes).chars().map(shown).collect();
        Line { text, cut: std::mem::take(&mut self.cut) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_end_where_they_end() {
        let mut lines = Lines::default();
        let texts = |lines: Vec<Line>| lines.into_iter().map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(texts(lines.feed(b"a\r\nb\n\nc")), ["a", "b", ""]);
        assert_eq!(texts(lines.feed(b"d\xff\x1b[1m\n")), ["cd\u{fffd}\u{fffd}[1m"]);
        assert_eq!(lines.finish(), None);
        assert!(lines.feed(&[b'x'; LINE_BYTES_MAX + 5]).is_empty());
        let line = lines.finish().unwrap();
        assert_eq!((line.text.len(), line.cut), (LINE_BYTES_MAX, 5));
    }

    proptest! {
        /// However the bytes are cut into reads, the lines are the same.
        #[test]
        fn reads_may_end_anywhere(bytes in prop::collection::vec(prop::sample::select(b"ab\n\r\xc3\xa9".to_vec()), 0..200), at in 0_usize..200) {
            let at = at.min(bytes.len());
            let (mut whole, mut parts) = (Lines::default(), Lines::default());
            let expected: Vec<Line> = whole.feed(&bytes).into_iter().chain(whole.finish()).collect();
            let mut got = parts.feed(&bytes[..at]);
            got.extend(parts.feed(&bytes[at..]));
            got.extend(parts.finish());
            prop_assert_eq!(got, expected);
        }
    }
}
