//! Secrets that are known by their shape alone.

use super::{MASK, Rule};
use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// How a token goes on behind its beginning.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// At least that many letters, digits, `_` and `-`.
    Word(usize),
    /// Exactly 16 capitals and digits, and the secret that stands beside them.
    Aws,
    /// At least that many, behind a beginning that stays.
    Code(usize),
    /// At least that many, some of them as `%2D` perhaps.
    Escaped(usize),
    /// At least that many signs of a path, behind a beginning that stays.
    Path(usize),
    /// A number, and a token behind it.
    Numbered,
    /// The lines behind it answer a mail server that asks for a name and a password.
    Login,
    /// Three parts of base64url between dots.
    Jwt,
    Pem,
}

/// Beginnings that services give their keys, so that they can be found.
const BEGINNINGS: [(&str, Kind); 32] = [
    ("AKIA", Kind::Aws),
    ("ASIA", Kind::Aws),
    // What logs in here: tokens for programs, and the links by which a password is chosen.
    ("vigie_", Kind::Escaped(32)),
    ("vigie%5F", Kind::Escaped(32)),
    ("vigie%5f", Kind::Escaped(32)),
    ("/setup/", Kind::Code(20)),
    ("/enter/", Kind::Code(20)),
    ("AIza", Kind::Word(35)),
    ("ghp_", Kind::Word(36)),
    ("gho_", Kind::Word(36)),
    ("ghu_", Kind::Word(36)),
    ("ghs_", Kind::Word(36)),
    ("ghr_", Kind::Word(36)),
    ("github_pat_", Kind::Word(22)),
    ("glpat-", Kind::Word(20)),
    ("xoxb-", Kind::Word(20)),
    ("xoxp-", Kind::Word(20)),
    ("xoxa-", Kind::Word(20)),
    ("sk_live_", Kind::Word(16)),
    ("rk_live_", Kind::Word(16)),
    ("sk_test_", Kind::Word(16)),
    ("npm_", Kind::Word(36)),
    // Who has the address of such a hook writes into somebody's channel: Slack, Discord, Teams (of old, and by workflows).
    ("hooks.slack.com/", Kind::Path(20)),
    ("/webhooks/", Kind::Numbered),
    ("/webhookb2/", Kind::Path(32)),
    ("outlook.office.com/webhook/", Kind::Path(32)),
    ("&sig=", Kind::Path(20)),
    ("?sig=", Kind::Path(20)),
    ("AUTH LOGIN", Kind::Login),
    ("auth login", Kind::Login),
    ("eyJ", Kind::Jwt),
    ("-----BEGIN ", Kind::Pem),
];

/// The shortest text that holds one of them: `AUTH LOGIN`, a line break, four signs.
const TOKEN_BYTES_MIN: usize = 15;
/// Digits of the shortest number of a card; those of accounts are longer.
const NUMBER_BYTES_MIN: usize = 13;

/// Web tokens, services' keys, private keys.
pub(super) fn tokens(text: &[u8], found: &mut impl FnMut(usize, usize, Rule)) {
    static BEGIN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let literals = BEGINNINGS.iter().map(|(literal, _)| literal);
        AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(literals).ok()
    });
    let Some(begin) = BEGIN.as_ref().filter(|_| text.len() >= TOKEN_BYTES_MIN) else { return };
    let mut done = 0;
    for beginning in begin.find_iter(text) {
        let (start, kind) = (beginning.start(), BEGINNINGS[beginning.pattern().as_usize()].1);
        // Not the middle of a longer word; the line of a key begins where it begins.
        let stands_alone = !matches!(kind, Kind::Word(_) | Kind::Escaped(_) | Kind::Aws | Kind::Jwt | Kind::Login);
        let within = start > 0 && is_token(text[start - 1]) && !stands_alone && !is_escape(text, start.wrapping_sub(3));
        if start < done || within {
            continue;
        }
        let secret = match kind {
            Kind::Aws => {
                let end =
                    beginning.end() + run(text, beginning.end(), |b| b.is_ascii_uppercase() || b.is_ascii_digit());
                let exact = end == beginning.end() + 16 && !text.get(end).is_some_and(|b| is_token(*b));
                if let Some((secret, secret_end)) = aws_secret(text, end).filter(|_| exact) {
                    found(secret, secret_end, Rule::Token);
                }
                exact.then_some((start, end, Rule::Token))
            }
            Kind::Code(least) => {
                let end = beginning.end() + run(text, beginning.end(), is_token);
                (end >= beginning.end() + least).then_some((beginning.end(), end, Rule::Token))
            }
            Kind::Escaped(least) => {
                let (end, signs) = escaped(text, beginning.end());
                (signs >= least).then_some((start, end, Rule::Token))
            }
            Kind::Path(least) => {
                let end = beginning.end() + run(text, beginning.end(), |b| is_token(b) || b"/@%+=.~".contains(&b));
                (end >= beginning.end() + least).then_some((beginning.end(), end, Rule::Token))
            }
            Kind::Numbered => numbered(text, beginning.end()).map(|(start, end)| (start, end, Rule::Token)),
            Kind::Login => {
                login_answers(text, beginning.end(), |start, end| found(start, end, Rule::Header));
                None
            }
            Kind::Word(least) => {
                let end = beginning.end() + run(text, beginning.end(), is_token);
                (end >= beginning.end() + least).then_some((start, end, Rule::Token))
            }
            Kind::Jwt => jwt(text, start).map(|end| (start, end, Rule::Token)),
            Kind::Pem => private_key(text, beginning.end()).map(|(start, end)| (start, end, Rule::PrivateKey)),
        };
        if let Some((start, end, rule)) = secret {
            found(start, end, rule);
            done = end;
        }
    }
}

