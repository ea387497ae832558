//! Why a query may find nothing: a field that no record has, `name=value` where `name:value` was meant.

use super::{Comparison, FieldTest, Filter, Group, Number, Pattern, Pipe, Query, SortKey, parse::parse};
use std::collections::BTreeSet;

/// Hints of one query; further ones would not be read.
const HINTS_MAX: usize = 8;
/// Values of a list.
const LIST_MAX: usize = 20;
/// Characters of a name that is looked for among others.
const NAME_CHARS_MAX: usize = 64;
/// What every record may be asked for.
const ALWAYS: [&str; 4] = ["level", "message", "source", "time"];

/// One part of a query that can find nothing, or hardly what was meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    pub why: Why,
    /// The part, as the language has it.
    pub part: String,
    /// What may have been meant instead of it.
    pub instead: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    NoSuchField(String),
    /// It is searched as words.
    EqualsSign,
    /// A source is asked for by a part of it: it is compared as a whole.
    PartOfSource,
    /// The messages do not hold it; fields do.
    InFields,
    /// A value that other tools read as several, or as what it is not: `4xx`, `404,500`, `!200`. It is compared as written.
    AsWritten,
}

/// What of an answer there is nothing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// No record matches.
    Answer,
    /// Records match; none of them has what a column of the table is about.
    Column,
}

/// What is doubtful about a query, where `known` are the names of all fields there are; and the query with what may have
/// been meant, if anything of it is known.
pub fn hints(query: &Query, empty: Empty, known: &BTreeSet<String>) -> (Vec<Hint>, Option<Query>) {
    let mut found = Vec::new();
    let filter = match empty {
        Empty::Answer => corrected(&query.filter, known, &mut found),
        Empty::Column => query.filter.clone(),
    };
    let pipes = corrected_pipes(&query.pipes, known, &mut found);
    let is_corrected = found.iter().any(|hint| hint.instead.is_some());
    (found, is_corrected.then_some(Query { filter, pipes }))
}

/// Whether a query names any field, or seems to mean one: else there is nothing to look up for it.
pub fn names_fields(query: &Query) -> bool {
    fn any(filter: &Filter) -> bool {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().any(any),
            Filter::Not(part) => any(part),
            Filter::Field { .. } => true,
            Filter::Message(Pattern::Words(text)) => equation(text).is_some(),
            _ => false,
        }
    }
    any(&query.filter) || !query.pipes.is_empty()
}

/// The query that looks for its texts in fields too, where it looks for any in messages.
pub fn anywhere(query: &Query) -> Option<(Hint, Query)> {
    fn widened(filter: &Filter, first: &mut Option<(Filter, Filter)>) -> Filter {
        match filter {
            Filter::And(parts) => Filter::And(parts.iter().map(|part| widened(part, first)).collect()),
            Filter::Or(parts) => Filter::Or(parts.iter().map(|part| widened(part, first)).collect()),
            Filter::Message(pattern) => {
                let wide = Filter::Anywhere(pattern.clone());
                first.get_or_insert_with(|| (filter.clone(), wide.clone()));
                wide
            }
            other => other.clone(),
        }
    }
    let mut first = None;
    let filter = widened(&query.filter, &mut first);
    let text = |filter: Filter| Query { filter, pipes: Vec::new() }.to_string();
    let (part, instead) = first?;
    let hint = Hint { why: Why::InFields, part: text(part), instead: Some(text(instead)) };
    Some((hint, Query { filter, pipes: query.pipes.clone() }))
}

