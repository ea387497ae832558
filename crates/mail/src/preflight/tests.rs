use super::*;
use crate::{
    item::{Identity, letter},
    recipients::Reader,
    spec::MailingFile,
};
use model::{JobId, Timestamp};
use std::path::Path;

fn file() -> MailingFile {
    MailingFile::parse(
        "subject = \"Facture {{ Code client }}\"\ntext = \"Bonjour {{ Société }}\"\nto = \"{{ E-mail }}\"\n\
         attach = [\"{{ fichier }}\"]\nfrom = \"Compta <compta@exemple.fr>\"\n",
        "mailing.toml",
    )
    .unwrap()
}

fn run(file: &MailingFile, base: &Path, csv: &str, most: Option<u64>) -> (Vec<MailItem>, Report, Mailing) {
    run_reaching(Reach::Base, file, base, csv, most)
}

fn run_reaching(
    reach: Reach,
    file: &MailingFile,
    base: &Path,
    csv: &str,
    most: Option<u64>,
) -> (Vec<MailItem>, Report, Mailing) {
    let reader = Reader::new(csv.as_bytes(), "clients.csv").unwrap();
    let mailing = file.mailing(base, reader.columns()).unwrap();
    let templates = Templates::compile(&mailing.templates, reader.columns(), mailing.audience()).unwrap();
    let options = Options {
        file: "clients.csv".into(),
        base: base.to_owned(),
        reach,
        hashing: Hashing::Now,
        data: Some(base.join("vigie-data")),
        message_bytes_max: most,
    };
    let mut preflight = Preflight::new(&mailing, &templates, &options);
    let items = reader.filter_map(|row| preflight.check(row).ok()).collect();
    (items, preflight.finish(), mailing)
}

#[test]
fn finds_everything_wrong_at_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.pdf"), "abc").unwrap();
    std::fs::write(dir.path().join("gros.pdf"), vec![0; 100_000]).unwrap();
    std::fs::create_dir(dir.path().join("dossier")).unwrap();
    let csv = "Société;E-mail;Code client;fichier\n\
        Bonne;a@x.fr, b@x.fr;C1;a.pdf\n\
        Absent;c@x.fr;C2;absent.pdf\n\
        Dossier;d@x.fr;C3;dossier\n\
        Adresse;d.x.fr;C4;a.pdf\n\
        ;e@x.fr;C5;a.pdf\n\
        Double;b@x.fr; C6;a.pdf\n\
        Double;\"a@X.fr;b@x.fr\";C1;a.pdf\n\
        Gros;f@x.fr;C7;gros.pdf\n\
        Entête;g@x.fr;\"C8\nBcc: h@x.fr\";a.pdf\n\
        Dehors;i@x.fr;C9;../../etc/passwd\n\
        Sans;j@x.fr;C10;\n\
        Faute;k@gmial.com;C11;a.pdf\n\
        Court;l@x.fr\n";
    let (items, report, _) = run(&file(), dir.path(), csv, Some(50_000));
    let problems: Vec<String> = report.problems.listed.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(problems.join("\n"));
    assert_eq!((report.rows, report.rows_good, report.messages, report.recipients), (13, 3, 3, 4));
    assert_eq!((report.problems.errors, report.problems.warnings), (10, 1));
    let sha = items[0].attachments[0].sha256.as_deref().unwrap();
    assert_eq!(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert!(report.bytes_estimate > 3 * 1_500);
}

#[test]
fn an_item_becomes_the_same_letter_at_every_attempt() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.pdf"), "abc").unwrap();
    let (items, _, mailing) =
        run(&file(), dir.path(), "Société;E-mail;Code client;fichier\nZoé;a@x.fr;C1;a.pdf\n", None);
    let json = serde_json::to_string(&items[0]).unwrap();
    let back: MailItem = serde_json::from_str(&json).unwrap();
    assert_eq!(back, items[0]);
    let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).unwrap();
    let id = Identity { job: JobId(uuid::Uuid::from_u128(7)), message: 3, date: Timestamp::EPOCH };
    let letter = letter(&mailing, &templates, &[back], id).unwrap();
    assert_eq!(letter.message_id, "00000000000000000000000000000007.3@exemple.fr");
    assert_eq!((letter.subject.as_str(), letter.text.as_deref()), ("Facture C1", Some("Bonjour Zoé")));
    assert_eq!((letter.to.len(), letter.attachments[0].mime.as_str()), (1, "application/pdf"));
}

