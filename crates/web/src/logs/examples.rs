//! The pages of logs: a small shop whose mail relay has a bad afternoon.

use crate::layout::gallery::examples::{ID, at, before};
use crate::{
    layout::{
        foreign::Foreign,
        gallery::Drawn,
        parts::{Choice, Chosen, Mood, Notice},
        view::View,
    },
    logs::{
        pages::{
            explore::{
                AskedForm, Begin, CellKind, ColumnChoice, ColumnsForm, ExplorePage, ExploreTab, ExploreTabs, Export,
                Facet, Fault, FieldRow, Histogram, LegendKey, LineCell, LineColumns, LineDetail, Links, PatternRow,
                Range, RecordPage, Saved, SearchResult, ShownFacetValue, ShownHint, ShownLine, ShownSuggestions, Sign,
                TableCell, TableOf, Turns,
            },
            files::{
                Can, FileHit, FileHits, FileLine, FilesFound, FilesSearchPage, FormatOf, FormatPage, FormatRow, LastOf,
                LastPage, LinesChoice, LogFileRow, LogFilesPage, ReadRow, ViewPage,
            },
        },
        told::left_out,
    },
};
use askama::Template as _;
use language::Language;
use model::Level;
use std::time::Duration;
use telemetry::query::{self, Counts, language::Empty};
use url::form_urlencoded;

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn links() -> Option<Links> {
    Some(Links { only: "/explore?q=app%3Ashop".to_owned(), without: "/explore?q=-app%3Ashop".to_owned() })
}

fn record(v: &View, seq: u64, kind: &Kind<'_>) -> ShownLine {
    let (level, source, text, fields) = kind;
    let app = fields.iter().find(|(name, _)| *name == "app").map_or("", |(_, value)| value);
    ShownLine {
        seq,
        at: before(v, (9_000 - seq) * 2) + Duration::from_micros(seq * 7_919 % 1_000_000),
        level: *level,
        cells: vec![LineCell::Level(*level), LineCell::Field(line(app)), LineCell::Source(line(source))],
        text: Foreign::line(text),
    }
}

fn detail(of: &ShownLine, kind: &Kind<'_>) -> LineDetail {
    let (_, _, text, fields) = kind;
    let field = |(name, value): &(&str, &str)| FieldRow { name: line(name), value: line(value), links: links() };
    LineDetail {
        at: of.at,
        body: Foreign::text(text, 4_096),
        fields: fields.iter().map(field).collect(),
        context: format!("/explore/record/{}", of.seq),
        trace: None,
        waterfall: Some("/performance/traces/0af7651916cd43dd8448eb211c80319c".to_owned()),
        issues: Vec::new(),
        job: fields.iter().any(|(name, _)| *name == "job_id").then(|| ID.to_owned()),
    }
}

/// Level, source, message and fields.
type Kind<'a> = (Option<Level>, &'a str, &'a [u8], &'a [(&'a str, &'a str)]);

const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"/srv/shop/billing/invoices.py\", line 214, in send\n    relay.send(message)\nTimeoutError: relay did not answer within 30 s";
const SHOP: &[(&str, &str)] =
    &[("app", "shop"), ("host", "web1"), ("logger", "billing.invoices"), ("duration_ms", "812")];