fn corrected(filter: &Filter, known: &BTreeSet<String>, found: &mut Vec<Hint>) -> Filter {
    let mut each = |parts: &[Filter]| parts.iter().map(|part| corrected(part, known, found)).collect::<Vec<_>>();
    match filter {
        Filter::And(parts) => Filter::all(each(parts)),
        Filter::Or(parts) => Filter::any(each(parts)),
        Filter::Not(part) => Filter::Not(Box::new(corrected(part, known, found))),
        Filter::Field { name, test } if !is_known(name, known) => {
            let instead = nearest(name, known).map(|near| about(near, test));
            tell(found, Why::NoSuchField(name.clone()), filter, instead)
        }
        Filter::Field { name, test: FieldTest::Equals(value) } if name == "source" && !value.starts_with('/') => {
            let instead = Filter::Field { name: name.clone(), test: FieldTest::Contains(value.clone()) };
            tell(found, Why::PartOfSource, filter, Some(instead))
        }
        Filter::Field { name, test: FieldTest::Equals(value) } => match shorthand(name, value) {
            Some(instead) => tell(found, Why::AsWritten, filter, Some(instead)),
            None => filter.clone(),
        },
        Filter::Message(Pattern::Words(text)) => match equation(text) {
            Some(Equation { name, value, is_negated }) => {
                let name = if is_known(name, known) { Some(name) } else { nearest(name, known) };
                let Some(name) = name else { return filter.clone() };
                let equal = about(name, &FieldTest::Equals(value.to_owned()));
                let instead = if is_negated { Filter::Not(Box::new(equal)) } else { equal };
                tell(found, Why::EqualsSign, filter, Some(instead))
            }
            None => filter.clone(),
        },
        other => other.clone(),
    }
}

/// Fields that steps name. What sorts by a column of `stats` goes with the column.
fn corrected_pipes(pipes: &[Pipe], known: &BTreeSet<String>, found: &mut Vec<Hint>) -> Vec<Pipe> {
    // Columns of `stats`, as they were called and as they are called now.
    let mut titles: Option<Vec<(String, String)>> = None;
    let mut correct = |pipe: &Pipe| {
        let mut field = |name: &String| corrected_name(name, known, found);
        let mut column = |name: &String| match &titles {
            None => field(name),
            Some(titles) => titles.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new).clone(),
        };
        match pipe {
            Pipe::Sort(keys) => {
                let key = |key: &SortKey| SortKey { column: column(&key.column), order: key.order };
                Pipe::Sort(keys.iter().map(key).collect())
            }
            Pipe::Fields(names) => Pipe::Fields(names.iter().map(column).collect()),
            Pipe::Stats { columns, by } if titles.is_none() => {
                let mut now = (columns.clone(), by.clone());
                now.0.iter_mut().filter_map(|column| column.aggregate.field_mut()).for_each(|name| *name = field(name));
                now.1.iter_mut().filter_map(Group::field_mut).for_each(|name| *name = field(name));
                let aggregates = columns.iter().zip(&now.0).map(|(old, new)| (old.title(), new.title()));
                let groups = by.iter().zip(&now.1).map(|(old, new)| (old.to_string(), new.to_string()));
                titles = Some(aggregates.chain(groups).collect());
                Pipe::Stats { columns: now.0, by: now.1 }
            }
            other => other.clone(),
        }
    };
    pipes.iter().map(&mut correct).collect()
}

fn corrected_name(name: &str, known: &BTreeSet<String>, found: &mut Vec<Hint>) -> String {
    if is_known(name, known) {
        return name.to_owned();
    }
    let instead = nearest(name, known).map(str::to_owned);
    if found.len() < HINTS_MAX {
        found.push(Hint { why: Why::NoSuchField(name.to_owned()), part: name.to_owned(), instead: instead.clone() });
    }
    instead.unwrap_or_else(|| name.to_owned())
}

fn tell(found: &mut Vec<Hint>, why: Why, part: &Filter, instead: Option<Filter>) -> Filter {
    if found.len() < HINTS_MAX {
        let text = |filter: &Filter| Query { filter: filter.clone(), pipes: Vec::new() }.to_string();
        found.push(Hint { why, part: text(part), instead: instead.as_ref().map(text) });
    }
    instead.unwrap_or_else(|| part.clone())
}

fn is_known(name: &str, known: &BTreeSet<String>) -> bool {
    ALWAYS.contains(&name) || known.contains(name)
}

/// The condition on another field. A level and a time are not compared as texts.
fn about(name: &str, test: &FieldTest) -> Filter {
    let plain = Filter::Field { name: name.to_owned(), test: test.clone() };
    let FieldTest::Equals(value) = test else { return plain };
    if !ALWAYS.contains(&name) {
        return plain;
    }
    match parse(&format!("{name}:{value}")) {
        (Query { filter, .. }, problems) if problems.is_empty() && !matches!(filter, Filter::And(_)) => filter,
        _ => plain,
    }
}

