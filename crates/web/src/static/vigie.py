"""What a Python program tells Vigie: traces, progress, logs, durations. One file, standard library only, Python 3.6 or later.

    curl -O http://127.0.0.1:8787/vigie.py        # beside your program; VIGIE_URL and VIGIE_TOKEN say where and as whom

    from vigie import get_trace, SSEProgress, Handler, PerformanceMonitor

No call raises, and none waits for Vigie: each appends one line to a file of this process, in VIGIE_SPOOL, and a thread tells
Vigie what is there. While Vigie is away the lines stay; those of a process that was killed are told by the next one. At most
64 MiB are kept for each process: what does not fit is dropped and counted.
"""

import atexit
import datetime
import functools
import http.client
import json
import logging
import os
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid

try:
    import fcntl
except ImportError:
    # Without it nobody can tell whether the file of another process is still in use: each keeps to its own.
    fcntl = None

__version__ = "1"
__all__ = ["get_trace", "Trace", "Job", "SSEProgress", "Handler", "structlog_processor", "PerformanceMonitor", "flush"]

SPOOL_BYTES_MAX = 64 << 20
BATCH_LINES, BATCH_BYTES = 500, 1 << 20
# Seconds: between looks at the file, between looks at files of others, for an answer, between attempts, at the end.
LOOK, ADOPT, TIMEOUT, PAUSE_MAX, AT_THE_END = 0.2, 5.0, 10.0, 30.0, 2.0

_within = threading.local()


def _now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def _text(value):
    return "" if value is None else str(value)


def _url():
    return os.environ.get("VIGIE_URL", "http://127.0.0.1:8787").rstrip("/")


class _Spool(object):
    """The file of this process, and the thread that tells what is in it. After a fork both are made anew."""

    def __init__(self):
        self._reset()

    def _reset(self):
        self.pid, self.fd, self.path, self.size, self.told = os.getpid(), None, None, 0, 0
        self.dropped, self.thread, self.stop = 0, None, None
        self.lock = threading.Lock()

    @staticmethod
    def folder():
        given = os.environ.get("VIGIE_SPOOL")
        if given:
            return given
        user = os.getuid() if hasattr(os, "getuid") else 0
        return os.path.join(tempfile.gettempdir(), "vigie-spool-%d" % user)

    def put(self, kind, body):
        """Never raises, never waits for anything but the disk."""
        if getattr(_within, "telling", False):
            return
        _within.telling = True
        try:
            if self.pid != os.getpid():
                self._reset()
            line = json.dumps([kind, body], default=_text).encode() + b"\n"
            if self.size - self.told + len(line) > SPOOL_BYTES_MAX:
                self.dropped += 1
                return
            if self.fd is None:
                self._open()
            os.write(self.fd, line)
            self.size += len(line)
            if self.thread is None:
                self._start()
        except Exception:
            self.dropped += 1
        finally:
            _within.telling = False

    def _open(self):
        folder = self.folder()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if hasattr(os, "getuid") and os.stat(folder).st_uid != os.getuid():
            raise OSError("the spool belongs to another user")
        path = os.path.join(folder, "%d-%s.jsonl" % (self.pid, uuid.uuid4().hex))
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if fcntl is not None:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.path, self.size, self.told, self.fd = path, 0, 0, fd

    def _start(self):
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(self.pid, stop), name="vigie", daemon=True)
        try:
            self.thread, self.stop = thread, stop
            thread.start()
        except RuntimeError:
            # The interpreter is ending: what is in the file is told by the next process.
            pass

    def park(self):
        """Before a fork: Python warns of threads that live then. One that waits for an answer is not waited for."""
        if self.thread is not None and self.pid == os.getpid():
            self.stop.set()
            self.thread.join(0.05)

    def unpark(self):
        if self.thread is not None and self.pid == os.getpid():
            self._start()

    def _run(self, pid, stop):
        _within.telling = True
        pause, adopted_at = LOOK, 0.0
        while os.getpid() == pid and not stop.wait(pause):
            done = self.tell()
            pause = LOOK if done else min(max(pause * 2, 1.0), PAUSE_MAX)
            if done and time.monotonic() - adopted_at > ADOPT:
                adopted_at = time.monotonic()
                try:
                    self._adopt()
                except Exception:
                    pass

    def tell(self):
        """Tells what is in the file. Whether all of it was heard."""
        with self.lock:
            if self.path is None:
                return True
            try:
                self.told = _tell_file(self.path, self.told)
                if self.told >= self.size and self.size > BATCH_BYTES:
                    self._renew()
                return self.told >= self.size
            except Exception:
                return False

    def _renew(self):
        """A new file, so that the old one does not grow for ever; a line that was being written to it is told still."""
        old, path, told = self.fd, self.path, self.told
        self._open()
        time.sleep(LOOK)
        if _tell_file(path, told) >= os.path.getsize(path):
            _remove(path)
        os.close(old)

    def _adopt(self):
        """Tells what processes have left that are no more."""
        if fcntl is None:
            return
        folder = self.folder()
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if not name.endswith(".jsonl") or path == self.path:
                continue
            fd = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _tell_file(path, _place(path)) >= os.path.getsize(path):
                    _remove(path)
            except (IOError, OSError):
                pass
            finally:
                os.close(fd)

    def end(self, patience):
        """Waits until all is told, for so long at the most."""
        if self.pid != os.getpid() or self.path is None:
            return True
        until = time.monotonic() + patience
        while not self.tell():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def close(self):
        if self.stop is not None:
            self.stop.set()
        if self.end(AT_THE_END) and self.path is not None and self.pid == os.getpid():
            _remove(self.path)


