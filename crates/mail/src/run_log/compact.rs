//! The compact form: one undated line per event, led by an emoji.

use super::lines::{self, ended};
use super::words::{clean, emoji, list, long_label, minutes, pick};
use super::{Ending, Event, Finished, Item, Language, Outcome, Progress, Style};

pub(super) fn render(event: &Event, style: &Style) -> Vec<String> {
    let language = style.language;
    let (mark, text) = match event {
        Event::Started(_) => ("🚀 ", pick(language, "Début de l'envoi...", "Sending started...").to_owned()),
        Event::Item(item) => return email(item, style),
        Event::Progress(progress) => ("📊 ", percent(progress, language)),
        Event::Paused(_) => ("⏸️ ", lines::text_local(event, style)),
        Event::Lost(_) => ("⚠️ ", lines::text_local(event, style)),
        Event::Resumed(_) => ("▶️ ", lines::text_local(event, style)),
        Event::Retry(_) => ("🔁 ", lines::text_local(event, style)),
        Event::Finished(finished) => end(finished, language),
    };
    vec![format!("{}{text}", emoji(style, mark))]
}

fn email(item: &Item, style: &Style) -> Vec<String> {
    let language = style.language;
    let (label, place) = (long_label(item), format!("[{}/{}]", item.n, item.total));
    // French sets a space before the colon.
    let colon = pick(language, " :", ":");
    let error = pick(language, "Erreur email", "Email error");
    let (mark, text) = match &item.outcome {
        Outcome::Sent { refused, .. } => {
            let mut text = format!("{}{colon} {label}", pick(language, "Email envoyé", "Email sent"));
            if !refused.is_empty() {
                let heading = pick(language, "refusé(s)", "refused");
                text += &format!(" ({heading}{colon} {})", list(refused));
            }
            ("✅ ", text)
        }
        Outcome::Failed { error: why } => ("❌ ", format!("{error}{colon} {label}{colon} {}", clean(why))),
        Outcome::Unknown { error: why } => {
            let maybe = pick(language, "issue inconnue, peut-être envoyé", "outcome unknown, perhaps sent");
            ("❓ ", format!("{error}{colon} {label}{colon} {maybe}{colon} {}", clean(why)))
        }
        Outcome::Skipped { reason } => {
            let skipped = pick(language, "Email ignoré", "Email skipped");
            ("⏭️ ", format!("{skipped}{colon} {label}{colon} {}", clean(reason)))
        }
    };
    vec![format!("{}{place} {text}", emoji(style, mark))]
}

fn percent(progress: &Progress, language: Language) -> String {
    let Progress { counters, rate, eta_s } = progress;
    let (processed, total, percent) = (counters.processed(), counters.total, counters.percent() as u64);
    let eta = eta_s.map_or_else(|| "?".to_owned(), minutes);
    match language {
        Language::French => {
            format!("[{processed}/{total}] Progression : {percent}% ({rate:.1} emails/s, temps restant estimé : {eta})")
        }
        Language::English => {
            format!("[{processed}/{total}] Progress: {percent}% ({rate:.1} emails/s, estimated time left: {eta})")
        }
    }
}

fn end(finished: &Finished, language: Language) -> (&'static str, String) {
    let counters = &finished.counters;
    let (how, colon) = (ended(&finished.ending, language), pick(language, " :", ":"));
    let (sent, errors) = (pick(language, "succès", "sent"), pick(language, "erreur(s)", "error(s)"));
    let mut text = format!("{how}{colon} {} {sent}, {} {errors}", counters.succeeded, counters.failed);
    if counters.unknown > 0 {
        text += &format!(", {} {}", counters.unknown, pick(language, "inconnu(s)", "unknown"));
    }
    if counters.skipped > 0 {
        text += &format!(", {} {}", counters.skipped, pick(language, "ignoré(s)", "skipped"));
    }
    match &finished.ending {
        Ending::Completed => ("🎉 ", text),
        Ending::Cancelled => ("🛑 ", text),
        Ending::Failed { reason } => ("🛑 ", format!("{text}{colon} {}", clean(reason))),
    }
}
