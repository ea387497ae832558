//! What users write: subjects, bodies and file names in the Jinja language, with every column usable by its heading.
//!
//! `{{ Société }}`, `{{ E-mail }}` and `{{ Code client }}` are no names in Jinja, so [`heading`] turns them into
//! `row['…']` before parsing; positions in errors are those of what the user wrote. A name that no column has is
//! found when compiling, with the nearest heading. Rendering is bounded in steps and in bytes.

mod budget;
mod filters;
mod growth;
mod heading;
mod lexer;
mod limits;

#[cfg(test)]
mod tests;

use crate::{
    problem::{Problem, nearest},
    sentence::Sentence,
};
use growth::Refused;
use heading::Rewritten;
use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value,
    value::{Enumerator, Object},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Bytes of a template file, and of a mailing file.
pub const SOURCE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// Steps that one template may take for one row.
const FUEL: u64 = 50_000;
/// Steps where one of them may walk a long text.
const FUEL_BESIDE_LONG_TEXT: u64 = 20_000;
/// Bytes from which a cell is long, and a template likewise, which may hold it in quotes.
const LONG_CELL: usize = 16 * 1024;
const LONG_TEMPLATE: usize = 64 * 1024;
/// Bytes of one rendered template.
pub const RENDERED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Names that every template knows besides the columns.
const GLOBALS: &[&str] = &["row", "range", "dict", "namespace", "loop", "debug"];

/// The templates of a mailing as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sources {
    pub to: Template,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<Template>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcc: Option<Template>,
    pub subject: Template,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<Template>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attach: Vec<Template>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_unsubscribe: Option<Template>,
}

/// One template and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// For problems: a file name, or the setting (`subject`).
    pub name: String,
    pub source: String,
}

/// What a template is for: it decides escaping and which empty cells matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemplatePart {
    To,
    Cc,
    Bcc,
    Subject,
    Text,
    Html,
    Attach(usize),
    ListUnsubscribe,
}

/// Whether the body is written once per row or once for a group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    OneRow,
    /// Only `to` may use columns: the others see the same message.
    Group,
}

/// Templates tied to the columns of a file. Cheap to share, usable from several threads.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// The same with less fuel, for long texts.
    careful: Environment<'static>,
    compiled: Vec<Compiled>,
    columns: Arc<[String]>,
}

#[derive(Debug)]
struct Compiled {
    part: TemplatePart,
    /// In the environment.
    key: String,
    name: String,
    original: String,
    rewritten: Rewritten,
}

/// The templates of one row, filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    /// As many as there are `attach` templates.
    pub attach: Vec<String>,
    pub list_unsubscribe: Option<String>,
}

impl Templates {
    /// Parses every template.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, at once.
    pub fn compile(sources: &Sources, columns: &[String], audience: Audience) -> Result<Self, Vec<Problem>> {
        limits::with_room(|| Self::parse(sources, columns, audience)).unwrap_or_else(|error| {
            let what = Sentence::new("template_error").with("error", error);
            Err(vec![Problem::error("", what, Sentence::NONE)])
        })
    }

