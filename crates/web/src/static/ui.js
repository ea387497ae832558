// Comforts on top of pages that work without them. Remembers nothing but the reader's place while a page renews itself.
import { at, base } from "./base.js";

// Who moves by the keyboard is where they were, not at the top again.
const place = sessionStorage.getItem("vigie-at");
if (place) {
  sessionStorage.removeItem("vigie-at");
  const stop = document.querySelector(place) ?? document.getElementById("main");
  stop?.focus({ preventScroll: true });
  // A browser need not mark what a script has given the focus to in a page where no key was pressed yet.
  stop?.classList.add("resumed");
  stop?.addEventListener("blur", () => stop.classList.remove("resumed"), { once: true });
}

// A question that unfolds in place becomes a dialog: the rest of the page waits, Escape answers no.
document.addEventListener("click", (event) => {
  const summary = event.target.closest("details[data-confirm] > summary");
  if (!summary || typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  ask(summary);
});

function ask(summary) {
  const form = summary.parentElement.querySelector(":scope > .ask");
  if (!form) return;
  const dialog = document.createElement("dialog");
  const title = form.querySelector("h2");
  if (title) { title.id ||= "ask-title"; dialog.setAttribute("aria-labelledby", title.id); }
  const home = form.parentElement;
  const dismiss = form.querySelector("[data-dismiss]");
  if (dismiss) { dismiss.hidden = false; dismiss.onclick = () => dialog.close(); }
  dialog.append(form);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { home.append(form); dialog.remove(); summary.focus(); }, { once: true });
  document.body.append(dialog);
  dialog.showModal();
  dismiss?.focus();
}

// The menu of narrow screens closes when one looks elsewhere.
const menu = document.querySelector("details[data-menu]");
if (menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
  });
}

// With the way of encryption its usual port is proposed, unless another was typed.
const security = document.querySelector("select[name=security]"), port = document.querySelector("input[name=port]");
if (security && port) {
  const usual = { starttls: "587", tls: "465", none: "25" };
  security.addEventListener("change", () => {
    if (port.value === "" || Object.values(usual).includes(port.value)) port.value = usual[security.value] ?? port.value;
  });
}

// One box chooses all rows; buttons that act on rows wait for one.
for (const form of document.querySelectorAll("form[data-choose]")) {
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("[name=seq]")];
  if (!all || boxes.length === 0) continue;
  const buttons = form.querySelectorAll("button:not([data-corrects])");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    for (const button of buttons) button.disabled = chosen === 0;
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; tell(); });
  form.addEventListener("change", tell);
  tell();
}

// Only the fields of the chosen kind of account are shown.
const kinds = document.querySelectorAll("input[name=kind]");
for (const kind of kinds) kind.addEventListener("change", choose);
if (kinds.length > 0) choose();
function choose() {
  const chosen = document.querySelector("input[name=kind]:checked")?.value;
  for (const part of document.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== chosen;
}

// On a narrow screen, the chosen one is in sight among its tabs.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;

// A form is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent; });

// The log of a job opens at its end; once the job is over, at its first error.
for (const log of document.querySelectorAll("[data-log]")) {
  const wrong = document.querySelector("[data-live]") ? null : log.querySelector(":scope > .error, :scope > .critical");
  const above = wrong && wrong.getBoundingClientRect().top - log.getBoundingClientRect().top - 24;
  log.scrollTop = wrong ? above : log.scrollHeight;
}

// Ctrl-K asks the page of all searches without leaving this one; arrows move among what it has found.
const finder = document.querySelector(".rail form.find") ?? document.querySelector("form.find");
if (finder && typeof HTMLDialogElement !== "undefined") {
  for (const key of document.querySelectorAll("[data-find-key]")) key.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) openFinder();
  });
}

function openFinder() {
  const dialog = document.createElement("dialog"), before = document.activeElement;
  const form = finder.cloneNode(true), box = form.querySelector("input"), found = document.createElement("div");
  dialog.className = "finder";
  dialog.setAttribute("aria-label", form.getAttribute("aria-label"));
  form.querySelector("kbd")?.remove();
  form.removeAttribute("role");
  box.value = "";
  dialog.append(form, found);
  let timer = 0, asked = 0;
  const look = async () => {
    const mine = ++asked;
    if (!box.value.trim()) { found.replaceChildren(); return; }
    try {
      const response = await fetch(at(`/search?q=${encodeURIComponent(box.value)}`), { headers: { accept: "text/html" } });
      if (!response.ok || response.redirected || mine !== asked) return;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("found");
      if (fresh && mine === asked) { fresh.removeAttribute("id"); found.replaceChildren(fresh); }
    } catch { /* Enter still leads to the page. */ }
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const stops = [box, ...found.querySelectorAll("a")];
    event.preventDefault();
    stops[Math.min(stops.length - 1, Math.max(0, stops.indexOf(document.activeElement) + by))].focus();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); }, { once: true });
  document.body.append(dialog);
  dialog.showModal();
  box.focus();
}

// What is shown once is copied by a button; where the browser lends no clipboard, it is marked to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  if (!text) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    let done = false;
    try { await navigator.clipboard.writeText(text.textContent); done = true; } catch { done = document.execCommand("copy"); }
    if (done) button.textContent = button.dataset.copied;
  });
}

// Times that are typed and shown are those of the reader.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `vigie_zone=${encodeURIComponent(zone)}; path=${base.slice(0, -1) || "/"}; max-age=31536000; SameSite=Lax`;
// What the server took for it at the first visit was its own: what was asked in the reader's is asked once more.
const taken = document.querySelector("[data-texts][data-zone]")?.dataset.zone;
if (zone && taken && taken !== zone && navigator.cookieEnabled && sessionStorage.getItem("zone") !== zone) {
  sessionStorage.setItem("zone", zone);
  location.reload();
}

// Addresses that were not corrected are not sent to again: the button waits for one that was.
for (const button of document.querySelectorAll("[data-corrects]")) {
  const fields = [...button.form.querySelectorAll("[name^=address-]")];
  const tell = () => { button.disabled = fields.every((field) => field.value === field.defaultValue && !field.ariaInvalid); };
  button.form.addEventListener("input", tell);
  tell();
}
