//! The run that is asked about: when it stopped, and how that is known.

use super::{by_person, others};
use crate::{
    collect::Collected,
    evidence::{Evidence, Family, HttpRequest, Sign},
    question::Question,
    signs,
};
use model::Timestamp;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    time::Duration,
};

/// How the end of a run is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunBasis {
    /// The request of the run has an end in an access log, or in the error log of the web server.
    Request,
    /// Messages were handed over one after the other, and then none.
    Deliveries,
    /// Vigie recorded the end of its job.
    Job,
    /// Nothing but what was asked.
    Asked,
}

#[derive(Clone, Debug, Serialize)]
pub struct Run {
    pub basis: RunBasis,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<HttpRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin: Option<Timestamp>,
    /// When it stopped; the latest moment that it may have been is `until`.
    pub end: Timestamp,
    pub until: Timestamp,
    /// Index of the evidence that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<usize>,
    /// Whether the request was answered as it should be.
    pub is_successful: bool,
    /// Whether it has not stopped at all.
    pub is_going: bool,
    /// Whether its request only began it: a task in the background does the work.
    pub is_in_background: bool,
    /// Index of the line that says that somebody stopped it on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<usize>,
    /// The longest time between two of its messages.
    #[serde(skip)]
    pub gap: Option<Duration>,
}

/// Words in the path of a request that sends mail.
const MAIL_WORDS: &[&str] = &[
    "send",
    "mail",
    "envoi",
    "envoy",
    "communiqu",
    "newsletter",
    "campaign",
    "campagne",
    "diffus",
    "notif",
    "relance",
    "message",
    "publipost",
    "invit",
    "broadcast",
    "dispatch",
    "versand",
    "rundbrief",
    "enviar",
    "envio",
    "boletin",
    "invia",
    "letter",
    "bulletin",
    "avis",
    "remind",
    "rappel",
];
/// Whether the path of a request is one by which mail is sent.
pub(super) fn is_mailing(path: &str) -> bool {
    let lower = path.to_lowercase();
    MAIL_WORDS.iter().any(|word| lower.contains(word))
}

/// Messages that are apart by less are of one burst.
pub(super) const APART: Duration = Duration::from_secs(120);
const BURST_MIN: usize = 3;
/// Bursts so many times smaller than those of another sign are not the run's.
const FEW: usize = 8;
/// What is sent that soon after a request may still be of it.
const SOON: Duration = Duration::from_secs(2);
/// Points from which a request is taken for the run.
const REQUEST_MIN: f64 = 4.0;
/// Paths that failed for one client, from which it is no user.
const PATHS_OF_SCANNER: usize = 5;
/// And how often one path failed for who tries passwords, or keys.
const TRIES_OF_GUESSER: usize = 8;

/// Finds the run in the evidence: its request, else the messages that it handed over, else what was asked.
pub(super) fn find(collected: &Collected, question: &Question) -> Run {
    if let Some(story) = &question.job {
        return super::of_job::run(story, collected);
    }
    let asked = collected.reading.at.unwrap_or(collected.reading.to);
    let request = by_request(collected, question, asked);
    let (request, begun) = match request {
        Some(run) if run.is_successful && is_begun_by(&run, collected) => (None, Some(run)),
        request => (request, None),
    };
    let is_in_background = begun.is_some();
    let deliveries = by_deliveries(collected, question, asked);
    // A form that failed for somebody says less of a mailing than the messages that its program tells of.
    let is_told = deliveries
        .as_ref()
        .and_then(|run| run.evidence)
        .is_some_and(|last| is_by_application(collected.evidence[last].sign));
    // Nor does one that failed long before the messages end where it is said.
    let apart = |run: &Run| if run.end > asked { run.end.since(asked) } else { asked.since(run.end) };
    let is_far = |run: &Run| is_told && deliveries.as_ref().is_some_and(|told| apart(told) + APART < apart(run));
    // A long request that does the work was there before its first message.
    let spans = |run: &Run| {
        let is_long = run.request.as_ref().and_then(|request| request.seconds).is_some_and(|seconds| seconds >= LONG);
        let first = deliveries.as_ref().and_then(|told| told.begin);
        is_long && run.begin.zip(first).is_none_or(|(begin, first)| begin <= first + SOON)
    };
    let is_likely = |run: &Run| {
        run.is_successful
            || !is_told
            || !is_far(run) && run.request.as_ref().is_some_and(|one| is_of_run(one, question) || spans(run))
    };
    let ended = || by_its_last_word(collected, asked);
    let run = request.filter(is_likely).or(deliveries).or_else(ended).unwrap_or(Run {
        basis: RunBasis::Asked,
        request: None,
        begin: None,
        end: asked,
        until: asked + Duration::from_secs(60),
        evidence: None,
        is_successful: false,
        is_going: false,
        is_in_background: false,
        stopped_by: None,
        gap: None,
    });
    let begun = begun.map(|request| request.end).filter(|begun| *begun < run.end);
    let stopped_by = by_person::stopped_by(&run, question, collected);
    Run { begin: run.begin.or(begun), is_in_background, stopped_by, ..run }
}

