//! What Sendmail and OpenSMTPD say of each message.

use crate::evidence::Sign;

/// What one line says of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) sign: Sign,
    pub(super) queue_id: &'a str,
    /// To whom; of a message that was only taken nobody.
    pub(super) to: Vec<&'a str>,
    /// For how many it was taken.
    pub(super) recipients: usize,
}

/// Addresses of one line that are looked at.
const ADDRESSES_MAX: usize = 100;

/// `x8HD: to=<a@b.ch>, …, stat=Sent (2.0.0 OK)`, `x8HD: from=<c@d.ch>, …, nrcpts=1, …, relay=localhost [127.0.0.1]`;
/// `7e4d5c mta delivery evpid=… to=<a@b.ch> … result="Ok" stat="250 2.0.0 ok"`.
pub(super) fn read(message: &str) -> Option<Said<'_>> {
    let (queue_id, rest) = message.split_once([':', ' '])?;
    let is_id = queue_id.len() >= 8 && queue_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then_some(())?;
    let rest = rest.trim_start();
    if let Some(told) = rest.strip_prefix("to=") {
        let (to, told) = told.split_once(", ")?;
        let to = to.split(',').map(|one| one.trim_matches(['<', '>'])).filter(|one| one.contains('@'));
        let (_, stat) = told.split_once("stat=")?;
        let sign = match stat {
            stat if stat.starts_with("Sent") => Sign::Delivered,
            stat if stat.starts_with("Deferred") || stat.starts_with("queued") => Sign::Deferred,
            _ => Sign::Bounced,
        };
        return Some(Said { sign, queue_id, to: to.take(ADDRESSES_MAX).collect(), recipients: 0 });
    }
    if rest.starts_with("from=") {
        let recipients = value(rest, "nrcpts=")?.parse().ok()?;
        let relay = rest.split_once("relay=").map_or("", |(_, relay)| relay);
        let is_ours = relay.contains("localhost") || relay.contains("[127.0.0.1]") || rest.contains("auth=");
        let sign = if recipients > 1 { Sign::Queued } else { Sign::Submitted };
        return is_ours.then(|| Said { sign, queue_id, to: Vec::new(), recipients });
    }
    let told = rest.strip_prefix("mta delivery ").or_else(|| rest.strip_prefix("mda delivery "))?;
    let to = value(told, "to=")?.trim_matches(['<', '>']);
    let sign = match value(told, "result=")?.trim_matches('"') {
        "Ok" => Sign::Delivered,
        "TempFail" => Sign::Deferred,
        _ => Sign::Bounced,
    };
    Some(Said { sign, queue_id, to: vec![to], recipients: 0 })
}

/// What stands behind `name`, up to a space or a comma.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split_once(name).and_then(|(_, rest)| rest.split([' ', ',']).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_became_of_a_message() {
        let said = |sign, queue_id, to: &[&'static str], recipients| {
            Some(Said { sign, queue_id, to: to.to_vec(), recipients })
        };
        for (line, expected) in [
            (
                "x8HGBRSG015717: to=<ann@b.example>,<bob@b.example>, delay=00:00:02, mailer=esmtp, relay=mx1.b.example. [203.0.113.40], dsn=2.0.0, stat=Sent (2.0.0 OK 3536319488)",
                said(Sign::Delivered, "x8HGBRSG015717", &["ann@b.example", "bob@b.example"], 0),
            ),
            (
                "x8HDDLGP002011: to=<ann@b.example>, delay=00:00:01, dsn=4.7.0, stat=Deferred: 421 4.7.0 Too many messages",
                said(Sign::Deferred, "x8HDDLGP002011", &["ann@b.example"], 0),
            ),
            (
                "x8HDDLGP002011: to=<ann@b.example>, delay=00:00:01, dsn=5.1.1, stat=User unknown",
                said(Sign::Bounced, "x8HDDLGP002011", &["ann@b.example"], 0),
            ),
            (
                "x8HGBRSG015717: from=<lettre@p.example>, size=40426, class=-60, nrcpts=1, msgid=<x@l>, proto=ESMTP, daemon=MTA, relay=localhost [127.0.0.1]",
                said(Sign::Submitted, "x8HGBRSG015717", &[], 1),
            ),
            (
                "x8HGBRSG015717: from=<x@elsewhere.example>, size=40426, nrcpts=1, relay=mail.elsewhere.example [192.0.2.1]",
                None,
            ),
            (
                "7e4d5c1a2b mta delivery evpid=1 from=<> to=<ann@b.example> rcpt=<-> relay=\"mx\" delay=1s result=\"TempFail\" stat=\"421 later\"",
                said(Sign::Deferred, "7e4d5c1a2b", &["ann@b.example"], 0),
            ),
            ("starting daemon (8.16): SMTP+queueing@01:00:00", None),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
