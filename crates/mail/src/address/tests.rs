use super::*;
use proptest::prelude::*;

#[test]
fn reads_every_mailbox_of_a_cell() {
    let table: &[(&str, &[&str])] = &[
        ("", &[]),
        (" \u{a0} ; , ", &[]),
        ("jean@exemple.fr", &["jean@exemple.fr"]),
        (" Jean@Exemple.FR ", &["Jean@exemple.fr"]),
        ("a@x.fr;b@x.fr", &["a@x.fr", "b@x.fr"]),
        ("a@x.fr, b@x.fr ; c@x.fr", &["a@x.fr", "b@x.fr", "c@x.fr"]),
        ("a@x.fr\r\nb@x.fr\tc@x.fr d@x.fr", &["a@x.fr", "b@x.fr", "c@x.fr", "d@x.fr"]),
        ("a@x.fr\u{a0}b@x.fr", &["a@x.fr", "b@x.fr"]),
        ("Jean Dupont <jean@x.fr>", &["Jean Dupont <jean@x.fr>"]),
        ("Hélène Œuvré <h@x.fr>, b@x.fr", &["Hélène Œuvré <h@x.fr>", "b@x.fr"]),
        ("\"Dupont, Jean\" <jean@x.fr>; Paul <p@x.fr>", &["\"Dupont, Jean\" <jean@x.fr>", "Paul <p@x.fr>"]),
        ("A <a@x.fr> B <b@x.fr>", &["A <a@x.fr>", "B <b@x.fr>"]),
        ("\"a \\\"b\\\" c\" <a@x.fr>", &["\"a \\\"b\\\" c\" <a@x.fr>"]),
        ("<a@x.fr>", &["a@x.fr"]),
        ("\"\" <a@x.fr>", &["a@x.fr"]),
        ("compta@société.fr", &["compta@xn--socit-esab.fr"]),
        ("hélène@exemple.fr", &["hélène@exemple.fr"]),
        ("\"a b\"@x.fr", &["\"a b\"@x.fr"]),
        ("o'neil+tag@x.fr", &["o'neil+tag@x.fr"]),
        ("root@localhost", &["root@localhost"]),
    ];
    for (cell, expected) in table {
        let (mailboxes, errors) = parse_list(cell);
        assert_eq!(errors, [], "{cell:?}");
        assert_eq!(mailboxes.iter().map(ToString::to_string).collect::<Vec<_>>(), *expected, "{cell:?}");
    }
}

#[test]
fn says_what_is_wrong_and_what_to_do() {
    let long = format!("{}@x.fr", "a".repeat(65));
    let longer = format!("a@{}.fr", vec!["b".repeat(60); 5].join("."));
    let table: &[(&str, &str)] = &[
        ("jean.exemple.fr", "`jean.exemple.fr` has no @, write it as name@domain"),
        (
            "a@x.fr / b@x.fr",
            "`a@x.fr / b@x.fr` has more than one @, separate two addresses with a comma or a semicolon",
        ),
        (
            "a@x.fr et b@x.fr",
            "`a@x.fr et b@x.fr` has more than one @, separate two addresses with a comma or a semicolon",
        ),
        ("a@x.fr/b@x.fr", "`a@x.fr/b@x.fr` has more than one @, separate two addresses with a comma or a semicolon"),
        ("jean@@x.fr", "`jean@@x.fr` has more than one @, separate two addresses with a comma or a semicolon"),
        ("@x.fr", "`@x.fr` has nothing before the @, write it as name@domain"),
        ("jean@", "`jean@` has nothing after the @, write it as name@domain"),
        ("jean@gmail", "`jean@gmail` has a domain without a dot, complete it, as in exemple.fr"),
        ("jean@x..fr", "`jean@x..fr` has a domain that cannot exist, check the part after the @"),
        ("jean@-x.fr", "`jean@-x.fr` has a domain that cannot exist, check the part after the @"),
        ("jean@x_y.fr", "`jean@x_y.fr` has a domain that cannot exist, check the part after the @"),
        ("jean@127.0.0.1", "`jean@127.0.0.1` has a domain that cannot exist, check the part after the @"),
        ("jean@%41.fr", "`jean@%41.fr` has a domain that cannot exist, check the part after the @"),
        (
            ".jean@x.fr",
            "`.jean@x.fr` starts or ends with a dot, or has two dots in a row, before the @, check the part before the @",
        ),
        ("je(an@x.fr", "`je(an@x.fr` has `(` before the @, check the part before the @"),
        ("Jean jean@x.fr", "`Jean jean@x.fr` has other words around the address, write it as Name <name@domain>"),
        ("Jean <jean@x.fr", "`Jean <jean@x.fr` has a `<` that is not closed, close it with >"),
        ("\"Jean <jean@x.fr>", "`\"Jean <jean@x.fr>` has a quote that is not closed, close it with \""),
        ("Jean <>", "`Jean <>` is empty, write it as name@domain"),
        (
            "a@x.fr <b@x.fr>",
            "`a@x.fr <b@x.fr>` continues after the `>`, separate two addresses with a comma or a semicolon",
        ),
        ("je\u{200b}an@x.fr", "`je\u{fffd}an@x.fr` holds the forbidden character U+200B, delete it"),
        ("\"Jean\u{7}\" <a@x.fr>", "`\"Jean\u{fffd}\" <a@x.fr>` holds the forbidden character U+0007, delete it"),
        (
            "\"A\r\nBcc: e@x.fr\" <a@x.fr>",
            "`\"A\u{fffd}\u{fffd}Bcc: e@x.fr\" <a@x.fr>` holds the forbidden character line break, delete it",
        ),
        (&long, &format!("`{long}` has more than 64 bytes before the @, shorten it")),
    ];
    for (cell, expected) in table {
        let (mailboxes, errors) = parse_list(cell);
        assert_eq!(mailboxes, [], "{cell:?}");
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [*expected], "{cell:?}");
    }
    let (_, errors) = parse_list(&longer);
    assert!(matches!(errors[0].fault, AddressFault::BadDomain | AddressFault::TooLong), "{errors:?}");
}

