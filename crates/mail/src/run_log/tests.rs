use super::*;
use proptest::prelude::*;
use std::{fs, process::Command};

/// The shell script that watches over sendings today, as it was written; only its LOG_FILE is pointed elsewhere.
const MONITOR: &str = include_str!("fixtures/monitor_email_sending.sh");

fn style(form: Form, language: Language) -> Style {
    Style { form, emojis: Emojis::On, language, zone: TimeZone::get("Europe/Paris").unwrap() }
}

/// A moment on 10 January 2025 by Paris time, which is an hour ahead of UTC.
fn paris(time: &str) -> Timestamp {
    format!("2025-01-10T{time}+01:00").parse().unwrap()
}

fn run(task_id: &str, job_id: &str) -> Run {
    Run { task_id: Some(task_id.to_owned()), job_id: job_id.to_owned() }
}

fn started(run: Run) -> Event {
    Event::Started(Started {
        run,
        total: 500,
        noun: Noun::Invoice,
        route: Route::GmailApi,
        user: Some("1".to_owned()),
        selection: vec![
            Selection { column: Column::Cct, only: None },
            Selection { column: Column::Period, only: None },
        ],
        filter: LogFilter::Unsent,
        subject: "Vos factures du mois".to_owned(),
    })
}

fn item(n: u64, duration_ms: u64, recipients: &[&str], outcome: Outcome) -> Event {
    Event::Item(Item {
        n,
        total: 500,
        outcome,
        file: Some(format!("facture_CCT_{n:03}_2025-01.pdf")),
        recipients: recipients.iter().map(|&one| one.to_owned()).collect(),
        fields: IndexMap::from([("CCT".to_owned(), format!("CCT{n:03}"))]),
        duration_ms,
    })
}

fn sent(reference: &str) -> Outcome {
    Outcome::Sent { reference: reference.to_owned(), refused: Vec::new() }
}

fn failed(error: &str) -> Outcome {
    Outcome::Failed { error: error.to_owned() }
}

fn counters(total: u64, succeeded: u64, failed: u64) -> Counters {
    Counters { total, succeeded, failed, queued: total - succeeded - failed, ..Counters::default() }
}

fn finished(run: Run) -> Event {
    Event::Finished(Finished { run, ending: Ending::Completed, counters: counters(500, 498, 2), elapsed_ms: 207_300 })
}

fn progress() -> Event {
    Event::Progress(Progress { counters: counters(500, 9, 1), rate: 12.3, eta_s: Some(40) })
}

fn story(events: &[(&str, Event)], style: &Style) -> String {
    let lines: Vec<String> = events.iter().flat_map(|(at, event)| render(event, paris(at), style)).collect();
    lines.join("\n")
}

#[test]
fn the_short_form_is_the_older_log_to_the_letter() {
    let events = [
        ("14:32:15", started(run("abc-123", "xyz-789"))),
        ("14:32:16", item(1, 800, &["client1@example.com"], sent("18d2abc123def456"))),
        ("14:32:17", item(2, 700, &["client2@example.com"], sent("18d2abc789ghi012"))),
        ("14:32:18", item(3, 500, &["client3@example.com"], failed("Quota exceeded"))),
        ("14:35:42", finished(run("abc-123", "xyz-789"))),
    ];
    let expected = "\
2025-01-10 14:32:15 [INFO] Début de l'envoi de 500 factures via l'API Gmail (task_id: abc-123, job_id: xyz-789, utilisateur: 1)
2025-01-10 14:32:16 [INFO] Email 1/500 envoyé avec succès: facture_CCT_001_2025-01.pdf (Message ID: 18d2abc123def456, durée: 0.8s)
2025-01-10 14:32:17 [INFO] Email 2/500 envoyé avec succès: facture_CCT_002_2025-01.pdf (Message ID: 18d2abc789ghi012, durée: 0.7s)
2025-01-10 14:32:18 [ERROR] Erreur email 3/500: facture_CCT_003_2025-01.pdf - Quota exceeded (durée: 0.5s)
2025-01-10 14:35:42 [INFO] Envoi terminé (task_id: abc-123, job_id: xyz-789): 498 succès, 2 erreurs sur 500 emails (temps total: 207.3s, moyenne: 2.4 emails/s)";
    assert_eq!(story(&events, &style(Form::Short, Language::French)), expected);
}