pub(crate) fn lines(v: &View) -> Vec<ShownLine> {
    let app = SHOP;
    let job: &[(&str, &str)] = &[("app", "vigie"), ("job_id", ID), ("item", "client7@example.fr")];
    let nginx: &[(&str, &str)] =
        &[("app", "nginx"), ("status", "502"), ("path", "/api/v1/orders"), ("remote", "192.0.2.14")];
    let big = [b"{\"event\":\"export\",\"rows\":[".as_slice(), &b"1234567,".repeat(131_072)].concat();
    let kinds: Vec<Kind<'_>> = vec![
        (Some(Level::Info), "web1:shop", b"Order 20418 paid, 129.90 EUR", app),
        (
            Some(Level::Error),
            "/var/log/nginx/access.log",
            b"192.0.2.14 \"POST /api/v1/orders HTTP/2.0\" 502 157 \"-\" 30.002",
            nginx,
        ),
        (Some(Level::Critical), "web1:shop", TRACEBACK.as_bytes(), app),
        (Some(Level::Warning), "web1:shop", "Réponse lente du relais : 2 812 ms".as_bytes(), app),
        (Some(Level::Info), "vigie", b"Email 3127/4850 envoy\xc3\xa9 : F-103 (client7@example.fr)", job),
        (Some(Level::Debug), "web1:shop", b"cache hit ratio 0.93, 4812 entries", app),
        (None, "/srv/legacy/run.log", b"\x1b[31mconnection reset\x1b[0m by peer \xff\xfe", &[]),
        (Some(Level::Info), "web2:shop", "<script>alert(1)</script> \u{202e}gnp.erutcaf".as_bytes(), app),
        (Some(Level::Trace), "web1:shop", b"enter send(message=20418)", app),
        (Some(Level::Info), "web1:shop", &big, app),
    ];
    (0..24).map(|n| record(v, 8_999 - n as u64, &kinds[n * 7 % 10])).collect()
}

fn histogram(v: &View) -> Histogram {
    let counts = |n: u64| {
        let (info, error) = (140 + n * 53 % 90, if (38..45).contains(&n) { 60 + n * 31 % 70 } else { n % 7 / 6 * 3 });
        let by_level = [3, 20 + n % 9, info, 6 + n * 11 % 14, error, error / 20];
        Counts { total: by_level.iter().sum::<u64>() + n % 5, by_level }
    };
    Histogram {
        edges: (0..=60).map(|minute| before(v, 3_600 - minute * 60)).collect(),
        step: Duration::from_secs(60),
        counts: (0..60).map(counts).collect(),
        address: "/explore?q=relay".to_owned(),
        legend: [
            ("bad", "legend-error"),
            ("doubt", "level-warning"),
            ("accent", "level-info"),
            ("fine", "legend-fine"),
        ]
        .map(|(class, word)| LegendKey { class, word, links: links() })
        .to_vec(),
    }
}

fn facet(name: &str, records: u64, values: &[(&str, u64)]) -> Facet {
    let value = |(text, records): &(&str, u64)| ShownFacetValue {
        text: line(text),
        whole: (*text).to_owned(),
        records: *records,
        links: links(),
    };
    Facet { name: line(name), is_source: name == "Source", records, values: values.iter().map(value).collect() }
}

fn facets(v: &View) -> Vec<Facet> {
    let levels: Vec<(String, u64)> = [
        (Level::Info, 10_412),
        (Level::Debug, 1_420),
        (Level::Warning, 720),
        (Level::Error, 611),
        (Level::Critical, 28),
    ]
    .map(|(level, n)| (v.t(Sign(level).word()), n))
    .to_vec();
    let levels: Vec<(&str, u64)> = levels.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    vec![
        facet(&v.t("field-level"), 13_191, &levels),
        facet(
            &v.t("field-source"),
            13_403,
            &[
                ("web1:shop", 8_120),
                ("/var/log/nginx/access.log", 3_904),
                ("vigie", 1_101),
                ("/srv/legacy/run.log", 278),
            ],
        ),
        facet("app", 13_125, &[("shop", 8_120), ("nginx", 3_904), ("vigie", 1_101)]),
        facet("status", 3_904, &[("200", 3_102), ("502", 590), ("404", 212)]),
        facet("host", 8_120, &[("web1", 6_018), ("web2", 2_102)]),
        facet("trace_id", 8_120, &[]),
    ]
}

