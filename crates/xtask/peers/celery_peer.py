"""Celery's side of the bench: `celery -A celery_peer worker`, and the driver below.

BROKER_PORT in the environment. `throughput N`: enqueue N no-ops one by one, as an application does, until the result
of each is kept. `latency N`: one each 10 ms; how long until its function begins. Prints one JSON object.
"""

import json
import os
import sys
import time

import redis
from celery import Celery

PORT = os.environ["BROKER_PORT"]
app = Celery("celery_peer", broker=f"redis://127.0.0.1:{PORT}/0", backend=f"redis://127.0.0.1:{PORT}/1")


@app.task
def noop():
    pass


@app.task
def late(sent):
    return time.time() - sent


def wait_for_worker():
    for _ in range(150):
        if app.control.ping(timeout=0.2):
            return
    raise SystemExit("no Celery worker answers")


def throughput(count):
    kept = redis.Redis(port=int(PORT), db=1)
    kept.flushdb()
    start = time.time()
    for _ in range(count):
        noop.delay()
    enqueued = time.time()
    while kept.dbsize() < count:
        if time.time() - start > 200:
            raise SystemExit("Celery did not finish in 200 s")
        time.sleep(0.005)
    return {"enqueue_seconds": enqueued - start, "seconds": time.time() - start}


def latency(count):
    start = time.time()
    results = []
    for number in range(count):
        time.sleep(max(0.0, start + number * 0.01 - time.time()))
        results.append(late.delay(time.time()))
    return {"latencies": [result.get(timeout=30) for result in results]}


if __name__ == "__main__":
    wait_for_worker()
    noop.delay().get(timeout=30)
    what, count = sys.argv[1], int(sys.argv[2])
    print(json.dumps({"throughput": throughput, "latency": latency}[what](count)))
