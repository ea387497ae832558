// Shows which logs a diagnosis has read, and what they point to so far; then the answer. The page is whole without this.
import { at } from "./base.js";

const RETRY_MS = 2_000;
const SHOWN_MAX = 12;

const part = document.querySelector("[data-diagnosis]");
if (part) follow(part);

function follow(part) {
  const bar = part.querySelector("progress"), list = part.querySelector("[data-sources]"), finding = part.querySelector("[data-finding]");
  const source = new EventSource(at(`/api/v1/diagnoses/${part.dataset.diagnosis}/events`));
  source.addEventListener("open", () => list.replaceChildren());
  source.addEventListener("source", (event) => {
    const { name, read, of } = JSON.parse(event.data);
    bar.max = of;
    bar.value = read;
    const row = document.createElement("li");
    row.className = "break";
    row.textContent = name;
    list.prepend(row);
    if (list.childElementCount > SHOWN_MAX) list.lastElementChild.remove();
  });
  source.addEventListener("finding", (event) => {
    finding.textContent = JSON.parse(event.data).name;
    finding.parentElement.hidden = false;
  });
  source.addEventListener("end", () => { source.close(); location.reload(); });
  // Where there is no stream, the page is asked for again.
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), RETRY_MS); });
}
