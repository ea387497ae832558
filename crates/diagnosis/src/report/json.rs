//! A report for programs.

use super::{document, plain};
use crate::{Diagnosis, Verdict, evidence::Evidence};
use language::Language;
use serde_json::{Value, json};

/// Of the format; it changes where a field goes or means something else.
pub const VERSION: u32 = 1;

/// Pieces of evidence that are told.
const EVIDENCE_MAX: usize = 2_000;

/// Everything that was found out, with the sentences of `language` beside it. Indexes of evidence are those of
/// `evidence[].index`.
pub fn json(diagnosis: &Diagnosis, language: Language) -> Value {
    let Diagnosis { collected, judgement, who, resume, .. } = diagnosis;
    let named: Vec<usize> = judgement
        .findings
        .iter()
        .flat_map(|finding| finding.terms.iter().filter_map(|term| term.evidence))
        .chain(judgement.run.evidence)
        .collect();
    let in_window = |one: &Evidence| (collected.reading.from..=collected.reading.to).contains(&one.at);
    let all = collected.evidence.iter().enumerate().filter(|(index, one)| named.contains(index) || in_window(one));
    let evidence: Vec<Value> = all.take(EVIDENCE_MAX).map(|(index, one)| told(index, one, diagnosis)).collect();
    let deciding = judgement
        .findings
        .first()
        .filter(|_| matches!(judgement.verdict, Verdict::Cause { .. }))
        .map(|first| &collected.evidence[first.evidence]);
    let said = document(diagnosis, language);
    let texts = said.sections.first().into_iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        super::Block::Lead(text) | super::Block::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let summary: Vec<&str> = texts.take(3).collect();
    json!({
        "version": VERSION,
        "reading": collected.reading,
        "verdict": judgement.verdict,
        "summary": summary,
        "onset": deciding.map(|one| one.at),
        "deciding_line": deciding.map(|one| plain(&one.line)),
        "run": judgement.run,
        "findings": judgement.findings,
        "recipients": who,
        "resume": resume,
        "sources": collected.sources,
        "settings": collected.settings,
        "bounds": collected.bounds,
        "evidence": evidence,
    })
}

fn told(index: usize, one: &Evidence, diagnosis: &Diagnosis) -> Value {
    let mut value = serde_json::to_value(one).unwrap_or_default();
    value["index"] = index.into();
    value["source"] = diagnosis.collected.sources[one.place.source].name.clone().into();
    value
}
