//! When a certificate ends: the one thing that is read of it (RFC 5280, 4.1).

use model::Timestamp;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// What may stand before the rest of a certificate: its version.
const VERSION: u8 = 0xa0;

/// `notAfter` of a certificate in DER; none where the bytes are none.
pub(crate) fn ends(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der)?;
    let (_, signed, _) = element(certificate)?;
    let (tag, _, after) = element(signed)?;
    let serial = if tag == VERSION { after } else { signed };
    // Serial number, algorithm, issuer.
    let rest = (0..3).try_fold(serial, |rest, _| element(rest).map(|(_, _, after)| after))?;
    let (tag, validity, _) = element(rest)?;
    let (_, _, after) = element(validity).filter(|_| tag == SEQUENCE)?;
    let (tag, text, _) = element(after)?;
    moment(tag, std::str::from_utf8(text).ok()?)
}

/// The first element: its tag, what is in it, what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let (digits, rest) =
                rest.split_at_checked(usize::from(long & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    let (inside, after) = rest.split_at_checked(length)?;
    Some((*tag, inside, after))
}

/// `261124143200Z`, `20501124143200Z`
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    let text = match tag {
        UTC_TIME if text.len() == 12 => format!("{}{text}", if text < "50" { "20" } else { "19" }),
        GENERALIZED_TIME if text.len() == 14 => text.to_owned(),
        _ => return None,
    };
    let civil = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", &text).ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrap(tag: u8, inside: &[&[u8]]) -> Vec<u8> {
        let inside = inside.concat();
        let length = u16::try_from(inside.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], &inside[..]].concat()
    }

    fn certificate(tag: u8, ends: &str, version: &[u8]) -> Vec<u8> {
        let begins = wrap(UTC_TIME, &[b"251124143200Z"]);
        let validity = wrap(SEQUENCE, &[&begins, &wrap(tag, &[ends.as_bytes()])]);
        let head = [&[2, 1, 7][..], &[SEQUENCE, 0], &[SEQUENCE, 0]].concat();
        let signed = wrap(SEQUENCE, &[version, &head, &validity, &[SEQUENCE, 0]]);
        wrap(SEQUENCE, &[&signed])
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let version = [VERSION, 3, 2, 1, 2];
        for (tag, text, version, expected) in [
            (UTC_TIME, "261124143200Z", &version[..], Some("2026-11-24T14:32:00Z")),
            (UTC_TIME, "261124143200Z", &[], Some("2026-11-24T14:32:00Z")),
            (GENERALIZED_TIME, "20501124143200Z", &version, Some("2050-11-24T14:32:00Z")),
            (UTC_TIME, "261324143200Z", &version, None),
            (UTC_TIME, "2611241432Z", &version, None),
        ] {
            assert_eq!(ends(&certificate(tag, text, version)), expected.map(|text| text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_cut_are_no_certificate() {
        let whole = certificate(UTC_TIME, "261124143200Z", &[]);
        for end in 0..whole.len() {
            assert_eq!(ends(&whole[..end]), None);
        }
        assert_eq!(ends(&[SEQUENCE, 0xff, 1]), None);
    }
}
