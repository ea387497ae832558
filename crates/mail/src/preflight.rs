//! Looks at every row before anything leaves: what is wrong with each, all of it at once, and what the run will take.
//!
//! The same pass makes the [`MailItem`]s that are enqueued, so that what was checked is what is sent. It holds no
//! row: besides the bounded list of problems, only a hash per row, for duplicates.

mod attachment;
mod eta;

#[cfg(test)]
mod tests;

use crate::{
    address::{Mailbox, parse_list},
    item::MailItem,
    letter::Attachment,
    problem::{Problem, Problems, Severity},
    recipients::{Cells, Row},
    sentence::Sentence,
    spec::{Mailing, OnInvalid, OnNoFile},
    template::{Rendered, Templates},
};
use serde::Serialize;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    path::PathBuf,
};

pub use attachment::{Fence, Files, Hashing, Reach};
pub use eta::eta;

/// Where files are looked for and what the account allows.
#[derive(Clone, Debug)]
pub struct Options {
    /// How problems name the recipients' file.
    pub file: String,
    /// Attachments are relative to it; it should be absolute.
    pub base: PathBuf,
    pub reach: Reach,
    pub hashing: Hashing,
    /// Vigie's own directory: nothing in it is ever attached.
    pub data: Option<PathBuf>,
    /// Bytes of a message as sent, after base64.
    pub message_bytes_max: Option<u64>,
}

/// What preflight found. `messages` counts what would be sent if the wrong rows are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows looked at, the wrong ones included.
    pub rows: u64,
    pub rows_good: u64,
    pub messages: u64,
    /// Addresses, hidden ones included.
    pub recipients: u64,
    pub problems: Problems,
    /// Bytes of all messages as sent, about.
    pub bytes_estimate: u64,
    /// Reading stopped, or rows ran into one another: there may be recipients that nobody has looked at.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

impl Report {
    /// Whether nothing may be sent. Leaving out wrong rows helps only where it is known which they are.
    pub fn refuses(&self, on_invalid: OnInvalid) -> bool {
        self.incomplete || self.rows_good == 0 || (on_invalid == OnInvalid::Stop && self.problems.errors > 0)
    }
}

/// A row that cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongRow {
    pub problems: Vec<Problem>,
    /// What stands where its addresses should, right or wrong, when anything does.
    pub address: Option<String>,
    /// What the row would be, as far as it could be made.
    pub item: Option<Box<MailItem>>,
}

impl WrongRow {
    /// Whether another address is all that it needs.
    pub fn needs_address_only(&self) -> bool {
        let mut errors = self.problems.iter().filter(|problem| problem.severity == Severity::Error).peekable();
        self.item.is_some() && errors.peek().is_some() && errors.all(|problem| problem.is_of_address)
    }
}

/// Characters shown of an address that is none.
const ADDRESS_SHOWN: usize = 200;

fn address_in(to: &str) -> Option<String> {
    let (mailboxes, _) = parse_list(to);
    if !mailboxes.is_empty() {
        return Some(crate::item::label(mailboxes.iter()));
    }
    let shown: String = to.trim().chars().filter(|c| !crate::address::is_forbidden(*c)).take(ADDRESS_SHOWN).collect();
    (!shown.is_empty()).then_some(shown)
}

/// A pass over the rows.
pub struct Preflight<'a> {
    mailing: &'a Mailing,
    templates: &'a Templates,
    options: &'a Options,
    required: Vec<usize>,
    files: Files,
    /// How the rows' cells are called, where they have names.
    cells: Option<Cells>,
    /// One per attachment's template.
    fences: Vec<Fence>,
    hasher: RandomState,
    /// A hash of recipients and files → the line that had it first.
    seen: HashMap<u64, u32>,
    /// Of the last row that can be sent.
    last_bytes: u64,
    report: Report,
}

impl<'a> Preflight<'a> {
    pub fn new(mailing: &'a Mailing, templates: &'a Templates, options: &'a Options) -> Self {
        Self {
            mailing,
            templates,
            options,
            required: templates.required_columns(),
            files: Files::new(options.base.clone(), options.reach, options.hashing).never_from(options.data.clone()),
            cells: None,
            fences: mailing.templates.attach.iter().map(|template| Fence::of(&template.source)).collect(),
            hasher: RandomState::new(),
            seen: HashMap::new(),
            last_bytes: 0,
            report: Report::default(),
        }
    }

