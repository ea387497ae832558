// A page that is kept as it is now: the server says that something has changed, and each part is brought up to date as the server
// draws it. What stands still stays where it is; nothing moves under somebody's hands. The page is whole without this.
import { at } from "./base.js";

const EVENTS = at("/events");
// Without a stream (too many are open, a proxy ends it), the page is looked at now and then.
const RETRY_MS = 20_000;
// What waits for a hand to leave.
const WAIT_MS = 1_000;

// What no event tells of is looked at every so many seconds.
const EVERY_MS = 1_000 * Number(document.querySelector("[data-every]")?.dataset.every ?? 0);

let source = null, retry = 0, waiting = 0, isLooking = false, isStale = false;

function listen() {
  clearTimeout(retry);
  source = new EventSource(EVENTS);
  // What has changed before it was open is seen by looking once.
  source.addEventListener("open", look);
  source.addEventListener("changed", look);
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(() => { look(); listen(); }, RETRY_MS);
  });
}

function leave() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

// One at a time; what changes meanwhile is seen by looking once more.
async function look() {
  isStale = true;
  if (isLooking) return;
  isLooking = true;
  while (isStale) {
    isStale = false;
    await renew();
  }
  isLooking = false;
}

async function renew() {
  clearTimeout(waiting);
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    // Somebody who was logged out is sent elsewhere: their next click says so.
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    let waits = false;
    for (const old of document.querySelectorAll("[data-fragment]")) {
      const fresh = page.getElementById(old.id);
      if (fresh && !bring(old, fresh)) waits = true;
    }
    if (waits) waiting = setTimeout(look, WAIT_MS);
  } catch { /* The next change brings it. */ }
}

// Whether the part is as it should be. Texts change in place; rows that come or go, and texts that take another line, wait for the
// hand that is on them, or below.
function bring(old, fresh) {
  const inUse = handsOn(old);
  if (isAlike(old, fresh)) return write(old, fresh, inUse);
  if (inUse.length) return false;
  // What has become shorter keeps its height, so that nothing moves up.
  fresh.style.minHeight = `${old.offsetHeight}px`;
  old.replaceWith(fresh);
  return true;
}

// What somebody points at, writes in or has opened, in this part or below it.
function handsOn(part) {
  const focused = document.activeElement?.closest("main [data-fragment]") ? document.activeElement : null;
  const hands = [document.querySelector("main :is(a, button, summary, input):hover"), focused];
  const below = hands.filter((hand) => hand && (part.contains(hand) || part.compareDocumentPosition(hand) & Node.DOCUMENT_POSITION_FOLLOWING));
  return [...below, ...part.querySelectorAll("details[open]")];
}

const placesOf = (hands) => hands.map((hand) => hand.getBoundingClientRect().top).join();

// The same elements, leading to the same places.
function isAlike(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) return false;
  if (old instanceof Element && ["href", "action"].some((name) => old.getAttribute(name) !== fresh.getAttribute(name))) return false;
  return [...old.childNodes].every((child, at) => isAlike(child, fresh.childNodes[at]));
}

// Elements keep what is not of the page: whether they are open, and their height.
const KEPT = new Set(["open", "style"]);

// Whether all is written. A text that would move one of these hands stays as it was.
function write(old, fresh, hands) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data === fresh.data) return true;
    const before = old.data, places = placesOf(hands);
    old.data = fresh.data;
    if (placesOf(hands) === places) return true;
    old.data = before;
    return false;
  }
  for (const { name } of [...(old.attributes ?? [])]) if (!KEPT.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes ?? []) if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  return [...old.childNodes].map((child, at) => write(child, fresh.childNodes[at], hands)).every(Boolean);
}

// A page that nobody looks at takes no place among the streams; whoever comes back sees how it is now.
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") listen(); else leave(); });
addEventListener("pagehide", leave);
addEventListener("pageshow", () => { if (!source && document.visibilityState === "visible") listen(); });
if (EVERY_MS > 0) setInterval(() => { if (document.visibilityState === "visible") look(); }, EVERY_MS);
