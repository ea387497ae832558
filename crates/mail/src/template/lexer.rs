//! The tags of a template where Jinja's own lexer begins and ends them, and what they are made of. One pass, without
//! recursion: a source that would be too much for the parser can be measured here.
//!
//! Where this and the parser disagree, something gets past [`limits`](super::limits) and [`growth`](super::growth): a
//! closing mark inside brackets closes nothing, and what is raw or a comment holds no tags.

/// `{{ … }}` or `{% … %}`; places are byte offsets into the source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Of the `{`.
    pub(super) open: usize,
    pub(super) is_block: bool,
    /// The first word of a block: `if`, `endfor`.
    pub(super) keyword: &'a str,
    /// Words, numbers, strings and signs.
    pub(super) tokens: usize,
    /// The first `*`.
    pub(super) times: Option<usize>,
    /// `~` and `+`.
    pub(super) joinings: usize,
    /// The first `:` of an `a[b:c]`.
    pub(super) slice: Option<usize>,
    /// Whether there is an `=` outside of brackets.
    pub(super) assigns: bool,
    /// Whether there is the word `recursive`, with which a loop can call itself.
    pub(super) recursive: bool,
}

pub(super) fn tags(source: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + source.get(at..)?.find('{')?;
            let start = open + 2 + usize::from(matches!(source.as_bytes().get(open + 2), Some(b'-' | b'+')));
            match source.as_bytes().get(open + 1)? {
                b'#' => at = start + source.get(start..)?.find("#}")? + 2,
                b'%' => match lone(&source[start..], "raw") {
                    Some(length) => at = after_raw(source, start + length)?,
                    None => {
                        let (tag, end) = read(source, open, start, true);
                        at = end;
                        return Some(tag);
                    }
                },
                b'{' => {
                    let (tag, end) = read(source, open, start, false);
                    at = end;
                    return Some(tag);
                }
                _ => at = open + 1,
            }
        }
    })
}

/// The bytes up to the end of a block at whose front `word` stands alone.
fn lone(inside: &str, word: &str) -> Option<usize> {
    let space = |c: char| c.is_ascii_whitespace();
    let rest = inside.trim_start_matches(space).strip_prefix(word)?.trim_start_matches(space);
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).strip_prefix("%}")?;
    Some(inside.len() - rest.len())
}

/// Behind the `{% endraw %}` that follows `at`.
fn after_raw(source: &str, mut at: usize) -> Option<usize> {
    loop {
        at += source.get(at..)?.find("{%")? + 2;
        let inside = source[at..].strip_prefix(['-', '+']).unwrap_or(&source[at..]);
        if let Some(length) = lone(inside, "endraw") {
            return Some(source.len() - inside.len() + length);
        }
    }
}

/// Reads the tag that begins at `open` and whose inside begins at `at`; with the place behind it.
fn read(source: &str, open: usize, mut at: usize, is_block: bool) -> (Tag<'_>, usize) {
    let bytes = source.as_bytes();
    let close: &[u8] = if is_block { b"%}" } else { b"}}" };
    let keyword = source[at..].trim_start_matches(|c: char| c.is_ascii_whitespace());
    let keyword = &keyword[..keyword.bytes().take_while(|byte| is_word(*byte) && byte.is_ascii()).count()];
    let mut tag = Tag {
        open,
        is_block,
        keyword,
        tokens: 0,
        times: None,
        joinings: 0,
        slice: None,
        assigns: false,
        recursive: false,
    };
    // The brackets that are open, the innermost last.
    let mut brackets = Vec::new();
    while let Some(byte) = bytes.get(at).copied() {
        if brackets.is_empty() && bytes[at..].starts_with(close) {
            break;
        }
        let length = token(&bytes[at..]);
        tag.tokens += usize::from(!byte.is_ascii_whitespace());
        match byte {
            b'(' | b'[' | b'{' => brackets.push(byte),
            // One that closes nothing: the parser goes no further.
            b')' | b']' | b'}' if brackets.pop().is_none() => at = bytes.len(),
            b'*' => tag.times = tag.times.or(Some(at)),
            b'~' | b'+' => tag.joinings += 1,
            b':' if brackets.last() == Some(&b'[') => tag.slice = tag.slice.or(Some(at)),
            b'=' if length == 1 && brackets.is_empty() => tag.assigns = true,
            b'r' if source[at..at + length] == *"recursive" => tag.recursive = true,
            _ => {}
        }
        at += length;
    }
    (tag, at.saturating_add(close.len()))
}

/// The bytes of the token, or of the blanks, at the front.
fn token(bytes: &[u8]) -> usize {
    match bytes {
        [quote @ (b'"' | b'\''), rest @ ..] => {
            let mut escaped = false;
            let end = rest.iter().position(|byte| {
                let ends = !escaped && byte == quote;
                escaped = !escaped && *byte == b'\\';
                ends
            });
            end.map_or(bytes.len(), |end| end + 2)
        }
        [b'=' | b'!' | b'<' | b'>', b'=', ..] | [b'*', b'*', ..] | [b'/', b'/', ..] => 2,
        [byte, ..] if is_word(*byte) => bytes.iter().take_while(|byte| is_word(**byte)).count(),
        [byte, ..] if byte.is_ascii_whitespace() => bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
        _ => 1,
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_the_parser_ends_them() {
        for (source, opens) in [
            ("{{ a }} {%- if b -%} {% endif %}", vec![0, 8, 21]),
            ("{{ {'a': {'b': 1}} }}{{ c }}", vec![0, 21]),
            ("{{ '}}' \"\\\"}}\" }}{{ c }}", vec![0, 17]),
            ("{#- {{ a }} #}{{ b }}", vec![14]),
            ("{#} {{ a }} #}{{ b }}", vec![14]),
            ("{% raw %}{{ a }}{# {%- endraw -%}{{ b }}", vec![33]),
            ("{% raw %}{{ a }}{% endraw x %}", vec![]),
            ("{% rawer %}{{ a }}", vec![0, 11]),
            ("{{ ) }}{{ a }}", vec![0]),
            ("{{ ( }}{{ a }}", vec![0]),
            ("{ { a }", vec![]),
            ("{{", vec![0]),
            ("{%", vec![0]),
            ("{", vec![]),
        ] {
            assert_eq!(tags(source).map(|tag| tag.open).collect::<Vec<_>>(), opens, "{source}");
        }
    }

    #[test]
    fn tokens_are_words_strings_and_signs() {
        for (source, tokens) in [
            ("{{ a }}", 1),
            ("{{ a ~ 'b c' ~ 1 }}", 5),
            ("{{ a == b ** c // d }}", 7),
            ("{{ [1, 2, 3, 4] }}", 9),
            ("{{ [[[", 3),
        ] {
            assert_eq!(tags(source).next().unwrap().tokens, tokens, "{source}");
        }
    }
}
