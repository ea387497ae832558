//! `vigie send`: the options, and how they become the same table of settings as a mailing file holds.

use clap::Args;
use std::path::PathBuf;
use toml::{Table, Value};

const AFTER_HELP: &str = "\
Examples:
  vigie send --recipients clients.csv --from \"Compta <compta@exemple.fr>\" --to \"{{ email }}\" \\
       --subject \"Facture {{ periode }}\" --text facture.txt --attach \"pdf/{{ fichier }}\" \\
       --smtp smtp://compta@mail.exemple.fr:587 --batch 10 --pause 3s --rate 60/min
  vigie send mailing.toml                      the same, from a file; options given here win
  vigie send mailing.toml --check              everything that is wrong, a preview, and how long it would take
  vigie send mailing.toml --test-to moi@exemple.fr
  vigie send mailing.toml --where cct=CCT001 --where periode=2025-01

  vigie send clients.xlsx --sheet Feuil1 …     a list in the place of a mailing file is --recipients

Every column is usable by its heading: {{ Société }}, {{ Code client }}. The file may be a workbook (.xlsx, .ods), CSV
(comma, semicolon or tab; UTF-8, Windows-1252) or JSON lines. Numbers and dates of a workbook read as it shows them.

The password comes from a prompt, --smtp-password-file (smtp-password-file in a mailing file) or VIGIE_SMTP_PASSWORD,
and is kept sealed: the next run need not be told. Options of --smtp follow `?`, joined by `&`:
  connections=5            so many at once          per-connection=100       messages before a new one is opened
  helo=name                what EHLO says           tls=required             STARTTLS on this machine too
  flights=1                one round trip a message plaintext-auth=loopback  a password without TLS, to this machine only
As in --smtp \"smtp://compta@127.0.0.1:2525?plaintext-auth=loopback&connections=2\".

What is said here of how fast holds for this run, beside the limits of the account, and the stricter counts:
`vigie accounts limits` changes the account's own.

Nothing leaves before every row has been checked. Where no `vigie serve` holds the data directory, this process sends
and ends with the run. Ctrl-C pauses it: the same command again, or `vigie jobs resume`, goes on.
Exit codes: 0 all sent, 1 failed, 2 refused before anything was sent, 3 some not sent, 4 paused.";

