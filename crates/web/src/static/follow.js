// Follows one job: by server-sent events while they work, by polling when they do not.
const LOG_LINES_MAX = 500;
const POLL_MS = 500;
const FINAL = new Set(["completed", "failed", "cancelled"]);

const section = document.getElementById("job");
const log = document.getElementById("log");
if (section) follow(`/api/v1/jobs/${section.dataset.id}`);

function follow(base) {
  if (typeof EventSource === "undefined") return poll(base, "");
  const events = new EventSource(`${base}/events?log_after=0`);
  let failures = 0;
  events.addEventListener("progress", (event) => { failures = 0; show(JSON.parse(event.data)); });
  events.addEventListener("log", (event) => append(JSON.parse(event.data).rows));
  events.addEventListener("end", () => events.close());
  events.addEventListener("error", () => {
    failures += 1;
    if (events.readyState === EventSource.CLOSED || failures > 3) { events.close(); poll(base, ""); }
  });
}

async function poll(base, etag) {
  let status = "";
  try {
    const response = await fetch(`${base}/progress`, { headers: etag ? { "If-None-Match": etag } : {} });
    if (response.status === 200) {
      etag = response.headers.get("ETag") ?? "";
      const progress = await response.json();
      status = progress.status;
      show(progress);
    }
  } catch { /* The server is away: ask again. */ }
  if (!FINAL.has(status)) setTimeout(() => poll(base, etag), POLL_MS);
}

function show(progress) {
  for (const element of section.querySelectorAll("[data-show]")) {
    const name = element.dataset.show;
    if (element instanceof HTMLProgressElement) element.value = progress.percent;
    else element.textContent = text(name, progress[name]);
    if (name === "status") element.className = `state ${progress.status}`;
  }
}

function text(name, value) {
  if (value === null || value === undefined) return "";
  if (name === "rate") return `${value} /s`;
  if (name === "eta_seconds") return duration(value);
  if (name === "reason") return value.detail || value.code;
  return String(value);
}

function duration(seconds) {
  const parts = [[Math.floor(seconds / 3600), "h"], [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
  return parts.filter(([count]) => count > 0).slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 s";
}

function append(rows) {
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  for (const row of rows) {
    const line = document.createElement("li");
    line.className = row.level;
    line.textContent = `${new Date(row.at).toLocaleTimeString()} ${row.message}`;
    log.append(line);
  }
  while (log.children.length > LOG_LINES_MAX) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}