#[test]
fn the_good_ones_beside_a_bad_one_are_kept() {
    let (mailboxes, errors) = parse_list("a@x.fr; b.x.fr; c@x.fr");
    assert_eq!((mailboxes.len(), errors.len()), (2, 1));
}

#[test]
fn a_cell_is_bounded() {
    let cell = "a@x.fr,".repeat(5_000);
    let (mailboxes, errors) = parse_list(&cell);
    assert_eq!((mailboxes.len(), errors.len()), (LIST_MAX, 1));
}

#[test]
fn one_mailbox_means_one() {
    assert!("a@x.fr, b@x.fr".parse::<Mailbox>().is_err());
    assert!("".parse::<Mailbox>().is_err());
    assert!("a@x.fr\r\nBcc: b@x.fr".parse::<Mailbox>().is_err());
    assert_eq!("jean@gmial.com".parse::<Mailbox>().unwrap().meant_domain(), Some("gmail.com"));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        name in proptest::option::of("[^\\p{C}\\p{Z}]([^\\p{C}\\p{Z}]| ){0,30}[^\\p{C}\\p{Z}]"),
        local in "[a-zé0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-z0-9]{1,10})?",
        domain in "[a-z][a-z0-9]{0,10}(\\.[a-z]{2,6}){1,3}",
    ) {
        let mailbox = Mailbox { name, address: format!("{local}@{domain}") };
        let (read, errors) = parse_list(&mailbox.to_string());
        prop_assert_eq!(&errors, &[]);
        prop_assert_eq!(read, vec![mailbox]);
    }

    #[test]
    fn nothing_that_is_read_could_forge_a_header(cell in "(\\PC|[\\r\\n\\t<>\"@,;. a-c]){0,80}") {
        let (mailboxes, _) = parse_list(&cell);
        for mailbox in mailboxes {
            let safe = |text: &str| !text.chars().any(is_forbidden);
            prop_assert!(safe(&mailbox.address) && mailbox.name.as_deref().is_none_or(safe), "{mailbox:?}");
            prop_assert!(!mailbox.address.starts_with('"') && !mailbox.address.contains([' ', '<', '>']) || mailbox.address.starts_with('"'));
            prop_assert_eq!(mailbox.to_string().parse::<Mailbox>(), Ok(mailbox.clone()));
        }
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        parse_list(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_tab_in_a_name_is_a_space() {
    for cell in
        ["Zoé\tMartin <zoe@exemple.fr>", "\"Zoé\tMartin\" <zoe@exemple.fr>", "\"Zoé\\\tMartin\" <zoe@exemple.fr>"]
    {
        let (mailboxes, errors) = parse_list(cell);
        assert!(errors.is_empty(), "{cell:?}: {errors:?}");
        assert_eq!(mailboxes[0].name.as_deref(), Some("Zoé Martin"), "{cell:?}");
        let written = mailboxes[0].to_string();
        assert!(!written.contains(char::is_control), "{written:?}");
        assert_eq!(written.parse().as_ref(), Ok(&mailboxes[0]));
    }
}

#[test]
fn a_name_is_as_long_as_it_reads_however_it_is_written() {
    for (name, is_fine) in [("\\".repeat(NAME_MAX), true), ("n".repeat(NAME_MAX + 1), false)] {
        let mailbox = Mailbox { name: Some(name), address: "ana@example.org".into() };
        let read: Result<Mailbox, _> = mailbox.to_string().parse();
        assert_eq!(read.is_ok_and(|read| read == mailbox), is_fine);
    }
}