/// Whether an application tells of its own work by it.
pub(super) fn is_by_application(sign: Sign) -> bool {
    matches!(sign, Sign::AppSent | Sign::AppNamed | Sign::AppDone | Sign::TaskEnded | Sign::Repeated)
}

/// Seconds from which a request is no page that somebody looks at.
const LONG: f64 = 20.0;

/// Whether a request looks like one that sends, or is called like what is asked about.
fn is_of_run(request: &HttpRequest, question: &Question) -> bool {
    let lower = request.path.to_lowercase();
    question.path.is_some() || is_mailing(&lower) || is_named_by(&lower, &question.phrase)
}

/// Whether a request that was answered as it should be only began the work: tasks are logged, or messages go on after it.
fn is_begun_by(request: &Run, collected: &Collected) -> bool {
    let after = request.until + SOON..=request.until + APART;
    let is_sent = |one: &&Evidence| {
        matches!(one.sign, Sign::AppSent | Sign::Submitted | Sign::Delivered) && after.contains(&one.at)
    };
    collected.sources.iter().any(|source| source.holds(Family::Tasks))
        || collected.evidence.iter().filter(is_sent).count() >= BURST_MIN
}

fn by_request(collected: &Collected, question: &Question, asked: Timestamp) -> Option<Run> {
    let scanners = scanners(&collected.evidence);
    let window = collected.reading.from..=collected.reading.to;
    let weighed =
        collected.evidence.iter().enumerate().filter(|(_, one)| window.contains(&one.at)).filter_map(|(index, one)| {
            let request =
                one.request.as_ref().filter(|_| matches!(one.family, Family::WebAccess | Family::WebError))?;
            let is_strange = request.client.as_ref().is_some_and(|client| scanners.contains(client));
            let points = points(one, request, question, asked) - if is_strange { 8.0 } else { 0.0 };
            (points >= REQUEST_MIN).then_some((points, index))
        });
    let (_, index) = weighed.max_by(|one, other| one.0.total_cmp(&other.0))?;
    let one = &collected.evidence[index];
    let request = one.request.clone()?;
    let begin = request.seconds.map(|seconds| one.at - Duration::from_secs_f64(seconds));
    let is_successful = request.status.is_some_and(|status| status < 400);
    Some(Run {
        basis: RunBasis::Request,
        begin,
        end: one.at,
        until: one.until(),
        evidence: Some(index),
        is_successful,
        is_going: false,
        is_in_background: false,
        stopped_by: None,
        gap: None,
        request: Some(request),
    })
}

/// How much a request looks like the run that stopped.
fn points(one: &Evidence, request: &HttpRequest, question: &Question, asked: Timestamp) -> f64 {
    let lower = request.path.to_lowercase();
    // Refused at once, it is anybody's, unless it is called like what is asked about.
    let is_refused = matches!(one.sign, Sign::BodyTooLarge | Sign::RequestsLimited);
    let is_cut_off = !is_refused && request.status.is_none_or(|status| matches!(status, 499 | 502..=504));
    let is_long = request.seconds.is_some_and(|seconds| seconds >= LONG);
    let is_anybodys = !is_cut_off && !is_long && !is_mailing(&lower) && !is_named_by(&lower, &question.phrase);
    let is_asked = match &question.path {
        Some(part) => lower.contains(&part.to_lowercase()),
        None => false,
    };
    if question.path.is_some() && !is_asked {
        return 0.0;
    }
    let is_failed = match request.status {
        Some(status) => status >= 499 || matches!(status, 408 | 413 | 429),
        None => one.family == Family::WebError,
    };
    let when = [
        (is_asked, 6.0),
        (request.method == "POST", 2.0),
        (is_failed, 3.0),
        (is_mailing(&lower), 3.0),
        (request.seconds.is_some_and(|seconds| seconds >= LONG), 2.0),
        // An access log has the end, and the status.
        (one.family == Family::WebAccess, 1.0),
        (matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS"), -3.0),
        (question.path.is_none() && is_of_account(&lower), -8.0),
        (question.path.is_none() && is_anybodys, -3.0),
    ];
    let sum: f64 = when.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum();
    sum - one.seconds_to(asked).abs() / 200.0
}

/// Letters of a word of the question that a path may have.
const ASKED_MIN: usize = 4;

/// Whether a path has a word of the question, in the singular or the plural.
fn is_named_by(path: &str, phrase: &str) -> bool {
    let phrase = phrase.to_lowercase();
    let words = |text: &'_ str| -> BTreeSet<String> {
        let long = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= ASKED_MIN);
        long.map(|word| word.trim_end_matches('s').to_owned()).collect()
    };
    !words(path).is_disjoint(&words(&phrase))
}

