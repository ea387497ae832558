//! The settings of a mailing: as a user writes them ([`MailingFile`], the same words as on the command line), and
//! as the job keeps them ([`Mailing`]).

use crate::{
    address::Mailbox,
    problem::Problem,
    rate::{Rate, RawLimits, parse_duration},
    recipients::{ReadAs, column_index, filter::Condition},
    run_log::{Emojis, Form},
    sentence::Sentence,
    template::{Audience, SOURCE_BYTES_MAX, Sources, Template, Templates},
};
use language::Language;
use model::OnUnknown;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IntoDeserializer as _, SeqAccess, Visitor},
};
use std::{
    fmt,
    marker::PhantomData,
    path::{Path, PathBuf},
};

/// Hidden recipients of one message.
pub const GROUP_MAX: u32 = 500;

/// The frozen settings of a mailing: kept as JSON in the job, never changed after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailing {
    pub name: String,
    pub application_name: String,
    pub flow_name: String,
    pub created_by: String,
    pub from: Mailbox,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Mailbox>,
    pub templates: Sources,
    /// The headings of the recipients' file; a row's values stand in this order.
    pub columns: Vec<String>,
    /// Hidden recipients per message; `None` is one message per row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    /// Places of the columns that tell a row from the others in runs of the same name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<usize>,
    /// Places of the columns that the templates use: a row whose cells there are others says something else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<usize>,
    /// The file of recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListFile>,
    pub on_invalid: OnInvalid,
    pub on_unknown: OnUnknown,
    pub on_no_file: OnNoFile,
    pub language: Language,
    pub trace: TraceNames,
    pub log: LogStyle,
    /// By which the rows were chosen, for the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<Dkim>,
    /// Nobody wrote it, and no machine is to answer it (RFC 3834).
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_automatic: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A file of recipients, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    pub name: String,
    /// In hexadecimal digits: by which the same list is known when it comes again.
    pub sha256: String,
}

/// What becomes of rows that were sent under the mailing's name with other contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// They are sent as they are now.
    Send,
    /// They are left out, as those that were sent the same.
    Skip,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnInvalid {
    /// Nothing is sent while a row is wrong.
    #[default]
    Stop,
    /// A wrong row becomes an error trace, the others are sent.
    Skip,
}

/// What an attachment whose name comes out empty means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnNoFile {
    /// The row is wrong.
    #[default]
    Refuse,
    /// The message goes out without it.
    Send,
}

/// How traces are called, and what they say. In the comments `{to}`, `{id}` and `{error}` are filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TraceNames {
    pub success: String,
    pub error: String,
    pub comment: String,
    pub error_comment: String,
}

impl Default for TraceNames {
    fn default() -> Self {
        Self {
            success: "Send invoices mail (Gmail API)".into(),
            error: "Send invoices mail ERROR (Gmail API)".into(),
            comment: "Email envoyé avec succès à {to} (Message ID: {id})".into(),
            error_comment: "Erreur d'envoi à {to} : {error}".into(),
        }
    }
}

impl TraceNames {
    /// The names under which a run by `url`, an account's address, leaves its traces: where they were not chosen, they
    /// name the way out.
    #[must_use]
    pub fn by(self, url: &str) -> Self {
        if url.starts_with("gmail:") || self != Self::default() {
            return self;
        }
        let smtp = |name: &str| name.replace("Gmail API", "SMTP");
        Self { success: smtp(&self.success), error: smtp(&self.error), ..self }
    }

    pub fn success_comment(&self, to: &str, id: &str) -> String {
        fill(&self.comment, &[("{to}", to), ("{id}", id)])
    }

    pub fn failure_comment(&self, to: &str, error: &str) -> String {
        fill(&self.error_comment, &[("{to}", to), ("{error}", error)])
    }

    /// Nobody knows whether the message was delivered. Who chose other words has them here too.
    pub fn unconfirmed_comment(&self, to: &str, error: &str) -> String {
        let is_usual = self.error_comment == Self::default().error_comment;
        let form = if is_usual { UNCONFIRMED } else { &self.error_comment };
        fill(form, &[("{to}", to), ("{error}", error)])
    }
}

