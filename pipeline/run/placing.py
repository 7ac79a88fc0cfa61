"""Files that others wait for, put in their place whole: until then what was there stays."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname
from tempfile import TemporaryDirectory

from pipeline.store import Remote, sync, write

OURS = ".gleaner"  # in a folder that we made, and so may put another in the place of
_DRAFT = re.compile(r"\.gleaner-(\d+)@(.+)\.tmp")
_BEFORE = ".before.tmp"


class NotOurs(Exception):
    """A folder that would be replaced, and that we did not make."""


@contextmanager
def placed(out: Path, folder: bool) -> Iterator[Path]:
    """A path to write to; what is there in the end takes the place of `out`.

    What is written beside the path goes beside `out`. Nothing changes when the body raises or the
    process is killed. A `folder` is made before, and replaces only an empty one or one of ours.
    In an object store each file is whole, a folder is not, and what it had before stays in it.
    Raises NotOurs and OSError.
    """
    if isinstance(out, Remote):
        with TemporaryDirectory() as here:
            draft = Path(here) / out.name
            if folder:
                draft.mkdir()
            yield draft
            for made in sorted(Path(here).rglob("*"), key=lambda file: file == draft):
                if made.is_file():
                    write(out.parent / made.relative_to(here).as_posix(), made.read_bytes())
        return
    out = Path(os.path.abspath(out))  # noqa: PTH100
    if folder:
        _check_ours(out)
    elif out.is_dir():
        raise NotOurs(f"{out} is a folder. Name a file with --out.")
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out.parent)
    room = out.parent / f".gleaner-{os.getpid()}@{gethostname()}.tmp"
    room.mkdir()
    try:
        draft = room / out.name
        if folder:
            draft.mkdir()
            (draft / OURS).write_text("An export of Gleaner: the next one replaces this folder.\n")
        yield draft
        if folder:
            os.sync()  # a site may be 100,000 files, and each would wait for the disk
        else:
            for made in (*room.iterdir(), room):
                sync(made)
        for made in sorted(room.iterdir(), key=lambda file: file == draft):
            _replace(made, out.with_name(made.name), room)
        sync(out.parent)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _check_ours(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not (out / OURS).is_file():
        raise NotOurs(f"{out} is a folder that Gleaner did not make. Name another with --out.")
    if out.exists() and not out.is_dir():
        raise NotOurs(f"{out} is a file, and this format is a folder. Name another with --out.")


def _replace(made: Path, target: Path, room: Path) -> None:
    """Put a file in its place at once; a folder after the old one stepped aside."""
    if not made.is_dir() or not target.exists():
        made.rename(target)
        return
    # No call of Python's swaps two folders, so for an instant there is neither: `_sweep` knows.
    before = target.with_name(f".{target.name}{_BEFORE}")
    target.rename(before)
    made.rename(target)
    shutil.rmtree(before)


def _sweep(folder: Path) -> None:
    """Put right what a process left that was killed: its drafts, and a folder it had moved."""
    for left in folder.glob(".*.tmp"):
        if (draft := _DRAFT.fullmatch(left.name)) and not _alive(int(draft[1]), draft[2]):
            shutil.rmtree(left, ignore_errors=True)
        elif left.name.endswith(_BEFORE) and (left / OURS).is_file():
            target = folder / left.name[1 : -len(_BEFORE)]
            if target.exists():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.rename(target)


def _alive(process: int, host: str) -> bool:
    if host != gethostname():
        return True  # for all that can be known here
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return process != os.getpid()
