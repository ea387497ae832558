//! What a list says, and whom it makes safe to send to.

use super::{list::addresses_in, *};

#[test]
fn lists_are_read_with_their_separators() {
    for text in [
        "nom;email\nAnn;Ann@x.org\nBob;bob@x.org\n",
        "\u{feff}email\nann@x.org\nbob@x.org\n",
        "\u{feff}Ann <ann@x.org>,Ann\n mailto:bob@x.org,Bob\n",
    ] {
        let list = RecipientList::read(text.as_bytes()).unwrap();
        let addresses: Vec<_> = list.addresses().collect();
        assert_eq!(addresses, [(1, vec!["ann@x.org".to_owned()]), (2, vec!["bob@x.org".to_owned()])], "{text}");
    }
    assert_eq!(RecipientList::read(b"a,b\n1,2\n").unwrap_err(), BadList::NoAddresses);
    assert_eq!(RecipientList::read(b"a@b.c\n\x7f\0@x\n").unwrap_err(), BadList::Unreadable { line: 2 });
}

fn told(by_address: &[(&str, Outcome)]) -> Told {
    let by_address = by_address.iter().map(|(address, outcome)| ((*address).to_owned(), (*outcome, 0))).collect();
    let of_others = Ok(());
    Told { by_address, elsewhere: BTreeMap::new(), of_others, is_begin_known: false, queued: 0, processes: 0 }
}

#[test]
fn a_row_of_several_is_what_all_of_them_are() {
    let told = told(&[("ann@x.org", Outcome::Sent), ("bob@x.org", Outcome::Sent)]);
    let of = |cell: &str| told.of_all(&addresses_in(cell.as_bytes())).0;
    assert_eq!(of("Ann <Ann@x.org>, Bob <bob@x.org>"), Outcome::Sent);
    assert_eq!(of("ann@x.org; eve@x.org"), Outcome::Unknown, "Ann has it: the row is not sent again");
    assert_eq!(of("eve@x.org dan@x.org"), Outcome::NotStarted);
}

#[test]
fn a_log_of_other_mail_makes_nobody_safe() {
    let list = RecipientList::read(b"email\nann@x.org\nbob@x.org\neve@x.org\ndan@x.org\n").unwrap();
    let of = |rows: &[(&str, Outcome)], earlier: &[&str]| {
        let mut told = told(rows);
        told.elsewhere = earlier.iter().map(|address| ((*address).to_owned(), 0)).collect();
        told.hold_against(&list);
        told.of_all(&["dan@x.org".to_owned()]).0
    };
    let sent = [("ann@x.org", Outcome::Sent), ("bob@x.org", Outcome::Sent), ("eve@x.org", Outcome::Sent)];
    assert_eq!(of(&sent, &[]), Outcome::NotStarted);
    assert_eq!(of(&sent, &["dan@x.org"]), Outcome::Unknown, "an earlier batch may have had it");
    assert_eq!(of(&sent, &["ann@x.org", "bob@x.org", "eve@x.org"]), Outcome::Unknown, "it may have begun earlier");
    assert_eq!(of(&sent[..1], &[]), Outcome::Unknown, "the treasurer gets mail of cron as well");
    let why = |rows: &[(&str, Outcome)], earlier: &[&str]| {
        let mut told = told(rows);
        told.elsewhere = earlier.iter().map(|address| ((*address).to_owned(), 0)).collect();
        told.hold_against(&list);
        told.of_others
    };
    assert_eq!(why(&sent[..1], &[]), Err(Doubt::OtherMail));
    assert_eq!(why(&sent, &["ann@x.org", "bob@x.org", "eve@x.org"]), Err(Doubt::EarlierMessages));
    let told = told(&sent);
    assert_eq!(told.of_all(&["zoé@x.org".to_owned()]).0, Outcome::Unknown);
}

#[test]
fn a_message_to_several_is_done_when_all_of_them_are() {
    let to = |address: &str, recipients| Delivery {
        address: address.into(),
        queue_id: "4A1".into(),
        original: None,
        recipients,
    };
    let (submitted, active, ann, bob) = (to("", 0), to("", 2), to("ann@x.org", 0), to("bob@x.org", 0));
    let mut queue = Queue::default();
    queue.note(Sign::Submitted, &submitted);
    queue.note(Sign::Queued, &active);
    queue.note(Sign::Delivered, &ann);
    assert_eq!(queue.open(), 1);
    queue.note(Sign::Delivered, &bob);
    assert_eq!(queue.open(), 0);
}