/// Where a token ends of which some signs may be written as `%2D`, and how many signs it has.
fn escaped(text: &[u8], start: usize) -> (usize, usize) {
    let (mut end, mut signs) = (start, 0);
    loop {
        let (length, more) = match text.get(end) {
            Some(b'%') if is_escape(text, end) => (3, 1),
            _ => {
                let length = run(text, end, is_token);
                (length, length)
            }
        };
        if length == 0 {
            return (end, signs);
        }
        (end, signs) = (end + length, signs + more);
    }
}

/// Whether `%2D` or its like stands there.
fn is_escape(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at.saturating_add(3)), Some([b'%', high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// The token of `1234567890123456789/TOKEN`.
fn numbered(text: &[u8], start: usize) -> Option<(usize, usize)> {
    let slash = start + run(text, start, |b| b.is_ascii_digit());
    let token = slash + 1;
    let length = run(text, token, is_token);
    (slash - start >= 15 && text.get(slash) == Some(&b'/') && length >= 32).then_some((token, token + length))
}

/// What is sent behind `AUTH LOGIN`: lines of base64, between the server's `334`, up to any other of its replies.
fn login_answers(text: &[u8], mut at: usize, mut found: impl FnMut(usize, usize)) {
    // A name and a password, each asked for, with a line to spare.
    const LINES_MAX: usize = 6;
    for line_no in 0..=LINES_MAX {
        let (end, next) = line_end(text, at);
        let line = &text[at..end];
        // `AUTH LOGIN PLAIN` is what a server can do.
        if line_no == 0 && !line.iter().all(|byte| b" \r\"'".contains(byte)) {
            return;
        }
        let words = || line.split(|byte| b" \t".contains(byte));
        let replied = words().find(|word| word.len() == 3 && word.iter().all(u8::is_ascii_digit));
        if replied.is_some_and(|code| code != b"334") {
            return;
        }
        let last = words().next_back().unwrap_or_default();
        if line_no > 0 && replied.is_none() && is_base64(last) {
            found(end - last.len(), end);
        }
        let Some(next) = next else { return };
        at = next;
    }
}

/// Where the line ends that goes on at `at`, and where the next begins; line breaks may be written as in JSON. What has no
/// break for long is no answer to a server, and is not looked through for each of many beginnings.
fn line_end(text: &[u8], at: usize) -> (usize, Option<usize>) {
    const LINE_BYTES_MAX: usize = 2048;
    let rest = &text[at..text.len().min(at + LINE_BYTES_MAX)];
    let broken = memchr::memchr(b'\n', rest).map(|end| (end, end + 1));
    let written = memchr::memmem::find(&rest[..broken.map_or(rest.len(), |(end, _)| end)], b"\\n");
    let Some((end, next)) = written.map(|end| (end, end + 2)).or(broken) else { return (at + rest.len(), None) };
    let line = &rest[..end];
    let line = line.strip_suffix(b"\r").or_else(|| line.strip_suffix(b"\\r")).unwrap_or(line);
    (at + line.len(), Some(at + next))
}

/// Whole groups of base64, and no word of a language.
fn is_base64(word: &[u8]) -> bool {
    let signs = word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    signs && word.len() >= 4 && word.len().is_multiple_of(4) && word.iter().any(|byte| !byte.is_ascii_lowercase())
}

/// The secret that stands beside an access key, as in lists and `KEY:SECRET`: 40 signs of base64, after signs that part.
fn aws_secret(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let start = end + run(text, end, |b| b" \t,;:|/'\"=".contains(&b));
    let length = run(text, start, |b| b.is_ascii_alphanumeric() || b == b'/' || b == b'+');
    (start > end && start - end <= 4 && length == 40).then_some((start, start + length))
}

/// Where the token that begins at `start` ends (RFC 7519): header and payload are objects, so both begin with `eyJ`.
fn jwt(text: &[u8], start: usize) -> Option<usize> {
    let header = start + run(text, start, is_token);
    if text.get(header) != Some(&b'.') || !text[header + 1..].starts_with(b"eyJ") {
        return None;
    }
    let payload = header + 1 + run(text, header + 1, is_token);
    if text.get(payload) != Some(&b'.') {
        return None;
    }
    let signature = payload + 1 + run(text, payload + 1, is_token);
    (header - start >= 10 && payload - header >= 10).then_some(signature)
}

/// The inside of a private key whose label begins at `label`: up to its end line, or to the end of the text.
fn private_key(text: &[u8], label: usize) -> Option<(usize, usize)> {
    let head = &text[label..text.len().min(label + 48)];
    let end = memchr::memmem::find(head, b"-----")?;
    if !head[..end].ends_with(b"PRIVATE KEY") {
        return None;
    }
    let start = label + end + 5;
    let length = memchr::memmem::find(&text[start..], b"-----END").unwrap_or(text.len() - start);
    // No key begins so: it is masked, and its end line with it.
    let masked = text[start..].starts_with(MASK.as_bytes());
    (length > 0 && !masked).then_some((start, start + length))
}

/// Card numbers and IBANs.
pub(super) fn numbers(text: &[u8], found: &mut impl FnMut(usize, usize, Rule)) {
    let mut at = if text.len() < NUMBER_BYTES_MIN { text.len() } else { 0 };
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        at += run(text, at, |b| b.is_ascii_digit());
        if at - start >= 4
            && !joins(text, start.wrapping_sub(1))
            && let Some(end) = card(text, start, at - start)
        {
            found(start, end, Rule::Card);
            at = end;
            continue;
        }
        if let Some(country) = start.checked_sub(2)
            && let Some(end) = iban(text, country)
        {
            found(country, end, Rule::Iban);
            at = end;
        }
    }
}

/// Whether the byte there makes a number part of something longer: an identifier, a decimal, a path.
fn joins(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || b"._-/#".contains(b))
}

