// Follows a running job: numbers, bar, badge, message and log change in place, as the server tells them.
// The page is whole without this; a lost connection is said, and comes back by itself.
const LOG_LINES_MAX = 500;
const SAY_EVERY_MS = 10_000;
const SILENT_MS = 40_000;
const REFRESH_MS = 2_000;
const FINAL = new Set(["completed", "failed", "cancelled"]);
const PARTS = ["succeeded", "failed", "unknown", "skipped"];
const PART_MIN = 0.6;

const job = document.querySelector("[data-live]");
if (job) follow(job);

function follow(job) {
  const log = document.querySelector("[data-log]");
  const texts = job.dataset;
  let state = texts.state, saidAt = 0, heardAt = Date.now(), source = null, wait = 1000, over = false, shown = null;

  const connect = () => {
    const after = log?.dataset.log ? `&log_after=${log.dataset.log}` : "";
    source = new EventSource(`${texts.live}?lang=${document.documentElement.lang}${after}`);
    source.addEventListener("open", heard);
    source.addEventListener("progress", (event) => { heard(); progress(JSON.parse(event.data)); });
    source.addEventListener("log", (event) => { heard(); if (log) append(log, JSON.parse(event.data)); });
    source.addEventListener("end", () => { over = true; source.close(); if (!reloadOnce()) refresh(); });
    source.addEventListener("error", lost);
  };
  // What stands still is not live, however well it is connected.
  const heard = () => { heardAt = Date.now(); wait = 1000; tell(state === "running" ? texts.on : "", false); };
  const lost = () => {
    if (over) return;
    tell(texts.lost, true);
    // The browser comes back by itself, unless it was refused: then we do, more and more slowly.
    if (source.readyState === EventSource.CLOSED) { setTimeout(connect, wait); wait = Math.min(wait * 2, 30_000); }
  };
  const tell = (text, isLost) => {
    const place = show("live");
    if (!place || (place.textContent === text && place.hidden === !text)) return;
    place.hidden = !text;
    place.textContent = text;
    const wasLost = place.classList.contains("lost");
    place.classList.toggle("lost", isLost);
    if (text && (isLost || wasLost)) announce(text);
  };
  const announce = (text) => { job.querySelector("[data-announce]").textContent = text; };
  const progress = (now) => {
    paint(now, texts);
    const changed = now.status !== state;
    if (changed) {
      state = now.status;
      heard();
      // Over, and somebody is missing: the badge that says so is the server's.
      if (state !== "completed" || now.failed + now.unknown === 0) for (const place of shows("badge")) place.replaceChildren(badge(state));
      if (!FINAL.has(state)) refresh();
    }
    // The lists below say of whom the numbers above speak.
    const missed = now.failed + now.unknown + now.skipped;
    if (missed !== shown) { if (shown !== null) refreshSoon(); shown = missed; }
    if (changed || Date.now() - saidAt > SAY_EVERY_MS) {
      saidAt = Date.now();
      const say = plurals.select(now.failed) === "one" ? texts.sayOne : texts.sayOther;
      const done = say.replace("%percent%", percent(now.percent)).replace("%failed%", number(now.failed));
      announce(changed ? `${badge(state).textContent}. ${done}` : done);
    }
  };

  connect();
  // A sleeping laptop's connection may be dead without a word.
  setInterval(() => {
    if (!over && source.readyState === EventSource.OPEN && document.visibilityState === "visible" && Date.now() - heardAt > SILENT_MS * 6) {
      heardAt = Date.now();
      source.close();
      connect();
    }
  }, SILENT_MS);
  addEventListener("online", () => { if (!over && source.readyState !== EventSource.OPEN) { source.close(); connect(); } });
}

const language = document.documentElement.lang;
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const decimals = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
// 14:32:05, as the lines that were there before: in the zone of the house, not of the browser.
const zone = document.querySelector("[data-log]")?.dataset.zone || undefined;
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const number = (n) => numbers.format(n);
const percent = (n) => percents.format(n / 100);

function shows(name) { return document.querySelectorAll(`[data-show="${name}"]`); }
function show(name) { return document.querySelector(`[data-show="${name}"]`); }
function write(name, text) {
  for (const place of shows(name)) if (place.textContent !== text) place.textContent = text;
}

