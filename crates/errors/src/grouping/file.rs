//! Names of files, without where they lie and without what builds put into them.

use crate::event::Platform;

/// The last element of a path in lower case, build hashes taken out; none where it names no script.
///
/// `path` is the whole path or URL where it is known besides.
pub(super) fn basename(name: &str, path: Option<&str>, platform: Platform) -> Option<String> {
    let name = name.split(['?', '#']).next().unwrap_or(name).trim_end_matches(['/', '\\']);
    let is_url = |text: &str| {
        ["http://", "https://", "blob:", "data:", "about:", "javascript:"].iter().any(|s| text.starts_with(s))
    };
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    let bare = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if platform == Platform::JavaScript {
        let from_page = is_url(name) || path.is_some_and(is_url);
        if from_page && !is_script(&base) {
            return None;
        }
    }
    if matches!(
        base.as_str(),
        "" | "<anonymous>" | "<unknown>" | "[native code]" | "native" | "?" | "eval code" | "[internal]" | "[builtin]"
    ) {
        return None;
    }
    if base.starts_with('<') {
        return Some(base.chars().filter(|c| !c.is_ascii_digit()).collect::<String>().split("--").next()?.to_owned());
    }
    let clean = match platform {
        Platform::JavaScript => without_build_hashes(bare).to_lowercase(),
        _ => without_hex(&base),
    };
    let stem = clean.split('.').next().unwrap_or_default();
    (!stem.is_empty()).then_some(clean)
}

fn is_script(base: &str) -> bool {
    const SCRIPTS: [&str; 11] =
        [".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".vue", ".svelte", ".coffee", ".bundle"];
    SCRIPTS.iter().any(|end| base.ends_with(end))
}

/// `main.8f3a2b1c.chunk.js` is `main.chunk.js`, `index-B3xK9d2a.js` is `index.js`, `342-9c1a2b3d.js` is `.js`.
pub(super) fn without_build_hashes(name: &str) -> String {
    let (name, extension) = match name.rfind('.').filter(|dot| is_script(&name[*dot..].to_lowercase())) {
        Some(dot) => name.split_at(dot),
        None => (name, ""),
    };
    let name = without_vite_hash(name).unwrap_or(name);
    let mut clean = String::with_capacity(name.len());
    let (mut rest, mut separator) = (name, "");
    loop {
        let end = rest.find(['.', '-', '_', '~']).unwrap_or(rest.len());
        let word = &rest[..end];
        if !is_build_hash(word) {
            if !clean.is_empty() {
                clean.push_str(separator);
            }
            clean.push_str(word);
        }
        let Some(next) = rest.get(end..end + 1) else { break };
        (separator, rest) = (next, &rest[end + 1..]);
    }
    clean + extension
}

/// `index-B_x3-k9D` is `index`: eight signs behind a dash, of which some are capitals and some are not.
fn without_vite_hash(name: &str) -> Option<&str> {
    let start = name.len().checked_sub(8).filter(|start| name.is_char_boundary(*start))?;
    let (stem, hash) = name.split_at(start);
    let stem = stem.strip_suffix(['-', '.']).filter(|stem| !stem.is_empty())?;
    let signs = hash.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let mixed = hash[1..].bytes().any(|b| b.is_ascii_uppercase()) && hash.bytes().any(|b| b.is_ascii_lowercase());
    (signs && mixed).then_some(stem)
}

fn is_build_hash(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_alphanumeric = word.bytes().all(|b| b.is_ascii_alphanumeric());
    if word.is_empty() || digits == 0 || !is_alphanumeric {
        return word.len() >= 20 && word.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let is_number = digits == word.len();
    let is_hex = word.len() >= 6 && word.bytes().all(|b| b.is_ascii_hexdigit());
    // Digits and letters in turns: `oauth2client`, `i18next` and `es2015` have too few to be one.
    let is_turn = |pair: &[u8]| pair[0].is_ascii_digit() != pair[1].is_ascii_digit();
    let turns = word.as_bytes().windows(2).filter(|pair| is_turn(pair)).count();
    is_number || is_hex || word.len() >= 7 && turns >= 3
}

/// Names of compiled templates and the like: long hex numbers taken out.
pub(super) fn without_hex(name: &str) -> String {
    const HEX_CHARS_MIN: usize = 8;
    let mut clean = String::with_capacity(name.len());
    let mut rest = name;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let run = &rest[..length];
        let is_hash = length >= HEX_CHARS_MIN && run.bytes().any(|b| b.is_ascii_digit());
        if !is_hash {
            clean.push_str(run);
        }
        rest = &rest[length..];
        let next = rest.find(|c: char| c.is_ascii_hexdigit()).unwrap_or(rest.len());
        clean.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_place_and_their_build() {
        for (name, expected) in [
            ("/srv/app/Orders.js", Some("orders.js")),
            ("C:\\app\\orders.js", Some("orders.js")),
            ("https://a.example/static/main.8f3a2b1c.chunk.js?v=3", Some("main.chunk.js")),
            ("https://a.example/assets/index-B3xK9d2a.js", Some("index.js")),
            ("https://a.example/assets/index-CBZtnQjk.js", Some("index.js")),
            ("https://a.example/assets/vendor-react-B_x3-k9D.js", Some("vendor-react.js")),
            ("https://a.example/_next/static/chunks/342-9c1a2b3d.js", None),
            ("https://a.example/jquery3.min.js", Some("jquery3.min.js")),
            ("https://a.example/oauth2client.js", Some("oauth2client.js")),
            ("https://a.example/i18next-base64url.js", Some("i18next-base64url.js")),
            ("https://a.example/chunk-4FZ5V2K.js", Some("chunk.js")),
            ("https://a.example/orders/12", None),
            ("https://a.example/", None),
            ("webpack:///./src/app.tsx?a1b2", Some("app.tsx")),
            ("app:///dist/main.js", Some("main.js")),
            ("<anonymous>", None),
            ("[native code]", None),
        ] {
            assert_eq!(basename(name, Some(name), Platform::JavaScript).as_deref(), expected, "{name}");
        }
        for (platform, name, expected) in [
            (Platform::Php, "/var/cache/twig/3f/3fa9b2c4d5e6f708.php", None),
            (Platform::Python, "<ipython-input-12-ab34>", Some("<ipython-input")),
            (Platform::Python, "<frozen importlib._bootstrap>", Some("<frozen importlib._bootstrap>")),
            (Platform::Ruby, "app/models/order.rb", Some("order.rb")),
        ] {
            assert_eq!(basename(name, None, platform).as_deref(), expected, "{name}");
        }
    }
}