fn page<'a>(v: &'a View, q: &str, found: SearchResult) -> ExplorePage<'a> {
    let (_, problems) = query::parse(q);
    let range = |length: &str, word: &'static str| Range {
        label: v.t(word),
        address: format!("/explore?since={length}"),
        chosen: if length == "1h" { Chosen::Yes } else { Chosen::No },
    };
    let has_lines = matches!(found, SearchResult::Lines(_) | SearchResult::Table(_) | SearchResult::Patterns(_));
    ExplorePage {
        v,
        asked: AskedForm { q: q.to_owned(), since: "1h".to_owned(), ..AskedForm::default() },
        tabs: ExploreTabs {
            at: if matches!(found, SearchResult::Patterns(_)) { ExploreTab::Patterns } else { ExploreTab::Search },
            lines: "/explore?q=relay".to_owned(),
            patterns: "/explore?q=relay+%7C+patterns".to_owned(),
            errors: "/explore?q=level%3E%3Derror&since=1h".to_owned(),
        },
        ranges: [("15m", "range-15m"), ("1h", "range-1h"), ("24h", "range-24h"), ("7d", "range-7d"), ("", "range-all")]
            .map(|(length, word)| range(length, word))
            .to_vec(),
        faults: problems.iter().map(|problem| Fault::new(v, q, problem)).collect(),
        left_out: Vec::new(),
        histogram: has_lines.then(|| histogram(v)),
        facets: if has_lines { facets(v) } else { Vec::new() },
        facets_left_out: Vec::new(),
        columns: columns(v),
        begin: None,
        found,
        turns: Turns {
            turned: "/explore?order=oldest".to_owned(),
            next: has_lines.then(|| "/explore?cursor=x".to_owned()),
            ..Turns::default()
        },
        exports: if has_lines {
            [("export-text", "txt"), ("export-jsonl", "jsonl"), ("export-csv", "csv")]
                .map(|(word, ending)| Export {
                    word,
                    address: "/x".to_owned(),
                    name: format!("logs-2026-11-20.{ending}"),
                })
                .to_vec()
        } else {
            Vec::new()
        },
        saved: vec![Saved {
            id: ID.to_owned(),
            name: "Pannes du relais".to_owned(),
            address: "/explore?q=relay".to_owned(),
        }],
        notice: None,
        address: "/explore?q=relay&since=1h".to_owned(),
    }
}

fn columns(v: &View) -> ColumnsForm {
    let columns = LineColumns::default();
    let label = |name: &str| line(&v.t(&format!("field-{name}")));
    let shown = columns.iter().map(|column| ColumnChoice::shown(column, label(&column.name)));
    let offered = ["status", "host", "trace_id"].map(|name| ColumnChoice::offered(name, line(name)).unwrap());
    ColumnsForm { choices: shown.chain(offered).collect(), text: columns.to_string(), style: None }
}

fn table(columns: &[&str], rows: &[&[&str]], doubts: ShownSuggestions) -> SearchResult {
    let cell = |text: &&str| {
        let kind = if text.parse::<f64>().is_ok() { CellKind::Number } else { CellKind::Text };
        let leads = kind == CellKind::Text && !text.is_empty();
        let [only, without] = [leads.then(|| "/explore?q=x".to_owned()), leads.then(|| "/explore?q=-x".to_owned())];
        TableCell { html: (*text).to_owned(), kind, only, without }
    };
    let rows: Vec<Vec<TableCell>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let kind = |at: usize| match rows.iter().any(|row| row[at].kind == CellKind::Number) {
        true => CellKind::Number,
        false => CellKind::Text,
    };
    let columns = columns.iter().enumerate().map(|(at, name)| TableCell {
        html: (*name).to_owned(),
        kind: kind(at),
        only: None,
        without: None,
    });
    SearchResult::Table(TableOf { columns: columns.collect(), rows, doubts })
}

