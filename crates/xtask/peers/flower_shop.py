"""A Celery application with a task of each kind, for `flower_beside.py`. SHOP_BROKER and SHOP_BACKEND in the environment."""

import os
import time

from celery import Celery
from celery.schedules import crontab
from celery.exceptions import Reject, SoftTimeLimitExceeded

app = Celery("shop", broker=os.environ["SHOP_BROKER"], backend=os.environ["SHOP_BACKEND"])
app.conf.update(
    task_send_sent_event=True,
    task_track_started=True,
    worker_send_task_events=True,
    broker_connection_retry_on_startup=True,
    task_default_queue="celery",
    # No beat runs here: Vigie takes these over.
    beat_schedule={
        "each minute": {"task": "shop.add", "schedule": crontab(), "args": (40, 2), "options": {"queue": "celery"}},
        "first Monday": {"task": "shop.add", "schedule": crontab(0, 8, day_of_month="1-7", day_of_week="mon")},
    },
)


@app.task(name="shop.add")
def add(a, b):
    return a + b


@app.task(name="shop.fail")
def fail(why="no stock"):
    raise ValueError(why)


@app.task(name="shop.flaky", bind=True, max_retries=2)
def flaky(self):
    if self.request.retries < 2:
        raise self.retry(exc=RuntimeError("again"), countdown=1)
    return "ok"


@app.task(name="shop.hopeless", bind=True, max_retries=1)
def hopeless(self):
    raise self.retry(exc=RuntimeError("never"), countdown=1)


@app.task(name="shop.slow")
def slow(seconds):
    time.sleep(seconds)
    return seconds


@app.task(name="shop.soft", soft_time_limit=1)
def soft():
    try:
        time.sleep(30)
    except SoftTimeLimitExceeded:
        return "told in time"


@app.task(name="shop.hard", time_limit=2)
def hard():
    time.sleep(30)


@app.task(name="shop.refused", bind=True, acks_late=True)
def refused(self):
    raise Reject("not mine", requeue=False)


@app.task(name="shop.total")
def total(numbers):
    return sum(numbers)


@app.task(name="shop.parent")
def parent():
    add.delay(1, 2)
    return {"made": 1, "named": "é ✓"}


@app.task(name="shop.killed", acks_late=False)
def killed():
    time.sleep(60)