/// Whether a path is of somebody's own account, and sends nothing.
fn is_of_account(lower: &str) -> bool {
    const WORDS: [&str; 8] = ["login", "signin", "sign-in", "logout", "xmlrpc", "password", "avatar", "/oauth"];
    WORDS.iter().any(|word| lower.contains(word))
}

/// Clients for whom several paths failed, or one again and again.
fn scanners(evidence: &[Evidence]) -> BTreeSet<String> {
    let mut failed: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    // What the log of errors holds against a client has no status there.
    let is_refused = |one: &Evidence| {
        one.family == Family::WebError && matches!(one.sign, Sign::RequestsLimited | Sign::BodyTooLarge)
    };
    let of_web = evidence.iter().filter(|one| one.family == Family::WebAccess || is_refused(one));
    for request in of_web.filter_map(|one| one.request.as_ref()) {
        if let (Some(client), Some(400..)) = (&request.client, request.status.or(Some(400))) {
            let path = request.path.split('?').next().unwrap_or_default();
            *failed.entry(client).or_default().entry(path).or_default() += 1;
        }
    }
    let is_guessing = |paths: &BTreeMap<&str, usize>| {
        paths.iter().any(|(path, count)| *count >= TRIES_OF_GUESSER && !is_mailing(path))
    };
    failed
        .into_iter()
        .filter(|(_, paths)| paths.len() >= PATHS_OF_SCANNER || is_guessing(paths))
        .map(|(client, _)| client.to_owned())
        .collect()
}

