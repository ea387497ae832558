//! What is written: guessed from the columns at first, kept as it is typed, and previewed for any recipient.

use super::{
    RowQuery, address,
    draft::{Content, Draft, List, Relation, TEXT_MAX},
    show::preview,
};
use crate::{
    Ctx,
    extract::Query,
    layout::{
        Form, Reader, page,
        parts::{Choice, Faults},
        see, shown,
        view::View,
    },
    mailings::pages::{MessageForm, MessagePage, PreviewPart, WizardStep},
    problem::{Problem, Result},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use mail::{
    address::Mailbox,
    spec::{Mailing, OnInvalid},
    template::{Audience, Templates},
};
use model::JobKind;
use std::path::Path as FilePath;
use store::{Account, JobFilter};

/// Of the newest mailings, those in which the sender of an account is looked for.
const MAILINGS_SEEN: u32 = 20;

pub(super) async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Query(query): Query<RowQuery>,
    mut draft: Draft,
) -> Result<Response> {
    let accounts = ctx.app.db.accounts().await?;
    suggest(&ctx, &mut draft.content.form, &accounts).await?;
    let (faults, carets) = match draft.content.form.subject.is_empty() {
        // Nobody is told what is wrong before they began.
        true => (Faults::default(), Vec::new()),
        false => faults(&v, &draft.content),
    };
    Ok(shown(&page_of(&ctx, &v, &draft, &accounts, query.row(), faults, carets).await?))
}

pub(super) async fn save(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    mut draft: Draft,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    draft.list()?;
    let typed = typed(&form)?;
    if typed.name != draft.content.form.name {
        draft.content.relation = Relation::Unsaid;
    }
    draft.content.form = typed;
    if form.text("kept").is_empty() {
        draft.content.kept.conditions.clear();
    }
    draft.save(&ctx).await?;
    let row = form.text("row").parse::<u64>().unwrap_or(1).clamp(1, u64::from(u32::MAX));
    if headers.contains_key("x-fragment") {
        let preview = preview(&ctx, &draft, row, "message", v.language).await?;
        return Ok(shown(&PreviewPart { v: &v, preview }));
    }
    let accounts = ctx.app.db.accounts().await?;
    let (mut faults, carets) = faults(&v, &draft.content);
    let account = &draft.content.form.account;
    if !account.is_empty() && !accounts.iter().any(|known| known.name == *account) {
        let known = accounts.iter().map(|known| known.name.as_str()).collect::<Vec<_>>().join(", ");
        faults.add("account", v.with_all("account-unknown", &[("name", account.clone()), ("known", known)]));
    }
    if !faults.is_empty() {
        let refused = page_of(&ctx, &v, &draft, &accounts, row, faults, carets).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &refused));
    }
    Ok(match form.text("then") {
        "check" => see(&address(&draft, "check")),
        _ => see(&format!("{}?row={row}#preview", address(&draft, "message"))),
    })
}

async fn page_of<'a>(
    ctx: &Ctx,
    v: &'a View,
    draft: &Draft,
    accounts: &[Account],
    row: u64,
    faults: Faults,
    carets: Vec<(&'static str, String)>,
) -> Result<MessagePage<'a>> {
    let list = draft.list()?;
    let names = accounts.iter().map(|account| (account.name.clone(), account.name.clone()));
    Ok(MessagePage {
        v,
        steps: draft.steps(WizardStep::Message),
        form: draft.content.form.clone(),
        accounts: Choice::of(names, &draft.content.form.account),
        columns: list.columns.clone(),
        conditions: draft.content.kept.conditions.iter().map(ToString::to_string).collect(),
        files: draft.content.files.len() as u64,
        faults,
        carets,
        preview: preview(ctx, draft, row, "message", v.language).await?,
    })
}