/// Where the card number that begins at `start` ends, its first run of digits being that long: 13 to 19 together, or in
/// groups as they are printed.
fn card(text: &[u8], start: usize, length: usize) -> Option<usize> {
    const PRINTED: [&[usize]; 2] = [&[4, 4, 4, 4], &[4, 6, 5]];
    let ends = |end: usize| {
        let sentence = text.get(end) == Some(&b'.') && !text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        (sentence || !joins(text, end)) && is_card(&text[start..end])
    };
    if (13..=19).contains(&length) {
        // Of ordinary numbers every tenth has the check digit too: one alone is a card's where something says so.
        // By itself it is a value whose name whoever asks has looked at.
        let is_bare = |around: &[u8]| !around.iter().any(u8::is_ascii_alphanumeric);
        let is_all = || is_bare(&text[..start]) && is_bare(&text[start + length..]);
        return Some(start + length).filter(|end| ends(*end) && (is_all() || is_told_to_be_a_card(&text[..start])));
    }
    let separator = *text.get(start + length).filter(|b| matches!(b, b' ' | b'-'))?;
    PRINTED.iter().find_map(|groups| {
        let mut end = start;
        for (place, group) in groups.iter().enumerate() {
            if place > 0 {
                (text.get(end) == Some(&separator)).then_some(())?;
                end += 1;
            }
            (run(text, end, |b| b.is_ascii_digit()) == *group).then_some(())?;
            end += group;
        }
        Some(end).filter(|end| ends(*end))
    })
}

/// Bytes before a number in which a word for a card is looked for.
const TOLD_WITHIN: usize = 32;

