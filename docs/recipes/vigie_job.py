"""A job that is run here and shown by Vigie. One file, standard library only: copy it beside your program.

    job = Job.create("Import of clients", total=500)      # VIGIE_URL and VIGIE_TOKEN say where and as whom
    job.advance(message="line 1")
    job.advance(failed=1, message="line 2: no address")   # a failed one is a processed one too
    job.complete()

A program must neither fail nor crawl because its progress cannot be shown. While Vigie is away, what it is to be told is kept
and told in order when it is back, at the latest at the end; what it refuses, or never hears, is logged.
"""

import json
import logging
import os
import time
import urllib.error
import urllib.request
import uuid

log = logging.getLogger(__name__)
# Seconds: an answer may take this long; after none, nothing is tried for a while; at the end it is waited for.
TIMEOUT, PAUSE, AT_THE_END = 5, 10, 15


class Job:
    def __init__(self, job_id=None, url=None, token=None):
        self.id = str(job_id or uuid.uuid4())
        self.url = (url or os.environ.get("VIGIE_URL", "http://127.0.0.1:8787")).rstrip("/")
        self.token = token or os.environ.get("VIGIE_TOKEN", "")
        # With it a page of another site may follow this job, and nothing else.
        self.page_token = ""
        self._untold = []
        self._away_until = 0.0

    @classmethod
    def create(cls, name, total, job_id=None, user="", task_type="", task_id="", **where):
        """Makes the job. One that exists already, because a task is run again, is taken up as it is."""
        job = cls(job_id, **where)
        job._tell("", {"id": job.id, "name": name, "total": total, "user": str(user),
                       "task_type": task_type, "task_id": task_id})
        job._tell("/start", {})
        return job

    def advance(self, processed=1, failed=0, message=None, item=None, key=None):
        """Counts on: these are differences. Give `key` where the same step may be taken twice; it then counts once."""
        step = {"processed": processed, "failed": failed, "message": message, "item": item,
                # A step whose answer was lost is told again: by its key it counts once.
                "idempotency_key": key or str(uuid.uuid4())}
        self._tell("/advance", {name: value for name, value in step.items() if value is not None})

    def complete(self, message=None):
        self._tell("/complete", {"message": message} if message else {}, AT_THE_END)

    def fail(self, message):
        self._tell("/fail", {"message": message}, AT_THE_END)

    def _tell(self, action, body, patience=0):
        self._untold.append((action, body))
        end = time.monotonic() + patience
        while self._untold:
            now = time.monotonic()
            if now < self._away_until and now >= end:
                break
            if self._post(*self._untold[0]):
                del self._untold[0]
            elif now < end:
                time.sleep(0.5)
            else:
                self._away_until = now + PAUSE
        if self._untold and patience:
            log.warning("Vigie could not be told of job %s: %d steps, the last %s", self.id, len(self._untold), action)

    def _post(self, action, body):
        """Whether that was heard; what is refused was heard, too."""
        url = f"{self.url}/api/v1/jobs" + (f"/{self.id}{action}" if action else "")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                told = json.load(answer)
                self.page_token = self.page_token or told.get("token", "")
                return True
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            if error.code in (408, 429) or error.code >= 500:
                log.info("Vigie is busy: %s %s", error.code, said)
                return False
            log.warning("Vigie refused %s of job %s: %s %s", action or "the making", self.id, error.code, said)
            return True
        except (OSError, ValueError) as error:
            log.info("Vigie is away: %s", error)
            return False
