"""Text of East Asian scripts that is set from top to bottom, its columns from right to left."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.ingest.pdf.leaf import Glyph, upright

_FEWEST = 3  # characters beneath each other
_STEP = 1.6  # em from one to the next; further apart they are rows
_ASIDE = 0.3  # em that one may stand aside from the other
_NARROW = 0.6  # em a character, less than which a word is not as wide as its characters
_DOWNWARD = 270


def upended(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs of a page, those that stand beneath each other as text that runs downward."""
    if not any(_is_cjk(glyph) for glyph in glyphs):
        return list(glyphs)
    found: list[Glyph] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        if not (run and _is_beneath(run[-1], glyph)):
            found += _downward(run)
            run = []
        run.append(glyph)
    return found + _downward(run)


def _is_cjk(glyph: Glyph) -> bool:
    return glyph.turn == 0 and "\u2e80" <= glyph.text[:1] <= "\uffee"


def _is_beneath(above: Glyph, glyph: Glyph) -> bool:
    if not (_is_cjk(above) and _is_cjk(glyph)):
        return False
    aside = abs((above.left + above.right) - (glyph.left + glyph.right)) / 2
    step = glyph.base - above.base
    return aside < _ASIDE * glyph.size and 0.5 * glyph.size < step < _STEP * glyph.size


def _is_tall(glyph: Glyph) -> bool:
    """Whether a word stands upright: it is narrower than its characters are side by side."""
    characters = len(glyph.text)
    narrow = glyph.right - glyph.left < _NARROW * glyph.size * characters
    return characters > 1 and narrow and _is_cjk(glyph)


def _downward(run: Sequence[Glyph]) -> list[Glyph]:
    if len(run) < _FEWEST and not any(map(_is_tall, run)):
        return list(run)
    turned = []
    for glyph in run:
        x0, top, x1, bottom = glyph.box
        box = x0, top, x1, max(bottom, top + len(glyph.text) * glyph.size)
        left, frame_top, right, base = upright(_DOWNWARD, box)
        turned.append(
            replace(
                glyph,
                turn=_DOWNWARD,
                left=left,
                top=frame_top,
                right=right,
                bottom=base,
                base=base,
                box=box,
            )
        )
    return turned
