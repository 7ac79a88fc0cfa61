"""What the engine costs beside the work: a cluster of this machine beside `--jobs`, side by side.

    .venv/bin/python tests/bench_engine.py overhead [--documents N]
    .venv/bin/python tests/bench_engine.py kills [--documents N]
    .venv/bin/python tests/bench_engine.py scale [--documents N] [--out FILE.json]
    .venv/bin/python tests/bench_engine.py plot FILE.json --out FILE.png

`overhead` reads the same documents by `--jobs 1` and `2` and by 1 and 2 Dask workers, and gives wall
and CPU time. `kills` kills a worker whenever a fortieth is done, and compares bytes. `scale` runs documents
that do nothing through the real scheduler, coordinator and worker: their cost is only accounted, so
that a million fit into minutes; time a document and memory of the coordinator are what is measured.
"""

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from clusters import Killer, cluster
from distributed import Client
from engine_work import ready, skip

from pipeline.run import engine
from pipeline.run.extract import run
from pipeline.run.fresh import Wanted
from pipeline.run.limits import Limits
from pipeline.run.request import Request
from pipeline.store import Store

MARKS = (1_000, 10_000, 100_000, 1_000_000)
# Seconds that the samples took while other work filled the machine (their CPU time is 0.01 to 0.12):
# saved pages, text, a table, a short PDF. More would be larger batches, and less to schedule.
COSTS = (0.03, 0.04, 0.05, 0.1, 0.5)

Fake = tuple[str, float]  # a name, and the seconds that it would take


def corpus(folder: Path, documents: int, guides: int) -> Path:
    """Text files, all different, of so many guides each."""
    from runs import GUIDE, put  # here: it starts a process when imported

    for number in range(documents):
        text = "".join(
            GUIDE.replace("once a week", f"on day {number} of part {part}")
            for part in range(guides)
        )
        put(folder / "raw" / "documents" / f"{number % 20:02}" / f"{number:06}.txt", text)
    return folder / "raw"


def seconds_of(store: Store, jobs: int, engine: str) -> tuple[float, float]:
    """Wall time, and CPU time of all processes that ended with the run."""
    from runs import Quiet  # here: it starts a process when imported

    spent = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    started = time.monotonic()
    report = run(Request(store, Wanted(), jobs=jobs, engine=engine), Quiet())
    assert report.exit_code == 0
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    cpu = sum(
        b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(spent, after, strict=True)
    )
    return wall, cpu


def overhead(documents: int) -> None:
    """The same documents by both engines; each cluster is up before the clock starts."""
    with tempfile.TemporaryDirectory() as name:
        raw = corpus(Path(name), documents, guides=60)
        for jobs in (1, 2):
            with cluster(Path(name), workers=jobs) as at:
                times: dict[str, list[float]] = {"local": [], at.address: []}
                for turn in range(3):
                    for engine, walls in times.items():
                        store = Store(raw, Path(name) / f"{jobs}-{turn}-{engine[:3]}")
                        walls.append(seconds_of(store, jobs, engine)[0])
                local, dask = (min(walls) for walls in times.values())
                print(
                    f"{jobs} at a time, {documents} documents: local {local:.2f} s, "
                    f"dask {dask:.2f} s ({dask / local - 1:+.1%}); all: {times}",
                    flush=True,
                )


def kills(documents: int) -> None:
    """A worker dies whenever a fortieth is done; the bytes are those of an undisturbed run."""
    from runs import Quiet, files  # here: it starts a process when imported

    with tempfile.TemporaryDirectory() as name, cluster(Path(name), workers=2) as at:
        raw = corpus(Path(name), documents, guides=1)
        quiet, noisy = Store(raw, Path(name) / "quiet"), Store(raw, Path(name) / "noisy")
        run(Request(quiet, Wanted(), jobs=2), Quiet())
        killer, started = Killer(at, documents // 40), time.monotonic()
        report = run(Request(noisy, Wanted(), engine=at.address), killer)
        same = files(quiet) == files(noisy)
        print(
            f"{documents} documents, {len(killer.killed)} workers killed, "
            f"{report.totals.read} read, {report.not_done_count} set aside, "
            f"{time.monotonic() - started:.0f} s, bytes {'the same' if same else 'DIFFER'}"
        )


def memory(pid: int | str = "self") -> float:
    """Megabytes that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def scale(documents: int, out: Path) -> None:
    """Time a document and memory, at each mark on the way."""
    chance = random.Random(2)

    def tasks(number: int) -> Iterator[Fake]:
        for at in range(number):
            yield f"source-{at % 997:03}/document-{at:08}.pdf", chance.choice(COSTS)

    measured: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name, cluster(Path(name), workers=1) as at:
        spread: engine.Spread[Fake, str] = engine.on_cluster(
            at.address, lambda fake: fake[1], ready
        )
        with Client(at.address, set_as_default=False) as client:
            scheduler = client.run_on_scheduler(os.getpid)
        # They take no time, and the run would learn so: batches stay as large as those of real ones.
        engine.MOST = round(engine.SECONDS / mean(COSTS))
        started, begun = time.monotonic(), time.process_time()
        for done, _ in enumerate(spread(tasks(documents), skip, 1, Limits()), 1):
            if done in MARKS or done == documents or done % 50_000 == 0:
                measured.append({
                    "documents": done,
                    "seconds": time.monotonic() - started,
                    "coordinator_cpu": time.process_time() - begun,
                    "coordinator_megabytes": memory(),
                    "scheduler_megabytes": memory(scheduler),
                })  # fmt: skip
                print(json.dumps(measured[-1]), flush=True)
                out.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def plot(found: Path, out: Path) -> None:
    """Draw what `scale` measured."""
    from matplotlib import use

    use("agg")
    from matplotlib import pyplot

    rows = json.loads(found.read_text(encoding="utf-8"))
    documents = [row["documents"] for row in rows]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(documents, [1000 * r["seconds"] / r["documents"] for r in rows], "o-", label="wall")
    left.plot(
        documents,
        [1000 * r["coordinator_cpu"] / r["documents"] for r in rows],
        "s-",
        label="CPU of the coordinator",
    )
    left.set(xscale="log", ylim=(0, None), xlabel="documents", ylabel="ms a document")
    left.set_title("Engine alone: documents that do nothing")
    left.legend()
    for who in ("coordinator", "scheduler"):
        right.plot(documents, [row[f"{who}_megabytes"] for row in rows], "o-", label=who)
    right.set(xscale="log", ylim=(0, None), xlabel="documents", ylabel="MB resident")
    right.set_title("Memory")
    right.legend()
    figure.savefig(out, dpi=110)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=["overhead", "kills", "scale", "plot"])
    parser.add_argument("found", nargs="?", type=Path, help="what `scale` wrote")
    parser.add_argument("--documents", type=int)
    parser.add_argument("--out", type=Path, default=Path("engine-scale.json"))
    asked = parser.parse_args()
    match asked.what:
        case "overhead":
            overhead(asked.documents or 40)
        case "kills":
            kills(asked.documents or 2000)
        case "scale":
            scale(asked.documents or MARKS[-1], asked.out)
        case "plot":
            plot(asked.found, asked.out)


if __name__ == "__main__":
    main()
