//! The steps of a mailing.

use crate::layout::gallery::{
    Drawn,
    examples::{at, before},
};
use crate::{
    layout::{
        parts::{Choice, Faults, Mood, Notice, Pager},
        view::View,
    },
    mailings::pages::{
        Accounts, Before, CheckPage, CheckSummary, DraftRow, DraftsPage, EarlierShown, FileRow, FilesPage, Fix,
        LetterShown, ListShown, MessageForm, MessagePage, NewMailingPage, Preview, PreviewOf, PreviewPart, ProblemRow,
        Question, Reached, ReceivedShown, RecipientsPage, Steps, WaitingShown, Weight, WizardStep,
    },
};
use askama::Template as _;
use mail::{sentence::Sentence, spec::OnInvalid};

const ID: &str = "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11";

pub(crate) fn mailings(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/mailings/new");
    let mut pages = begins(v);
    let mut faults = Faults::default();
    let place = v.with_all("template-place", &[("line", "1".to_owned()), ("character", "12".to_owned())]);
    let [what, remedy] = ["no_variable", "did_you_mean_variable"].map(Sentence::new);
    let what = what.with("column", "refernce").say(v.language);
    let remedy = remedy.with("column", "référence").say(v.language);
    let said = v.with_all("problem-said", &[("what", what), ("remedy", remedy)]);
    faults.add("subject", v.spaced(format!("{place}{said}")));
    let carets = vec![("subject", "  | Facture {{ refernce }}\n  |            ^".to_owned())];
    let wrong = message(v, faults, carets, Preview { id: ID.to_owned(), on: "message", row: 1, ..Preview::default() });
    pages.extend([
        ("mailing-message", message(v, Faults::default(), Vec::new(), preview("message"))),
        ("mailing-message-wrong", wrong),
        ("mailing-check", check(v, Vec::new(), OnInvalid::Stop, Before { to_send: 496, ..Before::default() })),
        ("mailing-check-problems", check(v, problems(v), OnInvalid::Stop, Before::default())),
        ("mailing-check-skips", check(v, problems(v), OnInvalid::Skip, Before { to_send: 496, ..Before::default() })),
        ("mailing-check-before", check(v, Vec::new(), OnInvalid::Stop, sent_before(v))),
        ("mailing-check-changed", check(v, Vec::new(), OnInvalid::Stop, changed())),
        ("mailing-check-completes", check(v, Vec::new(), OnInvalid::Stop, completes(v))),
    ]);
    let part = PreviewPart { v, preview: preview("message") }.render().unwrap();
    assert!(part.starts_with("<div") && part.contains("anais"));
    pages
}

fn steps(step: WizardStep) -> Steps {
    Steps { id: ID.to_owned(), at: step, reach: WizardStep::Check, name: "Factures de novembre 2026".to_owned() }
}

