//! Reports that browsers send by themselves, as events: what the rules of a page have blocked.
//!
//! `report-uri` sends `{"csp-report": {…}}` (Content Security Policy 3), the Reporting API a list of
//! `{"type": "csp-violation", "body": {…}}`.

use crate::{
    document,
    event::{Event, SecurityReport},
    fields::Fields,
    json::NotJson,
    scrubbing::Scrubbing,
};
use model::Level;

/// The events of a body; reports of other kinds are left out.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Vec<Event>, NotJson> {
    let told = document::many("the security report", bytes, scrubbing, report)?;
    let event = |report| Event {
        level_said: Some(Level::Warning),
        platform: Some("javascript".to_owned()),
        logger: Some("csp".to_owned()),
        csp: Some(report),
        problems: told.problems.clone(),
        removed: told.removed.clone(),
        ..Event::default()
    };
    Ok(told.what.into_iter().map(event).collect())
}

fn report(mut fields: Fields<'_>) -> Option<SecurityReport> {
    let key = ["csp-report", "body"].into_iter().find(|key| fields.has(key))?;
    fields.object(key, SecurityReport::read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grouping;

    #[test]
    fn both_ways_of_reporting_give_the_same_event() {
        let older = r#"{"csp-report":{"document-uri":"https://shop.example/a","violated-directive":"script-src-elem 'self'",
            "effective-directive":"script-src-elem","blocked-uri":"https://evil.example/x.js","line-number":3}}"#;
        let newer = r#"[{"type":"csp-violation","url":"https://shop.example/a","body":{"documentURL":"https://shop.example/a",
            "effectiveDirective":"script-src-elem","blockedURL":"https://evil.example/x.js","lineNumber":3}},{"type":"deprecation"}]"#;
        let read_one = |text: &str| read(text.as_bytes(), &Scrubbing::default()).unwrap();
        assert_eq!((read_one(older).len(), read_one(newer).len()), (1, 1));
        assert_eq!(read_one(older)[0].csp, read_one(newer)[0].csp);
        let grouping = grouping::group(&read_one(older)[0]);
        assert_eq!(grouping.title, "script-src-elem: evil.example");
        let kept = Event::from_body(&read_one(older)[0].body()).unwrap();
        assert_eq!(kept, read_one(older)[0]);
    }
}
