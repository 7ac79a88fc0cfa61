"""Where the bytes lie that a document was read from: known by their digest, never by name alone."""

import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.desk.drawing import LARGEST, Undrawable
from pipeline.store import GONE, digest, read_bytes, stamp

MOST_BESIDE = 200  # files of a folder that may be older versions


class Originals:
    """The originals of a store; what was hashed is not hashed again until it changes.

    `lies_at` tells where the original of a name lies.
    """

    def __init__(self, lies_at: Callable[[str], Path]) -> None:
        self._lies_at = lies_at
        self._digests: dict[Path, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def find(self, name: str, sha256: str) -> Path:
        """The file with these bytes: the document's own, or an older version kept beside it.

        Raises Undrawable: `changed` where the file has other bytes now, `gone` where there is none.
        """
        file = self._lies_at(name)
        if self._digest(file) == sha256:
            return file
        for other in self._beside(file):
            if self._digest(other) == sha256:
                return other
        raise Undrawable("changed" if file.exists() else "gone")

    def _beside(self, file: Path) -> list[Path]:
        try:
            alike = [p for p in sorted(file.parent.iterdir()) if p.suffix == file.suffix]
        except OSError:
            return []
        return [path for path in alike[:MOST_BESIDE] if path != file and path.is_file()]

    def _digest(self, file: Path) -> str:
        mark = stamp(file)
        with self._lock:
            known = self._digests.get(file)
        if known and known[0] == mark:
            return known[1]
        if mark == GONE or int(mark.split(":")[0]) > LARGEST:
            return ""
        found = digest(read_bytes(file))
        with self._lock:
            self._digests[file] = mark, found
        return found
