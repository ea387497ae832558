"""An application that sends a mailing within a request, one message after the other, and logs what it does not handle."""
import logging
import os
import resource
import signal
import smtplib
import ssl
import time

logging.basicConfig(
    filename=os.environ["APP_LOG"], level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
)
log = logging.getLogger("django.request")
FAULT = os.environ.get("FAULT", "")
COUNT = 40


def prepare(n):
    if n != 8:
        return
    if FAULT == "exception":
        {}["annee"]
    if FAULT == "memory":
        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
        bytearray(1 << 29)
    if FAULT == "files":
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
        [open("/dev/null") for _ in range(64)]
    if FAULT == "disk":
        with open(os.environ["FULL"], "wb") as full:
            full.write(b"x" * (8 << 20))
    if FAULT == "read-only":
        open(os.environ["FULL"], "wb")
    if FAULT == "oom":
        b"x" * (1 << 30)
    if FAULT == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if FAULT == "database":
        import psycopg

        with psycopg.connect(os.environ["DSN"], connect_timeout=3) as database:
            database.execute(os.environ["STATEMENT"])


def send(n):
    host = os.environ.get("SMTP_HOST", "127.0.0.1")
    with smtplib.SMTP(host, int(os.environ["SMTP_PORT"]), timeout=2) as smtp:
        if FAULT == "login":
            smtp.login("club", "wrong")
        if FAULT == "certificate":
            smtp.starttls(context=ssl.create_default_context())
        smtp.sendmail("club@example.org", [f"a{n}@example.net"], "Subject: x\r\n\r\nx\r\n")


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] == "POST":
        try:
            for n in range(COUNT):
                prepare(n)
                send(n)
                time.sleep(float(os.environ.get("PAUSE", "0.1")))
        except Exception:
            log.exception("Internal Server Error: %s", path)
            start_response("500 Internal Server Error", [])
            return [b"error"]
    start_response("200 OK", [])
    return [b"ok"]
