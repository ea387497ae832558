// Comforts for the making of a mailing, on top of pages that work without them.

// Files are dropped where they could be chosen; beside it, the browser would open them and leave the page.
const zones = document.querySelectorAll("[data-drop]");
addEventListener("dragover", (event) => {
  if (zones.length === 0 || event.target.closest?.("[data-drop]") || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
});
for (const zone of zones) {
  const input = zone.querySelector("input[type=file]");
  const names = zone.querySelector("[data-names]");
  const tell = () => {
    const files = [...input.files];
    const shown = files.slice(0, 3).map((file) => file.name).join(", ");
    names.textContent = files.length > 3 ? `${shown} + ${files.length - 3}` : files.length > 1 ? shown : "";
  };
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer.files;
    if (dropped.length === 0) return;
    const kept = new DataTransfer();
    for (const file of input.multiple ? dropped : [dropped[0]]) kept.items.add(file);
    input.files = kept.files;
    tell();
    input.form.requestSubmit();
  });
  // The form holds nothing else that could be filled in before.
  input.addEventListener("change", () => { tell(); if (input.files.length > 0) input.form.requestSubmit(); });
}

// A column is put where one was writing last: where one clicked or typed, not what the Tab key only passed by.
const vars = document.querySelector("[data-vars]");
const takers = [...document.querySelectorAll("[data-takes]")];
if (vars && takers.length > 0) {
  let last = document.getElementById("text") ?? takers[0];
  for (const taker of takers) {
    taker.addEventListener("pointerdown", () => { last = taker; });
    taker.addEventListener("keydown", (event) => { if (event.key !== "Tab" && event.key !== "Shift") last = taker; });
    taker.addEventListener("input", () => { last = taker; });
  }
  for (const code of vars.querySelectorAll("code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = code.textContent;
    button.addEventListener("click", () => {
      last.setRangeText(button.textContent, last.selectionStart, last.selectionEnd, "end");
      last.focus();
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });
    code.replaceWith(button);
  }
}

// What is typed is kept, and its message shown beside it.
const form = document.querySelector("form[data-live]");
const preview = document.querySelector("[data-preview]");
if (form && preview) {
  let timer = 0;
  let asked = null;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.live || form.action, {
        method: "POST",
        headers: { "x-fragment": "1" },
        body: new URLSearchParams(new FormData(form)),
        signal: asked.signal,
      });
      if (answer.ok) preview.innerHTML = await answer.text();
    } catch {
      // Typed over, or offline: the buttons below still work.
    }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 600); });
  form.addEventListener("submit", () => { clearTimeout(timer); asked?.abort(); });
}

// On a narrow screen, the step one is at is in sight.
const step = document.querySelector(".steps [aria-current]");
if (step) step.parentElement.scrollLeft = step.offsetLeft - step.parentElement.offsetLeft - 24;
