// ProgressPolling: how far a job is, by asking again and again; the job's id alone is enough behind the site's own proxy.
//
//   <div id="jauge"></div>
//   <script src="/static/js/progress_polling.js"></script>
//   new ProgressPolling("jauge", jobId, { title: "Envoi des factures par email", icon: "📧", onComplete: (result) => … });
//
// Options, all of them optional:
//   title, icon           what stands above the bar
//   showDetails           the state and the last message (true)
//   showStats             total, processed, succeeded, failed, remaining (true)
//   pollInterval          milliseconds between two questions (500)
//   onProgress(data)      after each change; `data` is what the server answered
//   onComplete(data)      once, when the job is completed
//   onError(error)        once, when the job has failed, or when the server refuses for good; `error.data` is its answer
//   debug                 tells the console what it does (false)
//   semanticUi            Semantic UI's markup (where the page loads its stylesheet)
//   url                   "/core/sse-progress/{job_id}/", or a function of the id
//   token                 the job's own token, for a server that is asked directly
//   lang                  "fr" or "en" (the page's)
//   resume                go on by itself after a reload (true); ProgressPolling.resume(id, options) gives it callbacks
// Custom properties: --pp-ink, -paper, -line, -track, -blue, -green, -red, -orange, -grey; any rule of the page wins.
// stop() ends it. A classic script; imported as a module it defines the same global.
(() => {
  "use strict";
  if (globalThis.ProgressPolling) return;

  const DEFAULTS = {
    title: "", icon: "", showDetails: true, showStats: true, pollInterval: 500, onProgress: null, onComplete: null,
    onError: null, debug: false, semanticUi: undefined, url: "/core/sse-progress/{job_id}/", token: "", lang: "", resume: true,
  };
  const RETRY_MAX_MS = 10000;
  const ANSWER_MS = 15000;
  // One refusal may be a proxy being reloaded; this many in a row are an answer.
  const REFUSALS_MAX = 5;
  const SPEAK_MS = 10000;
  // What was begun yesterday in a forgotten tab is not taken up again.
  const REMEMBERED_MS = 24 * 3600 * 1000;
  const KEPT = ["title", "icon", "showDetails", "showStats", "pollInterval", "debug", "semanticUi", "token", "lang"];

  const WORDS = {
    en: {
      pending: "Waiting", in_progress: "In progress", paused: "Paused", completed: "Completed", failed: "Failed",
      cancelled: "Cancelled", lost: "Connection lost. Reconnecting…", refused: "Progress is not available",
      progress: "Progress", total: "Total", processed: "Processed", succeeded: "Succeeded", bad: "Errors",
      unknown: "Unconfirmed", remaining: "Remaining", missing: "{} without success", percent: "%",
    },
    fr: {
      pending: "En attente", in_progress: "En cours", paused: "En pause", completed: "Terminé", failed: "Échec",
      cancelled: "Annulé", lost: "Connexion perdue. Reconnexion…", refused: "Suivi indisponible",
      progress: "Progression", total: "Total", processed: "Traités", succeeded: "Réussis", bad: "Erreurs",
      unknown: "Non confirmés", remaining: "Restants", missing: "{} sans succès", percent: "\u202f%",
    },
  };
  const COLOURS = { completed: "green", failed: "red", cancelled: "red", refused: "red", lost: "orange" };
  const SHAPES = { pending: "○", in_progress: "▶", paused: "❚❚", completed: "✓", failed: "✗", cancelled: "■", refused: "✗", lost: "△" };
  const FINAL = new Set(["completed", "failed", "cancelled"]);

  // The look without Semantic UI. `:where` weighs nothing, so that any rule of the page wins.
  const CSS = `
    :where(.pp) { border: 1px solid var(--pp-line, #d3d9e2); border-radius: .5rem; padding: .875rem 1rem;
      background: var(--pp-paper, #fff); color: var(--pp-ink, #1d2430); font-variant-numeric: tabular-nums; }
    @supports (color: light-dark(#000, #fff)) { :where(.pp) { border-color: var(--pp-line, light-dark(#d3d9e2, #343d4d));
      background: var(--pp-paper, light-dark(#fff, #171c25)); color: var(--pp-ink, light-dark(#1d2430, #e8ecf3)); } }
    :where(.pp-title) { font-weight: 600; margin: 0 0 .5rem; font-size: 1rem; }
    :where(.pp-track) { display: flex; align-items: center; gap: .75rem; }
    :where(.pp-rail) { flex: 1; height: .75rem; border-radius: .375rem; overflow: hidden; background: var(--pp-track, #8883); }
    :where(.pp-fill) { height: 100%; width: 0; transition: width .3s; background: var(--pp-hue); }
    :where(.pp-percent) { min-width: 4.5ch; text-align: right; font-weight: 600; }
    :where(.pp-labels) { display: flex; flex-wrap: wrap; gap: .375rem; margin-top: .625rem; }
    :where(.pp-label) { padding: .125rem .625rem; border-radius: .75rem; font-size: .875rem; color: #fff; background: var(--pp-hue); }
    :where(.pp-message) { min-height: 1.45em; margin: .5rem 0 0; overflow-wrap: anywhere; }
    :where(.pp .blue, .pp.blue) { --pp-hue: var(--pp-blue, #1f5fbf); } :where(.pp .green, .pp.green) { --pp-hue: var(--pp-green, #1a7a3c); }
    :where(.pp .red, .pp.red) { --pp-hue: var(--pp-red, #b3242a); } :where(.pp .grey) { --pp-hue: var(--pp-grey, #566070); }
    :where(.pp .orange, .pp.orange) { --pp-hue: var(--pp-orange, #8a5a00); }
    .pp-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (prefers-reduced-motion: reduce) { :where(.pp-fill) { transition: none; } }`;

  function dress() {
    if (dress.done) return;
    dress.done = true;
    try {
      // Not a <style> element: a strict Content-Security-Policy would ignore it.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    } catch { /* An old browser shows the same words plainly. */ }
  }

  const node = (name, names, ...children) => {
    const made = document.createElement(name);
    if (names) made.className = names;
    made.append(...children);
    return made;
  };
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const keyOf = (gaugeId) => `progress-polling ${location.pathname} ${gaugeId}`;
  // Private windows and sandboxed frames may forbid storage: then a reload forgets, and nothing else changes.
  const storage = (act) => { try { return act(sessionStorage); } catch { return null; } };
  const running = new Map();

  class ProgressPolling {
    constructor(gaugeId, jobId, options = {}) {
      this.gauge = typeof gaugeId === "string" ? document.getElementById(gaugeId) : gaugeId;
      if (!this.gauge) throw new Error(`ProgressPolling: the page has no element with the id "${gaugeId}"`);
      if (!jobId) throw new Error("ProgressPolling: no job id was given");
      this.gaugeId = this.gauge.id || "gauge";
      this.jobId = String(jobId);
      this.options = { ...DEFAULTS, ...options };
      this.data = null;
      this.failures = 0;
      this.refusals = 0;
      this.stopped = false;
      this.said = { state: "", at: 0 };
      // Two pollers would fight over one gauge.
      running.get(this.gauge)?.halt();
      running.set(this.gauge, this);
      this.remember();
      this.build();
      // `pageshow` also tells of the first showing, when all has just begun.
      this.wake = (event) => { if (!document.hidden && event.persisted !== false) this.ask("woken"); };
      addEventListener("online", this.wake);
      addEventListener("pageshow", this.wake);
      document.addEventListener("visibilitychange", this.wake);
      this.ask("started");
    }

    /** Takes up what this page followed in that gauge before it was reloaded; null when that was nothing. */
    static resume(gaugeId, options = {}) {
      const kept = storage((session) => JSON.parse(session.getItem(keyOf(gaugeId)) ?? "null"));
      if (!kept || Date.now() - kept.at > REMEMBERED_MS || !document.getElementById(gaugeId)) return null;
      return new ProgressPolling(gaugeId, kept.jobId, { ...kept.options, ...options });
    }

    /** Ends it for good: the gauge keeps what it shows, and a reload does not begin anew. */
    stop() {
      this.log("stopped");
      this.forget();
      this.halt();
    }

    halt() {
      this.stopped = true;
      clearTimeout(this.timer);
      this.abort?.abort();
      removeEventListener("online", this.wake);
      removeEventListener("pageshow", this.wake);
      document.removeEventListener("visibilitychange", this.wake);
      if (running.get(this.gauge) === this) running.delete(this.gauge);
    }

    // --- Asking.

    address() {
      const { url, token } = this.options;
      const id = encodeURIComponent(this.jobId);
      const text = typeof url === "function" ? url(this.jobId) : url.replace(/\{job_id\}|<job_id>/g, id);
      const address = new URL(text, document.baseURI);
      if (token) address.searchParams.set("token", token);
      return address;
    }

    async ask(why) {
      if (this.stopped) return;
      clearTimeout(this.timer);
      this.abort?.abort();
      const abort = (this.abort = new AbortController());
      const late = setTimeout(() => abort.abort(), ANSWER_MS);
      if (why) this.log(why);
      let wait = this.options.pollInterval;
      try {
        // `no-cache`: the browser sends the ETag it has, and an unchanged answer costs a few bytes.
        const answer = await fetch(this.address(), { cache: "no-cache", credentials: "same-origin", signal: abort.signal });
        const data = await this.read(answer);
        if (this.abort !== abort || this.stopped) return;
        this.failures = this.refusals = 0;
        this.take(data);
      } catch (error) {
        if (this.abort !== abort || this.stopped) return;
        wait = this.miss(error, wait);
      } finally {
        clearTimeout(late);
      }
      if (!this.stopped) this.timer = setTimeout(() => this.ask(), wait);
    }

    async read(answer) {
      if (answer.ok && /json/.test(answer.headers.get("Content-Type") ?? "")) return answer.json();
      const error = new Error(`${this.address().pathname}: ${answer.ok ? "no JSON came (a login page?)" : `status ${answer.status}`}`);
      // 408, 429 and 5xx pass: a server that restarts, a proxy that waits for it.
      error.refused = answer.ok || (answer.status < 500 && answer.status !== 408 && answer.status !== 429);
      throw error;
    }

    /** How long to wait after an answer that was none. */
    miss(error, wait) {
      this.failures += 1;
      this.refusals = error.refused ? this.refusals + 1 : 0;
      this.log(`no answer (${this.failures})`, error);
      if (this.refusals >= REFUSALS_MAX) {
        this.show("refused");
        this.finish(() => this.options.onError?.(error));
      } else if (this.failures > 1) {
        // onError is not called: pages answer it by offering to send again, and the job may well be running.
        this.show("lost");
      }
      return Math.min(RETRY_MAX_MS, wait * 2 ** Math.min(this.failures, 10)) * (0.75 + Math.random() / 2);
    }

    take(data) {
      const text = JSON.stringify(data);
      const news = text !== this.text;
      this.text = text;
      this.data = data;
      const state = stateOf(data);
      this.show(state);
      if (news) {
        this.log("progress", data);
        this.call(() => this.options.onProgress?.(data));
      }
      if (!FINAL.has(state)) return;
      this.finish(() => {
        if (state === "completed") return this.options.onComplete?.(data);
        const said = data.reason?.detail || data.message || WORDS[this.language()][state];
        return this.options.onError?.(Object.assign(new Error(said), { data }));
      });
    }

    finish(act) {
      this.forget();
      this.halt();
      this.call(act);
    }

    call(act) {
      // A page's mistake in its callback is told and does not end the gauge.
      try { act(); } catch (error) { console.error("ProgressPolling: a callback failed", error); }
    }

    remember() {
      if (!this.options.resume || !this.gauge.id) return;
      const options = Object.fromEntries(KEPT.map((name) => [name, this.options[name]]));
      if (typeof this.options.url === "string") options.url = this.options.url;
      storage((session) => session.setItem(keyOf(this.gaugeId), JSON.stringify({ jobId: this.jobId, options, at: Date.now() })));
    }

    forget() { storage((session) => session.removeItem(keyOf(this.gaugeId))); }

    log(...what) { if (this.options.debug) console.log(`[ProgressPolling ${this.gaugeId} ${this.jobId}]`, ...what); }

    // --- Showing.

    language() {
      const near = this.options.lang || this.gauge.closest("[lang]")?.lang || navigator.language || "en";
      return near.toLowerCase().startsWith("fr") ? "fr" : "en";
    }

    build() {
      const { title, icon, showDetails, showStats } = this.options;
      const { semanticUi = Boolean(document.querySelector('link[href*="semantic"], link[href*="fomantic"]')) } = this.options;
      const lang = this.language();
      const pick = (theirs, ours) => (semanticUi ? theirs : ours);
      dress();
      this.semantic = semanticUi;
      this.state = node("span");
      this.fill = node("div", pick("bar", "pp-fill"));
      this.percent = node("div", pick("progress", "pp-percent"));
      this.labels = node("div", pick("ui labels", "pp-labels"));
      this.message = node("p", "pp-message");
      this.heard = node("div", "pp-heard");
      this.heard.setAttribute("role", "status");
      const shownTitle = title || WORDS[lang].progress;
      const head = node("div", pick("ui small header", "pp-title"));
      if (icon) {
        const sign = node("span", "", icon);
        sign.setAttribute("aria-hidden", "true");
        head.append(sign, " ");
      }
      head.append(shownTitle);
      if (semanticUi) {
        this.fill.append(this.percent);
        this.rail = node("div", "ui progress", this.fill);
        this.box = node("div", "ui segment", head, this.rail);
      } else {
        this.rail = node("div", "pp-rail", this.fill);
        this.box = node("div", "pp", head, node("div", "pp-track", this.rail, this.percent));
      }
      for (const [name, value] of Object.entries({ role: "progressbar", "aria-label": shownTitle, "aria-valuemin": 0, "aria-valuemax": 100 })) {
        this.rail.setAttribute(name, value);
      }
      this.title = shownTitle;
      if (showDetails || showStats) this.box.append(this.labels);
      if (showDetails) this.box.append(this.message);
      this.box.append(this.heard);
      this.box.lang = lang;
      this.gauge.replaceChildren(this.box);
      this.show("pending");
    }

    show(state) {
      const { showDetails, showStats } = this.options;
      const lang = this.language();
      const words = WORDS[lang];
      const data = this.data ?? {};
      const percent = Number(data.percentage ?? data.percent ?? 0);
      const shown = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 }).format(percent) + words.percent;
      // Over, and somebody is missing: not the same as over.
      const missing = state === "completed" ? Number(data.failed ?? 0) + Number(data.unknown ?? 0) : 0;
      const stands = missing > 0 ? `${words[state]}, ${words.missing.replace("{}", new Intl.NumberFormat(lang).format(missing))}` : words[state];
      const colour = missing > 0 ? "orange" : COLOURS[state] ?? "blue";
      // Through the object model, which a Content-Security-Policy allows where it forbids style attributes in markup.
      this.fill.style.width = `${percent}%`;
      put(this.percent, shown);
      if (this.semantic) this.rail.className = `ui ${colour} ${state === "in_progress" ? "active " : ""}progress`;
      else this.box.className = `pp ${colour}`;
      this.box.dataset.state = state;
      this.rail.dataset.percent = percent;
      this.rail.setAttribute("aria-valuenow", percent);
      this.rail.setAttribute("aria-valuetext", shown);
      const labels = showDetails ? [[colour, `${missing > 0 ? SHAPES.lost : SHAPES[state]} ${stands}`]] : [];
      if (showStats) labels.push(...counts(data, words, new Intl.NumberFormat(lang)));
      this.label(labels);
      put(this.message, data.message || data.reason?.detail || "");
      const now = performance.now();
      if (state !== this.said.state || now - this.said.at > SPEAK_MS) {
        this.said = { state, at: now };
        put(this.heard, `${this.title}, ${stands}, ${shown}`);
      }
    }

    label(labels) {
      const text = labels.join();
      if (text === this.labelled) return;
      this.labelled = text;
      this.labels.replaceChildren(...labels.map(([colour, said]) =>
        node("span", this.semantic ? `ui ${colour} label` : `pp-label ${colour}`, said)));
    }
  }

  /** The server's word, under its older name or its newer one, as one of ours. */
  function stateOf(data) {
    if (data.status === "running") return "in_progress";
    return data.status in SHAPES ? data.status : "pending";
  }

  function counts(data, words, number) {
    const said = (word, value) => `${word} ${number.format(value ?? 0)}`;
    return [
      ["grey", said(words.total, data.total_items ?? data.total)],
      ["blue", said(words.processed, data.processed)],
      ["green", said(words.succeeded, data.succeeded)],
      // Nothing red while nothing is wrong.
      ...(data.failed ? [["red", said(words.bad, data.failed)]] : []),
      ...(data.unknown ? [["orange", said(words.unknown, data.unknown)]] : []),
      ["grey", said(words.remaining, data.remaining)],
    ];
  }

  globalThis.ProgressPolling = ProgressPolling;

  /** After a reload, what was under way shows itself again, unless the page has taken it up already. */
  function resumeAll() {
    const start = keyOf("");
    const keys = storage((session) => Object.keys(session).filter((key) => key.startsWith(start))) ?? [];
    for (const gaugeId of keys.map((key) => key.slice(start.length))) {
      const gauge = document.getElementById(gaugeId);
      if (gauge && !running.has(gauge)) ProgressPolling.resume(gaugeId);
    }
  }
  // After the page's own scripts, which may give it callbacks.
  if (document.readyState === "complete") setTimeout(resumeAll);
  else addEventListener("load", () => setTimeout(resumeAll));
})();
