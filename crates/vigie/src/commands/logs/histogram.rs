//! `vigie logs histogram`: bars in the terminal.

use super::{LogQuery, rows::style, say_hints, say_left_out};
use crate::{
    app,
    cli::LogsHistogramArgs,
    client::query,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, count},
    words::t,
};
use api::logs::{Histogram, HistogramStep};
use console::Term;
use jiff::tz::TimeZone;
use model::Level;
use std::time::Duration;
use telemetry::query::language::parse_duration;

/// Columns of a bar where the width of the terminal is not known.
const BAR_WIDTH: usize = 50;
/// Empty steps in a row that have a line each.
const EMPTY_MAX: usize = 3;
/// Steps that are shown; the API gives no more either.
const STEPS_MAX: usize = 10_000;

pub(super) async fn run(config: &Config, args: &LogsHistogramArgs) -> Result<Exit> {
    let step = args.step.as_deref().map(|text| {
        parse_duration(text)
            .filter(|step| !step.is_zero())
            .ok_or_else(|| Failure::refused(t!("step-wrong", text)).help(t!("step-wrong-help")))
    });
    let step = step.transpose()?;
    let asked = LogQuery::new(config, &args.query)?;
    if !asked.query.pipes.is_empty() {
        render::say(&t!("histogram-steps"));
    }
    let connected = app::searching_logs(config).await?;
    let wished_ms = step.map(|step| u64::try_from(step.as_millis().max(1)).unwrap_or(u64::MAX));
    let step = [("step_ms", wished_ms.map(|step| step.to_string())), super::hints()];
    let path = format!("/api/v1/logs/histogram{}", query(asked.pairs().into_iter().chain(step)));
    let answer = connected.client().get::<Histogram>(&path).await?;
    let exit = if answer.left_out.is_empty() { Exit::Done } else { Exit::Incomplete };
    if config.json {
        render::json(&answer.json)?;
        return Ok(exit);
    }
    let width = Term::stdout().size_checked().map_or(BAR_WIDTH, |(_, columns)| usize::from(columns).saturating_sub(45));
    let bars = bars(&answer, &config.zone.value, width.clamp(10, 120));
    if bars.is_empty() {
        render::say(&t!("logs-none"));
        say_hints(&answer.hints);
    } else {
        render::out(&bars.join("\n"))?;
    }
    if wished_ms.is_some_and(|wished_ms| wished_ms != answer.step_ms) {
        let step = render::duration(Duration::from_millis(answer.step_ms));
        render::say(&t!("histogram-step", step));
    }
    say_left_out(&answer.left_out);
    Ok(exit)
}

/// A line for each step: when, a bar, how many, and how many of them are grave; and one for many steps in a row in which
/// there is nothing.
fn bars(answer: &Histogram, zone: &TimeZone, width: usize) -> Vec<String> {
    let steps = answer.steps.as_slice();
    let most = steps.iter().map(|step| step.total).max().unwrap_or(0);
    if most == 0 {
        return Vec::new();
    }
    let length = Duration::from_millis(answer.step_ms.max(1));
    // Without seconds where all of them are 0.
    let whole_minutes = length.as_millis().is_multiple_of(60_000);
    let pattern = format!("{} {}", render::day_pattern(), if whole_minutes { "%H:%M" } else { "%H:%M:%S" });
    let digits = count(most).len();
    let line = |step: &HistogramStep| {
        let at = step.start.in_zone(zone).strftime(&pattern).to_string();
        let (total, grave, warnings) = (step.total, step.error + step.critical, step.warning);
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
        let told = [(grave, t!("n-error"; n = grave)), (warnings, t!("n-warning"; n = warnings))];
        let told: Vec<_> = told.into_iter().filter_map(|(number, text)| (number > 0).then_some(text)).collect();
        format!("{at} {bar} {:>digits$} {}", count(total), told.join(", ")).trim_end().to_owned()
    };
    let (mut lines, mut place) = (Vec::new(), 0);
    let steps = &steps[..steps.len().min(STEPS_MAX)];
    while let Some(step) = steps.get(place) {
        let empty = steps[place..].iter().take_while(|step| step.total == 0).count();
        if empty > EMPTY_MAX {
            lines.push(t!("histogram-empty"; n = empty));
            place += empty;
        } else {
            lines.push(line(step));
            place += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::logs::WorkDone;
    use model::Timestamp;

    #[test]
    fn bars_are_as_long_as_they_count() {
        let step = |start: &str, total: u64, error: u64, warning: u64| HistogramStep {
            start: start.parse().unwrap(),
            total,
            error,
            warning,
            ..HistogramStep::default()
        };
        let answer = |step_ms, steps| Histogram {
            start: Timestamp::EPOCH,
            end: Timestamp::EPOCH,
            step_ms,
            steps,
            problems: Vec::new(),
            hints: Vec::new(),
            left_out: Vec::new(),
            read: WorkDone::default(),
        };
        let steps = vec![
            step("2025-01-10T14:00:00Z", 1200, 1, 300),
            step("2025-01-10T14:05:00Z", 0, 0, 0),
            step("2025-01-10T14:10:00Z", 600, 600, 0),
        ];
        insta::assert_snapshot!(bars(&answer(300_000, steps), &TimeZone::UTC, 12).join("\n"), @r"
        2025-01-10 14:00 ████████████ 1,200 1 error, 300 warnings
        2025-01-10 14:05                  0
        2025-01-10 14:10 ██████         600 600 errors
        ");
        assert!(bars(&answer(1, Vec::new()), &TimeZone::UTC, 9).is_empty());
    }
}
