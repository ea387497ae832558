use super::*;
use crate::{address::Mailbox, spec::MailingFile};
use std::path::Path;
use store::Item;

const COLUMNS: [&str; 3] = ["Société", "email", "fichier"];

fn rows(settings: &str) -> Rows {
    let toml = format!(
        "subject = \"Facture\"\ntext = \"{{{{ Société }}}}\\n\"\nfrom = \"a@x.fr\"\nto = \"{{{{ email }}}}\"\n{settings}"
    );
    let columns = COLUMNS.map(str::to_owned);
    let mailing = MailingFile::parse(&toml, "m").unwrap().mailing(Path::new("/nonexistent"), &columns).unwrap();
    let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).unwrap();
    Rows { address: templates.to_column(), mailing }
}

fn row(company: &str, address: &str, file: &str) -> MailItem {
    let to = vec![Mailbox { name: None, address: address.to_owned() }];
    MailItem { values: [company, address, file].map(str::to_owned).to_vec(), to, ..MailItem::default() }
}

fn item(seq: i64, state: ItemState) -> Item {
    Item {
        job: model::JobId(uuid::Uuid::from_u128(1)),
        seq,
        message_no: seq,
        state,
        attempts: 0,
        not_before: model::Timestamp::EPOCH,
        finished_at: None,
        label: String::new(),
        verdict: None,
        detail: String::new(),
        effect: None,
        payload: String::new(),
    }
}

/// Which row of a run stands for a failed one, by its key and else by all but its address.
fn found(rows: &Rows, brought: &[(MailItem, ItemState)], failed: &MailItem) -> Option<i64> {
    let mut known = Known::default();
    for (seq, (row, state)) in (1..).zip(brought) {
        known.add(rows, &item(seq, *state), row);
    }
    known.find(rows, failed).or_else(|| known.find_corrected(rows, failed))
}

#[test]
fn a_failed_row_is_found_by_its_key_or_by_all_but_its_address() {
    use ItemState::{Queued, Skipped};
    let rows = rows("");
    let failed = row("Durand", "d@exmaple.fr", "F1.pdf");
    let same = (failed.clone(), Queued);
    let corrected = (row("Durand", "d@exemple.fr", "F1.pdf"), Queued);
    let other_file = (row("Durand", "d@exemple.fr", "F2.pdf"), Queued);
    let received = (row("Durand", "x@exemple.fr", "F1.pdf"), Skipped);
    let cases: [(&[_], Option<i64>); 7] = [
        (std::slice::from_ref(&same), Some(1)),
        (std::slice::from_ref(&corrected), Some(1)),
        (&[other_file.clone(), corrected.clone()], Some(2)),
        (std::slice::from_ref(&other_file), None),
        // Whoever has received it is nobody whose address was corrected.
        (std::slice::from_ref(&received), None),
        (&[received.clone(), corrected.clone()], Some(2)),
        // Two who are alike but for their addresses: nobody can say which of them it was.
        (&[corrected.clone(), (row("Durand", "e@exemple.fr", "F1.pdf"), Queued)], None),
    ];
    for (n, (brought, expected)) in cases.into_iter().enumerate() {
        assert_eq!(found(&rows, brought, &failed), expected, "case {n}");
    }
}

#[test]
fn a_key_of_its_own_says_who_a_row_is() {
    let rows = rows("key = [\"Société\"]");
    let failed = row("Durand", "d@exmaple.fr", "F1.pdf");
    let brought = [(row("Durand", "d@exemple.fr", "F9.pdf"), ItemState::Queued)];
    assert_eq!(found(&rows, &brought, &failed), Some(1));
    let nothing = [(row("Martin", "d@exmaple.fr", "F1.pdf"), ItemState::Queued)];
    assert_eq!(found(&rows, &nothing, &failed), None);
}
