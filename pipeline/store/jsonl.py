"""Decisions as lines of JSON for git: a file for each curator, and one of what they saw."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Decision, Saw
from pipeline.store.files import read_bytes, write
from pipeline.store.layout import UnusableDecisions

ENDING = ".jsonl"
SNAPSHOTS = f"_saw{ENDING}"  # no curator's name begins so


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds: decisions by key, snapshots (their JSON) by digest."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    saw: dict[str, str] = field(default_factory=dict)


def read(folder: Path) -> Found:
    """What the files of a folder hold, together.

    Raises UnusableDecisions for a line that is no decision or contradicts another one; OSError.
    """
    found = Found()
    for file in sorted(folder.glob(f"*{ENDING}")):
        for number, line in _lines(file):
            place = f"{file}, line {number}"
            try:
                if file.name == SNAPSHOTS:
                    Saw.model_validate_json(line)
                    found.saw[hashlib.sha256(line).hexdigest()] = line.decode()
                    continue
                decision = Decision.model_validate_json(line)
            except ValueError as error:
                kind = "snapshot" if file.name == SNAPSHOTS else "decision"
                raise UnusableDecisions(f"{place}: this is no {kind}: {error}") from error
            if found.decisions.setdefault(decision.key, decision) != decision:
                raise UnusableDecisions(f"{place}: another line decides {decision.key} otherwise.")
    return found


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(read_bytes(file).split(b"\n"), start=1):
        if line.strip():
            yield number, line.removesuffix(b"\r")


def write_all(
    folder: Path, by_curator: Mapping[str, Iterable[str]], saw: Iterable[str]
) -> list[Path]:
    """Write lines as files, each whole and none empty; the files."""
    lines = {f"{curator}{ENDING}": said for curator, said in by_curator.items()} | {SNAPSHOTS: saw}
    files = []
    for name, said in sorted(lines.items()):
        file, text = folder / name, "".join(f"{line}\n" for line in said)
        if not text:
            continue
        if not (file.is_file() and read_bytes(file) == text.encode()):
            write(file, text)
        files.append(file)
    return files
