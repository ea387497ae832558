"""Vigie beside Flower on one live cluster: every field that Flower's API has, of tasks of each kind, is equal or explained.

    python flower_beside.py --vigie target/debug/vigie [--broker redis|rabbitmq]

Needs redis-server, for RabbitMQ also rabbitmq-server, and celery, redis and flower in this Python. `cargo xtask flower`
provides them. Everything listens on 127.0.0.1 and ends with this program. Prints what differs; fails where it is not explained.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 90

# Why a field may differ. Each is told in docs/celery.md, under "What differs from Flower".
OWN_PARENT = "a task that was tried again is its own parent and child to Celery; Vigie names the task that made it"
FIELDS_EXPLAINED = {
    "clock": "Flower gives a number of its own to what a client has sent; Vigie gives that of the worker",
    "parent": OWN_PARENT,
    "parent_id": OWN_PARENT,
    "children": OWN_PARENT,
}
REFUSED = "a task that refuses its message is REJECTED, its last event; Flower keeps the FAILURE before it"
NO_NAME = "an error that Celery tells as ExceptionWithTraceback() has the name that its traceback ends with"
LAST_SENDER = "Vigie names who sent the task first; Flower who sent it last, the worker that tries it again"
CUT = "events carry 1,024 characters of a result as Python shows it; Flower asks the result backend for the value"
NO_TRACEBACK = "the result backend has no traceback of a task that was ended at its time limit; its event has"
HEARD = "Vigie's order is that in which it heard of tasks first"
MASKED = "passwords are masked by another number of stars"
# Of what a worker answers: what changes from one question to the next.
STATS_MOVING = {"rusage", "uptime", "clock", "pool", "total"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self, kind, vigie):
        self.kind, self.vigie = kind, vigie
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="flower-beside-"))
        self.children = []
        self.redis_port = free_port()
        self.backend = f"redis://127.0.0.1:{self.redis_port}/1"
        self.management = None

    # Processes, each in its own log and ended by its pid.

    def start(self, name, command, cwd=HERE, **env):
        log = open(self.folder / f"{name}.log", "ab")
        # Nothing of the caller's settings.
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("VIGIE_", "FLOWER_", "CELERY_"))}
        environment = {**clean, **self.environment(), **env}
        child = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        self.children.append(child)
        return child

    def environment(self):
        return {
            "SHOP_BROKER": getattr(self, "broker", ""),
            "SHOP_BACKEND": self.backend,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
        }

    def end(self, child, how=signal.SIGTERM):
        """The process, and where it does not go by itself its group: a worker has children."""
        if child.poll() is None:
            child.send_signal(how)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        if child in self.children:
            self.children.remove(child)

    def end_all(self):
        for child in reversed(list(self.children)):
            self.end(child)
        if self.management and shutil.which("epmd"):
            # Erlang's name server goes its own way once the broker has started it.
            subprocess.run(["epmd", "-port", str(self.epmd_port), "-kill"], stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self):
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in self.folder.glob("*.log"))

    # What the cluster is made of.

    def start_broker(self):
        redis = ["redis-server", "--bind", "127.0.0.1", "--save", "", "--port", str(self.redis_port), "--dir", self.folder]
        self.start("redis", redis)
        wait_for("redis", lambda: port_is_open(self.redis_port))
        if self.kind == "redis":
            self.broker = f"redis://127.0.0.1:{self.redis_port}/0"
            return
        port, self.management, self.epmd_port = free_port(), free_port(), free_port()
        settings = self.folder / "rabbitmq.conf"
        settings.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self.management}\n"
        )
        plugins = self.folder / "enabled_plugins"
        plugins.write_text("[rabbitmq_management].\n")
        os.chmod(self.folder, 0o755)
        self.broker = f"amqp://guest:guest@127.0.0.1:{port}//"
        self.start(
            "rabbitmq",
            [rabbitmq()],
            cwd=self.folder,
            HOME=str(self.folder),
            RABBITMQ_NODENAME=f"beside{port}@localhost",
            RABBITMQ_CONFIG_FILE=str(settings),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(plugins),
            RABBITMQ_MNESIA_BASE=str(self.folder / "mnesia"),
            RABBITMQ_LOG_BASE=str(self.folder),
            RABBITMQ_FEATURE_FLAGS_FILE=str(self.folder / "feature_flags"),
            RABBITMQ_PID_FILE=str(self.folder / "rabbitmq.pid"),
            RABBITMQ_DIST_PORT=str(free_port()),
            ERL_EPMD_PORT=str(self.epmd_port),
            ERL_EPMD_ADDRESS="127.0.0.1",
        )
        wait_for("RabbitMQ", lambda: port_is_open(port) and port_is_open(self.management), 120)

    def start_worker(self, name, *more):
        celery = [sys.executable, "-m", "celery", "-A", "flower_shop", "worker", "-E", "-n", f"{name}@shop", "-l", "INFO"]
        return self.start(f"worker-{name}", [*celery, *more])

    def start_flower(self):
        self.flower_port = free_port()
        command = [sys.executable, "-m", "celery", "-A", "flower_shop", "flower", "--address=127.0.0.1"]
        command += [f"--port={self.flower_port}", "--logging=warning"]
        if self.management:
            command.append(f"--broker_api=http://guest:guest@127.0.0.1:{self.management}/api/")
        self.flower = self.start("flower", command, FLOWER_UNAUTHENTICATED_API="true")
        wait_for("Flower", lambda: port_is_open(self.flower_port))

    def start_vigie(self):
        data = self.folder / "data"
        (self.folder / "vigie.toml").write_text(f'[celery.shop]\nbroker = "{self.broker}"\n')
        self.vigie_port = free_port()
        command = [self.vigie, "--data", data, "--config", self.folder / "vigie.toml"]
        self.served = self.start("vigie", [*command, "serve", "--listen", f"127.0.0.1:{self.vigie_port}"])
        wait_for("Vigie", lambda: port_is_open(self.vigie_port))
        if not hasattr(self, "token"):
            made = subprocess.run(
                [*command, "token", "create", "beside", "--scope", "read", "--json"], capture_output=True, check=True
            )
            self.token = json.loads(made.stdout)["token"]

    def run_vigie(self, *arguments):
        command = [self.vigie, "--data", self.folder / "data", "--config", self.folder / "vigie.toml", "--json", *arguments]
        done = subprocess.run(command, capture_output=True, env={**os.environ, **self.environment()})
        if done.returncode:
            raise SystemExit(f"vigie {arguments}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    # Questions to both.

    def ask_flower(self, path):
        return get(f"http://127.0.0.1:{self.flower_port}{path}")

    def ask_vigie(self, path):
        return get(f"http://127.0.0.1:{self.vigie_port}{path}", f"any:{self.token}")


def rabbitmq():
    """The script itself: Debian's own takes on another user, who may not write here."""
    scripts = ["/usr/lib/rabbitmq/bin/rabbitmq-server", shutil.which("rabbitmq-server"), "/usr/sbin/rabbitmq-server"]
    return next(script for script in scripts if script and os.access(script, os.X_OK))


