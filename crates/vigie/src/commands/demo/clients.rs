//! Invented clients: a file as a French spreadsheet writes it, and one PDF each.

use encoding_rs::WINDOWS_1252;
use std::{fmt::Write as _, fs, io, path::Path};

const FIRST: &[&str] =
    &["Zoé", "Élodie", "François", "Agnès", "Loïc", "Hélène", "Jérôme", "Noëlle", "Cécile", "Gaël", "Inès", "Benoît"];
const LAST: &[&str] = &[
    "Lefèvre",
    "Müller",
    "Garçon",
    "Desprès",
    "Hébert",
    "Noël",
    "Bérard",
    "Crêpin",
    "Gauthier",
    "L'Hermite",
    "Boulanger",
];
const TRADE: &[&str] = &["Plongée", "Pâtisserie", "Menuiserie", "Hôtel", "Crèmerie", "Forêt & Bois", "Électricité"];

const TEXT: &str = "Bonjour {{ Nom }},\n\nVeuillez trouver ci-joint votre facture de {{ Période }}, d'un montant de {{ Montant }} €.\n\nLa comptabilité\n";
const HTML: &str = "<p>Bonjour {{ Nom }},</p>\n<p>Veuillez trouver ci-joint votre facture de <b>{{ Période }}</b>, d'un montant de {{ Montant }}&nbsp;€.</p>\n<p>La comptabilité</p>\n";

/// Writes `clients.csv`, the bodies and `pdf/` into `folder`.
pub(super) fn make(folder: &Path, count: u32) -> io::Result<()> {
    let pdf = folder.join("pdf");
    fs::create_dir_all(&pdf)?;
    fs::write(folder.join("facture.txt"), TEXT)?;
    fs::write(folder.join("facture.html"), HTML)?;
    let mut csv = String::from("Code client;Société;Nom;E-mail;Période;Montant;Fichier\r\n");
    for number in 1..=u64::from(count) {
        let client = Client::new(number);
        let Client { code, company, name, amount, file } = &client;
        let company = if company.contains(['"', ';']) {
            format!("\"{}\"", company.replace('"', "\"\""))
        } else {
            company.clone()
        };
        let _ = write!(csv, "{code};{company};{name};{};janvier 2025;{amount};{file}\r\n", address(number));
        fs::write(pdf.join(file), client.invoice())?;
    }
    fs::write(folder.join("clients.csv"), WINDOWS_1252.encode(&csv).0)
}

/// Everybody has an address of the domain that exists for examples (RFC 2606).
pub(super) fn address(number: u64) -> String {
    format!("client{number:05}@exemple.example.com")
}

/// The one client whom the server does not know in any case.
pub(super) const fn number_of_the_unknown(count: u64) -> u64 {
    count / 3 + 1
}

struct Client {
    code: String,
    company: String,
    name: String,
    amount: String,
    file: String,
}

impl Client {
    fn new(number: u64) -> Self {
        let pick = |list: &'static [&'static str], step: u64| list[(number * step) as usize % list.len()];
        let (first, last) = (pick(FIRST, 5), pick(LAST, 3));
        let cents = 1_990 + number * 7_919 % 250_000;
        Self {
            code: format!("CCT{number:05}"),
            company: format!("{} {last}; {first} & fils", pick(TRADE, 2)),
            name: format!("{first} {last}"),
            amount: format!("{},{:02}", cents / 100, cents % 100),
            file: format!("facture_{number:05}.pdf"),
        }
    }

    fn invoice(&self) -> Vec<u8> {
        let lines = [
            format!("Facture {}", self.code),
            self.company.clone(),
            self.name.clone(),
            format!("Montant : {} \u{20ac}", self.amount),
        ];
        page(&lines)
    }
}

/// A PDF 1.4 of one A4 page with these lines (ISO 32000-1 §7.5). The letters are Windows-1252's.
fn page(lines: &[String]) -> Vec<u8> {
    let mut content = b"BT /F1 16 Tf 72 760 Td 28 TL\n".to_vec();
    for line in lines {
        content.push(b'(');
        for byte in WINDOWS_1252.encode(line).0.iter() {
            if matches!(byte, b'(' | b')' | b'\\') {
                content.push(b'\\');
            }
            content.push(*byte);
        }
        content.extend_from_slice(b") Tj T*\n");
    }
    content.extend_from_slice(b"ET\n");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"endstream");
    let objects: [&[u8]; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        &stream,
    ];
    let mut pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::new();
    for (number, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        pdf.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let start = pdf.len();
    let count = objects.len() + 1;
    let end = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.extend_from_slice(end.as_bytes());
    pdf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_points_at_its_objects() {
        let pdf = Client::new(7).invoice();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-1.4\n") && text.ends_with("%%EOF\n"));
        let at = |needle: &[u8]| pdf.windows(needle.len()).position(|window| window == needle).unwrap();
        let start: usize = text.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        assert_eq!(start, at(b"xref\n0 6"));
        let table = String::from_utf8(pdf[start..].to_vec()).unwrap();
        for (number, line) in table.lines().skip(3).take(5).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            assert_eq!(line.len(), 19, "with its line break, 20 bytes");
            assert!(pdf[offset..].starts_with(format!("{} 0 obj", number + 1).as_bytes()));
        }
        let length: usize = text.split("/Length ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(at(b"endstream") - at(b"BT /F1"), length);
        assert_ne!(Client::new(8).invoice(), pdf);
    }

    #[test]
    fn the_file_is_as_a_french_spreadsheet_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), 3).unwrap();
        let bytes = fs::read(folder.path().join("clients.csv")).unwrap();
        assert!(std::str::from_utf8(&bytes).is_err());
        let rows: Vec<_> = mail::recipients::Reader::open(&folder.path().join("clients.csv"), &Default::default())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].values[3], address(1));
        assert!(folder.path().join("pdf").join(&rows[2].values[6]).exists());
    }
}
