"""Faults for child processes: imported by Python itself where this folder is on PYTHONPATH.

    GLEANER_FAULT="fsync 3 ENOSPC"    the third call of os.fsync fails so; `rename` and `write` alike
    GLEANER_FAULT="rename 2 KILL"     ... or kills the process that calls it
    GLEANER_FAULT="write 5- ENOSPC"   ... and every call after it
    GLEANER_NO_NETWORK=FILE           a call to the net ends the process, and is noted in FILE

Only files below the folder GLEANER_FAULT_BELOW count.
"""

import errno
import os
import pathlib
import signal
import sys
from typing import Any

_below = os.environ.get("GLEANER_FAULT_BELOW", "/")
_calls = 0


def _due(path: str) -> None:
    global _calls
    _what, when, how = os.environ["GLEANER_FAULT"].split()
    if not path.startswith(_below):
        return
    _calls += 1
    number = int(when.rstrip("-"))
    if _calls == number or (when.endswith("-") and _calls > number):
        if how == "KILL":
            os.kill(os.getpid(), signal.SIGKILL)
        code = getattr(errno, how)
        raise OSError(code, os.strerror(code), path)


class _Failing:
    """A file whose writing may fail."""

    def __init__(self, file: Any, path: str) -> None:
        self._file, self._path = file, path

    def write(self, data: Any) -> Any:
        _due(self._path)
        return self._file.write(data)

    def __enter__(self) -> "_Failing":
        return self

    def __exit__(self, *how: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _inject(what: str) -> None:
    if what == "fsync":
        real_fsync = os.fsync

        def fsync(handle: int) -> None:
            _due(str(pathlib.Path(f"/proc/self/fd/{handle}").readlink()))
            real_fsync(handle)

        os.fsync = fsync  # type: ignore[assignment]
    elif what == "rename":
        real_rename = os.rename

        def rename(source: Any, target: Any, **more: Any) -> None:
            _due(str(target))
            real_rename(source, target, **more)

        os.rename = rename  # type: ignore[assignment]
    else:
        real_open = pathlib.Path.open

        def opened(self: pathlib.Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
            file = real_open(self, mode, *rest, **more)
            return _Failing(file, str(self)) if set(mode) & set("wxa+") else file

        pathlib.Path.open = opened  # type: ignore[method-assign]


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    called = event in ("socket.connect", "socket.sendto") and not isinstance(
        arguments[1],
        (str, bytes),  # the system's own pipes between processes
    )
    if called or event in ("socket.getaddrinfo", "socket.gethostbyname"):
        with pathlib.Path(os.environ["GLEANER_NO_NETWORK"]).open("a") as file:
            file.write(f"{event} {arguments}\n")
        os._exit(99)


if os.environ.get("GLEANER_FAULT"):
    _inject(os.environ["GLEANER_FAULT"].split()[0])
if os.environ.get("GLEANER_NO_NETWORK"):
    sys.addaudithook(_watch)
