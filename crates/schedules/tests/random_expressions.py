"""Next times of random cron expressions, as cronsim (PyPI) has them: another reading of Debian's rule.

    pip install cronsim
    python random_expressions.py [COUNT] [SEED] > expressions.txt

A line for each: expression, zone, and moments in seconds since 1970, the first of them the moment after which the others
are due. Six fields are read in UTC: cronsim gives them no rule for changes of the clock.
"""

import random
import signal
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from cronsim.cronsim import is_imaginary

ZONES = """Europe/Paris Europe/London Europe/Lisbon Europe/Athens Europe/Moscow Africa/Cairo Africa/Casablanca
Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Amman Asia/Gaza America/New_York America/Chicago
America/St_Johns America/Sao_Paulo America/Santiago America/Caracas America/Havana America/Asuncion
Australia/Lord_Howe Australia/Sydney Australia/Adelaide Pacific/Auckland Pacific/Chatham Pacific/Easter
Atlantic/Azores Antarctica/Troll UTC""".split()
FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
NAMES = {3: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 4: "SUN MON TUE WED THU FRI SAT".split()}
# Where clocks are put forward at midnight, by half an hour, or at a quarter to, cronsim loses some of what follows the clock on that day.
UNSURE = """Africa/Cairo Asia/Amman Asia/Gaza Asia/Tehran America/Sao_Paulo America/Santiago
America/Havana America/Asuncion Atlantic/Azores Australia/Lord_Howe Pacific/Chatham""".split()
TIMES = 6


def value(rng, field, low, high):
    if field in NAMES and rng.random() < 0.3:
        return rng.choice(NAMES[field])
    return str(rng.randint(low, high))


def term(rng, field):
    low, high = FIELDS[field]
    kind = rng.random()
    if field == 2 and kind < 0.05:
        return rng.choice(["L", "LW"])
    if field == 4 and kind < 0.08:
        return f"{rng.randint(0, 7)}{rng.choice(['L', '#1', '#2', '#3', '#5'])}"
    if kind < 0.5:
        return value(rng, field, low, high)
    first = rng.randint(low, high)
    last = rng.randint(first, high)
    # With a step, cronsim takes a range of one value for one without an end.
    return f"{first}-{last}" if kind < 0.8 or first == last else f"{first}-{last}/{rng.randint(2, 9)}"


def field_text(rng, field):
    wild = [0.35, 0.35, 0.6, 0.7, 0.6][field]
    if rng.random() < wild:
        return "*" if rng.random() < 0.75 else f"*/{rng.randint(2, 20)}"
    return ",".join(term(rng, field) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def expression(rng):
    text = " ".join(field_text(rng, field) for field in range(5))
    if rng.random() < 0.08:
        return f"{field_text(rng, 0)} {text}", "UTC"
    return text, rng.choice(ZONES)


def line(rng):
    text, zone = expression(rng)
    follows_clock = any(field.startswith("*") for field in text.split()[-5:-3])
    if follows_clock and zone in UNSURE:
        return None
    start = rng.randint(1_136_073_600, 1_767_225_600)
    if rng.random() < 0.5:
        # Around the days at which clocks change in many zones.
        start = near_change(rng, zone, start)
    after = datetime.fromtimestamp(start, timezone.utc).astimezone(ZoneInfo(zone) if zone != "UTC" else timezone.utc)
    # Some it looks for without end.
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.5)
    try:
        times = CronSim(text, after)
        due = [next(times) for _ in range(TIMES)]
    except (CronSimError, RuntimeError, StopIteration, TimeoutError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    found = [start, *(int(at.timestamp()) for at in due)]
    # Asked within an hour that comes twice it may answer with a moment before; a day that begins in a gap it begins there.
    if found != sorted(set(found)) or any(is_imaginary(at) for at in due):
        return None
    return f"{text}\t{zone}\t" + " ".join(map(str, found))


def near_change(rng, zone, start):
    if zone == "UTC":
        return start
    tz = ZoneInfo(zone)
    offset = lambda at: datetime.fromtimestamp(at, tz).utcoffset()
    for day in range(400):
        at = start + day * 86_400
        if offset(at) != offset(at + 86_400):
            return at + rng.randint(0, 86_400)
    return start


def give_up(*_):
    raise TimeoutError


def main():
    signal.signal(signal.SIGVTALRM, give_up)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    made = 0
    while made < count:
        text = line(rng)
        if text:
            print(text)
            made += 1


if __name__ == "__main__":
    main()