const UNCONFIRMED: &str = "Envoi à {to} non confirmé : {error}";

/// What a comment in the usual form says, for whoever shows it in another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsualComment<'a> {
    Sent { to: &'a str, id: &'a str },
    Failed { to: &'a str, error: &'a str },
    Unconfirmed { to: &'a str, error: &'a str },
}

impl<'a> UsualComment<'a> {
    /// `None` for what is not in the form that [`TraceNames`] has by default: who chose other words keeps them.
    pub fn read(comment: &'a str) -> Option<Self> {
        let usual = TraceNames::default();
        if let Some((to, id)) = read_as(&usual.comment, ["{to}", "{id}"], comment) {
            return Some(Self::Sent { to, id });
        }
        if let Some((to, error)) = read_as(UNCONFIRMED, ["{to}", "{error}"], comment) {
            return Some(Self::Unconfirmed { to, error });
        }
        read_as(&usual.error_comment, ["{to}", "{error}"], comment).map(|(to, error)| Self::Failed { to, error })
    }
}

/// The two values that `fill` put into `form`.
fn read_as<'a>(form: &str, [first, second]: [&str; 2], comment: &'a str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = form.split_once(first)?;
    let (between, behind) = rest.split_once(second)?;
    comment.strip_prefix(before)?.strip_suffix(behind)?.split_once(between)
}

/// One pass, so that a value holding `{id}` stays as it is.
fn fill(form: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = form;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (name, value) = values.iter().find(|(name, _)| rest.starts_with(name)).copied().unwrap_or(("{", "{"));
        out.push_str(value);
        rest = &rest[name.len()..];
    }
    out + rest
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenLogStyle")]
pub struct LogStyle {
    pub form: Form,
    pub emojis: Emojis,
}

/// As a user writes it: the compact form has its emojis unless they are switched off.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenLogStyle {
    form: Form,
    emojis: Option<Emojis>,
}

impl From<WrittenLogStyle> for LogStyle {
    fn from(WrittenLogStyle { form, emojis }: WrittenLogStyle) -> Self {
        let usual = if form == Form::Compact { Emojis::On } else { Emojis::Off };
        Self { form, emojis: emojis.unwrap_or(usual) }
    }
}

/// Signs what is sent (RFC 6376).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    /// The private key, RSA or Ed25519, in PEM. Read when a run begins; never copied.
    pub key: PathBuf,
}

/// Reads the JSON of an object, and of nothing else.
pub(crate) fn object<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
    if !json.trim_start().starts_with('{') {
        return Err(serde::de::Error::custom("it is no object"));
    }
    serde_json::from_str(json)
}

impl Mailing {
    /// Reads the spec of a job. An object alone: see [`crate::item::MailItem::parse`].
    ///
    /// # Errors
    /// What of it is wrong, and where.
    pub fn parse(spec: &str) -> Result<Self, serde_json::Error> {
        let mailing: Self = object(spec)?;
        let named = [("from", Some(&mailing.from)), ("reply_to", mailing.reply_to.as_ref())];
        for (field, mailbox) in named.into_iter().filter_map(|(field, mailbox)| Some((field, mailbox?))) {
            mailbox.check().map_err(|error| serde::de::Error::custom(format!("{field}: {error}")))?;
        }
        Ok(mailing)
    }

    pub fn audience(&self) -> Audience {
        if self.group.is_some() { Audience::Group } else { Audience::OneRow }
    }

    /// What tells this row from others in runs of the same name; `None` without key columns.
    pub fn key_of(&self, values: &[String]) -> Option<String> {
        let cells = self.key.iter().map(|index| values.get(*index).map_or("", |value| value.trim()));
        (!self.key.is_empty()).then(|| cells.collect::<Vec<_>>().join("\u{1f}"))
    }
}

