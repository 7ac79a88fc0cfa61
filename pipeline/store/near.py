"""Trees on a disk: which originals a path means, folder by folder, sorted."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

from pipeline.store.layout import Folders, Layout, UnknownPath
from pipeline.store.original import BESIDE, MADE, Original, belongs, openable, refused, taken

Make = Callable[[str, Path], Original]
NONE: Folders = MappingProxyType({})
ALIKE = 0.75  # of 1: names of which one may be meant for the other, as "nits" for "nist"


def originals(layout: Layout, paths: Sequence[Path]) -> Iterator[list[Original]]:
    """The originals at `paths`, all in `raw/documents` without any. Raises UnknownPath."""
    given = [path if os.path.lexists(path) else _named(layout, path) for path in paths]
    if not given:
        yield from _walk(layout.documents, "", _inside)
    seen: dict[str, Path] = {}
    for path in given:
        for group in _at(layout, Path(os.path.abspath(path))):  # noqa: PTH100
            yield list(_unlike(layout, group, seen))


def listed(layout: Layout, folder: str) -> tuple[list[Original], Sequence[str]]:
    """The originals in just that folder of `raw/documents`, and the names of the folders in it."""
    return _listed(layout.documents / folder, folder, _inside)


def made(layout: Layout, top: Path, known: Folders = NONE) -> Iterator[list[Original]]:
    """The originals of what is under a folder of outputs, but for folders that are `known`."""
    return _walk(top, "", _of_output(layout), known)


def _named(layout: Layout, name: Path) -> Path:
    """The file or folder in `raw/documents` of that name. Raises UnknownPath."""
    path = layout.documents / name
    if name.is_absolute() or ".." in name.parts or not os.path.lexists(path):
        raise not_there(name)
    return path


def _at(layout: Layout, path: Path) -> Iterator[list[Original]]:
    for folder in layout.filled():
        if path.is_relative_to(folder):
            yield from _found(path, _name(path, folder), _of_output(layout))
            return
    for ending in BESIDE:
        whose = path.with_name(path.name.removesuffix(ending))
        if whose != path and whose.is_file():
            path = whose
    if path == layout.raw:
        path = layout.documents
    if path.is_relative_to(layout.documents):
        yield from _found(path, _name(path, layout.documents), _inside)
    else:
        top = path if path.is_dir() else path.parent
        yield from _found(path, _name(path, top.parent), _outside)


def _unlike(layout: Layout, group: list[Original], seen: dict[str, Path]) -> Iterator[Original]:
    for original in group:
        inside = layout.documents / original.name
        other = seen.get(original.name)
        if original.origin and other is None and inside.exists():
            yield taken(original, inside)
        elif other is None:
            seen[original.name] = original.file
            yield original
        elif original.origin and original.file != other:
            yield taken(original, other)


def _inside(name: str, file: Path) -> Original:
    return Original(name, f"documents/{name}", file)


def _of_output(layout: Layout) -> Make:
    return lambda name, _: layout.original(name.removesuffix(MADE))


def _name(path: Path, top: Path) -> str:
    return "" if path == top else path.relative_to(top).as_posix()


def _outside(name: str, file: Path) -> Original:
    return Original(name, name, file, origin=str(file))


def _found(path: Path, name: str, make: Make) -> Iterator[list[Original]]:
    if path.is_dir():
        yield from _walk(path, name, make)
    else:
        yield [openable(make(name, path), path, path.is_file())]


def _walk(folder: Path, prefix: str, make: Make, known: Folders = NONE) -> Iterator[list[Original]]:
    """The files of a folder, then those of its folders."""
    files: list[Original] = []
    if (inside := known.get(prefix)) is None:
        files, inside = _listed(folder, prefix, make)
    if files:
        yield files
    for name in inside:
        yield from _walk(folder / name.rpartition("/")[2], name, make, known)


def _listed(folder: Path, prefix: str, make: Make) -> tuple[list[Original], Sequence[str]]:
    """The files of a folder and the names of its folders; what begins with a dot is not ours."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        message = f"The folder cannot be opened: {error.strerror}."
        return [refused(Original(prefix or ".", prefix, folder), "unreadable-folder", message)], []
    names = {entry.name for entry in found}
    folders, files = [], []
    for entry in found:
        name = f"{prefix}/{entry.name}" if prefix else entry.name
        if entry.name.startswith(".") or belongs(entry.name, names):
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(name)
        else:
            file = folder / entry.name
            # Where a link goes in circles, or where it may not be followed, the others raise.
            is_file = entry.is_file(follow_symlinks=False) or os.path.isfile(file)  # noqa: PTH113
            files.append(openable(make(name, file), file, is_file))
    return files, folders


def not_there(path: Path) -> UnknownPath:
    """What to say of a path that is not there: what may be meant, too. Raises OSError."""
    import difflib

    missing = Path(os.path.abspath(path))  # noqa: PTH100
    while not missing.parent.is_dir():
        missing = missing.parent
    beside = sorted(entry.name for entry in missing.parent.iterdir())
    near = difflib.get_close_matches(missing.name, beside, n=1, cutoff=ALIKE)
    return UnknownPath(
        f"There is no {path}.", f"Did you mean {missing.with_name(near[0])}?" if near else ""
    )
