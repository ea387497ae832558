//! A query as text that parses back to the same query.

use super::{
    Aggregate, Case, FieldTest, Filter, Group, Order, Pattern, Pipe, Query, RegexText, SortKey, StatsColumn,
    scan::{canonical, in_name},
    time::write_duration,
};
use model::Level;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)?;
        self.pipes.iter().try_for_each(|pipe| write!(f, " | {pipe}"))
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Message(pattern) => pattern.fmt(f),
            Self::Anywhere(pattern) => write!(f, "*:{pattern}"),
            Self::Field { name, test } => write_field(f, name, test),
            Self::Level { from, to } if from == to => write!(f, "level:{from}"),
            Self::Level { from, to: Level::Critical } => write!(f, "level>={from}"),
            Self::Level { from: Level::Trace, to } => write!(f, "level<={to}"),
            Self::Level { from, to } => write!(f, "(level>={from} level<={to})"),
            Self::Time(test) => test.fmt(f),
            Self::Not(inner) => match **inner {
                Self::And(_) | Self::Or(_) | Self::Not(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Self::And(parts) => write_joined(f, parts, " ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => write_joined(f, parts, " OR ", |_| false),
        }
    }
}

fn write_joined(
    f: &mut Formatter<'_>,
    parts: &[Filter],
    separator: &str,
    needs_brackets: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        if needs_brackets(part) {
            write!(f, "({part})")?;
        } else {
            part.fmt(f)?;
        }
    }
    Ok(())
}

fn write_field(f: &mut Formatter<'_>, name: &str, test: &FieldTest) -> fmt::Result {
    // Conditions on these have a meaning of their own; in quotes they are tested as any field.
    let special = matches!(name, "message" | "level" | "time" | "since" | "until") && *test != FieldTest::Exists;
    if special {
        write_quoted(f, name)?;
    } else {
        write_name(f, name)?;
    }
    match test {
        FieldTest::Exists => f.write_str(":*"),
        FieldTest::Equals(text) => {
            f.write_char(':')?;
            write_text(f, text)
        }
        FieldTest::Prefix(text) => {
            f.write_char(':')?;
            write_text(f, text)?;
            f.write_char('*')
        }
        FieldTest::Suffix(text) => {
            f.write_str(":*")?;
            write_text(f, text)
        }
        FieldTest::Contains(text) => {
            f.write_str(":*")?;
            write_text(f, text)?;
            f.write_char('*')
        }
        FieldTest::Regex(regex) => write!(f, ":{regex}"),
        FieldTest::Compare(comparison, number) => write!(f, "{}{number}", comparison.as_str()),
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(text) => write_text(f, text),
            Self::Prefix(text) => {
                write_text(f, text)?;
                f.write_char('*')
            }
            Self::Suffix(text) => {
                f.write_char('*')?;
                write_text(f, text)
            }
            Self::Substring(text) => {
                f.write_char('*')?;
                write_text(f, text)?;
                f.write_char('*')
            }
            Self::Regex(regex) => regex.fmt(f),
        }
    }
}

impl Display for RegexText {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('/')?;
        let mut chars = self.source().chars();
        while let Some(c) = chars.next() {
            match c {
                '/' => f.write_str("\\/")?,
                '\\' => {
                    f.write_char('\\')?;
                    chars.next().map_or(Ok(()), |escaped| f.write_char(escaped))?;
                }
                c => f.write_char(c)?,
            }
        }
        f.write_str(if self.case() == Case::Either { "/i" } else { "/" })
    }
}

impl Display for Pipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stats { columns, by } => {
                f.write_str("stats ")?;
                write_list(f, columns)?;
                if !by.is_empty() {
                    f.write_str(" by ")?;
                    write_list(f, by)?;
                }
                Ok(())
            }
            Self::Sort(keys) => {
                f.write_str("sort by ")?;
                write_list(f, keys)
            }
            Self::Limit(rows) => write!(f, "limit {rows}"),
            Self::Patterns => f.write_str("patterns"),
            Self::Fields(names) => {
                f.write_str("fields ")?;
                write_list(f, &names.iter().map(|name| Name(name)).collect::<Vec<_>>())
            }
        }
    }
}

fn write_list(f: &mut Formatter<'_>, items: &[impl Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for StatsColumn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.aggregate.fmt(f)?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, " as {}", Name(name)))
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (function, field) = match self {
            Self::Count => return f.write_str("count()"),
            Self::CountOf(field) => ("count", field),
            Self::Avg(field) => ("avg", field),
            Self::Min(field) => ("min", field),
            Self::Max(field) => ("max", field),
            Self::Sum(field) => ("sum", field),
            Self::Uniq(field) => ("uniq", field),
            Self::Percentile(permille, field) => {
                write!(f, "p{}", permille / 10)?;
                if permille % 10 > 0 {
                    write!(f, ".{}", permille % 10)?;
                }
                ("", field)
            }
        };
        write!(f, "{function}({})", Name(field))
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => Name(name).fmt(f),
            Self::Bucket(length) => {
                f.write_str("bucket(")?;
                write_duration(f, *length)?;
                f.write_char(')')
            }
        }
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Name(&self.column), if self.order == Order::Descending { " desc" } else { "" })
    }
}

struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(f, self.0)
    }
}

fn write_name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let first = |c: char| c.is_alphabetic() || c == '_' || c == '@';
    let keyword = matches!(name, "AND" | "OR" | "NOT");
    if name.starts_with(first) && name.chars().all(in_name) && canonical(name) == name && !keyword {
        f.write_str(name)
    } else {
        write_quoted(f, name)
    }
}

/// Bare if nothing in it could be taken for anything else.
fn write_text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@' | '/' | '+' | '%' | '#' | ',');
    // A keyword ends before a comma too.
    let keyword = matches!(text.split(',').next(), Some("AND" | "OR" | "NOT"));
    if text.starts_with(char::is_alphanumeric) && text.chars().all(plain) && !keyword {
        f.write_str(text)
    } else {
        write_quoted(f, text)
    }
}

fn write_quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
