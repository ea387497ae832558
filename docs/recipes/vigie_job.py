"""A job that is run here and shown by Vigie. One file, standard library only: copy it beside your program.

    job = Job.create("Import of clients", total=500)      # VIGIE_URL and VIGIE_TOKEN say where and as whom
    job.advance(message="line 1")
    job.advance(failed=1, message="line 2: no address")   # a failed one is a processed one too
    job.complete()

A program must not fail because its progress could not be shown: what Vigie does not take is logged, and the work goes on.
"""

import json
import logging
import os
import time
import urllib.error
import urllib.request
import uuid

log = logging.getLogger(__name__)
TRIES = 3


class Job:
    def __init__(self, job_id=None, url=None, token=None, timeout=5):
        self.id = str(job_id or uuid.uuid4())
        self.url = (url or os.environ.get("VIGIE_URL", "http://127.0.0.1:8787")).rstrip("/")
        self.token = token or os.environ.get("VIGIE_TOKEN", "")
        self.timeout = timeout
        # With it a page of another site may follow this job, and nothing else.
        self.page_token = ""

    @classmethod
    def create(cls, name, total, job_id=None, user="", task_type="", task_id="", **where):
        """Makes the job. One that exists already, because a task is run again, is taken up as it is."""
        job = cls(job_id, **where)
        made = job._post("", {"id": job.id, "name": name, "total": total, "user": str(user),
                              "task_type": task_type, "task_id": task_id})
        job.page_token = (made or {}).get("token", "")
        job._post("/start")
        return job

    def advance(self, processed=1, failed=0, message=None, item=None, key=None):
        """Counts on: these are differences. Give `key` where the same step may be taken twice; it then counts once."""
        step = {"processed": processed, "failed": failed, "message": message, "item": item,
                "idempotency_key": key or str(uuid.uuid4())}
        self._post("/advance", {name: value for name, value in step.items() if value is not None})

    def complete(self, message=None):
        self._post("/complete", {"message": message} if message else {})

    def fail(self, message):
        self._post("/fail", {"message": message})

    def _post(self, action, body=None):
        url = f"{self.url}/api/v1/jobs" + (f"/{self.id}{action}" if action else "")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        for again in range(TRIES):
            request = urllib.request.Request(url, json.dumps(body or {}).encode(), headers, method="POST")
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                said = error.read().decode(errors="replace")
                if error.code < 500 and error.code != 429:
                    log.warning("Vigie refused %s: %s %s", action or "the job", error.code, said)
                    return None
            except OSError as error:
                said = error
            if again + 1 < TRIES:
                # Steps carry a key, so that one whose answer was lost is not counted twice.
                time.sleep(0.2 * 2 ** again)
        log.warning("Vigie cannot be told %s: %s", action or "of the job", said)
        return None
