//! `vigie jobs`: which job is meant, and what a person's word on its rows has changed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::Desk;

#[test]
fn settling_says_what_was_settled_and_what_was_not() {
    let desk = Desk::new();
    let demo =
        desk.run(&["demo", "--count", "30", "--exit", "--json", "--listen", "127.0.0.1:0", "--data", "vigie-data"]);
    assert_eq!(demo.code, 0, "{}", demo.said);
    let rows = |state: &str| {
        let page = desk.run(&["jobs", "items", "last", "--state", state, "--json"]).json();
        page["rows"].as_array().unwrap().iter().map(|row| row["seq"].to_string()).collect::<Vec<_>>()
    };
    let (unknown, failed) = (rows("unknown").remove(0), rows("failed"));
    let some = desk.run(&["jobs", "settle", "Factures de démonstration", "--sent", &unknown, &failed[0], "9999"]);
    let said = format!("1 settled; row {} is failed, not unknown; there is no row 9999", failed[0]);
    assert!(some.code == 1 && some.said.contains(&said), "{}", some.said);
    let range = format!("{unknown}-{unknown}");
    let again = desk.run(&["jobs", "settle", "last", "--not-sent", &range]);
    assert!(again.code == 1 && again.said.contains("is succeeded, not unknown"), "{}", again.said);
    let none = desk.run(&["jobs", "settle", "last", "--sent", "--all"]);
    assert!(none.code == 1 && none.said.contains("0 settled; no row is unknown"), "{}", none.said);
    for wrong in [&["--sent"][..], &["--sent", "3", "--all"], &["--sent", "9-3"], &["--sent", "x"]] {
        assert_eq!(desk.run(&[&["jobs", "settle", "last"], wrong].concat()).code, 2, "{wrong:?}");
    }
    let retried = desk.run(&["jobs", "retry-failed", "last"]);
    assert!(retried.said.contains(&format!("{} row", failed.len())), "{}", retried.said);
    assert!(retried.said.contains("tried again\n") && retried.said.contains("nothing runs it now"), "{}", retried.said);
    let nothing = desk.run(&["jobs", "retry-failed", "last"]);
    assert!(nothing.said.contains("nothing to try again: no row has failed"), "{}", nothing.said);
}

