//! The schedules of Celery's beat: of the tables of django-celery-beat, as `manage.py dumpdata django_celery_beat` writes them, and
//! of an application's `beat_schedule`, as its workers tell it.
//!
//! Source: django_celery_beat/models.py (2.9) and celery/schedules.py (5.7), whose `crontab` wants the day of the month **and** the
//! weekday to match where both are given.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Schedules of one file.
pub const TASKS_MAX: usize = 5_000;

/// A task that beat sends again and again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BeatTask {
    pub name: String,
    /// `shop.tasks.bill`
    pub task: String,
    /// When, as schedules of Vigie are written: `0 8 * * MON`, `every 15 min`.
    pub when: Option<String>,
    /// Why it cannot be had.
    pub problem: Option<BeatProblem>,
    /// Whose clock; the application's where it is none.
    pub zone: Option<String>,
    pub args: Value,
    pub kwargs: Value,
    pub queue: Option<String>,
    pub exchange: Option<String>,
    pub routing_key: Option<String>,
    /// Seconds, or a moment, after which nobody wants it any more.
    pub expires: Option<String>,
    pub is_paused: bool,
    /// Fields that say more than can be kept: `priority`.
    pub lost: Vec<&'static str>,
}

/// Why a schedule is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeatProblem {
    /// By the sun.
    Solar,
    /// More than once a second.
    TooOften,
    /// An interval or a crontab of which one run is wanted.
    OnceOnly,
    /// What of it cannot be read.
    Unread(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBeat {
    #[error("it is not JSON")]
    NotJson,
    #[error("it holds no schedule")]
    Nothing,
    #[error("it holds more than {TASKS_MAX} schedules")]
    TooMany,
}

/// Reads a dump of django-celery-beat's tables, or a `beat_schedule` as JSON.
///
/// # Errors
/// Where there is no schedule in it.
pub fn read(text: &str) -> Result<Vec<BeatTask>, NotBeat> {
    let value: Value = serde_json::from_str(text).map_err(|_| NotBeat::NotJson)?;
    let tasks = match &value {
        Value::Array(rows) => of_tables(rows),
        Value::Object(fields) => of_configuration(fields.get("beat_schedule").unwrap_or(&value), None),
        _ => Vec::new(),
    };
    match tasks.len() {
        0 => Err(NotBeat::Nothing),
        n if n > TASKS_MAX => Err(NotBeat::TooMany),
        _ => Ok(tasks),
    }
}

/// Rows as `{"model": "django_celery_beat.crontabschedule", "pk": 1, "fields": {…}}`.
fn of_tables(rows: &[Value]) -> Vec<BeatTask> {
    let mut tables: BTreeMap<(String, String), &Value> = BTreeMap::new();
    let mut tasks = Vec::new();
    for row in rows {
        let model = row["model"].as_str().unwrap_or_default();
        match model.strip_prefix("django_celery_beat.") {
            Some("periodictask") => tasks.push(&row["fields"]),
            Some(table) => {
                tables.insert((table.to_owned(), row["pk"].to_string()), &row["fields"]);
            }
            None => {}
        }
    }
    tasks.into_iter().map(|fields| of_row(fields, &tables)).collect()
}

fn of_row(fields: &Value, tables: &BTreeMap<(String, String), &Value>) -> BeatTask {
    let text = |key: &str| fields[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let is_once = fields["one_off"].as_bool().unwrap_or_default();
    let mut task = BeatTask {
        name: text("name").unwrap_or_default(),
        task: text("task").unwrap_or_default(),
        queue: text("queue"),
        exchange: text("exchange"),
        routing_key: text("routing_key"),
        expires: text("expires").or_else(|| fields["expire_seconds"].as_u64().map(|seconds| seconds.to_string())),
        is_paused: fields["enabled"].as_bool() == Some(false),
        ..BeatTask::default()
    };
    let said = |key: &str| match &fields[key] {
        Value::Null => false,
        Value::String(text) => !matches!(text.as_str(), "" | "{}"),
        _ => true,
    };
    task.lost = ["priority", "headers", "start_time"].into_iter().filter(|key| said(key)).collect();
    for (key, place) in [("args", "[]"), ("kwargs", "{}")] {
        match serde_json::from_str::<Value>(fields[key].as_str().unwrap_or(place)) {
            Ok(value) if key == "args" => task.args = value,
            Ok(value) => task.kwargs = value,
            Err(_) => task.problem = Some(BeatProblem::Unread(key.to_owned())),
        }
    }
    let kinds = ["interval", "crontab", "clocked", "solar"];
    let row = kinds.iter().find(|kind| !fields[**kind].is_null()).and_then(|kind| {
        let found = tables.get(&(format!("{kind}schedule"), fields[*kind].to_string()))?;
        Some((*kind, *found))
    });
    let when = match row {
        _ if is_once && matches!(row, Some(("interval" | "crontab", _))) => Err(BeatProblem::OnceOnly),
        Some(("interval", row)) => {
            let seconds = match row["period"].as_str() {
                Some("days") => Some(86_400.0),
                Some("hours") => Some(3_600.0),
                Some("minutes") => Some(60.0),
                Some("seconds") => Some(1.0),
                Some("microseconds") => Some(1e-6),
                _ => None,
            };
            let every = row["every"].as_f64().zip(seconds).map(|(every, seconds)| every * seconds);
            every.ok_or_else(|| BeatProblem::Unread("interval".to_owned())).and_then(interval)
        }
        Some(("crontab", row)) => {
            task.zone = row["timezone"].as_str().map(str::to_owned);
            let field = |key: &str| row[key].as_str().unwrap_or("*").to_owned();
            cron(&["minute", "hour", "day_of_month", "month_of_year", "day_of_week"].map(field))
        }
        Some(("clocked", row)) => {
            task.zone = Some("UTC".to_owned());
            moment(row["clocked_time"].as_str().unwrap_or_default())
        }
        Some(_) => Err(BeatProblem::Solar),
        None => Err(BeatProblem::Unread("schedule".to_owned())),
    };
    task.settle(when)
}

/// The schedules of `beat_schedule`, with the zone of the application: its `timezone`.
pub fn of_configuration(schedule: &Value, zone: Option<&str>) -> Vec<BeatTask> {
    let entries = schedule.as_object().into_iter().flatten();
    let tasks = entries.filter(|(_, entry)| entry["task"].is_string()).map(|(name, entry)| of_entry(name, entry, zone));
    tasks.collect()
}

fn of_entry(name: &str, entry: &Value, zone: Option<&str>) -> BeatTask {
    let options = &entry["options"];
    let option = |key: &str| match &options[key] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let when = match &entry["schedule"] {
        Value::Number(seconds) => interval(seconds.as_f64().unwrap_or_default()),
        Value::String(shown) => of_shown(shown),
        _ => Err(BeatProblem::Unread("schedule".to_owned())),
    };
    let known = ["queue", "exchange", "routing_key", "expires"];
    let lost = ["priority", "headers", "countdown", "eta", "link", "time_limit", "soft_time_limit", "serializer"];
    let task = BeatTask {
        name: name.to_owned(),
        task: entry["task"].as_str().unwrap_or_default().to_owned(),
        zone: zone.map(str::to_owned),
        args: if entry["args"].is_array() { entry["args"].clone() } else { Value::Array(Vec::new()) },
        kwargs: if entry["kwargs"].is_object() { entry["kwargs"].clone() } else { Value::Object(Map::new()) },
        queue: option(known[0]),
        exchange: option(known[1]),
        routing_key: option(known[2]),
        expires: option(known[3]),
        lost: lost.into_iter().filter(|key| !options[*key].is_null()).collect(),
        ..BeatTask::default()
    };
    task.settle(when)
}

impl BeatTask {
    fn settle(mut self, when: Result<String, BeatProblem>) -> Self {
        if self.task.is_empty() || self.name.is_empty() {
            self.problem = Some(BeatProblem::Unread("task".to_owned()));
        }
        match when {
            Ok(when) if self.problem.is_none() => self.when = Some(when),
            Ok(_) => {}
            Err(problem) => self.problem = Some(problem),
        }
        self
    }
}

/// A schedule as Python shows it: `<crontab: 0 8 * * 1 (m/h/dM/MY/d)>`, `<freq: 30.00 seconds>`, `1 day, 12:00:00`.
fn of_shown(shown: &str) -> Result<String, BeatProblem> {
    let unread = || BeatProblem::Unread(shown.chars().take(80).collect());
    if let Some(rest) = shown.strip_prefix("<crontab: ") {
        let (fields, order) = rest.rsplit_once(" (").ok_or_else(unread)?;
        let fields = split_fields(fields);
        let fields: [String; 5] = fields.try_into().map_err(|_| unread())?;
        let [minute, hour, third, fourth, fifth] = fields;
        // Celery before 5.4 shows the weekday third.
        return match order {
            "m/h/dM/MY/d)>" => cron(&[minute, hour, third, fourth, fifth]),
            "m/h/d/dM/MY)>" => cron(&[minute, hour, fourth, fifth, third]),
            _ => Err(unread()),
        };
    }
    if let Some(rest) = shown.strip_prefix("<freq: ") {
        let (number, unit) = rest.trim_end_matches('>').split_once(' ').ok_or_else(unread)?;
        let length = match unit.trim_end_matches('s') {
            "day" => 86_400.0,
            "hour" => 3_600.0,
            "minute" => 60.0,
            "second" => 1.0,
            _ => return Err(unread()),
        };
        return interval(number.parse::<f64>().map_err(|_| unread())? * length);
    }
    if shown.starts_with("<solar") {
        return Err(BeatProblem::Solar);
    }
    let (days, clock) = shown.split_once(", ").unwrap_or(("0 days", shown));
    let days = days.split(' ').next().and_then(|days| days.parse::<f64>().ok()).ok_or_else(unread)?;
    let clock: Vec<f64> = clock.split(':').map_while(|part| part.parse().ok()).collect();
    match clock.as_slice() {
        [hours, minutes, seconds] => interval(days * 86_400.0 + hours * 3_600.0 + minutes * 60.0 + seconds),
        _ => Err(unread()),
    }
}

/// Splits at spaces that stand in no brackets: `{0, 30} [1, 2] * * *`.
fn split_fields(text: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut fields = vec![String::new()];
    for c in text.chars() {
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => fields.push(String::new()),
            ' ' => {}
            c => {
                if let Some(field) = fields.last_mut() {
                    field.push(c);
                }
            }
        }
    }
    fields
}

fn interval(seconds: f64) -> Result<String, BeatProblem> {
    if seconds < 1.0 {
        return Err(BeatProblem::TooOften);
    }
    if seconds.fract().abs() > 1e-6 || seconds > 366.0 * 86_400.0 {
        return Err(BeatProblem::Unread(format!("{seconds} s")));
    }
    let seconds = seconds as u64;
    let (length, unit) = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length))
        .unwrap_or((1, "s"));
    Ok(format!("every {} {unit}", seconds / length))
}