const BLOCKS: &str = "\
================================================================================
DÉMARRAGE ENVOI FACTURES VIA API GMAIL
================================================================================
Task ID: abc-123-def-456
Job ID: xyz-789-ghi-012
Utilisateur: 1
CCT: Tous
Période: Toutes
================================================================================
📧 Template email chargé: 'Vos factures du mois'
🔍 Filtre: Toutes les factures non envoyées
⏳ Préparation de la liste des emails...
================================================================================
📊 RÉSUMÉ AVANT ENVOI
================================================================================
Total d'emails à envoyer: 500
================================================================================
--------------------------------------------------------------------------------
📧 EMAIL 1/500
--------------------------------------------------------------------------------
CCT: CCT001
Fichier: facture_CCT_001_2025-01.pdf
Destinataires: client1@example.com, compta1@example.com
✅ SUCCESS - Email 1/500 envoyé en 0.82s
   Message ID: 18d2abc123def456
   Destinataire(s): client1@example.com, compta1@example.com
--------------------------------------------------------------------------------
📧 EMAIL 2/500
--------------------------------------------------------------------------------
CCT: CCT002
Fichier: facture_CCT_002_2025-01.pdf
Destinataires: client2@example.com
✅ SUCCESS - Email 2/500 envoyé en 0.73s
   Message ID: 18d2abc789ghi012
   Destinataire(s): client2@example.com
--------------------------------------------------------------------------------
📧 EMAIL 3/500
--------------------------------------------------------------------------------
CCT: CCT003
Fichier: facture_CCT_003_2025-01.pdf
Destinataires: client3@example.com
❌ ERREUR - Email 3/500 après 0.50s
   Erreur: Quota exceeded
   Destinataire(s): client3@example.com
================================================================================
📊 PROGRESSION: 10/500 emails (2%)
   Succès: 9 | Erreurs: 1
   Vitesse: 12.3 emails/s
   Temps restant estimé: 0m 40s
================================================================================
================================================================================
🏁 ENVOI TERMINÉ
================================================================================
Task ID: abc-123-def-456
Job ID: xyz-789-ghi-012
Total emails: 500
✅ Succès: 498 (99.6%)
❌ Erreurs: 2 (0.4%)
⏱️  Temps total: 3m 27s
⚡ Vitesse moyenne: 2.4 emails/s
================================================================================";

#[test]
fn the_detailed_form_is_the_older_blocks_to_the_letter() {
    let ids = || run("abc-123-def-456", "xyz-789-ghi-012");
    let events = [
        ("14:32:15", started(ids())),
        ("14:32:16", item(1, 820, &["client1@example.com", "compta1@example.com"], sent("18d2abc123def456"))),
        ("14:32:17", item(2, 730, &["client2@example.com"], sent("18d2abc789ghi012"))),
        ("14:32:18", item(3, 500, &["client3@example.com"], failed("Quota exceeded"))),
        ("14:32:25", progress()),
        ("14:35:42", finished(ids())),
    ];
    assert_eq!(story(&events, &style(Form::Detailed, Language::French)), BLOCKS);
}

