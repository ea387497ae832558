//! The real binary, as people and scripts meet it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::{Answer, Desk};
use std::{
    fs,
    process::{Command, Stdio},
};

/// It is refused before anything begins, and these words are said.
#[track_caller]
fn refused(desk: &Desk, line: &[&str], words: &[&str]) {
    let answer = desk.run(line);
    for word in words {
        assert!(answer.said.contains(word), "{word:?} is not said:\n{}", answer.said);
    }
    assert!(answer.said.starts_with("error: "), "{}", answer.said);
    assert_eq!(answer.code, 2, "{}", answer.said);
}

/// `vigie send` of a good mailing, with these options over it, is refused.
#[track_caller]
fn mailing_refused(desk: &Desk, options: &[&str], words: &[&str]) {
    refused(desk, &[&["send", "mailing.toml"], options].concat(), words);
}

#[test]
fn help_shows_the_commands_and_examples() {
    insta::assert_snapshot!("help", Desk::new().run(&["--help"]).out);
    insta::assert_snapshot!("help_send", Desk::new().run(&["send", "--help"]).out);
}

#[test]
fn an_unknown_column_is_named_with_its_likely_meaning() {
    let desk = Desk::new().with_mailing("");
    mailing_refused(&desk, &["--to", "{{ emial }}"], &["emial", "did you mean", "email", "^"]);
    mailing_refused(&desk, &["--where", "nmo=Zoé"], &["there is no column \"nmo\"", "\"nom\""]);
}

#[test]
fn a_template_error_is_pointed_at() {
    let desk = Desk::new().with_mailing("");
    mailing_refused(&desk, &["--subject", "Facture {{ nom"], &["subject:1", "^"]);
}

#[test]
fn what_is_no_list_of_recipients_is_refused() {
    let desk = Desk::new().with_mailing("");
    desk.file("broken.csv", "email;nom\na@b.fr;\"Zoé\n").file("short.csv", "email;nom\na@b.fr\n");
    desk.file("junk.csv", [0x7f, b'E', b'L', b'F', 0, 0, 1, 2, 0, 0, 0]).file("nobody.csv", "email;nom\n");
    mailing_refused(
        &desk,
        &["--recipients", "broken.csv"],
        &["broken.csv:2: reading stopped here: a quote is opened and never closed"],
    );
    mailing_refused(&desk, &["--recipients", "short.csv"], &["short.csv:2: the row has 1 field"]);
    mailing_refused(&desk, &["--recipients", "junk.csv"], &["junk.csv"]);
    mailing_refused(&desk, &["--recipients", "nobody.csv"], &["there are no recipients"]);
    mailing_refused(&desk, &["--recipients", "absent.csv"], &["absent.csv: cannot be opened", "check the path"]);
    mailing_refused(&desk, &["--where", "nom=Personne"], &["there are no recipients", "--where"]);
}