/// `mailing.toml`, or the command line gathered into the same shape. Paths are relative to the file's directory,
/// except that attachments stay templates until preflight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct MailingFile {
    pub recipients: Option<PathBuf>,
    /// Of a workbook, where it is not its first.
    pub sheet: Option<String>,
    pub subject: Option<String>,
    /// A file; or, when it holds a line break, `{{` or `{%`, the text itself.
    pub text: Option<String>,
    pub html: Option<String>,
    /// One may stand for a list of one, here and in the other lists.
    #[serde(deserialize_with = "one_or_more")]
    pub attach: Vec<String>,
    pub to: Option<String>,
    pub cc: Option<String>,
    pub bcc: Option<String>,
    pub from: Option<String>,
    pub reply_to: Option<String>,
    pub list_unsubscribe: Option<String>,
    pub smtp: Option<String>,
    /// A file that holds the password of `smtp`, relative to this one.
    pub smtp_password_file: Option<PathBuf>,
    pub batch: Option<u32>,
    pub pause: Option<String>,
    /// `60/min`, or several.
    #[serde(deserialize_with = "one_or_more")]
    pub rate: Vec<Rate>,
    pub daily: Option<u32>,
    /// All must hold.
    #[serde(rename = "where", deserialize_with = "one_or_more")]
    pub conditions: Vec<Condition>,
    pub name: Option<String>,
    pub application: Option<String>,
    pub flow: Option<String>,
    /// An integer is taken for its digits.
    #[serde(deserialize_with = "text_or_integer")]
    pub created_by: Option<String>,
    pub on_unknown: Option<OnUnknown>,
    pub on_invalid: OnInvalid,
    pub on_no_file: OnNoFile,
    pub group: Option<u32>,
    /// The name of an earlier mailing, of which the rest is sent.
    pub complete: Option<String>,
    pub changed: Option<Changed>,
    /// Headings.
    #[serde(deserialize_with = "one_or_more")]
    pub key: Vec<String>,
    pub ledger: Option<PathBuf>,
    pub language: Language,
    pub trace: TraceNames,
    pub log: LogStyle,
    pub dkim: Option<Dkim>,
}

/// A text, or a list of texts, of which each is a `T`.
fn one_or_more<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct OneOrMore<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMore<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts, written as \"…\" or [\"…\", \"…\"]")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            T::deserialize(text.to_owned().into_deserializer()).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(one) = list.next_element()? {
                all.push(one);
            }
            Ok(all)
        }
    }

    from.deserialize_any(OneOrMore(PhantomData))
}

fn text_or_integer<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or an integer, written as \"…\" or 1")]
    enum Given {
        Text(String),
        Integer(i64),
    }
    Ok(<Option<Given> as Deserialize>::deserialize(from)?.map(|given| match given {
        Given::Text(text) => text,
        Given::Integer(number) => number.to_string(),
    }))
}

/// What TOML's reader has against a setting.
fn said_by_toml(message: &str) -> Sentence {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected one of "));
    match unknown {
        Some((name, known)) => Sentence::new("setting_unknown").with("name", name).with("known", known),
        None => Sentence::new("setting_error").with("error", message),
    }
}

impl MailingFile {
    /// `name` is how problems name the file.
    pub fn parse(toml: &str, name: &str) -> Result<Self, Problem> {
        toml::from_str(toml).map_err(|error| {
            let problem = Problem::error(name, said_by_toml(error.message()), Sentence::new("correct_setting"));
            error.span().map_or(problem.clone(), |span| problem.pointing(toml, span.start))
        })
    }

    /// How the file of recipients is read.
    pub fn read_as(&self) -> ReadAs {
        ReadAs { sheet: self.sheet.clone(), language: self.language }
    }

    pub fn limits(&self) -> Result<RawLimits, Problem> {
        let pause = self.pause.as_deref().map(parse_duration).transpose();
        let what = |error| Sentence::new("setting_error").with("error", error);
        let pause = pause.map_err(|error| Problem::error("pause", what(error), Sentence::NONE))?;
        Ok(RawLimits::new(&self.rate, self.daily, self.batch, pause))
    }

