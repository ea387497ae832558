// <vigie-progress job="…" token="…"></vigie-progress>: how far a job is, in any page of any site.
//
//   <script src="https://vigie.example.org/progress.js" async></script>
//   <vigie-progress job="7f3b0c52-…" token="…" title="Envoi des factures"></vigie-progress>
//
// Attributes: job, token, server (where this script came from, unless said otherwise), title, lang (fr or en; the
// page's own unless said otherwise), theme (light, dark or auto; the page's own color-scheme unless said otherwise),
// kind ("mailing" says "sent" where others say "done").
// Events: `progress` and `complete`, whose detail is the progress; `error`, whose detail is { code, progress, status }.
// Custom properties: --vigie-accent, -good, -bad, -warn, -ink, -quiet, -paper, -track, -line, -radius, -font.
// Parts: box, head, title, state, percent, bar, message, counts, count, time.
//
// It runs under a Content-Security-Policy that allows this script and, in connect-src, the server: it writes no style
// attribute and no markup as text, and its rules are a constructed stylesheet. A classic script and a module alike.
(() => {
  "use strict";
  if (customElements.get("vigie-progress")) return;

  // Which server this came from. A module has no `currentScript`, and `import.meta` would not parse in a classic script.
  const script = document.currentScript ?? document.querySelector('script[src*="/progress.js"]');
  const HOME = new URL(".", script?.src || document.baseURI).href;

  const FINAL = new Set(["completed", "failed", "cancelled"]);
  // A stream that a proxy holds back opens and says nothing, though the server's first word comes at once.
  const FIRST_WORD_MS = 4000;
  // A connection that died while the machine slept does not say so.
  const SILENCE_MS = 45000;
  // After a stream that gave nothing, polling is enough for this long; then for twice as long.
  const SILENT_MS = 60000;
  const POLL_MS = 1000;
  const POLL_HIDDEN_MS = 5000;
  // A browser opens six connections to a server over HTTP/1.1, for all of its tabs: streams must leave some for others,
  // hence a tab that nobody sees has none, and a page with many elements polls for most.
  const STREAMS_MAX = 3;
  let streams = 0;
  const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
  const ANSWER_MS = 15000;
  // A screen reader is told this often at most, besides changes of state.
  const SPEAK_MS = 10000;

  // "(s)" is written where the number asks for a plural.
  const WORDS = {
    en: {
      title: "Progress", preparing: "Preparing", pending: "Waiting", running: "Running", paused: "Paused",
      completed: "Completed", failed: "Failed", cancelled: "Cancelled", lost: "Connection lost. Reconnecting…",
      refused: "You don’t have access to this job", done: "done", sent: "sent", bad: "failed", missed: "not delivered", unknown: "unconfirmed",
      skipped: "skipped", remaining: "remaining", rate: "per second", left: "{} left", resumes: "Resumes at",
      of: "of", colon: ": ", percent: "%",
    },
    fr: {
      title: "Progression", preparing: "En préparation", pending: "En attente", running: "En cours", paused: "En pause",
      completed: "Terminé", failed: "Échec", cancelled: "Annulé", lost: "Connexion perdue. Reconnexion…",
      refused: "Vous n’avez pas accès à cette tâche", done: "réussi(s)", sent: "envoyé(s)", bad: "échec(s)", missed: "non remis", unknown: "non confirmé(s)",
      skipped: "ignoré(s)", remaining: "restant(s)", rate: "par seconde", left: "reste {}", resumes: "Reprise à",
      of: "sur", colon: "\u00a0: ", percent: "\u202f%",
    },
  };

  // Each state has a shape of its own, so that colour is never alone in telling them apart (viewBox 0 0 16 16).
  const SHAPES = {
    preparing: "M8 2a6 6 0 1 0 6 6h-2a4 4 0 1 1-4-4z",
    pending: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
    running: "M4 2l10 6-10 6z",
    paused: "M3 2h4v12H3zm6 0h4v12H9z",
    completed: "M6.2 13.6L1 8.4l1.9-1.9 3.3 3.3 6.9-6.9L15 4.8z",
    failed: "M3.5 1.6L8 6.1l4.5-4.5 1.9 1.9L9.9 8l4.5 4.5-1.9 1.9L8 9.9l-4.5 4.5-1.9-1.9L6.1 8 1.6 3.5z",
    cancelled: "M2 2h12v12H2z",
    lost: "M8 1l7 13H1zm-1 5v4h2V6zm0 5v2h2v-2z",
  };
  SHAPES.refused = SHAPES.lost;

  const CSS = `
    :host { display: block; container-type: inline-size;
      --ink: var(--vigie-ink, #1d2430); --quiet: var(--vigie-quiet, #566070); --paper: var(--vigie-paper, #fff);
      --track: var(--vigie-track, #e3e7ee); --line: var(--vigie-line, #d3d9e2); --accent: var(--vigie-accent, #1f5fbf);
      --good: var(--vigie-good, #1a7a3c); --bad: var(--vigie-bad, #c0282d); --warn: var(--vigie-warn, #8a5a00); }
    @supports (color: light-dark(#000, #fff)) { :host {
      --ink: var(--vigie-ink, light-dark(#1d2430, #e8ecf3)); --quiet: var(--vigie-quiet, light-dark(#566070, #a5afbf));
      --paper: var(--vigie-paper, light-dark(#fff, #171c25)); --track: var(--vigie-track, light-dark(#e3e7ee, #2c3442));
      --line: var(--vigie-line, light-dark(#d3d9e2, #343d4d)); --accent: var(--vigie-accent, light-dark(#1f5fbf, #7ab0ff));
      --good: var(--vigie-good, light-dark(#1a7a3c, #5cc980)); --bad: var(--vigie-bad, light-dark(#c0282d, #ff8a84));
      --warn: var(--vigie-warn, light-dark(#8a5a00, #e3b04b)); } }
    :host([hidden]) { display: none; }
    :host([theme="light"]) { color-scheme: light; }
    :host([theme="dark"]) { color-scheme: dark; }
    :host([theme="auto"]) { color-scheme: light dark; }
    .box { box-sizing: border-box; padding: .875rem 1rem; border: 1px solid var(--line);
      border-radius: var(--vigie-radius, .5rem); background: var(--paper); color: var(--ink);
      font: var(--vigie-font, 400 .9375rem/1.45 system-ui, sans-serif); font-variant-numeric: tabular-nums; }
    .head { display: flex; flex-wrap: wrap; align-items: center; gap: .125rem .75rem; }
    .title { font-weight: 600; flex: 1 1 8rem; overflow-wrap: anywhere; }
    .state { display: inline-flex; align-items: center; gap: .375rem; font-weight: 600; color: var(--hue); }
    .state svg { width: .8125rem; height: .8125rem; fill: currentColor; flex: none; }
    .percent { min-width: 4.5ch; text-align: right; font-weight: 600; }
    .bar { height: .625rem; margin: .5rem 0; border-radius: .3125rem; overflow: hidden; background: var(--track); }
    .bar svg { display: block; width: 100%; height: 100%; }
    .bar rect { transition: width .3s, x .3s; }
    .ok { fill: var(--hue); } .no { fill: var(--bad); } .maybe { fill: var(--warn); } .skip { fill: var(--quiet); }
    .message { min-height: 1.45em; overflow-wrap: anywhere; }
    .foot, .counts { display: flex; flex-wrap: wrap; gap: .125rem 1rem; }
    .foot { min-height: 1.45em; font-size: .875em; color: var(--quiet); }
    .count b { color: var(--ink); font-weight: 600; }
    .count.bad b { color: var(--bad); } .count.unknown b { color: var(--warn); }
    .time { margin-inline-start: auto; }
    .heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .box { --hue: var(--accent); }
    .completed { --hue: var(--good); } .completed.missing { --hue: var(--warn); } .failed, .cancelled { --hue: var(--bad); }
    .paused, .lost, .refused { --hue: var(--warn); } .pending, .preparing { --hue: var(--quiet); }
    @media (prefers-reduced-motion: reduce) { .bar rect { transition: none; } }
    @media (forced-colors: active) { .bar { border: 1px solid; } .ok, .no, .maybe, .skip { fill: Highlight; } }`;

  let sheet;
  const rules = () => {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    return sheet;
  };

  const SVG = "http://www.w3.org/2000/svg";
  const node = (name, names, ...children) => {
    const made = document.createElement(name);
    if (names) made.className = names;
    made.append(...children);
    return made;
  };
  const drawn = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const put = (element, text) => {
    // Only what changed: a selection in the page survives, and nothing is laid out for nothing.
    if (element.textContent !== text) element.textContent = text;
  };

  class VigieProgress extends HTMLElement {
    static observedAttributes = ["job", "token", "server", "title", "lang", "kind"];

    #parts;
    #progress = null;
    #trouble = "";
    #run = 0;
    #stream = null;
    #timer = 0;
    #watch = 0;
    #failures = 0;
    #abort = null;
    // How often in a row a stream gave nothing, and until when it is in vain to try another.
    #silent = 0;
    #silentUntil = 0;
    #said = "";
    #saidAt = 0;
    #wake = (event) => {
      if (document.hidden) {
        if (this.#stream) { this.#close(); this.#again(POLL_HIDDEN_MS); }
        // `pageshow` also tells of the first showing, when all has just begun.
      } else if (event.persisted !== false) this.refresh();
    };
    #online = () => this.refresh();
    #offline = () => { if (this.#following()) { this.#close(); this.#show("lost"); } };

    /** The last that is known, as `/api/v1/jobs/{id}/progress` gives it. */
    get progress() { return this.#progress; }

    /** Asks at once, instead of when it is due. */
    refresh() {
      if (!this.isConnected || !this.#following()) return;
      this.#failures = this.#silent = this.#silentUntil = 0;
      this.#close();
      this.#poll();
    }

    connectedCallback() {
      if (!this.#parts) this.#build();
      addEventListener("online", this.#online);
      addEventListener("offline", this.#offline);
      addEventListener("pageshow", this.#wake);
      document.addEventListener("visibilitychange", this.#wake);
      // Moved within the page, it goes on.
      if (this.#progress) this.refresh();
      else this.#begin();
    }

    disconnectedCallback() {
      removeEventListener("online", this.#online);
      removeEventListener("offline", this.#offline);
      removeEventListener("pageshow", this.#wake);
      document.removeEventListener("visibilitychange", this.#wake);
      this.#close();
    }

    attributeChangedCallback(name, before, after) {
      if (!this.#parts || before === after) return;
      const isNews = name === "job" || name === "token" || name === "server";
      if (isNews) this.#progress = null;
      if (!this.isConnected) return;
      if (isNews) this.#begin();
      else this.#render();
    }

    // --- The connection: a stream while it works, a poll when it does not, and a poll to find out that it does again.

    #url(what) {
      const base = new URL(this.getAttribute("server") || HOME, document.baseURI);
      if (!base.pathname.endsWith("/")) base.pathname += "/";
      const url = new URL(`api/v1/jobs/${encodeURIComponent(this.getAttribute("job"))}/${what}`, base);
      const token = this.getAttribute("token");
      if (token) url.searchParams.set("token", token);
      return url;
    }

    #following() {
      return this.getAttribute("job") && this.#trouble !== "refused" && !FINAL.has(this.#progress?.status);
    }

    #begin() {
      this.#close();
      this.#progress = null;
      this.#trouble = "";
      this.#failures = this.#silent = this.#silentUntil = 0;
      this.#render();
      if (!this.getAttribute("job")) return;
      if (this.#mayListen()) this.#listen();
      else this.#poll();
    }

    #close() {
      // What an older run still brings is not heard any more.
      this.#run += 1;
      clearTimeout(this.#timer);
      clearTimeout(this.#watch);
      if (this.#stream) {
        this.#stream.close();
        this.#stream = null;
        streams -= 1;
      }
      this.#abort?.abort();
      this.#abort = null;
    }

    #mayListen() { return !document.hidden && streams < STREAMS_MAX && performance.now() >= this.#silentUntil; }

    #again(wait) {
      const run = this.#run;
      this.#timer = setTimeout(() => { if (run === this.#run) this.#poll(); }, wait);
    }

    #listen() {
      const run = this.#run;
      const mine = (act) => (event) => { if (run === this.#run) act(event); };
      let spoke = false;
      const giveUp = () => {
        if (!spoke) this.#silentUntil = performance.now() + SILENT_MS * 2 ** Math.min(this.#silent++, 6);
        this.#close();
        this.#poll();
      };
      let stream;
      try { stream = new EventSource(this.#url("events")); } catch { return giveUp(); }
      this.#stream = stream;
      streams += 1;
      this.#watch = setTimeout(mine(giveUp), FIRST_WORD_MS);
      stream.addEventListener("progress", mine((event) => {
        spoke = true;
        this.#failures = this.#silent = 0;
        clearTimeout(this.#watch);
        this.#watch = setTimeout(mine(giveUp), SILENCE_MS);
        this.#take(JSON.parse(event.data), "live");
      }));
      stream.addEventListener("end", mine(() => this.#close()));
      // The browser would try for ever and never say why: the poll learns the status, and waits longer each time.
      stream.addEventListener("error", mine(giveUp));
    }

    async #poll() {
      const run = this.#run;
      const abort = (this.#abort = new AbortController());
      const late = setTimeout(() => abort.abort(), ANSWER_MS);
      let asked = 0;
      let wait = document.hidden ? POLL_HIDDEN_MS : POLL_MS;
      try {
        // `no-cache` has the browser send the ETag it knows, without the preflight that a header of ours would cost.
        const answer = await fetch(this.#url("progress"), { cache: "no-cache", credentials: "same-origin", signal: abort.signal });
        if (run !== this.#run) return;
        if (!answer.ok) {
          const again = answer.status >= 500 || answer.status === 408 || answer.status === 429;
          if (!again) return this.#refuse(answer.status);
          asked = 1000 * Math.min(60, Number(answer.headers.get("Retry-After")) || 0);
          throw new Error(`status ${answer.status}`);
        }
        const progress = await answer.json();
        if (run !== this.#run) return;
        this.#failures = 0;
        this.#take(progress, "polling");
        if (!this.#following()) return;
        if (this.#mayListen()) return this.#listen();
      } catch {
        if (run !== this.#run) return;
        const step = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
        this.#failures += 1;
        // Many pages that lost one server must not all come back in the same instant.
        wait = Math.max(asked, step * (0.75 + Math.random() / 2));
        // One miss is no news; two are.
        if (this.#failures > 1) this.#show("lost");
      } finally {
        clearTimeout(late);
      }
      this.#again(wait);
    }

    #take(progress, connection) {
      const news = !this.#progress || progress.version !== this.#progress.version || progress.rate !== this.#progress.rate;
      // A poll may be overtaken by the stream; an older word is no news.
      if (this.#progress && progress.version < this.#progress.version) return;
      this.#progress = progress;
      this.#trouble = "";
      this.setAttribute("connection", connection);
      this.#render();
      if (news) this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
      if (!FINAL.has(progress.status)) return;
      this.#close();
      if (progress.status === "completed") this.dispatchEvent(new CustomEvent("complete", { detail: progress }));
      else this.#complain({ code: progress.status, progress });
    }

    #refuse(status) {
      this.#close();
      this.#show("refused");
      this.#complain({ code: "refused", status, progress: this.#progress });
    }

    #complain(detail) { this.dispatchEvent(new CustomEvent("error", { detail })); }

    #show(trouble) {
      this.#trouble = trouble;
      this.setAttribute("connection", trouble);
      this.#render();
    }

    // --- What is seen and heard.

    #build() {
      const root = this.attachShadow({ mode: "open" });
      // Browsers without it show the same words plainly.
      try { root.adoptedStyleSheets = [rules()]; } catch { /* plain */ }
      const part = (element, name) => { element.setAttribute("part", name); return element; };
      const shape = drawn("path", {});
      const rects = ["ok", "no", "maybe", "skip"].map((name) => drawn("rect", { class: name, height: 1, width: 0 }));
      const p = {
        title: part(node("span", "title"), "title"), word: node("span"), percent: part(node("span", "percent"), "percent"),
        message: part(node("div", "message"), "message"), counts: part(node("span", "counts"), "counts"),
        time: part(node("span", "time"), "time"), heard: node("div", "heard"), shape, rects,
      };
      p.state = part(node("span", "state", drawn("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, shape), p.word), "state");
      p.bar = part(node("div", "bar", drawn("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, ...rects)), "bar");
      p.bar.setAttribute("role", "progressbar");
      p.bar.setAttribute("aria-valuemin", "0");
      p.bar.setAttribute("aria-valuemax", "100");
      p.heard.setAttribute("role", "status");
      const head = part(node("div", "head", p.title, p.state, p.percent), "head");
      p.box = part(node("div", "box", head, p.bar, p.message, node("div", "foot", p.counts, p.time), p.heard), "box");
      root.append(p.box);
      this.#parts = p;
    }

    #language() {
      const near = this.closest("[lang]")?.getAttribute("lang") || navigator.language || "en";
      return near.toLowerCase().startsWith("fr") ? "fr" : "en";
    }

    #render() {
      const p = this.#parts;
      const lang = this.#language();
      const words = WORDS[lang];
      const now = this.#progress ?? { status: "pending", total: 0, percent: 0, version: 0 };
      const state = this.#trouble || now.status;
      const number = (value, digits = 0) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(value);
      const percent = number(now.percent, 1) + words.percent;
      const title = this.getAttribute("title") || words.title;
      p.box.lang = lang;
      const plural = new Intl.PluralRules(lang);
      const agreed = (word, value) => word.replace("(s)", plural.select(value ?? 0) === "one" ? "" : "s");
      // Over, and somebody is missing: not the same as over.
      const bad = this.getAttribute("kind") === "mailing" ? words.missed : words.bad;
      const missing = state === "completed" ? [[now.failed, bad], [now.unknown, words.unknown]].filter(([n]) => n > 0) : [];
      const stands = [words[state] ?? state, ...missing.map(([n, word]) => `${number(n)} ${agreed(word, n)}`)].join(", ");
      p.box.className = `box ${state}${missing.length > 0 ? " missing" : ""}`;
      this.setAttribute("state", now.status);
      put(p.title, title);
      put(p.word, stands);
      put(p.percent, percent);
      p.shape.setAttribute("d", missing.length > 0 ? SHAPES.lost : SHAPES[state] ?? SHAPES.pending);
      this.#drawBar(now, title, percent);
      put(p.message, this.#message(now, words, lang));
      this.#count(now, words, number, agreed);
      const rate = now.rate > 0 && now.status === "running" ? `${number(now.rate, now.rate < 10 ? 1 : 0)} ${words.rate}` : "";
      const left = now.eta_seconds != null ? words.left.replace("{}", duration(now.eta_seconds)) : "";
      // Not while the connection is lost: it would be a guess.
      put(p.time, this.#trouble ? "" : [rate, left].filter(Boolean).join(" · "));
      this.#speak(`${title}${words.colon}${stands}, ${percent}`, state);
    }

    #drawBar(now, title, percent) {
      const { bar, rects } = this.#parts;
      // A job without items fills its bar by its percentage alone.
      const whole = now.total || 1;
      const widths = now.total ? [now.succeeded, now.failed, now.unknown, now.skipped] : [now.percent / 100, 0, 0, 0];
      let x = 0;
      widths.forEach((value, at) => {
        const width = (100 * value) / whole;
        rects[at].setAttribute("x", x);
        rects[at].setAttribute("width", width);
        x += width;
      });
      bar.setAttribute("aria-label", title);
      bar.setAttribute("aria-valuenow", now.percent);
      bar.setAttribute("aria-valuetext", percent);
    }

    #message(now, words, lang) {
      const stopped = now.status === "paused" || now.status === "failed" || now.status === "cancelled";
      const reason = stopped ? now.reason?.detail : "";
      const at = now.status === "paused" && now.resumes_at;
      const resumes = at ? `${words.resumes} ${new Date(at).toLocaleTimeString(lang, { timeStyle: "short" })}` : "";
      return [reason || now.message, resumes].filter(Boolean).join(" · ");
    }

    #count(now, words, number, agreed) {
      const done = this.getAttribute("kind") === "mailing" ? words.sent : words.done;
      const all = [
        ["total", `${number(now.processed ?? 0)} ${words.of} ${number(now.total)}`, "", now.total],
        ["done", number(now.succeeded ?? 0), agreed(done, now.succeeded), now.total],
        ["bad", number(now.failed ?? 0), agreed(words.bad, now.failed), now.failed || now.total],
        ["unknown", number(now.unknown ?? 0), agreed(words.unknown, now.unknown), now.unknown],
        ["skipped", number(now.skipped ?? 0), agreed(words.skipped, now.skipped), now.skipped],
        ["remaining", number(now.remaining ?? 0), agreed(words.remaining, now.remaining), now.total && !FINAL.has(now.status)],
      ];
      // Written anew only when a figure has changed.
      const wanted = all.filter(([, , , shown]) => shown);
      const text = wanted.map((count) => count.slice(0, 3).join()).join();
      if (text === this.#parts.counts.dataset.text) return;
      this.#parts.counts.dataset.text = text;
      this.#parts.counts.replaceChildren(...wanted.map(([name, value, word]) => {
        // Nothing red while nothing is wrong.
        const made = node("span", value === "0" ? "count" : `count ${name}`, node("b", "", value), word ? ` ${word}` : "");
        made.setAttribute("part", `count ${name}`);
        return made;
      }));
    }

    #speak(text, state) {
      // `performance.now` does not jump when the clock is set.
      const at = performance.now();
      const changed = this.#said !== state;
      if (!changed && at - this.#saidAt < SPEAK_MS) return;
      this.#said = state;
      this.#saidAt = at;
      put(this.#parts.heard, text);
    }
  }

  function duration(seconds) {
    const parts = [[Math.floor(seconds / 3600), "h"], [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
    const from = parts.findIndex(([count]) => count > 0);
    // Two units are enough to wait by.
    return from < 0 ? "0\u00a0s" : parts.slice(from, from + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count}\u00a0${unit}`).join(" ");
  }

  customElements.define("vigie-progress", VigieProgress);
})();
