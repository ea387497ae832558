//! Logs that were written to mislead: nothing of them is believed that only a client said, and nothing ends the program.

use crate::{
    lab::{Lab, Setup},
    tree::Tree,
};
use diagnosis::{Question, Verdict, report};
use language::Language;

fn asked() -> Question {
    Question { phrase: "stopped at 22:20".into(), ..Question::default() }
}

#[test]
fn what_a_client_wrote_proves_nothing() {
    for (number, setup) in (1..6).map(Setup::seeded).enumerate() {
        let verdict = misled(setup);
        // Where a source is missing it may stay open; nothing is ever named.
        let is_open = matches!(&verdict, Verdict::Insufficient { suspects, .. } if suspects.is_empty());
        assert!(verdict == Verdict::EndedNormally || (is_open && number > 0), "{setup:?}: {verdict:?}");
    }
}

/// A run that ended well, beside requests whose addresses and headers are made of what programs say when they fail.
fn misled(setup: Setup) -> Verdict {
    let mut lab = Lab::new(setup);
    lab.messages(-90, -1);
    lab.ended(0, 302);
    let at = lab.at(0).access();
    lab.line(
        "var/log/nginx/access.log",
        0,
        format!("203.0.113.9 - - [{at}] \"GET /?q=WORKER+TIMEOUT+(pid:812) HTTP/1.1\" 404 9 \"-\" \"WORKER TIMEOUT (pid:812) No space left on device\""),
    );
    let at = lab.at(0).nginx();
    lab.line(
        "var/log/nginx/error.log",
        0,
        format!("{at} [error] 811#811: *9 open() \"/x\" failed (2: No such file or directory), client: 203.0.113.9, server: _, request: \"GET /No%20space%20left%20on%20device HTTP/1.1\", host: \"No space left on device\""),
    );
    let at = lab.at(0).nginx();
    lab.line(
        "var/log/nginx/error.log",
        0,
        format!("{at} [error] 811#811: *10 open() \"/var/www/send/No space left on device\" failed (2: No such file or directory), client: 203.0.113.9, server: _, request: \"POST /send/9 HTTP/1.1\", host: \"x\""),
    );
    lab.tree().ask(&asked(), None).judgement.verdict
}

#[test]
fn bytes_that_are_no_log_end_nothing_and_steer_nothing() {
    let tree = Tree::in_paris();
    let noise: Vec<u8> = (0..200_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    tree.write_bytes("var/log/noise.log", &noise);
    tree.write_bytes("var/log/broken.gz", &noise);
    tree.write_bytes("var/log/nginx/error.log", b"2026/01/21 22:20:00 [error] 1#1: *1 \x1b[31mupstream timed out\x1b[2J \xe2\x80\xae (110), client: x, request: \"POST /send HTTP/1.1\"\n");
    tree.write_bytes("var/log/long.log", &vec![b'a'; 300_000]);
    tree.write_bytes("var/log/export.journal.txt", b"__CURSOR=x\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffabc");
    let found = tree.ask(&asked(), None);
    for text in [
        report::text(&found, Language::English),
        report::markdown(&found, Language::French),
        report::html(&found, Language::French),
    ] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}