#[derive(Debug, Default, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SendArgs {
    /// The mailing as a file: the same settings, by the same names; or the list of recipients alone
    #[arg(value_name = "MAILING.toml")]
    pub(crate) file: Option<PathBuf>,

    /// One row per message: .xlsx, .ods, CSV or JSON lines
    #[arg(long, value_name = "FILE", help_heading = "To whom")]
    pub(crate) recipients: Option<PathBuf>,
    /// The sheet of a workbook; the first that is not hidden unless given
    #[arg(long, value_name = "NAME", help_heading = "To whom")]
    pub(crate) sheet: Option<String>,
    /// Only rows that meet it: column=value, column!=value, column~text, column, !column; all must hold
    #[arg(long = "where", value_name = "CONDITION", help_heading = "To whom")]
    pub(crate) conditions: Vec<String>,
    /// As in "{{ email }}"; several addresses may stand in a cell
    #[arg(long, value_name = "TEMPLATE", help_heading = "To whom")]
    pub(crate) to: Option<String>,
    #[arg(long, value_name = "TEMPLATE", help_heading = "To whom")]
    pub(crate) cc: Option<String>,
    /// Hidden recipients; alone beside --group, it says what --group does anyway
    #[arg(long, value_name = "TEMPLATE", num_args = 0..=1, default_missing_value = "", help_heading = "To whom")]
    pub(crate) bcc: Option<String>,
    /// One message to so many rows, whose addresses are hidden from each other
    #[arg(long, value_name = "N", help_heading = "To whom")]
    pub(crate) group: Option<u32>,

    /// As in "Compta <compta@exemple.fr>"
    #[arg(long, value_name = "ADDRESS", help_heading = "What")]
    pub(crate) from: Option<String>,
    #[arg(long, value_name = "ADDRESS", help_heading = "What")]
    pub(crate) reply_to: Option<String>,
    #[arg(long, value_name = "TEMPLATE", help_heading = "What")]
    pub(crate) subject: Option<String>,
    /// The body as plain text: a file, or the text itself when it holds {{ or a line break
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub(crate) text: Option<String>,
    /// The body as HTML: a file, or the text itself
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub(crate) html: Option<String>,
    /// A file to attach, as in "pdf/{{ fichier }}"; may be given several times
    #[arg(long, value_name = "TEMPLATE", help_heading = "What")]
    pub(crate) attach: Vec<String>,
    /// As in "<https://exemple.fr/stop?c={{ code }}>"
    #[arg(long, value_name = "TEMPLATE", help_heading = "What")]
    pub(crate) list_unsubscribe: Option<String>,

    /// smtp://user@host:587 (STARTTLS), smtps://user@host:465, or gmail://user@domain
    #[arg(long, value_name = "URL", help_heading = "By which way")]
    pub(crate) smtp: Option<String>,
    /// A file that holds the password (or Gmail's key) and that only you can read
    #[arg(long, value_name = "FILE", help_heading = "By which way")]
    pub(crate) smtp_password_file: Option<PathBuf>,
    #[arg(long, value_name = "DOMAIN", requires_all = ["dkim_selector", "dkim_key"], help_heading = "By which way")]
    pub(crate) dkim_domain: Option<String>,
    #[arg(long, value_name = "NAME", requires = "dkim_domain", help_heading = "By which way")]
    pub(crate) dkim_selector: Option<String>,
    /// The private key in PEM, RSA or Ed25519
    #[arg(long, value_name = "FILE", requires = "dkim_domain", help_heading = "By which way")]
    pub(crate) dkim_key: Option<PathBuf>,

    /// Messages at once, before --pause
    #[arg(long, value_name = "N", help_heading = "How fast")]
    pub(crate) batch: Option<u32>,
    /// Between batches: 3s, 1m30s
    #[arg(long, value_name = "TIME", value_parser = super::duration_text, help_heading = "How fast")]
    pub(crate) pause: Option<String>,
    /// 60/min, 10/s, 500/h; several may be given
    #[arg(long, value_name = "RATE", value_parser = super::rate_text, help_heading = "How fast")]
    pub(crate) rate: Vec<String>,
    /// Messages in any 24 hours
    #[arg(long, value_name = "N", help_heading = "How fast")]
    pub(crate) daily: Option<u32>,

    /// Check everything and show the first message; send nothing
    #[arg(long, conflicts_with_all = ["preview", "test_to", "detach"], help_heading = "Before it leaves")]
    pub(crate) check: bool,
    /// Show the message of the N-th recipient; send nothing
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with_all = ["test_to", "detach"], help_heading = "Before it leaves")]
    pub(crate) preview: Option<u64>,
    /// Send the first message to yourself instead, marked as a test; nothing is recorded
    #[arg(long, value_name = "ADDRESS", conflicts_with = "detach", help_heading = "Before it leaves")]
    pub(crate) test_to: Option<String>,
    /// What a wrong row means: nothing is sent (stop), or the others are (skip)
    #[arg(long, value_name = "WHAT", value_parser = ["stop", "skip"], help_heading = "Before it leaves")]
    pub(crate) on_invalid: Option<String>,
    /// What a row without a file to attach means: it is wrong (refuse), or goes without (send)
    #[arg(long, value_name = "WHAT", value_parser = ["refuse", "send"], help_heading = "Before it leaves")]
    pub(crate) on_no_file: Option<String>,

    /// Of a new mailing; one that was not used yet unless given, of the list and the month
    #[arg(long, value_name = "NAME", help_heading = "Keeping account")]
    pub(crate) name: Option<String>,
    /// Send only what this earlier mailing has not sent yet
    #[arg(long, value_name = "NAME", conflicts_with = "name", help_heading = "Keeping account")]
    pub(crate) complete: Option<String>,
    /// With --complete, what becomes of rows that were sent with other contents: send them as they are now, or skip
    #[arg(long, value_name = "WHAT", value_parser = ["send", "skip"], requires = "complete", help_heading = "Keeping account")]
    pub(crate) changed: Option<String>,
    /// The column that tells a row from the others in runs of the same name; several may be given
    #[arg(long, value_name = "COLUMN", help_heading = "Keeping account")]
    pub(crate) key: Vec<String>,
    /// What was sent before Vigie: CSV with the columns of --key
    #[arg(long, value_name = "FILE", help_heading = "Keeping account")]
    pub(crate) ledger: Option<PathBuf>,
    /// When a crash lost an outcome: hold (a person decides), repeat, verify (Gmail drafts)
    #[arg(long, value_name = "WHAT", value_parser = ["hold", "repeat", "verify"], help_heading = "Keeping account")]
    pub(crate) on_unknown: Option<String>,
    /// For the traces
    #[arg(long, value_name = "NAME", help_heading = "Keeping account")]
    pub(crate) application: Option<String>,
    /// For the traces
    #[arg(long, value_name = "NAME", help_heading = "Keeping account")]
    pub(crate) flow: Option<String>,
    /// Who sends, for the traces [default: the user's name]
    #[arg(long, value_name = "NAME", help_heading = "Keeping account")]
    pub(crate) created_by: Option<String>,
    /// Print the job's id and return at once
    #[arg(long, help_heading = "Keeping account")]
    pub(crate) detach: bool,
}

