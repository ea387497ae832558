// A switch that opens a stream of events, shows whether it is there, and comes back when it was refused.
const RETRY_FIRST_MS = 1000, RETRY_MAX_MS = 30_000;

// `words`: start, stop, lost, on. `address` is asked at each new connection; `hear` maps the names of events to what takes them.
export function stream(toggle, words, { address, hear, opened }) {
  const label = toggle.querySelector("span"), say = document.querySelector("[data-say]");
  const icon = toggle.querySelector("use");
  const sign = (name) => icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*$/, `#${name}`));
  let source = null, wait = RETRY_FIRST_MS;
  toggle.hidden = false;
  return {
    get isOn() { return source !== null; },
    start() {
      toggle.setAttribute("aria-pressed", "true");
      sign("stop");
      connect();
    },
    stop() {
      source.close();
      source = null;
      toggle.setAttribute("aria-pressed", "false");
      sign("play");
      toggle.classList.remove("lost");
      label.textContent = words.start;
    },
  };

  function connect() {
    const mine = source = new EventSource(address());
    source.addEventListener("open", () => {
      wait = RETRY_FIRST_MS;
      toggle.classList.remove("lost");
      label.textContent = words.stop;
      say.textContent = words.on;
      opened?.();
    });
    for (const [name, take] of Object.entries(hear)) source.addEventListener(name, take);
    source.addEventListener("error", () => {
      if (source !== mine) return;
      toggle.classList.add("lost");
      label.textContent = words.lost;
      // The browser comes back by itself, unless it was refused: then we do, more and more slowly.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => { if (source === mine) connect(); }, wait);
        wait = Math.min(wait * 2, RETRY_MAX_MS);
      }
    });
  }
}
