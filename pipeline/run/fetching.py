"""Sources to raw/: which are due, what their hosts gave, and whether that is the document."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.fetch import Answer, Ask, Fetcher, NotFetched, redacted, wall
from pipeline.ingest.raw import Raw
from pipeline.ingest.sniff import by_bytes, by_name
from pipeline.model import SetAside
from pipeline.run.every import interval
from pipeline.run.sources import FILE, BadSources, Sources, Upstream, load_sources
from pipeline.store import Store, digest, read_bytes, write
from pipeline.store.files import DRAFT, DRAFTS
from pipeline.store.versions import FOLDER, BadSidecar, Version, keep, versions

MEMORY = "fetching.json"  # below extracted/: without it every source is asked once more
SLACK = timedelta(hours=1)  # a timer that rings a little early is not a day too early
FURTHEST = timedelta(days=7)  # what a host may put us off; more is a clock that jumped
COMMIT = 1.0  # seconds between two writings of the memory
PLAIN = {"markdown", "table", "text"}  # what bytes alone do not tell apart
NAMES = {"html": "a web page", "pdf": "a PDF", "mhtml": "a saved page", "xlsx": "a workbook"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a source. `when` and `not_before` are times in UTC.

    `outcome`: new, changed, unchanged; later, refused or gone, with `code` and `message`. `note`
    is what the curator should know of a document that came.
    """

    file: str
    url: str
    when: str
    outcome: str
    code: str = ""
    message: str = ""
    note: str = ""
    not_before: str = ""
    bytes: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether nothing came that can be used."""
        return bool(self.code)

    @property
    def line(self) -> str:
        """It in one line."""
        if self.failed:
            return f"{self.file}: {self.outcome}, {self.code}: {self.message}"
        size = f" ({self.bytes:,} bytes)" if self.bytes else ""
        return f"{self.file}: {self.outcome}{size}{f'. {self.note}' if self.note else ''}"


@dataclass(frozen=True, slots=True)
class Fetching:
    """What a pass over the sources did. `not_due` counts those that were not asked."""

    asked: tuple[Asked, ...]
    not_due: int
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 when all that was asked for came, 1 when not, 130 when it was interrupted."""
        return 130 if self.interrupted else int(any(one.failed for one in self.asked))

    def as_dict(self) -> dict[str, Any]:
        """The pass as JSON has it."""
        return {
            "asked": [asdict(one) for one in self.asked],
            "not_due": self.not_due,
            "interrupted": self.interrupted,
            "exit_code": self.exit_code,
        }


