// The logs with life: a time is dragged over the bars, lines open in their place, keys move among them.
// The page is whole without this.
import { at as there } from "./base.js";
import { columns } from "./columns.js";
import { live } from "./tail.js";

const list = document.querySelector("[data-lines]");
const texts = document.querySelector("[data-texts]");
const histogram = document.querySelector("[data-histogram]");
if (histogram) drag(histogram);
if (list) {
  keys(list);
  opening(list, texts?.dataset);
}
const heads = document.querySelector("[data-heads]");
if (heads && list && texts) columns(heads, list, texts.dataset);
const toggle = document.querySelector("[data-live-switch]");
if (toggle && list && texts && window.EventSource) live(toggle, list, texts);

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

// ---- What a line holds comes from the server when it is opened.

function opening(list, words) {
  const { search } = new URL(words?.address ?? location.href, location.href);
  // The event does not bubble.
  list.addEventListener("toggle", (event) => { if (event.target.open) open(event.target); }, true);

  async function open(details) {
    if (details.querySelector(".line-body")) return;
    const { seq } = details.dataset, body = document.createElement("div");
    body.className = "line-body";
    body.setAttribute("aria-busy", "true");
    const link = details.querySelector(".line-link");
    link.after(body);
    link.hidden = true;
    try {
      const answer = await fetch(there(`/explore/record/${seq}/opened${search}`), { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceWith(page.querySelector(".line-body"));
    } catch {
      // The link stays, and leads to the reason.
      body.textContent = words?.failed ?? "";
      body.removeAttribute("aria-busy");
      link.hidden = false;
      details.addEventListener("toggle", () => body.remove(), { once: true });
    }
  }
}
