//! The page of a message with what it might show.

use super::page::{HandedOverContent, HandedOverPage, MessageFileRow};
use crate::layout::{
    foreign::Foreign,
    gallery::{
        Drawn,
        examples::{at, before},
    },
    parts::Faults,
    view::View,
};
use askama::Template as _;
use model::ItemState;

const ID: &str = "019a0000-0000-7000-8000-000000000001";

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

pub(crate) fn messages(v: &View) -> Vec<Drawn> {
    let v = &at(v, &format!("/messages/{ID}"));
    let content = || HandedOverContent {
        heads: vec![
            ("header-from", line("Comptabilité <compta@exemple.fr>")),
            ("header-to", line("contact@client.example")),
            ("header-subject", line("Votre facture n° 2026-118")),
        ],
        headers: vec![(line("Message-ID"), line("<1@exemple.fr>")), (line("X-Mailer"), line("<b>\u{202e}"))],
        text: Some(line("Bonjour, <script>alert(1)</script>")),
        has_html: true,
        files: vec![MessageFileRow {
            name: Some(line("facture.pdf")),
            content_type: line("application/pdf"),
            size: 120_000,
            address: format!("/messages/{ID}/files/1"),
        }],
    };
    let page = |state, content, not_before| {
        let page = HandedOverPage {
            v,
            id: ID.to_owned(),
            label: "Votre facture n° 2026-118".to_owned(),
            subject: line("Votre facture n° 2026-118"),
            state,
            received_at: before(v, 3_600),
            not_before,
            attempts: 1,
            detail: String::new(),
            size: 180_000,
            job: ID.to_owned(),
            job_name: "Factures de novembre".to_owned(),
            from: line("compta@exemple.fr"),
            to: vec![line("contact@client.example"), line("copie@client.example")],
            content,
            may_be_released: not_before.is_some(),
            typed: String::new(),
            faults: Faults::default(),
            notice: None,
        };
        page.render().unwrap()
    };
    vec![
        ("message", page(ItemState::Queued, Some(content()), Some(before(v, 60)))),
        ("message-gone", page(ItemState::Succeeded, None, None)),
    ]
}
