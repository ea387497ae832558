// The list of issues by keys: j and k move, x chooses, Enter opens, r resolves what is chosen. The page does without.
const form = document.querySelector("form[data-issues]");
const rows = form ? [...form.querySelectorAll("[data-row]")] : [];
let at = -1;

function move(to) {
  rows[at]?.classList.remove("at");
  at = Math.max(0, Math.min(rows.length - 1, to));
  rows[at].classList.add("at");
  rows[at].querySelector("th a").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

const box = () => rows[at]?.querySelector("[name=seq]");

function choose() {
  const chosen = box();
  if (!chosen) return;
  chosen.checked = !chosen.checked;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
}

function resolve() {
  const button = form.querySelector("button[value=resolve]");
  if (!button) return;
  if (button.disabled) choose();
  if (!button.disabled) button.click();
}

const KEYS = { j: () => move(at + 1), k: () => move(at - 1), x: choose, r: resolve };

if (rows.length > 0) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