/// The burst of messages whose end is nearest to what was asked.
fn by_deliveries(collected: &Collected, question: &Question, asked: Timestamp) -> Option<Run> {
    let is_trial = |one: &Evidence| others::is_of_trial(&collected.sources[one.place.source].name, question);
    let tells = |one: &&Evidence| is_by_application(one.sign) || matches!(one.sign, Sign::Submitted | Sign::Delivered);
    let has_others = collected.evidence.iter().filter(tells).any(|one| !is_trial(one));
    // Of several that one log tells of, those that the question names.
    let is_named = |one: &Evidence| others::tag(&one.line).map(|tag| others::is_tag_of(tag, &question.phrase));
    let told = collected.evidence.iter().filter(|one| is_by_application(one.sign));
    let named_in: BTreeSet<usize> =
        told.filter(|one| is_named(one) == Some(true)).map(|one| one.place.source).collect();
    let is_of_other_tag = |one: &Evidence| named_in.contains(&one.place.source) && is_named(one) == Some(false);
    let is_aside = |one: &Evidence| has_others && is_trial(one) || is_of_other_tag(one);
    let in_window = |burst: &Vec<usize>| {
        let end = collected.evidence[burst[burst.len() - 1]].at;
        burst.len() >= BURST_MIN
            && !is_aside(&collected.evidence[burst[0]])
            && (collected.reading.from..=collected.reading.to).contains(&end)
    };
    let distance = |burst: &Vec<usize>| {
        let end = &collected.evidence[burst[burst.len() - 1]];
        (end.seconds_to(asked).abs() * 1e3) as i64
    };
    let nearest = |bursts: Vec<Vec<usize>>| bursts.into_iter().filter(in_window).min_by_key(distance);
    let taken = nearest(bursts(&collected.evidence, is_aside));
    let named = nearest(bursts_of_lines(Sign::AppNamed, &collected.evidence));
    // The mail server takes the mail of others as well: what names each recipient tells of the run alone.
    let is_of_run = |named: &Vec<usize>, taken: &Vec<usize>| {
        let end = |burst: &Vec<usize>| collected.evidence[burst[burst.len() - 1]].at;
        named.len() * 2 >= taken.len() && end(named) <= end(taken) && end(taken).since(end(named)) <= APART
    };
    let is_by_server = |taken: &Vec<usize>| !is_by_application(collected.evidence[taken[0]].sign);
    let burst = match (taken, named) {
        (Some(taken), Some(named)) if is_by_server(&taken) && is_of_run(&named, &taken) => Some(named),
        (taken, named) => taken.or(named),
    };
    let burst = burst
        .or_else(|| nearest(bursts_of_lines(Sign::AppDone, &collected.evidence)))
        .or_else(|| nearest(bursts_of_lines(Sign::TaskEnded, &collected.evidence)))
        .or_else(|| nearest(bursts_of_requests(&collected.evidence)))
        .or_else(|| nearest(bursts_that_end(collected, asked)));
    // Of several works the one whose log is called like what is asked about.
    let is_called = |burst: &Vec<usize>| is_called_like(&collected.evidence[burst[0]], question, collected);
    let called = || {
        let of_lines = [Sign::AppNamed, Sign::AppDone, Sign::TaskEnded];
        let lines = of_lines.map(|sign| bursts_of_lines(sign, &collected.evidence)).into_iter().flatten();
        nearest(lines.chain(bursts_that_end(collected, asked)).filter(is_called).collect())
    };
    let burst = match burst {
        Some(burst) if is_called(&burst) => burst,
        other => called().or(other)?,
    };
    let (first, last) = (*burst.first()?, *burst.last()?);
    let end = &collected.evidence[last];
    Some(Run {
        basis: RunBasis::Deliveries,
        request: None,
        begin: Some(collected.evidence[first].at),
        end: end.at,
        until: end.until() + APART,
        evidence: Some(last),
        is_successful: is_finished(&burst, collected),
        is_going: false,
        is_in_background: false,
        stopped_by: None,
        gap: longest_gap(&burst, &collected.evidence),
    })
}

/// Whether the log of a line has a word of the question in its name.
fn is_called_like(one: &Evidence, question: &Question, collected: &Collected) -> bool {
    let log = &collected.sources[one.place.source].name;
    !is_shared(log) && others::is_tag_of(log, &question.phrase)
}

/// The word of a program, at about the moment that was asked about, that all of its work is done.
fn by_its_last_word(collected: &Collected, asked: Timestamp) -> Option<Run> {
    const NEAR: f64 = 300.0;
    let evidence = &collected.evidence;
    let says_over = |one: &Evidence| {
        let is_word = matches!(one.sign, Sign::AppDone | Sign::TaskEnded | Sign::AppTotal);
        is_word && !others::is_daemon(one) && signs::says_over(&one.line.to_lowercase())
    };
    let window = collected.reading.from..=collected.reading.to;
    let near = evidence.iter().enumerate().filter(|(_, one)| one.seconds_to(asked).abs() <= NEAR);
    let failed = |over: &Evidence| {
        let mut before = evidence.iter().filter(|one| one.at <= over.at && one.until() + OVER_WITHIN >= over.at);
        before.any(|one| fails(one.sign) && is_same_speaker(one, over, collected))
    };
    let over = near.filter(|(_, one)| says_over(one) && !is_of_pieces(one, &window, collected) && !failed(one));
    let (index, end) = over.min_by_key(|(_, one)| (one.seconds_to(asked).abs() * 1e3) as i64)?;
    Some(Run {
        basis: RunBasis::Deliveries,
        request: None,
        begin: None,
        end: end.at,
        until: end.until() + APART,
        evidence: Some(index),
        is_successful: true,
        is_going: false,
        is_in_background: false,
        stopped_by: None,
        gap: None,
    })
}