#[test]
fn a_workbook_is_a_list_of_recipients() {
    let desk = Desk::new().with_mailing("");
    let workbook = include_bytes!("../../mail/src/recipients/workbook/fixtures/clients.xlsx");
    desk.file("clients.xlsx", workbook);
    let options = [
        "--from",
        "Compta <compta@exemple.fr>",
        "--to",
        "{{ E-mail }}",
        "--subject",
        "{{ Code client }} : {{ Montant }}",
        "--text",
        "Bonjour {{ Société }}\n",
        "--check",
    ];
    let checked = desk.run(&[&["send", "clients.xlsx"], options.as_slice()].concat());
    assert_eq!(checked.code, 0, "{}", checked.said);
    for shown in ["3 rows", "recipient 1, clients.xlsx:3", "CCT001 : 1\u{202f}234,50 €"] {
        assert!(
            checked.out.contains(shown) || checked.said.contains(shown),
            "{shown}: {} {}",
            checked.out,
            checked.said
        );
    }
    let of_sheet = ["--sheet", "Clients 2025", "--to", "{{ email }}", "--subject", "x"];
    let text = ["--text", "Bonjour {{ nom }}\n", "--check"];
    let line = [&["send", "--recipients", "clients.xlsx"], &options[..2], of_sheet.as_slice(), &text].concat();
    refused(&desk, &line, &["clients.xlsx: 'Clients 2025'!B3: column \"nom\" shows #N/A, correct its formula"]);
    desk.file("old.xls", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    refused(&desk, &[&["send", "old.xls"], options.as_slice()].concat(), &["(.xls)", "save it as .xlsx"]);
    mailing_refused(&desk, &["--sheet", "Feuil1"], &["has no sheets"]);
}

#[test]
fn everything_wrong_with_the_rows_is_said_at_once() {
    let desk = Desk::new().with_mailing("");
    desk.file("rows.csv", "email;nom;f\nzoe@exemple.fr;Zoé;a.pdf\nluc;Luc;b.pdf\n;Eva;c.pdf\n");
    let options = ["--recipients", "rows.csv", "--attach", "{{ f }}"];
    let words = [
        "rows.csv:2: the file",
        "a.pdf",
        "rows.csv:3: to: `luc` has no @",
        "rows.csv:4: column \"email\" is empty",
        "nobody is left to send to",
    ];
    mailing_refused(&desk, &options, &words);
    let options = ["--recipients", "rows.csv"];
    mailing_refused(&desk, &options, &["2 problems found: nothing was sent", "--on-invalid skip"]);
    let listed = desk.run(&["send", "mailing.toml", "--recipients", "rows.csv", "--check", "--json"]);
    assert_eq!((listed.code, listed.json()["ready"].as_bool()), (2, Some(false)));
    assert_eq!(listed.json()["report"]["problems"]["errors"].as_u64(), Some(2));
}

#[test]
fn no_password_stands_on_the_command_line_or_in_an_open_file() {
    let desk = Desk::new().with_mailing("");
    let options = ["--smtp", "smtp://u:s3cret@mail.exemple.fr"];
    mailing_refused(&desk, &options, &["holds a password", "VIGIE_SMTP_PASSWORD"]);
    assert!(!desk.run(&["send", "mailing.toml", options[0], options[1]]).said.contains("s3cret"));
    desk.file("password", "s3cret\n");
    let options = ["--smtp", "smtp://u@127.0.0.1:1", "--smtp-password-file", "password", "--check"];
    mailing_refused(&desk, &options, &["password: can be read by others", "chmod 600"]);
}

#[test]
fn a_check_shows_the_first_message_and_sends_nothing() {
    let desk = Desk::new().with_mailing("rate = [\"60/min\"]\n");
    let answer = desk.run(&["send", "mailing.toml", "--check"]);
    assert!(answer.out.contains("Subject: Facture de Zoé") && answer.out.contains("Bonjour Zoé"), "{}", answer.out);
    assert!(answer.said.contains("2 messages at 60/min: 2 s"), "{}", answer.said);
    // Nobody listens on port 1: a problem, when only checking.
    assert_eq!(answer.code, 2, "{}", answer.said);
    assert!(answer.said.contains("127.0.0.1:1"), "{}", answer.said);
    assert!(!desk.path().join("vigie-data").exists());
    let second = desk.run(&["send", "mailing.toml", "--preview", "2"]);
    assert_eq!(second.code, 0, "{}", second.said);
    assert!(second.out.contains("To: luc@exemple.fr") && second.out.contains("Luc"), "{}", second.out);
    mailing_refused(&desk, &["--preview", "3"], &["there is no recipient 3"]);
}

#[test]
fn the_demonstration_keeps_account_of_everybody() {
    let desk = Desk::new();
    let answer = desk.run(&["demo", "--count", "30", "--exit", "--json", "--listen", "127.0.0.1:0", "--data", "d"]);
    assert_eq!(answer.code, 0, "{}", answer.said);
    let summary = answer.json();
    let number = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(number("total"), 30);
    assert_eq!(number("succeeded") + number("failed") + number("unknown"), 30);
    assert!(number("failed") >= 1 && number("unknown") == 1, "{summary}");
    let caught = summary["caught"]["messages"].as_u64().unwrap();
    assert_eq!(caught, number("succeeded") + 1, "the unknown one did arrive");
    assert_eq!(summary["not_sent"].as_array().unwrap().len() as u64, number("failed") + number("unknown"));
    what_it_left(&desk, summary["job_id"].as_str().unwrap());
}

/// Read without a server.
fn what_it_left(desk: &Desk, id: &str) {
    let jobs = desk.run(&["jobs", "--data", "d"]);
    assert!(jobs.out.contains("Factures de démonstration") && jobs.out.contains("30/30"), "{}{}", jobs.out, jobs.said);
    let items = desk.run(&["jobs", "items", &id[..13], "--state", "unknown", "--data", "d", "--json"]).json();
    let row = items["rows"][0]["seq"].to_string();
    let traces = desk.run(&["traces", "--errors", "--data", "d", "--csv"]);
    assert!(traces.out.lines().count() > 2, "{}{}", traces.out, traces.said);
    let report = desk.run(&["report", "--data", "d", "--lang", "fr"]);
    assert!(report.out.contains("Taux de réussite"), "{}{}", report.out, report.said);
    let log = desk.run(&["jobs", "log", id, "--data", "d"]);
    assert!(log.out.contains("30/30"), "{}{}", log.out, log.said);
    let text = fs::read_to_string(desk.path().join("d/logs/mailing.log")).unwrap();
    assert!(text.contains("envoyé avec succès"), "{text}");
    let settled = desk.run(&["jobs", "settle", id, "--sent", &row, "--data", "d", "--json"]);
    assert_eq!(settled.code, 0, "{}", settled.said);
    let after = desk.run(&["jobs", "show", id, "--data", "d", "--json"]).json();
    assert_eq!(after["unknown"].as_u64(), Some(0), "{after}");
}

#[test]
fn a_directory_has_one_owner() {
    let desk = Desk::new();
    let served = desk.serve();
    let pid = served.0.id().to_string();
    refused(&desk, &["serve", "--listen", "127.0.0.1:0"], &["is held by process", &pid, "kill"]);
    // Others act through it.
    let token = desk.run(&["token", "create", "site", "--scope", "write", "--expires", "90d"]);
    assert!(token.code == 0 && token.out.starts_with("vigie_"), "{}{}", token.out, token.said);
    assert!(desk.run(&["token", "list"]).out.contains("site"));
    assert_eq!(desk.run(&["jobs"]).code, 0);
    drop(served);
    // Killed, it holds nothing.
    assert!(desk.run(&["token", "list"]).out.contains("site"));
    assert_eq!(desk.run(&["token", "revoke", "site"]).code, 0);
}

#[test]
fn a_detached_run_says_that_nothing_runs_yet() {
    let desk = Desk::new().with_mailing("");
    let answer = desk.run(&["send", "mailing.toml", "--detach"]);
    assert_eq!(answer.code, 0, "{}", answer.said);
    assert!(answer.said.contains("vigie serve"), "{}", answer.said);
    let id = answer.out.trim();
    assert_eq!(desk.run(&["jobs", "show", id, "--json"]).json()["state"], "pending");
    assert_eq!(desk.run(&["jobs", "cancel", &id[..13]]).code, 0);
    assert_eq!(desk.run(&["jobs", "show", id, "--json"]).json()["state"], "cancelled");
}

#[test]
fn everything_moves_to_another_directory() {
    let desk = Desk::new().with_mailing("");
    let id = desk.run(&["send", "mailing.toml", "--detach"]).out.trim().to_owned();
    let copied = desk.run(&["migrate", "--to", "other", "--json"]);
    assert_eq!(copied.json()["copied"]["items"], 2, "{}", copied.said);
    assert!(desk.run(&["jobs", "--data", "other"]).out.contains(&id));
    let again = desk.run(&["migrate", "--to", "other"]);
    assert_eq!(again.code, 1, "it is no longer empty: {}", again.said);
}

#[test]
fn reading_what_is_not_there_says_how_to_begin() {
    let answer = Desk::new().run(&["jobs"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.said, @r"
    error: vigie-data: there is nothing here yet
    help: start with `vigie serve`, `vigie send`, `vigie logs import` or `vigie demo`, or name the right directory with --data
    ");
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let desk = Desk::new();
    desk.file("vigie.toml", "listen = \"127.0.0.1:9000\"\ntime-zone = \"Europe/Paris\"\n[send]\nfrom = \"a@b.fr\"\n");
    let shown = desk.command(&["config", "check", "--json"]).env("VIGIE_DATABASE", "postgres://u:s3cret@h/db").output();
    let shown = Answer::of(shown.unwrap());
    assert!(!shown.out.contains("s3cret"), "{}", shown.out);
    let settings = shown.json();
    assert_eq!(settings["listen"]["from"], "vigie.toml:1");
    assert_eq!(settings["database"]["from"], "VIGIE_DATABASE");
    assert_eq!(settings["send.from"]["value"], "\"a@b.fr\"");
    desk.file("vigie.toml", "listen = \"nowhere\"\n");
    refused(&desk, &["config", "check"], &["vigie.toml:1: listen: `nowhere`", "127.0.0.1:8787"]);
}

#[test]
fn the_doctor_names_what_is_wrong() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new().with_mailing("");
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach"]).code, 0);
    let fine = desk.run(&["doctor", "--json"]);
    assert_eq!((fine.code, fine.json()["ok"].as_bool()), (0, Some(true)), "{}", fine.out);
    desk.file("vigie.toml", "[log-store]\nfolders = [\"logs\", \"/srv/of-nobody\"]\n");
    let folder = desk.run(&["doctor"]);
    assert_eq!(folder.code, 0, "a warning: {}", folder.out);
    assert!(folder.out.contains("warn  log folder: /srv/of-nobody: No such file"), "{}", folder.out);
    assert!(!folder.out.contains("/logs:"), "those of its own are made when they are needed: {}", folder.out);
    fs::set_permissions(desk.path().join("vigie-data/secret.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let wrong = desk.run(&["doctor"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.out.contains("chmod 600 vigie-data/secret.key"), "{}", wrong.out);
}

#[test]
fn the_doctor_misses_a_database_and_reads_what_was_being_sent() {
    let desk = Desk::new().with_mailing("");
    let about = |name: &str| {
        let told = desk.run(&["doctor", "--json"]).json();
        let found = told["findings"].as_array().unwrap().iter().find(|one| one["about"] == name).cloned();
        found.map(|one| [&one["verdict"], &one["what"], &one["remedy"]].map(|text| text.as_str().unwrap().to_owned()))
    };
    assert_eq!(about("database").unwrap()[..2], ["ok", "none yet"]);
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach"]).code, 0);
    assert!(about("sending journal").is_none());
    let journal = desk.path().join("vigie-data/vigie.intents-1");
    fs::write(&journal, "not what was written there").unwrap();
    let damaged = about("sending journal").unwrap();
    assert!(damaged[0] == "warn" && damaged[1].contains("vigie.intents-1 is damaged"), "{damaged:?}");
    fs::remove_file(&journal).unwrap();
    fs::remove_file(desk.path().join("vigie-data/vigie.db")).unwrap();
    let missing = about("database").unwrap();
    assert!(missing[0] == "fail" && missing[1].contains("secret.key is still there"), "{missing:?}");
    assert!(missing[2].contains("vigie restore"), "{missing:?}");
}

#[test]
fn completions_and_man_pages_are_there() {
    let desk = Desk::new();
    assert!(desk.run(&["completions", "bash"]).out.contains("retry-failed"));
    assert!(desk.run(&["man"]).out.contains(".TH vigie"));
    assert_eq!(desk.run(&["man", "pages"]).code, 0);
    assert!(desk.path().join("pages/vigie-send.1").exists());
}

#[test]
fn an_interrupted_run_goes_on_and_nobody_gets_two() {
    use mail::catcher::{Catcher, CatcherOptions};
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let catcher = runtime.block_on(Catcher::start(([127, 0, 0, 1], 0).into(), CatcherOptions::default())).unwrap();
    let desk = Desk::new().with_mailing("rate = [\"30/s\"]\n");
    let rows: String = (1..=60).map(|n| format!("client{n}@exemple.fr;N{n}\n")).collect();
    desk.file("many.csv", format!("email;nom\n{rows}"));
    let smtp = format!("smtp://{}", catcher.address());
    let line = ["send", "mailing.toml", "--recipients", "many.csv", "--smtp", &smtp, "--json"];
    let mut send = desk.command(&line);
    let send = send.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while catcher.tally().messages < 5 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &send.id().to_string()]).status().unwrap().success());
    let answer = Answer::of(send.wait_with_output().unwrap());
    assert_eq!(answer.code, 4, "{}", answer.said);
    let summary = answer.json();
    assert_eq!(summary["succeeded"].as_u64(), Some(catcher.tally().messages), "what was in flight is recorded");
    assert_eq!(summary["reason"]["code"], "interrupted");
    // Nothing goes on with it unless it is asked to.
    let sent = catcher.tally().messages;
    let other = desk.run(&["send", "mailing.toml", "--name", "other", "--smtp", &smtp]);
    assert_eq!(other.code, 0, "{}", other.said);
    assert!(other.said.contains("not over either, and left alone: "), "{}", other.said);
    assert_eq!(catcher.tally().messages, sent + 2);
    let served = desk.serve();
    assert!(served.1.contains("1 run was interrupted: vigie jobs resume "), "{}", served.1);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(catcher.tally().messages, sent + 2);
    let resumed = desk.run(&["jobs", "resume", summary["job_id"].as_str().unwrap()]);
    assert_eq!(resumed.code, 0, "{}", resumed.said);
    let watched = desk.run(&["jobs", "watch", summary["job_id"].as_str().unwrap()]);
    assert_eq!(watched.code, 0, "{}", watched.said);
    drop(served);
    let mut caught: Vec<String> = catcher.caught().into_iter().flat_map(|message| message.recipients).collect();
    caught.retain(|recipient| recipient.starts_with("client"));
    assert_eq!(caught.len(), 60);
    caught.sort();
    caught.dedup();
    assert_eq!(caught.len(), 60);
}
