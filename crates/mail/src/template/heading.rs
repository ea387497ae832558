//! Headings inside Jinja expressions: finds them, whatever their case and accents where that leaves no doubt, and
//! writes those that are no names as `row['…']`.

use crate::problem::same_letter;

/// A template with its headings replaced, and the way back.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) text: String,
    /// Start and end in `text`, and start in the original, of each replacement.
    edits: Vec<(usize, usize, usize, usize)>,
    /// Columns used and where in the original, each once.
    pub(super) used: Vec<(usize, usize)>,
    /// Columns printed outside any condition, without a default.
    pub(super) required: Vec<usize>,
    /// Names with accents that no column has, and where in the original. Jinja does not take them for names.
    pub(super) unknown: Vec<(String, usize)>,
}

impl Rewritten {
    /// Whether the text is one cell, printed as it is.
    pub(super) fn is_one_cell(&self) -> bool {
        let inner = self.text.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}")).map_or("", str::trim);
        let is_name = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name || matches!(self.edits.as_slice(), [(start, end, ..)] if inner == &self.text[*start..*end])
    }

    /// Goes on to the place given, and writes `row['heading']` there.
    fn replace(&mut self, source: &str, copied: &mut usize, (from, to): (usize, usize), heading: &str) {
        self.text.push_str(&source[*copied..from]);
        let start = self.text.len();
        self.text.push_str("row['");
        self.text.push_str(&heading.replace('\\', "\\\\").replace('\'', "\\'"));
        self.text.push_str("']");
        self.edits.push((start, self.text.len(), from, to));
        *copied = to;
    }

    /// The place in the original of byte `offset` of the text.
    pub(super) fn original_offset(&self, offset: usize) -> usize {
        let mut shift = 0_isize;
        for (start, end, original_start, original_end) in &self.edits {
            if offset < *start {
                break;
            }
            if offset < *end {
                return *original_start;
            }
            shift = original_end.cast_signed() - end.cast_signed();
        }
        offset.saturating_add_signed(shift)
    }
}

/// Names told that no column has. With each comes a search for what was meant, and nobody reads on.
pub(super) const UNKNOWN_MAX: usize = 20;

/// Words that Jinja keeps for itself, and those that a template counts on.
const RESERVED: &[&str] = &[
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "in",
    "not",
    "and",
    "or",
    "is",
    "set",
    "endset",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "row",
    "loop",
    "recursive",
    "block",
    "endblock",
    "with",
    "endwith",
    "filter",
    "endfilter",
    "macro",
    "endmacro",
    "call",
    "endcall",
    "raw",
    "endraw",
    "do",
    "autoescape",
    "endautoescape",
    "extends",
    "include",
    "import",
    "from",
    "as",
    "break",
    "continue",
    "range",
    "dict",
    "namespace",
];