fn compact_events() -> [(&'static str, Event); 4] {
    let email = |n, cct: &str, file: &str, outcome| {
        Event::Item(Item {
            n,
            total: 50,
            outcome,
            file: Some(file.to_owned()),
            recipients: vec!["client@example.com".to_owned()],
            fields: IndexMap::from([("CCT".to_owned(), cct.to_owned())]),
            duration_ms: 800,
        })
    };
    [
        ("14:32:15", started(run("abc-123", "xyz-789"))),
        ("14:32:16", email(1, "CCT123", "FACTURE.pdf", sent("18d2abc123def456"))),
        ("14:32:17", email(2, "CCT456", "FACTURE2.pdf", failed("Invalid email"))),
        (
            "14:32:18",
            Event::Finished(Finished {
                run: run("abc-123", "xyz-789"),
                ending: Ending::Completed,
                counters: counters(50, 48, 2),
                elapsed_ms: 40_000,
            }),
        ),
    ]
}

#[test]
fn the_compact_form_is_the_older_log_to_the_letter_with_emojis_on_and_off() {
    let expected = "\
🚀 Début de l'envoi...
✅ [1/50] Email envoyé : CCT123 - FACTURE.pdf
❌ [2/50] Erreur email : CCT456 - FACTURE2.pdf : Invalid email
🎉 Envoi terminé : 48 succès, 2 erreur(s)";
    let mut style = style(Form::Compact, Language::French);
    assert_eq!(story(&compact_events(), &style), expected);
    style.emojis = Emojis::Off;
    let expected = "\
Début de l'envoi...
[1/50] Email envoyé : CCT123 - FACTURE.pdf
[2/50] Erreur email : CCT456 - FACTURE2.pdf : Invalid email
Envoi terminé : 48 succès, 2 erreur(s)";
    assert_eq!(story(&compact_events(), &style), expected);
}

/// One of everything, for the snapshots of what the older log had no words for.
fn everything() -> Vec<(&'static str, Event)> {
    let refused = Outcome::Sent { reference: "<1@x>".to_owned(), refused: vec!["faux@example.com".to_owned()] };
    let lost = "connexion coupée après le point final".to_owned();
    vec![
        ("14:32:15", started(Run { task_id: None, job_id: "xyz-789".to_owned() })),
        ("14:32:16", item(1, 820, &["a@example.com", "faux@example.com"], refused)),
        ("14:32:17", item(2, 600_000, &["b@example.com"], Outcome::Unknown { error: lost })),
        ("14:32:18", item(3, 0, &["c@example.com"], Outcome::Skipped { reason: "déjà envoyé".to_owned() })),
        (
            "14:32:19",
            Event::Retry(Retry {
                n: 4,
                total: 500,
                attempt: 2,
                wait_s: 30,
                file: None,
                recipients: vec!["d@example.com".to_owned()],
                reason: "451 4.3.0 Temporary system error".to_owned(),
            }),
        ),
        ("14:32:20", progress()),
        (
            "14:32:21",
            Event::Paused(Paused { reason: "quota du jour atteint".to_owned(), until: Some(paris("23:00:00")) }),
        ),
        ("14:32:22", Event::Paused(Paused { reason: "mot de passe refusé".to_owned(), until: None })),
        ("14:32:22", Event::Lost(Lost { items: 3, fate: Fate::Uncertain })),
        ("14:32:22", Event::Lost(Lost { items: 1, fate: Fate::Again })),
        ("14:32:23", Event::Resumed(Resumed { remaining: 490 })),
        (
            "14:32:24",
            Event::Finished(Finished {
                run: Run { task_id: None, job_id: "xyz-789".to_owned() },
                ending: Ending::Cancelled,
                counters: Counters { unknown: 1, skipped: 490, ..counters(500, 8, 1) },
                elapsed_ms: 4_000_000,
            }),
        ),
        (
            "14:32:25",
            Event::Finished(Finished {
                run: run("t", "j"),
                ending: Ending::Failed { reason: "modèle introuvable".to_owned() },
                counters: counters(1, 0, 0),
                elapsed_ms: 0,
            }),
        ),
    ]
}

#[test]
fn what_the_older_log_had_no_words_for() {
    for (form, name) in [(Form::Short, "short"), (Form::Detailed, "detailed"), (Form::Compact, "compact")] {
        for (language, code) in [(Language::French, "fr"), (Language::English, "en")] {
            let mut style = style(form, language);
            style.emojis = if language == Language::English { Emojis::Off } else { Emojis::On };
            insta::assert_snapshot!(format!("{name}_{code}"), story(&everything(), &style));
        }
    }
}

#[test]
fn small_numbers_read_right() {
    let line = |total, sent, failed| {
        let event = Event::Finished(Finished {
            run: Run { task_id: None, job_id: "j".to_owned() },
            ending: Ending::Completed,
            counters: counters(total, sent, failed),
            elapsed_ms: 1000,
        });
        (message(&event, Language::French), message(&event, Language::English))
    };
    let (french, english) = line(1, 1, 0);
    assert_eq!(
        french,
        "Envoi terminé (job_id: j): 1 succès, 0 erreur sur 1 email (temps total: 1.0s, moyenne: 1.0 emails/s)"
    );
    assert_eq!(
        english,
        "Sending finished (job_id: j): 1 sent, 0 errors out of 1 email (total time: 1.0s, average: 1.0 emails/s)"
    );
    assert!(line(3, 1, 2).0.contains("1 succès, 2 erreurs sur 3 emails"));
}

#[test]
fn a_value_from_outside_cannot_begin_a_line_of_its_own() {
    let reply = "550 no\r\n2025-01-10 14:32:18 [INFO] Email 4/500 envoyé\u{2028}\u{1b}[31m";
    for form in [Form::Short, Form::Detailed, Form::Compact] {
        let event = item(3, 500, &["x@example.com\nCc: y@example.com"], failed(reply));
        for line in render(&event, paris("14:32:18"), &style(form, Language::French)) {
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "{line:?}");
        }
    }
}

