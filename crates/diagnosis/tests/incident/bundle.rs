//! What is taken along says the same anywhere else.

use crate::mailing::{asked, incident, list};
use diagnosis::{bundle, report};
use language::Language;

#[test]
fn a_bundle_gives_the_same_report_to_the_byte() {
    let tree = incident();
    let list = list();
    let here = tree.ask(&asked(), Some(&list));
    let packed = bundle::written(&here, &asked()).unwrap();
    assert_eq!(packed, bundle::written(&here, &asked()).unwrap());
    let there = bundle::read(&packed).unwrap().diagnose(Some(&list));
    for language in [Language::English, Language::French] {
        assert_eq!(report::text(&there, language), report::text(&here, language));
        assert_eq!(report::html(&there, language), report::html(&here, language));
    }
    let json = |found| report::json(found, Language::English).to_string();
    assert_eq!(json(&there), json(&here));
    assert_eq!(bundle::written(&there, bundle::read(&packed).unwrap().question()).unwrap(), packed);
}