#[test]
fn both_faults_of_a_row_are_told() {
    let file = MailingFile { attach: Vec::new(), subject: Some("Facture {{ Code client }}".into()), ..file() };
    let csv = "Société;E-mail;Code client;fichier\nA;zoe.exemple.fr;\"C1\nC2\";x\n";
    let (items, report, _) = run(&file, Path::new("/"), csv, None);
    let said: Vec<String> = report.problems.listed.iter().map(ToString::to_string).collect();
    assert_eq!((items.len(), said.len()), (0, 2), "{said:?}");
    assert!(said[0].contains("line break into `subject`"), "{said:?}");
    assert!(said[1].contains("zoe.exemple.fr") && said[1].contains("no @"), "{said:?}");
}

#[test]
fn a_group_is_one_letter_to_hidden_recipients() {
    let file = MailingFile {
        group: Some(2),
        attach: Vec::new(),
        subject: Some("Assemblée générale".into()),
        text: Some("Bonjour à tous\n".into()),
        ..file()
    };
    let csv = "nom;E-mail\nA;a@x.fr\nB;b@x.fr\nC;c@x.fr\n";
    let (items, report, mailing) = run(&file, Path::new("/"), csv, None);
    assert_eq!((report.rows, report.messages, report.recipients), (3, 2, 3));
    let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).unwrap();
    let id = Identity { job: JobId(uuid::Uuid::nil()), message: 1, date: Timestamp::EPOCH };
    let letter = letter(&mailing, &templates, &items[..2], id).unwrap();
    assert_eq!((letter.to.len(), letter.bcc.len()), (0, 2));
}

#[test]
fn a_file_may_be_missing_where_that_is_allowed() {
    let csv = "Société;E-mail;Code client;fichier\nA;a@x.fr;C1;\n";
    let allowed = MailingFile { on_no_file: OnNoFile::Send, ..file() };
    let (items, report, _) = run(&allowed, Path::new("/"), csv, None);
    assert_eq!((items.len(), report.problems.is_empty()), (1, true));
    let (items, report, _) = run(&file(), Path::new("/"), csv, None);
    assert_eq!((items.len(), report.problems.errors), (0, 1));
}

#[test]
fn rows_that_nobody_has_read_refuse_the_run_though_wrong_rows_may_be_skipped() {
    let file = MailingFile { attach: Vec::new(), ..file() };
    let good = "Société;E-mail;Code client\nA;a@x.fr;C1\n";
    let (_, report, _) = run(&file, Path::new("/"), &format!("{good}B;b@x.fr\n"), None);
    assert!(!report.refuses(OnInvalid::Skip) && report.refuses(OnInvalid::Stop));
    for hidden in ["B;\"b@x.fr;C2\nC;c@x.fr;C3\n", "B;\"b@x.fr;C2\nC;\"c@x.fr\";C3\nD;d@x.fr;C4\n"] {
        let (items, report, _) = run(&file, Path::new("/"), &format!("{good}{hidden}"), None);
        assert!(!items.is_empty() && report.refuses(OnInvalid::Skip), "{hidden}");
    }
}

#[cfg(unix)]
#[test]
fn a_cell_reaches_no_folder_that_the_template_does_not_name() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    for folder in ["m/pdf/mai", "m/vigie-data", "secret"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in ["m/a.pdf", "m/pdf/b.pdf", "m/pdf/mai/c.pdf", "m/vigie-data/secret.key", "secret/d.pdf"] {
        std::fs::write(root.join(file), file).unwrap();
    }
    std::os::unix::fs::symlink(root.join("secret/d.pdf"), root.join("m/pdf/lien.pdf")).unwrap();
    std::os::unix::fs::symlink(root.join("m/pdf/b.pdf"), root.join("m/pdf/facture.pdf")).unwrap();
    let outside = root.join("secret/d.pdf").display().to_string();
    let inside = root.join("m/pdf/b.pdf").display().to_string();
    let whole = format!("{}/{{{{ fichier }}}}", root.join("secret").display());
    for (template, cell, expected) in [
        ("pdf/{{ fichier }}", "b.pdf", Ok("m/pdf/b.pdf")),
        ("pdf/{{ fichier }}", "mai/c.pdf", Ok("m/pdf/mai/c.pdf")),
        ("pdf/{{ fichier }}", "facture.pdf", Ok("m/pdf/b.pdf")),
        ("pdf/{{ fichier }}", "../a.pdf", Err("is outside `pdf/`")),
        ("pdf/{{ fichier }}", "../../secret/d.pdf", Err("is outside `pdf/`")),
        ("pdf/{{ fichier }}", "lien.pdf", Err("is outside `pdf/`")),
        ("pdf/f-{{ fichier }}", "/../../a.pdf", Err("does not exist")),
        ("{{ fichier }}", "a.pdf", Ok("m/a.pdf")),
        ("{{ fichier }}", "../secret/d.pdf", Err("is outside the mailing's folder")),
        ("{% if fichier %}{{ fichier }}{% endif %}", &outside, Err("has its full path in a cell")),
        ("{{ fichier }}", &inside, Err("has its full path in a cell")),
        ("{{ fichier }}", "vigie-data/secret.key", Err("belongs to Vigie itself")),
        ("vigie-data/secret.key", "x", Err("belongs to Vigie itself")),
        (&whole, "d.pdf", Ok("secret/d.pdf")),
        ("../secret/{{ fichier }}", "d.pdf", Ok("secret/d.pdf")),
        (&outside, "x", Ok("secret/d.pdf")),
        ("../secret/d.pdf", "x", Ok("secret/d.pdf")),
    ] {
        let file = MailingFile { attach: vec![template.to_owned()], ..file() };
        let csv = format!("Société;E-mail;Code client;fichier\nA;a@x.fr;C1;{cell}\n");
        let (items, report, _) = run_reaching(Reach::Anywhere, &file, &root.join("m"), &csv, None);
        match expected {
            Ok(path) => assert_eq!(items[0].attachments[0].path, root.join(path), "{template} {cell}"),
            Err(what) => {
                let problem = report.problems.listed[0].to_string();
                assert!(items.is_empty() && problem.starts_with("clients.csv:2: "), "{template} {cell}: {problem}");
                assert!(problem.contains(what), "{template} {cell}: {problem}");
            }
        }
    }
}

