"""A page that is a mere picture, through text recognition: its words as glyphs on a leaf."""

import csv
import io
from statistics import median
from typing import Any

from pipeline.ingest.pdf.leaf import Glyph, Leaf
from pipeline.ingest.raw import Recogniser

_DPI = 300
_MOST_PIXELS = 60e6  # a page of A2; a larger one is shown to the recogniser smaller
_ALIKE = 0.3  # share by which the lines of one size differ in height, with and without descenders
_DESCENT = 0.22  # em


def leaf_of(file: Any, number: int, recogniser: Recogniser) -> tuple[Leaf, float]:
    """Read one page (from 1) of a pypdfium2 document; and the mean confidence, from 0 to 1.

    Raises whatever the recogniser raises.
    """
    page = file[number - 1]
    try:
        width, height = page.get_size()
        scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        picture = page.render(scale=scale, grayscale=True).to_pil()
    finally:
        page.close()
    png = io.BytesIO()
    picture.save(png, "PNG")
    leaf = Leaf(number, width, height)
    words = _words(recogniser.words(png.getvalue()))
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for word in words:
        place = (word["block_num"], word["par_num"], word["line_num"])
        lines.setdefault(place, []).append(word)
    heights = [_height(line) / scale for line in lines.values()]
    usual = median(heights) if heights else 0.0
    for line in lines.values():
        size = _height(line) / scale
        if abs(size - usual) < _ALIKE * usual:
            size = usual
        bottom = max(int(word["top"]) + int(word["height"]) for word in line) / scale
        for word in line:
            left = int(word["left"]) / scale
            _put(leaf, word["text"], left, left + int(word["width"]) / scale, bottom, size)
            _put(leaf, " ", leaf.glyphs[-1].right, leaf.glyphs[-1].right, bottom, size)
    sure = [float(word["conf"]) / 100 for word in words for _ in word["text"]]
    return leaf, sum(sure) / len(sure) if sure else 0.0


def _words(table: str) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in rows if float(row["conf"]) >= 0 and (row["text"] or "").strip()]


def _height(line: list[dict[str, str]]) -> float:
    top = min(int(word["top"]) for word in line)
    return max(int(word["top"]) + int(word["height"]) for word in line) - top


def _put(leaf: Leaf, text: str, left: float, right: float, bottom: float, size: float) -> None:
    box = (left, bottom - size, right, bottom)
    base = bottom - _DESCENT * size
    leaf.glyphs.append(
        Glyph(
            len(leaf.glyphs), "".join(text.split()) or " ", 0, *box, base, size, False, False, box
        )
    )