    /// The templates, those in files read. `text` and `html` are inline when they hold `{{`, `{%` or a line break;
    /// otherwise they name files relative to `base`.
    pub fn sources(&self, base: &Path) -> Result<Sources, Vec<Problem>> {
        let (sources, problems) = self.read_sources(base);
        if problems.is_empty() { Ok(sources) } else { Err(problems) }
    }

    /// Those that can be read, and what is wrong with the others.
    fn read_sources(&self, base: &Path) -> (Sources, Vec<Problem>) {
        let inline = |name: &str, source: &str| Template { name: name.to_owned(), source: source.to_owned() };
        let mut problems = Vec::new();
        let mut body = |name: &str, value: &Option<String>| {
            let value = value.as_deref()?;
            load(name, value, base).map_err(|problem| problems.push(problem)).ok()
        };
        let (text, html) = (body("text", &self.text), body("html", &self.html));
        if self.text.is_none() && self.html.is_none() {
            problems.push(Problem::error("text", Sentence::new("no_body"), Sentence::new("give_body")));
        }
        if self.subject.as_deref().is_none_or(|subject| subject.trim().is_empty()) {
            problems.push(Problem::error("subject", Sentence::new("no_subject"), Sentence::new("give_subject")));
        }
        if self.to.as_deref().is_none_or(|to| to.trim().is_empty()) {
            problems.push(Problem::error("to", Sentence::new("no_to"), Sentence::new("give_to")));
        }
        let optional = |name: &str, value: &Option<String>| value.as_deref().map(|source| inline(name, source));
        let sources = Sources {
            to: inline("to", self.to.as_deref().unwrap_or_default()),
            cc: optional("cc", &self.cc),
            bcc: optional("bcc", &self.bcc),
            subject: inline("subject", self.subject.as_deref().unwrap_or_default()),
            text,
            html,
            attach: self.attach.iter().map(|source| inline("attach", source)).collect(),
            list_unsubscribe: optional("list-unsubscribe", &self.list_unsubscribe),
        };
        (sources, problems)
    }

    /// Everything validated against the columns of the recipients' file; everything wrong at once.
    pub fn mailing(&self, base: &Path, columns: &[String]) -> Result<Mailing, Vec<Problem>> {
        let (templates, mut problems) = self.read_sources(base);
        let from = mailbox("from", self.from.as_deref(), &mut problems);
        if self.from.is_none() {
            problems.push(Problem::error("from", Sentence::new("no_from"), Sentence::new("give_from")));
        }
        let reply_to = mailbox("reply-to", self.reply_to.as_deref(), &mut problems);
        if let Err(problem) = self.limits() {
            problems.push(problem);
        }
        let zero = [("batch", self.batch), ("daily", self.daily), ("group", self.group)];
        for (name, _) in zero.iter().filter(|(_, value)| *value == Some(0)) {
            problems.push(Problem::error(name, Sentence::new("is_zero"), Sentence::new("give_from_one")));
        }
        if self.group.is_some_and(|group| group > GROUP_MAX) {
            let what = Sentence::new("group_too_large").with("most", GROUP_MAX);
            problems.push(Problem::error("group", what, Sentence::new("smaller_groups")));
        }
        let mut key = Vec::new();
        for heading in &self.key {
            match column_index(columns, heading) {
                Ok(index) => key.push(index),
                Err(error) => problems.push(Problem::error("key", error.what(), error.remedy()).in_column(heading)),
            }
        }
        for condition in &self.conditions {
            if let Err(error) = column_index(columns, &condition.column) {
                problems.push(Problem::error("where", error.what(), error.remedy()).in_column(&condition.column));
            }
        }
        let (Some(from), true) = (from, problems.is_empty()) else {
            let audience = if self.group.is_some() { Audience::Group } else { Audience::OneRow };
            problems.extend(Templates::compile(&templates, columns, audience).err().unwrap_or_default());
            return Err(problems);
        };
        let or = |value: &Option<String>, other: &str| value.clone().unwrap_or_else(|| other.to_owned());
        Ok(Mailing {
            name: self.complete.clone().or_else(|| self.name.clone()).unwrap_or_default(),
            application_name: or(&self.application, "vigie"),
            flow_name: or(&self.flow, "send_mail"),
            created_by: or(&self.created_by, ""),
            from,
            reply_to,
            templates,
            columns: columns.to_vec(),
            group: self.group,
            key,
            content: Vec::new(),
            list: None,
            on_invalid: self.on_invalid,
            on_unknown: self.on_unknown.unwrap_or(OnUnknown::Hold),
            on_no_file: self.on_no_file,
            language: self.language,
            trace: self.trace.clone(),
            log: self.log.clone(),
            conditions: self.conditions.clone(),
            dkim: self.dkim.clone(),
            is_automatic: false,
        })
    }
}

