mod months;
mod sending;
mod windows;

use crate::{
    testing::{Answer, Person, Site, send},
    zip::tests::archive,
};
use axum::http::StatusCode;
use mail::catcher::{Catcher, CatcherOptions, Keep};
use serde_json::json;
use std::time::Duration;
use store::{AccountPause, Reason, Role};

const ROWS: &str = "nom;e-mail;fichier\nAnaïs;anais@x.fr;a.pdf\nBob;bob@x.fr;b.pdf\n";

impl Site {
    async fn bring(&self, person: &Person, path: &str, files: &[(&str, &str, &[u8])]) -> Answer {
        let mut body =
            format!("--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n", person.csrf).into_bytes();
        for (field, name, content) in files {
            let head = format!(
                "--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.as_bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let headers = [("cookie", person.cookie.as_str()), ("content-type", "multipart/form-data; boundary=x")];
        send(&self.router, "POST", path, &headers, body).await
    }

    pub(crate) async fn account(&self, url: &str) {
        let saved = self.put("/api/v1/accounts/compta", json!({"url": url, "limits": {"per_minute": 60}})).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    }

    /// A draft with that list: the path in front of its steps.
    async fn begun(&self, person: &Person, rows: &str) -> String {
        let begun = self.bring(person, "/mailings/new", &[("recipients", "clients.csv", rows.as_bytes())]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
        begun.header("location").strip_suffix("/recipients").unwrap().to_owned()
    }
}

fn message<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("account", "compta"),
        ("from", "Compta <compta@exemple.fr>"),
        ("to", "{{ e-mail }}"),
        ("subject", "Facture de {{ nom }}"),
        ("text", "Bonjour {{ nom }},\r\nvoici."),
        ("attach", "{{ fichier }}"),
        ("name", "Factures"),
        ("then", "check"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(more);
    fields
}

#[tokio::test]
async fn a_secretary_sends_the_invoices() {
    let site = Site::new().await;
    site.account("smtp://compta%40exemple.fr@mail.exemple.fr:587").await;
    let ana = site.person("ana", Role::Operator).await;
    assert_eq!(site.look(&ana, "/mailings/new").await.status, StatusCode::OK);
    let draft = site.begun(&ana, ROWS).await;
    let read = site.look(&ana, &format!("{draft}/recipients")).await;
    for shown in ["clients.csv", "UTF-8", "semicolons", "2 recipients", "Anaïs"] {
        assert!(read.text.contains(shown), "{shown}: {}", read.text);
    }
    let zip = archive(&[(b"factures/b.pdf", b"%PDF-b")], None);
    let files: [(&str, &str, &[u8]); 2] = [("files", "a.pdf", b"%PDF-a"), ("files", "factures.zip", &zip)];
    let brought = site.bring(&ana, &format!("{draft}/files"), &files).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text);
    let listed = site.look(&ana, &format!("{draft}/files")).await;
    assert!(listed.text.contains("a.pdf") && listed.text.contains("b.pdf") && !listed.text.contains("factures.zip"));
    let first = site.look(&ana, &format!("{draft}/message")).await;
    for guess in
        ["value=\"{{ e-mail }}\"", "value=\"{{ fichier }}\"", "value=\"compta@exemple.fr\"", "value=\"clients "]
    {
        assert!(first.text.contains(guess), "{guess}: {}", first.text);
    }
    let saved = site.act(&ana, &format!("{draft}/message"), &message(&[])).await;
    assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, format!("{draft}/check").as_str()));
    let check = site.look(&ana, &format!("{draft}/check?row=2")).await;
    for shown in ["bob@x.fr", "Facture de Bob", "Send 2 messages now", "at 60/min: 2 s", "b.pdf", "No errors found"] {
        assert!(check.text.contains(shown), "{shown}: {}", check.text);
    }
    let sent = site.act(&ana, &format!("{draft}/send"), &[("when", "now")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let job = sent.header("location").strip_prefix("/jobs/").unwrap().to_owned();
    let kept = site.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!(
        (&kept["state"], &kept["queued"], &kept["created_by"], &kept["name"]),
        (&json!("pending"), &json!(2), &json!("ana"), &json!("Factures"))
    );
    assert!(!site.look(&ana, "/mailings/new").await.text.contains("Factures"), "the draft is gone");
    let again = site.act(&ana, &format!("{draft}/send"), &[("when", "now")]).await;
    assert_eq!(again.header("location"), format!("/jobs/{job}"), "sent twice, it is one job");
}

/// `Feuil1` has three clients, a hidden sheet stands before it and another after it.
const WORKBOOK: &[u8] = include_bytes!("../../../../mail/src/recipients/workbook/fixtures/clients.xlsx");

#[tokio::test]
async fn a_workbook_is_brought_as_it_is_and_its_sheet_chosen() {
    let site = Site::new().await;
    site.account("smtp://mail.exemple.fr:25").await;
    let ana = site.person("ana", Role::Operator).await;
    let begun = site.bring(&ana, "/mailings/new", &[("recipients", "clients.xlsx", WORKBOOK)]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let draft = begun.header("location").strip_suffix("/recipients").unwrap().to_owned();
    let read = site.look(&ana, &format!("{draft}/recipients")).await.text;
    for shown in [
        "clients.xlsx",
        "Sheet “Feuil1”",
        "4 recipients",
        "3 rows",
        "1,234.50 €",
        "01 02 03 04 05",
        "Clients 2025</option>",
    ] {
        assert!(read.contains(shown), "{shown}: {read}");
    }
    assert!(read.contains("accept=\".xlsx,.ods,.csv"), "{read}");
    let fields = [
        ("to", "{{ E-mail }}"),
        ("subject", "Facture {{ Code client }}"),
        ("text", "Bonjour {{ Société }}"),
        ("attach", ""),
    ];
    site.act(&ana, &format!("{draft}/message"), &message(&fields)).await;
    let check = site.look(&ana, &format!("{draft}/check?row=1")).await.text;
    assert!(check.contains("Facture CCT001") && check.contains("Send 3 messages now"), "{check}");
    // Another sheet, of which a row is wrong.
    let chosen = site.act(&ana, &format!("{draft}/sheet"), &[("sheet", "Clients 2025")]).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text);
    let other = site.look(&ana, &format!("{draft}/recipients")).await.text;
    assert!(other.contains("Sheet “Clients 2025”") && other.contains("a@x.fr"), "{other}");
    let fields = [("to", "{{ email }}"), ("subject", "Facture"), ("text", "Bonjour {{ nom }}"), ("attach", "")];
    site.act(&ana, &format!("{draft}/message"), &message(&fields)).await;
    let check = site.look(&ana, &format!("{draft}/check")).await.text;
    assert!(check.contains("&#39;Clients 2025&#39;!B3") && check.contains("#N/A"), "{check}");
    let missing = site.act(&ana, &format!("{draft}/sheet"), &[("sheet", "Feuille 9")]).await;
    assert!(missing.text.contains("Feuille 9"), "{}", missing.text);
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_mailing_waits_for_its_time() {
    let site = Site::new().await;
    site.account("smtp://mail.exemple.fr:25").await;
    let ana = site.person("ana", Role::Operator).await;
    let draft = site.begun(&ana, ROWS).await;
    site.act(&ana, &format!("{draft}/message"), &message(&[("attach", "")])).await;
    for (date, time) in [("", ""), ("2025-01-01", "10:00"), ("2029-01-01", "10:00"), ("x", "y")] {
        let fields = [("when", "later"), ("date", date), ("time", time)];
        let refused = site.act(&ana, &format!("{draft}/send"), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{date}");
        assert!(refused.text.contains("fault-date"));
        assert!(refused.text.contains("<details class=\"more\" open>"), "the fault is in sight: {}", refused.text);
    }
    let fields = [("when", "later"), ("date", "2025-01-12"), ("time", "09:30")];
    let sent = site.act(&ana, &format!("{draft}/send"), &fields).await;
    let job = sent.header("location").strip_prefix("/jobs/").unwrap().to_owned();
    let kept = site.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!(
        (&kept["state"], &kept["reason"]["code"], &kept["resumes_at"], &kept["queued"]),
        (&json!("paused"), &json!("scheduled"), &json!("2025-01-12T09:30:00.000000Z"), &json!(2))
    );
    let page = site.look(&ana, &format!("/jobs/{job}")).await;
    assert!(page.text.contains("Scheduled. Sending starts at the planned time"), "{}", page.text);
}

#[tokio::test]
async fn what_is_wrong_is_shown_where_it_stands() {
    let site = Site::new().await;
    site.account("smtp://mail.exemple.fr:25").await;
    let ana = site.person("ana", Role::Operator).await;
    let draft = site.begun(&ana, "nom;e-mail;fichier\nA;a.x.fr;\nB;b@x.fr;absent.pdf\nC;c@x.fr;\n").await;
    let read = site.look(&ana, &format!("{draft}/recipients")).await.text;
    for shown in ["2 recipients", "3 rows", "1 row has no valid address in “e-mail”"] {
        assert!(read.contains(shown), "{shown}: {read}");
    }
    let early = site.look(&ana, &format!("{draft}/check")).await;
    assert_eq!(early.header("location"), format!("{draft}/message"));
    let wrong = message(&[("subject", "{{ nmo }}"), ("text", "a\r\nBonjour {{ nom"), ("attach", "")]);
    let refused = site.act(&ana, &format!("{draft}/message"), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for shown in ["did you mean `nom`?", "line 2", "fault-subject", "fault-text", "  |"] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    site.act(&ana, &format!("{draft}/message"), &message(&[("attach", "{% if fichier %}{{ fichier }}{% endif %}")]))
        .await;
    let french = [("cookie", ana.cookie.as_str()), ("accept-language", "fr")];
    let check = send(&site.router, "GET", &format!("{draft}/check"), &french, "").await.text.replace("&#38;", "&");
    let check = check.replace(['\u{a0}', '\u{202f}'], " ");
    for shown in [
        "to : « a.x.fr » n’a pas d’@",
        "écrivez-la sous la forme nom@domaine",
        "le fichier « absent.pdf » n’a pas été ajouté",
        &format!("class=\"button small\" href=\"{draft}/recipients#list\""),
        &format!("class=\"button small\" href=\"{draft}/files\""),
    ] {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    assert!(!check.contains("has no @") && !check.contains("was not uploaded"), "{check}");
    site.act(&ana, &format!("{draft}/message"), &message(&[("attach", "")])).await;
    let (db, now) = (&site.app.db, site.app.clock.now());
    let account = db.account_named("compta").await.unwrap().unwrap().id;
    for (until, is_told) in [(now, false), (now + Duration::from_secs(60), true)] {
        let pause = AccountPause { until: Some(until), reason: Reason::new("connect_failed", "") };
        db.pause_account(account, pause, now).await.unwrap();
        let check = site.look(&ana, &format!("{draft}/check")).await.text;
        assert_eq!(check.contains("The sending account is paused"), is_told, "{check}");
    }
    let check = site.look(&ana, &format!("{draft}/check")).await;
    assert!(check.text.contains("line 2") && check.text.contains("Skip this row"), "{}", check.text);
    let refused = site.act(&ana, &format!("{draft}/send"), &[("when", "now")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("cannot be sent while rows have errors"), "{}", refused.text);
    site.act(&ana, &format!("{draft}/check"), &[("skip", "1")]).await;
    let sent = site.act(&ana, &format!("{draft}/send"), &[("when", "now")]).await;
    let kept = site.get(&format!("/api/v1{}", sent.header("location"))).await.json();
    assert_eq!((&kept["queued"], &kept["failed"]), (&json!(2), &json!(1)));
    let next = site.begun(&ana, ROWS).await;
    let next = site.look(&ana, &format!("{next}/message")).await.text;
    assert!(next.contains("compta@exemple.fr"), "the sender of the last mailing by that account: {next}");
}

#[tokio::test]
async fn hostile_uploads_are_refused_and_said() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    for (name, content) in
        [("x.pdf", &b"%PDF-1.7"[..]), ("x.csv", b""), ("x.csv", b"nom;email\n"), ("x.xlsx", b"PK\x03\x04")]
    {
        let refused = site.bring(&ana, "/mailings/new", &[("recipients", name, content)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.text.contains("class=\"problems\""), "{}", refused.text);
    }
    let none = site.bring(&ana, "/mailings/new", &[("recipients", "", b"")]).await;
    assert!(none.text.contains("fault-recipients"));
    let draft = site.begun(&ana, ROWS).await;
    let zeros = vec![0; 3 << 20];
    let wrong = [
        ("bomb.zip", archive(&[(b"a.pdf", &zeros)], None), "abnormally large"),
        ("liar.zip", archive(&[(b"a.pdf", &zeros)], Some(3)), "damaged"),
        ("climbs.zip", archive(&[(b"../a.pdf", b"x")], None), "points outside the archive"),
        ("none.zip", archive(&[], None), "contains no files"),
        ("text.zip", b"not a zip".to_vec(), "is not a zip archive"),
    ];
    for (name, content, said) in wrong {
        let refused = site.bring(&ana, &format!("{draft}/files"), &[("files", name, &content)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", refused.text);
        assert!(refused.text.contains(said) && refused.text.contains("fault-files"), "{name}: {}", refused.text);
        assert!(!refused.text.contains("?csrf="), "the token stands in no address");
    }
    let climbing = site.bring(&ana, &format!("{draft}/files"), &[("files", "../../x.pdf", b"x")]).await;
    assert_eq!(climbing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!site.look(&ana, &format!("{draft}/files")).await.text.contains("class=\"files\""), "nothing was kept");
    let parts = std::fs::read_dir(site.app.data.join("blobs")).unwrap();
    assert!(parts.flatten().all(|file| !file.file_name().to_string_lossy().starts_with(".part")));
}

#[tokio::test]
async fn a_script_in_a_preview_is_in_a_sandbox() {
    let site = Site::new().await;
    site.account("smtp://mail.exemple.fr:25").await;
    let ana = site.person("ana", Role::Operator).await;
    let draft = site.begun(&ana, ROWS).await;
    let script = "<script>alert(1)</script><p>{{ nom }}</p>";
    let fields = message(&[("html", script), ("attach", ""), ("then", "preview")]);
    site.act(&ana, &format!("{draft}/message"), &fields).await;
    let page = site.look(&ana, &format!("{draft}/message?row=2")).await;
    assert!(page.text.contains("<iframe sandbox src=") && !page.text.contains("<script>alert"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("frame-src 'self'"));
    assert_eq!(page.header("x-frame-options"), "DENY");
    let html = site.look(&ana, &format!("{draft}/preview/2/html")).await;
    assert!(html.text.contains("<p>Bob</p>") && html.text.contains("<script>"), "as it would leave");
    let policy = html.header("content-security-policy");
    assert!(
        policy.starts_with("sandbox; default-src 'none'; img-src data:;") && !policy.contains("allow-"),
        "{policy}"
    );
    assert_eq!(html.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(site.look(&ana, &format!("{draft}/preview/9/html")).await.status, StatusCode::NOT_FOUND);
    let headers = [
        ("cookie", ana.cookie.as_str()),
        ("x-csrf-token", ana.csrf.as_str()),
        ("x-fragment", "1"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(message(&[("row", "2"), ("attach", "")]))
        .finish();
    let part = send(&site.router, "POST", &format!("{draft}/message"), &headers, body).await;
    assert!(part.text.contains("Facture de Bob") && !part.text.contains("<html"), "{}", part.text);
}

#[tokio::test]
async fn a_draft_is_its_owners() {
    let site = Site::new().await;
    site.account("smtp://mail.exemple.fr:25").await;
    let ana = site.person("ana", Role::Operator).await;
    let (bob, admin) = (site.person("bob", Role::Operator).await, site.person("admin", Role::Admin).await);
    let draft = site.begun(&ana, ROWS).await;
    site.act(&ana, &format!("{draft}/message"), &message(&[("html", "<p>x"), ("attach", "")])).await;
    for path in ["recipients", "files", "message", "check", "preview/1/html"] {
        let path = format!("{draft}/{path}");
        assert_eq!(site.look(&bob, &path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(site.look(&admin, &path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["files/remove", "message", "check", "test", "send", "delete"] {
        assert_eq!(site.act(&bob, &format!("{draft}/{path}"), &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let foreign = Person { cookie: ana.cookie.clone(), csrf: bob.csrf.clone() };
    let refused = site.bring(&foreign, &format!("{draft}/files"), &[("files", "a.pdf", b"x")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the form token is another's");
    let deleted = site.act(&ana, &format!("{draft}/delete"), &[]).await;
    assert_eq!(deleted.header("location"), "/mailings/new");
    assert_eq!(site.look(&ana, &format!("{draft}/check")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_test_goes_to_oneself_alone() {
    let site = Site::new().await;
    let options = CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() };
    let catcher = Catcher::start("127.0.0.1:0".parse().unwrap(), options).await.unwrap();
    site.account(&format!("smtp://{}", catcher.address())).await;
    let ana = site.person("ana", Role::Operator).await;
    let draft = site.begun(&ana, ROWS).await;
    site.act(&ana, &format!("{draft}/message"), &message(&[("attach", ""), ("cc", "chef@x.fr")])).await;
    let path = format!("{draft}/test");
    let wrong = site.act(&ana, &path, &[("address", "ana"), ("row", "2")]).await;
    let wrong = site.look(&ana, wrong.header("location")).await;
    assert!(wrong.text.contains("fault-address"));
    let sent = site.act(&ana, &path, &[("address", "ana@exemple.fr"), ("row", "2")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "a reload sends nothing");
    let sent = site.look(&ana, sent.header("location")).await;
    assert!(sent.text.contains("Test sent to ana@exemple.fr"), "{}", sent.text);
    assert!(sent.text.contains("value=\"ana@exemple.fr\"") && sent.text.contains("Facture de Bob"));
    let caught = catcher.caught();
    assert_eq!((caught.len(), &caught[0].recipients), (1, &vec!["ana@exemple.fr".to_owned()]));
    let content = String::from_utf8_lossy(&caught[0].content).into_owned();
    assert!(content.contains("[TEST] Facture de Bob") && !content.contains("chef@x.fr"), "{content}");
    let none = site.act(&ana, &path, &[("address", "ana@exemple.fr"), ("row", "9")]).await;
    let none = site.look(&ana, none.header("location")).await;
    assert!(none.text.contains("This recipient does not exist"));
    drop(catcher);
    let down = site.act(&ana, &path, &[("address", "ana@exemple.fr"), ("row", "1")]).await;
    let down = site.look(&ana, down.header("location")).await;
    assert!(down.text.contains("was not sent to ana@exemple.fr. The server cannot be reached. Check"), "{}", down.text);
    assert_eq!(site.get("/api/v1/jobs").await.json()["rows"], json!([]), "it is no job");
}

#[tokio::test]
async fn what_a_draft_takes_is_bounded() {
    let limits = crate::Limits { files_max: 2, upload_bytes_max: 300, ..crate::Limits::default() };
    let site = Site::with(limits).await;
    let ana = site.person("ana", Role::Operator).await;
    let long = [("recipients", "a.csv", &[b'x'; 400][..])];
    assert_eq!(site.bring(&ana, "/mailings/new", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let draft = site.begun(&ana, ROWS).await;
    let path = format!("{draft}/files");
    let many: [(&str, &str, &[u8]); 3] = [("files", "a", b"1"), ("files", "b", b"2"), ("files", "c", b"3")];
    let refused = site.bring(&ana, &path, &many).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("at most 2 files") && refused.text.contains("2 files</h2>"), "{}", refused.text);
    site.act(&ana, &format!("{draft}/files/remove"), &[("name", "a")]).await;
    let listed = site.look(&ana, &path).await.text;
    assert!(listed.contains("Remove b") && !listed.contains("Remove a\""), "{listed}");
    let zip = archive(&[(b"x", b"1"), (b"y", b"2")], None);
    let refused = site.bring(&ana, &path, &[("files", "f.zip", &zip)]).await;
    assert!(refused.text.contains("contains too many files"), "{}", refused.text);
    site.act(&ana, &format!("{draft}/files/remove"), &[("all", "1")]).await;
    let zip = archive(&[(b"x", &[7; 400])], None);
    let refused = site.bring(&ana, &path, &[("files", "f.zip", &zip)]).await;
    assert!(refused.text.contains("too large once unzipped"), "{}", refused.text);
    let long = "x".repeat(2 << 20);
    let refused = site.act(&ana, &format!("{draft}/message"), &[("text", &long)]).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    for _ in 1..50 {
        site.begun(&ana, ROWS).await;
    }
    let more = site.bring(&ana, "/mailings/new", &[("recipients", "clients.csv", ROWS.as_bytes())]).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
}
