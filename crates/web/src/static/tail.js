// Lines as they arrive: taken over from the stream four times a second, at the top, for as long as nobody reads.
//
// The page keeps the newest lines, and has elements for the first of them alone: each tick writes the lines anew into the
// elements that are there, so that nothing is moved. What others wrote becomes text nodes, never markup.
import { at } from "./base.js";
import { parse } from "./columns.js";
import { cell, foreign, foreignBeside, number } from "./foreign.js";
import { stream } from "./stream.js";

// Lines kept, those that wait, and those that have elements until the reader scrolls on.
const KEPT_MAX = 1000, WAITING_MAX = 1000, SHOWN = 100;
const TICK_MS = 250;
// Lines asked for when the stream begins, or comes back.
const CAUGHT_UP = 200;
const CAUGHT_UP_WITHIN_MS = 5000;
const MESSAGE_MAX = 1024, SHOWN_CHARS_MAX = 400;
// Lines written in one frame: those in sight come first.
const PER_FRAME = 40;
// How far above the end of the lines the next ones are made.
const AHEAD_PX = 800;

export function live(toggle, list, texts) {
  const words = texts.dataset, gap = document.querySelector("[data-gap]");
  const button = document.querySelector("[data-new]");
  const search = new URL(words.address, location.href).searchParams;
  const parameters = new URLSearchParams({ q: search.get("q") ?? "", message_max: MESSAGE_MAX, repeats: true });
  const signs = Object.fromEntries([...texts.content.querySelectorAll("[data-level]")].map((sign) => [sign.dataset.level, sign.firstElementChild]));
  const names = parse(words.columns).map(({ name }) => name);
  const clock = stamps(words);
  // `kept` has the newest first, `waiting` the oldest.
  let kept = [], waiting = [], shown = SHOWN, missed = 0, isHeld = false, timer = 0, tickedAt = 0, painting = 0, seen = new Set(), onPage = new Set();
  // What the stream brings while what was before it is asked for.
  let early = null;
  const tail = stream(toggle, words, {
    address: () => at(`/api/v1/logs/tail?${parameters}`),
    hear: {
      rows: (event) => {
        const told = JSON.parse(event.data);
        if (early) early.push(...told.rows); else take(told.rows);
        miss(told.missed);
      },
    },
    opened: catchUp,
  });

  toggle.addEventListener("click", () => {
    if (tail.isOn) { stop(); return; }
    // Lines are added on top of the newest: elsewhere there is nothing to add them to.
    const here = new URL(location.href), elsewhere = ["cursor", "back", "order", "until"];
    if (elsewhere.some((name) => here.searchParams.get(name))) {
      for (const name of elsewhere) here.searchParams.delete(name);
      here.searchParams.set("live", "1");
      location.assign(here);
      return;
    }
    start();
  });
  button.addEventListener("click", release);
  addEventListener("scroll", more, { passive: true });
  if (new URL(location.href).searchParams.get("live")) start();

  function start() {
    mark(true);
    [kept, seen, missed, isHeld] = [[], new Set(), 0, false];
    onPage = new Set([...list.querySelectorAll("[data-seq]")].map((line) => Number(line.dataset.seq)));
    gap.textContent = "";
    tail.start();
  }
  // What was held back until now is shown: nothing else will ask for it.
  function stop() {
    tail.stop();
    mark(false);
    isHeld = false;
    show();
  }
  function mark(on) {
    const here = new URL(location.href);
    if (on) here.searchParams.set("live", "1"); else here.searchParams.delete("live");
    history.replaceState(null, "", here);
  }
  // What there is when the stream begins, and what came while the connection was lost.
  async function catchUp() {
    const asked = new URLSearchParams({ ...Object.fromEntries(parameters), limit: CAUGHT_UP });
    if (search.get("since")) asked.set("since", search.get("since"));
    const signal = AbortSignal.timeout(CAUGHT_UP_WITHIN_MS);
    early = [];
    try {
      const answer = await fetch(at(`/api/v1/logs/search?${asked}`), { headers: { accept: "application/json" }, signal });
      if (answer.ok) takeOver((await answer.json()).rows ?? []);
    } catch { /* The stream goes on by itself. */ }
    const rows = early ?? [];
    early = null;
    take(rows);
  }
  // The newest first: what the page shows already, and what is older, is no news.
  function takeOver(rows) {
    const first = rows.findIndex((row) => onPage.has(row.seq));
    if (kept.length === 0 && first >= 0) {
      kept = rows.slice(first);
      for (const row of kept) seen.add(row.seq);
    }
    take(rows.reverse());
  }
  function take(rows) {
    const fresh = rows.filter((row) => !seen.has(row.seq));
    for (const row of fresh) { seen.add(row.seq); waiting.push(row); }
    if (seen.size > 20_000) seen = new Set([...seen].slice(-5_000));
    if (waiting.length > WAITING_MAX) miss(waiting.splice(0, waiting.length - WAITING_MAX).length);
    if (fresh.length > 0) timer ||= setTimeout(() => requestAnimationFrame(tick), Math.max(0, tickedAt + TICK_MS - performance.now()));
  }
  // Lines that came and are not shown, since Live was switched on.
  function miss(lines) {
    if (lines === 0) return;
    missed += lines;
    gap.textContent = (missed === 1 ? words.missedOne : words.missedMany).replace("%n%", number(missed));
  }
  function tick(now) {
    [timer, tickedAt] = [0, now];
    isHeld ||= tail.isOn && reading();
    if (isHeld) count(); else show();
  }
  // Whoever reads is left in peace: what arrives meanwhile is counted.
  function reading() {
    if (list.getBoundingClientRect().top < -4) return true;
    if (list.querySelector("details[open]") || list.contains(document.activeElement)) return true;
    const chosen = getSelection();
    return Boolean(chosen && !chosen.isCollapsed && list.contains(chosen.anchorNode));
  }
  function show() {
    if (waiting.length > 0) {
      kept = [...waiting.reverse(), ...kept].slice(0, KEPT_MAX);
      waiting = [];
      shown = SHOWN;
      document.querySelector("[data-none]")?.remove();
      paint();
    }
    count();
  }
  function release() {
    for (const open of list.querySelectorAll("details[open]")) open.open = false;
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    scrollTo({ top: Math.max(0, scrollY + list.getBoundingClientRect().top - 120) });
    isHeld = false;
    show();
  }
  function count() {
    const held = isHeld ? waiting.length : 0;
    const text = held === 1 ? words.newOne : words.newMany.replace("%n%", number(held));
    button.hidden = held === 0;
    if (!button.hidden && button.textContent !== text) button.textContent = text;
  }

  // ---- Lines as elements.

  function paint(from = 0) {
    cancelAnimationFrame(painting);
    const end = Math.min(shown, kept.length);
    for (let at = from; at < Math.min(end, from + PER_FRAME); at++) write(list.children[at] ?? list.appendChild(empty()), kept[at]);
    if (end > from + PER_FRAME) { painting = requestAnimationFrame(() => paint(from + PER_FRAME)); return; }
    painting = 0;
    while (list.children.length > end) list.lastElementChild.remove();
  }
  function more() {
    if (painting || shown >= kept.length || list.getBoundingClientRect().bottom > innerHeight + AHEAD_PX) return;
    for (const row of kept.slice(shown, shown + SHOWN)) write(list.appendChild(empty()), row);
    shown += SHOWN;
  }
  function empty() {
    const item = document.createElement("li"), details = document.createElement("details"), link = document.createElement("a");
    link.className = "line-link";
    link.textContent = words.open;
    details.append(document.createElement("summary"), link);
    item.append(details);
    return item;
  }
  function write(item, row) {
    const details = item.firstElementChild, seq = String(row.seq);
    if (details.dataset.seq === seq) return;
    const [summary, link] = [details.firstElementChild, details.querySelector(".line-link")];
    details.className = `line ${row.level ?? "none"}`;
    details.dataset.seq = seq;
    details.open = false;
    details.querySelector(".line-body")?.remove();
    link.href = at(`/explore/record/${seq}`);
    link.hidden = false;
    const time = document.createElement("time");
    time.dateTime = row.time;
    time.textContent = clock(row.time);
    summary.replaceChildren(time, ...names.map((name) => field(row, name)), message(row));
  }
  function field(row, name) {
    if (name === "level") return signs[row.level]?.cloneNode(true) ?? cell("lv");
    const text = name === "source" ? row.source : row.fields?.[name];
    const place = foreign(String(text ?? ""), SHOWN_CHARS_MAX);
    if (name === "source") {
      // Cut at its front, it runs the other way: what it holds does not.
      const src = cell("src");
      src.append(place);
      return src;
    }
    place.className = "cell";
    return place;
  }
  function message(row) {
    const place = cell("msg");
    place.append(foreignBeside(row.message, SHOWN_CHARS_MAX, row.repeats ?? []));
    const whole = row.message_bytes ?? (row.message.length > SHOWN_CHARS_MAX ? new Blob([row.message]).size : 0);
    if (whole > 0) {
      const cut = cell("cut");
      cut.textContent = ` ${words.cut.replace("%n%", number(whole))}`;
      place.append(cut);
    }
    return place;
  }
}

// 21 Nov 14:32:05.123, as the server writes it (logs/pages/explore/times.rs).
function stamps({ zone, months }) {
  const names = months.split("|"), mark = document.documentElement.lang === "fr" ? "," : ".";
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  const year = String(new Date().getFullYear());
  return (time) => {
    const part = Object.fromEntries(form.formatToParts(new Date(time)).map((part) => [part.type, part.value]));
    const day = `${part.day} ${names[part.month - 1]}${part.year === year ? "" : ` ${part.year}`}`;
    return `${day} ${part.hour}:${part.minute}:${part.second}${mark}${part.fractionalSecond}`;
  };
}
