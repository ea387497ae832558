//! `vigie logs histogram`: bars in the terminal.

use super::{Asked, rows::style, say_left_out};
use crate::{
    app,
    cli::LogsHistogramArgs,
    client::query,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, count},
};
use console::Term;
use jiff::tz::TimeZone;
use mail::rate::parse_duration;
use model::{Level, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// Columns of a bar where the width of the terminal is not known.
const BAR_WIDTH: usize = 50;
/// Steps that are shown; the API gives no more either.
const STEPS_MAX: usize = 10_000;

pub(super) async fn run(config: &Config, args: &LogsHistogramArgs) -> Result<Exit> {
    let step = args.step.as_deref().map(parse_duration).transpose().map_err(|_| {
        let text = args.step.as_deref().unwrap_or_default();
        Failure::refused(format!("--step: `{text}` is not a length of time")).help("write 30s, 5m, 1h or 1d")
    })?;
    let asked = Asked::new(config, &args.query)?;
    if !asked.query.pipes.is_empty() {
        render::say("steps behind `|` play no part in a histogram");
    }
    let connected = app::reading(config).await?;
    let step = [("step_ms", step.map(|step| step.as_millis().max(1).to_string()))];
    let path = format!("/api/v1/logs/histogram{}", query(asked.pairs().into_iter().chain(step)));
    let answer = connected.client().get(&path).await?;
    if config.json {
        render::json(&answer)?;
        return Ok(Exit::Done);
    }
    let width = Term::stdout().size_checked().map_or(BAR_WIDTH, |(_, columns)| usize::from(columns).saturating_sub(45));
    let bars = bars(&answer, &config.zone.value, width.clamp(10, 120));
    if bars.is_empty() {
        render::say("no record matches");
    } else {
        render::out(&bars.join("\n"))?;
    }
    say_left_out(&answer);
    Ok(Exit::Done)
}

/// A line for each step: when, a bar, how many, and how many of them are grave.
fn bars(answer: &Value, zone: &TimeZone, width: usize) -> Vec<String> {
    let steps = answer["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let number = |step: &Value, name: &str| step[name].as_u64().unwrap_or(0);
    let most = steps.iter().map(|step| number(step, "total")).max().unwrap_or(0);
    let Some(start) = answer["start"].as_str().and_then(|at| at.parse::<Timestamp>().ok()).filter(|_| most > 0) else {
        return Vec::new();
    };
    let length = Duration::from_millis(answer["step_ms"].as_u64().unwrap_or(1).max(1));
    // Without seconds where all of them are 0.
    let whole_minutes = length.as_millis().is_multiple_of(60_000);
    let pattern = if whole_minutes { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    let digits = count(most).len();
    let line = |(step, place): (&Value, u32)| {
        let at = (start + length.saturating_mul(place)).in_zone(zone).strftime(pattern).to_string();
        let total = number(step, "total");
        let grave = number(step, "error") + number(step, "critical");
        let warnings = number(step, "warning");
        let columns = |number: u64| (number * width as u64).div_ceil(most) as usize;
        let whole = columns(total);
        let red = columns(grave).min(whole);
        let yellow = columns(warnings).min(whole - red);
        let bar = format!(
            "{}{}{}{}",
            style(Some(Level::Error)).apply_to("█".repeat(red)),
            style(Some(Level::Warning)).apply_to("█".repeat(yellow)),
            "█".repeat(whole - red - yellow),
            " ".repeat(width - whole)
        );
        let mut told = Vec::new();
        for (number, word) in [(grave, "error"), (warnings, "warning")] {
            if number > 0 {
                told.push(render::counted(number, word));
            }
        }
        format!("{at} {bar} {:>digits$} {}", count(total), told.join(", ")).trim_end().to_owned()
    };
    steps.iter().take(STEPS_MAX).zip(0..).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bars_are_as_long_as_they_count() {
        let step = |total: u64, error: u64, warning: u64| json!({"total": total, "error": error, "critical": 0, "warning": warning});
        let answer = json!({
            "start": "2025-01-10T14:00:00Z", "step_ms": 300_000,
            "steps": [step(1200, 1, 300), step(0, 0, 0), step(600, 600, 0)]
        });
        insta::assert_snapshot!(bars(&answer, &TimeZone::UTC, 12).join("\n"), @r"
        2025-01-10 14:00 ████████████ 1,200 1 error, 300 warnings
        2025-01-10 14:05                  0
        2025-01-10 14:10 ██████         600 600 errors
        ");
        assert!(
            bars(&json!({"start": "2025-01-10T14:00:00Z", "step_ms": 1, "steps": []}), &TimeZone::UTC, 9).is_empty()
        );
    }
}
