//! A pattern for lines of which nothing else knows the format: where their time stands, what level they have, what stands in
//! brackets.

use super::{Custom, stamp};
use crate::{cursor::Cursor, level};
use std::fmt::Write as _;

/// Bytes at the beginning of a line in which its time is looked for.
const TIME_WITHIN: usize = 120;
/// Pieces that are proposed before the message.
const PIECES_MAX: usize = 8;

/// The pattern that fits most of `lines`, and of several the one that tells most; `None` where no line has a time or a level.
pub fn propose(lines: &[&str]) -> Option<String> {
    let mut best: Option<(u64, u64, String)> = None;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        for pieces in [PIECES_MAX, 1, 0] {
            let Some(pattern) = of_line(line, pieces) else { continue };
            let Ok(custom) = Custom::new("proposed", &pattern) else { continue };
            let trial = custom.trial(lines.iter().copied());
            let told = trial.timed + trial.graded + pattern.matches("%{").count() as u64;
            if best.as_ref().is_none_or(|(fitting, before, _)| (*fitting, *before) < (trial.fitting, told)) {
                best = Some((trial.fitting, told, pattern));
            }
        }
    }
    best.map(|(_, _, pattern)| pattern)
}

/// What is general in one line: as many `pieces` as are told apart, then the message.
fn of_line(line: &str, pieces: usize) -> Option<String> {
    let mut writing =
        Writing { pattern: String::new(), names: Vec::new(), left: pieces, has_time: false, has_level: false };
    let mut cursor = Cursor::new(line.trim_end());
    let time_at = time_at(line);
    while !cursor.is_done() {
        let at = line.trim_end().len() - cursor.rest().len();
        if Some(at) == time_at && stamp(&mut cursor).is_some() {
            writing.pattern.push_str("%{time}");
            writing.has_time = true;
            continue;
        }
        let is_over = time_at.map_or(writing.has_level, |time| at > time);
        if !writing.piece(&mut cursor, is_over)? {
            break;
        }
    }
    let says = writing.has_time || writing.has_level;
    if !writing.pattern.ends_with("%{message}") {
        writing.pattern.push_str("%{message}");
    }
    says.then_some(writing.pattern)
}

/// Where the time stands, at the beginning of a word.
fn time_at(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let begins = |at: &usize| *at == 0 || !bytes[*at - 1].is_ascii_alphanumeric();
    (0..bytes.len().min(TIME_WITHIN)).filter(|at| line.is_char_boundary(*at)).filter(begins).find(|at| {
        let mut cursor = Cursor::new(&line[*at..]);
        stamp(&mut cursor).is_some() && !cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric())
    })
}

struct Writing {
    pattern: String,
    names: Vec<String>,
    left: usize,
    has_time: bool,
    has_level: bool,
}