/// Whether what stands right before a number speaks of cards.
fn is_told_to_be_a_card(before: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"card",
        b"carte",
        b"visa",
        b"amex",
        b"express",
        b"pan",
        b"ccnum",
        b"cc",
        b"cb",
        b"payment",
        b"paiement",
        b"kreditkarte",
    ];
    let near = &before[before.len().saturating_sub(TOLD_WITHIN)..];
    let mut words = near.split(|byte| !byte.is_ascii_alphabetic());
    words.any(|word| {
        let ends = |told: &&[u8]| {
            word.len()
                .checked_sub(told.len())
                .is_some_and(|at| (at == 0 || told.len() >= 4) && word[at..].eq_ignore_ascii_case(told))
        };
        let begins =
            |told: &&[u8]| told.len() >= 4 && word.len() > told.len() && word[..told.len()].eq_ignore_ascii_case(told);
        WORDS.iter().any(|told| ends(told) || begins(told))
    })
}

/// An issuer's beginning with its length, and the check digit of ISO/IEC 7812.
fn is_card(text: &[u8]) -> bool {
    let mut digits = [0; 19];
    let mut count = 0;
    for digit in text.iter().filter(|b| b.is_ascii_digit()) {
        let Some(place) = digits.get_mut(count) else { return false };
        *place = digit - b'0';
        count += 1;
    }
    let digits = &digits[..count];
    let beginning = digits.iter().take(4).fold(0_u16, |value, digit| value * 10 + u16::from(*digit));
    let issued = match beginning {
        4000..=4999 => matches!(count, 13 | 16 | 19),
        2221..=2720 | 5100..=5599 => count == 16,
        3400..=3499 | 3700..=3799 => count == 15,
        3000..=3059 | 3600..=3699 | 3800..=3899 => count == 14,
        3528..=3589 | 6011 | 6440..=6599 | 6200..=6299 => matches!(count, 16..=19),
        _ => false,
    };
    let checked = digits.iter().rev().enumerate().map(|(place, digit)| match (place % 2, *digit) {
        (0, digit) => u32::from(digit),
        (_, digit @ 0..=4) => u32::from(digit) * 2,
        (_, digit) => u32::from(digit) * 2 - 9,
    });
    issued && checked.sum::<u32>() % 10 == 0
}

/// Countries with the length of their IBANs (ISO 13616 registry).
const COUNTRIES: [(&[u8; 2], usize); 34] = [
    (b"AD", 24),
    (b"AT", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"CH", 21),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IS", 26),
    (b"IT", 27),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MT", 31),
    (b"NL", 18),
    (b"NO", 15),
    (b"PL", 28),
    (b"PT", 25),
    (b"RO", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
];

/// Where the IBAN that begins at `start` ends, together or in groups of four.
fn iban(text: &[u8], start: usize) -> Option<usize> {
    let country = text.get(start..start + 2)?;
    let length = COUNTRIES.iter().find(|(code, _)| *code == country)?.1;
    if start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_') {
        return None;
    }
    let grouped = text.get(start + 4) == Some(&b' ');
    let mut signs = [0; 34];
    let mut count = 0;
    let mut at = start;
    while count < length {
        if grouped && count > 0 && count % 4 == 0 {
            (text.get(at) == Some(&b' ')).then_some(())?;
            at += 1;
        }
        signs[count] = *text.get(at).filter(|b| b.is_ascii_digit() || b.is_ascii_uppercase())?;
        count += 1;
        at += 1;
    }
    if text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return None;
    }
    // ISO 7064 MOD 97-10, the first four signs moved to the end.
    let moved = signs[4..length].iter().chain(&signs[..4]);
    let rest = moved.fold(0_u32, |rest, sign| match sign {
        b'0'..=b'9' => (rest * 10 + u32::from(sign - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    (rest == 1).then_some(at)
}

/// The names before the `@` of e-mail addresses; their domains stay.
pub(super) fn addresses(text: &[u8], found: &mut impl FnMut(usize, usize, Rule)) {
    const NAME_MAX: usize = 64;
    for at in memchr::memchr_iter(b'@', text) {
        let local = |b: &&u8| b.is_ascii_alphanumeric() || b"._%+-'".contains(b) || !b.is_ascii();
        let length = text[..at].iter().rev().take(NAME_MAX).take_while(local).count();
        let domain = &text[at + 1..at + 1 + run(text, at + 1, |b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')];
        let dot = memchr::memchr(b'.', domain);
        if length > 0 && dot.is_some_and(|dot| dot > 0 && dot + 2 < domain.len()) {
            let start = at - length;
            // Not within a character that was cut by the bound.
            let start = start + text[start..at].iter().take_while(|b| (0x80..0xc0).contains(*b)).count();
            if start < at {
                found(start, at, Rule::Email);
            }
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn run(text: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    text.get(start..).unwrap_or_default().iter().take_while(|byte| wanted(**byte)).count()
}
