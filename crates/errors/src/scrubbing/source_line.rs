//! Lines of source code: a literal that is given to a name of a secret is taken out, everything else stays readable.

use super::REMOVED;
use regex::{Captures, Regex};
use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A name of a secret, a sign that gives it a value, and the literal between its quotes. ASCII, where that is enough, for
/// speed: every line of every frame is looked at.
const ASSIGNED: &str = concat!(
    r#"((?i-u:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie|session[_-]?id|mdp|mot[_-]?de[_-]?passe)"#,
    r#"(?-u:[A-Za-z0-9_]*["']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?:=>|:=|=|:|,)[ \t]*[A-Za-z]{0,2}))(?:"([^"]{3,})"|'([^']{3,})'|`([^`]{3,})`)"#
);

/// A query in a literal: `"/x?token=abc"`.
const QUERIED: &str = concat!(
    r#"((?i-u:[?&][a-z_-]*(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|session[_-]?id|sid|signature)=))"#,
    r#"([^&"'`\s#${}]{3,})"#
);

/// The line with its secret literals replaced; none where there is none.
pub(super) fn scrub(line: &str) -> Option<String> {
    let shapes = scrub_shapes(line);
    let clean = shapes.as_deref().unwrap_or(line);
    if !clean.contains(['"', '\'', '`']) {
        return shapes;
    }
    let (assigned, queried) = literals()?;
    let without_literals = assigned.replace_all(clean, |found: &Captures<'_>| {
        let quote = ["\"", "'", "`"][(2..5).position(|group| found.get(group).is_some()).unwrap_or(0)];
        format!("{}{quote}{REMOVED}{quote}", &found[1])
    });
    let cleanest = queried.replace_all(&without_literals, |found: &Captures<'_>| format!("{}{REMOVED}", &found[1]));
    (cleanest != line).then(|| cleanest.into_owned())
}

/// Whether there is nothing to take out of `lines`. What a line holds, all of them together hold. A program fails in the same
/// places over and over: what was found clean is known again.
pub(super) fn are_clean<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> bool {
    let known = known(lines.clone());
    if CLEAN[known.place].load(Ordering::Relaxed) == known.hash {
        return true;
    }
    let is_clean = look_clean(lines);
    if is_clean {
        CLEAN[known.place].store(known.hash, Ordering::Relaxed);
    }
    is_clean
}

/// Surroundings of frames, each at the place that its hash says.
const CLEAN_MAX: usize = 4096;
static CLEAN: [AtomicU64; CLEAN_MAX] = [const { AtomicU64::new(0) }; CLEAN_MAX];

/// By what lines are known again.
struct Known {
    place: usize,
    /// Not 0.
    hash: u64,
}

/// By a hash of which nobody knows the seed: nobody can write lines that are taken for others.
fn known<'a>(lines: impl Iterator<Item = &'a str>) -> Known {
    static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(CLEAN_MAX));
    let hash = lines.fold(*SEED, |before, line| xxh3_64_with_seed(line.as_bytes(), before));
    Known { place: (hash >> 52) as usize % CLEAN_MAX, hash: hash | 1 }
}

fn look_clean<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let text = lines.collect::<Vec<_>>().join("\n");
    let is_match = literals().is_none_or(|(assigned, queried)| assigned.is_match(&text) || queried.is_match(&text));
    !is_match && scrub_shapes(&text).is_none()
}

fn literals() -> Option<&'static (Regex, Regex)> {
    static LITERALS: LazyLock<Option<(Regex, Regex)>> =
        LazyLock::new(|| Regex::new(ASSIGNED).ok().zip(Regex::new(QUERIED).ok()));
    LITERALS.as_ref()
}

/// Tokens and numbers by their shape alone: in code, `token: str` is no secret.
fn scrub_shapes(line: &str) -> Option<String> {
    static SHAPES: LazyLock<Option<scrub::Scrubber>> = LazyLock::new(|| {
        let except = vec![scrub::Rule::Key, scrub::Rule::Header];
        scrub::Scrubber::new(&scrub::Config { except, ..scrub::Config::default() }).ok()
    });
    match SHAPES.as_ref()?.scrub(line.as_bytes(), &mut scrub::Counts::default()) {
        std::borrow::Cow::Owned(clean) => Some(String::from_utf8_lossy(&clean).into_owned()),
        std::borrow::Cow::Borrowed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_known_again_are_not_taken_for_others() {
        let clean = ["def pay(basket):", "    return basket.total(rates[sku])", ""];
        let secret = ["def pay(basket):", "    password = \"hunter2\"", ""];
        for _ in 0..3 {
            assert!(are_clean(clean.into_iter()));
            assert!(!are_clean(secret.into_iter()));
            assert!(!are_clean(clean.into_iter().chain(secret)));
        }
        let parted = known(["ab", "c"].into_iter());
        assert_ne!(parted.hash, known(["a", "bc"].into_iter()).hash, "where a line ends makes a difference");
    }

    #[test]
    fn literals_of_secret_names_are_removed_and_code_stays() {
        for (line, expected) in [
            (r#"    password = "hunter2""#, Some(r#"    password = "[removed]""#)),
            ("  'api_key': 'abc123',", Some("  'api_key': '[removed]',")),
            (r#"login("anne", password="hunter2")"#, Some(r#"login("anne", password="[removed]")"#)),
            (r#"const token = `abc${x}`;"#, Some(r#"const token = `[removed]`;"#)),
            (r#"let secret: string = "abc";"#, Some(r#"let secret: string = "[removed]";"#)),
            (r#"$config["db_password"] = "abc";"#, Some(r#"$config["db_password"] = "[removed]";"#)),
            (r#"password = form.cleaned_data["password"]"#, None),
            ("token = request.headers.get(name)", None),
            ("return rates[sku]", None),
            (r#"{"X-Api-Key":"abc-123"}"#, Some(r#"{"X-Api-Key":"[removed]"}"#)),
            (r#"fetch("/x?a=1&access_token=abc123")"#, Some(r#"fetch("/x?a=1&access_token=[removed]")"#)),
        ] {
            assert_eq!(scrub(line).as_deref(), expected, "{line}");
        }
    }
}
