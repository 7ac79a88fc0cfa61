"""The heartbeat of a timer: when a refresh last ran to its end, and when that is too long ago."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.run.every import interval
from pipeline.store import Store, write

FILE = "heartbeat.json"  # below extracted/
GRACE = timedelta(hours=1)  # for a timer that is late and a run that takes its time


def beat(store: Store, every: str, started: datetime, run: str, exit_code: int) -> None:
    """Note that a refresh ran to its end. Raises OSError."""
    told = {
        "every": every,
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "exit_code": exit_code,
    }
    write(store.extracted / FILE, json.dumps(told, indent=2) + "\n")


def last_beat(store: Store) -> dict[str, Any] | None:
    """What the last refresh noted, if there was one."""
    try:
        told = json.loads((store.extracted / FILE).read_bytes())
        datetime.fromisoformat(told["ended"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(told)


def overdue(store: Store, now: datetime) -> str:
    """Why the last refresh is too long ago; empty when it is not, or nobody said how often."""
    told = last_beat(store)
    if not told or not told.get("every"):
        return ""
    every = interval(told["every"])
    age = now - datetime.fromisoformat(told["ended"])
    if age <= every + max(GRACE, every / 2):
        return ""
    days, hours = age.days, age.seconds // 3600
    long = f"{days} days" if days > 1 else f"{24 * days + hours} hours"
    return f"The last refresh that ended was {long} ago, and it should run {_often(told['every'])}."


def _often(every: str) -> str:
    return f"every {every}" if every[0].isdigit() else every
