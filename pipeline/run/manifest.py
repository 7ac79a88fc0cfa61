"""What an `extracted/` in an object store holds: a table that is read instead of listing it.

Each run adds a part to `extracted/manifest/`, a Parquet file with a row for each document that
changed: what people ask for, and what the state needs to be made again on another machine. Later
parts win. A part whose name ends in `all` has everything; those before it are removed.

Needs pyarrow.
"""

import json
from contextlib import closing
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet

from pipeline.run.archive import Archive
from pipeline.run.fresh import RAW
from pipeline.run.lock import Locked, only_run
from pipeline.run.outcome import Row
from pipeline.run.state import Known, State
from pipeline.store import Remote, Stage, Store, beside_us, read_bytes, write

FOLDER, ENDING, ALL = "manifest", ".parquet", "-all"
TAKEN = "manifest.json"  # the parts that the state of this machine has
PARTS = 20  # more are made one
GROUP = 10_000  # rows that are in memory at a time
CODES = b"codes"

_TEXT = ("name", "origin", "stamps", "stage_codes", "facts", "verdict", "trouble")
_HASHES = ("sha256", *(f"{stage}_sha256" for stage in Stage))
_NUMBERS = ("bytes", "pages", "words", "records")
SCHEMA = arrow.schema(
    [(name, arrow.string()) for name in (*_TEXT, *_HASHES)]
    + [(name, arrow.int64()) for name in _NUMBERS]
    + [("gone", arrow.bool_())]
)


def catch_up(store: Store, state: State) -> None:
    """Have in the state, and in the archive, what runs of other machines made. Raises OSError."""
    empty = next(state.all(), None) is None
    taken = [] if empty else _taken(store)
    new = [part for part in _parts(store) if part.name not in taken]
    if not new:
        return
    own = set(state.changed())  # of a run that was killed before it could say so
    archive = Archive(store.runs)
    for part in new:
        table = parquet.ParquetFile(BytesIO(read_bytes(part)))
        for code, parts in json.loads(table.metadata.metadata[CODES]).items():
            state.remember_code(code, parts)
        for batch in table.iter_batches(GROUP):
            for row in batch.to_pylist():
                if row["name"] not in own:
                    _restore(state, row)
        archive.record(part.stem.removesuffix(ALL), store, state)
    archive.close()
    for name in own:
        if known := state.get(name):
            state.put(known)
        else:
            state.forget(name)
    state.commit()
    _take(store, taken + [part.name for part in new])


def caught_up(store: Store) -> None:
    """The same before something is only looked at; while a run is at work, that did so."""
    if not isinstance(store.extracted, Remote):
        return
    store.check()
    try:
        with only_run(store.extracted), closing(State(store.extracted)) as state:
            catch_up(store, state)
    except Locked:
        return


def add_part(store: Store, run: str, state: State) -> None:
    """Say what changed since the last part, and make one part of many. Raises OSError."""
    names = list(state.changed())
    if not names and _taken(store):
        return
    parts = _parts(store)
    if len(parts) < PARTS:
        _write(store, state, run, names)
        return
    _write(store, state, run + ALL, None)
    for part in parts:
        part.unlink(missing_ok=True)


def _write(store: Store, state: State, name: str, names: list[str] | None) -> None:
    rows = (
        (_row(known.name, known) for known in state.all())
        if names is None
        else (_row(name, state.get(name)) for name in names)
    )
    codes: set[str] = set()
    out = BytesIO()
    with parquet.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            codes.update(code for row in group for code in row["stage_codes"].split())
            writer.write_table(arrow.Table.from_pylist(group, schema=SCHEMA))
        said = {code: state.parts(code) for code in sorted(codes)}
        writer.add_key_value_metadata({CODES: json.dumps(said)})
    file = store.extracted / FOLDER / f"{name}{ENDING}"
    write(file, out.getvalue())
    _take(store, [*_taken(store), file.name])


def _row(name: str, known: Known | None) -> dict[str, Any]:
    if known is None:
        return {"name": name, "gone": True, "stage_codes": ""}
    row = known.row
    facts = {"hashes": known.hashes, "keys": known.keys, "limits": known.limits}
    size = known.stamps[0].partition("@")[0].partition(":")[0]
    return {
        "name": name,
        "gone": False,
        "origin": known.origin,
        "stamps": " ".join(known.stamps),
        "stage_codes": " ".join(known.codes),
        "facts": json.dumps(facts | {"row": row.as_dict()}),
        "verdict": row.verdict,
        "trouble": row.code,
        "sha256": known.hashes.get(RAW),
        **{f"{stage}_sha256": known.hashes.get(stage) for stage in Stage},
        "bytes": int(size) if size.isdigit() else None,
        "pages": row.pages,
        "words": row.words,
        "records": row.records,
    }


def _restore(state: State, row: dict[str, Any]) -> None:
    if row["gone"]:
        if state.get(row["name"]):
            state.forget(row["name"])
        return
    facts = json.loads(row["facts"])
    known = Known(
        name=row["name"],
        origin=row["origin"],
        stamps=tuple(row["stamps"].split(" ")),
        codes=tuple(row["stage_codes"].split(" ")),
        row=Row.from_dict(facts["row"]),
        hashes=facts["hashes"],
        keys=facts["keys"],
        limits=tuple(facts["limits"]),
    )
    if known != state.get(known.name):
        state.put(known)


def _parts(store: Store) -> list[Path]:
    """The parts, oldest first, from the last one that has everything."""
    found = [file for file in (store.extracted / FOLDER).iterdir() if file.suffix == ENDING]
    whole = [at for at, file in enumerate(found) if file.stem.endswith(ALL)]
    return found[whole[-1] if whole else 0 :]


def _taken(store: Store) -> list[str]:
    file = beside_us(store.extracted) / TAKEN
    return list(json.loads(file.read_bytes())) if file.is_file() else []


def _take(store: Store, parts: list[str]) -> None:
    write(beside_us(store.extracted) / TAKEN, json.dumps(parts[-2 * PARTS :]))