fn patterns(v: &View) -> SearchResult {
    let rows: [(Option<Level>, u64, u64, &str, &str); 4] = [
        (Some(Level::Info), 8_120, 0, "Order <*> paid, <*> EUR", "Order 20418 paid, 129.90 EUR"),
        (
            Some(Level::Error),
            590,
            17,
            "\"POST /api/<*>/orders HTTP/<*>\" <*> <*> \"-\" <*>",
            "192.0.2.14 \"POST /api/v1/orders HTTP/2.0\" 502 157 \"-\" 30.002",
        ),
        (Some(Level::Critical), 28, 17, "TimeoutError: relay did not answer within <*> s", TRACEBACK),
        (None, 3, 3, "connection reset by peer", "connection reset by peer"),
    ];
    let row = |(level, records, since, pattern, example): (Option<Level>, u64, u64, &str, &str)| PatternRow {
        records,
        trend: (0..24).map(|step| if step < since { 0 } else { 3 + step * 7 % 5 }).collect(),
        sign: level.map(Sign),
        html: PatternRow::pattern_html(pattern.as_bytes()),
        last: before(v, 40 + records % 60),
        example: line(example),
        record: Some("/explore/record/8999".to_owned()),
        links: links(),
    };
    SearchResult::Patterns(rows.map(row).to_vec())
}

fn doubts(v: &View, q: &str, empty: Empty) -> ShownSuggestions {
    let known = ["app", "duration_ms", "status"].map(str::to_owned).into();
    let (hints, meant) = query::language::hints(&query::parse(q).0, empty, &known);
    let address =
        |q: &str| format!("/explore?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish());
    ShownSuggestions {
        parts: hints.iter().map(|hint| ShownHint::new(v, hint)).collect(),
        meant: meant.map(|query| query.to_string()).map(|q| (line(&q), address(&q))),
    }
}

/// One line among those of its source, the oldest first.
fn around(v: &View) -> RecordPage<'_> {
    let mut all = lines(v);
    all.retain(|line| line.level.is_some());
    all.iter_mut().for_each(|each| each.cells[2] = LineCell::Source(line("web1:shop")));
    all.reverse();
    let place = all.iter().rposition(|line| line.level == Some(Level::Critical)).unwrap_or_default();
    let after = all.split_off(place + 1);
    let record = all.split_off(place).remove(0);
    RecordPage {
        v,
        detail: detail(&record, &(record.level, "web1:shop", TRACEBACK.as_bytes(), SHOP)),
        source: line("web1:shop"),
        record,
        before: all.split_off(place.saturating_sub(6)),
        after: after.into_iter().take(5).collect(),
        earlier: Some("/explore/record/1?before=60".to_owned()),
        later: None,
        left_out: Vec::new(),
        whole: "/x".to_owned(),
        source_address: Some("/explore?q=source%3Ax".to_owned()),
    }
}

pub(crate) fn logs(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/explore");
    let graded = table(
        &["app", "level", "count()", "p95(duration_ms)"],
        &[&["nginx", "error", "590", "30002"], &["shop", "error", "21", "812.5"], &["shop", "critical", "28", ""]],
        ShownSuggestions::NONE,
    );
    let blank = "level>=error | stats count(), p95(duration) by app, levl";
    let blanks = table(
        &["app", "levl", "count()", "p95(duration)"],
        &[&["nginx", "", "590", ""], &["shop", "", "49", ""]],
        doubts(v, blank, Empty::Column),
    );
    let none = SearchResult::NoMatch { wider: Some("/explore?q=absent".to_owned()), doubts: ShownSuggestions::NONE };
    let wrong = "levl:error status=404";
    let doubted = SearchResult::NoMatch { wider: None, doubts: doubts(v, wrong, Empty::Answer) };
    let begin = Begin { origin: "https://vigie.example.org".to_owned() };
    let searches = [
        ("explore", "relay OR orders", SearchResult::Lines(lines(v))),
        ("explore-faults", "app:nginx status>=abc (refused | stats cuont()", SearchResult::Lines(lines(v))),
        ("explore-table", "level>=error | stats count(), p95(duration_ms) by app, level", graded),
        ("explore-table-doubts", blank, blanks),
        ("explore-patterns", "relay OR orders | patterns", patterns(v)),
        ("explore-no-match", "absent", none),
        ("explore-doubts", wrong, doubted),
        ("explore-empty", "", SearchResult::Empty(begin)),
    ];
    let drawn = searches.into_iter().map(|(name, q, found)| (name, page(v, q, found).render().unwrap()));
    let mut pages: Vec<Drawn> = drawn.collect();
    pages.push(("explore-record", around(v).render().unwrap()));
    pages.extend(files(&at(v, "/logs/")));
    pages
}