    /// Looks for attachments among `files` instead of where the options say.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = files;
        self
    }

    /// Names cells in what is wrong, as the recipients' workbook does.
    #[must_use]
    pub fn with_cells(mut self, cells: Option<&Cells>) -> Self {
        self.cells = cells.cloned();
        self
    }

    /// Checks one row. What is wrong is in the report, and returned for the row's error trace; a warning alone does
    /// not stop a row.
    pub fn check(&mut self, row: Result<Row, Problem>) -> Result<MailItem, WrongRow> {
        self.report.rows += 1;
        let mut found = Vec::new();
        let mut address = None;
        let item = match row {
            Ok(row) => {
                let values = row.values.clone();
                let item = self.item(row, &mut found);
                if !found.is_empty() {
                    address = self.templates.render_to(&values).and_then(|to| address_in(&to));
                }
                item
            }
            Err(problem) => {
                self.report.incomplete |= problem.hides_rows;
                found.push(problem);
                None
            }
        };
        if let Some(cells) = &self.cells {
            found = found.into_iter().map(|problem| in_its_cell(problem, cells)).collect();
        }
        self.report.problems.extend(found.iter().cloned());
        match item {
            Some((item, bytes)) if found.iter().all(|problem| problem.severity == Severity::Warning) => {
                self.count(&item, bytes);
                Ok(item)
            }
            made => Err(WrongRow { problems: found, address, item: made.map(|(item, _)| Box::new(item)) }),
        }
    }

    pub fn finish(mut self) -> Report {
        if self.report.rows == 0 {
            let (what, remedy) = (Sentence::new("no_recipients"), Sentence::new("add_rows_or_loosen"));
            self.report.problems.push(Problem::error(&self.options.file, what, remedy));
        }
        self.report
    }

    /// Bytes of the message of the last row that can be sent, about.
    pub fn last_bytes(&self) -> u64 {
        self.last_bytes
    }

    fn count(&mut self, item: &MailItem, bytes: u64) {
        self.last_bytes = bytes;
        let group = u64::from(self.mailing.group.unwrap_or(1).max(1));
        let opens_message = self.report.rows_good.is_multiple_of(group);
        self.report.rows_good += 1;
        if opens_message {
            self.report.messages += 1;
            self.report.bytes_estimate += bytes;
        }
        let shared = if opens_message { item.cc.len() + item.bcc.len() } else { 0 };
        self.report.recipients += (item.to.len() + shared) as u64;
    }

    /// The item and the bytes of its message, as far as they can be made.
    fn item(&mut self, row: Row, found: &mut Vec<Problem>) -> Option<(MailItem, u64)> {
        let line = row.line;
        self.empty_cells(&row, found);
        let had_empty = !found.is_empty();
        let rendered = match self.templates.render(&row.values) {
            Ok(rendered) => rendered,
            Err(problem) => {
                let is_of_to = &*problem.file == "to";
                let what =
                    Sentence::new("in_template").with("place", place(&problem)).with_sentence("what", problem.what);
                found.push(Problem { column: problem.column, ..self.error(line, what, problem.remedy) });
                // Its other fault is told beside it, so that nobody corrects the row twice.
                if !is_of_to && let Some(to) = self.templates.render_to(&row.values) {
                    self.addresses("to", &to, line, found);
                }
                return None;
            }
        };
        let to = self.addresses("to", &rendered.to, line, found);
        let cc = self.addresses("cc", &rendered.cc, line, found);
        let bcc = self.addresses("bcc", &rendered.bcc, line, found);
        if to.is_empty() && found.is_empty() {
            found.push(self.error(line, Sentence::new("nobody"), Sentence::new("fill_in_address")).of_address());
        }
        if let Some((what, remedy)) = rendered.list_unsubscribe.as_deref().and_then(wrong_unsubscribe) {
            found.push(self.error(line, what, remedy));
        }
        let attachments = self.attachments(&rendered, line, had_empty, found);
        let bytes = message_bytes(&rendered, &attachments);
        if let Some(most) = self.options.message_bytes_max.filter(|most| bytes > *most) {
            let what = Sentence::new("message_too_large").with("size", tenths(bytes)).with("most", tenths(most));
            found.push(self.error(line, what, Sentence::new("attach_smaller")));
        }
        let item = MailItem { line, values: row.values, to, cc, bcc, attachments, submitted: None };
        if found.iter().all(|problem| problem.severity == Severity::Warning) {
            self.duplicate(&item, &rendered, found);
        }
        Some((item, bytes))
    }

    fn empty_cells(&self, row: &Row, found: &mut Vec<Problem>) {
        for index in &self.required {
            if row.values.get(*index).is_none_or(|value| value.trim().is_empty()) {
                let column = self.mailing.columns.get(*index).map_or("", String::as_str);
                // Where a missing file is allowed, a column that only names files may be empty.
                if self.mailing.on_no_file == OnNoFile::Send && self.templates.names_files_only(*index) {
                    continue;
                }
                let what = Sentence::new("cell_empty").with("column", column);
                let remedy = Sentence::new("fill_in_or_default");
                let problem = self.error(row.line, what, remedy).in_column(column);
                let is_address = self.templates.address_column() == Some(*index);
                found.push(if is_address { problem.of_address() } else { problem });
            }
        }
    }

    fn addresses(&self, field: &str, text: &str, line: u64, found: &mut Vec<Problem>) -> Vec<Mailbox> {
        let (mailboxes, errors) = parse_list(text);
        for error in errors {
            let what = Sentence::new("in_field").with("field", field).with_sentence("what", error.what());
            let problem = self.error(line, what, error.remedy());
            found.push(if field == "to" { problem.of_address() } else { problem });
        }
        for mailbox in &mailboxes {
            if let Some(meant) = mailbox.meant_domain() {
                let what = Sentence::new("domain_unusual").with("field", field).with("address", &mailbox.address);
                let remedy = Sentence::new("did_you_mean_domain").with("domain", meant);
                found.push(Problem::warning(&self.options.file, what, remedy).at(line));
            }
        }
        mailboxes
    }

    fn attachments(
        &mut self,
        rendered: &Rendered,
        line: u64,
        had_empty: bool,
        found: &mut Vec<Problem>,
    ) -> Vec<Attachment> {
        let mut attachments = Vec::new();
        for (path, fence) in rendered.attach.iter().zip(&self.fences) {
            if path.is_empty() || path.ends_with(['/', '\\']) {
                // An empty cell has been reported as such.
                if self.mailing.on_no_file == OnNoFile::Refuse && !had_empty {
                    let what = Sentence::new("no_file_named").with("path", path);
                    found.push(self.error(line, what, Sentence::new("name_or_allow_no_file")));
                }
                continue;
            }
            match self.files.look_up(path, fence) {
                Ok(attachment) => attachments.push(attachment),
                Err((what, remedy)) => {
                    found.push(self.error(line, what, remedy).of_attachment());
                }
            }
        }
        attachments
    }

    fn duplicate(&mut self, item: &MailItem, rendered: &Rendered, found: &mut Vec<Problem>) {
        let mut addresses: Vec<String> = item.recipients().map(|mailbox| mailbox.address.to_lowercase()).collect();
        addresses.sort_unstable();
        let files: Vec<_> = item.attachments.iter().map(|attachment| &attachment.path).collect();
        // Without a file, two letters are the same when they read the same.
        let words = files.is_empty().then_some((&rendered.subject, &rendered.text, &rendered.html));
        let hash = self.hasher.hash_one((addresses, files, words));
        let line = u32::try_from(item.line).unwrap_or(u32::MAX);
        let first = *self.seen.entry(hash).or_insert(line);
        if first != line {
            let is_bare = item.attachments.is_empty();
            let what = if is_bare { Sentence::new("duplicate_message") } else { Sentence::new("duplicate_file") };
            found.push(self.error(item.line, what.with("line", first), Sentence::new("delete_duplicate")));
        }
    }

    fn error(&self, line: u64, what: Sentence, remedy: Sentence) -> Problem {
        Problem::error(&self.options.file, what, remedy).at(line)
    }
}

