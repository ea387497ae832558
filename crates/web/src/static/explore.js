// The logs with life: a time is dragged over the bars, lines arrive by themselves, keys move among them.
// The page is whole without this. What others wrote becomes text nodes here, never markup.
import { cell, foreign, foreignBeside, number } from "./foreign.js";
import { stream } from "./stream.js";

const LINES_MAX = 1000;
const WAITING_MAX = 1000;
const MESSAGE_MAX = 4096;
const SHOWN_CHARS_MAX = 400;
// Lines put into the page in one frame: more would be seen as a jolt.
const PER_FRAME_MAX = 120;

const list = document.querySelector("[data-lines]");
const texts = document.querySelector("[data-texts]");
const histogram = document.querySelector("[data-histogram]");
if (histogram) drag(histogram);
if (list) keys(list);
const toggle = document.querySelector("[data-live-switch]");
if (toggle && list && texts && window.EventSource) live(toggle);

// ---- A time, dragged over the bars.

function drag(figure) {
  const svg = figure.querySelector("svg"), pick = svg.querySelector("[data-pick]");
  // Where steps begin and end: not all of them are equally long where clocks are set.
  const edges = figure.dataset.edges.split(" ").map(Number), { address } = figure.dataset;
  const count = edges.length - 1, width = svg.viewBox.baseVal.width;
  let from = null, to = null, moved = false;
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const paint = () => {
    const [first, last] = [Math.min(from, to), Math.max(from, to) + 1];
    pick.setAttribute("x", (first * width) / count);
    pick.setAttribute("width", ((last - first) * width) / count);
  };
  const drop = () => { from = null; pick.setAttribute("width", 0); };
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    [from, to, moved] = [at(event), at(event), false];
  });
  addEventListener("pointermove", (event) => {
    if (from === null) return;
    to = at(event);
    moved ||= to !== from;
    if (moved) paint();
  });
  addEventListener("pointerup", () => {
    if (from === null) return;
    const [first, last] = [Math.min(from, to), Math.max(from, to) + 1];
    if (!moved) { drop(); return; }
    const time = (n) => new Date(edges[n]).toISOString();
    const target = new URL(address, location.href);
    target.searchParams.set("since", time(first));
    target.searchParams.set("until", time(last));
    from = null;
    location.assign(target);
  });
  addEventListener("pointercancel", drop);
  // The end of a drag is no click on the bar below it.
  svg.addEventListener("click", (event) => { if (moved) { event.preventDefault(); moved = false; } }, true);
}

// ---- Keys.

