//! How long a run will take under the account's limits, in words. Only what the limits impose is known beforehand.

use crate::rate::RawLimits;
use language::Language;
use std::time::Duration;

/// As `500 messages at 60/min: 8 min 20 s; today's limit allows 1,840`. `used_today` are messages already sent in
/// the last 24 hours.
pub fn eta(messages: u64, limits: &RawLimits, used_today: u64, language: Language) -> String {
    let fr = language == Language::French;
    let number = |value: u64| grouped(value, if fr { "\u{202f}" } else { "," });
    let word = if messages > 1 || (messages == 0 && !fr) { "messages" } else { "message" };
    let time = limits.time_for(messages);
    let mut text = format!("{} {word}", number(messages));
    let pace = pace(limits, fr);
    match (pace.is_empty(), fr) {
        (false, true) => text += &format!(" à {pace} : {}", spelled(time)),
        (false, false) => text += &format!(" at {pace}: {}", spelled(time)),
        (true, true) => text += ", sans limite de débit",
        (true, false) => text += ", without a limit of rate",
    }
    if let Some(daily) = limits.daily.map(u64::from).filter(|daily| *daily > 0) {
        let left = daily.saturating_sub(used_today);
        text += &match fr {
            true => format!(" ; la limite du jour en permet {}", number(left)),
            false => format!("; today's limit allows {}", number(left)),
        };
        if left < messages {
            let days = (messages - left).div_ceil(daily);
            let plural = if days > 1 { "s" } else { "" };
            text += &match fr {
                true => format!(", le reste partira sur {days} jour{plural} de plus"),
                false => format!(", the rest takes {days} more day{plural}"),
            };
        }
    }
    text
}

/// The limit that decides, as a rate or as batches.
fn pace(limits: &RawLimits, fr: bool) -> String {
    let units = [(limits.per_second, 1.0, "s"), (limits.per_minute, 60.0, "min"), (limits.per_hour, 3600.0, "h")];
    let slowest = units
        .iter()
        .filter_map(|(limit, seconds, unit)| Some(((*limit)? as f64 / seconds, format!("{}/{unit}", (*limit)?))))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let batches = limits.batch.zip(limits.pause).filter(|(batch, pause)| *batch > 0 && !pause.is_zero());
    let batches = batches.map(|(batch, pause)| {
        let pause = spelled(pause);
        let text = if fr { format!("{batch} par {pause}") } else { format!("{batch} every {pause}") };
        (f64::from(batch) / limits.pause.unwrap_or_default().as_secs_f64(), text)
    });
    slowest.into_iter().chain(batches).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(String::new(), |(_, text)| text)
}

fn spelled(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1000);
    let parts = [
        (seconds / 86_400, if seconds >= 86_400 { "d" } else { "" }),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let shown: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).take(2).map(|(n, unit)| format!("{n} {unit}")).collect();
    if shown.is_empty() { "0 s".into() } else { shown.join(" ") }
}

fn grouped(value: u64, separator: &str) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_as_it_is() {
        let limits = RawLimits { per_minute: Some(60), daily: Some(2000), ..RawLimits::default() };
        assert_eq!(
            eta(500, &limits, 160, Language::English),
            "500 messages at 60/min: 8 min 20 s; today's limit allows 1,840"
        );
        assert_eq!(
            eta(500, &limits, 160, Language::French),
            "500 messages à 60/min : 8 min 20 s ; la limite du jour en permet 1\u{202f}840"
        );
        assert_eq!(
            eta(5000, &limits, 1000, Language::English),
            "5,000 messages at 60/min: 1 h 23 min; today's limit allows 1,000, the rest takes 2 more days"
        );
        let batches = RawLimits { batch: Some(10), pause: Some(Duration::from_secs(3)), ..RawLimits::default() };
        assert_eq!(eta(500, &batches, 0, Language::French), "500 messages à 10 par 3 s : 2 min 27 s");
        assert_eq!(eta(1, &RawLimits::default(), 0, Language::English), "1 message, without a limit of rate");
    }
}
