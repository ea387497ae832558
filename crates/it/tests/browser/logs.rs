//! The logs: searched, narrowed by click and by drag, followed at a thousand lines a second, read among those around them;
//! log files followed and cleared; and lines that mean harm.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Theme},
    desk::shows,
    harness::say,
    keyboard::ENTER,
    server::Vigie,
    until,
};
use serde_json::{Value, json};
use std::{fs, io::Write as _};

const ESCAPE: char = '\u{e00c}';

impl Vigie {
    pub(crate) async fn lines(&self, lines: &[Value]) {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let request = self.client.post(self.url("/api/v1/logs")).bearer_auth(&self.token).body(body);
        let answer = request.send().await.expect("the server answers");
        let taken: Value = answer.json().await.expect("JSON");
        assert_eq!(taken["accepted"].as_u64(), Some(lines.len() as u64), "{taken}");
    }

    /// An hour of a shop: a line every ten seconds, every tenth an error, the last a minute ago.
    pub(crate) async fn an_hour(&self, browser: &Browser) {
        let end = browser.value("Date.now()").await.as_u64().expect("a number") - 60_000;
        let line = |n: u64| {
            let level = if n.is_multiple_of(10) { "error" } else { "info" };
            json!({"time": end - (359 - n) * 10_000, "level": level, "source": format!("web{}", n % 2),
                "message": format!("order {n} {}", if level == "error" { "refused" } else { "paid" }),
                "app": if n.is_multiple_of(3) { "shop" } else { "till" }, "duration_ms": n})
        };
        self.lines(&(0..360).map(line).collect::<Vec<_>>()).await;
    }
}

impl Browser {
    pub(crate) async fn rows(&self) -> u64 {
        self.value("document.querySelectorAll('[data-lines] > li').length").await.as_u64().expect("a count")
    }

    /// Presses, moves and lets go over the element, from one share of its width to another.
    async fn drag_over(&self, selector: &str, from: f64, to: f64) {
        let place = format!("document.querySelector({}).getBoundingClientRect()", json!(selector));
        self.run(&format!("document.querySelector({}).scrollIntoView({{ block: 'center' }})", json!(selector))).await;
        let of = async |edge: &str| self.value(&format!("{place}.{edge}")).await.as_f64().expect("a number");
        let (x, y) = (of("x").await, of("y").await);
        let (width, height) = (of("width").await, of("height").await);
        let event = |kind: &str, share: f64| json!({"type": kind, "x": x + width * share, "y": y + height / 2.0, "button": "left", "buttons": 1, "clickCount": 1});
        self.chrome("Input.dispatchMouseEvent", event("mousePressed", from)).await;
        for step in 1..=5 {
            let share = from + (to - from) * f64::from(step) / 5.0;
            self.chrome("Input.dispatchMouseEvent", event("mouseMoved", share)).await;
        }
        self.chrome("Input.dispatchMouseEvent", event("mouseReleased", to)).await;
    }

    /// Presses in the middle of the element, moves by so many pixels to the right, and lets go.
    pub(crate) async fn drag_by(&self, selector: &str, pixels: f64) {
        let place = format!("document.querySelector({}).getBoundingClientRect()", json!(selector));
        // While one page gives way to another, nothing of it can be touched.
        let hit = format!("document.elementFromPoint({place}.x + {place}.width / 2, {place}.y + {place}.height / 2)");
        self.until(&format!("{hit} === document.querySelector({})", json!(selector))).await;
        let of = async |edge: &str| self.value(&format!("{place}.{edge}")).await.as_f64().expect("a number");
        let (x, y) = (of("x").await + of("width").await / 2.0, of("y").await + of("height").await / 2.0);
        let event = |kind: &str, by: f64| json!({"type": kind, "x": x + by, "y": y, "button": "left", "buttons": 1, "clickCount": 1});
        self.chrome("Input.dispatchMouseEvent", event("mousePressed", 0.0)).await;
        self.chrome("Input.dispatchMouseEvent", event("mouseMoved", pixels / 2.0)).await;
        self.chrome("Input.dispatchMouseEvent", event("mouseMoved", pixels)).await;
        self.chrome("Input.dispatchMouseEvent", event("mouseReleased", pixels)).await;
    }

