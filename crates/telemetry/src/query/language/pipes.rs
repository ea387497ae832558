//! The steps behind `|`: `stats`, `patterns`, `sort`, `limit`, `fields`.

use super::{
    Aggregate, Filter, Group, Order, PIPES_MAX, Pipe, SortKey, StatsColumn,
    parse::{Parser, words},
    problem::Fault,
    scan::{canonical, ends_term, in_name},
    time::parse_duration,
};

/// What came behind a `|`.
pub(super) enum Step {
    Pipe(Pipe),
    /// Told as a problem, and left out.
    Broken,
    /// No step at all: searched as words.
    Words(Filter),
}

/// Reads one step; the scanner stands behind its `|` and ends at the next one or at the end of the text. `count` steps
/// stand before it.
pub(super) fn parse(parser: &mut Parser<'_>, count: usize) -> Step {
    parser.scan.skip_space();
    let start = parser.scan.at;
    let name = parser.scan.take_while(in_name);
    let pipe = match name {
        "stats" => stats(parser),
        "sort" => sort(parser),
        "limit" | "head" => limit(parser),
        "fields" => names(parser).map(Pipe::Fields),
        "patterns" => Some(Pipe::Patterns),
        _ => {
            skip_to_pipe(parser);
            let raw = parser.scan.text[start..parser.scan.at].trim_end();
            parser.tell(start..start + raw.len(), Fault::UnknownPipe(name.to_owned()));
            return words(raw).map_or(Step::Broken, Step::Words);
        }
    };
    parser.scan.skip_space();
    let left = parser.scan.at;
    if pipe.is_some() && parser.scan.peek().is_some_and(|c| c != '|') {
        skip_to_pipe(parser);
        let text = parser.scan.text[left..parser.scan.at].trim_end();
        parser.tell(left..left + text.len(), Fault::LeftOver(text.to_owned()));
    }
    skip_to_pipe(parser);
    match pipe {
        Some(_) if count >= PIPES_MAX => {
            parser.tell(start..parser.scan.at, Fault::TooManyPipes);
            Step::Broken
        }
        Some(pipe) => Step::Pipe(pipe),
        None => Step::Broken,
    }
}

/// To the next `|` that is not quoted.
fn skip_to_pipe(parser: &mut Parser<'_>) {
    while let Some(c) = parser.scan.peek() {
        match c {
            '|' => return,
            '"' => drop(parser.scan.quoted()),
            _ => drop(parser.scan.bump()),
        }
    }
}

/// `stats count() as n, avg(x) by app, bucket(5m)`.
fn stats(parser: &mut Parser<'_>) -> Option<Pipe> {
    let mut columns = Vec::new();
    list(parser, |parser| {
        let aggregate = aggregate(parser)?;
        parser.scan.skip_space();
        let name = if parser.scan.take_keyword("as") { Some(name(parser)?) } else { None };
        columns.push(StatsColumn { aggregate, name });
        Some(())
    })?;
    let mut by = Vec::new();
    parser.scan.skip_space();
    if parser.scan.take_keyword("by") {
        list(parser, |parser| {
            by.push(group(parser)?);
            Some(())
        })?;
    }
    Some(Pipe::Stats { columns, by })
}

/// `p95(duration_ms)`.
fn aggregate(parser: &mut Parser<'_>) -> Option<Aggregate> {
    parser.scan.skip_space();
    let start = parser.scan.at;
    let function = parser.scan.take_while(in_name);
    if function.is_empty() {
        parser.tell(start..start, Fault::UnknownAggregate(String::new()));
        return None;
    }
    let place = start..parser.scan.at;
    let field = argument(parser)?;
    let needed = |parser: &mut Parser<'_>| {
        if field.is_none() {
            parser.tell(place.clone(), Fault::NeedsField(function.to_owned()));
        }
        field.clone()
    };
    Some(match function {
        "count" => field.map_or(Aggregate::Count, Aggregate::CountOf),
        "avg" => Aggregate::Avg(needed(parser)?),
        "min" => Aggregate::Min(needed(parser)?),
        "max" => Aggregate::Max(needed(parser)?),
        "sum" => Aggregate::Sum(needed(parser)?),
        "median" => Aggregate::Percentile(500, needed(parser)?),
        "uniq" => Aggregate::Uniq(needed(parser)?),
        _ => match permille(function) {
            Some(permille) => Aggregate::Percentile(permille, needed(parser)?),
            None => {
                parser.tell(place, Fault::UnknownAggregate(function.to_owned()));
                return None;
            }
        },
    })
}

