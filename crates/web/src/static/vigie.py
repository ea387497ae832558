"""What a Python program tells Vigie: traces, progress, logs, durations. One file, standard library only, Python 3.6 or later.

    curl -O http://127.0.0.1:8787/vigie.py        # beside your program; VIGIE_URL and VIGIE_TOKEN say where and as whom

    from vigie import get_trace, SSEProgress, Job, Handler, PerformanceMonitor, monitor

No call raises, and none waits for Vigie: each appends one line to a file of this process, in VIGIE_SPOOL, and a thread tells
Vigie what is there. While Vigie is away the lines stay; those of a process that was killed are told by the next one. At most
64 MiB are kept for each process: what does not fit is dropped, counted, and told. Where no file can be written, up to 4 MiB wait
in memory instead. Where the token is not the right one, all waits. Standard error says each of these, once an hour at the most.

What Vigie heard right before a process was killed is told again by the next one: traces and steps of jobs have ids and count once, log
lines may stand there twice.
"""

import atexit
import datetime
import errno
import functools
import http.client
import json
import logging
import os
import re
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

try:
    import fcntl
except ImportError:
    # Without it nobody can tell whether the file of another process is still in use: each keeps to its own.
    fcntl = None

__version__ = "1"
__all__ = ["get_trace", "Trace", "Job", "SSEProgress", "Handler", "structlog_processor", "PerformanceMonitor", "monitor",
           "flush"]

SPOOL_BYTES_MAX = 64 << 20
FILE_BYTES = 4 << 20
# Of lines that no file could take.
MEMORY_BYTES_MAX = 4 << 20
BATCH_LINES, BATCH_BYTES = 500, 1 << 20
# Seconds: between looks at the file, between looks at files of others, for an answer, between attempts, at the end.
LOOK, ADOPT, TIMEOUT, PAUSE_MAX, AT_THE_END = 0.2, 5.0, 10.0, 30.0, 2.0
# Seconds, before a fork: for the thread to end, and for an answer that it waits for.
PARK, PARK_ASKING = 1.0, 0.1
# Seconds: until the same is said again on standard error, and for which lines that are dropped are counted before it is said.
SAY_AGAIN, COUNT_DROPPED = 3600.0, 60.0
# Of what is said while something is being written: by a signal handler, or by an object that is asked for its text.
MEANWHILE_MAX = 100

_within = threading.local()
_UTC = datetime.timezone.utc


def _text(value):
    return "" if value is None else str(value)