/// 500 emails from noon on, two of which fail, with pauses and retries; and one of the day before.
fn sending(noon: &dyn Fn(u64) -> Timestamp) -> Vec<String> {
    let style = style(Form::Short, Language::French);
    let mut lines = render(&started(run("abc-123", "xyz-789")), noon(0), &style);
    for n in 1..=500 {
        let outcome = if n % 250 == 3 { failed("Quota exceeded") } else { sent("18d2abc") };
        lines.extend(render(&item(n, 800, &["client@example.com"], outcome), noon(n), &style));
        if n % PROGRESS_EVERY == 0 {
            lines.extend(render(&progress(), noon(n), &style));
        }
    }
    lines.extend(
        everything()
            .into_iter()
            .filter(|(_, event)| matches!(event, Event::Retry(_) | Event::Paused(_)))
            .flat_map(|(_, event)| render(&event, noon(501), &style)),
    );
    lines.extend(render(&finished(run("abc-123", "xyz-789")), noon(600), &style));
    // Yesterday's lines are not today's.
    lines.extend(render(
        &item(9, 800, &["x@example.com"], sent("1")),
        noon(0) - std::time::Duration::from_hours(24),
        &style,
    ));
    lines
}

#[test]
fn the_older_monitoring_script_counts_right_unmodified() {
    let output = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).env("TZ", "Europe/Paris").output();
        output.ok().filter(|output| output.status.success()).map(|output| String::from_utf8(output.stdout).unwrap())
    };
    // The script greps for today's date, so the sending takes place today, at noon.
    let Some(today) = output("date", "+%Y-%m-%d") else {
        println!("skipped: no `date` here");
        return;
    };
    let noon = |seconds: u64| {
        let noon: Timestamp = format!("{}T11:00:00Z", today.trim()).parse().unwrap();
        noon + std::time::Duration::from_secs(seconds)
    };
    let lines = sending(&noon);
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("invoices.log");
    fs::write(&log, lines.join("\n") + "\n").unwrap();
    let script = dir.path().join("monitor_email_sending.sh");
    assert_eq!(MONITOR.matches("/path/to/logs/invoices.log").count(), 1);
    fs::write(&script, MONITOR.replace("/path/to/logs/invoices.log", log.to_str().unwrap())).unwrap();
    let Some(report) = output("bash", script.to_str().unwrap()) else {
        println!("skipped: no `bash` here");
        return;
    };

    if output("date", "+%Y-%m-%d").as_ref() != Some(&today) {
        println!("skipped: midnight came in between");
        return;
    }
    assert!(report.contains("✅ Emails envoyés: 498\n"), "{report}");
    // Two failed emails, and the closing line, whose wording ("2 erreurs sur 500 emails") the script takes for a third.
    assert!(report.contains("❌ Erreurs: 3\n"), "{report}");
    if output("bc", "--version").is_some() {
        assert!(report.contains("📊 Taux de succès: 99.4%\n"), "{report}");
    } else {
        println!("the rate is not checked: `bc` is not installed (apt-get install bc)");
    }
    let last = report.split("=== DERNIÈRES ERREURS ===\n").nth(1).unwrap();
    assert!(
        last.contains("Erreur email 253/500: facture_CCT_253_2025-01.pdf - Quota exceeded (durée: 0.8s)"),
        "{report}"
    );
}

#[test]
fn every_event_survives_the_run_log() {
    for (_, event) in everything() {
        let (code, fields) = event.to_fields();
        assert!(!code.is_empty() && !fields.contains_key("event"), "{code} {fields:?}");
        // By way of text, as the log keeps it.
        let fields = serde_json::from_str(&serde_json::to_string(&fields).unwrap()).unwrap();
        assert_eq!(Event::from_fields(&code, &fields).unwrap(), event);
    }
    assert!(Event::from_fields("log_full", &Map::new()).is_err());
}

proptest! {
    #[test]
    fn any_item_survives_and_only_failures_look_like_failures(
        n in 1_u64..1000, file in proptest::option::of("\\PC{0,30}"), reference in ".{0,30}", duration_ms in any::<u32>(),
        recipients in proptest::collection::vec("[a-d]{1,5}@[a-d]{1,5}", 0..30), kind in 0..4,
    ) {
        let outcome = match kind {
            0 => sent(&reference),
            1 => failed(&reference),
            2 => Outcome::Unknown { error: reference },
            _ => Outcome::Skipped { reason: reference },
        };
        let fields = IndexMap::from([("file".to_owned(), "a".to_owned()), ("event".to_owned(), "b".to_owned())]);
        let event = Event::Item(Item {
            n, total: 1000, outcome, file, recipients, fields, duration_ms: u64::from(duration_ms),
        });
        let (code, kept) = event.to_fields();
        prop_assert_eq!(&Event::from_fields(&code, &kept).unwrap(), &event);
        let line = &render(&event, Timestamp::EPOCH, &style(Form::Short, Language::French))[0];
        prop_assert_eq!(line.starts_with("1970-01-01 01:00:00 [ERROR] Erreur email "), matches!(kind, 1 | 2));
        prop_assert_eq!(line.contains(" envoyé avec succès: "), kind == 0);
    }
}
