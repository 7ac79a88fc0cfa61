"""How documents and the last run stand, as Prometheus reads it from a file or a pipe.

Needs prometheus-client; no name of a document is among the figures.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from pipeline.run.status import Planned
from pipeline.store import Store

REPORTS = "????????T??????Z-*.json"


def exposition(found: Planned, store: Store) -> str:
    """The figures, in Prometheus' text format."""
    registry = CollectorRegistry()
    counts = found.counts()
    known = [item.known.row for item in found.documents if item.known]
    _gauge(registry, "documents", "Documents by state.", "state", {
        "fresh": counts["fresh"], "stale": counts["stale"], "not done": len(counts["not_done"]),
    })  # fmt: skip
    not_done = Counter(code for _, code, _ in found.not_done)
    _gauge(registry, "not_done", "Documents not done, by reason.", "reason", not_done)
    issues = Counter[str]()
    for row in known:
        for issue in row.issues:
            issues[issue.code] += issue.count
    _gauge(registry, "issues", "Issues by reason.", "reason", issues)
    for name, value, help_ in (
        ("pages", sum(row.pages for row in known), "Pages."),
        ("records", found.records, "Records."),
        ("queue", counts["records_waiting"], "Records that wait for a curator."),
        ("overdue", int(bool(found.overdue)), "Whether the timer stays away."),
    ):
        _gauge(registry, name, help_, "", {"": value})
    if last := _last_run(store):
        started = datetime.strptime(f"{last['started']}+0000", "%Y-%m-%d %H:%M:%S UTC%z")
        for name, value, help_ in (
            ("run_started_timestamp_seconds", started.timestamp(), "When the last run began."),
            ("run_seconds", last["seconds"], "How long it took."),
            ("run_exit_code", last["exit_code"], "How it ended: 0 all done, 1 not all."),
        ):
            _gauge(registry, name, help_, "", {"": value})
        done = {key: last["totals"][key] for key in ("read", "fresh", "set_aside", "incomplete")}
        _gauge(registry, "run_documents", "Documents of the last run.", "state", done)
        stages = last["stage_seconds"]
        _gauge(registry, "run_stage_seconds", "Seconds by stage, all workers.", "stage", stages)
    return generate_latest(registry).decode()


def _gauge(
    registry: CollectorRegistry, name: str, help_: str, label: str, values: Mapping[str, float]
) -> None:
    """A figure, or (with a label) one for each of its values."""
    gauge = Gauge(f"gleaner_{name}", help_, [label] if label else [], registry=registry)
    for key, value in values.items():
        (gauge.labels(key) if label else gauge).set(value)


def _last_run(store: Store) -> dict[str, Any] | None:
    """The report of the last run; None where there was none, or it cannot be read."""
    reports = sorted(store.runs.glob(REPORTS), key=lambda file: file.stat().st_mtime_ns)
    if not reports:
        return None
    try:
        report: dict[str, Any] = json.loads(reports[-1].read_bytes())
    except ValueError:
        return None
    return report