fn mailbox(setting: &str, text: Option<&str>, problems: &mut Vec<Problem>) -> Option<Mailbox> {
    text?
        .parse()
        .map_err(|error: crate::address::AddressError| {
            problems.push(Problem::error(setting, error.what(), error.remedy()));
        })
        .ok()
}

fn load(setting: &str, value: &str, base: &Path) -> Result<Template, Problem> {
    if value.contains('\n') || value.contains("{{") || value.contains("{%") {
        return Ok(Template { name: setting.to_owned(), source: value.to_owned() });
    }
    let unread = |error: std::io::Error| {
        let what = Sentence::new("body_unread").with("file", value).with_sentence("error", Sentence::of_system(&error));
        Problem::error(setting, what, Sentence::new("check_path_or_write"))
    };
    let path = base.join(value);
    if std::fs::metadata(&path).map_err(unread)?.len() > SOURCE_BYTES_MAX {
        let what = Sentence::new("source_too_long").with("most", SOURCE_BYTES_MAX);
        return Err(Problem::error(value, what, Sentence::new("attach_instead")));
    }
    let bytes = std::fs::read(&path).map_err(unread)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let source = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    Ok(Template { name: value.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_settings() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("facture.txt"), b"Ch\xe8re {{ nom }}").unwrap();
        let toml = "recipients = \"clients.csv\"\nsubject = \"Facture {{ nom }}\"\ntext = \"facture.txt\"\nto = \"{{ email }}\"\n\
            from = \"Compta <compta@exemple.fr>\"\nrate = [\"60/min\"]\npause = \"3s\"\nbatch = 10\nwhere = [\"nom!=X\"]\nkey = [\"email\"]\n\
            on-invalid = \"skip\"\n[log]\nform = \"detailed\"\n";
        let file = MailingFile::parse(toml, "mailing.toml").unwrap();
        let mailing = file.mailing(dir.path(), &["nom".into(), "email".into()]).unwrap();
        assert_eq!(mailing.templates.text.as_ref().unwrap().source, "Chère {{ nom }}");
        assert_eq!((mailing.key.as_slice(), mailing.on_invalid), (&[1][..], OnInvalid::Skip));
        assert_eq!(mailing.key_of(&["a".into(), " b ".into()]).as_deref(), Some("b"));
        assert_eq!(file.limits().unwrap().per_minute, Some(60));
        let json = serde_json::to_string(&mailing).unwrap();
        assert_eq!(serde_json::from_str::<Mailing>(&json).unwrap(), mailing);
    }

    #[test]
    fn everything_wrong_at_once() {
        let file = MailingFile::parse("subject = \"x\"\ntext = \"absent.txt\"\nfrom = \"moi\"\nkey = [\"emial\"]\nwhere = [\"nmo=1\"]\npause = \"3\"\ngroup = 0", "m").unwrap();
        let problems = file.mailing(Path::new("/nonexistent"), &["nom".into(), "email".into()]).unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(text.join("\n"));
    }

    #[test]
    fn one_may_stand_for_a_list_and_an_integer_for_a_text() {
        let parse = |toml: &str| MailingFile::parse(toml, "mailing.toml");
        let file = parse(
            "attach = \"pdf/{{ fichier }}\"\nrate = \"60/min\"\nwhere = \"a=b\"\nkey = \"nom\"\ncreated-by = 1\n",
        );
        let file = file.unwrap();
        assert_eq!((file.attach, file.key), (vec!["pdf/{{ fichier }}".to_owned()], vec!["nom".to_owned()]));
        assert_eq!((file.rate.len(), file.conditions.len(), file.created_by.as_deref()), (1, 1, Some("1")));
        let wrong = parse("subject = \"x\"\nattach = 3\n").unwrap_err().to_string();
        assert!(
            wrong.starts_with("mailing.toml:2:10: invalid type: integer `3`, expected a text or a list"),
            "{wrong}"
        );
        assert!(wrong.contains("[\"…\", \"…\"]"), "{wrong}");
        let wrong = parse("created-by = 1.5\n").unwrap_err().to_string();
        assert!(wrong.contains("expected a text or an integer, written as \"…\" or 1"), "{wrong}");
        let wrong = parse("rate = \"60\"\n").unwrap_err().to_string();
        assert!(wrong.starts_with("mailing.toml:1:8: `60` is not a rate"), "{wrong}");
    }

    #[test]
    fn what_is_wrong_with_templates_is_told_beside_the_rest() {
        let toml = "subject = \"x {{ absent }}\"\ntext = \"bonjour\"\nto = \"{{ email }}\"\nfrom = \"a@b.fr\"\n";
        let file = MailingFile::parse(toml, "m").unwrap();
        let problems = file.mailing(Path::new("/nonexistent"), &["email".into()]).unwrap_err();
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(text.len(), 2, "{text:?}");
        assert!(text[0].starts_with("text: \"bonjour\" cannot be read") && text[0].contains("`{{`"), "{text:?}");
        assert!(text[1].contains("`absent`"), "{text:?}");
    }

    #[test]
    fn an_unknown_setting_is_shown_where_it_stands() {
        let problem = MailingFile::parse("subject = \"x\"\nrates = \"60/min\"\n", "mailing.toml").unwrap_err();
        assert!(problem.to_string().starts_with("mailing.toml:2:1: unknown field `rates`"), "{problem}");
        let problem = MailingFile::parse("rate = [\"60\"]\n", "mailing.toml").unwrap_err();
        assert!(problem.to_string().starts_with("mailing.toml:1:8: `60` is not a rate"), "{problem}");
    }

    #[test]
    fn trace_names_say_by_which_way() {
        let names = TraceNames::default();
        assert_eq!(names.clone().by("gmail://a@exemple.fr"), names);
        assert_eq!(names.by("smtps://a@exemple.fr").error, "Send invoices mail ERROR (SMTP)");
        let chosen = TraceNames { error: "Gmail API, échec".into(), ..TraceNames::default() };
        assert_eq!(chosen.clone().by("smtp://x"), chosen);
    }

    #[test]
    fn comments_follow_their_form() {
        let names = TraceNames::default();
        assert_eq!(
            names.success_comment("a@x.fr {id}", "18d2"),
            "Email envoyé avec succès à a@x.fr {id} (Message ID: 18d2)"
        );
        let read = |comment: &str| format!("{:?}", UsualComment::read(comment));
        assert_eq!(read(&names.success_comment("a@x.fr", "<1@x>")), r#"Some(Sent { to: "a@x.fr", id: "<1@x>" })"#);
        assert_eq!(read(&names.failure_comment("a@x.fr", "a : b")), r#"Some(Failed { to: "a@x.fr", error: "a : b" })"#);
        assert_eq!(
            read(&names.unconfirmed_comment("a@x.fr", "b")),
            r#"Some(Unconfirmed { to: "a@x.fr", error: "b" })"#
        );
        let own = TraceNames { error_comment: "{to}: {error}".into(), ..names };
        assert_eq!(own.unconfirmed_comment("a@x.fr", "b"), "a@x.fr: b");
        assert_eq!(read("Email envoyé avec succès à a@x.fr"), "None");
    }
}