impl SendArgs {
    /// The options as a mailing file would hold them; what was not given is not in it.
    pub(crate) fn settings(&self) -> Table {
        let mut table = Table::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                table.insert(name.to_owned(), value);
            }
        };
        let text = |value: &Option<String>| value.clone().map(Value::String);
        let path = |value: &Option<PathBuf>| value.as_ref().map(|path| Value::String(path.display().to_string()));
        let number = |value: Option<u32>| value.map(|number| Value::Integer(number.into()));
        let list = |values: &[String]| {
            let texts = || values.iter().cloned().map(Value::String).collect();
            (!values.is_empty()).then(|| Value::Array(texts()))
        };
        put("recipients", path(&self.recipients));
        put("sheet", text(&self.sheet));
        put("where", list(&self.conditions));
        put("to", text(&self.to));
        put("cc", text(&self.cc));
        put("bcc", text(&self.bcc).filter(|bcc| bcc.as_str() != Some("")));
        put("group", number(self.group));
        put("from", text(&self.from));
        put("reply-to", text(&self.reply_to));
        put("subject", text(&self.subject));
        put("text", text(&self.text));
        put("html", text(&self.html));
        put("attach", list(&self.attach));
        put("list-unsubscribe", text(&self.list_unsubscribe));
        put("smtp", text(&self.smtp));
        put("batch", number(self.batch));
        put("pause", text(&self.pause));
        put("rate", list(&self.rate));
        put("daily", number(self.daily));
        put("on-invalid", text(&self.on_invalid));
        put("on-no-file", text(&self.on_no_file));
        put("name", text(&self.name));
        put("complete", text(&self.complete));
        put("changed", text(&self.changed));
        put("key", list(&self.key));
        put("ledger", path(&self.ledger));
        put("on-unknown", text(&self.on_unknown));
        put("application", text(&self.application));
        put("flow", text(&self.flow));
        put("created-by", text(&self.created_by));
        if let (Some(domain), Some(selector), Some(key)) = (&self.dkim_domain, &self.dkim_selector, &self.dkim_key) {
            let mut dkim = Table::new();
            dkim.insert("domain".into(), Value::String(domain.clone()));
            dkim.insert("selector".into(), Value::String(selector.clone()));
            dkim.insert("key".into(), Value::String(key.display().to_string()));
            put("dkim", Some(Value::Table(dkim)));
        }
        table
    }
}
