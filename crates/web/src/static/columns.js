// Columns are resized by the edge of their heads. The address has what was chosen, so that a link shows the same, and the
// browser remembers it.
import { base } from "./base.js";

const CHARS_MIN = 4, CHARS_MAX = 80;
// As wide as the words for levels are, which the style sheet knows for each language.
const LEVEL_CHARS = 9;
const YEAR_SECONDS = 31_536_000;

// What `level,app:20` says, as names and widths; a width that is not said is the usual one, which the page knows.
export function parse(text) {
  return text === "-" ? [] : text.split(",").map((part) => {
    const [, name, chars] = part.match(/^(.*?)(?::(\d+))?$/);
    return { name, chars: chars ? Number(chars) : null };
  });
}

export function columns(heads, list, words) {
  const chosen = parse(words.columns);
  const cells = [...heads.querySelectorAll("[data-column]")];
  cells.forEach((cell, at) => { chosen[at].chars = Number(cell.dataset.chars); });
  // What the browser remembers stands in the address too.
  if (document.querySelector("link[href*='/explore/columns.css']")) address(words.columns);
  heads.addEventListener("pointerdown", (down) => {
    const at = cells.findIndex((cell) => cell === down.target.closest("[data-grip]")?.parentElement);
    if (at < 0 || down.button !== 0) return;
    down.preventDefault();
    const column = chosen[at], before = column.chars, px = cells[at].getBoundingClientRect().width / before;
    const move = (event) => {
      column.chars = Math.min(CHARS_MAX, Math.max(CHARS_MIN, Math.round(before + (event.clientX - down.clientX) / px)));
      paint();
    };
    const drop = () => {
      for (const [name, take] of [["pointermove", move], ["pointerup", drop], ["pointercancel", drop]]) removeEventListener(name, take);
      if (column.chars !== before) remember();
    };
    for (const [name, take] of [["pointermove", move], ["pointerup", drop], ["pointercancel", drop]]) addEventListener(name, take);
  });

  function paint() {
    const track = ({ name, chars }) => (name === "level" && chars === LEVEL_CHARS ? "var(--level)" : `${chars}ch`);
    const tracks = `var(--time) ${chosen.map(track).join(" ")} minmax(0, 1fr)`;
    for (const part of [heads, list]) part.style.setProperty("--columns", tracks);
  }
  function remember() {
    const text = chosen.map(({ name, chars }) => `${name}:${chars}`).join(",");
    document.cookie = `vigie_columns=${encodeURIComponent(text)}; path=${base.slice(0, -1) || "/"}; max-age=${YEAR_SECONDS}; SameSite=Lax`;
    address(text);
    for (const link of document.querySelectorAll("a[href*='/explore?']")) {
      const url = new URL(link.href);
      if (!url.searchParams.has("columns")) continue;
      url.searchParams.set("columns", text);
      link.href = url.pathname + url.search;
    }
    for (const input of document.querySelectorAll("input[name=columns]")) input.value = text;
    chosen.forEach(({ name, chars }) => {
      const width = document.querySelector(`.columns-form input[name="width.${CSS.escape(name)}"]`);
      if (width) width.value = chars;
    });
  }
  function address(text) {
    const here = new URL(location.href);
    here.searchParams.set("columns", text);
    history.replaceState(null, "", here);
  }
}