def port_is_open(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(url, login=None):
    request = urllib.request.Request(url)
    if login:
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers.get("content-type", "") else text
    except urllib.error.HTTPError as error:
        return {"HTTP": error.code}


def wait_for(what, is_so, patience=PATIENCE):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            found = is_so()
            if found:
                return found
        except (OSError, KeyError):
            pass
        time.sleep(0.2)
    raise SystemExit(f"{what} does not come within {patience} s")


def play(cluster):
    """Sends a task of each kind. Returns the state in which each is to end."""
    os.environ.update(cluster.environment())
    sys.path.insert(0, str(HERE))
    import flower_shop as shop
    from celery import chain, chord, group

    sent = {}

    def note(name, result, state):
        sent[result.id] = (name, state)
        return result

    note("success", shop.add.delay(2, 3), "SUCCESS")
    note("unicode", shop.add.delay("é ✓ ", "日本"), "SUCCESS")
    note("keywords", shop.add.apply_async(kwargs={"a": 1, "b": 2}), "SUCCESS")
    note("long", shop.add.delay("x" * 5000, "y"), "SUCCESS")
    note("failure", shop.fail.delay(), "FAILURE")
    note("retry", shop.flaky.delay(), "SUCCESS")
    note("retries used up", shop.hopeless.delay(), "FAILURE")
    note("ETA", shop.add.apply_async((1, 1), countdown=5), "SUCCESS")
    note("expiry far", shop.add.apply_async((1, 2), expires=3600), "SUCCESS")
    note("expired", shop.add.apply_async((1, 3), expires=-5), "REVOKED")
    note("chord", chord([shop.add.s(1, 1), shop.add.s(2, 2)])(shop.total.s()), "SUCCESS")
    note("chain", chain(shop.add.s(1, 1), shop.add.s(5))(), "SUCCESS")
    for one in group(shop.add.s(n, n) for n in range(3))().results:
        note("group", one, "SUCCESS")
    note("parent", shop.parent.delay(), "SUCCESS")
    note("soft time limit", shop.soft.delay(), "SUCCESS")
    note("hard time limit", shop.hard.delay(), "FAILURE")
    note("refused", shop.refused.delay(), "REJECTED")
    ended = note("terminated", shop.slow.delay(60), "REVOKED")
    wait_for("the task that is to be ended", lambda: ended.state == "STARTED")
    shop.app.control.revoke(ended.id, terminate=True)
    early = note("revoked before its ETA", shop.add.apply_async((7, 7), countdown=4), "REVOKED")
    time.sleep(1)
    shop.app.control.revoke(early.id)
    for _ in range(3):
        note("waiting", shop.add.apply_async((0, 0), queue="nobody"), "PENDING")
    lost = note("killed with its worker", shop.killed.apply_async(queue="doomed"), "STARTED")
    wait_for("the task that is to be lost", lambda: lost.state == "STARTED")
    return sent


def same(ours, theirs):
    """Moments to the microsecond: what is written in decimals may be read as its neighbour."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) < 1e-6
    return ours == theirs


class Report:
    def __init__(self):
        self.compared, self.explained, self.faults = 0, {}, []

    def compare(self, where, ours, theirs, why=None):
        self.compared += 1
        if same(ours, theirs):
            return
        if why:
            self.explained.setdefault(why, []).append(where)
        else:
            self.faults.append(f"{where}: Vigie {json.dumps(ours)[:160]}  Flower {json.dumps(theirs)[:160]}")

    def expect(self, what, is_so):
        self.compared += 1
        if not is_so:
            self.faults.append(what)

    def end(self, title):
        print(f"{title}: {self.compared} fields compared, {len(self.faults)} not equal and not explained")
        for why, where in self.explained.items():
            print(f"  explained {len(where):3} × {why}\n      {', '.join(sorted(set(where)))[:300]}")
        for fault in self.faults:
            print(f"  DIFFERS {fault}")
        return not self.faults


def compare_tasks(cluster, sent, report):
    ours, theirs = cluster.ask_vigie("/api/tasks?limit=1000"), cluster.ask_flower("/api/tasks?limit=1000")
    report.compare("ids of /api/tasks", sorted(ours), sorted(theirs))
    for id in sorted(set(ours) & set(theirs)):
        name = sent.get(id, (theirs[id]["name"],))[0]
        compare_task(f"/api/tasks {name}", ours[id], theirs[id], report)
    for id, (name, state) in sent.items():
        mine, flowers = cluster.ask_vigie(f"/api/task/info/{id}"), cluster.ask_flower(f"/api/task/info/{id}")
        compare_task(f"/api/task/info {name}", mine, flowers, report)
        report.compare(f"{name}: state", mine.get("state"), state)
        mine, flowers = cluster.ask_vigie(f"/api/task/result/{id}"), cluster.ask_flower(f"/api/task/result/{id}")
        for key in sorted(set(mine) | set(flowers)):
            report.compare(f"/api/task/result {name}: {key}", mine.get(key), flowers.get(key), result_explained(key, mine, flowers))
    refused = {id for id, (name, _) in sent.items() if name == "refused"}
    queries = ["state=FAILURE", "state=SUCCESS&limit=1000", "state=REVOKED", "taskname=shop.flaky", "search=shop.hard"]
    queries += ["workername=w1@shop&limit=1000", "workername=w2@shop", "limit=3&sort_by=-received", "limit=1000&sort_by=name"]
    for query in queries:
        mine, flowers = cluster.ask_vigie(f"/api/tasks?{query}"), cluster.ask_flower(f"/api/tasks?{query}")
        why = REFUSED if query == "state=FAILURE" and set(flowers) - set(mine) == refused else None
        report.compare(f"/api/tasks?{query}", sorted(mine), sorted(flowers), HEARD if "limit=3" in query else why)
    report.compare("/api/task/types", cluster.ask_vigie("/api/task/types"), cluster.ask_flower("/api/task/types"))
    report.compare(
        "a task that is not there", cluster.ask_vigie("/api/task/info/none")["HTTP"], cluster.ask_flower("/api/task/info/none")["HTTP"]
    )


def compare_task(where, ours, theirs, report):
    for key in sorted(set(ours) | set(theirs)):
        mine, flowers = ours.get(key, "(no key)"), theirs.get(key, "(no key)")
        if key == "children" and isinstance(mine, list) and isinstance(flowers, list):
            mine, flowers = sorted(mine), sorted(flowers)
        report.compare(f"{where}: {key}", mine, flowers, explained(key, ours, theirs))


def explained(key, ours, theirs):
    if ours.get("state") == "REJECTED" and theirs.get("state") == "FAILURE" and key in ("state", "timestamp"):
        return REFUSED
    if key == "exception" and theirs[key] == "ExceptionWithTraceback()":
        return NO_NAME
    if key == "client" and theirs["retries"]:
        return LAST_SENDER
    return FIELDS_EXPLAINED.get(key)


def result_explained(key, ours, theirs):
    if ours.get("state") == "REJECTED" and theirs.get("state") == "FAILURE":
        return REFUSED
    if key == "result" and len(str(theirs.get(key))) > 1000 and str(ours.get(key)).lstrip("'").startswith(theirs[key][:900]):
        return CUT
    if key == "traceback" and theirs.get(key) is None and "TimeLimitExceeded" in ours["result"]:
        return NO_TRACEBACK
    return None


def compare_workers(cluster, report):
    ours, theirs = cluster.ask_vigie("/api/workers"), cluster.ask_flower("/api/workers?refresh=1")
    report.compare("names of /api/workers", sorted(ours), sorted(theirs))
    for name in sorted(set(ours) & set(theirs)):
        for key in sorted(set(ours[name]) | set(theirs[name])):
            mine, flowers = ours[name].get(key, "(no key)"), theirs[name].get(key, "(no key)")
            where = f"/api/workers {name}: {key}"
            if key == "timestamp":
                report.expect(f"{where} is a time of these days", abs(mine - flowers) < 600)
            elif isinstance(mine, dict) and isinstance(flowers, dict):
                for part in sorted(set(mine) | set(flowers)):
                    why = "what a worker counts goes on between two questions" if part in STATS_MOVING else None
                    why = MASKED if part in ("broker_url", "result_backend") else why
                    report.compare(f"{where}.{part}", mine.get(part, "(no key)"), flowers.get(part, "(no key)"), why)
            else:
                report.compare(where, mine, flowers)
    report.compare("/api/workers?status=1", cluster.ask_vigie("/api/workers?status=1"), cluster.ask_flower("/api/workers?status=1"))
    mine, flowers = (ask("/api/workers?workername=w1@shop") for ask in (cluster.ask_vigie, cluster.ask_flower))
    report.compare("keys of /api/workers?workername=", sorted(mine), sorted(flowers))
    report.compare(
        "an unknown worker", cluster.ask_vigie("/api/workers?workername=x").get("HTTP"), cluster.ask_flower("/api/workers?workername=x").get("HTTP")
    )


def compare_queues(cluster, report):
    def lengths(answer):
        return {queue["name"]: queue.get("messages") for queue in answer["active_queues"]}

    theirs = lengths(cluster.ask_flower("/api/queues/length"))
    ours = wait_for("the same queue lengths", lambda: lengths(cluster.ask_vigie("/api/queues/length")))
    for queue in sorted(set(ours) | set(theirs)):
        why = None
        if queue not in theirs:
            why = "Flower leaves out queues from which no worker takes"
        report.compare(f"/api/queues/length {queue}", ours.get(queue), theirs.get(queue), why)
    report.compare("what waits where no worker takes it", ours.get("nobody"), 3)


def take_over_beat(cluster, report):
    """What beat would send becomes schedules, and a run of one has a worker run the task."""
    celery = pathlib.Path(sys.executable).parent / "celery"
    command = ["celery", "import-beat", "--app", "flower_shop", "--folder", HERE, "--celery", celery]
    for name in ("SHOP_BROKER", "SHOP_BACKEND"):
        command += ["--env", f"{name}={cluster.environment()[name]}"]
    dry = cluster.run_vigie(*command)
    whens = {row["schedule"]["name"]: row["schedule"]["when"] for row in dry["rows"]}
    report.compare("beat's schedules", whens, {"each minute": "* * * * *", "first Monday": "0 8 1-7 * &1"})
    report.compare("schedules made by a dry run", cluster.run_vigie("schedule", "list")["rows"], [])
    report.compare("schedules made", cluster.run_vigie(*command, "--apply")["kept"], 2)
    cluster.run_vigie("schedule", "run", "each minute")
    sent = lambda: [task for task in cluster.ask_vigie("/api/tasks?search=40,%202").values() if task["state"] == "SUCCESS"]
    report.compare("what the schedule had a worker do", wait_for("the task of a schedule", sent)[0]["result"], "42")


def beside(cluster):
    cluster.start_broker()
    cluster.start_vigie()
    cluster.start_flower()
    cluster.start_worker("w1", "-c", "3", "-Q", "celery")
    doomed = cluster.start_worker("w2", "-c", "1", "-Q", "doomed")
    both = {"w1@shop": True, "w2@shop": True}
    for name, ask in (("Vigie", cluster.ask_vigie), ("Flower", cluster.ask_flower)):
        wait_for(f"the workers in {name}", lambda: ask("/api/workers?status=1") == both)
    # Without an answer to `active_queues` Flower knows no queue.
    wait_for("Flower's workers", lambda: len(cluster.ask_flower("/api/workers?refresh=1")) == 2)
    wait_for("Vigie's workers", lambda: all("conf" in worker for worker in cluster.ask_vigie("/api/workers").values()))
    sent = play(cluster)
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait()
    cluster.children.remove(doomed)
    for name, ask in (("Vigie", cluster.ask_vigie), ("Flower", cluster.ask_flower)):
        settled = lambda: all(ask(f"/api/task/info/{id}").get("state") == state for id, (_, state) in sent.items() if state != "REJECTED")
        wait_for(f"the end of every task in {name}", settled)
        wait_for(f"the loss of w2 in {name}", lambda: ask("/api/workers?status=1")["w2@shop"] is False)
    # Queues are counted every ten seconds.
    time.sleep(12)
    report = Report()
    compare_tasks(cluster, sent, report)
    compare_workers(cluster, report)
    compare_queues(cluster, report)
    is_good = report.end(f"{cluster.kind}, everything running")
    before = cluster.ask_vigie("/api/tasks?limit=1000")
    cluster.end(cluster.flower)
    cluster.end(cluster.served)
    cluster.start_flower()
    cluster.start_vigie()
    after = Report()
    after.compare("Flower's tasks after it was restarted", cluster.ask_flower("/api/tasks"), {})
    after.compare("Vigie's tasks after it was restarted", cluster.ask_vigie("/api/tasks?limit=1000"), before)
    after.expect("tasks are there", len(before) >= len(sent))
    is_good = after.end(f"{cluster.kind}, both restarted") and is_good
    beat = Report()
    take_over_beat(cluster, beat)
    return beat.end(f"{cluster.kind}, beat's schedules") and is_good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vigie", required=True, type=pathlib.Path)
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    parser.add_argument("--keep", action="store_true", help="wait at the end, to look at both")
    options = parser.parse_args()
    cluster = Cluster(options.broker, options.vigie.resolve())
    try:
        is_good = beside(cluster)
        if options.keep:
            print(f"Vigie http://127.0.0.1:{cluster.vigie_port}  Flower http://127.0.0.1:{cluster.flower_port}  token {cluster.token}")
            print(f"folder {cluster.folder}", flush=True)
            signal.pause()
    except BaseException:
        print(cluster.logs(), file=sys.stderr)
        raise
    finally:
        cluster.end_all()
    sys.stdout.flush()
    # Results that nobody waits for any more would look for their Redis.
    os._exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