function paint(now, texts) {
  for (const name of ["processed", "total", "succeeded", "failed", "unknown", "skipped", "remaining"]) write(name, number(now[name]));
  write("percent", percent(now.percent));
  write("undelivered", number(now.failed + now.unknown));
  write("message", now.message ?? "");
  write("rate", rate(now.rate, texts));
  write("left", now.eta_seconds === null ? "–" : duration(now.eta_seconds));
  show("failed")?.classList.toggle("bad", now.failed > 0);
  show("unknown")?.classList.toggle("doubt", now.unknown > 0);
  const bar = document.querySelector("#job [data-bar]");
  if (bar) { bar.max = Math.max(now.total, 1); bar.value = now.processed; }
  const widths = PARTS.map((part) => (now[part] ? Math.max(now[part] * 100 / Math.max(now.total, 1), PART_MIN) : 0));
  const squeeze = Math.min(1, 100 / Math.max(1, widths.reduce((sum, width) => sum + width, 0)));
  let x = 0;
  PARTS.forEach((part, at) => {
    const rect = document.querySelector(`#job [data-seg="${part}"]`);
    rect?.setAttribute("x", x.toFixed(2));
    rect?.setAttribute("width", (widths[at] * squeeze).toFixed(2));
    x += widths[at] * squeeze;
  });
}

function rate(perSecond, texts) {
  if (!(perSecond > 0)) return "–";
  const [text, value] = perSecond < 1 ? [texts.rateMinute, perSecond * 60] : [texts.rateSecond, perSecond];
  return text.replace("%n%", decimals.format(value));
}

function duration(seconds) {
  const units = [[Math.floor(seconds / 86_400), language === "fr" ? "j" : "d"], [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return "0\u00a0s";
  return units.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count}\u00a0${unit}`).join(" ");
}

function badge(state) {
  const made = document.querySelector("[data-badges]").content.querySelector(`[data-badge="${state}"] .badge`);
  return made ? made.cloneNode(true) : document.createTextNode(state);
}

function append(log, page) {
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  for (const row of page.rows) {
    const line = document.createElement("li"), time = document.createElement("time"), text = document.createElement("span");
    line.className = row.level;
    time.dateTime = row.at;
    time.textContent = clock.format(new Date(row.at));
    text.textContent = row.message;
    line.append(time, text);
    log.append(line);
  }
  while (log.children.length > LOG_LINES_MAX) log.firstElementChild.remove();
  if (page.next !== undefined) log.dataset.log = page.next;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

// What only the server can word (the reason of a pause, which buttons there are) comes with the page itself.
async function refresh() {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const old of document.querySelectorAll("[data-fragment]")) {
      const fresh = page.getElementById(old.id);
      // Not under somebody's hands, and nothing is said twice.
      if (fresh && !old.isEqualNode(fresh) && !old.contains(document.activeElement) && !old.querySelector("details[open]")) old.replaceWith(fresh);
    }
  } catch { /* The next change brings it. */ }
}

let soon = 0;
function refreshSoon() { soon ||= setTimeout(() => { soon = 0; refresh(); }, REFRESH_MS); }

// Whether the page is being loaded anew.
function reloadOnce() {
  const key = `vigie-over:${location.pathname}`;
  const last = Number(sessionStorage.getItem(key) ?? 0);
  // Rows that somebody is choosing are not taken away.
  if (Date.now() - last < 10_000 || document.querySelector("[name=seq]:checked, details[open][data-confirm], dialog[open]")) return false;
  sessionStorage.setItem(key, String(Date.now()));
  const at = document.activeElement;
  if (at?.matches(":focus-visible")) sessionStorage.setItem("vigie-at", placeOf(at));
  location.reload();
  return true;
}

// A selector by which the renewed page knows it again; that of the content for what has nothing of its own.
function placeOf(at) {
  const has = (name) => `[${name}="${CSS.escape(at.getAttribute(name))}"]`;
  if (at.id) return `#${CSS.escape(at.id)}`;
  if (at.hasAttribute("href")) return `a${has("href")}`;
  return at.name && at.hasAttribute("value") ? has("name") + has("value") : "#main";
}

const log = document.querySelector("[data-log]");
if (log) log.scrollTop = log.scrollHeight;