fn file(v: &View, name: &str, bytes: u64, ago: u64) -> LogFileRow {
    let can = if name.ends_with("gz") { Can::Read } else { Can::Clear };
    let folder = "/var/lib/vigie/logs".to_owned();
    LogFileRow { name: name.to_owned(), bytes, modified: before(v, ago), folder, job: None, can }
}

fn file_lines() -> Vec<FileLine> {
    [
        "[AUTO-SYNC] [INFO] 2026-11-20 14:23:01 [change_detector] - Détection de changements pour Instance Source",
        "[AUTO-SYNC] [INFO] 2026-11-20 14:23:02 [change_detector] - Changements détectés pour organisationUnits",
        "[AUTO-SYNC] [DEBUG] 2026-11-20 14:23:03 [change_detector] - 5 éléments modifiés depuis 2026-11-20 14:00:00",
        "[AUTO-SYNC] [INFO] 2026-11-20 14:23:05 [lifecycle_manager] - Démarrage de la synchronisation incrémentale pour Config Test",
        "[AUTO-SYNC] [WARNING] 2026-11-20 14:24:40 [sync] - Réponse lente : 12,4 s",
        "[AUTO-SYNC] [ERROR] 2026-11-20 14:30:01 [scheduler] - Erreur lors de la synchronisation: Connection timeout",
        "[AUTO-SYNC] [INFO] 2026-11-20 14:30:02 [lifecycle_manager] - Cooldown activé jusqu'à 2026-11-20 15:00:02",
    ]
    .map(|line| FileLine::new(line.as_bytes()))
    .to_vec()
}

fn search<'a>(v: &'a View, rows: &[LogFileRow]) -> FilesSearchPage<'a> {
    let hit = |n: u64, line: FileLine| FileHit { number: n, address: "/logs/view/x/?offset=1".to_owned(), line };
    let hits = |name: &str| FileHits {
        name: line(name),
        hits: file_lines()
            .into_iter()
            .zip([12, 13, 14, 2_041, 2_042, 2_301, 12_044])
            .map(|(line, n)| hit(n, line))
            .collect(),
    };
    let found = FilesFound {
        hits: vec![hits("auto_sync.log"), hits("auto_sync.log.1.gz")],
        matches: 14,
        lines: 204_118,
        bytes: 21_400_000,
        notes: vec![v.with("files-unknown", "name", "sync_jobs.log")],
    };
    let choices = Choice::of(rows.iter().map(|row| (row.name.clone(), row.name.clone())), "auto_sync.log");
    FilesSearchPage {
        v,
        query: "AUTO-SYNC".to_owned(),
        language: Chosen::No,
        files: choices,
        faults: Vec::new(),
        found: Some(found),
    }
}

fn file_rows(v: &View) -> Vec<LogFileRow> {
    vec![
        file(v, "auto_sync.log", 8_412_007, 4),
        file(v, "mailing.log", 1_204_311, 61),
        file(v, "errors.log", 48_120, 3_100),
        file(v, "jobs:2026-11-20.jsonl", 911_400, 7_300),
        file(v, "changes_detected.log", 0, 90_000),
        file(v, "auto_sync.log.1.gz", 702_991, 260_000),
    ]
}