#[test]
fn a_job_is_named_by_its_id_its_name_or_as_the_last() {
    let desk = Desk::new().with_mailing("");
    let sent = |name: &str| desk.run(&["send", "mailing.toml", "--detach", "--name", name]).out.trim().to_owned();
    let (first, second) = (sent("Janvier"), sent("Février"));
    let shown = |job: &str| desk.run(&["jobs", "show", job, "--json"]).json()["id"].as_str().unwrap().to_owned();
    assert_eq!((shown("last"), shown("Janvier"), shown(&first[..13])), (second.clone(), first.clone(), first.clone()));
    let several = desk.run(&["jobs", "cancel", &first[..4]]);
    assert_eq!(several.code, 2);
    assert!([&first, &second, "Janvier"].iter().all(|word| several.said.contains(*word)), "{}", several.said);
    let list = desk.run(&["jobs"]).out;
    assert!(list.contains("waiting for vigie serve") && list.contains("skipped"), "{list}");
    assert_eq!(desk.run(&["traces", "--job", "Janvier", "--json"]).code, 0);
    assert_eq!(desk.run(&["jobs", "cancel", "Janvier"]).code, 0);
    assert_eq!(desk.run(&["jobs", "show", "Mars"]).code, 2);
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_helps() {
    let desk = Desk::new().with_mailing("");
    assert_eq!(desk.run(&["send", "mailing.toml", "--preview", "0"]).code, 2);
    let listen = desk.run(&["serve", "--listen", "localhost:9000"]);
    assert!(listen.code == 2 && listen.said.contains("127.0.0.1:9000"), "{}", listen.said);
    assert_eq!(desk.run(&["report", "--help"]).out.matches("--lang").count(), 1);
}

/// An account's limits are its administrator's: who sends may be slower, and says so for the run alone.
#[test]
fn sending_leaves_an_accounts_limits_as_they_are() {
    let desk = Desk::new().with_mailing("");
    let limits = |name: &str| {
        let accounts = desk.run(&["accounts", "list", "--json"]).json();
        let rows = accounts["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["name"] == name).unwrap()["limits"].clone()
    };
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach", "--name", "a", "--rate", "5/s"]).code, 0);
    assert!(limits("127.0.0.1:1")["per_second"].is_null(), "a server on this machine has no limits, the run has");
    let set = desk.run(&["accounts", "limits", "127.0.0.1:1", "--rate", "60/min", "--daily", "2000"]);
    assert!(set.said.contains("limits of account 127.0.0.1:1: 60/min, 2000 a day"), "{}", set.said);
    let administered = limits("127.0.0.1:1");
    let plain = desk.run(&["send", "mailing.toml", "--detach", "--name", "b"]);
    assert!(plain.said.contains("limits of account 127.0.0.1:1: 60/min, 2000 a day; this run: none"), "{}", plain.said);
    let other = ["--smtp", "smtp://127.0.0.1:1?connections=2", "--rate", "600/min", "--batch", "5", "--pause", "3s"];
    let faster = desk.run(&[&["send", "mailing.toml", "--detach", "--name", "c"], &other[..]].concat());
    let said = "this run: 600/min, 5 every 3s (the stricter of both holds)";
    assert!(faster.code == 0 && faster.said.contains(said), "{}", faster.said);
    assert!(faster.said.contains("at 60/min") || faster.said.contains("5 every 3 s"), "{}", faster.said);
    assert_eq!(limits("127.0.0.1:1"), administered);
    let job = desk.run(&["jobs", "show", "c", "--json"]).json();
    assert_eq!((&job["limits"]["per_minute"], &job["limits"]["batch"]["size"]), (&600.into(), &5.into()));
    // Its options were given by somebody, and stay when nobody gives any.
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach", "--name", "d"]).code, 0);
    let accounts = desk.run(&["accounts", "list", "--json"]).json();
    assert_eq!(accounts["rows"][0]["url"], "smtp://127.0.0.1:1?connections=2");
    let missing = desk.run(&["accounts", "limits", "nobody", "--none"]);
    assert!(missing.code == 2 && missing.said.contains("vigie accounts list"), "{}", missing.said);
}

/// The account of the pages is the one that is sent by, whatever its name: a second one would leave its limits out.
#[test]
fn the_account_at_the_same_server_is_used_whatever_its_name() {
    let desk = Desk::new().with_mailing("");
    let accounts = || desk.run(&["accounts", "list", "--json"]).json()["rows"].as_array().unwrap().clone();
    let first = ["send", "mailing.toml", "--detach", "--name", "a", "--smtp", "smtp://LOCALHOST:1"];
    let made = desk.run(&first);
    assert!(made.said.contains("new account: limits of account LOCALHOST:1: none; this run: none"), "{}", made.said);
    let set = desk.run(&["accounts", "limits", "LOCALHOST:1", "--rate", "60/min", "--daily", "13"]);
    assert_eq!(set.code, 0, "{}", set.said);
    for smtp in ["smtp://127.0.0.1:1", "smtp://localhost:1", "smtp://[::1]:1/?connections=2"] {
        let sent = desk.run(&["send", "mailing.toml", "--detach", "--name", smtp, "--smtp", smtp]);
        assert_eq!(sent.code, 0, "{}", sent.said);
        assert!(sent.said.contains("limits of account LOCALHOST:1: 60/min, 13 a day; this run: none"), "{}", sent.said);
        assert!(!sent.said.contains("new account"), "{}", sent.said);
        let accounts = accounts();
        assert_eq!((accounts.len(), &accounts[0]["url"]), (1, &"smtp://LOCALHOST:1".into()), "{smtp}");
    }
    let checked = desk.run(&["send", "mailing.toml", "--check", "--name", "c"]);
    assert!(checked.said.contains("at 60/min"), "{}", checked.said);
    // Elsewhere it is another account, with what most servers allow.
    let other = ["send", "mailing.toml", "--detach", "--name", "d", "--smtp", "smtp://mail.invalid:587"];
    let other = desk.run(&other);
    let said = "new account: limits of account mail.invalid:587: 60/min, 2000 a day";
    assert!(other.said.contains(said), "{}", other.said);
    assert_eq!(accounts().len(), 2);
}

#[test]
fn watching_what_nobody_runs_says_so_once_and_ends() {
    let desk = Desk::new().with_mailing("");
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach", "--name", "a"]).code, 0);
    let watched = desk.run(&["jobs", "watch", "a"]);
    assert_eq!(watched.code, 4, "{}", watched.said);
    assert_eq!(watched.said.matches("nothing runs it now").count(), 1, "{}", watched.said);
    assert_eq!(desk.run(&["jobs", "watch", "a", "--json"]).code, 4);
    let again = desk.run(&["send", "mailing.toml", "--detach", "--name", "a"]);
    assert!(again.said.contains("(2 of 2 left)") && !again.said.contains("messages at"), "{}", again.said);
    assert_eq!(desk.run(&["jobs", "cancel", "a"]).code, 0);
    let resumed = desk.run(&["jobs", "resume", "a"]);
    assert!(resumed.said.contains("is cancelled: it cannot be resumed"), "{}", resumed.said);
    assert!(resumed.said.contains("help: ") && resumed.said.contains("retry-failed"), "{}", resumed.said);
}

#[test]
fn all_that_is_wrong_with_a_command_is_told_at_once() {
    let desk = Desk::new().with_mailing("");
    let line = ["send", "--recipients", "./clients.csv", "--from", "a@b.fr", "--to", "{{ emial }}", "--subject", "x"];
    let told = desk.run(&[&line[..], &["--text", "bonjour"]].concat());
    assert_eq!(told.code, 2, "{}", told.said);
    for said in
        ["text: \"bonjour\" cannot be read", "`{{` or a line break", "`emial`", "by which way to send", "--smtp"]
    {
        assert!(told.said.contains(said), "{said}: {}", told.said);
    }
    desk.file("facture.pdf", "%PDF-1.7\n%\u{b5}");
    let pdf = desk.run(&["send", "--recipients", "../facture.pdf", "--from", "a@b.fr"]);
    assert!(pdf.said.contains("error: ../facture.pdf") && !pdf.said.contains("./../"), "{}", pdf.said);
}

/// The check says who has received the list, before anybody has chosen, and how to choose.
#[test]
fn a_check_of_a_list_sent_before_lists_who_received_it() {
    use mail::catcher::{Catcher, CatcherOptions};
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let catcher = runtime.block_on(Catcher::start(([127, 0, 0, 1], 0).into(), CatcherOptions::default())).unwrap();
    let desk = Desk::new().with_mailing("");
    let rows: String = (1..=12).map(|n| format!("client{n}@exemple.fr;N{n}\n")).collect();
    desk.file("clients.csv", format!("email;nom\n{rows}"));
    let smtp = format!("smtp://{}", catcher.address());
    let sent = desk.run(&["send", "mailing.toml", "--smtp", &smtp, "--name", "Janvier"]);
    assert_eq!(sent.code, 0, "{}", sent.said);
    desk.file("clients.csv", format!("email;nom\n{rows}zoe@exemple.fr;Zoé\n"));
    let checked = desk.run(&["send", "mailing.toml", "--smtp", &smtp, "--check"]);
    assert_eq!((checked.code, catcher.tally().messages), (2, 12), "{}", checked.said);
    for said in ["12 rows of 13 in clients.csv went out before by \"Janvier\"", "--complete Janvier", "… and 2 more"]
    {
        assert!(checked.said.contains(said), "{said}: {}", checked.said);
    }
    assert!(checked.said.contains("  clients.csv:2 client1@exemple.fr on "), "{}", checked.said);
    assert!(!checked.said.contains("nothing was sent"), "{}", checked.said);
}

/// A row that is left out names its line in the mailing's language, and its file.
#[test]
fn the_trace_of_a_row_without_an_address_names_its_line_and_file() {
    let desk = Desk::new().with_mailing("on-invalid = \"skip\"\nattach = \"{{ nom }}.pdf\"\n");
    desk.file("clients.csv", "email;nom\nzoe@exemple.fr;Zoé\n;Luc\n").file("Zoé.pdf", "%PDF").file("Luc.pdf", "%PDF");
    let sent = desk.run(&["send", "mailing.toml", "--detach", "--name", "a"]);
    assert_eq!(sent.code, 0, "{}", sent.said);
    let traces = desk.run(&["traces", "--job", "a", "--json"]).json();
    let trace = &traces["rows"][0];
    assert_eq!((&trace["file_name"], &trace["errors"]), (&"Luc.pdf".into(), &true.into()), "{traces}");
    let comment = trace["comment"].as_str().unwrap();
    assert!(comment.contains("à ligne 3 : clients.csv:3 : "), "{comment}");
}

/// It comes to its end without a server, to each address by itself, and is no message that it counts.
#[test]
fn a_report_is_sent_from_the_terminal() {
    use mail::catcher::{Catcher, CatcherOptions, Keep};
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let options = CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() };
    let catcher = runtime.block_on(Catcher::start(([127, 0, 0, 1], 0).into(), options)).unwrap();
    let desk = Desk::new().with_mailing("");
    let nobody = desk.run(&["report", "--send", "a@exemple.fr"]);
    assert!(nobody.code == 2 && nobody.said.contains("no sending account"), "{}", nobody.said);
    let smtp = format!("smtp://{}", catcher.address());
    assert_eq!(desk.run(&["send", "mailing.toml", "--smtp", &smtp, "--name", "a"]).code, 0);
    let to = ["--send", "a@exemple.fr", "--send", "b@exemple.fr", "--from", "vigie@exemple.fr"];
    let sent = desk.run(&[&["report", "--since", "1h"], &to[..]].concat());
    assert_eq!(sent.code, 0, "{}", sent.said);
    let mut reports: Vec<_> = catcher.caught().into_iter().filter(|caught| caught.from == "vigie@exemple.fr").collect();
    // They leave at the same time: the order of their arrival is nobody's.
    reports.sort_by(|one, other| one.recipients.cmp(&other.recipients));
    let recipients: Vec<_> = reports.iter().map(|caught| caught.recipients.clone()).collect();
    assert_eq!(recipients, [["a@exemple.fr"], ["b@exemple.fr"]]);
    let content = String::from_utf8_lossy(&reports[0].content).into_owned();
    for line in ["Subject: Vigie: 2 messages sent, no errors", "Auto-Submitted: auto-generated", "text/html"] {
        assert!(content.contains(line), "{line}: {content}");
    }
    let told = desk.run(&["report", "--json"]).json();
    assert_eq!((&told["sent"], &told["other_items"]["succeeded"]), (&2.into(), &0.into()), "{told}");
    assert!(desk.run(&["report", "--since", "1h"]).out.contains("Messages sent"), "as a text");
}
