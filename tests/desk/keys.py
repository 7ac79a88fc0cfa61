"""How many keys each act takes, counted in a real browser: `python tests/desk/keys.py`.

With `--lights` it also times how soon a field lights up in a PDF of 500 pages.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pypdfium2
from playwright.sync_api import Browser, Page

if __name__ == "__main__":  # run as a program it is in no package
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from desk.browser import PDF, chromium, onward, press, review, saying, visit
from desk.conftest import Desk, running
from pipeline.store import Store

DOCUMENTS = Path(__file__).resolve().parents[2] / "raw" / "documents"


@dataclass(frozen=True)
class Task:
    """Something that a curator does, by its keys, and how one knows that it is done."""

    name: str
    keys: tuple[str, ...]
    done: str
    onward: bool = False


def typed(text: str) -> tuple[str, ...]:
    """The keys of a text."""
    return tuple(text)


TASKS = (
    Task("Accept a right record, and be at the next", ("a",), "Accepted", onward=True),
    Task("Reject a record that is no measure", ("X",), "Rejected", onward=True),
    Task("Accept one field", ("f",), "Accepted name"),
    Task("Reject one field", ("x",), "Rejected name"),
    Task("Change a tag by its code (2.2.1)", ("t", *typed("221"), "Enter"), "Changed mitigation"),
    Task(
        "... in the taxonomy with key 6 (by letters)", ("6", *typed("map"), "Enter"), "Changed RMF"
    ),
    Task("Add another tag beside it", ("4", *typed("221"), "Shift+Enter"), "Changed mitigation"),
    Task("Put a record below the one before", (">",), "Changed place"),
    Task("Take it back", ("f", "z"), "Undone"),
    Task("Do it again", ("f", "z", "Z"), "Redone"),
    Task("Note (besides its words)", ("n", *typed("."), "Control+Enter"), "Noted"),
)


def count(page: Page, desk: Desk, task: Task, record: str) -> int:
    """Do a task on a record; how many keys it took."""
    review(page, desk, record=record, field="name")
    if task.onward:
        onward(page, lambda: press(page, *task.keys))
    for key in () if task.onward else task.keys:
        press(page, key)
        if key in ("f", "z"):
            saying(page, "saved")
        elif key in "t46n":
            page.wait_for_selector("#sheet:not([hidden])")
    saying(page, task.done)
    return len(task.keys)


# --- printed --------------------------------------------------------------------------------------

PAGES = 500
PRESSES = 200
LIT = """presses => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const press = async (key) => {
    const begun = performance.now();
    const at = document.activeElement;
    at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await painted();
    return performance.now() - begun;
  };
  return (async () => {
    const times = [];
    for (let number = 0; number < presses; number++) times.push(await press(number % 20 < 10 ? "j" : "k"));
    return times;
  })();
}"""


@contextmanager
def desk_over(folder: Path, documents: Path) -> Iterator[Desk]:
    """A desk over what is read of a folder of documents."""
    (folder / "raw").mkdir(parents=True)
    (folder / "raw" / "documents").symlink_to(documents.absolute())
    places = ["--raw", str(folder / "raw"), "--extracted", str(folder / "extracted")]
    subprocess.run([sys.executable, "-m", "pipeline", "extract", *places], capture_output=True)
    with running(Store(folder / "raw", folder / "extracted")) as desk:
        yield desk


def long_pdf(folder: Path) -> str:
    """The sample PDF many times over, as one of 500 pages."""
    folder.mkdir(parents=True)
    sample = pypdfium2.PdfDocument(DOCUMENTS / PDF)
    long = pypdfium2.PdfDocument.new()
    for _ in range(PAGES // len(sample)):
        long.import_pages(sample)
    long.save(folder / "long.pdf")
    return "long.pdf"


def print_keys(browser: Browser, folder: Path) -> None:
    """How many keys each act takes."""
    with desk_over(folder, DOCUMENTS) as desk, visit(browser, desk) as page:
        records = desk.app.state.library.folio(PDF, "ada").records.records
        print("keys  act")
        for task, record in zip(TASKS, records[1:], strict=False):
            print(f"{count(page, desk, task, record.id):>4}  {task.name}")


def print_lights(browser: Browser, folder: Path) -> None:
    """How soon a field lights up after its key, and a record after its own, in a long document."""
    name = long_pdf(folder / "documents")
    with desk_over(folder / "desk", folder / "documents") as desk, visit(browser, desk) as page:
        records = desk.app.state.library.folio(name, "ada").records.records
        begun = time.perf_counter()
        review(page, desk, name, record=records[len(records) // 2].id)
        opened = time.perf_counter() - begun
        times = sorted(page.evaluate(LIT, PRESSES))
        print(f"{PAGES} pages, {len(records):,} records: opened in {opened:.1f} s")
        print(f"a field lights up after {median(times):.0f} ms, at most {times[-1]:.0f} ms")
        moves = []
        for _ in range(10):
            begun = time.perf_counter()
            onward(page, lambda: press(page, "]"))
            moves.append(1000 * (time.perf_counter() - begun))
        print(f"the next record is there after {median(moves):.0f} ms")


def main() -> None:
    """Print the table, and with `--lights` the times."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        print_keys(browser, Path(folder) / "keys")
        if "--lights" in sys.argv:
            print_lights(browser, Path(folder) / "lights")


if __name__ == "__main__":
    main()