def remembered(store: Store) -> dict[str, Asked]:
    """What came of asking for each source the last time, by file."""
    try:
        data = json.loads((store.extracted / MEMORY).read_bytes())
        return {one["file"]: Asked(**one) for one in data["asked"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def is_due(one: Upstream, last: Asked | None, now: datetime, here: bool) -> bool:
    """Whether a source should be asked. `here`: whether its file is there."""
    if last is None or last.url != redacted(one.url):
        return True
    if last.code == "gone":
        return False
    when = datetime.fromisoformat(last.when)
    if when > now + SLACK:  # the clock was wrong then, or is now
        return True
    if last.outcome == "later":
        until = datetime.fromisoformat(last.not_before) if last.not_before else now
        return not now < until <= now + FURTHEST
    pause = interval(one.every)
    return (not here and not last.failed) or now - when >= pause - min(SLACK, pause / 10)


def fetch_sources(
    store: Store,
    files: Iterable[str] = (),
    force: bool = False,
    tell: Callable[[Asked], None] = lambda asked: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> Fetching:
    """Ask for the sources that are due, or for those of `files`, due or not.

    The caller holds the lock of the run. Raises BadSources; OSError when nothing can be kept.
    """
    sources = load_sources(store)
    last, named = remembered(store), set(files)
    if unknown := named - {one.file for one in sources.source}:
        raise BadSources(f"{store.raw / FILE} has no source {', '.join(sorted(unknown))}.")
    wanted = [one for one in sources.source if one.file in named or not named]
    due = [
        one
        for one in wanted
        if force or named or is_due(one, last.get(one.file), now(), _is_here(store, one))
    ]
    _sweep(store, due)
    asking = _Asking(store, sources, Fetcher(sources.polite.agent, sources.polite.budget, sleep))
    found: list[Asked] = []
    interrupted, written = False, time.monotonic()
    try:
        for one in _by_turns(due):
            asked = asking.ask(one, now())
            found.append(asked)
            last[one.file] = asked
            tell(asked)
            if time.monotonic() - written > COMMIT:
                _remember(store, last)
                written = time.monotonic()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        listed = {one.file for one in sources.source}
        if due:
            _remember(store, {name: one for name, one in last.items() if name in listed})
    return Fetching(tuple(found), len(wanted) - len(due), interrupted)


def _is_here(store: Store, one: Upstream) -> bool:
    return store.original(one.file).file.is_file()


def _remember(store: Store, last: dict[str, Asked]) -> None:
    data = {"asked": [asdict(last[name]) for name in sorted(last)]}
    write(store.extracted / MEMORY, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _sweep(store: Store, due: list[Upstream]) -> None:
    """Remove the drafts that a process left in raw/ when it was killed."""
    for folder in {Path(one.file).parent for one in due}:
        for place in (store.documents / folder, store.raw / FOLDER / folder):
            for draft in place.glob(DRAFTS):
                if DRAFT.fullmatch(draft.name):
                    draft.unlink(missing_ok=True)


def _by_turns(due: list[Upstream]) -> Iterator[Upstream]:
    """The sources, one host after the other, so that few of them must be waited for."""
    hosts: dict[str, list[Upstream]] = {}
    for one in due:
        hosts.setdefault(urlsplit(one.url).netloc, []).append(one)
    yield from (one for one in chain.from_iterable(zip_longest(*hosts.values())) if one)


class _Asking:
    """Asks for one source after the other."""

    def __init__(self, store: Store, sources: Sources, fetcher: Fetcher) -> None:
        self.store, self.fetcher, self.polite = store, fetcher, sources.polite
        self.names = [one.file for one in sources.source]

    def ask(self, one: Upstream, now: datetime) -> Asked:
        """Fetch a source and keep what came. Raises OSError."""
        started = time.monotonic()
        when = now.isoformat(timespec="seconds")
        asked = Asked(one.file, redacted(one.url), when, "unchanged")
        try:
            asked = self._kept(one, asked)
        except NotFetched as error:
            until = now + timedelta(seconds=error.wait)
            asked = replace(
                asked,
                outcome=error.kind,
                code=error.code,
                message=error.message,
                not_before=until.isoformat(timespec="seconds") if error.wait else "",
            )
        except BadSidecar as error:
            asked = replace(asked, outcome="refused", code="bad-sidecar", message=str(error))
        return replace(asked, seconds=round(time.monotonic() - started, 3))

    def _kept(self, one: Upstream, asked: Asked) -> Asked:
        before = self._sha256(one.file)
        last = next(iter(reversed(versions(self.store, one.file))), None)
        # Of a file that someone changed since, its host cannot say that it is the same.
        same = last if last and last.sha256 == before else None
        answer = self.fetcher.fetch(
            Ask(
                one.url,
                etag=same.etag if same else "",
                modified=same.modified if same else "",
                private=one.private,
                delay=self.polite.delay if one.delay is None else one.delay,
                seconds=one.seconds,
                megabytes=one.megabytes,
            )
        )
        note = f"It moved for good to {redacted(answer.moved)}." if answer.moved else ""
        if answer.data is None:
            return replace(asked, note=note)
        check(one, answer)
        sha256 = digest(answer.data)
        if sha256 != before:
            outcome = "changed" if before else "new"
            twin = self._owners.setdefault(sha256, one.file)
            if twin != one.file:
                note = f"{note} It has the very bytes of {twin}.".strip()
            asked = replace(asked, outcome=outcome, bytes=len(answer.data))
        version = Version(asked.when, asked.url, sha256, answer.etag, answer.modified)
        keep(self.store, one.file, answer.data, version, one.licence)
        return replace(asked, note=note)

    def _sha256(self, name: str) -> str:
        file = self.store.original(name).file
        return digest(read_bytes(file)) if file.is_file() else ""

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The file of a source for the sha256 of its newest version."""
        found: dict[str, str] = {}
        for name in self.names:
            with suppress(BadSidecar):
                found |= {one.sha256: name for one in versions(self.store, name)[-1:]}
        return found


def sources_as_dicts(store: Store) -> list[dict[str, Any]]:
    """Each source, whether it is due, and what came of it the last time. Raises BadSources."""
    last, now = remembered(store), datetime.now(UTC)
    return [
        {
            "file": one.file,
            "url": redacted(one.url),
            "every": one.every,
            "due": is_due(one, last.get(one.file), now, _is_here(store, one)),
            "last": asdict(last[one.file]) if one.file in last else None,
        }
        for one in load_sources(store).source
    ]


def source_lines(store: Store) -> Iterator[str]:
    """The same in lines."""
    found = sources_as_dicts(store)
    for one in found:
        last = one["last"]
        said = f"{last['when'][:10]} {last['outcome']}" if last else "never asked"
        trouble = f" ({last['code']}: {last['message']})" if last and last["code"] else ""
        due = ", due" if one["due"] else ""
        yield f"{one['file']}  {one['every']}, {said}{due}{trouble}"
        yield f"    {one['url']}"
    if not found:
        yield f"There are no sources in {store.raw / FILE}: gleaner sources add URL"


def check(one: Upstream, answer: Answer) -> None:
    """See that the bytes are what must come, whatever their host calls them. Raises NotFetched."""
    data = answer.data or b""
    try:
        found = by_bytes(data)
    except SetAside as reason:
        raise NotFetched("refused", reason.code, reason.message) from reason
    expected = one.kind or by_name(Raw(one.file, b"", ""))
    if found == "html" and (stands_before := wall(data)):
        message = f"What came is {stands_before}, not the document."
        raise NotFetched("refused", "wall", message)
    fits = expected in (None, found) or (found is None and expected in PLAIN)
    if not fits:
        came = NAMES.get(found or "", "plain text")
        said = f" (its host calls it {answer.media_type})" if answer.media_type else ""
        wanted = NAMES.get(expected or "", f"{expected}")
        message = f"What came is {came}{said}, not {wanted}. Say `kind` if that is right."
        raise NotFetched("refused", "not-what-was-expected", message)