/// Messages that were handed over, in bursts: what applications say, else what the mail server took, else what it delivered;
/// a few messages of others beside many are not the run's.
fn bursts(evidence: &[Evidence], is_aside: impl Fn(&Evidence) -> bool) -> Vec<Vec<usize>> {
    let of_sign = |sign| {
        let is_wanted = |index: &usize| evidence[*index].sign == sign && !is_aside(&evidence[*index]);
        in_bursts((0..evidence.len()).filter(is_wanted), evidence)
    };
    let of_signs = [Sign::AppSent, Sign::Submitted, Sign::Delivered].map(of_sign);
    let most = |bursts: &Vec<Vec<usize>>| bursts.iter().map(Vec::len).max().unwrap_or(0);
    let most_of_all = of_signs.iter().map(most).max().unwrap_or(0);
    let is_of_run = |bursts: &Vec<Vec<usize>>| most(bursts) >= BURST_MIN && most(bursts) * FEW >= most_of_all;
    of_signs.into_iter().find(is_of_run).unwrap_or_default()
}

/// Lines of one kind that name an address each, from which they are a run, and the seconds that they are apart at the most, on
/// the average.
const NAMED_MIN: usize = 10;
const NAMED_APART_MAX: f64 = 75.0;

/// Lines of one program that differ in the address that they name, and in numbers, one soon after the other: whatever it calls
/// it, that is how it sends. So do those that say that a piece of work is done.
fn bursts_of_lines(sign: Sign, evidence: &[Evidence]) -> Vec<Vec<usize>> {
    let mut kinds: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (index, one) in evidence.iter().enumerate().filter(|(_, one)| one.sign == sign) {
        kinds.entry((one.place.source, kind(&one.line))).or_default().push(index);
    }
    let bursts = kinds.into_values().flat_map(|indices| in_bursts(indices.into_iter(), evidence));
    bursts.filter(|burst| is_steady(burst, evidence)).collect()
}

/// How soon after its last message a run says that it is over.
pub(super) const OVER_WITHIN: Duration = Duration::from_secs(60);
/// The mail server may take the last one later than the program has left it.
pub(super) const OVER_BEFORE: Duration = Duration::from_secs(45);
/// What is said so often during a run is said of its pieces.
const OF_PIECES_MIN: usize = 3;
/// Whether a program says, right after the last message, that all of it is done, or how many there were, and of no failure between:
/// the one that tells of the messages, or one that speaks of the mailing, where the mail server told of them.
fn is_finished(burst: &[usize], collected: &Collected) -> bool {
    let evidence = &collected.evidence;
    let (Some(first), Some(last)) = (burst.first(), burst.last()) else { return false };
    let (begin, end) = (evidence[*first].at, &evidence[*last]);
    if is_by_application(end.sign) && signs::tells_all(&end.line) {
        return true;
    }
    let is_word = |one: &&Evidence| matches!(one.sign, Sign::AppDone | Sign::TaskEnded | Sign::AppTotal);
    let says_over = |one: &&Evidence| {
        let lower = one.line.to_lowercase();
        let is_of_program = is_by_application(end.sign) && is_same_speaker(one, end, collected);
        is_of_program && (one.sign == Sign::AppTotal || signs::tells_all(&one.line))
            || signs::says_over(&lower)
                && (is_of_program || signs::speaks_of_mailing(&lower) && !others::is_daemon(one))
    };
    let during = begin..=end.at;
    let failed = |over: &Evidence| {
        let mut between = evidence.iter().filter(|one| one.at > end.at && one.at <= over.until() && fails(one.sign));
        between.any(|one| is_same_speaker(one, over, collected))
    };
    let is_then = |one: &&Evidence| one.until() + OVER_BEFORE >= end.at && one.at <= end.until() + OVER_WITHIN;
    let over = evidence.iter().filter(is_word).filter(is_then).filter(says_over);
    over.into_iter().any(|one| !is_of_pieces(one, &during, collected) && !failed(one))
}

/// Whether its program says the same so often in that time that it is said of pieces of the work.
fn is_of_pieces(one: &Evidence, during: &RangeInclusive<Timestamp>, collected: &Collected) -> bool {
    let of_kind = kind(&one.line);
    let others = collected.evidence.iter().filter(|other| other.sign == one.sign && during.contains(&other.at));
    let alike = others.filter(|other| is_same_speaker(other, one, collected) && kind(&other.line) == of_kind);
    alike.count() >= OF_PIECES_MIN
}