fn begins(v: &View) -> Vec<Drawn> {
    let draft = |name: &str, rows, age| DraftRow { id: ID.into(), name: name.into(), rows, updated_at: before(v, age) };
    let drafts =
        vec![draft("Factures de novembre 2026", 498, 1_200), draft("Invitation à l’assemblée", 12_400, 200_000)];
    let new = |drafts, accounts, problems| NewMailingPage { v, drafts, accounts, problems, faults: Faults::default() };
    let columns = ["référence", "société", "e-mail", "fichier", "montant"].map(str::to_owned).to_vec();
    let rows = [
        ["FAC-2026-1187", "Anaïs Lefèvre", "anais@example.org", "FAC-2026-1187.pdf", "1 240,50 €"],
        ["FAC-2026-1188", "Garage Benali & fils", "contact@example.com", "FAC-2026-1188.pdf", "89,00 €"],
        ["FAC-2026-1189", "Éditions du Vieux Moulin", "compta@example.net", "FAC-2026-1189.pdf", "12 003,99 €"],
    ];
    let list = ListShown {
        name: "clients-novembre.csv".to_owned(),
        size: 48_211,
        rows: 498,
        broken: 2,
        reached: Some(Reached { column: "e-mail".to_owned(), recipients: 493, without: 3 }),
        form: v.with("list-semicolon", "encoding", "Windows-1252"),
        sheets: vec![],
        columns,
        first: rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect(),
    };
    let recipients = |list| RecipientsPage {
        v,
        steps: steps(WizardStep::Recipients),
        list: Some(list),
        problems: vec![],
        faults: Faults::default(),
    };
    let workbook = ListShown {
        name: "clients-novembre.xlsx".to_owned(),
        form: v.with("list-sheet", "sheet", "Feuil1"),
        sheets: vec![("Feuil1".to_owned(), true), ("Clients 2025".to_owned(), false)],
        broken: 0,
        reached: None,
        ..list.clone()
    };
    let files = |files: Vec<FileRow>, count, faults| {
        FilesPage { v, steps: steps(WizardStep::Files), files, count, bytes: 92_300_211, faults }.render().unwrap()
    };
    let file = |n: u64| FileRow { name: format!("FAC-2026-{n}.pdf"), size: 180_000 + n * 7 };
    let mut faults = Faults::default();
    faults.add("files", "factures.zip: …");
    let drafts_page = |rows| DraftsPage { v: &at(v, "/mailings/drafts"), rows }.render().unwrap();
    vec![
        ("drafts", drafts_page(drafts.clone())),
        ("drafts-none", drafts_page(vec![])),
        ("mailing-new", new(drafts, Accounts::Some, vec![]).render().unwrap()),
        ("mailing-new-refused", new(vec![], Accounts::None, problems(v)[..1].to_vec()).render().unwrap()),
        ("mailing-recipients", recipients(list).render().unwrap()),
        ("mailing-recipients-workbook", recipients(workbook).render().unwrap()),
        ("mailing-files", files((1187..1195).map(file).collect(), 498, Faults::default())),
        ("mailing-files-none", files(vec![], 0, faults)),
    ]
}

fn preview(on: &'static str) -> Preview {
    let letter = LetterShown {
        headers: vec![
            ("header-from", "Comptabilité <compta@example.org>".to_owned()),
            ("header-to", "Anaïs Lefèvre <anais@example.org>".to_owned()),
            ("header-subject", "Votre facture FAC-2026-1187".to_owned()),
        ],
        attachments: vec![FileRow { name: "FAC-2026-1187.pdf".to_owned(), size: 184_233 }],
        text: Some("Bonjour Anaïs,\n\nVotre facture FAC-2026-1187 est jointe.\n\nLa comptabilité\n".to_owned()),
        has_html: on == "check",
    };
    Preview { id: ID.to_owned(), on, row: 2, previous: Some(1), next: Some(3), of: PreviewOf::Letter(Box::new(letter)) }
}

