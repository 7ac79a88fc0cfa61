"""Curators who decide at once: two desks on one PostgreSQL, real HTTP, every act looked for after.

    .venv/bin/python tests/bench_curators.py [--curators N] [--seconds S] [--desks N] [--think S]

Each curator comes in with a password at one desk and then asks any of them, as behind a proxy: the
next record, the record, an act on it, a pause. One act in twenty is sent twice at once, to two
desks. At the end each act that was acknowledged is looked for in the dump: it is there once.
"""

import argparse
import asyncio
import random
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from postgres import programs, serving

from pipeline.desk.curators import Curators
from pipeline.store import Store, jsonl
from pipeline.store.decisions import Decisions

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a-password-for-the-bench"
TOKEN = re.compile(r'name="csrf(?:-token)?" (?:value|content)="([0-9a-f]{64})"')
BASE = re.compile(r'data-field="([^"]+)"[^>]*?data-base="([^"]*)"')
TEXT = """How office {number} handles models

What to do

""" + "".join(
    f"{n}. Developers should test model {{number}}-{n} against known attacks before release.\n"
    for n in range(1, 13)
)


def make(folder: Path, documents: int) -> Store:
    """Documents with twelve records each, read."""
    store = Store(folder / "raw", folder / "extracted")
    store.documents.mkdir(parents=True)
    for number in range(documents):
        (store.documents / f"{number:03}.txt").write_text(TEXT.format(number=number))
    words = [sys.executable, "-m", "pipeline", "extract", "--raw", str(store.raw)]
    words += ["--extracted", str(store.extracted)]
    subprocess.run(words, check=True, capture_output=True, cwd=folder, env=environment())
    return store


def environment(**more: str) -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


@contextmanager
def desk(store: Store, url: str, number: int) -> Iterator[tuple[str, int]]:
    """A desk as a program of its own: where it is, and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "pipeline", "review", "--no-browser", "--port", str(port)]
    words += ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    words += ["--index", str(store.extracted / f"desk-{number}.sqlite3")]
    process = subprocess.Popen(
        words, env=environment(GLEANER_DECISIONS=url), stdout=subprocess.DEVNULL
    )
    where = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{where}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield where, process.pid
    finally:
        process.terminate()
        assert process.wait(30) in (0, 130), "a desk ended badly"


class Tally:
    """What happened: seconds by kind of request, answers by status, actions acknowledged."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[str] = Counter()
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self.sent: set[str] = set()
        self.errors: list[str] = []


class Curator:
    """One of many, at every desk."""

    def __init__(self, name: str, desks: list[str], tally: Tally, think: float) -> None:
        self.name, self.desks, self.tally, self.think = name, desks, tally, think
        self.chance = random.Random(name)
        self.client = httpx.AsyncClient(trust_env=False, timeout=60)

    async def ask(self, what: str, method: str, path: str, **more: Any) -> httpx.Response | None:
        """Ask any desk; None when there was no answer."""
        where = self.chance.choice(self.desks)
        headers = {"origin": where, **more.pop("headers", {})}
        started = time.perf_counter()
        try:
            answer = await self.client.request(method, where + path, headers=headers, **more)
        except httpx.TransportError as error:
            self.tally.errors.append(f"{what}: {error!r}")
            return None
        self.tally.seconds[what].append(time.perf_counter() - started)
        self.tally.statuses[f"{what} {answer.status_code}"] += 1
        if answer.status_code not in (200, 303, 409):
            self.tally.errors.append(f"{what} {answer.status_code}: {answer.text[:200]}")
        return answer

    async def come_in(self) -> None:
        """By name and password."""
        form = await self.ask("form", "GET", "/enter", headers={"accept": "text/html"})
        assert form
        [token] = TOKEN.findall(form.text)[:1]
        said = {"csrf": token, "name": self.name, "password": PASSWORD}
        answer = await self.ask("log in", "POST", "/enter", data=said)
        assert answer
        assert answer.status_code == 303, answer.text
        page = await self.ask("documents", "GET", "/documents", headers={"accept": "text/html"})
        assert page
        [token] = TOKEN.findall(page.text)[:1]
        self.client.headers.update({"x-csrf-token": token, "accept": "application/json"})
        listed = await self.ask("documents", "GET", "/documents", params={"format": "json"})
        assert listed
        self.documents = [one["name"] for one in listed.json()["documents"]]

    async def work(self, until: float) -> None:
        """Decide until the time is over."""
        after = document = ""
        while time.monotonic() < until:
            if not after or self.chance.random() < 0.1:
                after, document = "", self.chance.choice(self.documents)
            query = {"after": after, "status": "all", "sort": "place", "document": document}
            found = await self.ask("next", "GET", "/next", params=query)
            told = found.json() if found and found.status_code == 200 else {}
            if "record" not in told:
                after = ""
                continue
            record = told["record"]
            after = f"{document}#{record}"
            shown = await self.ask(
                "record", "GET", f"/record/{document}", params={"record": record}
            )
            await asyncio.sleep(self.chance.expovariate(1 / self.think))
            if shown and shown.status_code == 200:
                await self.act(document, record, dict(BASE.findall(shown.json()["html"])))

    async def act(self, document: str, record: str, base: dict[str, str]) -> None:
        """One act, in one case of twenty sent twice at once."""
        body: dict[str, Any] = {"action": str(uuid4()), "record": record, "base": base}
        kind = self.chance.random()
        if kind < 0.5:
            body |= {"act": "accept", "field": "description"}
        elif kind < 0.8:
            body |= {"act": "edit", "field": "name", "words": {"text": f"By {self.name} {kind}"}}
        else:
            body |= {"act": "note", "field": "description", "note": f"seen by {self.name}"}
        self.tally.sent.add(body["action"])
        times = 2 if self.chance.random() < 0.05 else 1
        answers = await asyncio.gather(
            *(self.ask("act", "POST", f"/act/{document}", json=body) for _ in range(times))
        )
        if any(one is not None and one.status_code == 200 for one in answers):
            self.tally.acknowledged[body["action"]] = (document, record)