pub(super) fn rewrite(source: &str, columns: &[String]) -> Rewritten {
    let mut by_length: Vec<(usize, &str)> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| (index, column.as_str()))
        .filter(|(_, c)| is_usable(c))
        .collect();
    by_length.sort_by_key(|(_, column)| std::cmp::Reverse(column.len()));
    let own = own_names(source);
    let loose: Vec<(usize, &str)> = by_length
        .iter()
        .filter(|(_, column)| !own.iter().chain(RESERVED).any(|name| loosely(name, column) == Some(name.len())))
        .copied()
        .collect();
    let mut out = Rewritten::default();
    let mut depth = 0_usize;
    let mut copied = 0;
    for tag in tags(source) {
        let inside = &source[tag.start..tag.end];
        let keyword = inside.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or_default();
        if tag.is_block {
            match keyword {
                "if" | "for" => depth += 1,
                "endif" | "endfor" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let guarded = depth > 0 || tag.is_block || has_guard(inside);
        let known = occurrences(inside, &by_length, &loose);
        let foreign = foreign_names(inside, &known).into_iter().map(|(from, to)| (None, from, to));
        let known = known.iter().map(|(column, from, to)| (Some(*column), *from, *to));
        let mut found: Vec<(Option<usize>, usize, usize)> = foreign.chain(known).collect();
        found.sort_unstable_by_key(|(_, from, _)| *from);
        for (column, from, to) in found {
            let (from, to) = (tag.start + from, tag.start + to);
            let Some(column) = column else {
                let name = &source[from..to];
                if out.unknown.len() < UNKNOWN_MAX && !out.unknown.iter().any(|(known, _)| known == name) {
                    out.unknown.push((name.to_owned(), from));
                }
                out.replace(source, &mut copied, (from, to), name);
                continue;
            };
            if !out.used.iter().any(|(used, _)| *used == column) {
                out.used.push((column, from));
            }
            if !guarded && !out.required.contains(&column) {
                out.required.push(column);
            }
            let heading = &columns[column];
            let as_written = &source[from..to];
            if (is_name(heading) && as_written == heading) || as_written.starts_with("row[") {
                continue;
            }
            out.replace(source, &mut copied, (from, to), heading);
        }
    }
    out.text.push_str(&source[copied..]);
    out
}

/// The place of each tag and its words and signs outside of strings: each is compared to every heading, which takes
/// its time.
pub(super) fn words_of_tags(source: &str) -> impl Iterator<Item = (usize, usize)> {
    tags(source).map(|tag| (tag.start - 2, words(&source[tag.start..tag.end])))
}

fn words(inside: &str) -> usize {
    let (mut words, mut at) = (0, 0);
    while let Some(c) = inside[at..].chars().next() {
        let rest = &inside[at..];
        words += usize::from(!c.is_whitespace());
        at += match c {
            '"' | '\'' => string_length(rest),
            c if is_word(c) => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
    }
    words
}

/// Where `name` stands by itself inside an expression.
pub(super) fn find(source: &str, name: &str) -> Option<usize> {
    tags(source).find_map(|tag| {
        let inside = &source[tag.start..tag.end];
        occurrences(inside, &[(0, name)], &[]).first().map(|(_, from, _)| tag.start + from)
    })
}

/// `row['…']` and `row.…` with a name that no column has.
pub(super) fn unknown_items(source: &str, columns: &[String]) -> Vec<(String, usize)> {
    let mut unknown = Vec::new();
    for tag in tags(source) {
        let inside = &source[tag.start..tag.end];
        for (_, from, to) in occurrences(inside, &[(0, "row")], &[]) {
            if unknown.len() < UNKNOWN_MAX
                && let Some((name, _)) = item(&inside[to..])
                && !columns.contains(&name)
            {
                unknown.push((name, tag.start + from));
            }
        }
    }
    unknown
}

/// The first operand of the expression around `offset`: what the user took for a heading.
pub(super) fn expression_at(source: &str, offset: usize) -> Option<&str> {
    let tag = tags(source).find(|tag| !tag.is_block && (tag.start..=tag.end + 2).contains(&offset))?;
    Some(source[tag.start..tag.end].trim_matches(['-', '+', ' ']).split('|').next().unwrap_or_default().trim())
}

/// The inside of `{{ … }}` or `{% … %}`.
struct Tag {
    start: usize,
    end: usize,
    is_block: bool,
}

fn tags(source: &str) -> impl Iterator<Item = Tag> {
    let mut at = 0;
    let mut raw = false;
    std::iter::from_fn(move || {
        loop {
            let open = at + source[at..].find('{')?;
            let rest = &source[open..];
            if rest.starts_with("{#") && !raw {
                at = open + 2 + source[open + 2..].find("#}")? + 2;
            } else if rest.starts_with("{%") || (rest.starts_with("{{") && !raw) {
                let is_block = rest.starts_with("{%");
                let start = open + 2;
                let end = start + closing(&source[start..], if is_block { "%}" } else { "}}" });
                at = (end + 2).min(source.len());
                let keyword = source[start..end].trim_matches(['-', '+', ' ']);
                if is_block && (keyword == "raw" || (raw && keyword == "endraw")) {
                    raw = keyword == "raw";
                } else if !raw {
                    return Some(Tag { start, end, is_block });
                }
            } else {
                at = open + 1;
            }
        }
    })
}

/// Where the tag ends: at `close` outside of strings, or, where a heading holds a quote, at the first `close`.
fn closing(inside: &str, close: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), '\n') => break,
            (None, '"' | '\'') => quote = Some(c),
            (None, _) if inside[at..].starts_with(close) => return at,
            _ => {}
        }
    }
    inside.find(close).unwrap_or(inside.len())
}

/// Headings outside of strings, the longest first, with their places; `row['…']` counts for its column.
/// Of `loose`, case and accents do not matter.
fn occurrences(inside: &str, by_length: &[(usize, &str)], loose: &[(usize, &str)]) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut before = ' ';
    while let Some(c) = inside[at..].chars().next() {
        let rest = &inside[at..];
        let is_start = !is_word(before) && !matches!(before, '.' | '|') && !c.is_whitespace();
        if is_start
            && let Some(after_row) = rest.strip_prefix("row")
            && let Some((name, length)) = item(after_row)
            && let Some((column, _)) = by_length.iter().find(|(_, heading)| *heading == name)
        {
            found.push((*column, at, at + 3 + length));
            at += 3 + length;
            before = ']';
            continue;
        }
        let exact = || {
            let mut headings = by_length.iter();
            let found = headings.find(|(_, heading)| rest.starts_with(heading) && stands_alone(rest, heading, before));
            found.map(|(column, heading)| (*column, heading.len()))
        };
        let heading = match is_start.then(exact).flatten() {
            None if is_start && is_word(c) && !follows_is(&inside[..at]) => alike(rest, loose, before),
            exact => exact,
        };
        if let Some((column, length)) = heading {
            found.push((column, at, at + length));
            at += length;
            before = 'x';
        } else if matches!(c, '"' | '\'') {
            at += string_length(rest);
            before = c;
        } else {
            at += c.len_utf8();
            if !c.is_whitespace() || matches!(before, '|') {
                before = if c.is_whitespace() { before } else { c };
            } else {
                before = ' ';
            }
        }
    }
    found
}