#[test]
fn who_may_have_been_sent_to_is_doubted() {
    let doubted = |outcomes: &[Outcome], processes| {
        let of = |outcome: &Outcome| Recipient { address: String::new(), outcome: *outcome, evidence: None, row: 0 };
        let mut recipients: Vec<Recipient> = outcomes.iter().map(of).collect();
        recipients.iter_mut().enumerate().for_each(|(row, recipient)| recipient.address = format!("{row}@x.org"));
        let told = Told { processes, ..told(&[]) };
        let is_doubted = doubt_the_next(&mut recipients, &told);
        assert_eq!(is_doubted, processes > 0);
        recipients.iter().filter(|recipient| recipient.outcome == Outcome::Unknown).count()
    };
    use Outcome::{NotStarted as N, Sent as S};
    assert_eq!(doubted(&[S, S, N, N, N], 0), 0, "the mail server says it");
    assert_eq!((doubted(&[S, S, N, N, N], 1), doubted(&[S, S, N, N, N], 2)), (1, 2));
    assert_eq!(doubted(&[S, N, S, N, N], 1), 3, "it does not follow the list");
}

#[test]
fn who_stands_twice_in_the_list_is_one_person() {
    let list = RecipientList::read(b"email\na@x.org\na@x.org\nb@x.org\nb@x.org\nc@x.org\nc@x.org\n").unwrap();
    let mut recipients: Vec<Recipient> = list
        .addresses()
        .map(|(row, addresses)| {
            let (outcome, evidence) = told(&[("a@x.org", Outcome::Sent)]).of_all(&addresses);
            Recipient { address: addresses.join(", "), outcome, evidence, row }
        })
        .collect();
    doubt_the_next(&mut recipients, &Told { processes: 1, ..told(&[]) });
    use Outcome::{NotStarted as N, Sent as S, Unknown as U};
    assert_eq!(recipients.iter().map(|one| one.outcome).collect::<Vec<_>>(), [S, S, U, U, N, N]);
}

#[test]
fn rotated_logs_are_of_one_source() {
    for name in ["/var/log/mail.log", "/var/log/mail.log.1", "/var/log/mail.log.2.gz"] {
        assert_eq!(stem(name), "/var/log/mail.log");
    }
    assert_eq!((stem("/var/log/maillog-20260101"), stem("journal")), ("/var/log/maillog", "journal"));
    assert_eq!(passed_on("status=sent (250 2.0.0 Ok: queued as 4ABC12)"), Some("4ABC12"));
}

#[test]
fn what_is_left_is_written_as_it_was() {
    let text = b"\xef\xbb\xbfemail;soci\xe9t\xe9\r\nann@x.org;A\r\nbob@x.org;\"B; fils\"\r\n";
    let list = RecipientList::read(text).unwrap();
    let recipient = |row, outcome| Recipient { address: String::new(), outcome, evidence: None, row };
    let recipients = vec![recipient(1, Outcome::Sent), recipient(2, Outcome::NotStarted)];
    let who = Who {
        recipients,
        counts: BTreeMap::new(),
        queued_messages: 0,
        without_address: 0,
        repeated_rows: 0,
        doubt: None,
    };
    assert_eq!(not_sent(&list, &who).1, b"\xef\xbb\xbfemail;soci\xe9t\xe9\nbob@x.org;\"B; fils\"\n");
}

#[test]
fn the_rest_is_left_alone_while_somebody_may_still_send_it() {
    let allows = |reasons: Vec<Reason>| {
        Resume { advice: advise(&reasons), reasons, commands: Vec::new(), is_list_written: false }.allows_the_rest()
    };
    let left = || Reason::Left { count: 3 };
    assert!(allows(vec![left()]) && allows(vec![Reason::MendFirst, Reason::Unknown { count: 1 }, left()]));
    assert!(!allows(vec![Reason::NobodyLeft]) && !allows(vec![Reason::Unknown { count: 1 }]));
    for reason in [Reason::MayStillSend, Reason::MayBeRedelivered, Reason::NoCause] {
        assert!(!allows(vec![reason, left()]));
    }
}

#[test]
fn the_command_names_the_list_as_it_is_called() {
    let of = |path: &str| {
        let commands = vec!["vigie jobs resume 7".to_owned(), send_the_rest(LIST)];
        let mut resume = Resume { advice: Advice::Yes, reasons: Vec::new(), commands, is_list_written: false };
        resume.name_list(path);
        resume.commands
    };
    assert_eq!(of("rest.csv"), ["vigie jobs resume 7", "vigie send mailing.toml --recipients rest.csv --check"]);
    assert_eq!(of("l'envoi 2.csv")[1], r"vigie send mailing.toml --recipients 'l'\''envoi 2.csv' --check");
}

#[test]
fn the_strictest_reason_decides() {
    let left = Reason::Left { count: 3 };
    assert_eq!(advise(std::slice::from_ref(&left)), Advice::Yes);
    assert_eq!(advise(&[Reason::MendFirst, left.clone()]), Advice::Wait);
    assert_eq!(advise(&[Reason::Unknown { count: 1 }, left.clone()]), Advice::CannotTell);
    assert_eq!(advise(&[Reason::MayStillSend, Reason::Unknown { count: 1 }, left]), Advice::Wait);
    assert_eq!(advise(&[Reason::NobodyLeft]), Advice::No);
}