    pub(crate) async fn both_themes(&self, name: &str) {
        for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
            self.theme(theme).await;
            assert_accessible(self).await;
            self.screenshot(&format!("{name}-{word}")).await;
        }
    }

    pub(crate) async fn fits_a_phone(&self, name: &str) {
        self.size(360, 800).await;
        let over = self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        assert_eq!(over, json!(0), "{name} is wider than a phone");
        assert_accessible(self).await;
        self.screenshot(&format!("{name}-phone")).await;
        self.size(1280, 900).await;
    }
}

/// Ana, logged in, before a wide window; nobody where there is no browser.
pub(crate) async fn come_in(role: &str) -> Option<(Browser, Vigie)> {
    let browser = Browser::start().await?;
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", role)).await;
    Some((browser, vigie))
}

const LOADED: &str = "document.readyState === 'complete'";

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_searched_narrowed_dragged_and_read_in_their_place() {
    let Some((browser, vigie)) = come_in("admin").await else { return };
    browser.open(&vigie.url("/explore")).await;
    browser.until(&shows("No logs collected yet")).await;
    browser.both_themes("explore-empty").await;
    vigie.an_hour(&browser).await;

    browser.open(&vigie.url("/explore")).await;
    browser.until(&shows("360 lines")).await;
    assert_eq!(browser.rows().await, 100);
    let size = browser.value("fetch(location.href).then((page) => page.text()).then((text) => new Blob([text]).size)");
    let (bytes, elements) = (size.await, browser.value("document.querySelectorAll('*').length").await);
    say(&format!("100 lines: {bytes} bytes decoded, {elements} elements"));
    assert!(bytes.as_u64() < Some(150_000) && elements.as_u64() < Some(4_000), "{bytes} bytes, {elements} elements");
    browser.both_themes("explore").await;
    browser.type_in("#q", "refused").await;
    browser.press(".ask-box button").await;
    browser.until(&format!("location.search.includes('q=refused') && {LOADED} && {}", shows("36 lines"))).await;
    // A value of a facet, and then without another.
    browser.press(".facet a.value[href*='app%3Ashop']").await;
    browser.until(&format!("location.search.includes('app%3Ashop') && {LOADED} && {}", shows("12 lines"))).await;
    assert_eq!(browser.text("document.getElementById('q').value").await, "refused app:shop");
    browser.press(".facet a.without[href*='source%3Aweb0']").await;
    browser.until(&format!("location.search.includes('-source') && {LOADED}")).await;

    browser.open(&vigie.url("/explore?q=order")).await;
    browser.until(&shows("360 lines")).await;
    browser.drag_over("[data-histogram] svg", 0.26, 0.49).await;
    browser
        .until(&format!("location.search.includes('since=') && {LOADED} && document.querySelector('#over-time b')"))
        .await;
    let text = browser.text("document.querySelector('#over-time b').textContent").await;
    let lines: u64 = text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    assert!((60..150).contains(&lines), "about a quarter of the hour: {text}");
    assert!(browser.text("location.search").await.contains("until="));

    browser.open(&vigie.url("/explore?q=order")).await;
    browser.press("[data-lines] > li:nth-child(5) summary").await;
    browser.until("document.querySelector('[data-lines] > li:nth-child(5) .line-body').checkVisibility()").await;
    browser.both_themes("explore-open").await;
    browser.press("[data-lines] > li:nth-child(5) .line-body a[href^='/explore/record/']").await;
    browser.until(&format!("location.pathname.startsWith('/explore/record/') && {LOADED}")).await;
    browser.until("document.querySelectorAll('[data-lines] > li').length > 20").await;
    let sources = "new Set([...document.querySelectorAll('.lines .src')].map((at) => at.textContent)).size";
    assert_eq!(browser.value(sources).await, 1, "the lines around are of the same source");
    browser.both_themes("explore-record").await;
    browser.fits_a_phone("explore-record").await;
    browser.open(&vigie.url("/explore?q=order+level%3E%3Doops")).await;
    browser.until("document.querySelector('.faults mark').textContent === 'oops'").await;
    browser.both_themes("explore-fault").await;
    browser.open(&vigie.url("/explore?q=*+%7C+stats+count()+by+app")).await;
    browser.until("document.querySelectorAll('.explore tbody tr').length === 2").await;
    browser.both_themes("explore-table").await;
    browser.open(&vigie.url("/explore?q=order")).await;
    browser.fits_a_phone("explore").await;
    assert!(browser.console().await.iter().all(|line| !line.contains("Content Security Policy")));
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_are_kept_and_keys_lead_through_lines() {
    let Some((browser, vigie)) = come_in("viewer").await else { return };
    vigie.an_hour(&browser).await;
    browser.open(&vigie.url("/explore")).await;
    browser.keys("/").await;
    browser.until("document.activeElement.id === 'q'").await;
    browser.keys("refused").await;
    browser.key(ENTER).await;
    browser.until(&format!("location.search.includes('q=refused') && {LOADED}")).await;
    let at = |n: u32| format!("document.activeElement === document.querySelectorAll('.line > summary')[{n}]");
    browser.keys("j").await;
    browser.until(&at(0)).await;
    browser.keys("jjk").await;
    browser.until(&at(1)).await;
    browser.key(ENTER).await;
    browser.until("document.querySelectorAll('details.line[open]').length === 1").await;
    browser.key(ESCAPE).await;
    browser.until(&format!("document.querySelectorAll('details.line[open]').length === 0 && {}", at(1))).await;

    browser.press("details[data-drop] summary").await;
    browser.type_in("[name=name]", "Refusals").await;
    browser.both_themes("explore-saved").await;
    browser.press("form[action='/explore/saved'] button").await;
    browser.until(&shows("Search saved.")).await;
    browser.open(&vigie.url("/explore")).await;
    browser.press(".saved a").await;
    browser.until(&format!("location.search.includes('q=refused') && {LOADED}")).await;
    browser.press(".saved form button").await;
    browser.until("!document.querySelector('.saved')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_and_sources_keep_to_their_room() {
    let Some((browser, vigie)) = come_in("viewer").await else { return };
    let sources = ["access.log", "access.log", "access.log.1", "access.log.1"];
    let line = |name: &str| json!({"message": name, "source": format!("/var/log/nginx/{name}")});
    vigie.lines(&sources.map(line)).await;
    browser.open(&vigie.url("/explore")).await;
    for language in ["en", "fr"] {
        browser.run(&format!("document.cookie = 'vigie_language={language}; path=/'")).await;
        for (name, menu) in [("saved", ":has(form[action='/explore/saved'])"), ("export", ":has(.menu)")] {
            browser.open(&vigie.url("/explore")).await;
            browser.press(&format!(".head details[data-drop]{menu} > summary")).await;
            let over = "const sheet = document.querySelector('details[open] > .sheet-small'), box = sheet.getBoundingClientRect();
                return Math.max(-box.left, box.right - document.documentElement.clientWidth,
                    ...[...sheet.querySelectorAll('*')].map((part) => part.getBoundingClientRect().right - box.right))";
            for width in [360, 1280] {
                browser.size(width, 900).await;
                let over = browser.value(&format!("(() => {{ {over} }})()")).await;
                assert!(over.as_f64() <= Some(0.0), "{name} in {language} at {width}: {over} px");
            }
            browser.fits_a_phone(&format!("explore-{name}-{language}")).await;
        }
    }
    // Of paths that have no room, the end is in sight, where they differ.
    browser.open(&vigie.url("/explore")).await;
    browser.until("document.querySelectorAll('.facet .cut-front').length === 2").await;
    let ends = "[...document.querySelectorAll('.facet .cut-front')].every((value) => {
        const text = value.querySelector('bdi').getBoundingClientRect(), room = value.getBoundingClientRect();
        return text.width > room.width && Math.abs(text.right - room.right) < 1;
    })";
    assert_eq!(browser.value(ends).await, true);
    browser.screenshot("explore-sources").await;
    browser.open(&vigie.url("/explore?since=garbage&until=5")).await;
    browser.both_themes("explore-no-time").await;
    browser.fits_a_phone("explore-no-time").await;
    browser.open(&vigie.url("/explore/record/abc")).await;
    browser.both_themes("explore-no-record").await;
}