function keys(list) {
  const box = document.getElementById("q");
  const summaries = () => [...list.querySelectorAll(".line > summary")];
  const move = (by) => {
    const all = summaries();
    if (all.length === 0) return;
    const here = all.indexOf(document.activeElement?.closest(".line")?.querySelector(":scope > summary"));
    const next = all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches?.("input, textarea, select");
    if (event.key === "Escape") {
      if (typing) { event.target.blur(); return; }
      const menu = event.target.closest?.("details[data-drop][open]");
      const open = menu ?? event.target.closest?.("details.line[open]") ?? list.querySelector("details.line[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (typing) return;
    if (event.key === "/" && box) { event.preventDefault(); box.focus(); box.select(); }
    if (event.key === "j") { event.preventDefault(); move(1); }
    if (event.key === "k") { event.preventDefault(); move(-1); }
  });
  const menus = document.querySelectorAll("details[data-drop]");
  document.addEventListener("click", (event) => { for (const menu of menus) if (!menu.contains(event.target)) menu.open = false; });
}

// ---- Lines as they arrive.

function live(toggle) {
  const words = texts.dataset, gap = document.querySelector("[data-gap]");
  const button = document.querySelector("[data-new]");
  const search = new URL(words.address, location.href).searchParams;
  const parameters = new URLSearchParams({ q: search.get("q") ?? "", message_max: MESSAGE_MAX, repeats: true });
  const signs = Object.fromEntries([...texts.content.querySelectorAll("[data-level]")].map((sign) => [sign.dataset.level, sign.firstElementChild]));
  const clock = stamps(words.zone);
  // Both hold the oldest first.
  let waiting = [], arriving = [], missed = 0, frame = 0, newest = latest();
  let seen = new Set([...list.querySelectorAll("[data-seq]")].map((line) => Number(line.dataset.seq)));
  const tail = stream(toggle, words, {
    address: () => `/api/v1/logs/tail?${parameters}`,
    hear: {
      rows: (event) => {
        const told = JSON.parse(event.data);
        take(told.rows);
        miss(told.missed);
      },
    },
    opened: catchUp,
  });

  toggle.addEventListener("click", () => {
    if (tail.isOn) { stop(); return; }
    // Lines are added on top of the newest: elsewhere there is nothing to add them to.
    const here = new URL(location.href);
    if (["cursor", "back", "order", "until"].some((name) => here.searchParams.get(name))) {
      for (const name of ["cursor", "back", "order", "until"]) here.searchParams.delete(name);
      here.searchParams.set("live", "1");
      location.assign(here);
      return;
    }
    start();
  });
  button.addEventListener("click", () => { arriving.push(...waiting); waiting = []; release(); });
  if (new URL(location.href).searchParams.get("live")) start();

  function start() {
    mark(true);
    missed = 0;
    gap.textContent = "";
    tail.start();
  }
  // What was held back until now is shown: nothing else will ask for it.
  function stop() {
    tail.stop();
    mark(false);
    arriving = [...waiting, ...arriving];
    waiting = [];
    frame ||= requestAnimationFrame(flush);
  }
  function mark(on) {
    const here = new URL(location.href);
    if (on) here.searchParams.set("live", "1"); else here.searchParams.delete("live");
    history.replaceState(null, "", here);
  }
  // What came between the page and the stream, or while the connection was lost.
  async function catchUp() {
    const since = newest ?? Number(new Date()) - 1000;
    const asked = new URLSearchParams({ ...Object.fromEntries(parameters), since: new Date(since).toISOString(), limit: 500 });
    try {
      const answer = await fetch(`/api/v1/logs/search?${asked}`, { headers: { accept: "application/json" } });
      if (answer.ok) take(((await answer.json()).rows ?? []).reverse());
    } catch { /* The stream goes on by itself. */ }
  }
  function latest() {
    const first = list.querySelector(".line time");
    return first ? Date.parse(first.dateTime) : null;
  }
  function take(rows) {
    for (const row of rows) {
      if (seen.has(row.seq)) continue;
      seen.add(row.seq);
      newest = Math.max(newest ?? 0, Date.parse(row.time));
      arriving.push(row);
    }
    if (seen.size > 20_000) seen = new Set([...seen].slice(-5_000));
    if (arriving.length > LINES_MAX) miss(arriving.splice(0, arriving.length - LINES_MAX).length);
    frame ||= requestAnimationFrame(flush);
  }
  // Lines that came and are not shown, since Live was switched on.
  function miss(lines) {
    if (lines === 0) return;
    missed += lines;
    gap.textContent = (missed === 1 ? words.missedOne : words.missedMany).replace("%n%", number(missed));
  }
  // Whoever reads is left in peace: what arrives meanwhile is counted.
  function reading() {
    if (list.getBoundingClientRect().top < -4) return true;
    if (list.querySelector("details[open]") || list.contains(document.activeElement)) return true;
    const chosen = getSelection();
    return Boolean(chosen && !chosen.isCollapsed && list.contains(chosen.anchorNode));
  }
  function flush() {
    frame = 0;
    if (tail.isOn && (waiting.length > 0 || reading())) {
      for (const row of arriving) waiting.push(row);
      arriving = [];
      if (waiting.length > WAITING_MAX) miss(waiting.splice(0, waiting.length - WAITING_MAX).length);
      count();
      return;
    }
    const added = document.createDocumentFragment();
    for (const row of arriving.splice(0, PER_FRAME_MAX)) added.prepend(line(row));
    list.prepend(added);
    while (list.children.length > LINES_MAX) list.lastElementChild.remove();
    document.querySelector("[data-none]")?.remove();
    count();
    if (arriving.length > 0) frame = requestAnimationFrame(flush);
  }
  function release() {
    for (const open of list.querySelectorAll("details[open]")) open.open = false;
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    list.scrollIntoView({ block: "center" });
    scrollTo({ top: Math.max(0, scrollY + list.getBoundingClientRect().top - 120) });
    frame ||= requestAnimationFrame(flush);
  }
  function count() {
    const text = waiting.length === 1 ? words.newOne : words.newMany.replace("%n%", number(waiting.length));
    button.hidden = waiting.length === 0;
    if (!button.hidden && button.textContent !== text) button.textContent = text;
  }

  function line(row) {
    const item = document.createElement("li"), details = document.createElement("details"), summary = document.createElement("summary");
    details.className = `line ${row.level ?? "none"}`;
    details.dataset.seq = row.seq;
    const time = document.createElement("time");
    time.dateTime = row.time;
    time.textContent = clock(row.time);
    const sign = signs[row.level]?.cloneNode(true) ?? cell("lv");
    const source = cell("src"), message = cell("msg");
    source.append(foreign(row.source, SHOWN_CHARS_MAX));
    message.append(foreignBeside(row.message, SHOWN_CHARS_MAX, row.repeats ?? []));
    const whole = row.message_bytes ?? (row.message.length > SHOWN_CHARS_MAX ? new Blob([row.message]).size : 0);
    if (whole > 0) message.append(cut(whole));
    summary.append(time, sign, source, message);
    details.append(summary);
    details.addEventListener("toggle", open);
    item.append(details);
    return item;
  }
  function cut(bytes) {
    const place = cell("cut");
    place.textContent = ` ${words.cut.replace("%n%", number(bytes))}`;
    return place;
  }
  // What is within comes from the server, which knows how to write it.
  async function open(event) {
    const details = event.currentTarget;
    if (!details.open || details.querySelector(".line-body")) return;
    const body = document.createElement("div");
    body.className = "line-body";
    details.append(body);
    try {
      const answer = await fetch(`/explore/record/${details.dataset.seq}/opened?${search}`, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceWith(page.querySelector(".line-body"));
    } catch {
      body.textContent = words.failed;
      details.addEventListener("toggle", () => body.remove(), { once: true });
    }
  }
}

// 11-21 14:32:05.123, as the server writes it.
function stamps(zone) {
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  const year = String(new Date().getFullYear());
  return (time) => {
    const part = Object.fromEntries(form.formatToParts(new Date(time)).map((part) => [part.type, part.value]));
    const day = part.year === year ? `${part.month}-${part.day}` : `${part.year}-${part.month}-${part.day}`;
    return `${day} ${part.hour}:${part.minute}:${part.second}.${part.fractionalSecond}`;
  };
}
