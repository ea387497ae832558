//! The whole road: rows → job → engine → SMTP catcher → traces and log.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use jobs::{Engine, Hub, MemoryLog, Options, RetryPolicy};
use mail::{
    address::Mailbox,
    catcher::{Catcher, CatcherOptions},
    enqueue::new_item,
    handler::MailHandler,
    item::MailItem,
    letter::Attachment,
    run_log::{Event, Style, render},
    spec::{Dkim, Mailing, MailingFile},
};
use model::{AccountId, Authority, Clock, ItemState, JobId, JobKind, JobState, OnUnknown, Rng, Timestamp, pace};
use std::{sync::Arc, time::Duration};
use store::{Account, Db, ItemFilter, NewItem, NewJob, TraceFilter};

const SETTINGS: &str = r#"
name = "Factures 2025-01"
from = "Compta <compta@exemple.fr>"
to = "{{ email }}"
subject = "Facture {{ cct }}"
text = "Bonjour {{ cct }}"
"#;

fn rows(count: u32) -> Vec<MailItem> {
    let mailbox = |n: u32| Mailbox { name: None, address: format!("client{n}@exemple.fr") };
    let row = |n: u32| MailItem {
        line: u64::from(n) + 1,
        values: vec![format!("client{n}@exemple.fr"), format!("CCT{n:03}")],
        to: vec![mailbox(n)],
        ..MailItem::default()
    };
    (1..=count).map(row).collect()
}

struct House {
    db: Db,
    hub: Hub,
    run_log: MemoryLog,
    engine: Engine,
    folder: tempfile::TempDir,
    handler: Arc<MailHandler>,
    rng: Rng,
}

async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let (clock, rng) = (Clock::System, Rng::system());
    let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.unwrap();
    let vault = vault::Vault::open(&folder.path().join("secret.key"), &rng).unwrap();
    let hub = Hub::new(db.clone(), clock.clone());
    let run_log = MemoryLog::default();
    let handler = Arc::new(MailHandler::new(db.clone(), vault, clock.clone(), folder.path()));
    let options = Options {
        db: db.clone(),
        clock: clock.clone(),
        rng: rng.clone(),
        hub: hub.clone(),
        run_log: run_log.run_log(),
        handlers: vec![Arc::clone(&handler) as Arc<dyn jobs::Handler>],
        tell: None,
        policy: RetryPolicy { first: Duration::from_millis(50), ..RetryPolicy::default() },
        scope: jobs::Scope::Everything,
        name: "test".to_owned(),
        jobs_max: 4,
        lease: Duration::from_secs(10),
        status: Arc::new(|_| "{}".to_owned()),
    };
    let (engine, _) = Engine::start(options).await.unwrap();
    House { db, hub, run_log, engine, handler, folder, rng }
}

fn account(house: &House, url: &str) -> Account {
    Account {
        id: AccountId::new(&Clock::System, &house.rng),
        name: "a".to_owned(),
        url: url.to_owned(),
        secret: None,
        limits: pace::Limits::default(),
        pause: None,
    }
}

impl House {
    async fn send(&self, url: &str, mailing: &Mailing, rows: &[MailItem]) -> JobId {
        self.send_with(url, mailing, rows, Vec::new()).await
    }

    async fn send_as(&self, authority: Authority, url: &str, mailing: &Mailing, rows: &[MailItem]) -> JobId {
        self.send_all(authority, url, mailing, (rows, Vec::new())).await
    }

    /// Beside rows that were refused.
    async fn send_with(&self, url: &str, mailing: &Mailing, rows: &[MailItem], refused: Vec<NewItem>) -> JobId {
        self.send_all(Authority::Owner, url, mailing, (rows, refused)).await
    }

    async fn send_all(
        &self,
        authority: Authority,
        url: &str,
        mailing: &Mailing,
        (rows, refused): (&[MailItem], Vec<NewItem>),
    ) -> JobId {
        let now = Clock::System.now();
        let account = account(self, url);
        let account = self.db.save_account(account, now).await.unwrap();
        let id = JobId::new(&Clock::System, &self.rng);
        let job = NewJob {
            id,
            kind: JobKind::Mail,
            name: mailing.name.clone(),
            on_unknown: OnUnknown::Hold,
            account: Some(account.id),
            application_name: mailing.application_name.clone(),
            flow_name: mailing.flow_name.clone(),
            created_by: "1".to_owned(),
            task_type: String::new(),
            task_id: String::new(),
            spec: serde_json::to_string(mailing).unwrap(),
            limits: model::pace::Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: store::LedgerMatch::KeyAndContent,
            authority,
        };
        self.db.create_job(job, now).await.unwrap();
        let items = rows.iter().zip(1..).map(|(row, seq)| new_item(mailing, row, seq)).collect();
        self.db.enqueue(id, items, Some(mailing.name.clone()), now).await.unwrap();
        self.db.enqueue(id, refused, None, now).await.unwrap();
        self.db.finish_preparing(id, now).await.unwrap();
        self.engine.wake(Some(id));
        id
    }