/// Whether what comes next names a test, as in `is lower`.
fn follows_is(before: &str) -> bool {
    let before = before.trim_end();
    let is_word = |rest: &str| rest.is_empty() || rest.ends_with(char::is_whitespace);
    ["is", "not"].iter().any(|word| before.strip_suffix(word).is_some_and(is_word))
}

/// The column whose heading stands at the front of `rest` but for case and accents, and the bytes it takes there: the
/// longest, and none where two would do.
fn alike(rest: &str, loose: &[(usize, &str)], before: char) -> Option<(usize, usize)> {
    let mut found = loose.iter().filter_map(|(column, heading)| {
        let length = loosely(rest, heading)?;
        stands_alone(rest, &rest[..length], before).then_some((*column, length))
    });
    let first = found.next()?;
    let (mut best, mut is_sure) = (first, true);
    for other in found {
        match other.1.cmp(&best.1) {
            std::cmp::Ordering::Greater => (best, is_sure) = (other, true),
            std::cmp::Ordering::Equal => is_sure = false,
            std::cmp::Ordering::Less => {}
        }
    }
    is_sure.then_some(best)
}

/// The bytes that `heading` takes at the front of `text`, case and accents aside.
fn loosely(text: &str, heading: &str) -> Option<usize> {
    let mut rest = text.chars();
    heading
        .chars()
        .all(|letter| rest.next().is_some_and(|c| same_letter(c, letter)))
        .then(|| text.len() - rest.as_str().len())
}

/// Names that the template gives to things of its own.
fn own_names(source: &str) -> Vec<&str> {
    let blocks =
        tags(source).filter(|tag| tag.is_block).map(|tag| source[tag.start..tag.end].trim_matches(['-', '+', ' ']));
    let names = blocks.filter_map(|inside| {
        let (keyword, rest) = inside.split_once(char::is_whitespace)?;
        match keyword {
            "for" => rest.split_once(" in ").map(|(names, _)| names),
            "set" | "with" => rest.split_once('=').map(|(name, _)| name),
            _ => None,
        }
    });
    names.flat_map(|names| names.split(|c: char| !is_word(c))).filter(|name| !name.is_empty()).collect()
}

/// Names outside of strings, and of what is `known`, that hold letters beyond ASCII.
fn foreign_names(inside: &str, known: &[(usize, usize, usize)]) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = inside[at..].chars().next() {
        let rest = &inside[at..];
        at += if let Some((_, from, to)) = known.iter().find(|(_, from, _)| *from == at) {
            to - from
        } else if matches!(c, '"' | '\'') {
            string_length(rest)
        } else if is_word(c) {
            let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let is_item = inside[..at].ends_with(['.', '|']);
            if !rest[..length].is_ascii() && c.is_alphabetic() && !is_item {
                found.push((at, at + length));
            }
            length
        } else {
            c.len_utf8()
        };
    }
    found
}

/// `['name']`, `["name"]` or `.name` at the front: the name and how many bytes it takes.
fn item(text: &str) -> Option<(String, usize)> {
    if let Some(rest) = text.strip_prefix('.') {
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let is_method = rest[length..].starts_with('(');
        return (length > 0 && !is_method).then(|| (rest[..length].to_owned(), 1 + length));
    }
    let start = text.len() - text.strip_prefix('[')?.trim_start().len();
    let quoted = &text[start..];
    if !quoted.starts_with(['"', '\'']) {
        return None;
    }
    let length = string_length(quoted);
    let name = quoted.get(1..length.checked_sub(1)?)?.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\");
    let after = &quoted[length..];
    let close = after.len() - after.trim_start().strip_prefix(']')?.len();
    Some((name, start + length + close))
}

fn string_length(text: &str) -> usize {
    let quote = text.chars().next().unwrap_or('"');
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn stands_alone(rest: &str, heading: &str, before: char) -> bool {
    let after = rest[heading.len()..].chars().next().unwrap_or(' ');
    let starts_word = heading.chars().next().is_some_and(is_word);
    let ends_word = heading.chars().next_back().is_some_and(is_word);
    // `nom=` names an argument, `nom(` calls a function.
    let is_argument = after == '=' && !rest[heading.len()..].starts_with("==");
    let is_part = (starts_word && is_word(before)) || (ends_word && is_word(after));
    !is_part && !is_argument && after != '('
}

/// Whether printing nothing is provided for.
fn has_guard(expression: &str) -> bool {
    let words = |word: &str| expression.split(|c: char| !is_word(c)).any(|found| found == word);
    words("default") || words("d") || words("if") || words("or")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether Jinja takes it for a name.
fn is_name(heading: &str) -> bool {
    heading.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !heading.starts_with(|c: char| c.is_ascii_digit())
}

/// Numbers and Jinja's own words mean what they mean in Jinja; such columns are reached by `row['…']`, and so are
/// those that hold the end of a tag.
fn is_usable(heading: &str) -> bool {
    !heading.is_empty()
        && !RESERVED.contains(&heading)
        && heading.chars().any(char::is_alphabetic)
        && !heading.contains("}}")
        && !heading.contains("%}")
}
