//! Recipients whom an application names as refused: they failed, unless the reply is for a time, or they were sent to after it.

use crate::tree::{At, Tree};
use diagnosis::{
    Question, RecipientList,
    recipients::{self, Outcome},
    report,
};
use language::Language;

const COUNT: i64 = 40;

fn address(number: i64) -> String {
    format!("adherent{number:02}@example.org")
}

/// A message every 5 s until 22:20, and what is said in place of some of them.
fn log(said: &[(i64, &str)]) -> String {
    let line = |number: i64| {
        let at = At::new(22, 20, 0).plus(5 * (number - COUNT)).application();
        match said.iter().find(|(other, _)| *other == number) {
            Some((_, words)) => format!("{at} {}\n", words.replace("{}", &address(number))),
            None => format!("{at} INFO mailing: sent to {}\n", address(number)),
        }
    };
    (1..=COUNT).map(line).collect()
}

/// What became of each of the 60 of a list of whom the log names 40.
fn outcomes(said: &[(i64, &str)]) -> (Vec<Outcome>, String) {
    let tree = Tree::in_paris();
    tree.write("srv/club/mailing.log", &log(said));
    let list: String = (1..=60).map(|number| format!("{}\n", address(number))).collect();
    let list = RecipientList::read(format!("email\n{list}").as_bytes()).unwrap();
    let found =
        tree.ask(&Question { phrase: "the mailing stopped at 22:20".into(), ..Question::default() }, Some(&list));
    let who = found.who.expect("who got it");
    let (_, left) = recipients::not_sent(&list, &who);
    (who.recipients.iter().map(|recipient| recipient.outcome).collect(), String::from_utf8(left).unwrap())
}

#[test]
fn who_is_refused_by_name_has_failed() {
    for words in [
        "ERROR mailing: {} refused: 550 5.1.1 <{}>: Recipient address rejected: User unknown",
        "WARNING mailing: could not send to {}: (550, b'5.1.1 user unknown')",
        "ERROR mailing: SMTPRecipientsRefused: {'{}': (550, b'5.1.1 User unknown')}",
        "ERROR mailing: sending to {} failed: (550, b'5.4.5 Daily user sending limit exceeded.')",
    ] {
        let (outcomes, left) = outcomes(&[(7, words)]);
        assert_eq!(outcomes[6], Outcome::Failed, "{words}");
        assert_eq!((outcomes[5], outcomes[7]), (Outcome::Sent, Outcome::Sent), "{words}");
        assert!(left.contains(&address(7)) && !left.contains(&address(8)), "{words}: {left}");
    }
}

#[test]
fn who_may_still_get_it_has_not() {
    for words in [
        "WARNING mailing: {} greylisted: 450 4.2.0 <{}>: Recipient address rejected: Greylisted",
        "WARNING mailing: {} refused, will retry in 60 s: 550 5.1.1 <{}>: Recipient address rejected",
        "ERROR mailing: 550 5.1.1 user unknown, one of {} and other@example.org",
    ] {
        let (outcomes, left) = outcomes(&[(7, words)]);
        assert_ne!(outcomes[6], Outcome::Failed, "{words}");
        assert_ne!(outcomes[6], Outcome::Sent, "{words}");
        assert!(!left.contains(&address(7)), "{words}: {left}");
    }
}

#[test]
fn who_was_sent_to_after_a_refusal_has_it() {
    let refused = "ERROR mailing: adherent08@example.org: 550 5.1.1 <adherent08@example.org>: Recipient address rejected: User unknown";
    let (outcomes, left) = outcomes(&[(7, refused)]);
    assert_eq!(outcomes[7], Outcome::Sent);
    assert!(!left.contains(&address(8)), "{left}");
}

#[test]
fn a_row_without_an_address_is_told() {
    let tree = Tree::in_paris();
    tree.write("srv/club/mailing.log", &log(&[]));
    let list = RecipientList::read(format!("nom;email\nAnn;{}\nBob;n/a\nEve;{}\n", address(1), address(2)).as_bytes())
        .unwrap();
    let question = Question { phrase: "the mailing stopped at 22:20".into(), ..Question::default() };
    let found = tree.ask(&question, Some(&list));
    assert_eq!(found.who.as_ref().map(|who| (who.recipients.len(), who.without_address)), Some((2, 1)));
    assert!(report::text(&found, Language::English).contains("1 row of the list has no readable address"));
}