const HOSTILE: &str = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'> \u{1b}[31mred\u{1b}[0m \u{202e}gnp.erutcaf \u{7}\u{0}";

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_mean_harm_do_none() {
    let Some((browser, vigie)) = come_in("admin").await else { return };
    let lines = || {
        vec![
            json!({"message": HOSTILE, "source": HOSTILE, "field": HOSTILE, HOSTILE: "x"}),
            json!({"message": "A".repeat(1 << 20), "source": "big"}),
        ]
    };
    vigie.lines(&lines()).await;
    let harmless = async |what: &str| {
        assert_eq!(browser.value("window.harmed ?? null").await, json!(null), "{what}");
        assert_eq!(browser.value("document.querySelectorAll('main img, main script').length").await, 0, "{what}");
        let text = browser.text("document.querySelector('main').textContent").await;
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{0}']), "{what}");
        assert!(text.contains("<script>") && text.contains("ESC[31mred") && text.contains("U+202Egnp"), "{what}");
        let over = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        assert!(over.as_i64().is_some_and(|over| over <= 0), "{what} sticks out: {over}");
    };
    browser.open(&vigie.url("/explore")).await;
    browser.until(&shows("1,048,576 bytes")).await;
    for n in 1..=2 {
        browser.press(&format!("[data-lines] > li:nth-child({n}) summary")).await;
    }
    harmless("as the server writes it").await;
    browser.both_themes("explore-hostile").await;
    let size = browser.value("document.documentElement.outerHTML.length").await.as_u64().expect("a number");
    assert!(size < 200_000, "{size}");

    // The same as they arrive.
    browser.open(&vigie.url("/explore?live=1")).await;
    browser.until(&shows("Stop")).await;
    vigie.lines(&lines()).await;
    browser.until("document.querySelectorAll('[data-lines] > li').length === 4").await;
    browser.until("document.querySelector('[data-lines] .cut').textContent.includes('1,048,576')").await;
    for n in 1..=2 {
        browser.press(&format!("[data-lines] > li:nth-child({n}) summary")).await;
        browser.until(&format!("document.querySelector('[data-lines] > li:nth-child({n}) .line-body dl')")).await;
    }
    harmless("as a script writes it").await;

    let logs = vigie.data().join("logs");
    fs::create_dir_all(&logs).expect("a folder");
    fs::write(logs.join("hostile.log"), format!("{HOSTILE}\n")).expect("a file");
    browser.open(&vigie.url("/logs/view/hostile.log/?lines=100&tail=true")).await;
    harmless("in a file").await;
    browser.press("[data-follow-switch]").await;
    browser.until(&shows("Stop")).await;
    fs::OpenOptions::new()
        .append(true)
        .open(logs.join("hostile.log"))
        .expect("a file")
        .write_all(format!("{HOSTILE}\n").as_bytes())
        .expect("a line");
    browser.until("document.querySelectorAll('[data-raw] > li').length === 2").await;
    harmless("in a file that is followed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn log_files_are_read_followed_searched_and_cleared() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "admin")).await;
    let logs = vigie.data().join("logs");
    fs::create_dir_all(&logs).expect("a folder");
    let lines: String = (1..=300)
        .map(|n| {
            format!("[AUTO-SYNC] [{}] 2025-10-10 14:23:01 - ligne {n}\n", if n % 50 == 0 { "ERROR" } else { "INFO" })
        })
        .collect();
    fs::write(logs.join("auto_sync.log"), lines).expect("a file");
    browser.open(&vigie.url("/logs/")).await;
    browser.until(&shows("auto_sync.log")).await;
    browser.both_themes("files").await;
    browser.press("main th a[href*='auto%5Fsync']").await;
    browser.until(&format!("location.pathname.startsWith('/logs/view/') && {LOADED}")).await;
    assert_eq!(browser.value("document.querySelectorAll('[data-raw] > li').length").await, 100);
    assert_eq!(browser.value("document.querySelectorAll('[data-raw] > li.error').length").await, 2);
    browser.both_themes("files-view").await;
    browser.fits_a_phone("files-view").await;
    browser.press("[data-follow-switch]").await;
    browser.until(&shows("Arrêter")).await;
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().append(true).open(logs.join("auto_sync.log")).expect("a file");
        file.write_all(text.as_bytes()).expect("a line");
    };
    append("[AUTO-SYNC] [WARNING] de plus\n");
    browser.until("document.querySelector('[data-raw] > li:last-child').textContent.endsWith('de plus')").await;
    // Who reads above is left there.
    browser.run("document.querySelector('[data-raw]').scrollTop = 0").await;
    append("encore\nune autre\n");
    browser.until("document.querySelector('[data-new]').textContent === '2 nouvelles lignes'").await;
    assert_eq!(browser.value("document.querySelector('[data-raw]').scrollTop").await, 0);
    browser.press("[data-new]").await;
    browser.until("document.querySelector('[data-new]').hidden").await;

    browser.open(&vigie.url("/logs/search/?query=ligne+2&files=auto_sync.log")).await;
    browser.until("document.querySelectorAll('.hits li').length === 111").await;
    browser.both_themes("files-search").await;
    browser.press(".hits li:nth-child(5) a").await;
    browser.until(&format!("location.search.includes('offset=') && {}", shows("ligne 23"))).await;
    browser.open(&vigie.url("/logs/auto-sync/")).await;
    browser.until(&shows("une autre")).await;
    browser.both_themes("files-last").await;

    browser.open(&vigie.url("/logs/")).await;
    browser.press("tr:has(a[href*='auto%5Fsync']) details summary").await;
    browser.until(&shows_anywhere("Vider auto_sync.log")).await;
    assert_accessible(&browser).await;
    browser.press("dialog .sure").await;
    browser.until(&shows("Une copie de son contenu a été conservée")).await;
    assert_eq!(fs::metadata(logs.join("auto_sync.log")).expect("a file").len(), 0);
    until("the copy", async || {
        let mut names = fs::read_dir(&logs).expect("a folder").flatten().map(|entry| entry.file_name());
        names.find(|name| name.to_string_lossy().contains(".cleared-"))
    })
    .await;
    browser.fits_a_phone("files").await;
    assert!(browser.console().await.iter().all(|line| !line.contains("Content Security Policy")));
}

