//! One message, as its recipient would see it; or sent to oneself.

use super::{
    explain,
    plan::{Plan, refused, smtp_account},
};
use crate::{
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::{self, Cause as _, t},
};
use mail::{
    address::{AddressError, Mailbox},
    delivery::Delivery,
    gmail,
    item::{Identity, MailItem, letter},
    letter::Letter,
    message::Signer,
    preflight::Preflight,
    transport::Transport,
};
use model::{Clock, JobId, Rng};
use secrecy::SecretString;
use serde_json::json;
use std::{fmt::Write as _, sync::Arc, time::Duration};

/// `--preview N`
pub(super) fn show(config: &Config, plan: &Plan, number: u64) -> Result<Exit> {
    let item = nth(plan, number)?;
    if config.json {
        let letter = written(plan, &item, number)?;
        let list = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>();
        render::json(&json!({
            "line": item.line, "from": letter.from.to_string(), "to": list(&letter.to), "cc": list(&letter.cc),
            "bcc": list(&letter.bcc), "subject": letter.subject, "text": letter.text, "html": letter.html,
            "attachments": letter.attachments,
        }))?;
    } else {
        render::out(&text(plan, &item, number)?)?;
    }
    Ok(Exit::Done)
}

/// The item of the N-th row that `--where` keeps, the first being 1.
fn nth(plan: &Plan, number: u64) -> Result<MailItem> {
    let rows = plan.rows()?;
    let cells = rows.cells().cloned();
    let mut kept = rows.filter(|row| row.as_ref().map_or(true, |row| plan.filter.keeps(row)));
    let row = kept.nth(usize::try_from(number.max(1) - 1).unwrap_or(usize::MAX));
    let row = row.ok_or_else(|| {
        Failure::refused(t!("no-recipient-number", file = plan.shown(), number)).help(t!("no-recipient-number-help"))
    })?;
    let preflight = Preflight::new(&plan.mailing, &plan.templates, &plan.preflight);
    preflight.with_cells(cells.as_ref()).check(row).map_err(|wrong| refused(&wrong.problems))
}

/// Headers, bodies and attachments in plain text.
pub(super) fn text(plan: &Plan, item: &MailItem, number: u64) -> Result<String> {
    let letter = written(plan, item, number)?;
    let mut out = t!("preview-recipient", number, file = plan.shown(), line = item.line) + "\n";
    let mut header = |name: String, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{}", t!("header", name, value = render::plain(value, 2_000)));
        }
    };
    let list = |mailboxes: &[Mailbox]| mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    header(t!("header-from"), &letter.from.to_string());
    header(t!("header-reply-to"), &letter.reply_to.as_ref().map(ToString::to_string).unwrap_or_default());
    header(t!("header-to"), &list(&letter.to));
    header(t!("header-cc"), &list(&letter.cc));
    header(t!("header-bcc"), &list(&letter.bcc));
    header(t!("header-subject"), &letter.subject);
    header(t!("header-list-unsubscribe"), letter.list_unsubscribe.as_deref().unwrap_or_default());
    for attachment in &letter.attachments {
        header(
            t!("header-attached"),
            &t!("attachment", name = attachment.name, mime = attachment.mime; n = attachment.size),
        );
    }
    for (name, body) in
        [(t!("preview-text"), letter.text), ("HTML".to_owned(), letter.html.map(|html| words_of(&html)))]
    {
        if let Some(body) = body {
            let body: String = body.chars().filter(|c| !model::steers_display(*c) || *c == '\n').collect();
            let _ = write!(out, "── {name} ──\n{}\n", body.trim_end());
        }
    }
    out.push_str("──");
    Ok(out)
}

