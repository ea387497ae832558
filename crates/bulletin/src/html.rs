//! A report as a mail. Outlook lays it out as Word would: tables of 600 px, styles in each element, nothing to load, no image.
//! The chart is a table, whose bars are cells with a width.

use crate::{Bulletin, Figure, Say, Step, figures, lists};
use language::Language;
use std::fmt::Write as _;

pub(crate) const FONT: &str = "font-family:Arial,sans-serif";
pub(crate) const TABLE: &str = "role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"";
/// Rows of the chart; longer spans have wider steps.
const BARS_MAX: usize = 31;
/// A day on which clocks are put forward is as long.
const SHORTEST_DAY: std::time::Duration = std::time::Duration::from_secs(22 * 3_600);
/// It is as wide as the screen, and no wider than this; Word, by which Outlook shows mails, is told so in its own way.
const WIDTH_PX: u16 = 600;

/// A whole document.
pub fn html(bulletin: &Bulletin, say: Say<'_>) -> String {
    document(&bulletin.title(say), &fragment(bulletin, say), (&bulletin.link, &say.t("why")), say)
}

/// The frame around it: a title above, and below it where one sees more, and why it came.
pub(crate) fn document(title: &str, body: &str, (link, why): (&str, &str), say: Say<'_>) -> String {
    let lang = if say.language == Language::French { "fr" } else { "en" };
    let title = escaped(title);
    let more = match link {
        "" => String::new(),
        link => format!(
            "<table {TABLE} style=\"margin-top:20px\"><tr><td bgcolor=\"#1f5fbf\" style=\"padding:10px 18px\">\
<a href=\"{}\" style=\"{FONT};font-size:15px;color:#ffffff;text-decoration:none\">{}</a></td></tr></table>",
            escaped(link),
            escaped(&say.t("open"))
        ),
    };
    format!(
        "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light\"><title>{title}</title></head>\
<body style=\"margin:0;padding:0;background-color:#f4f4f4\">\
<table {TABLE} width=\"100%\" bgcolor=\"#f4f4f4\"><tr><td align=\"center\" style=\"padding:16px 8px\">\
<!--[if mso]><table {TABLE} width=\"{WIDTH_PX}\"><tr><td><![endif]-->\
<table {TABLE} width=\"100%\" bgcolor=\"#ffffff\" style=\"max-width:{WIDTH_PX}px\"><tr><td align=\"left\" style=\"padding:24px\">\
<h1 style=\"margin:0 0 16px;{FONT};font-size:20px;line-height:28px;color:#1a1a1a\">{title}</h1>{body}{more}</td></tr>\
<tr><td align=\"left\" style=\"padding:12px 24px 20px;{FONT};font-size:12px;line-height:18px;color:#595959\">{}</td></tr>\
</table><!--[if mso]></td></tr></table><![endif]--></td></tr></table></body></html>",
        escaped(why)
    )
}

/// What stands in it, without the frame.
fn fragment(bulletin: &Bulletin, say: Say<'_>) -> String {
    let mut out = String::new();
    let _ = write!(out, "<table {TABLE} width=\"100%\">");
    figures(bulletin, say).iter().for_each(|figure| figure_row(&mut out, figure));
    out.push_str("</table>");
    chart(&mut out, bulletin, say);
    for (title, rows) in lists(bulletin, say) {
        heading(&mut out, &title);
        let _ = write!(out, "<table {TABLE} width=\"100%\">");
        for (first, second) in rows {
            let cell = format!("padding:3px 0;{FONT};font-size:13px;line-height:18px;vertical-align:top");
            let _ = write!(
                out,
                "<tr><td width=\"30%\" style=\"{cell};padding-right:12px;color:#595959\">{}</td>\
<td style=\"{cell};color:#1a1a1a;word-break:break-word\">{}</td></tr>",
                escaped(&first),
                escaped(&second)
            );
        }
        out.push_str("</table>");
    }
    if bulletin.is_partial {
        let _ = write!(
            out,
            "<p style=\"margin:20px 0 0;{FONT};font-size:13px;line-height:18px;color:#595959\">{}</p>",
            escaped(&say.t("partial"))
        );
    }
    out
}

