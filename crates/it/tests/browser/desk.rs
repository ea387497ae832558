//! What a secretary has at hand: a list, an invoice for each of its rows, an account to send by; and the mail server
//! behind that account, which can be asked what it took.

use crate::{chromium::Browser, find_program, harness::say, server::Vigie};
use mail::catcher::{Catcher, CatcherOptions, Keep, Misbehaviour};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, fs, net::SocketAddr, path::PathBuf, process::Command};

/// Whom the server does not know.
pub(crate) const UNKNOWN: &str = "client7@exemple.fr";

pub(crate) struct Desk {
    folder: tempfile::TempDir,
    pub(crate) list: PathBuf,
    pub(crate) pdfs: Vec<PathBuf>,
}

impl Desk {
    /// A list as a French spreadsheet saves it, and a PDF for each row.
    pub(crate) fn of(letters: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = String::from("Société;E-mail;Fichier\n");
        let mut pdfs = Vec::new();
        for n in 1..=letters {
            writeln!(text, "Société {n} & Cie;{};facture-{n}.pdf", address(n)).expect("text");
            let pdf = folder.path().join(format!("facture-{n}.pdf"));
            fs::write(&pdf, format!("%PDF-1.4\n% facture {n}\n%%EOF\n")).expect("a file");
            pdfs.push(pdf);
        }
        let list = folder.path().join("clients.csv");
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        fs::write(&list, bytes).expect("a file");
        Self { folder, list, pdfs }
    }

    /// The PDFs in an archive, as a file manager packs them; `None`, and a line that says so, without Python.
    pub(crate) fn zip(&self) -> Option<PathBuf> {
        let Some(python) = find_program("python3") else {
            say("skipped: no python3 to make an archive with");
            return None;
        };
        let archive = self.folder.path().join("factures.zip");
        let status = Command::new(python).args(["-m", "zipfile", "-c"]).arg(&archive).args(&self.pdfs).status();
        assert!(status.expect("python3 starts").success(), "an archive of the files");
        Some(archive)
    }
}

/// The address of row `n`, counted from 1.
pub(crate) fn address(n: usize) -> String {
    format!("client{n}@exemple.fr")
}

/// A mail server that does not know [`UNKNOWN`], and misbehaves so beside.
pub(crate) async fn catcher(misbehaviour: Misbehaviour) -> Catcher {
    let misbehaviour = Misbehaviour { refuse: [UNKNOWN.to_owned()].into(), ..misbehaviour };
    let options = CatcherOptions { keep: Keep::Envelopes, misbehaviour, ..CatcherOptions::default() };
    Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a port")
}

/// How often each address was sent to.
pub(crate) fn received(catcher: &Catcher) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for address in catcher.caught().into_iter().flat_map(|message| message.recipients) {
        *times.entry(address).or_default() += 1;
    }
    times
}

impl Vigie {
    /// The account `compta`, which sends by that server, at that pace.
    pub(crate) async fn account(&self, catcher: &Catcher, limits: Value) {
        let account = json!({"url": format!("smtp://{}", catcher.address()), "limits": limits});
        let request =
            self.client.put(self.url("/api/v1/accounts/compta")).bearer_auth(&self.admin_token).json(&account);
        let made = request.send().await.expect("it answers");
        assert!(made.status().is_success(), "{}", made.text().await.expect("text"));
    }

    /// A message to each row of the desk's list, sent off at once. Gives the job's id.
    pub(crate) async fn mailing(&self, desk: &Desk) -> String {
        self.mailing_named(desk, "Factures de janvier").await
    }

    /// The same under that name: to the recipients of another, it is sent once more.
    pub(crate) async fn mailing_named(&self, desk: &Desk, name: &str) -> String {
        let settings = json!({"name": name, "created-by": "ana", "from": "Compta <compta@exemple.fr>",
            "to": "{{ E-mail }}", "subject": "Facture de {{ Société }}", "text": "Bonjour."});
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"settings\"\r\n\r\n{settings}\r\n\
             --x\r\nContent-Disposition: form-data; name=\"account\"\r\n\r\ncompta\r\n\
             --x\r\nContent-Disposition: form-data; name=\"recipients\"; filename=\"clients.csv\"\r\n\r\n"
        )
        .into_bytes();
        body.extend(fs::read(&desk.list).expect("a list"));
        body.extend(b"\r\n--x--\r\n");
        let request = self.client.post(self.url("/api/v1/mailings")).bearer_auth(&self.token);
        let request = request.header("content-type", "multipart/form-data; boundary=x").body(body);
        let made: Value = request.send().await.expect("it answers").json().await.expect("JSON");
        made["job"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    }
}

impl Browser {
    /// Gives files to a field, as the dialogue of the operating system does.
    pub(crate) async fn bring(&self, selector: &str, files: &[PathBuf]) {
        let field = self.driver.find(thirtyfour::By::Css(selector)).await.expect("a field for files");
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        field.send_keys(paths.join("\n")).await.expect("the files are taken");
    }
}

/// That the page's content says that text, as it is seen.
pub(crate) fn shows(text: &str) -> String {
    // What stands in a field is seen, too.
    format!(
        "(document.querySelector('main').innerText.includes({text}) ||
          [...document.querySelectorAll('main input:not([type=hidden])')].some((field) => field.value.includes({text})))",
        text = json!(text)
    )
}
