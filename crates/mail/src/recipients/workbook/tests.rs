use super::*;
use crate::recipients::{Format, Reader};
use language::Language;
use proptest::prelude::*;
use std::io::Write as _;
use zip::{ZipWriter, write::SimpleFileOptions};

// Made with openpyxl, and as LibreOffice writes: a hidden sheet, then `Feuil1` with an empty first row and column D.
const EXCEL: &[u8] = include_bytes!("fixtures/clients.xlsx");
const OPEN_DOCUMENT: &[u8] = include_bytes!("fixtures/clients.ods");
/// Made with odfpy: values without the text that they show.
const VALUES: &[u8] = include_bytes!("fixtures/values.ods");

fn french(sheet: Option<&str>) -> ReadAs {
    ReadAs { sheet: sheet.map(str::to_owned), language: Language::French }
}

fn read(bytes: &[u8], how: &ReadAs) -> (Vec<String>, Vec<Row>, Vec<Problem>) {
    let reader = Reader::read(bytes, "clients.xlsx", how).map_err(|problems| lines(&problems)).unwrap();
    let (columns, mut rows, mut problems) = (reader.columns().to_vec(), Vec::new(), Vec::new());
    for row in reader {
        match row {
            Ok(row) => rows.push(row),
            Err(problem) => problems.push(problem),
        }
    }
    (columns, rows, problems)
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn refused(bytes: &[u8], how: &ReadAs) -> String {
    match Reader::read(bytes, "clients.xlsx", how) {
        Ok(reader) => panic!("read as {:?}", reader.columns()),
        Err(problems) => lines(&problems).join("\n"),
    }
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook with one sheet, whose rows are as given.
fn excel(rows: &str, strings: &str) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Feuil1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
    ])
}