/// `--test-to`: the first message, to another address, marked as a test; nothing is kept of it.
pub(super) async fn send_test(config: &Config, plan: &Plan, to: &str, secret: Option<SecretString>) -> Result<Exit> {
    let to: Mailbox = to.parse().map_err(|error: AddressError| {
        let what = error.what().say(words::language());
        Failure::refused(t!("at-place", place = "--test-to", error = what)).help(error.remedy().say(words::language()))
    })?;
    let Some(url) = &plan.url else {
        return Err(Failure::refused(t!("no-way-out")).help(t!("no-way-out-smtp")));
    };
    let item = nth(plan, 1)?;
    let mut letter = written(plan, &item, 1)?;
    (letter.to, letter.cc, letter.bcc) = (vec![to.clone()], Vec::new(), Vec::new());
    letter.subject = format!("[TEST] {}", letter.subject);
    // Nobody is taken off a list by a test.
    letter.list_unsubscribe = None;
    let transport = match (&secret, plan.is_gmail()) {
        (Some(key), true) => Transport::Gmail(Arc::new(
            gmail::Account::from_url(url, key, Clock::System).map_err(|error| Failure::refused(error.say()))?,
        )),
        _ => Transport::Smtp(Arc::new(smtp_account(url, secret.as_ref())?)),
    };
    let mut connection = transport.connect(signer(plan)?.map(Arc::new));
    let delivery = connection.deliver(&letter).await;
    connection.close(Duration::from_secs(5)).await;
    match delivery {
        Delivery::Accepted { reference, .. } => {
            if config.json {
                render::json(
                    &json!({"sent_to": to.to_string(), "message_id": letter.message_id, "reference": reference}),
                )?;
            } else {
                render::say(&t!("test-sent", to, subject = render::plain(&letter.subject, 80)));
            }
            Ok(Exit::Done)
        }
        Delivery::NotSent { verdict, .. } => Err(Failure::new(t!("test-not-sent", to, why = explain(&verdict)))),
        Delivery::Unknown { verdict } => Err(Failure::new(t!("test-unknown", to, why = explain(&verdict)))),
    }
}

fn signer(plan: &Plan) -> Result<Option<Signer>> {
    let Some(dkim) = &plan.mailing.dkim else { return Ok(None) };
    let name = dkim.key.display();
    let pem = std::fs::read_to_string(&dkim.key).map_err(|error| Failure::refused(t!("dkim-key", name, error)))?;
    let signer = Signer::new(&dkim.domain, &dkim.selector, &SecretString::from(pem));
    signer.map(Some).map_err(|error| Failure::refused(t!("dkim-key", name, error)))
}

fn written(plan: &Plan, item: &MailItem, number: u64) -> Result<Letter> {
    let clock = Clock::System;
    let identity = Identity { job: JobId::new(&clock, &Rng::system()), message: number, date: clock.now() };
    letter(&plan.mailing, &plan.templates, std::slice::from_ref(item), identity)
        .map_err(|verdict| Failure::refused(explain(&verdict)))
}

/// What is left of HTML without its tags: enough to see whether the right values stand in the right places.
fn words_of(html: &str) -> String {
    let (mut words, mut rest) = (String::new(), html);
    while let Some(open) = rest.find('<') {
        words.push_str(&rest[..open]);
        let tag = &rest[open..];
        let name = tag[1..]
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let hidden = matches!(name.as_str(), "style" | "script" | "head") && !tag.starts_with("</");
        let end = if hidden { tag.to_ascii_lowercase().find(&format!("</{name}")) } else { None }.unwrap_or(0);
        let close = tag[end..].find('>').map_or(tag.len(), |at| end + at + 1);
        if matches!(name.as_str(), "br" | "p" | "div" | "tr" | "li" | "h1" | "h2" | "h3" | "table") {
            words.push('\n');
        }
        rest = &tag[close..];
    }
    words.push_str(rest);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        words = words.replace(entity, character);
    }
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_shown_as_its_words() {
        let html = "<html><head><style>p{color:red}</style></head><body><p>Bonjour <b>Zoé</b>&nbsp;!</p><p>A &lt; B<br>fin</p>";
        assert_eq!(words_of(html), "Bonjour Zoé !\nA < B\nfin");
        assert_eq!(words_of("x < y"), "x");
        assert_eq!(words_of(""), "");
    }
}
