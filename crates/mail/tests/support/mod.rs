//! What the tests of the SMTP transport share.
#![allow(dead_code, reason = "each test binary uses its part")]

use mail::{
    address::Mailbox,
    catcher::{Catcher, CatcherOptions, Misbehaviour},
    delivery::Delivery,
    letter::{Attachment, Letter},
    smtp::Account,
};
use model::{Retry, Timestamp};

pub(crate) async fn catcher(options: CatcherOptions) -> Catcher {
    Catcher::start("127.0.0.1:0".parse().unwrap(), options).await.unwrap()
}

pub(crate) fn misbehaving(misbehaviour: Misbehaviour) -> CatcherOptions {
    CatcherOptions { misbehaviour, ..CatcherOptions::default() }
}

pub(crate) fn account(catcher: &Catcher) -> Account {
    Account::from_url(&format!("smtp://{}", catcher.address()), None).unwrap()
}

pub(crate) fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: None, address: address.to_owned() }
}

pub(crate) fn letter(to: &[&str]) -> Letter {
    Letter {
        from: Mailbox { name: Some("Comptabilité".to_owned()), address: "compta@exemple.fr".to_owned() },
        reply_to: None,
        to: to.iter().map(|address| mailbox(address)).collect(),
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Facture de janvier".to_owned(),
        text: Some("Bonjour,\n\nVoici votre facture.\n".to_owned()),
        html: None,
        attachments: Vec::new(),
        message_id: "0198c1d0-7000-7000-8000-000000000001@exemple.fr".to_owned(),
        date: "2025-01-10T14:32:15Z".parse().unwrap(),
        list_unsubscribe: None,
        written: None,
        further_fields: Vec::new(),
    }
}

pub(crate) fn attachment(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> Attachment {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let micros = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    let digest = ring::digest::digest(&ring::digest::SHA256, content);
    Attachment {
        path,
        name: name.to_owned(),
        mime: "application/pdf".to_owned(),
        size: content.len() as u64,
        mtime: Timestamp::from_micros(i64::try_from(micros).unwrap()),
        sha256: Some(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// A delivery in one line.
pub(crate) fn brief(delivery: &Delivery) -> String {
    let with_refused = |mut line: String, refused: &[(String, model::Verdict)]| {
        for (address, verdict) in refused {
            line.push_str(&format!("; {address}: {}", verdict.code));
        }
        line
    };
    match delivery {
        Delivery::Accepted { reference, refused } => with_refused(format!("accepted: {reference}"), refused),
        Delivery::NotSent { verdict, refused } => {
            let retry = match verdict.retry {
                Retry::Never => "Never".to_owned(),
                Retry::After { wait } => format!("{} s", wait.as_secs()),
            };
            with_refused(format!("not sent: {} ({:?}, {retry})", verdict.code, verdict.fault), refused)
        }
        Delivery::Unknown { verdict } => format!("unknown: {}", verdict.code),
    }
}
