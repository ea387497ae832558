//! The page of feedback with what it might show.

use super::page::{FeedbackListPage, FeedbackRow};
use crate::layout::{
    foreign::Foreign,
    gallery::{
        Drawn,
        examples::{at, before},
    },
    parts::{Choice, Pager},
    view::View,
};
use askama::Template as _;

pub(crate) fn said(v: &View, who: &str, message: &str) -> FeedbackRow {
    FeedbackRow {
        message: Foreign::text(message.as_bytes(), 4_096),
        who: Foreign::line(who.as_bytes()),
        url: Foreign::line(b"https://boutique.example.org/panier"),
        at: before(v, 4_000),
        project: String::new(),
        issue: None,
    }
}

pub(crate) fn feedback(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/feedback");
    let project = "Boutique".to_owned();
    let first =
        said(v, "Anne Martin <anne@example.org>", "Le panier reste vide après le paiement.\nJ’ai essayé deux fois.");
    let rows = vec![
        FeedbackRow { project: project.clone(), issue: Some("BOUTIQUE-12".to_owned()), ..first },
        FeedbackRow { project, ..said(v, "", "Très pratique, merci !") },
    ];
    let page = |rows: Vec<FeedbackRow>| FeedbackListPage {
        v,
        projects: Choice::of([(String::new(), v.t("performance-all-projects"))], ""),
        pager: Pager { shown: rows.len() as u64, ..Pager::default() },
        rows,
    };
    vec![("feedback", page(rows).render().unwrap()), ("feedback-none", page(vec![]).render().unwrap())]
}