# Made once: json.dumps makes an encoder for every call that names a default.
_encode = json.JSONEncoder(default=_text, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_from_time = datetime.datetime.fromtimestamp


def _now():
    return _from_time(time.time(), _UTC).isoformat()


def _id():
    """A random UUID (version 4); uuid.uuid4 takes three times as long."""
    digits = "%032x" % (int.from_bytes(os.urandom(16), "big") & ~(0xF000 << 64 | 0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _finite(value):
    """What JSON has no number for, as text."""
    if isinstance(value, dict):
        return {_text(name): _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value if value is None or isinstance(value, (int, bool)) else str(value)


def _whole(value):
    try:
        return int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _line(kind, body):
    try:
        text = _encode((kind, body))
    except (TypeError, ValueError):
        text = _encode((kind, _finite(body)))
    # Half a character, as names of files that are no text have it, is a question mark.
    return (text + "\n").encode("utf-8", "replace")


def _url():
    return os.environ.get("VIGIE_URL", "http://127.0.0.1:8787").rstrip("/")


class _File(object):
    """Whole lines, appended by this process alone, which holds its lock for as long as it lives."""

    def __init__(self, folder):
        name = os.path.join(folder, "%d-%s" % (os.getpid(), _id().replace("-", "")))
        self.fd, self.size, self.told = os.open(name + ".new", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 0, 0
        self.path = name + ".jsonl"
        try:
            if fcntl is not None:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Only now: others adopt a file of that name whose lock is free.
            os.rename(name + ".new", self.path)
            # Its room is taken now: on a full disk it could not be made, and what was heard would be told again and again.
            _write_place(self.path, 0)
        except Exception:
            _remove(name + ".new")
            self.remove()
            raise

    def append(self, line):
        written = os.write(self.fd, line)
        if written < len(line):
            # The disk is full: half a line would spoil the next one.
            os.ftruncate(self.fd, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def is_open(self):
        try:
            return os.path.samestat(os.fstat(self.fd), os.stat(self.path))
        except OSError:
            return False

    def places(self, ask):
        return _told_places(self.path, self.told, ask)

    def remove(self):
        _remove(self.path)
        try:
            os.close(self.fd)
        except OSError:
            pass


class _Memory(object):
    """Whole lines that no file could take. Appended by those who hold the lock, read and cut by the one who tells."""

    path = None

    def __init__(self):
        self.size, self.told, self.lines, self.made_at = 0, 0, bytearray(), time.monotonic()

    def append(self, line):
        self.lines.extend(line)
        self.size += len(line)

    def places(self, ask):
        for place in _heard_places(self._read, self.told, ask):
            del self.lines[:place - self.told]
            yield place

    def _read(self, place):
        block = bytes(self.lines[:BATCH_BYTES])
        return block if b"\n" in block else bytes(self.lines)

    def is_open(self):
        return True

    def remove(self):
        pass


class _Spool(object):
    """The files of this process, and the thread that tells what is in them. After a fork all are made anew."""

    def __init__(self):
        self._reset()

    def _reset(self):
        self.pid, self.files, self.meanwhile = os.getpid(), [], []
        # Lines of which Vigie was not told yet, and of which standard error says nothing yet, since when.
        self.dropped, self.unsaid, self.unsaid_since, self.trouble = 0, 0, None, None
        self.thread, self.stop, self.asked_at = None, None, None
        # Of those who append, and of those who tell.
        self.lock, self.telling = threading.Lock(), threading.Lock()

    def forked(self):
        """In the child: what was inherited would keep others from telling what the parent leaves."""
        inherited = self.files
        self._reset()
        _within.telling = False
        for file in inherited:
            if isinstance(file, _File) and file.is_open():
                os.close(file.fd)

    @staticmethod
    def folder():
        given = os.environ.get("VIGIE_SPOOL")
        if given:
            return given
        user = os.getuid() if hasattr(os, "getuid") else 0
        return os.path.join(tempfile.gettempdir(), "vigie-spool-%d" % user)

    def _own_folder(self):
        folder = self.folder()
        if hasattr(os, "getuid") and os.stat(folder).st_uid != os.getuid():
            raise OSError("it belongs to another user")
        return folder

    def drop(self, lines=1):
        self.dropped += lines
        self.unsaid += lines

    def put(self, kind, body):
        """Never raises, never waits for anything but the disk."""
        if self.pid != os.getpid():
            self.forked()
        if getattr(_within, "telling", False):
            if threading.current_thread() is not self.thread and len(self.meanwhile) < MEANWHILE_MAX:
                self.meanwhile.append((kind, body))
            return
        _within.telling = True
        try:
            self._put(kind, body)
            if self.meanwhile:
                self._put_meanwhile()
        except Exception:
            self.drop()
        finally:
            _within.telling = False

    def _put_meanwhile(self):
        meanwhile, self.meanwhile = self.meanwhile, []
        for kind, body in meanwhile:
            self._put(kind, body)
        # What these say about themselves is left out: it would never end.
        self.meanwhile = []

    def _put(self, kind, body):
        line = _line(kind, body)
        with self.lock:
            files = self.files
            if not files or self._is_next_due(files[-1]):
                files = self._next_file(len(line))
            if not self._has_room(len(line)):
                self.drop()
                return
            try:
                files[-1].append(line)
            except OSError as error:
                # A program that closes all its files, as those that become daemons do, has closed ours.
                files = self._without_file(error) if files[-1].is_open() else self._next_file(len(line))
                self._append_anyhow(files[-1], line)
            if self.thread is None:
                self._start()

    def _append_anyhow(self, file, line):
        try:
            file.append(line)
        except OSError as error:
            self._without_file(error)[-1].append(line)

    @staticmethod
    def _is_next_due(file):
        if isinstance(file, _Memory):
            return time.monotonic() - file.made_at > ADOPT
        return file.size > FILE_BYTES

    def _has_room(self, length):
        if len(self.files) > 1 and self._waiting() + length > SPOOL_BYTES_MAX:
            return False
        return not isinstance(self.files[-1], _Memory) or self._waiting(_Memory) + length <= MEMORY_BYTES_MAX

    def _waiting(self, kind=object):
        return sum(file.size - file.told for file in self.files if isinstance(file, kind))

    def _next_file(self, length):
        if self.files and self._waiting() + length > SPOOL_BYTES_MAX:
            return self.files
        try:
            os.makedirs(self.folder(), mode=0o700, exist_ok=True)
            self.files = self.files + [_File(self._own_folder())]
        except OSError as error:
            self._without_file(error)
        return self.files

    def _without_file(self, error):
        """What comes now waits in memory; a file is tried again in a while."""
        self.trouble, files = error, self.files
        empty = files[-1] if files and isinstance(files[-1], _File) and not files[-1].size else None
        if empty is not None:
            # A new one that took no line is in the way of those who make room.
            files = files[:-1]
        if files and isinstance(files[-1], _Memory):
            files[-1].made_at = time.monotonic()
        else:
            files = files + [_Memory()]
        self.files = files
        if empty is not None:
            empty.remove()
        return files

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
        thread = self.thread
        if thread is None or self.pid != os.getpid():
            return
        self.stop.set()
        until = time.monotonic() + PARK
        while thread.is_alive() and time.monotonic() < until:
            thread.join(0.02)
            asked_at = self.asked_at
            if asked_at is not None and time.monotonic() - asked_at > PARK_ASKING:
                return
        # Joined, but the system may count it for a moment still.
        task = "/proc/self/task/%d" % (getattr(thread, "native_id", None) or 0)
        while os.path.exists(task) and time.monotonic() < until:
            time.sleep(0.001)

    def unpark(self):
        if self.thread is not None and self.pid == os.getpid():
            self._start()

    def _run(self, pid, stop):
        _within.telling = True
        pause, adopted_at = LOOK, time.monotonic() - ADOPT
        while os.getpid() == pid and not stop.wait(pause):
            is_heard = self.tell(stop=stop) is not None
            self._say_trouble()
            pause = LOOK if is_heard else min(max(pause * 2, 1.0), PAUSE_MAX)
            if is_heard and time.monotonic() - adopted_at > ADOPT:
                adopted_at = time.monotonic()
                try:
                    self._adopt(stop)
                except Exception:
                    pass

    def tell(self, until=None, stop=None):
        """Tells what is in the files. Whether that is all, as more may have come; None where Vigie does not hear it."""
        patience = -1 if until is None else max(until - time.monotonic(), 0)
        if not self.telling.acquire(True, patience):
            return None
        was_within, _within.telling = getattr(_within, "telling", False), True
        try:
            self._say_dropped()
            while self.files:
                file = self.files[0]
                if not self._tell(file, until, stop):
                    return None
                with self.lock:
                    if file is not self.files[0]:
                        continue
                    if file is self.files[-1]:
                        return file.told >= file.size
                    self.files = self.files[1:]
                file.remove()
            return True
        except Exception:
            return None
        finally:
            _within.telling = was_within
            self.telling.release()

    def _tell(self, file, until, stop):
        unheard = []

        def ask(kind, bodies):
            timeout = TIMEOUT if until is None else min(max(until - time.monotonic(), 0.1), TIMEOUT)
            self.asked_at = time.monotonic()
            is_heard = (stop is None or not stop.is_set()) and _tell(kind, bodies, timeout)
            self.asked_at = None
            if not is_heard:
                unheard.append(kind)
            return is_heard

        for place in file.places(ask):
            file.told = place
        return not unheard

    def _say_dropped(self):
        dropped = self.dropped
        if dropped and self._waiting() < SPOOL_BYTES_MAX // 2 and self._waiting(_Memory) < MEMORY_BYTES_MAX // 2:
            self._put("log", {"timestamp": _now(), "level": "warning", "logger": "vigie", "source": "vigie.py",
                              "message": "%d lines were dropped: too many waited for Vigie, or could not be written" % dropped})
            self.dropped -= dropped

    def _say_trouble(self, at_the_end=False):
        """On standard error. By the thread or at the end: whoever reads it slowly holds up no call."""
        trouble, unsaid, now = self.trouble, self.unsaid, time.monotonic()
        if trouble is not None:
            self.trouble = None
            _say("spool", "cannot write in VIGIE_SPOOL (%s): %s. Until it can, lines go to Vigie from memory, and those that it has "
                 "not heard when this process ends are lost: make room there, or name another folder" % (self.folder(), trouble))
        if not unsaid:
            return
        self.unsaid_since = self.unsaid_since or now
        if at_the_end or now - self.unsaid_since > COUNT_DROPPED:
            text = "%d lines were dropped: too many waited for Vigie, or could not be written in VIGIE_SPOOL (%s)"
            if _say("end" if at_the_end else "dropped", text % (unsaid, self.folder())):
                self.unsaid, self.unsaid_since = self.unsaid - unsaid, None

    def _adopt(self, stop):
        """Tells what processes have left that are no more."""
        if fcntl is None:
            return
        folder, own = self._own_folder(), [file.path for file in self.files]
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            try:
                if name.endswith(".new") and time.time() - os.stat(path).st_mtime > 3600:
                    os.unlink(path)
                if not name.endswith(".jsonl") or path in own:
                    continue
                fd = os.open(path, os.O_RDWR)
            except OSError:
                continue
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                place = _place(path)
                for place in _told_places(path, place, lambda *what: not stop.is_set() and _tell(*what)):
                    pass
                if place >= os.path.getsize(path):
                    # Where it cannot be removed it shall not be told again.
                    os.ftruncate(fd, 0)
                    _remove(path)
            except (IOError, OSError):
                pass
            finally:
                os.close(fd)

    def end(self, patience):
        """Waits until all is told, for so long at the most."""
        if self.pid != os.getpid():
            return True
        if self.meanwhile:
            self.put(*self.meanwhile.pop())
        until = time.monotonic() + patience
        while not self.tell(until):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def close(self):
        if self.stop is not None:
            self.stop.set()
        is_told = self.end(AT_THE_END)
        if self.pid != os.getpid():
            return
        if is_told:
            for file in self.files:
                if file.path:
                    _remove(file.path)
        else:
            self._keep_memory()
        self._say_trouble(at_the_end=True)

    def _keep_memory(self):
        """Into a file for the next process, if there is room by now."""
        with self.lock:
            lines = b"".join(bytes(file.lines) for file in self.files if isinstance(file, _Memory))
            if not lines:
                return
            try:
                file = _File(self._own_folder())
                try:
                    file.append(lines)
                except OSError:
                    file.remove()
                    raise
            except OSError:
                self.drop(lines.count(b"\n"))


def _remove(path):
    _unkept.pop(path, None)
    for name in (path, path + ".at"):
        try:
            os.unlink(name)
        except OSError:
            pass


# Places of files beside which none could be written: this process, at least, tells nothing twice.
_unkept = {}


def _place(path):
    try:
        with open(path + ".at") as file:
            return max(int(file.read() or 0), _unkept.get(path, 0))
    except (OSError, ValueError):
        return _unkept.get(path, 0)


def _write_place(path, place):
    """In one write, always as long: whoever is killed meanwhile leaves the old one or the new one."""
    fd = os.open(path + ".at", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        if os.write(fd, b"%020d" % place) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(fd)


def _keep_place(path, place):
    try:
        _write_place(path, place)
    except OSError:
        _unkept[path] = place


def _told_places(path, place, ask):
    """Tells what is in the file from `place` on, and gives each place up to which it was heard."""
    with open(path, "rb") as file:
        def read(place):
            file.seek(place)
            block = file.read(BATCH_BYTES)
            # One line may be longer than a batch.
            return block if b"\n" in block or len(block) < BATCH_BYTES else block + file.readline()

        for place in _heard_places(read, place, ask):
            _keep_place(path, place)
            yield place


def _heard_places(read, place, ask):
    """Tells whole lines until there are no more, and gives each place up to which they were heard."""
    while True:
        block = read(place)
        end = block.rfind(b"\n") + 1
        if not end:
            return
        for kind, bodies, length in _batches(block[:end].splitlines(True)):
            if not ask(kind, bodies):
                return
            place += length
            yield place


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


def _tell(kind, bodies, timeout=None):
    """Whether that was heard; what is refused was heard, too."""
    timeout = TIMEOUT if timeout is None else timeout
    if kind is None:
        return True
    if kind == "log":
        text = "".join(json.dumps(body) + "\n" for body in bodies)
        return _post("/api/v1/logs", text, timeout, "application/x-ndjson") is not None
    if kind == "trace":
        is_taken = _post("/api/v1/traces", json.dumps(bodies), timeout, is_last=len(bodies) == 1)
        # One that is refused takes no other with it.
        return all(_tell(kind, [body], timeout) for body in bodies) if is_taken is False and len(bodies) > 1 else is_taken is not None
    if kind == "ping":
        post = lambda body: _post("/ping/" + body["to"], body["text"], timeout, "text/plain; charset=utf-8")
    else:
        post = lambda body: _post("/api/v1/jobs" + kind, json.dumps(body), timeout)
    return all(post(body) is not None for body in bodies)


def _post(path, text, timeout, content_type="application/json", is_last=True):
    """Whether it was taken; None where it was not heard."""
    url = urllib.parse.urlsplit(_url())
    # Not urllib: it would take the way of http_proxy even to this machine.
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "127.0.0.1", url.port, timeout=timeout)
    headers = {"Content-Type": content_type}
    token = os.environ.get("VIGIE_TOKEN", "")
    if token:
        headers["Authorization"] = "Bearer " + token
    try:
        connection.request("POST", url.path + path, text.encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    # A token, or an address, that is put right makes what waits welcome.
    if answer.status in (401, 403) or 300 <= answer.status < 400:
        _say_barred(path, answer, token)
        return None
    if answer.status in (408, 429) or answer.status >= 500:
        return None
    if answer.status >= 400 and is_last:
        _write("%s was refused: %s %s" % (_shown(path), answer.status, said[:500].decode(errors="replace")))
    return answer.status < 400


def _shown(path):
    """The key of a check is a secret."""
    return "a check-in" if path.startswith("/ping/") else path


def _say_barred(path, answer, token):
    make = "`vigie token create NAME --scope write` makes one; for logs alone, `--scope ingest` is enough"
    if answer.status == 401:
        cause = "the token in VIGIE_TOKEN is not known to Vigie, or is no longer valid" if token else "VIGIE_TOKEN is not set"
        text = "%s (401): %s" % (cause, make)
    elif answer.status == 403:
        text = "the token in VIGIE_TOKEN may not write to %s (403): %s" % (_shown(path), make)
    else:
        text = "VIGIE_URL leads elsewhere (%d, to %s): set it to where Vigie itself answers" % (
            answer.status, (answer.getheader("Location") or "nowhere")[:200].split("?")[0])
    _say("barred %d" % answer.status, text + ". Until then what is told waits")


def _write(text):
    # What is written may be a log record itself, where a program has its standard error logged: that one is not told.
    was_within, _within.telling = getattr(_within, "telling", False), True
    try:
        sys.stderr.write("vigie: %s\n" % text)
        sys.stderr.flush()
    except Exception:
        pass
    finally:
        _within.telling = was_within


def _say(what, text):
    """On standard error, unless the same was said within the hour, by this process or by the one it was forked from."""
    now = time.monotonic()
    if now < _said.get(what, now):
        return False
    _said[what] = now + SAY_AGAIN
    _write(text)
    return True


_said = {}


_spool = _Spool()
atexit.register(lambda: _spool.close())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lambda: _spool.park(), after_in_parent=lambda: _spool.unpark(),
                        after_in_child=lambda: _spool.forked())


def flush(timeout=AT_THE_END):
    """Waits until Vigie has heard everything; whether it has."""
    return _spool.end(timeout)


class Trace(object):
    """What one attempt left behind. Attributes may be set until `save`."""

    def __init__(self, trace_name="", file_name="", application_name="", flow_name="", comment="", created_by=None,
                 time_to_process=None, errors=None, **_further):
        self.id = _id()
        self.trace_name, self.file_name, self.application_name = trace_name, file_name, application_name
        self.flow_name, self.comment, self.created_by = flow_name, comment, created_by
        self.time_to_process, self.errors, self.created_at = time_to_process, errors, None

    def save(self, *_, **__):
        try:
            name, errors, created_at = _text(self.trace_name), self.errors, self.created_at
            if isinstance(created_at, datetime.datetime):
                created_at = created_at.astimezone(_UTC).isoformat()
            body = {
                "id": self.id, "trace_name": name, "file_name": _text(self.file_name),
                "application_name": _text(self.application_name), "flow_name": _text(self.flow_name),
                "comment": _text(self.comment), "created_by": _text(self.created_by),
                "errors": "ERROR" in name if errors is None else bool(errors), "created_at": _text(created_at) or _now(),
            }
            took = self.time_to_process
            if isinstance(took, (int, float)) and 0 <= took < 1e12:
                body["time_to_process"] = float(took)
        except Exception:
            _spool.drop()
            return
        _spool.put("trace", body)


def get_trace(*args, **fields):
    """A trace that is not saved yet."""
    return Trace(*args, **fields)


class Job(object):
    """A job that is run here and shown by Vigie."""

    def __init__(self, job_id=None):
        self.id = self.job_id = str(job_id or _id())

    @classmethod
    def create(cls, name, total, job_id=None, user="", task_type="", task_id=""):
        """Makes the job, and starts it. One that exists already, because a task is run again, is taken up as it is."""
        job = cls(job_id)
        job._make(name, total, user, task_type, task_id)
        job.start()
        return job

    def _make(self, name, total, user="", task_type="", task_id=""):
        _spool.put("", {"id": self.id, "name": _text(name), "total": _whole(total), "user": _text(user),
                        "task_type": _text(task_type), "task_id": _text(task_id)})

    def start(self):
        _spool.put("/%s/start" % self.id, {})

    def advance(self, processed=1, failed=0, message=None, item=None, key=None):
        """Counts on: these are differences, `failed` within `processed`."""
        step = {"processed": _whole(processed), "failed": _whole(failed), "message": message, "item": item}
        step = {name: value for name, value in step.items() if value is not None}
        # A step whose answer was lost is told again: by its key it counts once.
        step["idempotency_key"] = _text(key) or _id()
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


class _NoLock(object):
    def acquire(self, *_, **__):
        return True

    def release(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


_NO_LOCK = _NoLock()


def _message(record):
    try:
        return record.getMessage()
    except Exception:
        # Its words do not fit its values: both are told.
        return "%s %s" % (_text(record.msg), _text(record.args))


class Handler(logging.Handler):
    """Brings log records to Vigie. In Django: `"vigie": {"class": "vigie.Handler", "level": "INFO"}`."""

    _USUAL = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}

    def __init__(self, level=logging.NOTSET, source=None):
        super(Handler, self).__init__(level)
        self.source = source or os.path.basename(sys.argv[0] or "python") or "python"

    def createLock(self):
        # Appending has a lock of its own, made anew in a forked child; in one of Python 3.6 this one would stay taken for ever.
        self.lock = _NO_LOCK

    def emit(self, record):
        try:
            message = record.msg if isinstance(record.msg, dict) else _message(record)
            fields = {"timestamp": _from_time(record.created, _UTC).isoformat(), "level": record.levelname.lower(),
                      "logger": record.name, "source": self.source, "process": record.process, "thread": record.threadName}
            for name in vars(record).keys() - self._USUAL:
                if not name.startswith("_"):
                    value = getattr(record, name)
                    fields.setdefault(name, value if isinstance(value, (str, int, float)) else _text(value)[:1000])
            if isinstance(message, dict):
                fields = dict(message, **fields)
                message = _text(fields.pop("event", ""))
            if record.exc_info and record.exc_info[0] is not None:
                message += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
            fields["message"] = message
            _spool.put("log", fields)
        except Exception:
            _spool.drop()


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
        _spool.drop()
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


class monitor(object):
    """Check-ins of something that is to run in time: that it starts, and how it ends. `check` is the key of a check, or its
    name where VIGIE_PING_KEY holds the key of all. What is not known by that name yet is made.

        @vigie.monitor("nightly-backup")
        def backup(): …

        with vigie.monitor("nightly-backup"): …
    """

    def __init__(self, check):
        self.check, self._runs = _text(check), threading.local()

    def _tell(self, kind, run, text=""):
        try:
            every = os.environ.get("VIGIE_PING_KEY", "")
            check, create = urllib.parse.quote(self.check, safe=""), ""
            if not _KEY(self.check):
                if not every:
                    return _once("VIGIE_PING_KEY is not set: the check %r is known by its key alone" % self.check)
                check, create = urllib.parse.quote(every, safe="") + "/" + check, "&create=1"
            _spool.put("ping", {"to": "%s%s?rid=%s%s" % (check, kind, run, create), "text": text[-10000:]})
        except Exception:
            _spool.drop()

    def _begin(self):
        run = _id()
        self._tell("/start", run)
        return run

    def _end(self, run, kind, error):
        if kind is not None and issubclass(kind, SystemExit):
            code = error.code
            if code is None or isinstance(code, int):
                return self._tell("/%d" % (code & 255) if code else "", run)
        if kind is None:
            return self._tell("", run)
        self._tell("/fail", run, "".join(traceback.format_exception(kind, error, error.__traceback__)))

    def __enter__(self):
        runs = self._runs.__dict__.setdefault("open", [])
        runs.append(self._begin())
        return self

    def __exit__(self, kind, error, _):
        self._end(self._runs.open.pop(), kind, error)
        return False

    def __call__(self, function):
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & _COROUTINE:
            @functools.wraps(function)
            async def monitored(*args, **kwargs):
                run = self._begin()
                try:
                    answer = await function(*args, **kwargs)
                except BaseException as error:
                    self._end(run, type(error), error)
                    raise
                self._end(run, None, None)
                return answer
        else:
            @functools.wraps(function)
            def monitored(*args, **kwargs):
                with self:
                    return function(*args, **kwargs)
        return monitored


_KEY = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").match
_COROUTINE = 0x80


def _once(text):
    if text not in _said:
        _say(text, text)