/// `2027-01-02T08:00:00Z`: Django writes moments in UTC.
fn moment(text: &str) -> Result<String, BeatProblem> {
    let at = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"));
    let at = at.and_then(|at| at.split('.').next()).filter(|at| at.contains('T'));
    at.map(|at| at.replace('T', " ")).ok_or_else(|| BeatProblem::Unread(text.chars().take(40).collect()))
}

/// Minute, hour, day of the month, month, weekday, in words of Vigie's: `0 8 1-7 * &MON` where both days are to match.
fn cron(fields: &[String; 5]) -> Result<String, BeatProblem> {
    let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let mut written = Vec::new();
    for (field, (least, most)) in fields.iter().zip(bounds) {
        written
            .push(cron_field(field, least, most).ok_or_else(|| BeatProblem::Unread(field.chars().take(40).collect()))?);
    }
    let is_some = |field: &str| !field.starts_with('*');
    if is_some(&written[2]) && is_some(&written[4]) {
        written[4].insert(0, '&');
    }
    Ok(written.join(" "))
}

/// A field without spaces, brackets, long names and ranges that go over the end: `5-1` of weekdays is `5,6,0,1`.
fn cron_field(field: &str, least: u32, most: u32) -> Option<String> {
    let plain: String = field.chars().filter(|c| !c.is_whitespace() && !"[]{}()'\"".contains(*c)).collect();
    let mut terms = Vec::new();
    for term in plain.split(',').filter(|term| !term.is_empty()) {
        let (range, step) = term.split_once('/').map_or((term, None), |(range, step)| (range, Some(step)));
        let Some((from, to)) = range.split_once('-') else {
            let value = if range == "*" { "*".to_owned() } else { number_of(range)?.to_string() };
            terms.push(step.map_or_else(|| value.clone(), |step| format!("{value}/{step}")));
            continue;
        };
        let (from, to) = (number_of(from)?, number_of(to)?);
        match (from <= to, step) {
            (true, None) => terms.push(format!("{from}-{to}")),
            (true, Some(step)) => terms.push(format!("{from}-{to}/{step}")),
            (false, step) => {
                let step: usize = step.unwrap_or("1").parse().ok().filter(|step| *step > 0)?;
                terms.extend((from..=most).chain(least..=to).step_by(step).map(|value| value.to_string()));
            }
        }
    }
    (!terms.is_empty()).then(|| terms.join(","))
}