/// Whether a program tells of its own failure by it.
fn fails(sign: Sign) -> bool {
    matches!(
        sign,
        Sign::Complaint
            | Sign::CommandStatus
            | Sign::TargetFailed
            | Sign::Exception
            | Sign::MemoryError
            | Sign::Misconfigured
            | Sign::DbUnreachable
            | Sign::DbConnections
            | Sign::DbTerminated
            | Sign::DbDeadlock
            | Sign::DbLockTimeout
            | Sign::DbStatementTimeout
            | Sign::SmtpRate
            | Sign::SmtpQuota
            | Sign::SmtpAuth
            | Sign::SmtpBusy
            | Sign::SmtpRefused
            | Sign::SmtpTimeout
            | Sign::SmtpDisconnected
            | Sign::SmtpCertificate
            | Sign::DnsFailure
            | Sign::NoSpace
            | Sign::QuotaExceeded
            | Sign::ReadOnly
            | Sign::TooManyFiles
            | Sign::BrokerLost
    )
}

/// Whether the same program says both, as far as their logs tell programs apart.
pub(super) fn is_same_speaker(one: &Evidence, other: &Evidence, collected: &Collected) -> bool {
    if let (Some(unit), Some(other)) = (&one.actor.unit, &other.actor.unit) {
        return unit == other;
    }
    let is_shared = is_shared(&collected.sources[other.place.source].name);
    one.place.source == other.place.source && (!is_shared || one.actor.program == other.actor.program)
}

/// Whether many programs write into a log of this name.
pub(super) fn is_shared(name: &str) -> bool {
    const LOGS: [&str; 6] = ["syslog", "messages", "journal", "daemon.log", "user.log", "system.log"];
    let file = name.rsplit('/').next().unwrap_or_default();
    LOGS.iter().any(|log| file.starts_with(log))
}

/// Requests by which mail is sent, each for a message: of one path, numbers apart, one soon after the other.
fn bursts_of_requests(evidence: &[Evidence]) -> Vec<Vec<usize>> {
    let mut kinds: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (index, one) in evidence.iter().enumerate() {
        let request = one.request.as_ref().filter(|_| one.family == Family::WebAccess);
        let request = request.filter(|request| is_mailing(&request.path) && request.method == "POST");
        if let Some(request) = request.filter(|request| request.status.is_some_and(|status| status < 400)) {
            let path = request.path.split('?').next().unwrap_or_default();
            let kind = path.split('/').filter(|part| !part.contains(|c: char| c.is_ascii_digit())).collect::<String>();
            kinds.entry((one.place.source, kind)).or_default().push(index);
        }
    }
    let bursts = kinds.into_values().flat_map(|indices| in_bursts(indices.into_iter(), evidence));
    bursts.filter(|burst| is_steady(burst, evidence)).collect()
}

/// Lines of a kind that are repeated, and stop at about the moment that was asked about for the only time.
fn bursts_that_end(collected: &Collected, asked: Timestamp) -> Vec<Vec<usize>> {
    const NEAR: f64 = 300.0;
    let evidence = &collected.evidence;
    let mut kinds: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (index, one) in evidence.iter().enumerate().filter(|(_, one)| one.sign == Sign::Repeated) {
        kinds.entry((one.place.source, kind(&one.line))).or_default().push(index);
    }
    let once = kinds.into_values().map(|indices| in_bursts(indices.into_iter(), evidence)).filter(|all| all.len() == 1);
    once.flatten()
        .filter(|burst| is_steady(burst, evidence) && !others::is_daemon(&evidence[burst[0]]))
        .filter(|burst| burst.last().is_some_and(|last| evidence[*last].seconds_to(asked).abs() <= NEAR))
        // What goes on until the log ends, or what is looked at, has not stopped.
        .filter(|burst| {
            let Some(last) = burst.last().map(|last| &evidence[*last]) else { return false };
            last.until() + APART <= collected.reading.to
        })
        .collect()
}

fn longest_gap(burst: &[usize], evidence: &[Evidence]) -> Option<Duration> {
    burst.windows(2).map(|two| evidence[two[1]].at.since(evidence[two[0]].at)).max()
}

/// Whether a burst has as many lines as a run, and they are close.
pub(super) fn is_steady(burst: &[usize], evidence: &[Evidence]) -> bool {
    let (Some(first), Some(last)) = (burst.first(), burst.last()) else { return false };
    let seconds = evidence[*first].seconds_to(evidence[*last].at);
    burst.len() >= NAMED_MIN && seconds <= NAMED_APART_MAX * burst.len() as f64
}

