"""What is fetched from where: `raw/sources.toml`, which people write and `sources add` adds to."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, ValidationError

import pipeline
from pipeline.model.base import Frozen
from pipeline.run.every import interval
from pipeline.store import Store, write

FILE = "sources.toml"
KINDS = {
    "pdf": ".pdf",
    "html": ".html",
    "mhtml": ".mhtml",
    "markdown": ".md",
    "table": ".csv",
    "xlsx": ".xlsx",
    "text": ".txt",
}
BEGINNING = """\
# What `gleaner fetch` fetches. Each [[source]] is one document: its url, and the file under
# raw/documents that it becomes. `gleaner sources check` says what is wrong here.
#
# [polite]
# contact = "you@example.org"   # who answers for our requests: hosts see it
# delay = 2.0                   # seconds between two requests to one host
# budget = 500                  # requests to one host in a run
"""
_WORD = re.compile(r"[a-z0-9]+")


class BadSources(Exception):
    """A list of sources that cannot be used; the message says what to mend."""


def _a_url(url: str) -> str:
    with suppress(ValueError):  # of brackets that hold no address
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", url):
            return url
    raise ValueError("is no http or https address: give it whole, as https://example.org/plan.pdf")


def _a_file(file: str) -> str:
    parts = PurePosixPath(file).parts
    hidden = any(part.startswith(".") for part in parts)
    if not parts or hidden or file.startswith("/") or file != "/".join(parts) or "\\" in file:
        raise ValueError("is no relative name of a file below raw/documents")
    if file.endswith((".toml", ".tmp")) or re.search(r"[\x00-\x1f\x7f]", file):
        raise ValueError("is no name for a document")
    return file


def _an_interval(every: str) -> str:
    interval(every)
    return every


class Polite(Frozen):
    """How all hosts are treated."""

    contact: str = ""
    delay: Annotated[float, Field(ge=0)] = 2.0
    budget: Annotated[int, Field(ge=1)] = 500

    @property
    def agent(self) -> str:
        """How we introduce ourselves."""
        who = f" ({self.contact})" if self.contact else ""
        return f"Gleaner/{pipeline.__version__}{who}"


class Upstream(Frozen):
    """A document that is fetched: from where, into which file, how often, and within what.

    `kind` is what must come (empty: what the file's ending says). `licence` goes into the sidecar
    of a new file. `private` allows an address in this network. `seconds` and `megabytes` limit it.
    """

    url: Annotated[str, AfterValidator(_a_url)]
    file: Annotated[str, AfterValidator(_a_file)]
    kind: Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})?$")] = ""
    every: Annotated[str, AfterValidator(_an_interval)] = "weekly"
    licence: str = ""
    note: str = ""
    private: bool = False
    delay: Annotated[float, Field(ge=0)] | None = None
    seconds: Annotated[float, Field(gt=0)] = 120.0
    megabytes: Annotated[float, Field(gt=0)] = 100.0


class Sources(Frozen):
    """All that is fetched."""

    polite: Polite = Polite()
    source: tuple[Upstream, ...] = ()


def load_sources(store: Store) -> Sources:
    """The sources; none where there is no list. Raises BadSources."""
    file = store.raw / FILE
    if not file.is_file():
        return Sources()
    return _parsed(file, file.read_bytes())


def _parsed(file: Path, data: bytes) -> Sources:
    try:
        found = Sources.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except ValidationError as error:
        raise BadSources(f"{file}: {_faults(error)}.") from error
    except ValueError as error:  # of tomllib and of decoding
        raise BadSources(f"{file}: {error}.") from error
    twice = [name for name, count in Counter(one.file for one in found.source).items() if count > 1]
    if twice:
        message = f"{file}: two sources would become {', '.join(twice)}. Name each file once."
        raise BadSources(message)
    return found


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{' '.join(map(_place, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )


def _place(step: int | str) -> str:
    return f"number {step + 1}" if isinstance(step, int) else step


def doubts(sources: Sources) -> Iterator[str]:
    """What is not wrong in a list of sources, but perhaps not meant."""
    urls = Counter(one.url for one in sources.source)
    for one in sources.source:
        if urls[one.url] > 1:
            yield f"{one.file}: its url is that of another source, too."
        if "@" in urlsplit(one.url).netloc:
            yield f"{one.file}: its url holds a user or password. Whoever reads raw/ reads it."
        if not one.kind and PurePosixPath(one.file).suffix.lower() not in _SUFFIXES:
            yield f"{one.file}: its ending does not say what must come. Say `kind`."
        if one.url.startswith("http:") and not one.private:
            yield f"{one.file}: http can be read and changed on the way. Is there no https?"
        if not one.licence:
            yield f"{one.file}: no licence is noted."
    if sources.source and not sources.polite.contact:
        yield "[polite] has no contact: hosts cannot tell you when something is amiss."


_SUFFIXES = {*KINDS.values(), ".htm", ".xhtml", ".mht", ".markdown", ".tsv", ".xlsm", ".text"}


def added(store: Store, url: str, file: str = "", **settings: object) -> Upstream:
    """Add a source to the list, and give it. Raises BadSources, and leaves the list as it is."""
    path = store.raw / FILE
    kind = str(settings.get("kind") or "")
    try:
        table: dict[str, object] = {"url": _a_url(url), "file": file or _named(url, kind)}
        table |= {k: v for k, v in settings.items() if v}
        Upstream.model_validate(table)
    except ValidationError as error:
        raise BadSources(f"{_faults(error)}.") from error
    except ValueError as error:
        raise BadSources(f"{url} {error}.") from error
    lines = [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in table.items()]
    before = path.read_text(encoding="utf-8") if path.is_file() else BEGINNING
    text = f"{before.rstrip()}\n\n[[source]]\n" + "\n".join(lines) + "\n"
    sources = _parsed(path, text.encode())
    write(path, text)
    return sources.source[-1]


def _named(url: str, kind: str) -> str:
    """A file for an address: its host as folder, the last piece of its path as name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    last = PurePosixPath(unquote(parts.path)).name
    suffix = PurePosixPath(last).suffix.lower()
    stem = last.removesuffix(PurePosixPath(last).suffix) if suffix in _SUFFIXES else last
    words = "-".join(_WORD.findall(stem.lower())) or "index"
    ending = KINDS[kind] if kind else suffix if suffix in _SUFFIXES else ".html"
    folder = "-".join(_WORD.findall(host.lower())) or "web"
    return f"{folder}/{words[:100]}{ending}"