#[test]
fn a_wrong_row_is_listed_under_its_own_address() {
    let file = MailingFile { attach: Vec::new(), ..file() };
    let csv = "Société;E-mail;Code client\n;a@x.fr;C1\nB;b.x.fr;C2\nC;;C3\nD\nE;e@x.fr;\"C\n5\"\n";
    let reader = Reader::new(csv.as_bytes(), "clients.csv").unwrap();
    let mailing = file.mailing(Path::new("/"), reader.columns()).unwrap();
    let templates = Templates::compile(&mailing.templates, reader.columns(), mailing.audience()).unwrap();
    let options = Options {
        file: "clients.csv".into(),
        base: "/".into(),
        reach: Reach::Base,
        hashing: Hashing::Now,
        data: None,
        message_bytes_max: None,
    };
    let mut preflight = Preflight::new(&mailing, &templates, &options);
    let labels: Vec<String> = reader
        .filter_map(|row| preflight.check(row).err())
        .map(|wrong| crate::enqueue::invalid_item(&mailing, &wrong, 1).label)
        .collect();
    assert_eq!(labels, ["a@x.fr", "b.x.fr", "ligne 4", "ligne 5", "e@x.fr"]);
}

#[test]
fn a_way_to_unsubscribe_is_one_that_programs_can_read() {
    for (template, cell, wrong) in [
        ("<https://x.fr/u?m={{ nom|urlencode }}>, <mailto:u@x.fr>", "a b\"c", None),
        ("<https://x.fr/u?m={{ nom }}>", "a b", Some("holds ' '")),
        ("<https://x.fr/u>, <https://x.fr/{{ nom }}>", "a>b", Some("`b>` is not in angle brackets")),
        ("https://x.fr/{{ nom }}", "a", Some("write it as <https://…>")),
        ("<javascript:{{ nom }}>", "a", Some("neither a web address nor a mailto:")),
        ("{% if nom == 'b' %}<mailto:u@x.fr>{% endif %}", "a", None),
    ] {
        let file = MailingFile {
            attach: Vec::new(),
            subject: Some("s".into()),
            text: Some("t\n".into()),
            list_unsubscribe: Some(template.to_owned()),
            ..file()
        };
        let csv = format!("nom;E-mail\n\"{}\";a@x.fr\n", cell.replace('"', "\"\""));
        let (_, report, _) = run(&file, Path::new("/"), &csv, None);
        let problems: Vec<String> = report.problems.listed.iter().map(ToString::to_string).collect();
        match wrong {
            None => assert_eq!(problems, Vec::<String>::new(), "{template}"),
            Some(what) => assert!(problems.len() == 1 && problems[0].contains(what), "{template}: {problems:?}"),
        }
    }
}

#[test]
fn no_rows_is_a_problem() {
    let (_, report, _) = run(&file(), Path::new("/"), "Société;E-mail;Code client;fichier\n", None);
    let problem = report.problems.listed[0].to_string();
    assert_eq!(problem, "clients.csv: there are no recipients, add a row per recipient, or relax --where");
}
