//! A letter as the upload endpoint wants it: MIME, with a `Bcc` field, since the API knows no other envelope.

use super::{
    Settings,
    http::{Payload, Unreadable},
};
use crate::{
    address::Mailbox,
    letter::Letter,
    message::{Message, Signer},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use model::{Fault, Verdict};

/// Checks a letter against the account's limits and makes it ready to be streamed.
pub(super) async fn payload(letter: &Letter, signer: Option<&Signer>, settings: &Settings) -> Result<Payload, Verdict> {
    let recipients = letter.to.len() + letter.cc.len() + letter.bcc.len();
    if recipients > settings.recipients_max {
        return Err(Verdict::permanent("too_many_recipients", Fault::Content)
            .with_arg("recipients", recipients.to_string())
            .with_arg("recipients_max", settings.recipients_max.to_string()));
    }
    let bcc = bcc_field(&letter.bcc);
    let message = Message::write(letter);
    let message = match signer {
        Some(signer) => message.sign(signer, letter.date).await?,
        None => message,
    };
    let length = message.size() + bcc.len() as u64;
    if length > settings.message_bytes_max {
        return Err(Verdict::permanent("message_too_large", Fault::Content)
            .with_arg("bytes", length.to_string())
            .with_arg("bytes_max", settings.message_bytes_max.to_string()));
    }
    let first = (!bcc.is_empty()).then(|| Ok(Bytes::from(bcc)));
    let pieces = stream::try_unfold(message.reader(), |mut reader| async move {
        let piece = reader.next().await.map_err(|verdict| Unreadable(Box::new(verdict)))?;
        Ok(piece.map(|piece| (piece, reader)))
    });
    let stream = stream::iter(first).chain(pieces).boxed();
    Ok(Payload { content_type: "message/rfc822", length, stream })
}

/// Gmail takes the envelope from the fields and removes `Bcc` as it sends. One address a line keeps every line within
/// the 998 octets of RFC 5322 §2.1.1.
fn bcc_field(bcc: &[Mailbox]) -> String {
    if bcc.is_empty() {
        return String::new();
    }
    let addresses: Vec<_> = bcc.iter().map(|mailbox| mailbox.address.as_str()).collect();
    format!("Bcc: {}\r\n", addresses.join(",\r\n "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Attachment;

    fn letter() -> Letter {
        let mailbox = |address: &str| Mailbox { name: None, address: address.to_owned() };
        Letter {
            from: mailbox("compta@exemple.fr"),
            reply_to: None,
            to: vec![mailbox("client@example.com")],
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: "Facture".to_owned(),
            text: Some("Bonjour".to_owned()),
            html: None,
            attachments: Vec::new(),
            message_id: "1@exemple.fr".to_owned(),
            date: model::Timestamp::EPOCH,
            list_unsubscribe: None,
            written: None,
            further_fields: Vec::new(),
        }
    }

    #[tokio::test]
    async fn an_upload_of_20_mb_leaves_in_small_pieces_of_the_announced_length() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(20_000_001).unwrap();
        let mtime = jiff::Timestamp::try_from(file.as_file().metadata().unwrap().modified().unwrap()).unwrap();
        let mut letter = letter();
        letter.bcc = letter.to.clone();
        letter.attachments.push(Attachment {
            path: file.path().to_owned(),
            name: "facture.pdf".to_owned(),
            mime: "application/pdf".to_owned(),
            size: 20_000_001,
            mtime: mtime.into(),
            sha256: None,
        });
        let mut payload = payload(&letter, None, &Settings::new("compta@exemple.fr")).await.unwrap();
        let mut left = 0;
        while let Some(piece) = payload.stream.next().await {
            let piece = piece.unwrap();
            assert!(piece.len() <= 64 * 1024, "{} bytes at once", piece.len());
            left += piece.len() as u64;
        }
        assert_eq!(left, payload.length);
        assert!(left > 27_000_000);
    }

    #[test]
    fn hidden_recipients_stand_one_a_line() {
        let mut letter = letter();
        assert_eq!(bcc_field(&letter.bcc), "");
        letter.bcc = ["a@example.com", "b@example.com"].map(|a| Mailbox { name: None, address: a.to_owned() }).to_vec();
        assert_eq!(bcc_field(&letter.bcc), "Bcc: a@example.com,\r\n b@example.com\r\n");
    }

    async fn refusal(letter: &Letter, settings: &Settings) -> (String, std::collections::BTreeMap<String, String>) {
        let verdict = payload(letter, None, settings).await.err().unwrap();
        assert!(verdict.fault == Fault::Content && verdict.pause.is_none());
        (verdict.code, verdict.args)
    }

    #[tokio::test]
    async fn a_letter_beyond_the_account_s_limits_is_refused_before_it_leaves() {
        let mut settings = Settings::new("compta@exemple.fr");
        let mut letter = letter();
        letter.to = vec![letter.from.clone(); 101];
        let (code, args) = refusal(&letter, &settings).await;
        assert_eq!((code.as_str(), args["recipients"].as_str()), ("too_many_recipients", "101"));
        letter.to.truncate(1);
        settings.message_bytes_max = 100;
        assert_eq!(refusal(&letter, &settings).await.0, "message_too_large");
    }
}
