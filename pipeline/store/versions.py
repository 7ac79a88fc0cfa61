"""The versions of a fetched original: the old ones are kept for ever, beside the new one.

`raw/documents/agency/plan.pdf` is the version of now; an older one is
`raw/versions/agency/plan.<date>-<first of its sha256>.pdf`, where no run takes it for a document.
The sidecar tells of all of them, each in a `[[version]]` of its own.
"""

import json
import os
import tomllib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from pipeline.store.files import digest, read_bytes, write
from pipeline.store.layout import Layout

FOLDER = "versions"
SHORT = 8  # characters of a sha256 in a name


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an original. `retrieved` is a time in UTC, `etag` and `modified` what its
    host calls it."""

    retrieved: str
    url: str
    sha256: str
    etag: str = ""
    modified: str = ""


class BadSidecar(Exception):
    """A sidecar that cannot be added to; the message says what to mend."""


def versions(store: Layout, name: str) -> list[Version]:
    """The versions that the sidecar of a document tells of, oldest first. Raises BadSidecar."""
    sidecar = store.original(name).sidecar
    if not sidecar.is_file():
        return []
    table = _table(sidecar, _text(sidecar))
    known = {field.name for field in fields(Version)}
    found = table.get("version", [])
    try:
        return [Version(**{key: str(one[key]) for key in one if key in known}) for one in found]
    except (TypeError, AttributeError) as error:
        message = f"{sidecar}: each [[version]] needs retrieved, url and sha256 ({error})."
        raise BadSidecar(message) from error


def version(store: Layout, name: str, sha256: str) -> Path | None:
    """The file with the bytes of that sha256 that the document of that name has or once had."""
    file = store.original(name).file
    old = file.name.removesuffix(file.suffix)
    folder = store.raw / FOLDER / Path(name).parent
    found = [file] if file.is_file() else []
    if folder.is_dir():
        end = f"-{sha256[:SHORT]}{file.suffix}"
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        found += [Path(e) for e in entries if e.name.startswith(f"{old}.") and e.name.endswith(end)]
    return next((one for one in found if digest(read_bytes(one)) == sha256), None)


def keep(store: Layout, name: str, data: bytes, new: Version, licence: str = "") -> None:
    """Make `data` the document of that name; what it was before is kept.

    Killed at any step, the old bytes and the new are each whole or not there, and the next `keep`
    of the same completes it. Raises OSError, and BadSidecar before anything is written.
    """
    original = store.original(name)
    sidecar = _sidecar(original.sidecar, versions(store, name), new, licence)
    before = read_bytes(original.file) if original.file.is_file() else None
    if before is not None and digest(before) != new.sha256:
        _keep_old(store, name, original.file, before)
    if before is None or digest(before) != new.sha256:
        write(original.file, data)
    if sidecar:
        write(original.sidecar, sidecar)


def _keep_old(store: Layout, name: str, file: Path, data: bytes) -> None:
    sha256 = digest(data)
    told = [one.retrieved[:10] for one in versions(store, name) if one.sha256 == sha256]
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat()
    stem = file.name.removesuffix(file.suffix)
    old = f"{stem}.{told[-1] if told else changed}-{sha256[:SHORT]}{file.suffix}"
    kept = store.raw / FOLDER / Path(name).parent / old
    if not kept.is_file() or read_bytes(kept) != data:
        write(kept, data)


def _sidecar(sidecar: Path, known: list[Version], new: Version, licence: str) -> str:
    """The text of the sidecar with the new version in it, or nothing where it has it already."""
    if known and known[-1].sha256 == new.sha256:
        return ""
    if sidecar.is_file():
        text = _text(sidecar).rstrip("\n") + "\n"
    else:
        about = {"url": new.url, "retrieved": new.retrieved[:10], "licence": licence}
        text = "".join(_line(key, value) for key, value in about.items() if value)
    told = {key: value for key, value in asdict(new).items() if value}
    text += "\n[[version]]\n" + "".join(_line(key, value) for key, value in told.items())
    _table(sidecar, text)
    return text


def _text(sidecar: Path) -> str:
    try:
        return read_bytes(sidecar).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSidecar(f"{sidecar} is not in UTF-8. Mend it, then fetch again.") from error


def _table(sidecar: Path, text: str) -> dict[str, list[dict[str, object]]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{sidecar} cannot be read or added to: {error}. Mend it, then fetch again."
        raise BadSidecar(message) from error


def _line(key: str, value: str) -> str:
    """A line of TOML: its strings are those of JSON."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
