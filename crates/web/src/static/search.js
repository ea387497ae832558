// Goes on with a search that has found nothing yet, page after page, until something is found, all is looked through,
// or somebody stops it. Without this, the link of the page does the same by hand.
const PAUSE_MS = 250;
const PAGES_MAX = 400;
const SAY_EVERY_MS = 10_000;

const results = document.getElementById("results");
if (results?.querySelector("[data-further]")) goOn(results);

async function goOn(results) {
  const [reach, further, stop] = ["[data-reach]", "[data-further]", "[data-stop]"].map((name) => results.querySelector(name));
  const say = document.querySelector("[data-say]");
  let going = true, saidAt = Date.now();
  stop.hidden = false;
  stop.addEventListener("click", () => { going = false; further.focus(); });
  further.addEventListener("click", () => { going = false; });
  for (let pages = 0; going && pages < PAGES_MAX; pages++) {
    await new Promise((after) => setTimeout(after, PAUSE_MS));
    const page = await load(further.href);
    if (!going || !page) break;
    history.replaceState(null, "", further.href);
    const next = page.querySelector("[data-further]");
    if (!next) {
      results.replaceChildren(...page.childNodes);
      say.textContent = results.querySelector("[data-outcome]")?.textContent ?? "";
      return;
    }
    reach.textContent = page.querySelector("[data-reach]").textContent;
    further.href = next.getAttribute("href");
    if (Date.now() - saidAt > SAY_EVERY_MS) { saidAt = Date.now(); say.textContent = reach.textContent; }
  }
  stop.hidden = true;
  say.textContent = reach.textContent;
}

// The results of that page; `null` where there is no answer, and the link is left to the reader.
async function load(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("results");
  } catch {
    return null;
  }
}
