//! The second month, the corrected list, and the mailing that is used again.

use super::message;
use crate::testing::{Person, Site};
use axum::http::StatusCode;
use model::{ItemState, JobId};
use serde_json::json;
use std::time::Duration;
use store::{Claim, Outcome, Role, Trace};

const NOVEMBER: &str =
    "Société;e-mail;periode\nDurand;durand@x.fr;2026-11\nPetit;petit@x.fr;2026-11\nRoux;roux@x.fr;2026-11\n";

fn settings<'a>() -> Vec<(&'a str, &'a str)> {
    let mut fields =
        message(&[("attach", ""), ("subject", "Facture {{ periode }}"), ("text", "Bonjour {{ Société }}")]);
    fields.retain(|(name, _)| *name != "name");
    fields
}

impl Site {
    /// What stands in the field of that name on the draft's message page.
    async fn name_of(&self, person: &Person, draft: &str) -> String {
        let page = self.look(person, &format!("{draft}/message")).await.text;
        let field = page.split("id=\"name\" name=\"name\" value=\"").nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    }

    /// A draft with that list, ready to be looked at.
    async fn written(&self, person: &Person, rows: &str) -> String {
        let draft = self.begun(person, rows).await;
        let name = self.name_of(person, &draft).await;
        let mut fields = settings();
        fields.push(("name", &name));
        let saved = self.act(person, &format!("{draft}/message"), &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        draft
    }

    async fn sent(&self, person: &Person, draft: &str) -> JobId {
        let sent = self.act(person, &format!("{draft}/send"), &[("when", "now")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        sent.header("location").strip_prefix("/jobs/").unwrap().parse().unwrap()
    }

    /// Does what an engine would: every address is reached but those that `fails` names. Who was reached.
    async fn deliver(&self, job: JobId, fails: &[&str]) -> Vec<String> {
        let (db, now) = (&self.app.db, self.app.clock.now());
        let worker = db.register_worker("test".into(), 1, Duration::from_secs(10), now).await.unwrap();
        let claim = Claim { job, worker, messages: 100, group: 1 };
        let claimed = db.record_and_claim(job, worker, Vec::new(), Some(claim), now).await.unwrap().1.unwrap();
        let mut reached = Vec::new();
        let outcome = |item: store::ClaimedItem| {
            let failed = fails.contains(&item.label.as_str());
            if !failed {
                reached.push(item.label.clone());
            }
            let state = if failed { ItemState::Failed } else { ItemState::Succeeded };
            let trace = Trace {
                no: 0,
                id: model::TraceId::new(&self.app.clock, &self.app.rng),
                job: Some(job),
                seq: Some(item.seq),
                attempt: item.attempt,
                outcome: Some(state),
                trace_name: String::new(),
                file_name: String::new(),
                application_name: String::new(),
                flow_name: String::new(),
                comment: String::new(),
                created_by: String::new(),
                time_to_process: 0.0,
                errors: failed,
                verdict: None,
                created_at: now,
            };
            let verdict = failed.then(|| model::Verdict::permanent("unknown_recipient", model::Fault::Recipient));
            Outcome {
                seq: item.seq,
                attempt: item.attempt,
                message_no: item.message_no,
                state,
                not_before: now,
                verdict,
                detail: String::new(),
                trace,
            }
        };
        let outcomes: Vec<Outcome> = claimed.items.into_iter().map(outcome).collect();
        if !outcomes.is_empty() {
            db.record_and_claim(job, worker, outcomes, None, now).await.unwrap();
        }
        reached
    }
}

async fn desk() -> (Site, Person) {
    let site = Site::new().await;
    let account = json!({"url": "smtp://mail.exemple.fr:25", "limits": {}});
    assert_eq!(site.put("/api/v1/accounts/compta", account).await.status, StatusCode::OK);
    let ana = site.person("ana", Role::Operator).await;
    (site, ana)
}

#[tokio::test]
async fn next_month_is_a_mailing_of_its_own() {
    let (site, ana) = desk().await;
    let november = site.written(&ana, NOVEMBER).await;
    assert_eq!(site.name_of(&ana, &november).await, "clients January 2025", "the file and the month");
    let job = site.sent(&ana, &november).await;
    assert_eq!(site.deliver(job, &[]).await.len(), 3);
    let december = site.written(&ana, &NOVEMBER.replace("2026-11", "2026-12")).await;
    assert_eq!(site.name_of(&ana, &december).await, "clients January 2025 (2)", "never one that was used");
    let check = site.look(&ana, &format!("{december}/check")).await.text;
    assert!(check.contains("Send 3 messages now") && !check.contains("Is this a new mailing?"), "{check}");
    let job = site.sent(&ana, &december).await;
    assert_eq!(site.deliver(job, &[]).await, ["durand@x.fr", "petit@x.fr", "roux@x.fr"]);
}

/// Messages, recipients, bytes and wrong rows, as the page of the check gives them.
fn figures(check: &str) -> Vec<&str> {
    check.split("<dd class=\"number\">").skip(1).map(|dd| dd.split_once("</dd>").unwrap().0).collect()
}

#[tokio::test]
async fn a_list_that_was_sent_is_not_sent_again_unasked() {
    let (site, ana) = desk().await;
    let first = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &first).await;
    site.deliver(job, &["petit@x.fr"]).await;
    // The corrected list: one address is another one.
    let second = site.written(&ana, &NOVEMBER.replace("petit@x.fr", "contact@petit.fr")).await;
    let check = site.look(&ana, &format!("{second}/check")).await.text;
    for shown in
        ["Is this a new mailing?", "2 of the 3 recipients", "“clients January 2025”", "address and attachments"]
    {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    assert!(!check.contains("messages now"), "nothing can be sent before it is said: {check}");
    let refused = site.act(&ana, &format!("{second}/send"), &[("when", "now")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Answer the question above first"), "{}", refused.text);
    let rest = [("relation", "completes"), ("name", "clients January 2025")];
    site.act(&ana, &format!("{second}/relation"), &rest).await;
    let check = site.look(&ana, &format!("{second}/check")).await.text;
    for shown in
        ["Completes “clients January 2025”", "2 recipients already received it", "Send 1 message now", "durand@x.fr"]
    {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    // The figures and the message shown are of the one who will receive it.
    let (_, waiting) = check.split_once("Who will receive it").unwrap();
    let (waiting, received) = waiting.split_once("Who already received it").unwrap();
    assert!(waiting.contains("contact@petit.fr") && !waiting.contains("durand@x.fr"), "{waiting}");
    assert!(received.contains("durand@x.fr"), "{received}");
    let (_, preview) = check.split_once("<dl class=\"preview-head\">").unwrap();
    assert!(preview.contains("contact@petit.fr") && !preview.contains("rel=\"next\""), "{preview}");
    assert_eq!(figures(&check), ["1", "1", "1.8\u{a0}kB", "0"], "{check}");
    let job = site.sent(&ana, &second).await;
    assert_eq!(site.deliver(job, &[]).await, ["contact@petit.fr"]);
    // And a third time, when everybody has it.
    let third = site.written(&ana, &NOVEMBER.replace("petit@x.fr", "contact@petit.fr")).await;
    site.act(&ana, &format!("{third}/relation"), &rest).await;
    let check = site.look(&ana, &format!("{third}/check")).await.text;
    assert!(check.contains("Nothing to send. All recipients") && !check.contains("message now"), "{check}");
    let refused = site.act(&ana, &format!("{third}/send"), &[("when", "now")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Said to be a new one, it goes to all of them, under a name of its own.
    site.act(&ana, &format!("{third}/relation"), &[("relation", "new")]).await;
    let job = site.sent(&ana, &third).await;
    assert_eq!(site.deliver(job, &[]).await.len(), 3);
    let job = site.app.db.job(job).await.unwrap().unwrap();
    assert_eq!(job.name, "clients January 2025 (2)");
}

#[tokio::test]
async fn what_changed_since_is_asked_about() {
    let (site, ana) = desk().await;
    let first = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &first).await;
    site.deliver(job, &["roux@x.fr"]).await;
    let second =
        site.written(&ana, &NOVEMBER.replace("Durand;durand@x.fr;2026-11", "Durand;durand@x.fr;2026-12")).await;
    let rest = [("relation", "completes"), ("name", "clients January 2025")];
    site.act(&ana, &format!("{second}/relation"), &rest).await;
    let check = site.look(&ana, &format!("{second}/check")).await.text;
    assert!(check.contains("Some content has changed") && check.contains("One recipient already received"), "{check}");
    site.act(&ana, &format!("{second}/relation"), &[("changed", "skip")]).await;
    let check = site.look(&ana, &format!("{second}/check")).await.text;
    assert!(check.contains("Send 1 message now") && check.contains("(different content)"), "{check}");
    site.act(&ana, &format!("{second}/relation"), &[("changed", "send")]).await;
    let check = site.look(&ana, &format!("{second}/check")).await.text;
    assert!(check.contains("Send 2 messages now"), "{check}");
    let job = site.sent(&ana, &second).await;
    assert_eq!(site.deliver(job, &[]).await, ["durand@x.fr", "roux@x.fr"]);
}

/// What the page's form says of the item it was made from.
fn was(page: &str, seq: i64) -> String {
    page.split(&format!("name=\"was-{seq}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn contacts_of_one_company_are_told_apart() {
    let (site, ana) = desk().await;
    let list = "Société;e-mail;periode\nDupont;b@y.fr;2026-11\nDupont;compta@y.fr;2026-11\nMartin;m@y.fr;2026-11\n";
    let draft = site.written(&ana, list).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &["b@y.fr"]).await;
    let corrected = list.replace("b@y.fr", "bernard@y.fr");
    let bring = [("recipients", "clients.csv", corrected.as_bytes())];
    let shown = site.bring(&ana, &format!("/jobs/{job}/corrected-list"), &bring).await.text;
    assert!(shown.contains("bernard@y.fr") && !shown.contains("compta@y.fr"), "{shown}");
    let sha256 = shown.split("name=\"sha256\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("sha256", sha256), ("list", "clients.csv")];
    site.act(&ana, &format!("/jobs/{job}/corrected-list/send"), &fields).await;
    assert_eq!(site.deliver(job, &[]).await, ["bernard@y.fr"]);
}

#[tokio::test]
async fn two_addresses_are_corrected_where_they_are_shown() {
    let (site, ana) = desk().await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &["durand@x.fr", "petit@x.fr"]).await;
    let path = format!("/jobs/{job}/undelivered");
    let page = site.look(&ana, &path).await.text;
    for shown in ["<b>Durand</b>", "name=\"address-1\" value=\"durand@x.fr\"", "Resend to corrected addresses"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let was = [was(&page, 1), was(&page, 2)];
    let seen = [("was-1", was[0].as_str()), ("was-2", was[1].as_str())];
    let wrong = [&[("address-1", "durand@"), ("address-2", "p@petit.fr")], &seen[..]].concat();
    let refused = site.act(&ana, &format!("/jobs/{job}/correct"), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("value=\"durand@\"") && refused.text.contains("value=\"p@petit.fr\""),
        "{}",
        refused.text
    );
    assert_eq!(site.app.db.job(job).await.unwrap().unwrap().counters.failed, 2, "all of it, or none");
    let right = [&[("address-1", "d@durand.fr"), ("address-2", "p@petit.fr")], &seen[..]].concat();
    let done = site.act(&ana, &format!("/jobs/{job}/correct"), &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(site.deliver(job, &[]).await, ["d@durand.fr", "p@petit.fr"]);
    let kept = site.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!((&kept["state"], &kept["succeeded"], &kept["failed"]), (&json!("completed"), &json!(3), &json!(0)));
    let traces = site.get(&format!("/api/v1/traces?job={job}&limit=20")).await.text;
    assert!(traces.contains("durand@x.fr → d@durand.fr, by ana"), "{traces}");
    // The same form again, from a page that was opened before: it was sent meanwhile.
    let late = [&[("address-1", "other@durand.fr"), ("address-2", "petit@x.fr")], &seen[..]].concat();
    let refused = site.act(&ana, &format!("/jobs/{job}/correct"), &late).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Another user has resent one of these messages"), "{}", refused.text);
    assert_eq!(site.app.db.job(job).await.unwrap().unwrap().counters.queued, 0);
    // The list as it is by now is known.
    let again =
        site.written(&ana, &NOVEMBER.replace("durand@x.fr", "d@durand.fr").replace("petit@x.fr", "p@petit.fr")).await;
    let check = site.look(&ana, &format!("{again}/check")).await.text;
    assert!(check.contains("3 of the 3 recipients"), "{check}");
}

/// A mailing as the server's own command line makes it: each row carries `file`, and nobody was reached.
async fn made_on_the_server(site: &Site, name: &str, file: serde_json::Value) -> JobId {
    let settings = format!(
        "name = \"{name}\"\nfrom = \"a@x.fr\"\nto = \"{{{{ email }}}}\"\nsubject = \"s\"\ntext = \"Bonjour {{{{ email }}}}\""
    );
    let parsed = mail::spec::MailingFile::parse(&settings, "mailing.toml").unwrap();
    let spec = parsed.mailing(std::path::Path::new("/nonexistent"), &["email".to_owned()]).unwrap();
    let made = json!({"name": name, "kind": "mail", "prepare": true, "account": "compta", "spec": spec});
    let made = site.post("/api/v1/jobs", made).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let job: JobId = made.json()["id"].as_str().unwrap().parse().unwrap();
    let row = json!({"line": 2, "values": ["a@x.fr"], "to": [{"address": "a@x.fr"}], "attachments": [file]});
    let line = json!({"seq": 1, "message_no": 1, "label": "a@x.fr", "payload": row});
    let taken = site.post_text(&format!("/api/v1/jobs/{job}/items"), format!("{line}\n")).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    assert_eq!(site.post_text(&format!("/api/v1/jobs/{job}/ready"), "").await.status, StatusCode::OK);
    site.deliver(job, &["a@x.fr"]).await;
    job
}

/// Who chose the readers of the server's files was on the server: an operator does not choose others.
#[tokio::test]
async fn files_of_the_server_go_to_no_other_address_on_an_operators_word() {
    let (site, ana) = desk().await;
    let admin = site.person("ada", Role::Admin).await;
    let hash = "ab".repeat(32);
    let file = |path: &str, sha256: Option<&str>| {
        json!({"path": path, "name": "a.pdf", "mime": "application/pdf", "size": 3, "mtime": "2025-01-10T14:32:15Z",
               "sha256": sha256})
    };
    let own = made_on_the_server(&site, "own", file("/srv/pdf/a.pdf", None)).await;
    let page = site.look(&ana, &format!("/jobs/{own}/undelivered")).await.text;
    assert!(page.contains("Only an administrator can correct their addresses") && page.contains("a@x.fr"), "{page}");
    assert!(!page.contains("name=\"address-1\"") && !page.contains("corrected-list"), "{page}");
    let shown = site.look(&admin, &format!("/jobs/{own}/undelivered")).await.text;
    assert!(shown.contains("name=\"address-1\"") && !shown.contains("Only an administrator"), "{shown}");

    let seen = was(&shown, 1);
    let fields = [("was-1", seen.as_str()), ("address-1", "me@elsewhere.fr")];
    let refused = site.act(&ana, &format!("/jobs/{own}/correct"), &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let list = b"email\nme@elsewhere.fr\n";
    let bring = [("recipients", "clients.csv", &list[..])];
    let refused = site.bring(&ana, &format!("/jobs/{own}/corrected-list"), &bring).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let sha256 = std::fs::read_dir(site.app.data.join("blobs")).unwrap().next().unwrap().unwrap().file_name();
    let fields_of_list = [("sha256", sha256.to_str().unwrap()), ("list", "clients.csv")];
    let refused = site.act(&ana, &format!("/jobs/{own}/corrected-list/send"), &fields_of_list).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert_eq!(site.app.db.job(own).await.unwrap().unwrap().counters.queued, 0);
    let done = site.act(&admin, &format!("/jobs/{own}/correct"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(site.deliver(own, &[]).await, ["me@elsewhere.fr"]);

    // What was uploaded is the operator's to send.
    let uploaded = made_on_the_server(&site, "sent", file(&format!("/data/blobs/{hash}"), Some(&hash))).await;
    let page = site.look(&ana, &format!("/jobs/{uploaded}/undelivered")).await.text;
    let seen = was(&page, 1);
    let fields = [("was-1", seen.as_str()), ("address-1", "b@x.fr")];
    let done = site.act(&ana, &format!("/jobs/{uploaded}/correct"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

#[tokio::test]
async fn a_corrected_list_is_matched_and_shown_before_it_is_sent() {
    let (site, ana) = desk().await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &["durand@x.fr", "petit@x.fr"]).await;
    let corrected = NOVEMBER.replace("petit@x.fr", "p@petit.fr");
    let bring = async |list: &str| {
        site.bring(&ana, &format!("/jobs/{job}/corrected-list"), &[("recipients", "clients.csv", list.as_bytes())])
            .await
    };
    let shown = bring(&corrected).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    for part in ["One address has changed", "petit@x.fr", "p@petit.fr", "One undelivered message has the same address"]
    {
        assert!(shown.text.contains(part), "{part}: {}", shown.text);
    }
    assert!(!shown.text.contains("cannot be used"), "rows that were delivered are no riddle: {}", shown.text);
    assert_eq!(site.app.db.job(job).await.unwrap().unwrap().counters.queued, 0, "it was only shown");
    let strange = corrected.replace("Durand", "Durant") + "Nouveau;n@x.fr;2026-11\nPetit;petit@autre.fr;2026-11\n";
    let told = bring(&strange).await;
    for part in [
        "4 rows of this list cannot be used",
        "durand@x.fr",
        "n@x.fr",
        "petit@autre.fr",
        "No recipient of this mailing matches",
        "Two rows give different addresses",
    ] {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    assert_eq!(site.app.db.job(job).await.unwrap().unwrap().counters.queued, 0, "nothing is changed by looking");
    let sha256 = shown.text.split("name=\"sha256\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [("sha256", sha256.as_str()), ("list", "clients.csv")];
    let done = site.act(&ana, &format!("/jobs/{job}/corrected-list/send"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(site.deliver(job, &[]).await, ["p@petit.fr"]);
    let same = bring(&corrected).await;
    assert!(same.text.contains("No address has changed"), "{}", same.text);
    let other = bring("nom;courriel\nA;a@x.fr\n").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.text.contains("Société, e-mail, periode"), "{}", other.text);
    let gone = [("sha256", "00"), ("list", "x")];
    assert_eq!(site.act(&ana, &format!("/jobs/{job}/corrected-list/send"), &gone).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_mailing_is_used_again() {
    let (site, ana) = desk().await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &[]).await;
    assert!(site.look(&ana, &format!("/jobs/{job}")).await.text.contains("Reuse this mailing"));
    let begun = site.act(&ana, &format!("/jobs/{job}/reuse"), &[]).await;
    let draft = begun.header("location").strip_suffix("/recipients").unwrap().to_owned();
    let december = NOVEMBER.replace("2026-11", "2026-12");
    site.bring(&ana, &format!("{draft}/recipients"), &[("recipients", "clients.csv", december.as_bytes())]).await;
    let page = site.look(&ana, &format!("{draft}/message")).await.text;
    for kept in [
        "Facture {{ periode }}",
        "Bonjour {{ Société }}",
        "Compta &#60;compta@exemple.fr&#62;",
        "clients January 2025 (2)",
    ] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
    let check = site.look(&ana, &format!("{draft}/check")).await.text;
    assert!(check.contains("Send 3 messages now"), "{check}");
}

#[tokio::test]
async fn a_chosen_name_and_the_files_are_kept_for_the_next_mailing() {
    let (site, ana) = desk().await;
    let list = "Société;e-mail;periode\nDurand;durand@x.fr;novembre.pdf\n";
    let draft = site.begun(&ana, list).await;
    site.bring(&ana, &format!("{draft}/files"), &[("files", "novembre.pdf", b"%PDF-1.4 x")]).await;
    let mut fields =
        message(&[("attach", "{{ periode }}"), ("subject", "Facture"), ("text", "Bonjour"), ("name", "Factures")]);
    fields.retain(|(name, value)| *name != "name" || *value == "Factures");
    site.act(&ana, &format!("{draft}/message"), &fields).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &[]).await;
    let begun = site.act(&ana, &format!("/jobs/{job}/reuse"), &[]).await;
    let draft = begun.header("location").strip_suffix("/recipients").unwrap().to_owned();
    site.bring(&ana, &format!("{draft}/recipients"), &[("recipients", "autres.csv", list.as_bytes())]).await;
    assert!(site.look(&ana, &format!("{draft}/files")).await.text.contains("novembre.pdf"));
    assert_eq!(site.name_of(&ana, &draft).await, "Factures (2)");
    let check = site.look(&ana, &format!("{draft}/check")).await.text;
    assert!(check.contains("1 message, without a limit of rate"), "its file is there: {check}");
}

#[tokio::test]
async fn what_a_later_run_has_sent_is_missing_nowhere() {
    let (site, ana) = desk().await;
    let first = site.written(&ana, NOVEMBER).await;
    let first = site.sent(&ana, &first).await;
    site.deliver(first, &["petit@x.fr"]).await;
    assert!(site.look(&ana, &format!("/jobs/{first}")).await.text.contains("1 not delivered"));
    let second = site.written(&ana, &NOVEMBER.replace("petit@x.fr", "contact@petit.fr")).await;
    let rest = [("relation", "completes"), ("name", "clients January 2025")];
    site.act(&ana, &format!("{second}/relation"), &rest).await;
    let second = site.sent(&ana, &second).await;
    assert_eq!(site.deliver(second, &[]).await, ["contact@petit.fr"]);
    let report = site.get("/api/v1/report").await.json();
    assert_eq!((&report["sent"], &report["errors"]), (&json!(3), &json!(0)), "{report}");
    for (job, succeeded, skipped) in [(first, 2, 1), (second, 1, 2)] {
        let kept = site.get(&format!("/api/v1/jobs/{job}")).await.json();
        let counts = ["state", "succeeded", "failed", "skipped"].map(|name| kept[name].clone());
        assert_eq!(counts, [json!("completed"), json!(succeeded), json!(0), json!(skipped)], "{kept}");
        for path in ["/".to_owned(), "/jobs".to_owned(), format!("/jobs/{job}"), format!("/jobs/{job}/undelivered")] {
            let page = site.look(&ana, &path).await.text;
            assert!(!page.contains("1 not delivered") && !page.contains("Completed, "), "{path}: {page}");
        }
    }
    let page = site.look(&ana, &format!("/jobs/{first}")).await.text;
    let link = format!("1 message was sent again in <a href=\"/jobs/{second}\">clients January 2025</a>");
    assert!(page.contains(&link), "{link}: {page}");
    let items = site.look(&ana, &format!("/jobs/{first}/items")).await.text;
    assert!(items.contains(&format!("Sent again in <a href=\"/jobs/{second}\">")), "{items}");
}

#[tokio::test]
async fn the_old_list_of_a_corrected_mailing_sends_nothing() {
    let (site, ana) = desk().await;
    let first = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &first).await;
    site.deliver(job, &["petit@x.fr"]).await;
    let page = site.look(&ana, &format!("/jobs/{job}/undelivered")).await.text;
    let (was, name) = (was(&page, 2), [("relation", "completes"), ("name", "clients January 2025")]);
    let right = [("address-2", "contact@petit.fr"), ("was-2", was.as_str())];
    let done = site.act(&ana, &format!("/jobs/{job}/correct"), &right).await;
    let under_way = site.look(&ana, done.header("location")).await.text;
    assert!(under_way.contains("The message is being resent"), "{under_way}");
    assert_eq!(site.deliver(job, &[]).await, ["contact@petit.fr"]);
    let over = site.look(&ana, done.header("location")).await.text;
    assert!(over.contains("One address corrected.</p>"), "{over}");
    let old = site.written(&ana, NOVEMBER).await;
    site.act(&ana, &format!("{old}/relation"), &name).await;
    let check = site.look(&ana, &format!("{old}/check")).await.text;
    assert!(check.contains("Nothing to send. All recipients") && !check.contains("message now"), "{check}");
    assert_eq!(figures(&check)[..3], ["0", "0", "0\u{a0}B"], "{check}");
    let refused = site.act(&ana, &format!("{old}/send"), &[("when", "now")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let kept = site.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!((&kept["succeeded"], &kept["failed"]), (&json!(3), &json!(0)), "{kept}");
}

/// Every recipient has one line everywhere: that of the spreadsheet.
#[tokio::test]
async fn a_line_is_that_of_the_spreadsheet() {
    let (site, ana) = desk().await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &["petit@x.fr"]).await;
    let line = |page: &str| page.split("class=\"n soft\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let items = site.look(&ana, &format!("/jobs/{job}/items?q=petit")).await.text;
    let undelivered = site.look(&ana, &format!("/jobs/{job}/undelivered")).await.text;
    assert_eq!((line(&items), line(&undelivered)), ("3".to_owned(), "3".to_owned()));
    assert!(items.contains("<b>Petit</b>"), "the company: {items}");
    for sheet in ["items.csv?q=petit", "undelivered.csv"] {
        let sheet = site.look(&ana, &format!("/jobs/{job}/{sheet}")).await.text;
        assert!(sheet.lines().nth(1).unwrap().starts_with("3,petit@x.fr,Petit,"), "{sheet}");
    }
    let rows = site.get(&format!("/api/v1/jobs/{job}/items?q=petit")).await.json();
    assert_eq!((&rows["rows"][0]["seq"], &rows["rows"][0]["line"]), (&json!(2), &json!(3)), "{rows}");
}

#[tokio::test]
async fn resuming_under_a_full_quota_says_until_when_and_a_higher_limit_lets_it_go_on() {
    let (site, ana) = desk().await;
    let limited = async |daily: u32| {
        let account = json!({"url": "smtp://mail.exemple.fr:25", "limits": {"daily": daily}});
        assert_eq!(site.put("/api/v1/accounts/compta", account).await.status, StatusCode::OK);
    };
    limited(2).await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    assert_eq!(site.deliver(job, &[]).await.len(), 2);
    let (db, now) = (&site.app.db, site.app.clock.now());
    let held = store::Reason::new(store::DAILY_LIMIT, "");
    let until = now + Duration::from_secs(86_400);
    db.pause_job(job, held, Some(until), now).await.unwrap();
    let resumed = site.act(&ana, &format!("/jobs/{job}/resume"), &[]).await;
    let page = site.look(&ana, resumed.header("location")).await.text;
    assert!(
        page.contains("The job is still paused.") && page.contains("resumes automatically on 11 Jan 2025"),
        "{page}"
    );
    assert_eq!(db.job(job).await.unwrap().unwrap().state, model::JobState::Paused);
    limited(500).await;
    assert_eq!(db.job(job).await.unwrap().unwrap().resumes_at, Some(now), "due at once");
    let resumed = site.act(&ana, &format!("/jobs/{job}/resume"), &[]).await;
    assert_eq!(resumed.header("location"), format!("/jobs/{job}"));
    assert_eq!(site.deliver(job, &[]).await, ["roux@x.fr"]);
}

/// Also what its page has no field for: to write to more people than before is worse than to ask.
#[tokio::test]
async fn what_is_not_typed_is_kept_for_the_next_mailing() {
    let (site, ana) = desk().await;
    let draft = site.written(&ana, NOVEMBER).await;
    let job = site.sent(&ana, &draft).await;
    site.deliver(job, &[]).await;
    let mut spec: serde_json::Value = serde_json::from_str(&site.app.db.job(job).await.unwrap().unwrap().spec).unwrap();
    spec["conditions"] = json!(["Société != Petit", "Société != Grand"]);
    spec["on_no_file"] = json!("send");
    spec["templates"]["attach"] = ["a", "b"].map(|name| json!({"name": "attach", "source": name})).into();
    let id = model::JobId(uuid::Uuid::from_u128(77));
    site.preparing_as(id, "by the command", &spec.to_string()).await;
    site.app.db.cancel_job(id, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    let begun = site.act(&ana, &format!("/jobs/{id}/reuse"), &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let draft = begun.header("location").strip_suffix("/recipients").unwrap().to_owned();
    site.bring(&ana, &format!("{draft}/recipients"), &[("recipients", "clients.csv", NOVEMBER.as_bytes())]).await;
    let page = site.look(&ana, &format!("{draft}/message")).await.text;
    for kept in ["Société!=Petit", "Société!=Grand", ">\na\nb</textarea>", "name=\"kept\" value=\"yes\" checked"] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
}