/// What somebody would have if they copied the first line.
const COPIED: &str = "(() => { const chosen = getSelection(); chosen.selectAllChildren(document.querySelector('[data-lines] > li .msg'));
    const text = chosen.toString(); chosen.removeAllRanges(); return text; })()";

#[tokio::test(flavor = "multi_thread")]
async fn a_line_says_its_time_once_and_is_copied_whole() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "admin")).await;
    let text = |n: u64| format!("Jan 10 14:02:00 web1 relay[{n}]: perdu");
    let line = |n: u64| json!({"time": "2025-01-10T14:02:00Z", "level": "error", "source": "/var/log/syslog", "format": "syslog", "message": text(n)});
    vigie.lines(&[line(1)]).await;
    browser.open(&vigie.url("/explore")).await;
    let width =
        |n: u64| format!("document.querySelectorAll('[data-lines] > li .told')[{n}].getBoundingClientRect().width");
    browser.until("document.querySelectorAll('[data-lines] > li').length === 1").await;
    assert_eq!(browser.value(&width(0)).await, 0, "it takes no room");
    assert_eq!(browser.value(COPIED).await, text(1), "and is copied");
    assert_accessible(&browser).await;
    // The same as it arrives.
    browser.press("[data-live-switch]").await;
    browser.until(&shows("Arrêter")).await;
    let icon = "document.querySelector('[data-live-switch] use').getAttribute('href')";
    assert_eq!(browser.value(icon).await, "/static/icons.svg#stop");
    vigie.lines(&[line(2)]).await;
    browser.until("document.querySelectorAll('[data-lines] > li .told').length === 2").await;
    assert_eq!(browser.value(&width(0)).await, 0);
    assert_eq!(browser.value(COPIED).await, text(2));
    browser.press("[data-live-switch]").await;
    browser.until(&shows("En direct")).await;
    assert!(browser.value(icon).await.as_str().is_some_and(|icon| icon.ends_with("#play")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_chosen_in_fields_that_a_drag_fills_too() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Vigie::start().await;
    browser.size(1280, 900).await;
    browser.come_in(&vigie.invite("ana", "admin")).await;
    // Where there is only what Vigie says of itself, the page tells how to bring in more.
    vigie.lines(&[json!({"source": "vigie", "message": "ready"})]).await;
    browser.open(&vigie.url("/explore")).await;
    browser.until(&shows("Collectez vos premiers journaux")).await;
    browser.both_themes("explore-begin").await;
    browser.fits_a_phone("explore-begin").await;
    vigie.an_hour(&browser).await;
    browser.open(&vigie.url("/explore?q=order&since=1h")).await;
    browser.until("document.querySelector('[data-histogram]')").await;
    assert_eq!(browser.value("document.getElementById('from').value").await, "");
    browser.drag_over("[data-histogram] svg", 0.25, 0.5).await;
    browser.until(&format!("location.search.includes('until=') && {LOADED}")).await;
    let filled = "['from', 'to'].every((id) => document.getElementById(id).value.length > 0)";
    browser.until(filled).await;
    let address = browser.value("location.href").await;
    // Another word, the same time, to the microsecond.
    browser
        .run("document.getElementById('q').value = 'refused'; document.querySelector('.ask-box .button').click()")
        .await;
    browser.until(&format!("location.search.startsWith('?q=refused&') && {LOADED}")).await;
    assert_eq!(browser.value("location.href.replace('q=refused', 'q=order')").await, address);
    // Another time by hand.
    browser.press(".times > summary").await;
    assert_accessible(&browser).await;
    browser.both_themes("explore-times").await;
    browser
        .run("document.getElementById('from').value = '2025-01-10T14:00'; document.getElementById('to').value = ''")
        .await;
    browser.press(".times .button").await;
    browser.until(&format!("location.search.endsWith('Z') && !location.search.includes('until=') && {LOADED}")).await;
    assert!(
        browser
            .value("document.getElementById('from').value")
            .await
            .as_str()
            .is_some_and(|at| at.starts_with("2025-01-10T14:00"))
    );
    browser.press(".times > summary").await;
    browser.fits_a_phone("explore-times").await;

    // What finds nothing says why, and leads on.
    browser.open(&vigie.url("/explore?q=levl%3Aerror")).await;
    browser.until(&shows("Vouliez-vous dire")).await;
    assert_accessible(&browser).await;
    browser.both_themes("explore-doubts").await;
    browser.fits_a_phone("explore-doubts").await;
    browser.press(".meant a").await;
    browser.until(&format!("location.search === '?q=level%3Aerror' && {LOADED}")).await;
    assert_eq!(browser.rows().await, 36);
}

/// In a dialog too.
fn shows_anywhere(text: &str) -> String {
    format!("document.body.innerText.includes({})", json!(text))
}
