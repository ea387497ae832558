// graphile-worker's side of the bench. URL default|local-queue throughput|latency N; prints one JSON object.
// `throughput`: N no-ops enqueued by `add_jobs`, 1,000 at a time, until the table of jobs is empty again.
// `latency`: one each 10 ms; how long until its function begins.
import { Logger, run } from "graphile-worker";
import pg from "pg";

const [url, mode, what, countText] = process.argv.slice(2);
const count = Number(countText);
const quiet = { debug() {}, info() {}, warn: console.error, error: console.error };
const local = mode === "local-queue" ? { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } : {};
const latencies = [];
const pool = new pg.Pool({ connectionString: url, max: 2 });
const runner = await run({
  connectionString: url,
  noHandleSignals: true,
  logger: new Logger(() => (level, message) => (level in quiet ? quiet[level](message) : undefined)),
  preset: { worker: { concurrentJobs: 10, ...local } },
  taskList: {
    noop: async () => {},
    late: async (payload) => void latencies.push((performance.now() - payload.at) / 1000),
  },
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const left = async () => (await pool.query("select exists (select from graphile_worker._private_jobs) as any")).rows[0].any;
const done = async (start) => {
  while (await left()) {
    if (performance.now() - start > 200_000) throw new Error("graphile-worker did not finish in 200 s");
    await sleep(5);
  }
};

await runner.addJob("noop", {});
await done(performance.now());
const start = performance.now();
let answer;
if (what === "throughput") {
  const specs = JSON.stringify(Array.from({ length: 1000 }, () => ({ identifier: "noop", payload: {} })));
  for (let at = 0; at < count; at += 1000) {
    await pool.query(
      `select from graphile_worker.add_jobs(array(
         select json_populate_record(null::graphile_worker.job_spec, spec) from json_array_elements($1::json) spec))`,
      [specs],
    );
  }
  const enqueued = performance.now();
  await done(start);
  answer = { enqueue_seconds: (enqueued - start) / 1000, seconds: (performance.now() - start) / 1000 };
} else {
  for (let at = 0; at < count; at++) {
    await sleep(Math.max(0, start + at * 10 - performance.now()));
    await runner.addJob("late", { at: performance.now() });
  }
  await done(start);
  answer = { latencies };
}
await runner.stop();
await pool.end();
console.log(JSON.stringify(answer));
