//! Keeps what the parser is given small. It follows brackets, operators, filters, blocks and each `elif` by calling
//! itself, and a stack that runs over ends the whole program, not only the mailing: so what would go deep, or take
//! long, is refused before it is parsed.

use super::{growth::Refused, lexer::tags};
use crate::sentence::Sentence;

/// Words and signs of one tag, and of all of them: far more than a letter needs.
const TAG_TOKENS_MAX: usize = 2_000;
const TOKENS_MAX: usize = 20_000;
/// Words and signs of one expression that no comma separates.
const DEPTH_MAX: usize = 200;
/// Brackets inside brackets.
const BRACKETS_MAX: usize = 10;
/// `{% … %}` of a template.
const BLOCKS_MAX: usize = 1_000;
/// Blocks inside blocks; each `elif` stands inside the one before it.
const NESTED_MAX: usize = 50;

/// Looks for tags, as places with their words and signs, that are too much even to look for headings in.
pub(super) fn refuse_crowded(tags: impl IntoIterator<Item = (usize, usize)>) -> Option<Refused> {
    let mut all = 0;
    tags.into_iter().find_map(|(offset, words)| {
        all += words;
        let what = if words > TAG_TOKENS_MAX {
            Sentence::new("tag_too_long").with("most", TAG_TOKENS_MAX)
        } else if all > TOKENS_MAX {
            Sentence::new("too_many_tokens").with("most", TOKENS_MAX)
        } else {
            return None;
        };
        Some(Refused { offset, what, remedy: Sentence::new("simplify") })
    })
}

