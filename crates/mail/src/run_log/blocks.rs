//! The detailed form: blocks between rules.

use super::lines::cut_off;
use super::words::{clean, emoji, filter, label, list, local, mean_rate, minutes, pick, selection, share};
use super::{Ending, Event, Finished, Item, Language, Outcome, Paused, Progress, Retry, Route, Run, Started, Style};

const DOUBLE: &str = "================================================================================";
const SINGLE: &str = "--------------------------------------------------------------------------------";

pub(super) fn render(event: &Event, style: &Style) -> Vec<String> {
    match event {
        Event::Started(started) => start(started, style),
        Event::Item(item) => email(item, style),
        Event::Progress(progress) => percent(progress, style),
        Event::Paused(paused) => pause(paused, style),
        Event::Lost(lost) => framed(vec![format!("{}{}", emoji(style, "⚠️  "), cut_off(lost, style.language))]),
        Event::Resumed(resumed) => {
            let text = pick(style.language, "REPRISE DE L'ENVOI - Emails restants", "SENDING RESUMED - Emails left");
            framed(vec![format!("{}{text}: {}", emoji(style, "▶️  "), resumed.remaining)])
        }
        Event::Retry(retry) => again(retry, style),
        Event::Finished(finished) => end(finished, style),
    }
}

fn framed(mut lines: Vec<String>) -> Vec<String> {
    lines.insert(0, DOUBLE.to_owned());
    lines.push(DOUBLE.to_owned());
    lines
}

fn start(started: &Started, style: &Style) -> Vec<String> {
    let language = style.language;
    let many = started.noun.many(language).to_uppercase();
    let via = match started.route {
        Route::GmailApi => pick(language, "API GMAIL", "THE GMAIL API"),
        Route::Smtp => "SMTP",
        Route::Memory => pick(language, "LA MÉMOIRE (RÉPÉTITION)", "MEMORY (REHEARSAL)"),
    };
    let mut lines = vec![DOUBLE.to_owned()];
    lines.push(match language {
        Language::French => format!("DÉMARRAGE ENVOI {many} VIA {via}"),
        Language::English => format!("SENDING {many} VIA {via}"),
    });
    lines.push(DOUBLE.to_owned());
    lines.extend(ids(&started.run));
    if let Some(user) = &started.user {
        lines.push(format!("{}: {}", pick(language, "Utilisateur", "User"), clean(user)));
    }
    lines.extend(started.selection.iter().map(|one| selection(one, language)));
    lines.push(DOUBLE.to_owned());
    let loaded = pick(language, "Template email chargé", "Email template loaded");
    lines.push(format!("{}{loaded}: '{}'", emoji(style, "📧 "), clean(&started.subject)));
    let narrowed = filter(&started.filter, &started.noun, language);
    lines.push(format!("{}{}: {narrowed}", emoji(style, "🔍 "), pick(language, "Filtre", "Filter")));
    let preparing = pick(language, "Préparation de la liste des emails...", "Preparing the list of emails...");
    lines.push(format!("{}{preparing}", emoji(style, "⏳ ")));
    let summary = pick(language, "RÉSUMÉ AVANT ENVOI", "SUMMARY BEFORE SENDING");
    lines.extend(framed(vec![format!("{}{summary}", emoji(style, "📊 "))]));
    lines.push(format!("{}: {}", pick(language, "Total d'emails à envoyer", "Emails to send"), started.total));
    lines.push(DOUBLE.to_owned());
    lines
}

fn ids(run: &Run) -> Vec<String> {
    let task = run.task_id.iter().map(|task| format!("Task ID: {}", clean(task)));
    task.chain([format!("Job ID: {}", clean(&run.job_id))]).collect()
}

fn email(item: &Item, style: &Style) -> Vec<String> {
    let language = style.language;
    let Item { n, total, .. } = item;
    let mut lines = vec![SINGLE.to_owned(), format!("{}EMAIL {n}/{total}", emoji(style, "📧 ")), SINGLE.to_owned()];
    lines.extend(item.fields.iter().map(|(name, value)| format!("{}: {}", clean(name), clean(value))));
    if let Some(file) = &item.file {
        lines.push(format!("{}: {}", pick(language, "Fichier", "File"), clean(file)));
    }
    let who = list(&item.recipients);
    lines.push(format!("{}: {who}", pick(language, "Destinataires", "Recipients")));
    let took = format!("{:.2}s", item.duration_ms as f64 / 1000.0);
    let (word, after) = (pick(language, "ERREUR", "ERROR"), pick(language, "après", "after"));
    let (headline, detail) = match &item.outcome {
        Outcome::Sent { reference, .. } => {
            let sent = pick(language, "envoyé en", "sent in");
            let headline = format!("{}SUCCESS - Email {n}/{total} {sent} {took}", emoji(style, "✅ "));
            (headline, format!("Message ID: {}", clean(reference)))
        }
        Outcome::Failed { error } => {
            let headline = format!("{}{word} - Email {n}/{total} {after} {took}", emoji(style, "❌ "));
            (headline, format!("{}: {}", pick(language, "Erreur", "Error"), clean(error)))
        }
        Outcome::Unknown { error } => {
            let maybe = pick(language, "issue inconnue, peut-être envoyé", "outcome unknown, perhaps sent");
            let headline = format!("{}{word} - Email {n}/{total} {after} {took}: {maybe}", emoji(style, "❓ "));
            (headline, format!("{}: {}", pick(language, "Erreur", "Error"), clean(error)))
        }
        Outcome::Skipped { reason } => {
            let skipped = pick(language, "IGNORÉ", "SKIPPED");
            let headline = format!("{}{skipped} - Email {n}/{total}", emoji(style, "⏭️  "));
            (headline, format!("{}: {}", pick(language, "Raison", "Reason"), clean(reason)))
        }
    };
    lines.push(headline);
    lines.push(format!("   {detail}"));
    lines.push(format!("   {}: {who}", pick(language, "Destinataire(s)", "Recipient(s)")));
    if let Outcome::Sent { refused, .. } = &item.outcome
        && !refused.is_empty()
    {
        let heading = pick(language, "Refusé(s) par le serveur", "Refused by the server");
        lines.push(format!("   {heading}: {}", list(refused)));
    }
    lines
}

