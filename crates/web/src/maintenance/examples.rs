//! Planned work: none, some, and the form of each kind.

use super::page::{MaintenanceFormPage, MaintenancesPage, WorkForm, WorkNow, WorkRow, WorkWord};
use crate::layout::{
    gallery::{
        Drawn,
        examples::{at, before},
    },
    parts::{Choice, Faults},
    view::View,
};
use askama::Template as _;
use std::time::Duration;

pub(crate) fn now(v: &View) -> WorkNow {
    WorkNow { name: "Debian 14".to_owned(), until: v.now + Duration::from_secs(3_600) }
}

fn row(v: &View, name: &str, state: WorkWord) -> WorkRow {
    let hour = Duration::from_secs(3_600);
    let from = match state {
        WorkWord::Now => before(v, 1_800),
        WorkWord::Planned => v.now + hour * 30,
        WorkWord::Over => before(v, 86_400),
    };
    WorkRow {
        id: "019a0000-0000-7000-8000-000000000001".to_owned(),
        name: name.to_owned(),
        said: if state == WorkWord::Planned { "02:00".to_owned() } else { String::new() },
        state,
        window: Some((from, from + hour)),
        about: if state == WorkWord::Over { vec!["Site".to_owned(), "SMTP".to_owned()] } else { vec![] },
        by: "ana".to_owned(),
    }
}

pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/alerts/maintenance");
    let list = |rows| MaintenancesPage { v, rows, notice: None }.render().unwrap();
    let rows = vec![
        row(v, "Debian 14", WorkWord::Now),
        row(v, "Sauvegarde", WorkWord::Planned),
        row(v, "Proxy", WorkWord::Over),
    ];
    let form = |is_weekly, faults| {
        let form = WorkForm {
            is_weekly,
            name: "Debian 14".into(),
            from: "2026-11-24T14:00".into(),
            until: "2026-11-24T15:00".into(),
            days: Choice::of([("1".to_owned(), "1".to_owned()), ("7".to_owned(), "7".to_owned())], "7"),
            at: "02:00".into(),
            minutes: "60".into(),
            zone: "Europe/Paris".into(),
            checks: Choice::of([("a".to_owned(), "Site".to_owned())], ""),
            rules: Choice::of([("b".to_owned(), v.t("alerts-title"))], "b"),
        };
        MaintenanceFormPage { v, form, faults }.render().unwrap()
    };
    let mut faults = Faults::default();
    faults.add("days", v.t("maintenance-bad-days"));
    vec![
        ("maintenances-none", list(vec![])),
        ("maintenances", list(rows)),
        ("maintenance-once", form(false, Faults::default())),
        ("maintenance-weekly", form(true, faults)),
    ]
}
