//! Keeps what a template computes small. Its output and its steps are bounded by the renderer; values in between are
//! not, and a few lines can double a text until memory is gone. What multiplies text is refused here, or bounded.

use super::{budget::filter, lexer::tags};
use crate::sentence::Sentence;
use minijinja::{Environment, Error, ErrorKind, value::Value};

/// Bytes of a value in between.
const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// Joinings (`~`, `+`) in all `{% set %}` of a template: each may double what the one before made.
const JOININGS_MAX: usize = 8;
/// In one tag, and in one tag of a loop: each copies what the ones before it made.
const TAG_JOININGS_MAX: usize = 100;
const LOOP_JOININGS_MAX: usize = 8;

/// What a template may not do, where (byte offset), and what to do instead.
pub(super) struct Refused {
    pub(super) offset: usize,
    pub(super) what: Sentence,
    pub(super) remedy: Sentence,
}

/// Looks through the expressions of `source` for what could grow without bound.
pub(super) fn refuse(source: &str) -> Option<Refused> {
    let (mut joinings, mut loops, mut filters) = (0, 0_usize, 0_usize);
    for tag in tags(source) {
        let sets = tag.is_block && tag.keyword == "set";
        if let Some(offset) = tag.times {
            let (what, remedy) = (Sentence::new("no_multiplication"), Sentence::new("compute_product"));
            return Some(Refused { offset, what, remedy });
        }
        match tag.keyword {
            _ if !tag.is_block => {}
            // What a block of `filter` prints is kept until its end, and so is what a loop gives that calls itself: there
            // the output has no bound.
            "for" if filters > 0 => {
                let (what, remedy) = (Sentence::new("loop_in_filter"), Sentence::new("filter_in_loop"));
                return Some(Refused { offset: tag.open, what, remedy });
            }
            "for" if tag.recursive => {
                let (what, remedy) = (Sentence::new("loop_of_itself"), Sentence::new("simplify"));
                return Some(Refused { offset: tag.open, what, remedy });
            }
            "for" => loops += 1,
            "endfor" => loops = loops.saturating_sub(1),
            "filter" => filters += 1,
            "endfilter" => filters = filters.saturating_sub(1),
            _ => {}
        }
        // No filter, so nothing pays for it, and each walks the whole text.
        if let Some(offset) = tag.slice.filter(|_| loops > 0) {
            let (what, remedy) = (Sentence::new("slice_in_loop"), Sentence::new("slice_before_loop"));
            return Some(Refused { offset, what, remedy });
        }
        if sets && !tag.assigns {
            let (what, remedy) = (Sentence::new("block_in_variable"), Sentence::new("write_set"));
            return Some(Refused { offset: tag.open, what, remedy });
        }
        joinings += if sets { tag.joinings } else { 0 };
        let most = if loops > 0 { LOOP_JOININGS_MAX } else { TAG_JOININGS_MAX };
        if joinings > JOININGS_MAX || tag.joinings > most {
            let (what, remedy) = (Sentence::new("too_many_joinings"), Sentence::new("print_parts"));
            return Some(Refused { offset: tag.open, what, remedy });
        }
    }
    None
}

/// Takes away what multiplies text without asking, and puts bounded forms in the place of what is useful.
pub(super) fn bound(environment: &mut Environment<'_>) {
    for filter in ["indent", "format", "pprint", "batch", "slice"] {
        environment.remove_filter(filter);
    }
    for function in ["namespace", "debug"] {
        environment.remove_global(function);
    }
    filter(environment, "join", join);
    filter(environment, "replace", replace);
}

fn join(values: &Value, separator: Option<&str>) -> Result<String, Error> {
    let mut joined = String::new();
    for (number, value) in values.try_iter()?.enumerate() {
        if number > 0 {
            joined.push_str(separator.unwrap_or_default());
        }
        joined.push_str(&value.to_string());
        if joined.len() > VALUE_BYTES_MAX {
            return Err(too_long());
        }
    }
    Ok(joined)
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    let growth = text.matches(from).count().saturating_mul(to.len());
    if text.len().saturating_add(growth) > VALUE_BYTES_MAX {
        return Err(too_long());
    }
    Ok(text.replace(from, to))
}

fn too_long() -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("a value becomes longer than {VALUE_BYTES_MAX} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_multiplies_text_is_refused_where_it_stands() {
        let cases = [
            ("{{ nom }} 2 * 3 {# a * b #} {{ '*' }} {{ \"a\\\"*\" }}", None),
            ("{% set a = b ~ c %}{{ a ~ a ~ a }}", None),
            ("a {{ nom * 9 }}", Some(9)),
            ("{% set a %}{{ nom }}{% endset %}", Some(0)),
            ("{% if x %}{% endif %}{%- set a = a~a~a~a~a~a~a~a~a~a %}", Some(21)),
            ("{{ nom[:1] }}{% for a in b %}{{ {'x': a}['x'] }}{% endfor %}{{ nom[1:] }}", None),
            ("{% for a in b %}{{ a[::-1] }}{% endfor %}", Some(21)),
            ("{{ {'a': {'b': 1}} ~ nom * 9 }}", Some(25)),
            ("{% set a|replace('x', y=1) %}{{ nom }}{% endset %}", Some(0)),
            ("{% raw %}{{ nom * 9 }}{# {% endraw %}{{ nom * 9 }}", Some(44)),
            ("{% filter upper %}a{% endfilter %}{% for a in b %}{% filter upper %}a{% endfilter %}{% endfor %}", None),
            ("{% filter upper %}{% if x %}{% for a in b %}c{% endfor %}{% endif %}{% endfilter %}", Some(28)),
            ("{% for a in b|sort if recursive.x recursive %}{{ loop(a) }}{% endfor %}", Some(0)),
            ("{% for a in 'recursive' %}{{ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}{% endfor %}", None),
            ("{% for a in b %}{{ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}{% endfor %}", Some(16)),
            ("{{ unclosed", None),
            ("{", None),
        ];
        for (source, place) in cases {
            assert_eq!(refuse(source).map(|refused| refused.offset), place, "{source}");
        }
    }

    #[test]
    fn a_value_in_between_stays_small() {
        let mut environment = Environment::new();
        bound(&mut environment);
        let render = |source: &str| environment.render_str(source, minijinja::context! { nom => "abc" });
        assert_eq!(render("{{ ['a', 'b']|join(', ') }} {{ nom|replace('b', '-') }}").unwrap(), "a, b a-c");
        for hostile in [
            "{{ range(90000)|join('xxxxxxxxxxxxxxxxxxxx')|length }}",
            "{{ nom|indent(4000000000) }}",
            "{{ '%1000000000d'|format(1) }}",
            "{% set ns = namespace(x='a') %}",
        ] {
            assert!(render(hostile).is_err(), "{hostile}");
        }
    }
}