/// 950 of `p95`, 999 of `p99.9`.
fn permille(function: &str) -> Option<u16> {
    let digits = function.strip_prefix('p')?;
    let (whole, tenth) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole, 2) || !plain(tenth, 1) {
        return None;
    }
    let permille = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
    (permille > 0).then_some(permille)
}

/// What stands in brackets, if they are there and not empty.
#[expect(clippy::option_option, reason = "broken, empty, or a name")]
fn argument(parser: &mut Parser<'_>) -> Option<Option<String>> {
    parser.scan.skip_space();
    let open = parser.scan.at;
    if !parser.scan.take("(") {
        return Some(None);
    }
    parser.scan.skip_space();
    parser.scan.take("*");
    let inner = if parser.scan.peek() == Some(')') { None } else { Some(name(parser)?) };
    parser.scan.skip_space();
    if !parser.scan.take(")") {
        parser.tell(open..open + 1, Fault::BracketOpen);
        return None;
    }
    Some(inner)
}

/// `app` or `bucket(5m)`.
fn group(parser: &mut Parser<'_>) -> Option<Group> {
    parser.scan.skip_space();
    if !parser.scan.take("bucket(") {
        return name(parser).map(Group::Field);
    }
    let start = parser.scan.at;
    let text = parser.scan.take_while(|c| !ends_term(c));
    let length = parse_duration(text).filter(|length| !length.is_zero());
    if length.is_none() {
        parser.tell(start..parser.scan.at, Fault::NotADuration(text.to_owned()));
    }
    if !parser.scan.take(")") {
        parser.tell(start - 1..start, Fault::BracketOpen);
        return None;
    }
    length.map(Group::Bucket)
}

/// `sort by count() desc, app`; `by` may be left out.
fn sort(parser: &mut Parser<'_>) -> Option<Pipe> {
    parser.scan.skip_space();
    parser.scan.take_keyword("by");
    let mut keys = Vec::new();
    list(parser, |parser| {
        let column = column(parser)?;
        parser.scan.skip_space();
        let order = if parser.scan.take_keyword("desc") {
            Order::Descending
        } else {
            parser.scan.take_keyword("asc");
            Order::Ascending
        };
        keys.push(SortKey { column, order });
        Some(())
    })?;
    Some(Pipe::Sort(keys))
}

/// A name, or a column of `stats` as it is called without `as`: `p95(duration_ms)`, `bucket(5m)`.
fn column(parser: &mut Parser<'_>) -> Option<String> {
    parser.scan.skip_space();
    let before = parser.scan;
    parser.scan.take_while(in_name);
    if !parser.scan.rest().starts_with('(') {
        parser.scan = before;
        return name(parser);
    }
    parser.scan = before;
    if parser.scan.rest().starts_with("bucket(") {
        return group(parser).map(|group| group.to_string());
    }
    aggregate(parser).map(|aggregate| aggregate.to_string())
}

fn limit(parser: &mut Parser<'_>) -> Option<Pipe> {
    parser.scan.skip_space();
    let start = parser.scan.at;
    let text = parser.scan.take_while(|c| !ends_term(c));
    let rows = text.parse().ok();
    if rows.is_none() {
        parser.tell(start..parser.scan.at, Fault::NotALimit(text.to_owned()));
    }
    rows.map(Pipe::Limit)
}

fn names(parser: &mut Parser<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    list(parser, |parser| {
        names.push(column(parser)?);
        Some(())
    })?;
    Some(names)
}

/// A field's name, quoted where it holds spaces.
fn name(parser: &mut Parser<'_>) -> Option<String> {
    parser.scan.skip_space();
    let start = parser.scan.at;
    if parser.scan.peek() == Some('"') {
        let quoted = parser.scan.quoted();
        if !quoted.closed {
            parser.tell(start..start + 1, Fault::QuoteOpen);
        }
        return Some(quoted.text).filter(|_| quoted.closed);
    }
    let name = parser.scan.name();
    if name.is_none() {
        parser.tell(start..parser.scan.text.len().min(start + 1), Fault::NameMissing);
    }
    name.map(|name| canonical(name).to_owned())
}

/// One or more, separated by commas.
fn list(parser: &mut Parser<'_>, mut one: impl FnMut(&mut Parser<'_>) -> Option<()>) -> Option<()> {
    for count in 0.. {
        let start = parser.scan.at;
        one(parser)?;
        if count >= PIPES_MAX {
            parser.tell(start..parser.scan.at, Fault::TooManyPipes);
            return None;
        }
        parser.scan.skip_space();
        if !parser.scan.take(",") {
            break;
        }
    }
    Some(())
}
