//! What is typed into the form of a schedule, as the API has it, and back.

use crate::{
    layout::{
        Form,
        parts::{Choice, Faults},
        view::View,
    },
    schedules::page::{FormChoices, ScheduleForm},
};
use ::api::{report::ReportPeriod, schedules::NewSchedule};
use ::schedules::weekday;
use model::{Authority, JobKind, MissedPolicy, OverlapPolicy};
use serde_json::{Map, Value, json};
use std::time::Duration;
use store::JobSchedule;

/// What a schedule that is easily said repeats as; `expression` is any other.
pub(crate) const REPEATS: [&str; 7] = ["daily", "workdays", "weekly", "monthly", "hourly", "once", "expression"];
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// Bytes of each field.
const FIELD_MAX: usize = 64 << 10;

/// The fields as typed.
pub(super) fn read(form: &Form) -> ScheduleForm {
    let text = |name: &str| -> String {
        let text = form.text(name).replace("\r\n", "\n").replace('\0', "\u{fffd}");
        text.char_indices().take_while(|(at, _)| *at < FIELD_MAX).map(|(_, letter)| letter).collect()
    };
    ScheduleForm {
        name: text("name"),
        kind: text("kind"),
        repeat: text("repeat"),
        time: text("time"),
        weekday: text("weekday"),
        day: text("day"),
        date: text("date"),
        when: text("when"),
        draft: text("draft"),
        list: text("list"),
        command: text("command"),
        method: text("method"),
        url: text("url"),
        body: text("body"),
        to: text("to"),
        account: text("account"),
        from: text("from"),
        language: text("language"),
        period: text("period"),
        only_errors: text("only_errors"),
        query: text("query").trim().to_owned(),
        application: text("application").trim().to_owned(),
        within: text("within"),
        lines: text("lines"),
        above: text("above").trim().to_owned(),
        below: text("below").trim().to_owned(),
        zone: text("zone"),
        days_off: text("days_off"),
        jitter: text("jitter"),
        missed: text("missed"),
        overlap: text("overlap"),
    }
}

/// A new schedule's form: a mailing each Monday morning, a report each morning.
pub(super) fn blank(v: &View, zone: &str, (kind, draft): (JobKind, &str)) -> ScheduleForm {
    let is_report = kind == JobKind::Report;
    ScheduleForm {
        name: if is_report { v.t("schedule-report-name") } else { String::new() },
        kind: kind.to_string(),
        language: v.code().to_owned(),
        period: ReportPeriod::default().as_str().to_owned(),
        draft: draft.to_owned(),
        repeat: if is_report { "daily" } else { "weekly" }.to_owned(),
        time: if is_report { "07:00" } else { "08:00" }.to_owned(),
        weekday: "1".to_owned(),
        day: "1".to_owned(),
        zone: zone.to_owned(),
        jitter: "0".to_owned(),
        missed: MissedPolicy::default().to_string(),
        overlap: OverlapPolicy::default().to_string(),
        method: "GET".to_owned(),
        within: "86400".to_owned(),
        lines: "20".to_owned(),
        ..ScheduleForm::default()
    }
}