    async fn finished(&self, id: JobId) -> Arc<jobs::Progress> {
        let mut progress = self.hub.follow(id).await.unwrap().unwrap();
        let done = progress.wait_for(|progress| progress.status.is_final());
        let done = tokio::time::timeout(Duration::from_secs(60), done).await.expect("the run ends").unwrap();
        Arc::clone(&done)
    }

    /// Waits for the last line of the run log.
    async fn told(&self, id: JobId) {
        let last = self.run_log.until(id, "finished");
        tokio::time::timeout(Duration::from_secs(60), last).await.expect("the end is told");
    }

    fn story(&self, id: JobId, style: &Style) -> Vec<String> {
        let lines = self.run_log.lines(id).into_iter();
        let events = lines.map(|line| render(&Event::from_fields(&line.event, &line.fields).unwrap(), line.at, style));
        events.flatten().collect()
    }
}

fn mailing() -> Mailing {
    let columns = ["email".to_owned(), "cct".to_owned()];
    MailingFile::parse(SETTINGS, "mailing.toml").unwrap().mailing(std::path::Path::new("/"), &columns).unwrap()
}

/// A row that was refused, and one that a crash left in the air, in the words that monitoring greps for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_and_lost_ones_are_errors_in_the_log_and_in_the_traces() {
    let house = house().await;
    let catcher = Catcher::start("127.0.0.1:0".parse().unwrap(), CatcherOptions::default()).await.unwrap();
    let mailing = mailing();
    let problem = |line: u64| {
        let what = mail::sentence::Sentence::new("cell_empty").with("column", "email");
        let remedy = mail::sentence::Sentence::new("fill_in_address");
        mail::problem::Problem::error("clients.csv", what, remedy).at(line).in_column("email")
    };
    let attached = mail::letter::Attachment {
        path: "/pdf/facture-4.pdf".into(),
        name: "facture-4.pdf".into(),
        mime: "application/pdf".into(),
        size: 1,
        mtime: model::Timestamp::EPOCH,
        sha256: None,
    };
    let row = mail::item::MailItem { line: 4, attachments: vec![attached], ..Default::default() };
    let wrong = mail::preflight::WrongRow { problems: vec![problem(4)], address: None, item: Some(Box::new(row)) };
    let refused = mail::enqueue::invalid_item(&mailing, &wrong, 3);
    let id = house
        .send_with(&format!("smtp://{}?connections=1", catcher.address()), &mailing, &rows(2), vec![refused])
        .await;
    let done = house.finished(id).await;
    assert_eq!((done.status, done.succeeded, done.failed), (JobState::Completed, 2, 1));
    house.told(id).await;
    let style = Style {
        form: mail::run_log::Form::Compact,
        emojis: mail::run_log::Emojis::On,
        language: language::Language::French,
        zone: jiff::tz::TimeZone::UTC,
    };
    // As the seed has them: `🚀 Début de l'envoi...`, `❌ [2/50] Erreur email : …`, `🎉 Envoi terminé : …`.
    insta::assert_snapshot!("refused_compact", house.story(id, &style).join("\n"));
    let short = house.story(id, &Style { form: mail::run_log::Form::Short, ..style });
    let errors: Vec<_> = short.iter().filter(|line| line.contains("[ERROR]")).map(|line| &line[20..]).collect();
    insta::assert_debug_snapshot!("refused_short", errors);
    let lines = house.run_log.lines(id);
    let item = lines.iter().find(|line| line.event == "item").unwrap();
    assert_eq!(item.fields["item"], 3, "{:?}", item.fields);

    let job = house.db.job(id).await.unwrap().unwrap();
    let items = house.db.items(id, &ItemFilter { limit: 10, ..ItemFilter::default() }).await.unwrap().rows;
    let verdict = model::Verdict::permanent("outcome_lost", model::Fault::Server);
    let lost = store::Item { verdict: Some(verdict), ..items[0].clone() };
    let names = |url: &str| {
        let account = Account { url: url.to_owned(), ..account(&house, "x") };
        jobs::Handler::lost(&*house.handler, &job, &lost, Some(&account)).unwrap()
    };
    insta::assert_debug_snapshot!("lost_traces", (names("gmail://compta@exemple.fr"), names("smtp://mail.exemple.fr")));
    assert!(house.engine.stop(Duration::from_secs(5)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_sent_to_once_and_those_refused_are_named() {
    let house = house().await;
    let options = CatcherOptions {
        misbehaviour: mail::catcher::Misbehaviour {
            refuse: ["client7@exemple.fr".to_owned()].into(),
            ..Default::default()
        },
        ..CatcherOptions::default()
    };
    let catcher = Catcher::start("127.0.0.1:0".parse().unwrap(), options).await.unwrap();
    let mailing = mailing();
    let id = house.send(&format!("smtp://{}", catcher.address()), &mailing, &rows(25)).await;
    let done = house.finished(id).await;
    assert_eq!((done.status, done.succeeded, done.failed), (JobState::Completed, 24, 1));

    let filter = ItemFilter { trouble: true, limit: 10, ..ItemFilter::default() };
    let trouble = house.db.items(id, &filter).await.unwrap().rows;
    assert_eq!(trouble.len(), 1);
    assert_eq!((trouble[0].label.as_str(), trouble[0].state), ("client7@exemple.fr", ItemState::Failed));
    assert_eq!(trouble[0].verdict.as_ref().unwrap().code, "unknown_recipient");

    let filter = TraceFilter { job: Some(id), limit: 100, ..TraceFilter::default() };
    let traces = house.db.traces(&filter).await.unwrap().rows;
    assert_eq!(traces.len(), 25);
    let sent = traces.iter().find(|trace| trace.seq == Some(3)).unwrap();
    assert_eq!(sent.trace_name, "Send invoices mail (SMTP)");
    assert!(
        sent.comment.starts_with("Email envoyé avec succès à client3@exemple.fr (Message ID: "),
        "{}",
        sent.comment
    );

    // The same name again: nobody gets a second one but him who got none.
    let again = house.send(&format!("smtp://{}", catcher.address()), &mailing, &rows(26)).await;
    let done = house.finished(again).await;
    assert_eq!((done.succeeded, done.failed, done.skipped), (1, 1, 24));

    let style = Style {
        form: mail::run_log::Form::Short,
        emojis: mail::run_log::Emojis::Off,
        language: language::Language::French,
        zone: jiff::tz::TimeZone::UTC,
    };
    let story = house.story(id, &style);
    assert!(story[0].contains("Début de l'envoi de 25 factures"), "{story:#?}");
    assert_eq!(story.iter().filter(|line| line.contains("envoyé avec succès")).count(), 24, "{story:#?}");
    assert!(story.last().unwrap().contains("24 succès, 1 erreur"), "{story:#?}");
    assert!(house.engine.stop(Duration::from_secs(5)).await);
}

/// Whatever the store holds: what did not come from the machine itself is served uploads, and no other file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_mailing_of_the_machine_itself_holds_files_of_the_machine() {
    let house = house().await;
    let catcher = Catcher::start("127.0.0.1:0".parse().unwrap(), CatcherOptions::default()).await.unwrap();
    let url = format!("smtp://{}", catcher.address());
    let file = |path: &std::path::Path, sha256: Option<&str>| {
        let metadata = std::fs::metadata(path).unwrap();
        let mtime = metadata.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
        Attachment {
            path: path.to_owned(),
            name: "facture.pdf".into(),
            mime: "application/pdf".into(),
            size: metadata.len(),
            mtime: Timestamp::from_micros(i64::try_from(mtime.as_micros()).unwrap()),
            sha256: sha256.map(str::to_owned),
        }
    };
    let key = file(&house.folder.path().join("secret.key"), None);
    let blobs = house.folder.path().join("blobs");
    std::fs::create_dir(&blobs).unwrap();
    // Of `facture`.
    let hash = "700705415442b8015ee24ae925043596dd2718263ec58b7362b37eb80e8bcb71";
    std::fs::write(blobs.join(hash), "facture").unwrap();
    let upload = file(&blobs.join(hash), Some(hash));
    let cases = [
        (Authority::Write, &key, Some("attachment_not_uploaded")),
        (Authority::Admin, &key, Some("attachment_not_uploaded")),
        (Authority::Owner, &key, None),
        (Authority::Write, &upload, None),
    ];
    for (n, (authority, attachment, refused)) in cases.into_iter().enumerate() {
        let mailing = Mailing { name: format!("mailing {n}"), ..mailing() };
        let row = MailItem { attachments: vec![attachment.clone()], ..rows(1).remove(0) };
        let id = house.send_as(authority, &url, &mailing, &[row]).await;
        house.finished(id).await;
        let item = house.db.item(id, 1).await.unwrap().unwrap();
        let code = item.verdict.as_ref().map(|verdict| verdict.code.as_str());
        assert_eq!((code, item.attempts), (refused, 1), "{authority} {attachment:?} {item:?}");
        let told = house.db.traces(&TraceFilter { job: Some(id), limit: 9, ..TraceFilter::default() }).await.unwrap();
        assert!(!format!("{told:?}").contains("secret.key"), "{told:?}");
    }
    let dkim = Dkim { domain: "exemple.fr".into(), selector: "s".into(), key: house.folder.path().join("secret.key") };
    let signed = Mailing { name: "signed".into(), dkim: Some(dkim), ..mailing() };
    let id = house.send_as(Authority::Admin, &url, &signed, &rows(1)).await;
    house.finished(id).await;
    let job = house.db.job(id).await.unwrap().unwrap();
    let reason = job.reason.unwrap();
    assert_eq!((job.state, reason.code.as_str()), (JobState::Failed, "authority"));
    assert!(!reason.detail.contains("secret.key"), "{reason:?}");
    assert!(house.engine.stop(Duration::from_secs(5)).await);
}
