//! E-mail: a text, and HTML that Outlook shows as Word would: one table of 600 px, or as wide as a phone, styles in its elements, nothing to load.

use super::{clip, color, plain};
use crate::{message::Message, words::TEXTS};
use language::Language;
use mail::{address::Mailbox, letter::Letter};
use model::Timestamp;
use std::fmt::Write as _;
use uuid::Uuid;

const SUBJECT: usize = 200;
const EXAMPLE: usize = 4_000;

pub(crate) fn letter(message: &Message, from: Mailbox, to: Vec<Mailbox>, id: Uuid, date: Timestamp) -> Letter {
    let domain = from.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned();
    let thread = format!("alert-{}@{domain}", message.thread);
    let message_id = if message.is_first { thread.clone() } else { format!("alert-{}-{id}@{domain}", message.thread) };
    // Readers show messages about one incident as one conversation.
    let references = (!message.is_first).then(|| ("References", format!("<{thread}>")));
    let automatic = [("Auto-Submitted", "auto-generated".to_owned()), ("X-Auto-Response-Suppress", "All".to_owned())];
    Letter {
        from,
        reply_to: None,
        to,
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: clip(&message.title, SUBJECT),
        text: Some(text(message)),
        html: Some(html(message)),
        attachments: Vec::new(),
        message_id,
        date,
        list_unsubscribe: None,
        written: None,
        further_fields: automatic.into_iter().chain(references).collect(),
    }
}

fn why(language: Language) -> String {
    TEXTS.find(language, "mail-why", None).unwrap_or_default()
}

fn label(language: Language) -> String {
    TEXTS.find(language, "label-example", None).unwrap_or_default()
}

fn text(message: &Message) -> String {
    let lines = plain(message);
    format!(
        "{}\n\n{lines}\n\n{}\n{}\n\n-- \n{}\n",
        message.title,
        message.link_text,
        message.link,
        why(message.language)
    )
}

fn html(message: &Message) -> String {
    let mut rows = String::new();
    let cell = "padding:4px 16px 4px 0;font-family:Arial,sans-serif;font-size:14px;line-height:20px;vertical-align:top";
    for (label, value) in &message.facts {
        let (label, value) = (escaped(label), escaped(value));
        let _ = write!(
            rows,
            "<tr><td style=\"{cell};color:#595959\">{label}</td><td style=\"{cell};color:#1a1a1a\">{value}</td></tr>"
        );
    }
    if !message.example.is_empty() {
        let _ = write!(
            rows,
            "<tr><td style=\"{cell};color:#595959\">{}</td><td style=\"{cell};color:#1a1a1a;font-family:Consolas,monospace;word-break:break-word\">{}</td></tr>",
            escaped(&label(message.language)),
            escaped(&clip(&message.example, EXAMPLE)).replace('\n', "<br>")
        );
    }
    let notes: String = message
        .notes
        .iter()
        .map(|note| {
            format!(
                "<p style=\"margin:12px 0 0;font-family:Arial,sans-serif;font-size:14px;color:#595959\">{}</p>",
                escaped(note)
            )
        })
        .collect();
    let lang = if message.language == Language::French { "fr" } else { "en" };
    format!(
        "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light\"><title>{title}</title></head>\
<body style=\"margin:0;padding:0;background-color:#f4f4f4\">\
<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" bgcolor=\"#f4f4f4\"><tr><td align=\"center\" style=\"padding:16px 8px\">\
<!--[if mso]><table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->\
<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" bgcolor=\"#ffffff\" style=\"max-width:600px\">\
<tr><td height=\"6\" bgcolor=\"#{color:06x}\" style=\"font-size:0;line-height:6px\">&nbsp;</td></tr>\
<tr><td align=\"left\" style=\"padding:24px\">\
<h1 style=\"margin:0 0 8px;font-family:Arial,sans-serif;font-size:20px;line-height:28px;color:#1a1a1a\">{title}</h1>\
<p style=\"margin:0 0 16px;font-family:Arial,sans-serif;font-size:15px;line-height:22px;color:#1a1a1a\">{text}</p>\
<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">{rows}</table>{notes}\
<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin-top:20px\"><tr><td bgcolor=\"#1f5fbf\" style=\"padding:10px 18px\">\
<a href=\"{link}\" style=\"font-family:Arial,sans-serif;font-size:15px;color:#ffffff;text-decoration:none\">{link_text}</a></td></tr></table>\
</td></tr>\
<tr><td align=\"left\" style=\"padding:12px 24px 20px;font-family:Arial,sans-serif;font-size:12px;line-height:18px;color:#595959\">{why}</td></tr>\
</table><!--[if mso]></td></tr></table><![endif]--></td></tr></table></body></html>",
        title = escaped(&message.title),
        color = color(message.tone),
        text = escaped(&message.text),
        link = escaped(&message.link),
        link_text = escaped(&message.link_text),
        why = escaped(&why(message.language)),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