fn percent(progress: &Progress, style: &Style) -> Vec<String> {
    let Progress { counters, rate, eta_s } = progress;
    let language = style.language;
    let (processed, total, percent) = (counters.processed(), counters.total, counters.percent() as u64);
    let heading = pick(language, "PROGRESSION", "PROGRESS");
    let (sent, failed) = (pick(language, "Succès", "Sent"), pick(language, "Erreurs", "Errors"));
    let mut counts = format!("   {sent}: {} | {failed}: {}", counters.succeeded, counters.failed);
    if counters.unknown > 0 {
        counts += &format!(" | {}: {}", pick(language, "Inconnus", "Unknown"), counters.unknown);
    }
    if counters.skipped > 0 {
        counts += &format!(" | {}: {}", pick(language, "Ignorés", "Skipped"), counters.skipped);
    }
    let left = pick(language, "Temps restant estimé", "Estimated time left");
    framed(vec![
        format!("{}{heading}: {processed}/{total} emails ({percent}%)", emoji(style, "📊 ")),
        counts,
        format!("   {}: {rate:.1} emails/s", pick(language, "Vitesse", "Rate")),
        format!("   {left}: {}", eta_s.map_or_else(|| "?".to_owned(), minutes)),
    ])
}

fn pause(paused: &Paused, style: &Style) -> Vec<String> {
    let language = style.language;
    let until = match paused.until {
        Some(until) => local(until, style),
        None => pick(language, "à la main", "by hand").to_owned(),
    };
    framed(vec![
        format!("{}{}", emoji(style, "⏸️  "), pick(language, "ENVOI EN PAUSE", "SENDING PAUSED")),
        format!("   {}: {}", pick(language, "Raison", "Reason"), clean(&paused.reason)),
        format!("   {}: {until}", pick(language, "Reprise", "Resumes")),
    ])
}

fn again(retry: &Retry, style: &Style) -> Vec<String> {
    let Retry { n, total, attempt, wait_s, .. } = retry;
    let language = style.language;
    let headline = match language {
        Language::French => format!("Email {n}/{total}: nouvel essai dans {wait_s}s (essai {attempt})"),
        Language::English => format!("Email {n}/{total}: trying again in {wait_s}s (attempt {attempt})"),
    };
    let what = label(retry.file.as_ref(), &retry.recipients);
    vec![format!("{}{headline}", emoji(style, "🔁 ")), format!("   {what} - {}", clean(&retry.reason))]
}

fn end(finished: &Finished, style: &Style) -> Vec<String> {
    let language = style.language;
    let counters = &finished.counters;
    let headline = match finished.ending {
        Ending::Completed => pick(language, "ENVOI TERMINÉ", "SENDING FINISHED"),
        Ending::Cancelled => pick(language, "ENVOI ANNULÉ", "SENDING CANCELLED"),
        Ending::Failed { .. } => pick(language, "ENVOI INTERROMPU", "SENDING BROKEN OFF"),
    };
    let mut lines = framed(vec![format!("{}{headline}", emoji(style, "🏁 "))]);
    lines.extend(ids(&finished.run));
    if let Ending::Failed { reason } = &finished.ending {
        lines.push(format!("{}: {}", pick(language, "Raison", "Reason"), clean(reason)));
    }
    lines.push(format!("{}: {}", pick(language, "Total emails", "Total emails"), counters.total));
    let counted =
        |mark: &str, heading: &str, count: u64| format!("{mark}{heading}: {count} ({}%)", share(count, counters.total));
    lines.push(counted(emoji(style, "✅ "), pick(language, "Succès", "Sent"), counters.succeeded));
    lines.push(counted(emoji(style, "❌ "), pick(language, "Erreurs", "Errors"), counters.failed));
    if counters.unknown > 0 {
        lines.push(counted(emoji(style, "❓ "), pick(language, "Issue inconnue", "Outcome unknown"), counters.unknown));
    }
    if counters.skipped > 0 {
        lines.push(counted(emoji(style, "⏭️  "), pick(language, "Ignorés", "Skipped"), counters.skipped));
    }
    let time = pick(language, "Temps total", "Total time");
    lines.push(format!("{}{time}: {}", emoji(style, "⏱️  "), minutes(finished.elapsed_ms / 1000)));
    let rate = mean_rate(counters, finished.elapsed_ms);
    let mean = pick(language, "Vitesse moyenne", "Mean rate");
    lines.push(format!("{}{mean}: {rate:.1} emails/s", emoji(style, "⚡ ")));
    lines.push(DOUBLE.to_owned());
    lines
}
