"""Commands that export and import, over a copy of two documents, for the tests of both."""

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from pipeline.__main__ import main
from pipeline.model import Act, Coding, Decision
from pipeline.model.decision import CODING
from pipeline.store import Store

GUIDE = "guides/release.txt"
Row = dict[str, str]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def gleaner(folder: Path, command: str, *words: str) -> Done:
    """A command over `raw` and `extracted` of that folder, in this process."""
    where = ["--raw", str(folder / "raw"), "--extracted", str(folder / "extracted")]
    done = CliRunner().invoke(main, [command, *where, *words])
    return Done(done.exit_code, done.stdout, done.stderr)


def copied(made: Path, folder: Path) -> Path:
    """The folder, with a copy of what a run left in another."""
    for part in ("raw", "extracted"):
        shutil.copytree(made / part, folder / part)
    return folder


def store(folder: Path) -> Store:
    return Store(folder / "raw", folder / "extracted")


def rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def save(path: Path, found: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def exported(folder: Path, *words: str, name: str = "out.csv") -> Path:
    done = gleaner(folder, "export", "csv", "--out", str(folder / name), *words)
    assert done.code == 0, done.err
    return folder / name


def imported(
    folder: Path, *words: str, format: str = "csv", path: str = "out.csv"
) -> dict[str, Any]:
    where = str(folder / path)
    done = gleaner(folder, "import", format, where, "--curator", "ada", "--json", *words)
    assert done.code in (0, 1), done.err
    found: dict[str, Any] = json.loads(done.out)
    assert bool(done.code) == bool(found["conflicts"] or found["refused"])
    return found


def decide(folder: Path, **fields: str) -> None:
    """Change the first record by a file that comes back."""
    path = exported(folder, name="decide.csv")
    found = rows(path)
    found[0] |= fields
    save(path, found)
    imported(folder, path="decide.csv")


def coding(document: str, **given: Any) -> Decision:
    """The decision how a document is coded."""
    return Decision(
        action=f"coding-{document}", document=document, record="", field=CODING, act=Act.ASSIGN,
        value=Coding(**given), curator="ada", when=datetime.now(UTC),
    )  # fmt: skip