/// Whether the program that says `one` repeats lines of some kind before it, and goes on to do so: how many it says then.
pub(super) fn goes_on_repeating(one: &Evidence, after: Duration, collected: &Collected) -> Option<usize> {
    let evidence = &collected.evidence;
    let mut kinds: BTreeMap<String, (Vec<usize>, usize)> = BTreeMap::new();
    let is_repeated = |other: &Evidence| is_by_application(other.sign) && is_same_speaker(one, other, collected);
    for (index, other) in evidence.iter().enumerate().filter(|(_, other)| is_repeated(other)) {
        let (before, then) = kinds.entry(kind(&other.line)).or_default();
        if other.at < one.at {
            before.push(index);
        } else if other.at > one.until() + Duration::from_secs(1) && other.at <= one.until() + after {
            *then += 1;
        }
    }
    let steady = kinds.into_values().filter(|(before, then)| *then >= BURST_MIN && is_steady(before, evidence));
    steady.map(|(_, then)| then).max()
}

/// Whether all programs that repeat lines of some kind until shortly before `one` go on to do so: how many lines the one with the
/// fewest says then. What stops none of them is no trouble of the whole machine.
pub(super) fn all_go_on(one: &Evidence, within: Duration, collected: &Collected) -> Option<usize> {
    let evidence = &collected.evidence;
    let mut kinds: BTreeMap<(usize, String), (Vec<usize>, usize)> = BTreeMap::new();
    for (index, other) in evidence.iter().enumerate().filter(|(_, other)| is_by_application(other.sign)) {
        let (before, then) = kinds.entry((other.place.source, kind(&other.line))).or_default();
        if other.at < one.at {
            before.push(index);
        } else if other.at > one.until() + Duration::from_secs(1) && other.at <= one.until() + within {
            *then += 1;
        }
    }
    let until_then = |before: &[usize]| before.last().is_some_and(|last| evidence[*last].at + within >= one.at);
    let going = kinds.into_values().filter(|(before, _)| is_steady(before, evidence) && until_then(before));
    going.map(|(_, then)| then).min().filter(|fewest| *fewest >= BURST_MIN)
}

/// Whether a program counts on after `one` from where it was before it, up to the same total.
pub(super) fn counts_on_after(one: &Evidence, collected: &Collected) -> bool {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for other in collected.evidence.iter().filter(|other| is_by_application(other.sign)) {
        let Some((_, total)) = signs::counter(&other.line) else { continue };
        let key = (other.place.source, total);
        if other.at <= one.at {
            before.insert(key, other);
        } else {
            after.entry(key).or_insert(other);
        }
    }
    // The last count may be of the message that failed, and says so in other words.
    let goes_on = |(key, last): (&(usize, u64), &&Evidence)| {
        after.get(key).is_some_and(|next: &&Evidence| {
            is_next(last, next) && next.at.since(one.at) <= WAITS_MAX && kind(&next.line) == kind(&last.line)
        })
    };
    before.iter().any(goes_on)
}

/// The first line of what is said without the words that hold a number or an address.
pub(super) fn kind(line: &str) -> String {
    // Dots fill a column up to what differs.
    let is_constant =
        |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || c == '@') && word.contains(|c: char| c != '.');
    line.lines().next().unwrap_or_default().split_whitespace().filter(is_constant).collect::<Vec<_>>().join(" ")
}

/// How long a run may wait that counts on where it was.
const WAITS_MAX: Duration = Duration::from_secs(900);

/// Whether a message comes soon after another, or counts on from it after a pause: `194/300`, `195/300`.
fn is_next(one: &Evidence, next: &Evidence) -> bool {
    let pause = next.at.since(one.at);
    let counts_on = || {
        let (before, after) = (signs::counter(&one.line), signs::counter(&next.line));
        before.zip(after).is_some_and(|((part, total), (next, of))| total == of && next == part + 1)
    };
    pause <= APART || pause <= WAITS_MAX && counts_on()
}

fn in_bursts(indices: impl Iterator<Item = usize>, evidence: &[Evidence]) -> Vec<Vec<usize>> {
    let mut bursts: Vec<Vec<usize>> = Vec::new();
    for index in indices {
        let one = &evidence[index];
        match bursts.last_mut() {
            Some(burst) if is_next(&evidence[burst[burst.len() - 1]], one) => burst.push(index),
            _ => bursts.push(vec![index]),
        }
    }
    bursts
}
