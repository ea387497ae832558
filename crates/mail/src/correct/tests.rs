use super::*;
use crate::{
    enqueue::{content, invalid_item, ledger_key},
    preflight::{Files, Hashing, Options, Preflight, Reach},
    spec::MailingFile,
};
use std::path::{Path, PathBuf};

const COLUMNS: [&str; 4] = ["Société", "email", "periode", "notes"];

fn mailing(settings: &str) -> (Mailing, Templates) {
    let toml = format!(
        "subject = \"Facture {{{{ periode }}}}\"\ntext = \"Bonjour {{{{ Société }}}}\\n\"\nfrom = \"a@x.fr\"\n{settings}"
    );
    let file = MailingFile::parse(&toml, "m").unwrap();
    let columns = COLUMNS.map(str::to_owned);
    let mut mailing = file.mailing(Path::new("/nonexistent"), &columns).unwrap();
    let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).unwrap();
    mailing.content = templates.used_columns();
    (mailing, templates)
}

fn row(line: u64, cells: [&str; 4]) -> Row {
    Row { line, values: cells.map(str::to_owned).to_vec() }
}

fn checked(mailing: &Mailing, templates: &Templates, row: Row) -> Result<MailItem, crate::preflight::WrongRow> {
    let options = Options {
        file: "c.csv".into(),
        base: PathBuf::from("/nonexistent"),
        reach: Reach::Base,
        hashing: Hashing::Later,
        data: None,
        message_bytes_max: None,
    };
    let files = Files::uploaded(std::iter::empty());
    Preflight::new(mailing, templates, &options).with_files(files).check(Ok(row))
}

#[test]
fn an_address_is_corrected_in_its_cell_too() {
    let (mailing, templates) = mailing("to = \"{{ email }}\"");
    let item = checked(&mailing, &templates, row(2, ["Durand", "d@exmaple.fr", "2026-11", ""])).unwrap();
    let better = with_address(&templates, &item, " d@exemple.fr ").unwrap();
    assert_eq!((better.values[1].as_str(), better.to[0].address.as_str()), ("d@exemple.fr", "d@exemple.fr"));
    assert_eq!((better.line, &better.values[0]), (2, &"Durand".to_owned()));
    assert_ne!(ledger_key(&mailing, &item), ledger_key(&mailing, &better));
    let wrong = with_address(&templates, &item, "d@").unwrap_err();
    assert_eq!(&*wrong[0].file, "d@");
    assert!(with_address(&templates, &item, "  ").is_err());
}

#[test]
fn around_a_template_only_the_address_changes() {
    let (mailing, templates) = mailing("to = \"{{ Société }} <{{ email }}>\"");
    let item = checked(&mailing, &templates, row(2, ["Durand", "d@x.fr", "2026-11", ""])).unwrap();
    let better = with_address(&templates, &item, "Durand <e@x.fr>").unwrap();
    assert_eq!((better.values[1].as_str(), better.to[0].address.as_str()), ("d@x.fr", "e@x.fr"));
}

#[test]
fn what_needs_only_an_address_says_so() {
    let (mailing, templates) = mailing("to = \"{{ email }}\"");
    for (cells, needs) in [
        (["Durand", "d@@x", "2026-11", ""], true),
        (["Durand", "", "2026-11", ""], true),
        (["Durand", "d@@x", "", ""], false),
        (["Durand", "d@x.fr", "", ""], false),
    ] {
        let wrong = checked(&mailing, &templates, row(7, cells)).unwrap_err();
        assert_eq!(wrong.needs_address_only(), needs, "{cells:?}");
        let item = invalid_item(&mailing, &wrong, 1);
        let kept: MailItem = serde_json::from_str(&item.payload).unwrap();
        assert_eq!((kept.line, kept.values[0].as_str()), (7, "Durand"));
        assert_eq!(item.verdict.unwrap().args.contains_key(crate::enqueue::NEEDS_ADDRESS), needs);
    }
}

#[test]
fn a_row_says_something_else_by_its_cells_in_use() {
    let (mailing, templates) = mailing("to = \"{{ email }}\"");
    let digest = |cells| content(&mailing, &checked(&mailing, &templates, row(2, cells)).unwrap());
    let november = digest(["Durand", "d@x.fr", "2026-11", ""]);
    assert_eq!(november.len(), 22);
    assert_eq!(november, digest(["Durand ", "d@x.fr", "2026-11", "seen on the 3rd"]), "notes are not in the letter");
    assert_ne!(november, digest(["Durand", "d@x.fr", "2026-12", ""]));
}

#[test]
fn rows_of_a_corrected_list_are_known_again() {
    let rows = [
        row(2, ["Durand", "d@x", "2026-11", ""]),
        row(3, ["Petit", "p@x", "2026-11", ""]),
        row(4, ["Petit", "q@x", "2026-11", ""]),
    ];
    let items: Vec<MailItem> =
        rows.iter().map(|row| MailItem { line: row.line, values: row.values.clone(), ..MailItem::default() }).collect();
    let found = |settings: &str, cells| {
        let (mailing, templates) = mailing(settings);
        let matcher = Matcher::new(&mailing, &templates, (1..).zip(&items));
        matcher.find(&row(9, cells), cells[1])
    };
    let to = "to = \"{{ email }}\"\n";
    assert_eq!(found(to, ["Durand", "durand@x.fr", "2026-11", ""]), Match::Undelivered(1));
    assert_eq!(found(to, ["Petit", "petit@x.fr", "2026-11", ""]), Match::Several, "two of them look alike");
    assert_eq!(found(to, ["Durand", "durand@x.fr", "2026-12", ""]), Match::Nobody, "another invoice");
    let by_company = &format!("{to}key = [\"Société\"]");
    assert_eq!(
        found(by_company, ["Durand", "durand@x.fr", "2026-12", ""]),
        Match::Undelivered(1),
        "by the key that was chosen"
    );
}

#[test]
fn a_row_that_was_delivered_corrects_nothing() {
    let (mailing, templates) = mailing("to = \"{{ email }}\"");
    let item = |cells: [&str; 4]| MailItem {
        to: parse_list(cells[1]).0,
        values: cells.map(str::to_owned).to_vec(),
        ..MailItem::default()
    };
    let failed = item(["Dupont", "b@y.fr", "2026-11", ""]);
    let mut matcher = Matcher::new(&mailing, &templates, std::iter::once((1, &failed)));
    matcher.add_other(&item(["Dupont", "Compta@y.fr", "2026-11", ""]));
    matcher.add_other(&item(["Martin", "m@y.fr", "2026-11", ""]));
    let found = |address| matcher.find(&row(9, ["Dupont", address, "2026-11", ""]), address);
    assert_eq!((found("compta@y.fr"), found("bernard@y.fr")), (Match::Delivered, Match::Undelivered(1)));
    let of = |company| matcher.find(&row(9, [company, "new@y.fr", "2026-11", ""]), "new@y.fr");
    assert_eq!((of("Martin"), of("Martine")), (Match::Delivered, Match::Nobody));
}

#[test]
fn people_know_a_row_by_its_company() {
    let (mailing, _) = mailing("to = \"{{ email }}\"");
    let about = |cells: [&str; 4]| {
        let item = MailItem { values: cells.map(str::to_owned).to_vec(), ..MailItem::default() };
        super::about(&mailing, &item).map(str::to_owned)
    };
    assert_eq!(about(["Durand SARL", "d@x.fr", "", ""]).as_deref(), Some("Durand SARL"));
    assert_eq!(about(["", "d@x.fr", "", ""]), None);
}
