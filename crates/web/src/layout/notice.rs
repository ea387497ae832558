//! What the last action came to, as the page that it leads to is told. It stands in that page's address, so that a reload
//! repeats nothing, and is sealed for the reader's session: an address that somebody else has written says nothing.

use crate::layout::view::View;
use ring::hmac;

/// What follows a page's address: these words and their seal. `path` is the page's, without its query.
pub(crate) fn query(v: &View, path: &str, words: &[(&str, &str)]) -> String {
    let words = told(words);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&words);
    if let Some(seal) = seal(v, path, &words) {
        query.append_pair("seal", &seal);
    }
    query.finish()
}

/// Whether the page that is read now was told these words by an action of this session.
pub(crate) fn is_ours(v: &View, words: &[(&str, &str)], given: &str) -> bool {
    let path = v.here.split('?').next().unwrap_or_default();
    !given.is_empty() && seal(v, path, &told(words)).is_some_and(|seal| seal == given)
}

/// An empty word is as good as none.
fn told<'a>(words: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    words.iter().copied().filter(|(_, word)| !word.is_empty()).collect()
}

/// `None` without a session.
fn seal(v: &View, path: &str, words: &[(&str, &str)]) -> Option<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, v.notice_key.as_ref()?);
    let mut context = hmac::Context::with_key(&key);
    let parts = words.iter().flat_map(|(name, word)| [*name, *word]);
    for part in std::iter::once(path).chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let tag = context.sign();
    Some(tag.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
