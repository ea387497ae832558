// The first page, looked at again while somebody looks at it: soon where something runs, seldom otherwise. Each part is
// replaced as the server draws it; the page is whole without this.
const SOON_MS = 3_000, SELDOM_MS = 20_000;
const PARTS = "[data-fragment]";

const wait = () => (document.querySelector("[data-busy]") ? SOON_MS : SELDOM_MS);
let timer = setTimeout(look, wait()), isLooking = false;

async function look() {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && !isLooking) {
    isLooking = true;
    await renew();
    isLooking = false;
  }
  timer = setTimeout(look, wait());
}

async function renew() {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    // Somebody who was logged out is sent elsewhere: their next click says so.
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const old of document.querySelectorAll(PARTS)) {
      const fresh = page.getElementById(old.id);
      if (!fresh || old.isEqualNode(fresh)) continue;
      // Not under somebody's hands.
      if (!old.contains(document.activeElement) && !old.querySelector("details[open]")) old.replaceWith(fresh);
    }
  } catch { /* The next look brings it. */ }
}

// Whoever comes back sees how it is now, and not how it was.
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