/// The form of a schedule that there is.
pub(super) fn of(schedule: &JobSchedule) -> ScheduleForm {
    let plan = &schedule.plan;
    let spec: Value = serde_json::from_str(&schedule.spec).unwrap_or_default();
    let text = |name: &str| spec[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| spec[name].as_u64().map(|number| number.to_string()).unwrap_or_default();
    let body = match &spec["body"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    ScheduleForm {
        name: schedule.name.clone(),
        kind: schedule.kind.to_string(),
        draft: text("draft"),
        list: text("recipients"),
        command: command_line(&spec["command"]),
        url: text("url"),
        method: spec["method"].as_str().unwrap_or("GET").to_owned(),
        body,
        to: lines_of(&spec["to"]),
        account: text("account"),
        from: text("from"),
        language: text("language"),
        period: spec["period"].as_str().unwrap_or(ReportPeriod::default().as_str()).to_owned(),
        only_errors: if spec["only_errors"] == true { "1".to_owned() } else { String::new() },
        query: text("query"),
        application: text("application"),
        within: number("within_seconds"),
        lines: number("lines"),
        above: number("above"),
        below: number("below"),
        zone: plan.zone.clone(),
        days_off: plan.days_off.join("\n"),
        jitter: (plan.jitter.as_secs() / 60).to_string(),
        missed: plan.missed.to_string(),
        overlap: plan.overlap.to_string(),
        ..repeating(&plan.expression)
    }
}

/// One below the other.
pub(super) fn lines_of(list: &Value) -> String {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.collect::<Vec<_>>().join("\n")
}

/// A command as a shell would read it.
pub(super) fn command_line(command: &Value) -> String {
    let quoted = |word: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:@%+,".contains(c);
        match !word.is_empty() && word.chars().all(is_plain) {
            true => word.to_owned(),
            false => format!("'{}'", word.replace('\'', "'\\''")),
        }
    };
    match command {
        Value::String(line) => line.clone(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).map(quoted).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// The fields that an expression is made of, where it is one that the form can say.
fn repeating(expression: &str) -> ScheduleForm {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let blank = ScheduleForm {
        time: "08:00".to_owned(),
        weekday: "1".to_owned(),
        day: "1".to_owned(),
        when: expression.to_owned(),
        ..ScheduleForm::default()
    };
    let form = |repeat: &str, time: Option<String>| {
        time.map(|time| ScheduleForm { repeat: repeat.to_owned(), time, ..blank.clone() })
    };
    let at = |hour: &str, minute: &str| {
        let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
        Some(format!("{hour:02}:{minute:02}"))
    };
    let found = match fields.as_slice() {
        ["@hourly"] => form("hourly", Some("08:00".to_owned())),
        [minute, hour, "*", "*", "*"] => form("daily", at(hour, minute)),
        [minute, hour, "*", "*", "1-5"] => form("workdays", at(hour, minute)),
        [minute, hour, "*", "*", day] if day.len() == 1 && ("0"..="6").contains(day) => {
            form("weekly", at(hour, minute)).map(|form| ScheduleForm { weekday: (*day).to_owned(), ..form })
        }
        [minute, hour, day, "*", "*"] if *day == "L" || day.parse().is_ok_and(|day: u8| (1..=31).contains(&day)) => {
            form("monthly", at(hour, minute)).map(|form| ScheduleForm { day: (*day).to_owned(), ..form })
        }
        [date, time] if date.len() == 10 && time.len() == 5 => {
            form("once", Some((*time).to_owned())).map(|form| ScheduleForm { date: (*date).to_owned(), ..form })
        }
        _ => None,
    };
    found.unwrap_or_else(|| ScheduleForm { repeat: "expression".to_owned(), ..blank })
}

/// When, as an expression.
fn expression(form: &ScheduleForm) -> String {
    let (hour, minute) = form.time.split_once(':').unwrap_or(("", ""));
    let number = |text: &str| text.parse::<u8>().map_or_else(|_| "?".to_owned(), |number| number.to_string());
    let at = format!("{} {}", number(minute), number(hour));
    match form.repeat.as_str() {
        "hourly" => "@hourly".to_owned(),
        "daily" => format!("{at} * * *"),
        "workdays" => format!("{at} * * 1-5"),
        "weekly" => format!("{at} * * {}", form.weekday),
        "monthly" => format!("{at} {} * *", form.day),
        "once" => format!("{} {}", form.date, form.time),
        _ => form.when.clone(),
    }
}

/// What is asked for, and what is wrong with it already. `before`: what the kind does beside what is typed stays.
pub(super) fn asked(v: &View, form: &ScheduleForm, before: Option<&JobSchedule>) -> (NewSchedule, Faults) {
    let mut faults = Faults::default();
    let minutes = form.jitter.parse::<u64>();
    if minutes.is_err() && !form.jitter.is_empty() {
        faults.add("jitter_seconds", v.t("schedule-jitter-bad"));
    }
    if form.kind == JobKind::LogQuery.as_str() {
        log_query_faults(v, form, &mut faults);
    }
    let days_off = form.days_off.split([',', '\n']).map(str::trim).filter(|day| !day.is_empty());
    let new = NewSchedule {
        name: form.name.clone(),
        kind: form.kind.clone(),
        when: expression(form),
        zone: Some(form.zone.clone()),
        days_off: days_off.map(str::to_owned).collect(),
        jitter_seconds: minutes.unwrap_or(0).saturating_mul(60),
        missed: form.missed.parse().unwrap_or_default(),
        overlap: form.overlap.parse().unwrap_or_default(),
        spec: spec(v, form, before),
    };
    (new, faults)
}

/// What of a search is no number, or is missing.
fn log_query_faults(v: &View, form: &ScheduleForm, faults: &mut Faults) {
    if form.query.is_empty() {
        faults.add("query", v.t("schedule-query-missing"));
    }
    if form.lines.parse::<usize>().map_or(true, |lines| lines > tasks::LINES_MAX) {
        faults.add("lines", v.with("schedule-query-lines-bad", "most", tasks::LINES_MAX));
    }
    let is_number = |text: &str| text.is_empty() || text.parse::<u64>().is_ok();
    let has_bounds = !form.above.is_empty() || !form.below.is_empty();
    if !is_number(&form.above) {
        faults.add("above", v.t("schedule-query-bound-bad"));
    } else if !is_number(&form.below) {
        faults.add("below", v.t("schedule-query-bound-bad"));
    } else if has_bounds && addresses(&form.to).next().is_none() {
        faults.add("above", v.t("schedule-query-nobody"));
    }
}

fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|one| !one.is_empty())
}

fn spec(v: &View, form: &ScheduleForm, before: Option<&JobSchedule>) -> Value {
    let before = before.filter(|before| before.kind.as_str() == form.kind);
    let kept = before.and_then(|before| serde_json::from_str::<Map<String, Value>>(&before.spec).ok());
    let mut spec = kept.unwrap_or_default();
    let mut set = |name: &str, value: Value| drop(spec.insert(name.to_owned(), value));
    match form.kind.as_str() {
        "mail" if !form.draft.is_empty() => {
            set("draft", json!(form.draft));
            set("recipients", if form.list.is_empty() { Value::Null } else { json!(form.list) });
            set("language", json!(v.language));
        }
        "command" if before.is_none_or(|before| of(before).command != form.command) => {
            set("command", json!(form.command));
            set("shell", json!(true));
        }
        "http" => {
            set("url", json!(form.url));
            set("method", json!(form.method));
            let json =
                serde_json::from_str::<Value>(&form.body).ok().filter(|body| body.is_object() || body.is_array());
            let text = || if form.body.is_empty() { Value::Null } else { json!(form.body) };
            set("body", json.unwrap_or_else(text));
        }
        "report" => {
            set("to", addresses(&form.to).collect());
            set("account", json!(form.account));
            set("from", json!(form.from));
            set("language", json!(form.language));
            set("period", json!(ReportPeriod::parse(&form.period).unwrap_or_default()));
            set("only_errors", json!(form.only_errors == "1"));
        }
        "log_query" => {
            let number = |text: &str| text.parse::<u64>().map_or(Value::Null, |number| json!(number));
            set("query", json!(form.query));
            set("application", json!(form.application));
            set("within_seconds", number(&form.within));
            set("lines", number(&form.lines));
            set("to", addresses(&form.to).collect());
            set("account", json!(form.account));
            set("from", json!(form.from));
            set("language", json!(form.language));
            set("above", number(&form.above));
            set("below", number(&form.below));
        }
        _ => {}
    }
    Value::Object(spec)
}

/// From what somebody may choose.
pub(super) struct Offered {
    /// With their names.
    pub(super) drafts: Vec<(String, String)>,
    pub(super) lists: Vec<String>,
    pub(super) accounts: Vec<String>,
}

/// What the lists of the form offer, with what is chosen in each.
pub(super) fn choices(v: &View, form: &ScheduleForm, offered: Offered) -> FormChoices {
    let Offered { drafts, lists, accounts } = offered;
    let kinds = [JobKind::Mail, JobKind::Report, JobKind::LogQuery, JobKind::Command, JobKind::Http].into_iter();
    let kinds = kinds.filter(|kind| tasks::needs(*kind) == Authority::Write || v.administers());
    let languages = [("en", "English"), ("fr", "Français")].map(|(code, name)| (code.to_owned(), name.to_owned()));
    let words = |prefix: &'static str, names: Vec<&'static str>| {
        names.into_iter().map(move |name| (name.to_owned(), v.t(&format!("{prefix}-{name}"))))
    };
    let weekdays = [1, 2, 3, 4, 5, 6, 0].map(|day: u8| (day.to_string(), weekday(day, v.language)));
    let days = (1..=31).map(|day: u8| (day.to_string(), day.to_string()));
    let own = std::iter::once((String::new(), v.t("schedule-own-list")));
    FormChoices {
        kinds: Choice::of(kinds.map(|kind| (kind.to_string(), v.kind(&kind))), &form.kind),
        repeats: Choice::of(words("schedule-repeat", REPEATS.to_vec()), &form.repeat),
        weekdays: Choice::of(weekdays, &form.weekday),
        days: Choice::of(days.chain([("L".to_owned(), v.t("schedule-last-day"))]), &form.day),
        drafts: Choice::of(drafts, &form.draft),
        lists: Choice::of(own.chain(lists.into_iter().map(|name| (name.clone(), name))), &form.list),
        methods: Choice::of(METHODS.map(|name| (name.to_owned(), name.to_owned())), &form.method),
        accounts: Choice::of(accounts.into_iter().map(|name| (name.clone(), name)), &form.account),
        languages: Choice::of(languages, &form.language),
        periods: Choice::of(
            words("schedule-period", ReportPeriod::ALL.map(ReportPeriod::as_str).to_vec()),
            &form.period,
        ),
        withins: Choice::of(withins(v, &form.within), &form.within),
        missed: Choice::of(
            words("schedule-missed", MissedPolicy::ALL.iter().map(|policy| policy.as_str()).collect()),
            &form.missed,
        ),
        overlaps: Choice::of(
            words("schedule-overlap", OverlapPolicy::ALL.iter().map(|policy| policy.as_str()).collect()),
            &form.overlap,
        ),
    }
}

/// Times that a search looks back, and the one that it has.
fn withins(v: &View, own: &str) -> Vec<(String, String)> {
    let mut all = vec![900_u64, 3_600, 6 * 3_600, 86_400, 7 * 86_400, 30 * 86_400];
    all.extend(own.parse::<u64>());
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|seconds| (seconds.to_string(), v.duration(&Duration::from_secs(seconds)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_can_say_is_said_by_it_and_back() {
        for (expression_text, repeat) in [
            ("@hourly", "hourly"),
            ("30 7 * * *", "daily"),
            ("0 8 * * 1-5", "workdays"),
            ("0 8 * * 1", "weekly"),
            ("0 6 15 * *", "monthly"),
            ("0 6 L * *", "monthly"),
            ("2026-12-24 08:00", "once"),
            ("*/15 * * * *", "expression"),
            ("0 8 * * MON", "expression"),
            ("every 15 min", "expression"),
            ("0 8,14 * * *", "expression"),
        ] {
            let form = repeating(expression_text);
            assert_eq!((form.repeat.as_str(), expression(&form).as_str()), (repeat, expression_text));
        }
    }

    #[test]
    fn a_command_is_shown_as_a_shell_would_read_it() {
        assert_eq!(command_line(&json!(["tar", "-czf", "a b.tgz", "it's"])), "tar -czf 'a b.tgz' 'it'\\''s'");
        assert_eq!(command_line(&json!("a | b")), "a | b");
    }
}
