//! Keeps what the parser is given small, and gives it room. It follows operators, filters and each `elif` by calling
//! itself, and a stack that runs over ends the whole program, not only the mailing. It bounds by itself how deep brackets
//! and blocks stand inside one another (150), and nothing else.

use super::{growth::Refused, lexer::tags};
use crate::sentence::Sentence;
use std::{io, panic::resume_unwind, thread};

/// Words and signs of one tag, and of all of them: far more than a letter needs.
const TAG_TOKENS_MAX: usize = 2_000;
const TOKENS_MAX: usize = 20_000;
/// `{% … %}` of a template.
const BLOCKS_MAX: usize = 1_000;
/// For the parser: each token and each block takes it up to 4 KB.
const STACK_BYTES: usize = 64 << 20;

/// Does `work` where the stack suffices for all that is let through here.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

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
    refuse_crowded(tags(source).map(|tag| (tag.open, tag.tokens))).or_else(|| {
        let tag = tags(source).filter(|tag| tag.is_block).nth(BLOCKS_MAX)?;
        let what = Sentence::new("too_many_blocks").with("most", BLOCKS_MAX);
        Some(Refused { offset: tag.open, what, remedy: Sentence::new("simplify") })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Audience, Sources, Template, Templates, heading};
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

    fn is_let_through(source: &str) -> bool {
        refuse_crowded(heading::words_of_tags(source)).or_else(|| refuse(source)).is_none()
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
                let bounds = ["more than", "is longer", "recursion limits, shorten the template"];
                assert!(bounds.iter().any(|bound| said.contains(bound)), "{shape:?} {times}: {said}");
                // Were it not linear, the longest would take a minute.
                assert!(taken < Duration::from_secs(5), "{shape:?} {times}: {taken:?}");
            }
        }
    }

    #[test]
    fn what_is_just_allowed_leaves_room_on_the_stack() {
        for shape in DEEP {
            let times: Vec<usize> = (0..2_000).collect();
            let most = times.partition_point(|times| is_let_through(&repeated(shape, *times))) - 1;
            fits(repeated(shape, most));
        }
        let inside = |signs: &str| format!("{{{{ {}1 }}}}", signs.repeat((TAG_TOKENS_MAX - 1) / 4));
        for (signs, ifs) in [("---", 0), ("not not not ", 100), ("1 if 1 else ", 0), ("1 if 1 else ", 100)] {
            let elifs = "{% elif 0 %}".repeat(BLOCKS_MAX - 2 - 2 * ifs);
            let chain = format!("{{% if 0 %}}{elifs}{}{{% endif %}}", inside(signs));
            let worst = format!("{}{chain}{}", "{% if 1 %}".repeat(ifs), "{% endif %}".repeat(ifs));
            assert!(is_let_through(&worst), "{signs}");
            fits(worst);
        }
    }

    /// It compiles, or the parser refuses it: a stack that runs over would end the tests.
    fn fits(source: String) {
        let shown: String = source.chars().take(40).collect();
        let said = on_stack(QUARTER, || compile(source).map(drop)).err();
        let is_bound = |said: &String| said.contains("recursion limits") || said.contains("too many texts");
        assert!(said.as_ref().is_none_or(is_bound), "{shown}: {said:?}");
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