fn typed(form: &Form) -> Result<MessageForm> {
    let line = |name: &str| form.text(name).replace(['\r', '\n', '\0'], " ");
    let lines = |name: &str| form.text(name).replace("\r\n", "\n").replace('\0', "\u{fffd}");
    let typed = MessageForm {
        account: line("account"),
        from: line("from"),
        to: line("to"),
        cc: line("cc"),
        bcc: line("bcc"),
        reply_to: line("reply_to"),
        subject: line("subject"),
        text: lines("text"),
        html: lines("html"),
        attach: lines("attach"),
        name: line("name").chars().take(crate::extract::NAME_MAX).collect(),
        key: form.all("key").map(str::to_owned).collect(),
        on_invalid: if form.text("on_invalid") == "skip" { OnInvalid::Skip } else { OnInvalid::Stop },
        column: line("column"),
        value: line("value"),
    };
    let bytes = serde_json::to_string(&typed).map_or(usize::MAX, |text| text.len());
    if bytes > TEXT_MAX + TEXT_MAX / 8 {
        return Err(Problem::too_large("the message is longer than 1 MiB").remedy("attach what is long as a file"));
    }
    Ok(typed)
}

/// What is wrong with what was typed, at its fields, and lines of templates with a caret.
pub(super) fn faults(v: &View, content: &Content) -> (Faults, Vec<(&'static str, String)>) {
    let (mut faults, mut carets) = (Faults::default(), Vec::new());
    let form = &content.form;
    for (field, value) in
        [("account", &form.account), ("from", &form.from), ("to", &form.to), ("subject", &form.subject)]
    {
        if value.is_empty() {
            faults.add(field, v.t("field-required"));
        }
    }
    if form.text.is_empty() && form.html.is_empty() {
        faults.add("text", v.t("field-required"));
    }
    let Some(list) = &content.list else { return (faults, carets) };
    if !faults.is_empty() {
        return (faults, carets);
    }
    let mailing = content.settings("", v.language).mailing(FilePath::new("/nonexistent"), &list.columns);
    let found = mailing.and_then(|mailing| Templates::compile(&mailing.templates, &list.columns, Audience::OneRow));
    for problem in found.err().into_iter().flatten() {
        let field = field_of(&problem.file);
        let place = match (problem.line, problem.character) {
            (Some(line), Some(character)) => {
                v.with_all("template-place", &[("line", line.to_string()), ("character", character.to_string())])
            }
            _ => String::new(),
        };
        let [what, remedy] = [&problem.what, &problem.remedy].map(|text| v.spaced(text.say(v.language)));
        let said =
            if remedy.is_empty() { what } else { v.with_all("problem-said", &[("what", what), ("remedy", remedy)]) };
        faults.add(field, format!("{place}{said}"));
        carets.extend(problem.excerpt.as_ref().map(|excerpt| (field, excerpt.to_string())));
    }
    (faults, carets)
}

/// The field of the page that a part of a mailing is typed in.
pub(super) fn field_of(part: &str) -> &'static str {
    match part {
        "account" => "account",
        "from" => "from",
        "to" => "to",
        "cc" => "cc",
        "bcc" => "bcc",
        "reply-to" | "reply_to" => "reply_to",
        "subject" => "subject",
        "html" => "html",
        "attach" => "attach",
        "where" => "column",
        "key" => "name",
        _ => "text",
    }
}

/// The sender that goes with the account, where none was typed: that of the last mailing which it sent, else its user.
async fn suggest(ctx: &Ctx, form: &mut MessageForm, accounts: &[Account]) -> Result<()> {
    if !accounts.iter().any(|account| account.name == form.account) {
        form.account = accounts.first().map(|account| account.name.clone()).unwrap_or_default();
    }
    let account = accounts.iter().find(|account| account.name == form.account);
    if let (true, Some(account)) = (form.from.is_empty(), account) {
        form.from = match last_sender(ctx, account).await? {
            Some(last) => last,
            None => sender(&account.url).unwrap_or_default(),
        };
    }
    Ok(())
}

/// Whose name the last mailing of that account bore.
async fn last_sender(ctx: &Ctx, account: &Account) -> Result<Option<String>> {
    let filter = JobFilter { kind: Some(JobKind::Mail), limit: MAILINGS_SEEN, ..JobFilter::default() };
    let jobs = ctx.app.db.jobs(&filter).await?.rows;
    let mut of_account = jobs.iter().filter(|job| job.account == Some(account.id));
    let mailing = of_account.find_map(|job| serde_json::from_str::<Mailing>(&job.spec).ok());
    Ok(mailing.map(|mailing| mailing.from.to_string()))
}

/// The user of an account, where that is an address.
fn sender(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8().ok()?.into_owned();
    let gmail = || format!("{user}@{}", url.host_str().unwrap_or_default());
    let address = if url.scheme() == "gmail" && !user.contains('@') { gmail() } else { user.clone() };
    address.parse::<Mailbox>().ok().map(|_| address)
}