/// What the values of a class, a list or a negation say in the language: `status:4xx` is `status>=400 status<500`.
fn shorthand(name: &str, value: &str) -> Option<Filter> {
    let field = |test| Filter::Field { name: name.to_owned(), test };
    let equals = |value: &str| about(name, &FieldTest::Equals(value.to_owned()));
    if let Some(class) = value.strip_suffix("xx").or_else(|| value.strip_suffix("XX")).filter(|class| class.len() == 1)
        && let Ok(class @ 1..=5) = class.parse::<u32>()
    {
        let bound = |comparison, of: u32| Some(field(FieldTest::Compare(comparison, Number::parse(&of.to_string())?)));
        let from = bound(Comparison::AtLeast, class * 100)?;
        return Some(Filter::all(vec![from, bound(Comparison::Less, (class + 1) * 100)?]));
    }
    if let Some(value) = value.strip_prefix('!').filter(|value| is_plain(value)) {
        return Some(Filter::Not(Box::new(equals(value))));
    }
    let values: Vec<&str> = value.split(',').collect();
    let is_list = (2..=LIST_MAX).contains(&values.len()) && values.iter().all(|value| is_plain(value));
    is_list.then(|| Filter::any(values.into_iter().map(equals).collect()))
}

/// A number or a name.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// `status=404`, `user==ana`, `status!=200`.
struct Equation<'a> {
    name: &'a str,
    value: &'a str,
    is_negated: bool,
}

fn equation(text: &str) -> Option<Equation<'_>> {
    let (name, value) = text.split_once('=')?;
    let value = value.strip_prefix('=').unwrap_or(value).trim_matches('"');
    let (name, is_negated) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
    let is_name = |c: char| c.is_alphanumeric() || "_-.@".contains(c);
    let is_one =
        !name.is_empty() && name.chars().all(is_name) && !value.is_empty() && !value.contains(char::is_whitespace);
    is_one.then_some(Equation { name: super::scan::canonical(name), value, is_negated })
}

/// The known field whose name is nearest, if one is near.
fn nearest<'a>(name: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    if name.chars().count() > NAME_CHARS_MAX {
        return None;
    }
    let all = known.iter().map(String::as_str).chain(ALWAYS);
    let near = all.filter_map(|other| Some((distance(name, other)?, other)));
    near.min().map(|(_, other)| other)
}