/// A number, or the number of a weekday or a month by its name or the beginning of it.
fn number_of(text: &str) -> Option<u32> {
    const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Ok(number) = text.parse::<u32>() {
        return (number <= 60).then_some(number);
    }
    let short = text.get(..3)?.to_ascii_lowercase();
    let weekday = WEEKDAYS.iter().position(|name| *name == short);
    let at = weekday.or_else(|| MONTHS.iter().position(|name| *name == short).map(|at| at + 1));
    at.and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_tables_of_django_celery_beat_are_read() {
        let tasks = read(include_str!("../tests/fixtures/beat.json")).unwrap();
        let by = |name: &str| tasks.iter().find(|task| task.name == name).unwrap();
        let bill = by("bill");
        assert_eq!(bill.when.as_deref(), Some("30 2 1-7 * &1"), "both days are to match");
        assert_eq!((bill.zone.as_deref(), bill.queue.as_deref()), (Some("Europe/Paris"), Some("invoices")));
        assert_eq!((&bill.args, &bill.kwargs), (&json!([1, "é"]), &json!({"dry": false})));
        assert_eq!(bill.lost, ["priority"]);
        let wrap = by("wrap");
        assert_eq!((wrap.when.as_deref(), wrap.is_paused), (Some("*/10 * * * 5,6,0,1"), true));
        assert_eq!((by("often").when.as_deref(), by("often").expires.as_deref()), (Some("every 10 min"), Some("60")));
        assert_eq!(by("once").when.as_deref(), Some("2027-01-02 08:00:00"));
        assert_eq!(by("micro").problem, Some(BeatProblem::TooOften));
        assert_eq!(by("sun").problem, Some(BeatProblem::Solar));
        assert_eq!(by("once only").problem, Some(BeatProblem::OnceOnly));
        assert_eq!(tasks.len(), 7);
    }

    /// As a worker of Celery 5.7 answers to `conf`.
    #[test]
    fn what_an_application_configures_is_read() {
        let schedule = json!({
            "often": {"task": "shop.a", "schedule": 30.0, "args": [1], "options": {"queue": "q", "expires": 15.0, "priority": 3}},
            "both": {"task": "shop.b", "schedule": "<crontab: 0 8-18/2 1-7 * monday (m/h/dM/MY/d)>"},
            "lists": {"task": "shop.b", "schedule": "<crontab: {0, 30} [1, 2] * */3 * (m/h/dM/MY/d)>"},
            "older": {"task": "shop.b", "schedule": "<crontab: 0 8 mon-fri * * (m/h/d/dM/MY)>"},
            "long": {"task": "shop.c", "schedule": "1 day, 12:00:00"},
            "short": {"task": "shop.c", "schedule": "0:00:30"},
            "day": {"task": "shop.c", "schedule": "<freq: 1.00 day>"},
            "odd": {"task": "shop.c", "schedule": "<MySchedule object>"},
        });
        let tasks = of_configuration(&schedule, Some("Europe/Paris"));
        let when = |name: &str| tasks.iter().find(|task| task.name == name).unwrap().when.as_deref();
        assert_eq!(when("often"), Some("every 30 s"));
        assert_eq!(when("both"), Some("0 8-18/2 1-7 * &1"));
        assert_eq!(when("lists"), Some("0,30 1,2 * */3 *"));
        assert_eq!(when("older"), Some("0 8 * * 1-5"));
        assert_eq!(
            (when("long"), when("short"), when("day")),
            (Some("every 36 h"), Some("every 30 s"), Some("every 1 d"))
        );
        assert_eq!(when("odd"), None);
        let often = &tasks.iter().find(|task| task.name == "often").unwrap();
        assert_eq!((often.expires.as_deref(), often.lost.as_slice()), (Some("15.0"), &["priority"][..]));
        assert_eq!(often.zone.as_deref(), Some("Europe/Paris"));
    }

    #[test]
    fn what_is_none_says_so() {
        for (text, problem) in [
            ("x", NotBeat::NotJson),
            ("[]", NotBeat::Nothing),
            ("7", NotBeat::Nothing),
            (r#"[{"model": "auth.user", "fields": {}}]"#, NotBeat::Nothing),
        ] {
            assert_eq!(read(text), Err(problem), "{text}");
        }
    }
}