fn heading(out: &mut String, title: &str) {
    let title = escaped(title);
    let _ = write!(
        out,
        "<h2 style=\"margin:20px 0 6px;{FONT};font-size:15px;line-height:22px;color:#1a1a1a\">{title}</h2>"
    );
}

fn figure_row(out: &mut String, figure: &Figure) {
    let cell = format!("padding:4px 0;{FONT};font-size:15px;line-height:22px;vertical-align:top");
    let color = if figure.is_bad { "#b3261e" } else { "#1a1a1a" };
    let (label, value) = (escaped(&figure.label), escaped(&figure.value));
    let _ = write!(
        out,
        "<tr><td style=\"{cell};padding-right:12px;color:#595959\">{label}</td>\
<td align=\"right\" style=\"{cell};color:{color};font-weight:bold\">{value}</td></tr>"
    );
}

/// Steps in which nothing happened at the beginning and at the end are left out.
fn chart(out: &mut String, bulletin: &Bulletin, say: Say<'_>) {
    let steps = joined(&bulletin.steps);
    let Some(first) = steps.iter().position(|step| step.sent + step.errors > 0) else { return };
    let last = steps.iter().rposition(|step| step.sent + step.errors > 0).unwrap_or(first);
    let shown = steps.get(first..=last).unwrap_or_default();
    let is_days = steps.iter().zip(steps.iter().skip(1)).all(|(one, next)| next.at.since(one.at) >= SHORTEST_DAY);
    let most = shown.iter().map(|step| step.sent + step.errors).max().unwrap_or(1).max(1);
    heading(out, &say.t("chart"));
    let _ = write!(out, "<table {TABLE} width=\"100%\">");
    let cell = format!("{FONT};font-size:12px;line-height:16px;color:#595959;padding:2px 0;white-space:nowrap");
    for step in shown {
        let numbers = say.count("bar", step.errors, &[("sent", say.number(step.sent).into())]);
        let _ = write!(
            out,
            "<tr><td style=\"{cell};padding-right:8px\">{}</td><td width=\"100%\">",
            escaped(&if is_days { say.day(step.at) } else { say.hour(step.at) })
        );
        bar(out, (step.sent, step.errors), most);
        let _ =
            write!(out, "</td><td align=\"right\" style=\"{cell};padding-left:8px\">{}</td></tr>", escaped(&numbers));
    }
    out.push_str("</table>");
}

/// As long, in percent, as what it shows is of the most. What is not nothing is seen.
fn bar(out: &mut String, (sent, errors): (u64, u64), most: u64) {
    let of = |part: u64, whole: u64| if part == 0 { 0 } else { (part * 100 / whole.max(1)).clamp(1, 100) };
    let all = sent + errors;
    if all == 0 {
        return;
    }
    let wrong = of(errors, all).min(if sent > 0 { 99 } else { 100 });
    let _ = write!(out, "<table {TABLE} width=\"{}%\"><tr>", of(all, most));
    for (width, color) in [(100 - wrong, "#1f7a4d"), (wrong, "#b3261e")] {
        if width > 0 {
            let _ = write!(
                out,
                "<td width=\"{width}%\" height=\"12\" bgcolor=\"{color}\" style=\"font-size:0;line-height:12px\">&nbsp;</td>"
            );
        }
    }
    out.push_str("</tr></table>");
}

/// At most [`BARS_MAX`] steps, each as wide as the others.
fn joined(steps: &[Step]) -> Vec<Step> {
    let together = steps.len().div_ceil(BARS_MAX).max(1);
    let sum = |chunk: &[Step]| {
        let at = chunk.first()?.at;
        let (sent, errors) = chunk.iter().fold((0, 0), |(sent, errors), step| (sent + step.sent, errors + step.errors));
        Some(Step { at, sent, errors })
    };
    steps.chunks(together).filter_map(sum).collect()
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
