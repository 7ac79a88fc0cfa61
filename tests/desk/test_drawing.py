"""Pictures of pages, in real time and memory."""

import io
import os
import threading
import time
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from desk.conftest import Desk
from desk.documents import GUIDE, PDF, document, pdf, put
from pipeline.desk.drawing import Drawing, Undrawable
from pipeline.store import digest


def test_a_page_is_drawn_as_it_is_and_known_by_its_digest(still_desk: Desk) -> None:
    place = document(still_desk.store, PDF).pages[1]
    with still_desk.client() as client:
        answer = client.get(f"/page/{PDF}/2.png", params={"scale": "1.4"})
        assert answer.headers["content-type"] == "image/png"
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == (round(1.5 * place.width), round(1.5 * place.height))
        own = pypdfium2.PdfDocument(still_desk.store.documents / PDF)
        assert (
            picture.convert("RGB").tobytes()
            == own[1].render(scale=1.5).to_pil().convert("RGB").tobytes()
        )
        etag = answer.headers["etag"]
        again = client.get(
            f"/page/{PDF}/2.png", params={"scale": "1.4"}, headers={"if-none-match": etag}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(f"/page/{PDF}/3.png").headers["etag"] != etag


@pytest.mark.parametrize("number", ["0", "6", "99999999999"])
def test_a_page_that_is_not_there_is_not_there(still_desk: Desk, number: str) -> None:
    with still_desk.client() as client:
        assert client.get(f"/page/{PDF}/{number}.png").status_code == 404
        assert client.get(f"/page/{GUIDE}/1.png").status_code == 404


def test_an_original_that_changed_is_not_shown_as_the_one_that_was_read(desk: Desk) -> None:
    original = desk.store.documents / PDF
    old = original.read_bytes()
    with desk.client() as client:
        first = client.get(f"/page/{PDF}/1.png").content
        original.write_bytes(pdf(5))
        changed = client.get(f"/page/{PDF}/1.png")
        assert changed.status_code == 409
        assert "changed" in changed.text
        original.with_name("harbour-frontier-controls.old.pdf").write_bytes(old)
        assert client.get(f"/page/{PDF}/1.png").content == first
        original.with_name("harbour-frontier-controls.old.pdf").unlink()
        original.unlink()
        assert client.get(f"/page/{PDF}/1.png").status_code == 404


def test_a_page_too_large_to_draw_is_drawn_smaller(desk: Desk) -> None:
    put(desk.store, "big/map.pdf", pdf(1, (14_400, 14_400)))
    with desk.client() as client:
        answer = client.get("/page/big/map.pdf/1.png", params={"scale": "4"})
    assert answer.status_code == 200
    width, height = Image.open(io.BytesIO(answer.content)).size
    assert 1_000_000 < width * height <= 25_000_000


def test_five_hundred_pages_take_no_more_memory_than_fifty(desk: Desk) -> None:
    put(desk.store, "long/report.pdf", pdf(500))
    drawing: Drawing = desk.app.state.drawing

    def resident() -> int:
        assert drawing.process is not None
        fields = Path(f"/proc/{drawing.process}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    file = desk.store.documents / "long/report.pdf"
    sha256 = digest(file.read_bytes())
    for number in range(1, 51):
        drawing.page(file, sha256, number, 0.2)
    before = resident()
    for number in range(51, 501):
        drawing.page(file, sha256, number, 0.2)
    assert resident() - before < 8 * 1024 * 1024


def test_a_page_that_draws_without_end_is_given_up_and_the_next_one_drawn(tmp_path: Path) -> None:
    forms = "".join(f"/F{n} Do /F{n} Do /F{n} Do /F{n} Do " for n in (1,))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    resources = " ".join(f"/F{n} {n + 4} 0 R" for n in range(1, 25))
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 600 600] /Contents 4 0 R"
    objects.append(f"<< {page} /Resources << /XObject << {resources} >> >> >>")
    objects.append(_stream("", forms))
    for n in range(1, 25):
        # Each form draws the next one eight times: 8 ** 24 rectangles.
        inner = f"/F{n + 1} Do " * 8 if n < 24 else "0 0 300 300 re f "
        head = f"/Type /XObject /Subtype /Form /BBox [0 0 600 600] /Resources << /XObject << {resources} >> >>"
        objects.append(_stream(head, inner))
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(_written(objects))
    good = tmp_path / "good.pdf"
    good.write_bytes(pdf(1))
    drawing = Drawing(seconds=2)
    try:
        with pytest.raises(Undrawable) as error:
            drawing.page(bomb, digest(bomb.read_bytes()), 1, 1)
        assert error.value.code == "too-slow"
        assert drawing.page(good, digest(good.read_bytes()), 1, 1).startswith(b"\x89PNG")
    finally:
        drawing.close()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing", b"<html>no pdf</html>"])
def test_what_cannot_be_drawn_is_said(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(data)
    drawing = Drawing()
    try:
        with pytest.raises(Undrawable) as error:
            drawing.page(file, digest(data), 1, 1)
        assert error.value.code == "broken"
        with pytest.raises(Undrawable) as error:
            drawing.page(file, digest(b"other"), 1, 1)
        assert error.value.code == "changed"
    finally:
        drawing.close()


def test_the_desk_answers_while_a_page_is_drawn_and_when_its_drawer_dies(desk: Desk) -> None:
    drawing: Drawing = desk.app.state.drawing
    with desk.client() as client:
        assert client.get(f"/page/{PDF}/1.png").status_code == 200
        first = drawing.process
        assert first is not None
        os.kill(first, 19)  # it hangs
        answers: list[int] = []
        late = threading.Thread(
            target=lambda: answers.append(client.get(f"/page/{PDF}/2.png").status_code)
        )
        late.start()
        time.sleep(0.2)
        with desk.client("ben") as other:
            assert other.get("/").status_code == 200
            assert other.get(f"/page/{PDF}/1.png").status_code == 200, "it was drawn before"
        os.kill(first, 9)
        late.join()
        assert answers == [422]
        assert client.get(f"/page/{PDF}/2.png").status_code == 200


def _stream(head: str, body: str) -> str:
    return f"<< {head} /Length {len(body)} >>\nstream\n{body}\nendstream"


def _written(objects: list[str]) -> bytes:
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{place:010d} 00000 n \n" for place in places
    )
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (table + trailer).encode()