async def played(names: list[str], desks: list[str], seconds: float, think: float) -> Tally:
    """All curators at once."""
    tally = Tally()
    curators = [Curator(name, desks, tally, think) for name in names]
    await asyncio.gather(*(one.come_in() for one in curators))
    logins = tally.seconds.pop("log in")
    print(f"{len(names)} came in; the slowest log in took {max(logins):.1f} s")
    until = time.monotonic() + seconds
    await asyncio.gather(*(one.work(until) for one in curators))
    await asyncio.gather(*(one.client.aclose() for one in curators))
    return tally


def judged(tally: Tally, store: Store, url: str) -> bool:
    """Look for every act in the dump, and say what came of it."""
    with Decisions(url, read_only=True) as decisions:
        decisions.dump(store.raw / "dump")
    dumped = jsonl.read(store.raw / "dump").decisions.values()
    times = Counter((one.action, one.document, one.record, one.field) for one in dumped)
    actions = {one.action for one in dumped}
    lost = tally.acknowledged.keys() - actions
    doubled = [key for key, count in times.items() if count > 1]
    unasked = actions - tally.sent
    wrong = [o.action for o in dumped if tally.acknowledged[o.action] != (o.document, o.record)]
    print(f"decisions {len(times):,}; acts acknowledged {len(tally.acknowledged):,}: ", end="")
    print(f"lost {len(lost)}, doubled {len(doubled)}, never sent {len(unasked)}", end="")
    print(f", on another record {len(wrong)}")
    return not (lost or doubled or unasked or wrong or tally.errors)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--curators", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--desks", type=int, default=2)
    parser.add_argument("--think", type=float, default=2.0)
    parser.add_argument("--documents", type=int, default=100)
    arguments = parser.parse_args()
    where = programs()
    if where is None:
        raise SystemExit("There is no PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp())
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = stack.enter_context(serving(where, durable=True))
        store, url = make(folder, arguments.documents), server.database()
        names = [f"curator-{number:02}" for number in range(arguments.curators)]
        for name in names:
            Curators(store.raw).add(name, PASSWORD)
        Decisions(url).close()
        desks = [
            stack.enter_context(desk(store, url, number))[0] for number in range(arguments.desks)
        ]
        started = time.monotonic()
        tally = asyncio.run(played(names, desks, arguments.seconds, arguments.think))
        seconds = time.monotonic() - started
        requests = sum(len(took) for took in tally.seconds.values())
        print(f"{arguments.curators} curators, {arguments.desks} desks, {seconds:.0f} s: ", end="")
        print(f"{requests:,} requests, {requests / seconds:.1f} a second")
        for what, took in sorted(tally.seconds.items()):
            if len(took) > 100:
                marks = statistics.quantiles(took, n=100)
                at = ", ".join(f"p{n} {marks[n - 1] * 1000:.0f}" for n in (50, 95, 99))
                print(f"  {what:8} {len(took):6,} times, ms: {at}, most {max(took) * 1000:.0f}")
        print(f"  answers: {dict(sorted(tally.statuses.items()))}")
        print(f"errors {len(tally.errors)}", *tally.errors[:5], sep="\n  ")
        clean = judged(tally, store, url)
        own = resource.getrusage(resource.RUSAGE_SELF)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"CPU of desks and server {spent.ru_utime + spent.ru_stime:.0f} s", end="")
    print(f", of those who ask {own.ru_utime + own.ru_stime:.0f} s")
    raise SystemExit(not clean)


if __name__ == "__main__":
    main()