def _remove(path):
    for name in (path, path + ".at"):
        try:
            os.unlink(name)
        except OSError:
            pass


def _place(path):
    try:
        with open(path + ".at") as file:
            return int(file.read() or 0)
    except (OSError, ValueError):
        return 0


def _tell_file(path, place):
    """Tells the whole lines from `place` on; returns up to where they were heard."""
    with open(path, "rb") as file:
        file.seek(place)
        while True:
            block = file.read(BATCH_BYTES)
            end = block.rfind(b"\n") + 1
            if not end:
                if len(block) < BATCH_BYTES:
                    return place
                # One line that is longer than a batch.
                block += file.readline()
                end = len(block)
            file.seek(place + end)
            for kind, bodies, length in _batches(block[:end].splitlines(True)):
                if not _tell(kind, bodies):
                    return place
                place += length
                with open(path + ".at", "w") as at:
                    at.write(str(place))


def _batches(lines):
    """Traces and logs that follow each other go together, anything else alone."""
    kind, bodies, length = None, [], 0
    for line in lines:
        try:
            next_kind, body = json.loads(line.decode())
        except ValueError:
            next_kind, body = None, None
        joins = next_kind == kind and kind in ("trace", "log") and len(bodies) < BATCH_LINES
        if bodies and not joins:
            yield kind, bodies, length
            bodies, length = [], 0
        kind = next_kind
        bodies.append(body)
        length += len(line)
    if bodies:
        yield kind, bodies, length


def _tell(kind, bodies):
    """Whether that was heard; what is refused was heard, too."""
    if kind == "trace":
        return _post("/api/v1/traces", json.dumps(bodies))
    if kind == "log":
        return _post("/api/v1/logs", "".join(json.dumps(body) + "\n" for body in bodies), "application/x-ndjson")
    if kind is None:
        return True
    return all(_post("/api/v1/jobs" + kind, json.dumps(body)) for body in bodies)


def _post(path, text, content_type="application/json"):
    url = urllib.parse.urlsplit(_url())
    # Not urllib: it would take the way of http_proxy even to this machine.
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "127.0.0.1", url.port, timeout=TIMEOUT)
    headers = {"Content-Type": content_type}
    token = os.environ.get("VIGIE_TOKEN", "")
    if token:
        headers["Authorization"] = "Bearer " + token
    try:
        connection.request("POST", url.path + path, text.encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    # A token that is put right makes what waits welcome.
    if answer.status in (401, 408, 429) or answer.status >= 500:
        return False
    if answer.status >= 400:
        sys.stderr.write("vigie: %s was refused: %s %s\n" % (path, answer.status, said[:500].decode(errors="replace")))
    return True


_spool = _Spool()
atexit.register(lambda: _spool.close())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _spool.park(), after_in_parent=lambda: _spool.unpark())


def flush(timeout=AT_THE_END):
    """Waits until Vigie has heard everything; whether it has."""
    return _spool.end(timeout)


class Trace(object):
    """What one attempt left behind. Attributes may be set until `save`."""

    def __init__(self, trace_name="", file_name="", application_name="", flow_name="", comment="", created_by=None,
                 time_to_process=None, errors=None, **_further):
        self.id = str(uuid.uuid4())
        self.trace_name, self.file_name, self.application_name = trace_name, file_name, application_name
        self.flow_name, self.comment, self.created_by = flow_name, comment, created_by
        self.time_to_process, self.errors, self.created_at = time_to_process, errors, None

    def save(self, *_, **__):
        errors = self.errors
        if errors is None:
            errors = "ERROR" in _text(self.trace_name)
        body = {"id": self.id, "errors": bool(errors), "created_at": _text(self.created_at) or _now()}
        for name in ("trace_name", "file_name", "application_name", "flow_name", "comment", "created_by"):
            body[name] = _text(getattr(self, name))
        if isinstance(self.time_to_process, (int, float)):
            body["time_to_process"] = float(self.time_to_process)
        if isinstance(self.created_at, datetime.datetime):
            body["created_at"] = self.created_at.astimezone(datetime.timezone.utc).isoformat()
        _spool.put("trace", body)


def get_trace(*args, **fields):
    """A trace that is not saved yet."""
    return Trace(*args, **fields)


