//! What is pasted into a program, so that its errors come here: the lines of the guide, which tests run as they stand there.

use crate::projects::page::Snippet;

const GUIDE: &str = include_str!("../../../../docs/errors.md");
/// As the guide writes a DSN.
const EXAMPLE_DSN: &str = "https://KEY@vigie.example.org/1";

/// What programs are written with: the word of a platform, its name, and the heading of the guide.
pub(super) const PLATFORMS: [(&str, &str, &str); 7] = [
    ("python-django", "Django", "Django"),
    ("python-fastapi", "FastAPI", "FastAPI"),
    ("python-flask", "Flask", "Flask"),
    ("python-celery", "Celery", "Celery"),
    ("node", "Node.js", "Node.js"),
    ("javascript", "JavaScript", "Browser"),
    ("rust", "Rust", "Rust"),
];

/// What people call a platform; as it is, where it is none of ours.
pub(super) fn name_of(platform: &str) -> &str {
    PLATFORMS.iter().find(|(known, ..)| *known == platform).map_or(platform, |(_, name, _)| name)
}

/// The lines for every platform, that of the project first.
pub(super) fn snippets(dsn: &str, platform: &str) -> Vec<Snippet> {
    let mut snippets: Vec<Snippet> =
        PLATFORMS.iter().filter_map(|(_, name, heading)| snippet(name, heading, dsn)).collect();
    if let Some(own) = PLATFORMS.iter().position(|(known, ..)| *known == platform) {
        let own = snippets.remove(own);
        snippets.insert(0, own);
    }
    snippets
}

fn snippet(name: &'static str, heading: &str, dsn: &str) -> Option<Snippet> {
    let mut blocks = blocks(heading);
    let (install, code) = (blocks.next()?, blocks.next()?);
    Some(Snippet { name, install, code: code.replace(EXAMPLE_DSN, dsn) })
}

/// The blocks of code under a heading of the guide.
fn blocks(heading: &str) -> impl Iterator<Item = &'static str> {
    let is_it = move |part: &&str| part.lines().next() == Some(heading);
    let part = GUIDE.split("\n## ").find(is_it).unwrap_or_default();
    // Between two fences, after the name of the language.
    part.split("```").skip(1).step_by(2).filter_map(|block| Some(block.split_once('\n')?.1.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_each_platform_hold_the_dsn_once() {
        let dsn = "https://abababababababababababababababab@vigie.example/7";
        let all = snippets(dsn, "node");
        assert_eq!((all.len(), all[0].name), (PLATFORMS.len(), "Node.js"));
        let text = |one: &Snippet| format!("## {}\n$ {}\n{}\n", one.name, one.install, one.code);
        assert!(all.iter().all(|one| one.code.matches(dsn).count() == 1));
        insta::assert_snapshot!(all.iter().map(text).collect::<Vec<_>>().join("\n"));
    }
}
