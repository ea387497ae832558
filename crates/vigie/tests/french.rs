//! The real binary, as a person who reads French meets it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::{Answer, Desk};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
};

const COMMANDS: &str = "
send,jobs,jobs list,jobs show,jobs watch,jobs pause,jobs resume,jobs cancel,jobs retry-failed,jobs items,jobs settle,
jobs log,traces,logs,logs search,logs tail,logs histogram,logs import,logs export,logs pipe,logs delete,logs files,
logs format,logs format try,logs format add,report,demo,serve,worker,accounts,accounts list,accounts limits,accounts resume,token,token create,token list,
token revoke,user,user create,user list,user link,backup,restore,migrate,config,config check,doctor,completions,man";

/// What is said, and the exit code, with what differs from run to run taken out.
fn told(desk: &Desk, line: &[&str]) -> String {
    let Answer { out, said, code } = desk.run(&[line, &["--lang", "fr"]].concat());
    let place = desk.path().display().to_string();
    format!("{out}{said}[{code}]").replace(&place, "/bureau")
}

#[test]
fn every_command_has_its_help_in_french() {
    let desk = Desk::new();
    let mut all = String::new();
    for command in std::iter::once("").chain(COMMANDS.split(',').map(str::trim)) {
        let line: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = told(&desk, &line);
        // Those are in every help, and stand in the first.
        let own = help.lines().take_while(|line| command.is_empty() || !line.starts_with("Options communes"));
        let after = help.lines().skip_while(|line| !line.starts_with("Exemple")).filter(|_| !command.is_empty());
        all += &format!("=== {command}\n{}\n", own.chain(after).collect::<Vec<_>>().join("\n"));
    }
    insta::assert_snapshot!("help_in_french", all);
}

#[test]
fn what_is_wrong_with_a_command_line_is_said_in_french() {
    let desk = Desk::new();
    let lines: [&[&str]; 14] = [
        &["frob"],
        &["snd"],
        &["send", "--foo"],
        &["send", "--check", "--preview", "2"],
        &["send", "--preview", "0"],
        &["send", "--preview", "x"],
        &["send", "--on-invalid", "perhaps"],
        &["send", "--rate", "fast"],
        &["jobs", "--state", "nope"],
        &["jobs", "--limit"],
        &["jobs", "settle", "x", "--sent", "a"],
        &["demo", "--count", "0"],
        &["serve", "--listen", "localhost"],
        &["token", "create"],
    ];
    let said: Vec<_> =
        lines.iter().map(|line| format!("$ vigie {}\n{}\n", line.join(" "), told(&desk, line))).collect();
    insta::assert_snapshot!("wrong_command_lines", said.join("\n"));
}

#[test]
fn a_refused_mailing_says_in_french_why() {
    let desk = Desk::new().with_mailing("");
    desk.file("faux.csv", "email;nom\nzoe@exemple.fr;Zoé\nluc@exemple;Luc\n;Max\n");
    let lines: [&[&str]; 10] = [
        &["send"],
        &["send", "absent.toml"],
        &["send", "mailing.toml", "--recipients", "absent.csv"],
        &["send", "mailing.toml", "--recipients", "faux.csv"],
        &["send", "mailing.toml", "--recipients", "faux.csv", "--check"],
        &["send", "mailing.toml", "--subject", "{{ nmo }}"],
        &["send", "mailing.toml", "--preview", "1"],
        &["send", "mailing.toml", "--preview", "9"],
        &["send", "mailing.toml", "--smtp", "http://x"],
        &["jobs"],
    ];
    let said: Vec<_> =
        lines.iter().map(|line| format!("$ vigie {}\n{}\n", line.join(" "), told(&desk, line))).collect();
    insta::assert_snapshot!("refused_mailings", said.join("\n"));
}

/// A mail server that says its name and takes nothing: its port.
fn mail_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.write_all(b"220 mail ESMTP\r\n").unwrap();
            for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                let answer: &[u8] = if line.starts_with("QUIT") { b"221 bye\r\n" } else { b"250 mail\r\n" };
                if stream.write_all(answer).is_err() {
                    break;
                }
            }
        }
    });
    port
}

