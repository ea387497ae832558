// What others wrote, as text nodes: never markup, and what cannot be seen made visible.

// The same lists as in pages/foreign.rs.
const HIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

const NAMES = "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

export function cell(name) {
  const made = document.createElement("span");
  made.className = name;
  return made;
}

// The same, where some places, from and to, are said beside it: they take no room, and stay in what is copied.
export function foreignBeside(text, most, places) {
  const place = document.createElement("bdi");
  let at = 0, shown = 0;
  for (const [from, to] of places) {
    const told = cell("told");
    told.setAttribute("aria-hidden", "true");
    told.append(...foreign(text.slice(from, to), most).childNodes);
    place.append(...foreign(text.slice(at, from), most).childNodes, told);
    [at, shown] = [to, shown + from - at];
  }
  place.append(...foreign(text.slice(at), Math.max(0, most - shown)).childNodes);
  return place;
}

// The first so many characters, isolated from the direction of what stands around it.
export function foreign(text, most) {
  const place = document.createElement("bdi");
  const shown = text.slice(0, most);
  let done = 0;
  for (const found of shown.matchAll(HIDDEN)) {
    if (found.index > done) place.append(shown.slice(done, found.index));
    const mark = cell("ctl"), code = found[0].codePointAt(0);
    mark.textContent = code === 10 ? "↵" : code < 32 ? NAMES[code] : code === 127 ? "DEL"
      : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    place.append(mark);
    done = found.index + found[0].length;
  }
  place.append(shown.slice(done));
  return place;
}

const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
export function number(n) { return numbers.format(n); }
