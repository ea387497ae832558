use super::*;
use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::Write as _;

/// An archive of deflated entries; `lies` is what the directory says of each size, if not the truth.
pub(crate) fn archive(files: &[(&[u8], &[u8])], lies: Option<u32>) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let mut fields = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        fields.extend(crc.sum().to_le_bytes());
        fields.extend((packed.len() as u32).to_le_bytes());
        fields.extend(lies.unwrap_or(content.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(*name);
        out.extend(b"PK\x03\x04");
        out.extend(fields);
        out.extend(*name);
        out.extend(packed);
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([(files.len() as u16).to_le_bytes(), (files.len() as u16).to_le_bytes()].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

const BOUNDS: Bounds = Bounds { entries: 3, bytes: 4 << 20 };

fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut all = Vec::new();
    let entries = entries(&file, BOUNDS)?;
    let mut file = BufReader::new(file);
    for entry in entries {
        let mut content = Vec::new();
        open(&mut file, &entry)?.read_to_end(&mut content)?;
        all.push((entry.name, content));
    }
    Ok(all)
}

#[test]
fn files_come_out_as_they_went_in() {
    let files: [(&[u8], &[u8]); 4] =
        [(b"factures/", b""), (b"factures/a.pdf", b"%PDF-1"), (b"\x82t\x82.pdf", b""), (b"__MACOSX/._a.pdf", b"x")];
    let found = read(&archive(&files, None)).unwrap();
    assert_eq!(found, [("a.pdf".to_owned(), b"%PDF-1".to_vec()), ("été.pdf".to_owned(), Vec::new())]);
    assert_eq!(read(&archive(&[], None)).unwrap(), []);
}

#[test]
fn hostile_archives_are_refused() {
    let zeros = vec![0; 3 << 20];
    let one = |name: &[u8]| read(&archive(&[(name, b"x")], None)).unwrap_err();
    assert!(matches!(read(&archive(&[(b"a", &zeros)], None)), Err(Error::Bomb(_))));
    assert!(matches!(read(&archive(&[(b"a", &zeros)], Some(9))), Err(Error::Read(_))), "it says it is short");
    assert!(matches!(read(&archive(&[(b"a", b"abc")], Some(900))), Err(Error::Read(_))), "it says it is long");
    for name in ["../a.pdf", "/etc/passwd", "a/../../b", "..\\b", "C:\\b", "C:b", "a\0b", "x\u{202e}fdp.exe", "a/./b"] {
        assert!(matches!(one(name.as_bytes()), Error::Path(_)), "{name:?}: {:?}", one(name.as_bytes()));
    }
    let many: [(&[u8], &[u8]); 4] = [(b"a", b""), (b"b", b""), (b"c", b""), (b"d", b"")];
    assert_eq!(read(&archive(&many, None)), Err(Error::Entries(3)));
    assert_eq!(read(&archive(&[(b"x/a", b""), (b"y/a", b"")], None)), Err(Error::Twice("a".into())));
    let whole = archive(&[(b"a.pdf", b"some text")], None);
    let directory = whole.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let with = |at: usize, byte: u8| {
        let mut changed = whole.clone();
        changed[directory + at] = byte;
        read(&changed)
    };
    assert_eq!(with(8, 1), Err(Error::Encrypted("a.pdf".into())));
    assert_eq!(with(10, 12), Err(Error::Method("a.pdf".into())));
    for cut in 0..whole.len() {
        assert!(read(&whole[..cut]).is_err(), "{cut}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        // Whatever comes of it, it ends, and is no more than what was asked for.
        let _ = read(&changed);
    }
}