fn message(v: &View, faults: Faults, carets: Vec<(&'static str, String)>, preview: Preview) -> String {
    let form = MessageForm {
        account: "Comptabilité".to_owned(),
        from: "Comptabilité <compta@example.org>".to_owned(),
        to: "{{ e-mail }}".to_owned(),
        subject: "Votre facture {{ référence }}".to_owned(),
        text: "Bonjour {{ société }},\n\nVotre facture {{ référence }} est jointe.\n\nLa comptabilité".to_owned(),
        attach: "{{ fichier }}".to_owned(),
        name: "Factures de novembre 2026".to_owned(),
        ..MessageForm::default()
    };
    let names = ["Comptabilité", "Relances"].map(|name| (name.to_owned(), name.to_owned()));
    let columns = ["référence", "société", "e-mail", "fichier", "montant"].map(str::to_owned).to_vec();
    let accounts = Choice::of(names, "Comptabilité");
    let conditions = vec!["pays!=FR".to_owned(), "montant!=0".to_owned()];
    MessagePage {
        v,
        steps: steps(WizardStep::Message),
        form,
        accounts,
        columns,
        conditions,
        files: 498,
        faults,
        carets,
        preview,
    }
    .render()
    .unwrap()
}

fn problems(v: &View) -> Vec<ProblemRow> {
    let row = |weight, line: u64, what: Sentence, remedy: Sentence, (step, word): (&str, &'static str)| ProblemRow {
        weight,
        place: v.with("problem-line", "line", line),
        what: v.spaced(what.say(v.language)),
        remedy: v.spaced(remedy.say(v.language)),
        caret: String::new(),
        fix: Some(Fix { address: format!("/mailings/{ID}/{step}"), word }),
    };
    let empty = Sentence::new("cell_empty").with("column", "e-mail");
    let missing = Sentence::new("file_not_sent").with("path", "FAC-2026-1204.pdf");
    let unusual = Sentence::new("domain_unusual").with("field", "to").with("address", "paul@gmial.com");
    let list = ("recipients#list", "problem-replace-list");
    let meant = Sentence::new("did_you_mean_domain").with("domain", "gmail.com");
    vec![
        row(Weight::Fatal, 14, empty, Sentence::new("fill_in_or_default"), list),
        row(Weight::Fatal, 207, missing, Sentence::new("send_file_along"), ("files", "problem-add-files")),
        row(Weight::Mild, 311, unusual, meant, list),
    ]
}

fn sent_before(v: &View) -> Before {
    let one = EarlierShown {
        name: "Factures novembre 2026".to_owned(),
        received: 495,
        changed: 3,
        sent_at: before(v, 1_900_000),
    };
    Before { question: Some(Question::NewOrRest(one)), rows: 496, to_send: 1, ..Before::default() }
}

fn changed() -> Before {
    let (question, key) = (Some(Question::ChangedRows(3)), "référence".to_owned());
    Before { question, rows: 496, to_send: 4, key, ..Before::default() }
}

fn completes(v: &View) -> Before {
    let row = |line, label: &str, uncertain| ReceivedShown {
        line,
        label: label.to_owned(),
        same: true,
        uncertain,
        sent_at: before(v, 1_900_000),
    };
    Before {
        completes: Some("Factures novembre 2026".to_owned()),
        left_out: 495,
        waiting: vec![WaitingShown { line: 41, label: "compta@example.net".to_owned(), changed: true }],
        listed: vec![row(2, "anais@example.org", false), row(3, "contact@example.com", true)],
        rows: 496,
        to_send: 1,
        ..Before::default()
    }
}

fn check(v: &View, problems: Vec<ProblemRow>, on_invalid: OnInvalid, before: Before) -> String {
    let wrong = !problems.is_empty();
    let found = CheckSummary {
        messages: before.to_send,
        recipients: 512,
        bytes: 126_000_000,
        errors: if wrong { 2 } else { 0 },
        warnings: u64::from(wrong),
        bad: if wrong { 2 } else { 0 },
        on_invalid,
        leaves: !wrong || on_invalid == OnInvalid::Skip,
        incomplete: false,
        account: "Comptabilité".to_owned(),
        eta: mail::preflight::eta(
            496,
            &mail::rate::RawLimits { per_minute: Some(30), daily: Some(2_000), ..Default::default() },
            1_240,
            v.language,
        ),
        pause: None,
    };
    let notice = (!wrong).then(|| Notice { mood: Mood::Ok, text: v.with("test-sent", "to", "m.durand@example.org") });
    let pager = Pager { shown: problems.len() as u64, total: Some(3), ..Pager::default() };
    let date = if wrong { String::new() } else { "2026-11-23".to_owned() };
    CheckPage {
        v,
        steps: steps(WizardStep::Check),
        found,
        before,
        problems,
        pager,
        preview: preview("check"),
        test_to: "m.durand@example.org".to_owned(),
        date,
        time: "08:00".to_owned(),
        faults: Faults::default(),
        notice,
    }
    .render()
    .unwrap()
}
