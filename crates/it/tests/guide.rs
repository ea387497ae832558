//! Blocks of code of `docs/errors.md`, which tests run as they stand there.

pub(crate) const GUIDE: &str = include_str!("../../../docs/errors.md");
/// As the guide writes a DSN.
pub(crate) const EXAMPLE_DSN: &str = "https://KEY@vigie.example.org/1";

/// The first block in that language after a heading of the guide, or after other words of it.
pub(crate) fn block(after: &str, language: &str) -> &'static str {
    let rest = GUIDE.split_once(&format!("\n{after}")).map(|(_, rest)| rest);
    let block = rest.and_then(|rest| rest.split_once(&format!("```{language}\n"))).map(|(_, rest)| rest);
    let block = block.and_then(|rest| rest.split_once("```")).map(|(block, _)| block);
    block.unwrap_or_else(|| panic!("the guide has no {language} after {after}"))
}