impl Writing {
    /// Adds what stands next; `is_over` once the time is behind. False where the message begins.
    fn piece(&mut self, cursor: &mut Cursor<'_>, is_over: bool) -> Option<bool> {
        let first = cursor.peek()?;
        if first == b' ' || first == b'\t' {
            cursor.spaces();
            self.pattern.push(' ');
            return Some(true);
        }
        if !first.is_ascii_alphanumeric() {
            // Marks stand for themselves, but for those that a message may begin with.
            let c = cursor.rest().chars().next()?;
            if !c.is_ascii_punctuation() || c == '%' || is_over && b"\"'".contains(&first) {
                return Some(false);
            }
            cursor.eat(c.encode_utf8(&mut [0; 4]))?;
            self.pattern.push(c);
            return Some(true);
        }
        let mut next = *cursor;
        let word = next.take(|byte| byte.is_ascii_alphanumeric() || b"_.-/@$".contains(&byte));
        let inside = self.pattern.ends_with(['[', '(', '<', '{']);
        let closed = next.peek().is_some_and(|byte| b"])>}".contains(&byte));
        // `;error;`, as in a table.
        let is_between =
            next.peek().is_some_and(|byte| b";|,\t".contains(&byte) && self.pattern.ends_with(byte as char));
        if !self.has_level
            && level::named(word).is_some()
            && (inside || is_loud(word) || next.peek() == Some(b':') || is_between)
        {
            self.has_level = true;
            self.pattern.push_str("%{level}");
            *cursor = next;
            return Some(true);
        }
        if self.left == 0 {
            return Some(!is_over && self.skip(cursor, next));
        }
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        let is_named = next.peek() == Some(b':') && word.contains(['.', '_']);
        // What no mark or number tells from prose is prose, once the time is behind.
        if is_over && !(inside || is_number || is_named) {
            return Some(false);
        }
        self.left -= 1;
        if inside && !closed {
            let close = match self.pattern.chars().last()? {
                '[' => "]",
                '(' => ")",
                '<' => ">",
                _ => "}",
            };
            next.until(close)?;
            let name = self.named("part");
            let _ = write!(self.pattern, "%{{text:{name}}}{close}");
        } else if is_number {
            let name = self.named("number");
            let _ = write!(self.pattern, "%{{number:{name}}}");
        } else if !self.names.iter().any(|name| name == "logger") && (is_named || inside) {
            self.names.push("logger".to_owned());
            self.pattern.push_str("%{logger}");
        } else {
            let name = self.named("word");
            let _ = write!(self.pattern, "%{{word:{name}}}");
        }
        *cursor = next;
        Some(true)
    }

    /// Passes over a word before the time that is not told apart.
    fn skip<'a>(&mut self, cursor: &mut Cursor<'a>, next: Cursor<'a>) -> bool {
        let name = self.named("word");
        let _ = write!(self.pattern, "%{{word:{name}}}");
        *cursor = next;
        true
    }

    /// A name that was not given yet.
    fn named(&mut self, name: &str) -> String {
        let count =
            self.names.iter().filter(|known| known.trim_end_matches(|c: char| c.is_ascii_digit()) == name).count();
        let name = if count == 0 { name.to_owned() } else { format!("{name}{}", count + 1) };
        self.names.push(name.clone());
        name
    }
}

fn is_loud(word: &str) -> bool {
    word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_are_enough_for_a_pattern() {
        for (lines, expected) in [
            (
                vec![
                    "shop-1 #42 2026-11-20T10:00:00Z <WARN> cart.mail: refused by 3",
                    "shop-2 #43 2026-11-20T10:00:01Z <INFO> cart.mail: sent",
                ],
                "%{word:word} #%{number:number} %{time} <%{level}> %{logger}: %{message}",
            ),
            (
                vec!["[main] (10:00:00.123) ERROR no such order", "[job-3] (10:00:01.000) DEBUG polled 4 times"],
                "[%{logger}] (%{time}) %{level} %{message}",
            ),
            (
                vec!["1795168800;7;error;disk full", "1795168801;8;info;ok"],
                "%{time};%{number:number};%{level};%{message}",
            ),
            (vec!["2026-11-20;10:00:00;error;disk full", "2026-11-20;10:00:01;info;ok"], "%{time};%{level};%{message}"),
            (vec!["7,20/11/2026,10:00:00,error,disk full"], "%{number:number},%{time},%{level},%{message}"),
            (vec!["20.11.2026\t10:00:00\tERROR disk full"], "%{time} %{level} %{message}"),
            (vec!["shop | 2026-11-20 | 10:00:00 | ERROR | full"], "%{word:word} | %{time} | %{level} | %{message}"),
            (vec!["level WARN of nothing"], "%{word:word} %{level} %{message}"),
        ] {
            let proposed = propose(&lines);
            assert_eq!(proposed.as_deref(), Some(expected), "{lines:?}");
            let custom = Custom::new("shop", &proposed.unwrap()).unwrap();
            assert_eq!(custom.trial(lines.iter().copied()).fitting, lines.len() as u64, "{lines:?}");
        }
        assert_eq!(propose(&["nothing here", "tells a thing"]), None);
    }
}