    fn parse(sources: &Sources, columns: &[String], audience: Audience) -> Result<Self, Vec<Problem>> {
        let (environment, careful) = (environment(), Environment::empty());
        let mut templates = Self { environment, careful, compiled: Vec::new(), columns: columns.into() };
        let mut problems = Vec::new();
        for (part, template) in sources.parts() {
            match templates.add(part, template) {
                Ok(compiled) => {
                    if audience == Audience::Group && part != TemplatePart::To {
                        problems.extend(refuse_columns(&compiled, columns));
                    }
                    templates.compiled.push(compiled);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        templates.careful = templates.environment.clone();
        templates.careful.set_fuel(Some(FUEL_BESIDE_LONG_TEXT));
        Ok(templates)
    }

    /// Fills in every template with `values`, one per column.
    pub fn render(&self, values: &[String]) -> Result<Rendered, Problem> {
        budget::begin();
        let long = values.iter().any(|value| value.len() > LONG_CELL);
        let row = self.context(values);
        let mut rendered = Rendered::default();
        for compiled in &self.compiled {
            let text = self.render_one(compiled, &row, if long { &self.careful } else { &self.environment })?;
            match compiled.part {
                TemplatePart::To => rendered.to = text,
                TemplatePart::Cc => rendered.cc = text,
                TemplatePart::Bcc => rendered.bcc = text,
                TemplatePart::Subject => rendered.subject = header(compiled, &text)?,
                TemplatePart::Text => rendered.text = Some(text),
                TemplatePart::Html => rendered.html = Some(text),
                TemplatePart::Attach(_) => rendered.attach.push(header(compiled, &text)?),
                TemplatePart::ListUnsubscribe => rendered.list_unsubscribe = Some(header(compiled, &text)?),
            }
        }
        Ok(rendered)
    }

    /// Only whom the row goes to, where that can be filled in.
    pub fn render_to(&self, values: &[String]) -> Option<String> {
        budget::begin();
        let to = self.compiled.iter().find(|compiled| compiled.part == TemplatePart::To)?;
        self.render_one(to, &self.context(values), &self.careful).ok()
    }

    /// Columns that a template prints as they are, outside any `{% if %}`: where such a cell is empty, the recipient
    /// sees a hole. `cc` and `bcc` may stay empty.
    pub fn required_columns(&self) -> Vec<usize> {
        let parts =
            self.compiled.iter().filter(|compiled| !matches!(compiled.part, TemplatePart::Cc | TemplatePart::Bcc));
        let mut columns: Vec<usize> = parts.flat_map(|compiled| compiled.rewritten.required.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Columns that stand in any template, in their order: what makes a message say what it says.
    pub fn used_columns(&self) -> Vec<usize> {
        let used = self.compiled.iter().flat_map(|compiled| compiled.rewritten.used.iter().map(|(used, _)| *used));
        let mut columns: Vec<usize> = used.collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The column that holds the addresses, where `to` is nothing but that cell.
    pub fn to_column(&self) -> Option<usize> {
        let to = self.compiled.iter().find(|compiled| compiled.part == TemplatePart::To)?;
        match to.rewritten.used.as_slice() {
            [(column, _)] if to.rewritten.is_one_cell() => Some(*column),
            _ => None,
        }
    }

    /// That column, where no other template shows it.
    pub fn address_column(&self) -> Option<usize> {
        let column = &self.to_column()?;
        let others = self.compiled.iter().filter(|compiled| compiled.part != TemplatePart::To);
        let is_shown = others.into_iter().any(|other| other.rewritten.used.iter().any(|(used, _)| used == column));
        (!is_shown).then_some(*column)
    }

    /// Whether a column stands in names of attachments and nowhere else.
    pub fn names_files_only(&self, column: usize) -> bool {
        self.compiled.iter().all(|compiled| {
            matches!(compiled.part, TemplatePart::Attach(_))
                || compiled.rewritten.used.iter().all(|(used, _)| *used != column)
        })
    }

    /// With its headings replaced, if that is nothing that the parser or the renderer could not bear.
    fn measured(&self, source: &str) -> Result<Rewritten, Refused> {
        if let Some(refused) = limits::refuse_crowded(heading::words_of_tags(source)) {
            return Err(refused);
        }
        let rewritten = heading::rewrite(source, &self.columns);
        match limits::refuse(&rewritten.text).or_else(|| growth::refuse(&rewritten.text)) {
            None => Ok(rewritten),
            Some(refused) => Err(Refused { offset: rewritten.original_offset(refused.offset), ..refused }),
        }
    }

    fn add(&mut self, part: TemplatePart, template: &Template) -> Result<Compiled, Vec<Problem>> {
        if template.source.len() as u64 > SOURCE_BYTES_MAX {
            let what = Sentence::new("source_too_long").with("most", SOURCE_BYTES_MAX);
            return Err(vec![Problem::error(&template.name, what, Sentence::new("shorten_or_attach"))]);
        }
        let source = match part {
            // A file for a one-line field ends with a line break that is not meant.
            TemplatePart::Subject | TemplatePart::Attach(_) | TemplatePart::ListUnsubscribe => {
                one_line(&template.source)
            }
            _ => template.source.clone(),
        };
        let rewritten = self.measured(&source).map_err(|Refused { offset, what, remedy }| {
            vec![Problem::error(&template.name, what, remedy).pointing(&source, offset)]
        })?;
        let key = match part {
            TemplatePart::Attach(number) => format!("attach-{number}"),
            TemplatePart::Html => "html.html".to_owned(),
            other => format!("{other:?}"),
        };
        let mut problems: Vec<Problem> = rewritten
            .unknown
            .iter()
            .map(|(name, offset)| self.undefined(&template.name, &source, name, Some(*offset)))
            .collect();
        if let Err(error) = self.environment.add_template_owned(key.clone(), rewritten.text.clone()) {
            if !problems.is_empty() {
                return Err(problems);
            }
            return Err(vec![self.syntax_problem(&template.name, &source, &rewritten, &error)]);
        }
        let undeclared = match self.environment.get_template(&key) {
            Ok(template) => template.undeclared_variables(false),
            Err(error) => return Err(vec![self.syntax_problem(&template.name, &source, &rewritten, &error)]),
        };
        let mut unknown: Vec<String> = undeclared
            .into_iter()
            .filter(|name| !self.columns.contains(name) && !GLOBALS.contains(&name.as_str()))
            .collect();
        // In the order of the template; the pieces of one mistyped heading are one mistake.
        unknown.sort_unstable();
        unknown.truncate(heading::UNKNOWN_MAX);
        unknown.sort_by_cached_key(|name| (heading::find(&source, name), name.clone()));
        unknown.dedup_by_key(|name| {
            let expression = heading::find(&source, name).and_then(|at| heading::expression_at(&source, at));
            expression.filter(|words| self.meant(words).is_some()).map_or_else(|| name.clone(), str::to_owned)
        });
        let found =
            unknown.iter().map(|name| self.undefined(&template.name, &source, name, heading::find(&source, name)));
        problems.extend(found);
        for (name, offset) in heading::unknown_items(&source, &self.columns) {
            problems.push(self.undefined(&template.name, &source, &name, Some(offset)));
        }
        if problems.is_empty() {
            Ok(Compiled { part, key, name: template.name.clone(), original: source, rewritten })
        } else {
            Err(problems)
        }
    }

    fn syntax_problem(&self, name: &str, source: &str, rewritten: &Rewritten, error: &minijinja::Error) -> Problem {
        let offset = rewritten.original_offset(error_offset(error, &rewritten.text));
        let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        // Words that are no name are most often a heading mistyped.
        let meant = heading::expression_at(source, offset).and_then(|words| self.meant(words));
        let remedy = match meant {
            Some(column) if !source.contains(column) => Sentence::new("did_you_mean_variable").with("column", column),
            _ if what.starts_with("unexpected end of input") => Sentence::new("close_open"),
            _ if what.contains("recursion limits") => Sentence::new("simplify"),
            _ => Sentence::new("correct_template"),
        };
        Problem::error(name, Sentence::new("template_error").with("error", what), remedy).pointing(source, offset)
    }

    fn undefined(&self, name: &str, source: &str, variable: &str, offset: Option<usize>) -> Problem {
        let words = offset.and_then(|offset| heading::expression_at(source, offset));
        let remedy = match self.meant(variable).or_else(|| words.and_then(|words| self.meant(words))) {
            Some(column) => Sentence::new("did_you_mean_variable").with("column", column),
            None => {
                let columns = self.columns.iter().take(20).map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
                Sentence::new("columns_are").with("columns", columns)
            }
        };
        let what = Sentence::new("no_variable").with("column", variable);
        let problem = Problem::error(name, what, remedy).in_column(variable);
        match offset {
            Some(offset) => problem.pointing(source, offset),
            None => problem,
        }
    }

    fn meant(&self, name: &str) -> Option<&str> {
        nearest(name, self.columns.iter().map(String::as_str))
    }

    fn context(&self, values: &[String]) -> Value {
        let values = values.iter().map(|value| Value::from(value.as_str())).collect();
        let row = Arc::new(RowValues { columns: Arc::clone(&self.columns), values });
        Value::from_object(Scope(row))
    }

    fn render_one(&self, compiled: &Compiled, row: &Value, environment: &Environment<'_>) -> Result<String, Problem> {
        let mut out = Bounded(Vec::new());
        let environment = if compiled.original.len() > LONG_TEMPLATE { &self.careful } else { environment };
        let result = environment
            .get_template(&compiled.key)
            .and_then(|template| template.render_captured_to(row.clone(), &mut out).map(drop));
        match result {
            Ok(()) => Ok(String::from_utf8(out.0).unwrap_or_default()),
            Err(error) => {
                let offset = compiled.rewritten.original_offset(error_offset(&error, &compiled.rewritten.text));
                let (what, remedy) = match error.kind() {
                    _ if budget::is_spent() => (
                        Sentence::new("too_much_text").with("most", budget::TOUCHED_MAX / 1_000_000),
                        Sentence::new("shorten_loops_or_cells"),
                    ),
                    ErrorKind::OutOfFuel => (Sentence::new("too_many_steps"), Sentence::new("shorten_loops")),
                    ErrorKind::WriteFailure => {
                        let what = Sentence::new("too_long_rendered").with("most", RENDERED_BYTES_MAX);
                        (what, Sentence::new("shorten_or_attach"))
                    }
                    kind => {
                        let detail = error.detail().map_or_else(|| kind.to_string(), str::to_owned);
                        let what = Sentence::new("render_error").with("error", detail);
                        (what, Sentence::new("correct_template_or_row"))
                    }
                };
                Err(Problem::error(&compiled.name, what, remedy).pointing(&compiled.original, offset))
            }
        }
    }
}

impl Sources {
    /// Every template that there is.
    pub fn parts(&self) -> impl Iterator<Item = (TemplatePart, &Template)> {
        let optional = [
            (TemplatePart::Cc, &self.cc),
            (TemplatePart::Bcc, &self.bcc),
            (TemplatePart::Text, &self.text),
            (TemplatePart::Html, &self.html),
            (TemplatePart::ListUnsubscribe, &self.list_unsubscribe),
        ];
        [(TemplatePart::To, &self.to), (TemplatePart::Subject, &self.subject)]
            .into_iter()
            .chain(optional.into_iter().filter_map(|(part, template)| Some((part, template.as_ref()?))))
            .chain(self.attach.iter().enumerate().map(|(number, template)| (TemplatePart::Attach(number), template)))
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment.set_debug(true);
    environment.set_auto_escape_callback(
        |name| {
            if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    budget::charge(&mut environment);
    growth::bound(&mut environment);
    filters::add(&mut environment);
    environment
}

fn refuse_columns(compiled: &Compiled, columns: &[String]) -> Vec<Problem> {
    let used = compiled.rewritten.used.iter();
    used.map(|(column, offset)| {
        let heading = &columns[*column];
        let what = Sentence::new("column_in_group").with("column", heading);
        Problem::error(&compiled.name, what, Sentence::new("leave_out_or_ungroup"))
            .in_column(heading)
            .pointing(&compiled.original, *offset)
    })
    .collect()
}

/// A rendered field that ends up in a header. Line breaks of the template are gone by now, so one that is there came
/// with a cell: a forged header, or an address pasted with too much around it.
fn header(compiled: &Compiled, text: &str) -> Result<String, Problem> {
    match text.chars().find(|c| crate::address::is_forbidden(*c)) {
        None => Ok(text.trim().to_owned()),
        Some('\n' | '\r') => {
            let what = Sentence::new("line_break_in_header").with("name", &compiled.name);
            Err(Problem::error(&compiled.name, what, Sentence::new("delete_line_break")))
        }
        Some(c) => {
            let what = Sentence::new("control_in_header").with("character", format!("{:04X}", u32::from(c)));
            let what = what.with("name", &compiled.name);
            Err(Problem::error(&compiled.name, what, Sentence::new("delete_from_cell")))
        }
    }
}

fn one_line(source: &str) -> String {
    source.trim().replace("\r\n", " ").replace(['\n', '\r'], " ")
}

fn error_offset(error: &minijinja::Error, text: &str) -> usize {
    error.range().map_or_else(
        || {
            let line = error.line().unwrap_or(1).saturating_sub(1);
            text.split_inclusive('\n').take(line).map(str::len).sum()
        },
        |range| range.start,
    )
}

/// `row`, and by itself each heading that is a name.
#[derive(Debug)]
struct Scope(Arc<RowValues>);

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some("row") {
            return Some(Value::from_dyn_object(Arc::clone(&self.0)));
        }
        self.0.get_value(key)
    }
}

#[derive(Debug)]
struct RowValues {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Object for RowValues {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let index = self.columns.iter().position(|column| column == name)?;
        let value = self.values.get(index)?;
        budget::note(value.as_str().map_or(0, str::len));
        // Spent: the name is then undefined, which ends the rendering.
        (!budget::is_spent()).then(|| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.columns.iter().map(|column| Value::from(column.as_str())).collect())
    }
}

struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > RENDERED_BYTES_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
