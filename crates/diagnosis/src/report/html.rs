//! A report as one page of HTML: it needs nothing else, runs nothing, and can be printed.

use super::{Block, Document, TimelineRow, plain};
use language::Language;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #d0d7de;padding-bottom:.2rem}\
pre{background:#f6f8fa;border:1px solid #d0d7de;border-radius:6px;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid #d8dee4;overflow-wrap:anywhere}th{white-space:nowrap}\
.lead{font-size:1.25rem;font-weight:600}.note{color:#57606a;font-size:.9rem}.reasons{list-style:none;padding:0}.reasons li{padding-left:1.4rem;text-indent:-1.4rem}\
.reasons .for::before,.reasons .against::before{display:inline-block;width:1.4rem;text-indent:0}.reasons .for::before{content:'\\2713';color:#1a7f37}.reasons .against::before{content:'\\2717';color:#b35900}\
.timeline{list-style:none;padding:0;font-size:.9rem}.timeline li{border-left:3px solid #d0d7de;padding:.15rem .8rem;overflow-wrap:anywhere}.timeline .deciding{border-color:#cf222e;background:#fff5f5}\
.place{color:#57606a;font-size:.85rem}pre+.place{margin-top:-.6rem}\
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark}body{background:#0d1117;color:#e6edf3}pre{background:#161b22}pre,h2,th,td,.timeline li{border-color:#30363d}\
.note,.place{color:#9198a1}.timeline .deciding{background:#2d1517;border-color:#f85149}.reasons .for::before{color:#3fb950}.reasons .against::before{color:#f0883e}}\
@media print{body{margin:0;font-size:11px}h2{break-after:avoid}tr,pre,li{break-inside:avoid}}";

pub(super) fn written(document: &Document, language: Language) -> String {
    let language = if language == Language::French { "fr" } else { "en" };
    let title = escaped(&document.title);
    let sections: String = document
        .sections
        .iter()
        .map(|section| {
            let blocks: String = section.blocks.iter().map(block_html).collect();
            format!("<section><h2>{}</h2>\n{blocks}</section>\n", escaped(&section.heading))
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><main><h1>{title}</h1>\n{sections}</main></body></html>\n"
    )
}

fn block_html(block: &Block) -> String {
    match block {
        Block::Lead(words) => format!("<p class=\"lead\">{}</p>\n", escaped(words)),
        Block::Text(words) => format!("<p>{}</p>\n", escaped(words)),
        Block::Note(words) => format!("<p class=\"note\">{}</p>\n", escaped(words)),
        Block::Reasons(reasons) => {
            let items: String = reasons
                .iter()
                .map(|reason| {
                    let class = if reason.points < 0 { "against" } else { "for" };
                    format!("<li class=\"{class}\">{}</li>", escaped(&reason.whole()))
                })
                .collect();
            format!("<ul class=\"reasons\">{items}</ul>\n")
        }
        Block::Timeline(rows) => {
            let rows: String = rows.iter().map(timeline_row).collect();
            format!("<ol class=\"timeline\">\n{rows}</ol>\n")
        }
        Block::Quote { place, line } => {
            format!("<pre>{}</pre>\n<p class=\"place\">{}</p>\n", escaped(line), escaped(place))
        }
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>", escaped(item))).collect();
            format!("<ul>{items}</ul>\n")
        }
        Block::Table { heading, rows } => {
            let cells = |tag: &str, cells: &[String]| -> String {
                cells.iter().map(|cell| format!("<{tag}>{}</{}>", escaped(cell), &tag[..2])).collect()
            };
            let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells("td", row))).collect();
            format!(
                "<table><thead><tr>{}</tr></thead><tbody>\n{rows}</tbody></table>\n",
                cells("th scope=\"col\"", heading)
            )
        }
        Block::Command(command) => format!("<pre><code>{}</code></pre>\n", escaped(command)),
    }
}

fn timeline_row(row: &TimelineRow) -> String {
    let class = if row.is_deciding { " class=\"deciding\"" } else { "" };
    let [at, what, place, line] = [&row.at, &row.what, &row.place, &row.line].map(|text| escaped(text));
    format!("<li{class}><b>{at}</b> {what} <span class=\"place\">{place}</span><br><code>{line}</code></li>\n")
}

fn escaped(text: &str) -> String {
    plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
