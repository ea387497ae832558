//! Mail that programs hand over: a real Django that changes two settings, and a process that is killed again and again while
//! it takes messages. `VIGIE_SUBMISSION_KILLS` says how often, `VIGIE_SUBMISSION_MESSAGES` how many it has taken at least when that ends.

use crate::harness::{PATIENCE, Setting, Stage, address, say, seeded, wait_for};
use model::{ItemState, JobState};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};
use store::{Db, ItemFilter, JobFilter, TraceFilter};

/// A stage whose program takes mail on a port that stays the same: it has one sending account, to the catcher.
fn stage(stage: Stage) -> (Stage, u16) {
    let mut sending = stage.send();
    stage.finished(&mut sending);
    sending.wait();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let settings = format!("[submission]\nlisten = \"127.0.0.1:{port}\"\nquiet-seconds = 2\n");
    fs::write(stage.folder.path().join("vigie.toml"), settings).expect("the folder is writable");
    (stage, port)
}

const DJANGO: &str = r#"
import sys
from django.conf import settings
import django
port = int(sys.argv[1])
if django.VERSION < (6, 1):
    where = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_TIMEOUT": 20}
else:
    where = {"MAILERS": {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                                     "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 20}}}}
settings.configure(
    ADMINS=["admin@exemple.fr"] if django.VERSION >= (6, 0) else [("Ana", "admin@exemple.fr")],
    DEFAULT_FROM_EMAIL="Facturation <compta@exemple.fr>", SERVER_EMAIL="serveur@exemple.fr", **where)
django.setup()
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail, send_mass_mail

assert send_mail("Été", "Bonjour à vous\n.\n..fin", None, ["un@exemple.fr"]) == 1
letter = EmailMultiAlternatives("Facture", "texte", None, ["deux@exemple.fr"], bcc=["cache@exemple.fr"],
                                headers={"X-Vigie-Job": "Factures", "X-Vigie-Application": "heron",
                                         "X-Vigie-Flow": "send_invoice_email", "X-Vigie-User": "ana",
                                         "X-Vigie-File": "facture_CCT.pdf", "X-Vigie-Trace-Name": "Send invoices mail"})
letter.attach_alternative("<p>texte</p>", "text/html")
letter.attach("facture_CCT.pdf", b"%PDF-1.4" * 40000, "application/pdf")
assert letter.send() == 1
assert send_mass_mail([("a", "b", None, ["trois@exemple.fr"]), ("a", "b", None, ["absent@exemple.fr"])]) == 2
assert send_mail("À deux", "b", None, ["quatre@exemple.fr", "absent@exemple.fr"]) == 1
mail_admins("Erreur", "trace")
many = ["client%03d@exemple.fr" % n for n in range(120)]
assert EmailMessage("Lettre", "x", None, bcc=many).send() == 1
for to in [["cinq@exemple.fr"], ["six@exemple.fr", "cinq@exemple.fr"]]:
    assert EmailMessage("Rappel", "x", None, to, headers={"X-Vigie-Idempotency-Key": "R-%s" % sys.argv[2]}).send() == 1
print(django.get_version())
"#;

#[test]
fn a_django_whose_settings_alone_change_has_its_mail_traced() {
    let pythons = pythons();
    let Some(newest) = pythons.last() else {
        return say("skipped: no Python has Django; `cargo xtask test` installs some");
    };
    let setting = || Setting { recipients: 1, sink: vec!["--refuse", "absent@exemple.fr"], ..Setting::default() };
    hands_over(Stage::new(setting()), &pythons);
    if let Some(stage) = Stage::on_postgres(setting()) {
        hands_over(stage, std::slice::from_ref(newest));
    }
}

/// Those that have Django: of each version that `cargo xtask test` has installed, in the order of their names, or that of the machine.
fn pythons() -> Vec<PathBuf> {
    let here = env::current_exe().expect("a test has a path");
    let target = here.ancestors().nth(3).expect("target/PROFILE/deps/main");
    let versions = fs::read_dir(target.join("recipes/django")).into_iter().flatten().flatten();
    let mut pythons: Vec<PathBuf> = versions.map(|version| version.path().join("bin/python")).collect();
    pythons.sort();
    pythons.extend(pythons.is_empty().then(|| "python3".into()));
    let has_django = |python: &PathBuf| {
        let asked = Command::new(python).args(["-c", "import django"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    pythons.retain(has_django);
    pythons
}

fn hands_over(on: Stage, pythons: &[PathBuf]) {
    let (stage, port) = stage(on);
    let running = stage.serve();
    wait_for("the port", PATIENCE, || TcpStream::connect(("127.0.0.1", port)).ok());
    for (which, python) in pythons.iter().enumerate() {
        let arguments = ["-c", DJANGO, &port.to_string(), &which.to_string()];
        let output = Command::new(python).args(arguments).output().expect("Python starts");
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), running.said());
        say(&format!("Django {}", String::from_utf8_lossy(&output.stdout).trim()));
    }
    let times = pythons.len() as u64;
    let all = wait_for("the jobs to be over, which nothing but silence ends", PATIENCE, || {
        let jobs = stage
            .with_db(&async |db: &Db| Ok(db.jobs(&JobFilter { limit: 50, ..JobFilter::default() }).await?.rows))?;
        let jobs: Vec<_> = jobs.into_iter().filter(|job| job.task_type == "submission").collect();
        let names: BTreeSet<_> = jobs.iter().map(|job| &job.name).collect();
        (names.len() == 3 && jobs.iter().all(|job| job.state == JobState::Completed)).then_some(jobs)
    });
    // Where a Django took its time to start, what it handed over is a job of its own.
    let counted = |name: &str| {
        let named = all.iter().filter(|job| job.name == name);
        named.fold((0, 0), |sum, job| (sum.0 + job.counters.succeeded, sum.1 + job.counters.failed))
    };
    // Each person is counted, whoever else a message is for: 1 + 1 + 1 + 120 + 2, and one who is refused twice.
    assert_eq!(counted("compta@exemple.fr"), (125 * times, 2 * times), "grouped by the author");
    assert_eq!(counted("serveur@exemple.fr"), (times, 0));
    assert_eq!(counted("Factures"), (2 * times, 0));
    let letter = all.iter().find(|job| job.name == "Factures").expect("it was counted");
    assert_eq!((letter.application_name.as_str(), letter.created_by.as_str()), ("heron", "ana"));
    let traces = stage.with_db(&async |db: &Db| {
        Ok(db
            .traces(&TraceFilter { application: Some("heron".into()), limit: 50, ..TraceFilter::default() })
            .await?
            .rows)
    });
    let traces = traces.expect("the state is readable");
    assert_eq!(traces.len() as u64, 2 * times);
    assert_eq!(
        (traces[0].trace_name.as_str(), traces[0].file_name.as_str()),
        ("Send invoices mail", "facture_CCT.pdf")
    );
    let received = stage.sink.received();
    let each = |address: &str| assert_eq!(received.get(address), Some(&times), "{address}: {received:?}");
    for who in ["un", "deux", "cache", "trois", "quatre", "cinq", "six", "admin", "client000", "client119"] {
        each(&format!("{who}@exemple.fr"));
    }
    assert_eq!(received.get("absent@exemple.fr"), None);
    let (status, _) = running.terminate();
    assert!(status.success(), "{status}");
}

/// A client that hands a message over until it is told that it was taken. Its key makes it the same one.
fn hand_over(port: u16, number: u64, gave_up: &AtomicBool) -> bool {
    let attempt = || -> std::io::Result<bool> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let (mut lines, mut writer) = (BufReader::new(stream.try_clone()?), stream);
        let mut say = |text: &str| -> std::io::Result<String> {
            writer.write_all(text.as_bytes())?;
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line)? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                if line.as_bytes().get(3) == Some(&b' ') {
                    return Ok(line);
                }
            }
        };
        say("")?;
        say("EHLO x\r\n")?;
        say("MAIL FROM:<compta@exemple.fr>\r\n")?;
        say(&format!("RCPT TO:<{}>\r\n", address(number)))?;
        say("DATA\r\n")?;
        let body = "x".repeat(76) + "\r\n";
        let reply = say(&format!(
            "Subject: {number}\r\nX-Vigie-Job: Kills\r\nX-Vigie-Idempotency-Key: {number}\r\n\r\n{}.\r\n",
            body.repeat(50)
        ))?;
        Ok(reply.starts_with("250 2.0.0 Ok: queued as "))
    };
    while !gave_up.load(Ordering::Relaxed) {
        if matches!(attempt(), Ok(true)) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn what_was_acknowledged_is_sent_once_or_unconfirmed_however_often_the_process_is_killed() {
    kills(Stage::new(Setting { recipients: 1, ..Setting::default() }));
    if let Some(stage) = Stage::on_postgres(Setting { recipients: 1, ..Setting::default() }) {
        kills(stage);
    }
}

#[expect(clippy::too_many_lines, reason = "one story, from the first message to the count of all")]
fn kills(on: Stage) {
    let number = |name: &str| env::var(name).ok().and_then(|count| count.parse::<u64>().ok());
    let kills = number("VIGIE_SUBMISSION_KILLS").unwrap_or(10);
    let messages = number("VIGIE_SUBMISSION_MESSAGES").unwrap_or(5 * kills);
    let rng = seeded("submission");
    let (stage, port) = stage(on);
    let (next, gave_up, taken) = (AtomicU64::new(10), AtomicBool::new(false), Mutex::new(BTreeSet::new()));
    let ends_at = AtomicU64::new(u64::MAX);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= ends_at.load(Ordering::Relaxed).min(90_000) || !hand_over(port, number, &gave_up) {
                        return;
                    }
                    taken.lock().expect("nobody has panicked").insert(number);
                }
            });
        }
        for kill in 1..=kills {
            let running = stage.serve();
            wait_for("the port", PATIENCE, || TcpStream::connect(("127.0.0.1", port)).ok());
            let share = messages * kill / kills;
            wait_for("messages to be taken", PATIENCE, || {
                (taken.lock().expect("nobody has panicked").len() as u64 >= share).then_some(())
            });
            thread::sleep(Duration::from_millis(50 + rng.below(600)));
            running.kill();
        }
        let running = stage.serve();
        thread::sleep(Duration::from_millis(300));
        ends_at.store(next.load(Ordering::Relaxed), Ordering::Relaxed);
        let all_over = || {
            let filter = JobFilter { limit: 500, ..JobFilter::default() };
            let jobs = stage.with_db(&async |db: &Db| Ok(db.jobs(&filter).await?.rows))?;
            jobs.iter().all(|job| job.state == JobState::Completed).then_some(())
        };
        thread::sleep(Duration::from_secs(3));
        wait_for("every message to be sent", 3 * PATIENCE, all_over);
        gave_up.store(true, Ordering::Relaxed);
        drop(running);
    });
    stage.sink.settled();
    let states = stage.with_db(&async |db: &Db| {
        let mut states = BTreeMap::new();
        for job in db.jobs(&JobFilter { limit: 500, ..JobFilter::default() }).await?.rows {
            let mut filter = ItemFilter { limit: 1_000, ..ItemFilter::default() };
            loop {
                let page = db.items(job.id, &filter).await?;
                for item in page.rows.iter().filter(|_| job.task_type == "submission") {
                    states.entry(item.label.clone()).or_insert_with(Vec::new).push(item.state);
                }
                let Some(next) = page.next else { break };
                filter.after = next;
            }
        }
        Ok(states)
    });
    let (states, received, taken) = (
        states.expect("the state is readable"),
        stage.sink.received(),
        taken.into_inner().expect("nobody has panicked"),
    );
    let (mut sent, mut unknown) = (0, 0);
    for number in &taken {
        let address = address(*number);
        let state = states.get(&address).unwrap_or_else(|| panic!("{address} was acknowledged, and is not there"));
        match (state.as_slice(), received.get(&address).copied().unwrap_or(0)) {
            ([ItemState::Succeeded], 1) => sent += 1,
            ([ItemState::Unknown], 0 | 1) => unknown += 1,
            (state, count) => panic!("{address}: {state:?}, received {count} times"),
        }
    }
    assert!(taken.len() as u64 >= messages, "only {} were taken", taken.len());
    say(&format!(
        "{kills} kills: {} acknowledged, {sent} sent once, {unknown} unconfirmed, none lost, none twice",
        taken.len()
    ));
}