fn text(cell: &str, text: &str) -> String {
    format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_french_workbook_reads_as_it_is_shown_in_both_formats() {
    for (what, bytes, euro, percent) in
        [("xlsx", EXCEL, "1\u{202f}234,50 €", "20,0%"), ("ods", OPEN_DOCUMENT, "1\u{202f}234,50\u{a0}€", "20,0 %")]
    {
        let reader = Reader::read(bytes, "clients.xlsx", &french(None)).unwrap();
        assert_eq!(reader.format(), Format::Workbook, "{what}");
        let sheets = reader.sheets().unwrap();
        assert_eq!((sheets.chosen.as_str(), sheets.all.join(",")), ("Feuil1", "Notes,Feuil1,Clients 2025".to_owned()));
        let (columns, rows, problems) = read(bytes, &french(None));
        assert_eq!(problems, [], "{what}");
        assert_eq!(
            columns,
            ["Société", "E-mail", "Code client", "Montant", "Échéance", "Téléphone", "Remise", "Actif", "Code postal"],
            "{what}"
        );
        assert_eq!(
            rows.iter().map(|row| row.line).collect::<Vec<_>>(),
            [3, 5, 6],
            "{what}: the rows' numbers in the sheet"
        );
        assert_eq!(
            rows[0].values,
            [
                "Plongée & Cie",
                "compta@plongee.fr, chef@plongee.fr",
                "CCT001",
                euro,
                "31/01/2025",
                "01 02 03 04 05",
                percent,
                "VRAI",
                "01000"
            ],
            "{what}"
        );
        assert_eq!(rows[1].values[0], "Œuvre « Été »", "{what}");
        assert_eq!((rows[1].values[2].as_str(), rows[1].values[4].as_str()), ("1002", "28/02/2025 09:05"), "{what}");
        assert_eq!(
            (rows[2].values[0].as_str(), rows[2].values[5].as_str()),
            ("L'Étoile\nsœurs", "06 01 02 03 04"),
            "{what}"
        );
        assert_eq!(rows[2].values[4], "", "{what}");
    }
    let english = ReadAs { sheet: None, language: Language::English };
    let (_, rows, _) = read(EXCEL, &english);
    assert_eq!(rows[0].values[3..], ["1,234.50 €", "2025-01-31", "01 02 03 04 05", "20.0%", "TRUE", "01000"]);
}

#[test]
fn values_without_their_text_are_shown_as_far_as_they_can_be() {
    let (_, rows, _) = read(VALUES, &french(None));
    assert_eq!(rows[0].values, ["a@x.fr", "1234,5", "20%", "31/01/2025", "VRAI"]);
}

#[test]
fn a_sheet_is_chosen_by_its_name_and_what_is_wrong_names_its_cell() {
    for (what, bytes) in [("xlsx", EXCEL), ("ods", OPEN_DOCUMENT)] {
        let (_, rows, problems) = read(bytes, &french(Some("Clients 2025")));
        assert_eq!(
            rows.iter().map(|row| (row.line, row.values[0].as_str())).collect::<Vec<_>>(),
            [(2, "a@x.fr"), (4, "c@x.fr")],
            "{what}"
        );
        assert_eq!(
            lines(&problems),
            ["clients.xlsx: 'Clients 2025'!B3: column \"nom\" shows #N/A, correct its formula, or write the value"],
            "{what}"
        );
        assert_eq!((problems[0].line, problems[0].hides_rows), (Some(3), false), "{what}");
        assert_eq!(
            refused(bytes, &french(Some("Feuille 9"))),
            "clients.xlsx: there is no sheet called \"Feuille 9\", the sheets are \"Notes\", \"Feuil1\", \"Clients 2025\"",
            "{what}"
        );
    }
    assert_eq!(
        refused(b"a;b\n1;2\n", &french(Some("Feuil1"))),
        "clients.xlsx: has no sheets, which only workbooks have, leave out the sheet's name"
    );
}

#[test]
fn headings_are_held_to_the_same_as_those_of_a_csv() {
    let sheet = |rows: &str| excel(rows, "<sst/>");
    let row = |n: u32, cells: &[(&str, &str)]| {
        let cells: String = cells.iter().map(|(column, shown)| text(&format!("{column}{n}"), shown)).collect();
        format!("<row r=\"{n}\">{cells}</row>")
    };
    for (rows, expected) in [
        (
            String::new(),
            "clients.xlsx: the sheet \"Feuil1\" is empty, it needs a row of headings and a row per recipient",
        ),
        (
            row(1, &[("A", "nom"), ("C", "nom")]) + &row(2, &[("A", "x")]),
            "clients.xlsx: Feuil1!C1: columns 1 and 3 have the same heading \"nom\", rename one of them",
        ),
        (
            row(1, &[("A", "nom")]) + &row(9, &[("A", "x"), ("E", "en marge")]),
            "clients.xlsx: Feuil1!E1: column 5 has no heading, write a heading above it, or delete the column",
        ),
        (
            row(2, &[("A", "Jean"), ("B", "jean@x.fr")]),
            "clients.xlsx: Feuil1!B2: the first line holds the address `jean@x.fr`, so it is not a line of headings, add a line of headings above it",
        ),
    ] {
        assert_eq!(refused(&sheet(&rows), &french(None)), expected);
    }
    let control = row(1, &[("A", "nom"), ("B", "email")]) + &row(14, &[("A", "x"), ("B", "a\u{8}@x.fr")]);
    let (_, _, problems) = read(&sheet(&control), &french(None));
    assert!(
        lines(&problems)[0].starts_with("clients.xlsx: Feuil1!B14: column \"email\" holds the control character"),
        "{problems:?}"
    );
}

#[test]
fn what_is_no_workbook_that_can_be_read_is_named_for_what_it_is() {
    let cases = [
        (archive(&[("clients.csv", "a;b\n")]), "is an archive without a workbook in it"),
        (archive(&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")]), "is a binary workbook (.xlsb)"),
        (EXCEL[..EXCEL.len() / 2].to_vec(), "clients.xlsx: is damaged, or is no workbook, open it"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            "is an old Excel workbook (.xls), or has a password, save it as .xlsx without a password",
        ),
        (
            archive(&[
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("META-INF/manifest.xml", "<manifest:encryption-data/>"),
            ]),
            "clients.xlsx: is protected by a password, save it as .xlsx without a password",
        ),
    ];
    for (bytes, expected) in cases {
        let said = refused(&bytes, &french(None));
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn what_grows_beyond_its_bounds_is_refused_before_it_is_kept() {
    let many = "<si/>".repeat((TEXTS_BYTES_MAX / 5) as usize + 1);
    let bomb = excel("", &format!("<sst>{many}</sst>"));
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    let said = "clients.xlsx: is far larger than a workbook once unzipped, save the sheet as \"CSV UTF-8\" and choose that file";
    assert_eq!(refused(&bomb, &french(None)), said);
    let promise = excel("", "<sst uniqueCount=\"99999999999\"/>");
    assert!(refused(&promise, &french(None)).contains("is damaged"));
    // A row of a hundred bytes that stands for a million, each of sixteen thousand cells.
    let repeated = "<table:table table:name=\"t\"><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>";
    let ods = archive(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", repeated)]);
    assert!(refused(&ods, &french(None)).contains("has more cells than Vigie reads from a workbook"));
    // One text that each of many cells shows.
    let long = "x".repeat(200_000);
    let cells: String =
        (1..1_000).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>")).collect();
    let shared = excel(&cells, &format!("<sst><si><t>{long}</t></si></sst>"));
    assert!(refused(&shared, &french(None)).contains("has more cells than Vigie reads from a workbook"));
    let far = excel("<row r=\"1\"><c r=\"A99999999999\"><v>1</v></c></row>", "<sst/>");
    assert!(refused(&far, &french(None)).contains("is damaged"));
    let parts: Vec<String> = (0..=PARTS_MAX).map(|n| n.to_string()).collect();
    let parts: Vec<(&str, &str)> = parts.iter().map(|name| (name.as_str(), "")).collect();
    assert!(refused(&archive(&parts), &french(None)).contains("is a workbook of more than 64 MB"));
}

#[test]
fn cells_are_called_as_spreadsheets_call_them() {
    assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    assert_eq!(cell_name("Feuil1", "C", 14), "Feuil1!C14");
    assert_eq!(cell_name("L'an 1", "C", 14), "'L''an 1'!C14");
}

proptest! {
    #[test]
    fn a_spoiled_workbook_is_read_or_refused(at in 0usize..6_000, byte in any::<u8>(), cut in 0usize..12_000) {
        for fixture in [EXCEL, OPEN_DOCUMENT] {
            let mut bytes = fixture.to_vec();
            let place = at % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len() - cut % 64);
            if let Ok(reader) = Reader::new(bytes.as_slice(), "x") {
                reader.for_each(drop);
            }
        }
    }

    #[test]
    fn any_sheet_is_read_or_refused(rows in "(<row( r=\"[0-9]{1,9}\")?>|</row>|<c( r=\"[A-Z]{1,4}[0-9]{1,8}\")?( t=\"(s|b|d|e|n|str)\")?( s=\"[0-9]\")?>|<v>[-0-9eE.]{0,9}</v>|</c>){0,12}") {
        if let Ok(reader) = Reader::new(excel(&rows, "<sst><si><t>a</t></si></sst>").as_slice(), "x") {
            reader.for_each(drop);
        }
    }
}