fn files(v: &View) -> Vec<Drawn> {
    let rows = file_rows(v);
    let list = |files: Vec<LogFileRow>, notice| LogFilesPage {
        v,
        files,
        left_out: 0,
        unread: Vec::new(),
        folders: vec!["/srv/vigie-data/logs".to_owned()],
        notice,
        kept: None,
    };
    let cleared = Notice { mood: Mood::Ok, text: v.with("files-cleared", "name", "changes_detected.log") };
    let choice = |lines: u64| LinesChoice {
        lines,
        address: format!("/logs/view/auto_sync.log/?lines={lines}&tail=true"),
        chosen: if lines == 100 { Chosen::Yes } else { Chosen::No },
    };
    let view = ViewPage {
        v,
        file: rows[0].clone(),
        lines: [file_lines(), file_lines(), file_lines()].concat(),
        choices: [100, 500, 1_000, 5_000].map(choice).to_vec(),
        is_cut: false,
        is_end: true,
        earlier: Some("/logs/view/auto_sync.log/?before=1".to_owned()),
        later: None,
        last: "/logs/view/auto_sync.log/".to_owned(),
        follow: Some("/logs/follow/auto_sync.log/".to_owned()),
    };
    let last = vec![
        (rows[0].clone(), LastOf::Lines(file_lines())),
        (rows[4].clone(), LastOf::Lines(Vec::new())),
        (rows[2].clone(), LastOf::Unread(v.with("files-unreadable", "name", "errors.log"))),
    ];
    let text = |text: &str| Foreign::text(text.as_bytes(), 1_000);
    let read = |level, fields: &str, message: &str| {
        Some(ReadRow { time: Some(before(v, 60)), level: Some(level), fields: text(fields), message: text(message) })
    };
    let format = FormatPage {
        v,
        of: FormatOf {
            name: text("auto_sync.log"),
            back: "/logs/view/auto_sync.log/".to_owned(),
            action: "/logs/format/auto_sync.log".to_owned(),
            source: None,
        },
        recognised: None,
        name: "shop".to_owned(),
        pattern: "%{time} <%{level}> %{word:user} %{message}".to_owned(),
        trial: Some(::logs::formats::Trial { lines: 1_000, fitting: 998, timed: 998, graded: 998 }),
        rows: vec![
            FormatRow {
                line: text("2026-11-20 10:00:00 <WARN> anna refused"),
                read: read(model::Level::Warning, "user=anna", "refused"),
            },
            FormatRow { line: text("and some more of it"), read: None },
        ],
        notice: None,
        faults: crate::layout::parts::Faults::default(),
    };
    let search = search(v, &rows);
    vec![
        ("files", list(rows, Some(cleared)).render().unwrap()),
        ("files-none", list(Vec::new(), None).render().unwrap()),
        ("files-view", view.render().unwrap()),
        ("files-last", LastPage { v, files: last, lines: 100 }.render().unwrap()),
        ("files-search", search.render().unwrap()),
        ("files-format", format.render().unwrap()),
    ]
}

#[test]
fn fields_that_are_counted_in_part_say_so() {
    for (language, said) in [
        (Language::English, "Partial counts. The search ran out of time"),
        (Language::French, "Décompte partiel. La recherche a dépassé le temps imparti"),
    ] {
        let v = &at(&crate::layout::gallery::examples::view(language), "/explore");
        let whole = page(v, "relay", SearchResult::Lines(lines(v)));
        assert!(!whole.render().unwrap().contains(said));
        for facets in [facets(v), Vec::new()] {
            let facets_left_out = left_out(v, &[query::Partial::Cancelled]);
            let cut = ExplorePage { facets, facets_left_out, ..page(v, "relay", SearchResult::Lines(lines(v))) };
            let html = cut.render().unwrap();
            assert!(html.contains(said), "{html}");
        }
    }
}
