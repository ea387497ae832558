//! An expression, said in words: *Every Monday at 08:00*, *Tous les lundis à 08:00*.

use crate::{
    Cron, Expression,
    cron::{CronField, NTH_BITS},
    texts::say,
};
use language::Language;
use std::time::Duration;

/// `L` and `LW` of days, by their bit.
const LAST_DAYS: [&str; 2] = ["on-last-day", "on-last-workday"];
/// More values than these are shortened.
const LISTED_MAX: usize = 6;

/// When an expression is due, in words, with a capital first and no full stop.
pub fn said(expression: &Expression, language: Language) -> String {
    let speaker = Speaker { language };
    let text = match expression {
        Expression::Every(length) => speaker.interval(*length),
        Expression::Once(at) => {
            let date = speaker.say(
                "date",
                &[
                    ("n", at.day().to_string()),
                    ("day", speaker.day_number(at.day().unsigned_abs())),
                    ("month", speaker.month(at.month().unsigned_abs())),
                    ("year", at.year().to_string()),
                ],
            );
            speaker.say("once", &[("date", date), ("time", time(at.hour().unsigned_abs(), at.minute().unsigned_abs()))])
        }
        Expression::Cron(cron) => speaker.cron(cron),
    };
    capitalised(&text)
}

/// The name of a weekday, from 0, Sunday, to 6, with a small letter where the language has one.
pub fn weekday(day: u8, language: Language) -> String {
    say(language, &format!("weekday-{}", day % 7), &[])
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn time(hour: u8, minute: u8) -> String {
    format!("{hour:02}:{minute:02}")
}

/// The common difference of a progression of three or more values.
fn step(values: &[u8]) -> Option<u8> {
    let [first, second, _, ..] = values else { return None };
    let step = second - first;
    values.windows(2).all(|pair| pair[1] - pair[0] == step).then_some(step)
}

/// The step of a field that goes through its whole range, as `*/15` does through an hour's minutes.
fn whole_step(values: &[u8], length: u8) -> Option<u8> {
    let step = match values {
        [0, half] if half * 2 == length => *half,
        values => step(values).filter(|_| values.first() == Some(&0))?,
    };
    (usize::from(step) * values.len() == usize::from(length)).then_some(step)
}

struct Speaker {
    language: Language,
}

impl Speaker {
    fn say(&self, id: &str, values: &[(&str, String)]) -> String {
        say(self.language, id, values)
    }

    fn interval(&self, length: Duration) -> String {
        let seconds = length.as_secs();
        let units = [("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)];
        let (unit, size) = units.into_iter().find(|(_, size)| seconds.is_multiple_of(*size)).unwrap_or(("seconds", 1));
        self.every(unit, seconds / size)
    }

    /// `every 15 minutes`, `every minute`.
    fn every(&self, unit: &str, number: u64) -> String {
        let id = if number == 1 { format!("every-one-{unit}") } else { format!("every-{unit}") };
        self.say(&id, &[("n", number.to_string())])
    }

    fn cron(&self, cron: &Cron) -> String {
        let (hours, minutes) = (cron.hours.values(), cron.minutes.values());
        let days = self.days(cron);
        let text = match points(&hours, &minutes) {
            Some(times) => {
                let days = days.unwrap_or_else(|| self.say("every-one-days", &[]));
                self.say("at", &[("days", days), ("times", self.list(times))])
            }
            None => match (days, self.rate(&hours, &minutes)) {
                (None, rate) => rate,
                (Some(days), rate) => self.say("rate", &[("days", days), ("rate", rate)]),
            },
        };
        self.with_seconds(cron, text)
    }

    fn with_seconds(&self, cron: &Cron, text: String) -> String {
        let seconds = cron.seconds.values();
        if seconds == [0] {
            return text;
        }
        let rate = match whole_step(&seconds, 60) {
            Some(step) => self.every("seconds", step.into()),
            None => self.say("at-seconds", &[("list", self.numbers(&seconds))]),
        };
        let is_always = cron.minutes.values().len() == 60 && cron.hours.values().len() == 24;
        match is_always && self.days(cron).is_none() {
            true if whole_step(&seconds, 60).is_some() => rate,
            _ => self.say("and-seconds", &[("text", text), ("rate", rate)]),
        }
    }

    /// How often within a day.
    fn rate(&self, hours: &[u8], minutes: &[u8]) -> String {
        let (first, last) = (hours.first().copied().unwrap_or(0), hours.last().copied().unwrap_or(0));
        let is_range = hours.len() == usize::from(last - first) + 1;
        let every = whole_step(minutes, 60).map(|step| self.every("minutes", step.into()));
        let at = minutes.first().copied().unwrap_or(0);
        let span = |from, until| [("from", from), ("until", until)];
        match (every, hours.len(), minutes) {
            (Some(every), 24, _) => every,
            (Some(every), ..) if is_range => {
                let [from, until] = span(time(first, 0), time(last, minutes.last().copied().unwrap_or(0)));
                self.say("between", &[("rate", every), from, until])
            }
            (None, 24, [0]) => self.every("hours", 1),
            (None, 24, [_]) => self.say("hourly-at", &[("n", at.to_string())]),
            (None, _, [_]) if is_range => {
                let [from, until] = span(time(first, at), time(last, at));
                self.say("between", &[("rate", self.every("hours", 1)), from, until])
            }
            (None, _, [_]) if whole_step(hours, 24).is_some() => {
                let every = self.every("hours", whole_step(hours, 24).unwrap_or(1).into());
                self.say("starting", &[("rate", every), ("from", time(first, at))])
            }
            (None, 24, _) => self.say("hourly-at", &[("n", self.numbers(minutes))]),
            (every, ..) => {
                let minutes = every.unwrap_or_else(|| self.say("at-minutes", &[("list", self.numbers(minutes))]));
                self.say("in-hours", &[("rate", minutes), ("list", self.numbers(hours))])
            }
        }
    }

    /// On which days; `None`: on all.
    fn days(&self, cron: &Cron) -> Option<String> {
        let (days, months) = (self.days_in_months(cron), cron.months.values());
        if months.len() == 12 {
            return days;
        }
        let is_numbered = days.is_some() && cron.weekdays.values().len() == 7;
        let id = if months.len() == 1 && is_numbered { "of-month" } else { "in-months" };
        let days = days.unwrap_or_else(|| self.say("every-one-days", &[]));
        let months = self.list(months.into_iter().map(|month| self.month(month)));
        Some(self.say(id, &[("days", days), ("months", months)]))
    }

    fn days_in_months(&self, cron: &Cron) -> Option<String> {
        let days = self.days_of_month(cron);
        match (days, self.weekdays(&cron.weekdays)) {
            (Some(days), Some(_)) if cron.meets_both_days() => {
                Some(self.say("days-when", &[("days", days), ("weekdays", self.when_weekday(&cron.weekdays))]))
            }
            (Some(days), Some(weekdays)) => Some(self.say("days-or", &[("days", days), ("weekdays", weekdays)])),
            (days, weekdays) => days.or(weekdays),
        }
    }

    fn month(&self, number: u8) -> String {
        self.language.month(number).unwrap_or_default().to_owned()
    }

    /// `on the 1st and 15th of each month`; of which months, if not of all, is said by others.
    fn days_of_month(&self, cron: &Cron) -> Option<String> {
        let (field, days) = (&cron.days, cron.days.values());
        if days.len() == 31 {
            return None;
        }
        let numbered = match days.len() {
            0 => None,
            1 => Some(self.say("on-day", &[("day", self.day_number(days[0]))])),
            n if n > LISTED_MAX => Some(self.say("on-some-days", &[("list", self.numbers(&days))])),
            _ => Some(self.say("on-days", &[("list", self.list(days.iter().map(|day| self.day_number(*day))))])),
        };
        let specials = field.specials().into_iter().map(|bit| self.say(LAST_DAYS[usize::from(bit)], &[]));
        let list = self.list(numbered.into_iter().chain(specials));
        Some(if cron.months.values().len() == 12 { self.say("of-each-month", &[("days", list)]) } else { list })
    }

    fn day_number(&self, day: u8) -> String {
        self.say("day-number", &[("n", day.to_string()), ("ending", ending(day).to_owned())])
    }

    /// `every Monday and Thursday`.
    fn weekdays(&self, field: &CronField) -> Option<String> {
        let plain = match field.values().as_slice() {
            days if days.len() == 7 => return None,
            [] => None,
            [1, 2, 3, 4, 5] => Some(self.say("workdays", &[])),
            days => {
                let names = days.iter().map(|day| self.say(&format!("weekdays-{day}"), &[]));
                Some(self.say("every-weekday", &[("list", self.list(names))]))
            }
        };
        let nth = self.nth_weekdays(field).into_iter().map(|nth| self.say("on-nth-weekday", &[("nth", nth)]));
        Some(self.list(plain.into_iter().chain(nth)))
    }

    /// `a Monday or a Thursday`.
    fn when_weekday(&self, field: &CronField) -> String {
        let plain = match field.values().as_slice() {
            [1, 2, 3, 4, 5] => vec![self.say("when-workday", &[])],
            days => days.iter().map(|day| self.say("when-weekday", &[("weekday", self.weekday(*day))])).collect(),
        };
        self.joined("list-or", plain.into_iter().chain(self.nth_weekdays(field)))
    }

    /// `the first Monday of the month`.
    fn nth_weekdays(&self, field: &CronField) -> Vec<String> {
        let name = |bit: u8| {
            let nth = self.say(&format!("nth-{}", bit % NTH_BITS), &[]);
            self.say("nth-weekday", &[("nth", nth), ("weekday", self.weekday(bit / NTH_BITS))])
        };
        field.specials().into_iter().map(name).collect()
    }

    fn weekday(&self, day: u8) -> String {
        self.say(&format!("weekday-{day}"), &[])
    }

    /// `1, 2 and 3`.
    fn list(&self, parts: impl IntoIterator<Item = String>) -> String {
        self.joined("list-and", parts)
    }

    fn joined(&self, id: &str, parts: impl IntoIterator<Item = String>) -> String {
        let mut parts: Vec<_> = parts.into_iter().collect();
        let Some(last) = parts.pop() else { return String::new() };
        match parts.is_empty() {
            true => last,
            false => self.say(id, &[("first", parts.join(", ")), ("last", last)]),
        }
    }

    /// Numbers in a list; many of them as `0, 7, 14 … 56`.
    fn numbers(&self, values: &[u8]) -> String {
        match values {
            [first, second, third, .., last] if values.len() > LISTED_MAX => {
                format!("{first}, {second}, {third} … {last}")
            }
            values => self.list(values.iter().map(u8::to_string)),
        }
    }
}

/// The times of a day, where they are few.
fn points(hours: &[u8], minutes: &[u8]) -> Option<Vec<String>> {
    if hours.len() == 24 || hours.len() * minutes.len() > LISTED_MAX {
        return None;
    }
    Some(hours.iter().flat_map(|hour| minutes.iter().map(|minute| time(*hour, *minute))).collect())
}

/// Which ending an English ordinal has; French ones differ for the first alone.
fn ending(number: u8) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (1, _) => "first",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fluent_syntax::ast::Entry;

    fn both(text: &str) -> (String, String) {
        let expression = Expression::parse(text).unwrap();
        (said(&expression, Language::English), said(&expression, Language::French))
    }

    #[test]
    fn expressions_read_as_a_person_would_say_them() {
        for (text, english, french) in [
            ("* * * * *", "Every minute", "Toutes les minutes"),
            ("*/15 * * * *", "Every 15 minutes", "Toutes les 15 minutes"),
            ("@hourly", "Every hour", "Toutes les heures"),
            ("30 * * * *", "Every hour at minute 30", "Toutes les heures à la minute 30"),
            ("@daily", "Every day at 00:00", "Tous les jours à 00:00"),
            ("0 8 * * MON", "Every Monday at 08:00", "Tous les lundis à 08:00"),
            (
                "0 8,14 * * 1,4",
                "Every Monday and Thursday at 08:00 and 14:00",
                "Tous les lundis et jeudis à 08:00 et 14:00",
            ),
            ("30 7 * * 1-5", "Monday to Friday at 07:30", "Du lundi au vendredi à 07:30"),
            ("0 6 1 * *", "On the 1st of each month at 06:00", "Le 1er de chaque mois à 06:00"),
            ("0 6 1,15 * *", "On the 1st and 15th of each month at 06:00", "Les 1er et 15 de chaque mois à 06:00"),
            ("0 6 L * *", "On the last day of each month at 06:00", "Le dernier jour de chaque mois à 06:00"),
            ("0 0 1 1 *", "On the 1st of January at 00:00", "Le 1er janvier à 00:00"),
            ("0 9 * * 1#1", "On the first Monday of the month at 09:00", "Le premier lundi du mois à 09:00"),
            ("0 9 * * 5L", "On the last Friday of the month at 09:00", "Le dernier vendredi du mois à 09:00"),
            (
                "*/10 8-17 * * 1-5",
                "Monday to Friday, every 10 minutes from 08:00 to 17:50",
                "Du lundi au vendredi, toutes les 10 minutes de 08:00 à 17:50",
            ),
            ("0 8-18 * * *", "Every hour from 08:00 to 18:00", "Toutes les heures de 08:00 à 18:00"),
            ("0 */2 * * *", "Every 2 hours from 00:00", "Toutes les 2 heures à partir de 00:00"),
            (
                "0 6 13 * 5",
                "On the 13th of each month and every Friday at 06:00",
                "Le 13 de chaque mois et tous les vendredis à 06:00",
            ),
            (
                "0 6 */10 * 5",
                "On the 1st, 11th, 21st and 31st of each month when it is a Friday at 06:00",
                "Les 1er, 11, 21 et 31 de chaque mois quand c’est un vendredi à 06:00",
            ),
            ("0 6 * 7,8 *", "Every day in July and August at 06:00", "Tous les jours en juillet et août à 06:00"),
            ("*/30 * * * * *", "Every 30 seconds", "Toutes les 30 secondes"),
            ("every 15 min", "Every 15 minutes", "Toutes les 15 minutes"),
            ("every 90 s", "Every 90 seconds", "Toutes les 90 secondes"),
            ("every day", "Every day", "Tous les jours"),
            ("2026-12-24 08:00", "Once, on December 24, 2026 at 08:00", "Une fois, le 24 décembre 2026 à 08:00"),
        ] {
            let said = both(text);
            assert_eq!((said.0.as_str(), said.1.as_str()), (english, french), "{text}");
        }
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let ids = |language| {
            let source = crate::TEXTS.sources(language)[0];
            let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
            let messages = resource.body.into_iter().filter_map(|entry| match entry {
                Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            });
            let mut ids: Vec<_> = messages.collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(Language::English), ids(Language::French));
    }
}