#[test]
fn a_check_says_in_french_what_would_be_skipped() {
    let desk = Desk::new().with_mailing("");
    desk.file("faux.csv", "email;nom\nzoe@exemple.fr;Zoé\nluc@exemple;Luc\n;Max\n");
    let smtp = format!("smtp://127.0.0.1:{}", mail_server());
    let line = ["send", "mailing.toml", "--recipients", "faux.csv", "--smtp", &smtp, "--check", "--on-invalid", "skip"];
    let said = told(&desk, &line);
    for part in [
        "est vide, remplissez-la",
        "2 lignes avec erreurs seraient ignorées",
        "toutes les autres seraient envoyées",
        "[0]",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

/// What is wrong with a search, its place, and what to write instead.
#[test]
fn what_is_wrong_with_a_query_is_said_in_french() {
    let desk = Desk::new();
    desk.file("app.log", "2025-01-10 14:32:15 [ERROR] connexion refusée\n");
    let lines =
        ["level:grave", "(erreur", "since:demain", "/(/", "status>beaucoup", "a | tri", "\"fin", "* | stats somme(x)"];
    let said: Vec<_> = lines
        .iter()
        .map(|query| {
            let line = ["logs", "search", query, "--strict", "--file", "app.log"];
            format!("$ vigie logs search '{query}' --strict\n{}\n", told(&desk, &line))
        })
        .collect();
    insta::assert_snapshot!("wrong_queries", said.join("\n"));
}

/// The server's words, too: it is asked in the reader's language.
#[test]
fn what_the_server_refuses_is_said_in_french() {
    let desk = Desk::new().with_mailing("");
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach", "--name", "Février"]).code, 0);
    assert_eq!(desk.run(&["user", "create", "ana"]).code, 0);
    let lines: [&[&str]; 9] = [
        &["jobs", "show", "Mars"],
        &["jobs", "pause", "Février"],
        &["jobs", "settle", "Février", "--sent", "1", "7"],
        &["jobs", "cancel", "Février"],
        &["user", "create", "ana"],
        &["user", "link", "luc"],
        &["token", "revoke", "essai"],
        &["accounts", "limits", "x", "--rate", "3/s"],
        &["schedule", "add", "S", "--when", "@daily", "--mailing", "mailing.toml", "--account", "x"],
    ];
    let said: Vec<_> =
        lines.iter().map(|line| format!("$ vigie {}\n{}\n", line.join(" "), told(&desk, line))).collect();
    insta::assert_snapshot!("refused_by_the_server", said.join("\n"));
    let resumed = told(&desk, &["jobs", "resume", "Février"]);
    assert!(resumed.contains("ne peut pas être reprise\u{a0}: son état est «\u{a0}annulé\u{a0}»"), "{resumed}");
    let table = told(&desk, &["jobs"]);
    assert!(table.starts_with("identifiant") && table.contains("  annulé  "), "{table}");
}

/// Programs read the same, whatever is spoken.
#[test]
fn json_is_the_same_in_either_language() {
    let desk = Desk::new().with_mailing("");
    let lines: [&[&str]; 4] = [
        &["send", "mailing.toml", "--check", "--json"],
        &["doctor", "--json"],
        &["config", "check", "--json"],
        &["send", "mailing.toml", "--to", "{{ nmo }}", "--json"],
    ];
    for line in lines {
        let english = desk.run(line);
        let french = desk.run(&[line, &["--lang", "fr"]].concat());
        assert_eq!((lasting(&english.out), english.code), (lasting(&french.out), french.code), "{line:?}");
    }
}

/// Without the free space of the disk, which changes meanwhile.
fn lasting(text: &str) -> String {
    text.lines().filter(|line| !line.contains("MB free")).collect::<Vec<_>>().join("\n")
}

/// Where nothing says otherwise, the system's language is spoken.
#[test]
fn the_language_of_the_system_is_spoken() {
    let desk = Desk::new();
    let said = |variables: &[(&str, &str)]| {
        let mut command = desk.command(&["jobs"]);
        for name in ["VIGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        Answer::of(command.envs(variables.iter().copied()).output().unwrap()).said
    };
    assert!(said(&[("LANG", "fr_FR.UTF-8")]).starts_with("erreur\u{a0}: "));
    assert!(said(&[("LANG", "de_DE.UTF-8")]).starts_with("error: "));
    assert!(said(&[("LANG", "fr_FR.UTF-8"), ("VIGIE_LANG", "en")]).starts_with("error: "));
}

/// A run with failures: its progress, its end and its table.
#[test]
fn a_sending_is_followed_and_concluded_in_french() {
    let desk = Desk::new();
    let run = told(&desk, &["demo", "--count", "20", "--exit", "--listen", "127.0.0.1:0"]);
    for words in [
        "20 clients créés dans ",
        "\nterminé, 1 non remis",
        "1 en échec",
        "n°  ligne  état",
        "Cette adresse n’existe pas. Demandez la bonne adresse au destinataire.",
        "le serveur de messagerie a accepté ",
    ] {
        assert!(run.contains(words), "{words:?} is not said:\n{run}");
    }
    for english in ["done:", "1 failed", "1 unknown", "sent of", "in flight"] {
        assert!(!run.contains(english), "{english:?}:\n{run}");
    }
}