/// Looks for what would be too much for the parser.
pub(super) fn refuse(source: &str) -> Option<Refused> {
    let (mut tokens, mut blocks) = (0, 0);
    // The steps that each open block takes: one, and one for each `elif`.
    let mut open: Vec<usize> = Vec::new();
    let mut nested = 0_usize;
    for tag in tags(source) {
        tokens += tag.tokens;
        blocks += usize::from(tag.is_block);
        match tag.keyword {
            _ if !tag.is_block => {}
            "elif" => {
                nested += 1;
                *open.last_mut().unwrap_or(&mut 0) += 1;
            }
            "else" | "set" | "do" | "break" | "continue" => {}
            end if end.starts_with("end") => nested = nested.saturating_sub(open.pop().unwrap_or(0)),
            _ => {
                nested += 1;
                open.push(1);
            }
        }
        let (what, most) = if tag.brackets > BRACKETS_MAX {
            (Sentence::new("brackets_too_deep"), BRACKETS_MAX)
        } else if tag.depth > DEPTH_MAX {
            (Sentence::new("expression_too_long"), DEPTH_MAX)
        } else if tag.tokens > TAG_TOKENS_MAX {
            (Sentence::new("tag_too_long"), TAG_TOKENS_MAX)
        } else if nested > NESTED_MAX {
            (Sentence::new("blocks_too_deep"), NESTED_MAX)
        } else if blocks > BLOCKS_MAX {
            (Sentence::new("too_many_blocks"), BLOCKS_MAX)
        } else if tokens > TOKENS_MAX {
            (Sentence::new("too_many_tokens"), TOKENS_MAX)
        } else {
            continue;
        };
        return Some(Refused { offset: tag.open, what: what.with("most", most), remedy: Sentence::new("simplify") });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Audience, Sources, Template, Templates};
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Half of what a thread is given: the parser has to do with it, whatever the template.
    const HALF: usize = 1024 * 1024;
    const QUARTER: usize = HALF / 2;

    fn compile(source: String) -> Result<Templates, String> {
        let text = Some(Template { name: "text".into(), source });
        let sources = Sources { text, ..Sources::default() };
        Templates::compile(&sources, &["nom".into(), "N° d'adhérent".into()], Audience::OneRow)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    fn on_stack<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(bytes).spawn(work).unwrap().join().unwrap()
    }

    /// What stands before, what is repeated, what stands in the middle, what is repeated as often after that, and the
    /// end.
    type Shape = [&'static str; 5];

    /// Those of which the parser makes something as deep as they are long.
    const DEEP: [Shape; 22] = [
        ["{{ ", "-", "1", "", " }}"],
        ["{{ 1", "+1", "", "", " }}"],
        ["{{ 1", " ~ 1", "", "", " }}"],
        ["{{ 1", " and 1", "", "", " }}"],
        ["{{ 1", " == 1", "", "", " }}"],
        ["{{ 1", "//1", "", "", " }}"],
        ["{{ nom", "|upper", "", "", " }}"],
        ["{{ nom", " is lower", "", "", " }}"],
        ["{{ nom", ".nom", "", "", " }}"],
        ["{{ nom", "[1]", "", "", " }}"],
        ["{{ nom", "()", "", "", " }}"],
        ["{{ ", "not ", "1", "", " }}"],
        ["{{ ", "1 if 1 else ", "1", "", " }}"],
        ["{% if ", "not ", "1", "", " %}{% endif %}"],
        ["{{ ", "(", "1", ")", " }}"],
        ["{{ ", "[", "1", "]", " }}"],
        ["{{ ", "{1:", "1", "}", " }}"],
        ["{{ 1", "|string(1", "", ")", " }}"],
        ["{% if 0 %}", "{% elif 0 %}", "", "", "{% endif %}"],
        ["", "{% if 1 %}", "", "{% endif %}", ""],
        ["", "{% for a in [1] %}", "", "{% endfor %}", ""],
        ["", "{%- with a = 1 -%}", "", "{%- endwith -%}", ""],
    ];

    /// Those of which it makes something wide.
    const WIDE: [Shape; 5] = [
        ["{{ 1", "**1", "", "", " }}"],
        ["{{ [", "1,", "", "", "] }}"],
        ["", "{{ 1 }}", "", "", ""],
        ["", "{% set a = 1 %}", "", "", ""],
        ["", "{{ é }}", "", "", ""],
    ];

    fn repeated([before, again, middle, close, after]: Shape, times: usize) -> String {
        [before, &again.repeat(times), middle, &close.repeat(times), after].concat()
    }

    #[test]
    fn what_would_overflow_the_parser_is_a_problem() {
        for shape in DEEP.into_iter().chain(WIDE) {
            for times in [2_000, 10_000, 100_000] {
                if WIDE.contains(&shape) && times < 100_000 {
                    continue;
                }
                let source = repeated(shape, times);
                let begun = Instant::now();
                let said = on_stack(QUARTER, || compile(source).map(drop)).expect_err(shape[1]);
                let taken = begun.elapsed();
                assert!(said.contains("more than") || said.contains("is longer"), "{shape:?} {times}: {said}");
                // Were it not linear, the longest would take a minute.
                assert!(taken < Duration::from_secs(5), "{shape:?} {times}: {taken:?}");
            }
        }
    }

    #[test]
    fn what_is_just_allowed_leaves_room_on_the_stack() {
        for shape in DEEP {
            let most = (1..2_000).take_while(|times| refuse(&repeated(shape, *times)).is_none()).last().unwrap();
            on_stack(QUARTER, move || compile(repeated(shape, most)).map(drop)).unwrap();
        }
        let blocks = NESTED_MAX / 2;
        let tag = repeated(["{{ ", "(", "", "", ""], BRACKETS_MAX);
        let signs = "-".repeat(DEPTH_MAX - 2 * BRACKETS_MAX - 1);
        let inside = format!("{tag}{signs}1{} }}}}", ")".repeat(BRACKETS_MAX));
        let chain = format!("{{% if 0 %}}{}{inside}{{% endif %}}", "{% elif 0 %}".repeat(blocks - 1));
        let worst = format!("{}{chain}{}", "{% if 1 %}".repeat(blocks), "{% endif %}".repeat(blocks));
        assert!(refuse(&worst).is_none());
        on_stack(HALF, || compile(worst).map(drop)).unwrap();
    }

    #[test]
    fn every_template_of_a_mailing_is_measured() {
        let hostile = || Template { name: "here".into(), source: repeated(DEEP[0], 10_000) };
        let some = || Some(hostile());
        for sources in [
            Sources { to: hostile(), ..Sources::default() },
            Sources { cc: some(), ..Sources::default() },
            Sources { bcc: some(), ..Sources::default() },
            Sources { subject: hostile(), ..Sources::default() },
            Sources { text: some(), ..Sources::default() },
            Sources { html: some(), ..Sources::default() },
            Sources { attach: vec![hostile()], ..Sources::default() },
            Sources { list_unsubscribe: some(), ..Sources::default() },
        ] {
            let problems = Templates::compile(&sources, &[], Audience::OneRow).unwrap_err();
            assert!(problems[0].to_string().starts_with("here:1:1: a tag has more than"), "{problems:?}");
        }
        let long = compile("x".repeat(1 << 22)).unwrap_err();
        assert_eq!(long, "text: is longer than 2097152 bytes, shorten it, or attach a file");
    }

    proptest! {
        #[test]
        fn no_mixture_overflows_the_parser(
            pieces in prop::collection::vec((0..DEEP.len(), 0..4_usize, 1..400_usize), 1..8),
        ) {
            let piece = |(shape, part, times): (usize, usize, usize)| match part {
                0 => DEEP[shape][1].repeat(times),
                1 => repeated(DEEP[shape], times % 40),
                2 => [DEEP[shape][0], DEEP[shape][1]].concat().repeat(times % 40),
                _ => [DEEP[shape][1], DEEP[shape][4]].concat(),
            };
            let source: String = pieces.into_iter().map(piece).collect();
            let _ = on_stack(HALF, || compile(source).map(drop));
        }
    }
}
