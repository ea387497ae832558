// A log file that is followed: lines are added at its end as they are written, and keep still while somebody reads.
import { foreign, number } from "./foreign.js";
import { stream } from "./stream.js";

const LINES_MAX = 5000;
const PER_FRAME_MAX = 200;
const CHARS_MAX = 8192;
const LEVELS = { CRITICAL: "critical", FATAL: "critical", EMERG: "critical", PANIC: "critical", critical: "critical", fatal: "critical",
  ERROR: "error", error: "error", WARNING: "warning", WARN: "warning", warning: "warning", warn: "warning", INFO: "info", NOTICE: "info", DEBUG: "debug", TRACE: "trace" };

for (const list of document.querySelectorAll("[data-raw]:not([data-log])")) list.scrollTop = list.scrollHeight;
const list = document.querySelector("[data-raw][data-follow]");
const toggle = document.querySelector("[data-follow-switch]");
if (list && toggle && window.EventSource) follow(list, toggle);

function follow(list, toggle) {
  const words = list.dataset, button = document.querySelector("[data-new]");
  let place = null, arriving = [], unseen = 0, frame = 0;
  const following = stream(toggle, words, { address, hear: { lines: take } });
  toggle.addEventListener("click", () => {
    if (following.isOn) return following.stop();
    list.scrollTop = list.scrollHeight;
    following.start();
  });
  button.addEventListener("click", () => { list.scrollTop = list.scrollHeight; seen(); });
  list.addEventListener("scroll", () => { if (atEnd()) seen(); });

  function address() {
    const address = new URL(words.follow, location.href);
    if (place !== null) address.searchParams.set("from", place);
    return address;
  }
  function take(event) {
    place = event.lastEventId;
    const told = JSON.parse(event.data);
    if (told.anew) arriving.push(null);
    for (const line of told.lines) arriving.push(line);
    if (arriving.length > LINES_MAX) arriving.splice(0, arriving.length - LINES_MAX);
    frame ||= requestAnimationFrame(flush);
  }
  function atEnd() { return list.scrollTop + list.clientHeight >= list.scrollHeight - 8; }
  function seen() { unseen = 0; button.hidden = true; }
  function flush() {
    frame = 0;
    const wasAtEnd = atEnd();
    const added = document.createDocumentFragment();
    const lines = arriving.splice(0, PER_FRAME_MAX);
    for (const line of lines) added.append(item(line));
    list.append(added);
    // While somebody reads above, what they read stays where it is.
    if (wasAtEnd) {
      while (list.children.length > LINES_MAX) list.firstElementChild.remove();
      list.scrollTop = list.scrollHeight;
    } else {
      while (list.children.length > LINES_MAX * 2) list.firstElementChild.remove();
      unseen += lines.length;
      button.hidden = false;
      button.textContent = unseen === 1 ? words.newOne : words.newMany.replace("%n%", number(unseen));
    }
    if (arriving.length > 0) frame = requestAnimationFrame(flush);
  }
  function item(line) {
    const made = document.createElement("li");
    if (line === null) {
      made.className = "anew";
      made.textContent = words.anew;
      return made;
    }
    const word = line.slice(0, 160).match(/[A-Za-z]{4,}/g)?.find((word) => LEVELS[word]);
    made.className = word ? LEVELS[word] : "none";
    made.append(foreign(line, CHARS_MAX));
    return made;
  }
}
