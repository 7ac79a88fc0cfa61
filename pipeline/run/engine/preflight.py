"""What a worker elsewhere must have as the coordinator has it, before it reads anything."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from uuid import uuid4

from pipeline.run.fresh import HOME, Wanted
from pipeline.run.manner import OCR, recogniser
from pipeline.store import Original, Store, digest, read_bytes, write

MARK = ".engine"
SHOWN = 5  # parts that are named
CODE = ("run", "store")  # of what workers run, besides what shapes the bytes


@dataclass(frozen=True, slots=True)
class Preflight:
    """A question to a worker. `parts` are the code and the libraries of the coordinator, `seen`
    files of `raw/` and `extracted/` with their sha256."""

    wanted: Wanted
    parts: dict[str, str]
    seen: dict[Path, str]

    def __call__(self) -> str:
        """Why the worker must not read; empty if it may."""
        here = parts(self.wanted)
        differ = sorted(
            name for name in self.parts | here if self.parts.get(name) != here.get(name)
        )
        if differ:
            told = [_told(name, self.parts.get(name), here.get(name)) for name in differ[:SHOWN]]
            more = [f"and {len(differ) - SHOWN} more"] if len(differ) > SHOWN else []
            return f"{', '.join(told + more)}. Install the same versions on every worker."
        for file, sha256 in self.seen.items():
            try:
                same = digest(read_bytes(file)) == sha256
            except OSError as error:
                return f"it cannot read {file} ({error.strerror}). {_SHARE}"
            if not same:
                return f"its {file} is another file. {_SHARE}"
        return ""


_SHARE = "Every worker needs raw and extracted at the same place as here, like a shared folder."


@contextmanager
def preflight(store: Store, wanted: Wanted, original: Original) -> Iterator[Preflight]:
    """The question for a run that reads `original` among others; a mark is in `extracted/`
    meanwhile, so that no other folder there can be taken for it. Raises OSError.
    """
    mark = store.extracted / MARK
    write(mark, uuid4().hex)
    try:
        seen = {mark: digest(read_bytes(mark))}
        with suppress(OSError):  # it will be told of in its row
            seen[original.file] = digest(read_bytes(original.file))
        yield Preflight(wanted, parts(wanted), seen)
    finally:
        mark.unlink(missing_ok=True)


def parts(wanted: Wanted) -> dict[str, str]:
    """The parts of this installation on which a run depends, each with its version or digest."""
    found: dict[str, str] = {}
    for stage in wanted.stages:
        found |= wanted.ingredients(stage)
    if wanted.manner.ocr:
        found[OCR] = recogniser()  # the one here, not that of whoever asks
    for file in sorted(chain.from_iterable((HOME / folder).rglob("*.py") for folder in CODE)):
        found[file.relative_to(HOME).as_posix()] = digest(file.read_bytes())[:16]
    return found


def _told(name: str, ours: str | None, theirs: str | None) -> str:
    if "/" in name or name.endswith(".py"):
        return f"gleaner's {name} differs"
    return f"{name} is {theirs or 'absent'} there and {ours or 'absent'} here"
