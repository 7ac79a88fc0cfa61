"""Pictures of PDF pages, and saved pages made inert, in a process that may hang or die alone.

What a document can do to the program that reads it ends here: the process has limits of time and
memory, is told what to read by its digest, and is killed when it does not answer.
"""

import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import pipeline

HOME = Path(pipeline.__file__).parent.parent
SECONDS = 20.0  # for one page; a busy map of 40 MB takes 3 s
MEMORY = 1536 * 1024 * 1024
MOST_PIXELS = 24_000_000  # of one picture: 96 MB while it is drawn
ROOM = 64 * 1024 * 1024  # bytes of pictures that are kept
LARGEST = 512 * 1024 * 1024  # bytes of an original


class Undrawable(Exception):
    """Why there is no picture: `changed`, `gone`, `no-page`, `broken` or `too-slow`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Drawing:
    """A process that draws one page at a time, and what it drew last."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()  # pdfium knows no threads, and a pipe has one reader
        self._keeping = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def page(self, file: Path, sha256: str, number: int, scale: float) -> bytes:
        """The PNG of a page (from 1), at `scale` pixels a point. Raises Undrawable."""
        return self._made({"file": str(file), "sha256": sha256, "page": number, "scale": scale})

    def saved(self, file: Path, sha256: str) -> bytes:
        """The HTML of a saved page, inert, in UTF-8. Raises Undrawable."""
        return self._made({"file": str(file), "sha256": sha256})

    @property
    def process(self) -> int | None:
        """The id of the process that draws, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _made(self, task: dict[str, Any]) -> bytes:
        key = json.dumps(task)
        with self._keeping:
            if (found := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return found
        with self._turn:
            answer = self._answer(key)
        with self._keeping:
            self._kept[key] = answer
            while sum(map(len, self._kept.values())) > ROOM:
                self._kept.popitem(last=False)
        return answer

    def _answer(self, task: str) -> bytes:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        begun = time.monotonic()
        late = threading.Timer(self._seconds, process.kill)
        late.start()
        try:
            process.stdin.write(task.encode() + b"\n")
            process.stdin.flush()
            head = json.loads(process.stdout.readline())
            if trouble := head.get("trouble"):
                raise Undrawable(trouble)
            body = process.stdout.read(head["length"])
            if len(body) == head["length"]:
                return body
        except (BrokenPipeError, json.JSONDecodeError):
            pass  # it died, which is told below
        finally:
            late.cancel()
        self._end()
        raise Undrawable("too-slow" if time.monotonic() - begun >= self._seconds else "broken")

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.desk.drawing", str(self._seconds)],
                cwd=HOME,  # -m looks for modules there, and nowhere that documents are
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


# --- in the process -------------------------------------------------------------------------------


def serve(seconds: float) -> None:
    """Answer the tasks that come on stdin: a line of JSON, then as many bytes as it says."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    opened = _Opened()
    for line in sys.stdin.buffer:
        # Were this process left alone in a loop, the system would end it.
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + 2 * seconds) + 1, hard))
        try:
            body = _work(opened, json.loads(line))
            head: dict[str, Any] = {"length": len(body)}
        except Undrawable as error:
            head, body = {"trouble": error.code}, b""
        except MemoryError:
            return
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()


class _Opened:
    """The PDF that was drawn from last: the next page is most often from the same."""

    def __init__(self) -> None:
        self.sha256 = ""
        self.pdf: Any = None

    def get(self, file: str, sha256: str) -> Any:
        import pypdfium2

        if self.sha256 != sha256:
            if self.pdf is not None:
                self.pdf.close()
            self.sha256, self.pdf = "", None
            data = _read(file, sha256)
            try:
                self.pdf = pypdfium2.PdfDocument(data)
            except pypdfium2.PdfiumError as error:
                raise Undrawable("broken") from error
            self.sha256 = sha256
        return self.pdf


def _work(opened: _Opened, task: dict[str, Any]) -> bytes:
    if "page" not in task:
        from pipeline.desk.inert import inert

        return inert(_read(task["file"], task["sha256"]), Path(task["file"])).encode()
    return _draw(opened.get(task["file"], task["sha256"]), task["page"], task["scale"])


def _read(file: str, sha256: str) -> bytes:
    try:
        with Path(file).open("rb") as raw:
            data = raw.read(LARGEST + 1)
    except OSError as error:
        raise Undrawable("gone") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Undrawable("changed")
    return data


def _draw(pdf: Any, number: int, scale: float) -> bytes:
    import pypdfium2

    if not 1 <= number <= len(pdf):
        raise Undrawable("no-page")
    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError as error:
        raise Undrawable("broken") from error
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise Undrawable("broken")
        scale = min(scale, (MOST_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, may_draw_forms=False)
        try:
            out = io.BytesIO()
            # Level 1 is four times as fast as the default, and a fifth larger.
            bitmap.to_pil().save(out, "PNG", compress_level=1)
            return out.getvalue()
        finally:
            bitmap.close()
    except pypdfium2.PdfiumError as error:
        raise Undrawable("broken") from error
    finally:
        page.close()  # or a document of 500 pages is held whole


if __name__ == "__main__":
    serve(float(sys.argv[1]))
