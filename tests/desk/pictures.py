"""Draws the pictures of `docs/desk.md`: `python tests/desk/pictures.py [FOLDER]`.

Each view at two sizes of window, the small one light and the large one dark.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

if __name__ == "__main__":  # run as a program it is in no package
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from desk.browser import LARGE, PDF, SMALL, chromium, press, review, visit
from desk.conftest import Desk
from desk.deciding import code, decide
from desk.keys import DOCUMENTS, desk_over
from pipeline.model import Act, Codes
from pipeline.review import fields_of

CODED = "samples/survey-safety-practices.csv"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "desk"
COLOURS = 128  # of a picture: text stays crisp, and a page takes a third of the bytes


def _queue(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/")


def _documents(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/documents")


def _coverage(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/coverage/{PDF}")


def _review(page: Page, desk: Desk) -> None:
    records = desk.app.state.library.folio(PDF, "ada").records.records
    review(page, desk, record=records[1].id, field="description")


def _tags(page: Page, desk: Desk) -> None:
    _review(page, desk)
    press(page, "4")
    page.wait_for_selector("#sheet:not([hidden])")


def _text(page: Page, desk: Desk) -> None:
    _review(page, desk)
    press(page, "o")


def _coding(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/coding")


def _conflict(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/adjudicate/{CODED}")


def _agreement(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.url}/agreement")


VIEWS: dict[str, Callable[[Page, Desk], None]] = {
    "queue": _queue,
    "documents": _documents,
    "review": _review,
    "tags": _tags,
    "text": _text,
    "coverage": _coverage,
    "coding": _coding,
    "conflict": _conflict,
    "agreement": _agreement,
}


def code_twice(desk: Desk) -> None:
    """Two curators code the survey alone, and differ now and then; ada decides."""
    code(desk, CODED, "anchored", "ben", "cleo", adjudicator="ada")
    for number, record in enumerate(desk.app.state.library.folio(CODED, "ada").records.records):
        for coder in ("ben", "cleo"):
            for field, value in fields_of(record).items():
                act = Act.ACCEPT
                if field == "tags.mitigation" and (coder, number % 2) == ("cleo", 1):
                    act, value = Act.EDIT, Codes(primary="2.2.1")
                decide(desk, coder, CODED, record.id, act, field, value=value)


def draw(folder: Path) -> None:
    """Draw every view into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        chromium() as browser,
        desk_over(Path(work), DOCUMENTS) as desk,
    ):
        code_twice(desk)
        for size, dark in ((SMALL, False), (LARGE, True)):
            for name, show in VIEWS.items():
                with visit(browser, desk, size=size, dark=dark) as page:
                    show(page, desk)
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(300)  # the last page image fades in
                    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                small = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT)
                small.save(folder / f"{name}-{size[0]}.png", optimize=True)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