/// A first guess at what goes where; what was typed stays, unless its column is gone.
pub(super) fn guess(form: &mut MessageForm, list: &List) {
    let in_column = |at: usize, is: &dyn Fn(&str) -> bool| {
        let mut cells = list.first.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| is(cell))
    };
    let find = |is: &dyn Fn(&str) -> bool, words: &[&str]| {
        let named = |column: &String| words.iter().any(|word| column.to_lowercase().contains(word));
        let fits: Vec<usize> = (0..list.columns.len()).filter(|at| in_column(*at, is)).collect();
        let best = fits.iter().find(|at| named(&list.columns[**at])).or(fits.first()).copied();
        best.map(|at| format!("{{{{ {} }}}}", list.columns[at]))
    };
    let is_file = |cell: &str| {
        let extension = cell.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        !cell.contains('@')
            && extension.is_some_and(|extension| {
                ["pdf", "docx", "xlsx", "odt", "ods", "png", "jpg", "zip"].contains(&extension.as_str())
            })
    };
    let is_stale = |text: &str| {
        let named = text.strip_prefix("{{ ").and_then(|text| text.strip_suffix(" }}"));
        text.is_empty() || named.is_some_and(|named| !list.columns.iter().any(|column| column == named))
    };
    if is_stale(&form.to) {
        form.to = address_column(list).map(|at| format!("{{{{ {} }}}}", list.columns[at])).unwrap_or_default();
    }
    if !form.attach.contains('\n') && is_stale(&form.attach) {
        form.attach = find(&is_file, &["fichier", "file", "pdf", "pièce"]).unwrap_or_default();
    }
    form.key.retain(|key| list.columns.contains(key));
    if !list.columns.contains(&form.column) {
        (form.column, form.value) = (String::new(), String::new());
    }
}

/// The column that holds the addresses: one that is named so, even where some of its cells are empty or wrong, else the first
/// of which most cells are addresses.
fn address_column(list: &List) -> Option<usize> {
    let named = |at: usize, words: &[&str]| {
        let name: String = list.columns[at].to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        words.iter().any(|word| name.contains(word))
    };
    let readable = list.rows.saturating_sub(list.broken);
    let rows = |at: usize| list.addressed.get(at).map_or(0, |column| column.rows);
    let places = || 0..list.columns.len();
    let is_mostly = |at: &usize| rows(*at) * 2 > readable;
    let is_mail = |at: &usize| named(*at, &["mail", "courriel"]);
    // An “adresse” may be a street.
    let is_address = |at: &usize| rows(*at) > 0 && named(*at, &["adresse", "address"]);
    let mostly = places().filter(is_mostly).find(|at| is_mail(at) || is_address(at));
    let some = || places().find(|at| rows(*at) > 0 && is_mail(at)).or_else(|| places().find(is_address));
    mostly.or_else(some).or_else(|| places().find(is_mostly)).or_else(|| places().find(is_mail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailings::handlers::draft::Addressed;

    /// What is guessed of a list with these headings, of which so many of ten cells each are addresses.
    fn guessed(columns: &[(&str, u64)]) -> String {
        let addressed = |rows| Addressed { rows, addresses: rows };
        let list = List {
            rows: 10,
            columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            addressed: columns.iter().map(|(_, rows)| addressed(*rows)).collect(),
            ..List::default()
        };
        let mut form = MessageForm::default();
        guess(&mut form, &list);
        form.to
    }

    #[test]
    fn the_column_of_addresses_is_known_by_its_name_and_by_its_cells() {
        for name in ["email", "E-Mail", "mail", "Courriel", "Adresse", "adresse e-mail"] {
            assert_eq!(guessed(&[("nom", 0), (name, 4)]), format!("{{{{ {name} }}}}"), "some cells are wrong");
        }
        assert_eq!(guessed(&[("contact", 10), ("e-mail", 8)]), "{{ e-mail }}");
        assert_eq!(guessed(&[("adresse", 0), ("contact", 9)]), "{{ contact }}", "a street");
        assert_eq!(guessed(&[("adresse", 0), ("nom", 0)]), "");
        assert_eq!(guessed(&[("nom", 0), ("e-mail", 0)]), "{{ e-mail }}");
    }
}