class Job(object):
    """A job that is run here and shown by Vigie."""

    def __init__(self, job_id=None):
        self.id = self.job_id = str(job_id or uuid.uuid4())

    @classmethod
    def create(cls, name, total, job_id=None, user="", task_type="", task_id=""):
        """Makes the job, and starts it. One that exists already, because a task is run again, is taken up as it is."""
        job = cls(job_id)
        job._make(name, total, user, task_type, task_id)
        job.start()
        return job

    def _make(self, name, total, user="", task_type="", task_id=""):
        _spool.put("", {"id": self.id, "name": _text(name), "total": int(total or 0), "user": _text(user),
                        "task_type": _text(task_type), "task_id": _text(task_id)})

    def start(self):
        _spool.put("/%s/start" % self.id, {})

    def advance(self, processed=1, failed=0, message=None, item=None, key=None):
        """Counts on: these are differences, `failed` within `processed`."""
        step = {"processed": int(processed), "failed": int(failed), "message": message, "item": item}
        step = {name: value for name, value in step.items() if value is not None}
        # A step whose answer was lost is told again: by its key it counts once.
        step["idempotency_key"] = _text(key) or uuid.uuid4().hex
        _spool.put("/%s/advance" % self.id, step)

    def complete(self, message=None):
        _spool.put("/%s/complete" % self.id, {"message": _text(message)} if message else {})

    def fail(self, message=""):
        _spool.put("/%s/fail" % self.id, {"message": _text(message)})


class _Objects(object):
    def create(self, job_id=None, user_id=None, task_type="", total_items=0, name=None, **_):
        progress = SSEProgress(job_id)
        progress.user_id, progress.task_type, progress.total_items = user_id, task_type, total_items
        progress._make(name or task_type or "job", total_items, user_id, task_type)
        return progress


class SSEProgress(Job):
    """The model of that name, as tasks have used it."""

    objects = _Objects()
    user_id, task_type, total_items = None, "", 0

    def mark_as_started(self):
        self.start()

    def update_progress(self, processed=0, failed=0, message=None, **_):
        self.advance(processed, failed, message)

    def mark_as_completed(self, message=None):
        self.complete(message)

    def mark_as_failed(self, message="", **_):
        self.fail(message)

    def save(self, *_, **__):
        pass


class Handler(logging.Handler):
    """Brings log records to Vigie. In Django: `"vigie": {"class": "vigie.Handler", "level": "INFO"}`."""

    _USUAL = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}

    def __init__(self, level=logging.NOTSET, source=None):
        super(Handler, self).__init__(level)
        self.source = source or os.path.basename(sys.argv[0] or "python") or "python"

    def emit(self, record):
        if getattr(_within, "telling", False):
            return
        try:
            message = record.msg if isinstance(record.msg, dict) else record.getMessage()
            fields = {}
            for name, value in vars(record).items():
                if name not in self._USUAL and not name.startswith("_"):
                    fields[name] = value if isinstance(value, (str, int, float, bool)) else _text(value)[:1000]
            if isinstance(message, dict):
                fields.update(message)
                message = _text(fields.pop("event", ""))
            if record.exc_info and record.exc_info[0] is not None:
                message += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
            at = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc).isoformat()
            fields.update({"timestamp": at, "level": record.levelname.lower(), "logger": record.name, "message": message,
                           "source": self.source, "process": record.process, "thread": record.threadName})
            _spool.put("log", fields)
        except Exception:
            _spool.dropped += 1


def structlog_processor(logger, method_name, event_dict):
    """For `structlog.configure(processors=[…, vigie.structlog_processor, renderer])`: passes everything on as it came."""
    try:
        fields = {name: value if isinstance(value, (str, int, float, bool)) else _text(value)
                  for name, value in event_dict.items() if not name.startswith("_")}
        fields["message"] = _text(fields.pop("event", ""))
        fields.setdefault("level", method_name)
        fields.setdefault("timestamp", _now())
        fields.setdefault("logger", _text(getattr(logger, "name", "")) or "structlog")
        _spool.put("log", fields)
    except Exception:
        _spool.dropped += 1
    return event_dict


class PerformanceMonitor(object):
    """How long a block takes: `with PerformanceMonitor("create_organisation") as monitor:`, or as a decorator. Data that is
    added to it is kept with the duration; an error is noted, and goes on."""

    def __init__(self, name, **data):
        self.name, self.data, self._begun = name, dict(data), None

    def __enter__(self):
        self._begun = time.perf_counter()
        return self

    def add_data(self, name, value):
        self.data[name] = value

    set_data = add_data

    def __exit__(self, kind, error, _):
        took = time.perf_counter() - (self._begun or time.perf_counter())
        fields = {name: value if isinstance(value, (str, int, float, bool)) else _text(value) for name, value in self.data.items()}
        fields.update({"timestamp": _now(), "logger": "vigie.performance", "operation": _text(self.name),
                       "duration_ms": round(took * 1000, 3), "level": "info" if kind is None else "error",
                       "message": "%s took %.1f ms" % (self.name, took * 1000)})
        if kind is not None:
            fields["error"] = "%s: %s" % (kind.__name__, error)
        _spool.put("log", fields)
        return False

    def __call__(self, function):
        @functools.wraps(function)
        def timed(*args, **kwargs):
            with type(self)(self.name, **self.data):
                return function(*args, **kwargs)
        return timed