/// What keeps mail programs from reading `<https://…>, <mailto:…>` (RFC 2369), and the remedy. Mostly a cell put into
/// an address as it is.
fn wrong_unsubscribe(value: &str) -> Option<(Sentence, Sentence)> {
    let mut rest = value.trim();
    while !rest.is_empty() {
        let Some((link, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            return Some((Sentence::new("unsubscribe_brackets").with("text", rest), Sentence::new("write_link")));
        };
        let scheme = link.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http" | "mailto") {
            let what = Sentence::new("unsubscribe_scheme").with("text", link);
            return Some((what, Sentence::new("write_link_or_mailto")));
        }
        if let Some(c) = link.chars().find(|c| c.is_whitespace() || matches!(c, '"' | '<' | '\\' | '`')) {
            let what = Sentence::new("unsubscribe_character").with("text", link).with("character", format!("{c:?}"));
            return Some((what, Sentence::new("encode_cell")));
        }
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    None
}

fn in_its_cell(problem: Problem, cells: &Cells) -> Problem {
    match problem.line.filter(|_| problem.cell.is_none()) {
        Some(line) => {
            let cell = cells.name(line, problem.column.as_deref());
            problem.in_cell(cell)
        }
        None => problem,
    }
}

fn place(problem: &Problem) -> String {
    let numbers = [problem.line, problem.character.map(u64::from)].into_iter().flatten();
    numbers.fold(problem.file.to_string(), |place, number| format!("{place}:{number}"))
}

/// Base64 in lines of 76 makes 78 bytes of 57; the rest is headers and boundaries.
fn message_bytes(rendered: &Rendered, attachments: &[Attachment]) -> u64 {
    let encoded = |bytes: u64| bytes.div_ceil(57).saturating_mul(78);
    let bodies = [&rendered.text, &rendered.html].into_iter().flatten().map(|body| encoded(body.len() as u64) + 200);
    let files = attachments.iter().map(|attachment| encoded(attachment.size).saturating_add(400));
    bodies.chain(files).fold(1_500, u64::saturating_add)
}

fn tenths(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1_000_000.0)
}