/// How far two names are apart, 0 the nearest; none where they are two names.
fn distance(a: &str, b: &str) -> Option<usize> {
    if b.chars().count() > NAME_CHARS_MAX {
        return None;
    }
    let plain = |name: &str| -> Vec<char> {
        name.chars().filter(|c| !"_-.@".contains(*c)).flat_map(char::to_lowercase).collect()
    };
    let (a_plain, b_plain) = (plain(a), plain(b));
    if a_plain.is_empty() || b_plain.is_empty() {
        return None;
    }
    let edits = edits(&a_plain, &b_plain);
    let most = match a_plain.len().max(b_plain.len()) {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    if edits <= most {
        return Some(edits);
    }
    // `status` of `http.status`, and the other way round.
    let last = |name: &str| name.rsplit(['.', '_']).next().map(str::to_lowercase);
    let is_part =
        a.len() > 2 && (last(b).as_deref() == Some(&a.to_lowercase()) || last(a).as_deref() == Some(&b.to_lowercase()));
    is_part.then_some(most + 1)
}

/// Characters to put in, leave out, change or turn around (optimal string alignment).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, of_a) in a.iter().enumerate() {
        let above = &rows[i];
        let mut row = vec![i + 1];
        for (j, of_b) in b.iter().enumerate() {
            let mut least = (above[j + 1] + 1).min(row[j] + 1).min(above[j] + usize::from(of_a != of_b));
            if i > 0 && j > 0 && *of_a == b[j - 1] && a[i - 1] == *of_b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = Vec<(Why, String, Option<String>)>;

    fn hinted(q: &str) -> (Told, Option<String>) {
        let known = ["app", "status", "http.method", "duration_ms", "user_id", "job_id"].map(str::to_owned).into();
        let (found, query) = hints(&parse(q).0, Empty::Answer, &known);
        let found = found.into_iter().map(|hint| (hint.why, hint.part, hint.instead)).collect();
        (found, query.map(|query| query.to_string()))
    }

    #[test]
    fn the_nearest_known_field_is_proposed() {
        for (q, expected) in [
            ("levl:error", "level:error"),
            ("Level:error", "level:error"),
            ("stauts:500 timeout", "status:500 timeout"),
            ("stats>=500", "status>=500"),
            ("method:GET", "http.method:GET"),
            ("-durationms>5 (ap:x OR y)", "-duration_ms>5 (app:x OR y)"),
            ("userId:7 | stats count()", "user_id:7 | stats count()"),
            ("levl:error stauts:500", "level:error status:500"),
            ("status=404", "status:404"),
            ("source:pg.log x", "source:*pg.log* x"),
            ("level=error app==shop", "level:error app:shop"),
            ("stauts=404", "status:404"),
            ("status!=200 timeout", "-status:200 timeout"),
            ("level!=info", "-level:info"),
            ("status:!200", "-status:200"),
            ("status:4xx", "status>=400 status<500"),
            ("-status:5XX", "-(status>=500 status<600)"),
            ("status:404,500 app:x", "(status:404 OR status:500) app:x"),
            ("* | stats count() by statu", "* | stats count() by status"),
            (
                "stauts:5 | stats p95(duration) as p, max(durationms), count() by Status, bucket(1d) | sort max(durationms), p",
                "status:5 | stats p95(duration_ms) as p, max(duration_ms), count() by status, bucket(1d) | sort by \"max(duration_ms)\", p",
            ),
            ("* | fields time, usr_id | sort by stats desc", "* | fields time, user_id | sort by status desc"),
        ] {
            assert_eq!(hinted(q).1.as_deref(), Some(expected), "{q}");
        }
        assert_eq!(
            hinted("levl:error"),
            (
                vec![(Why::NoSuchField("levl".into()), "levl:error".into(), Some("level:error".into()))],
                Some("level:error".into())
            )
        );
    }

    #[test]
    fn where_records_match_only_what_columns_are_about_is_doubted() {
        let known = ["status"].map(str::to_owned).into();
        let told = |q: &str| hints(&parse(q).0, Empty::Column, &known).1.map(|query| query.to_string());
        assert_eq!(told("source:a | stats count() by statu").as_deref(), Some("source:a | stats count() by status"));
        assert_eq!(told("source:a | stats count() by status, level, bucket(5m)"), None);
    }

    #[test]
    fn only_queries_that_may_mean_fields_are_looked_into() {
        let names = |q: &str| names_fields(&parse(q).0);
        assert_eq!(["timeout", "\"a b\" -/x/ level:error *ab*", ""].map(names), [false; 3]);
        assert_eq!(["app:x", "a OR (b -app:x)", "status=404"].map(names), [true; 3]);
    }

    #[test]
    fn texts_are_looked_for_in_fields_too() {
        let wider = |q: &str| anywhere(&parse(q).0).map(|(hint, query)| (hint.part, query.to_string()));
        for (q, part, wide) in [
            ("*zoe@example.org*", "*zoe@example.org*", "*:*zoe@example.org*"),
            ("app:x (a OR -b) | stats count()", "a", "app:x (*:a OR -b) | stats count()"),
        ] {
            assert_eq!(wider(q), Some((part.to_owned(), wide.to_owned())), "{q}");
        }
        assert_eq!(wider("app:x -a level:error"), None);
    }

    #[test]
    fn what_is_near_nothing_is_told_without_a_proposal() {
        assert_eq!(
            hinted("customer:7"),
            (vec![(Why::NoSuchField("customer".into()), "customer:7".into(), None)], None)
        );
        for q in [
            "",
            "timeout",
            "app:x",
            "source:/x level>=warning since:1h",
            "a=b",
            "x=y=z",
            "= ==",
            "/a=b/",
            "\"a b=c d\"",
            "status:9xx",
            "app:xx",
        ] {
            assert_eq!(hinted(q), (vec![], None), "{q}");
        }
        let long = format!("{}:x", "a".repeat(5_000));
        assert_eq!(hinted(&long).1, None);
        let many = (0..50).map(|n| format!("nowhere{n}:x")).collect::<Vec<_>>().join(" ");
        assert_eq!(hinted(&many).0.len(), HINTS_MAX);
    }
}
