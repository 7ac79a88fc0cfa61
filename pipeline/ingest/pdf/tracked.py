"""Letter-spaced words: letters typed with spaces between them, or set so wide that they look so."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.ingest.pdf.leaf import Glyph

_FEWEST = 5  # letters on end; fewer are initials, or the names of variables
_WIDEST = 1.5  # em between two letters of a word
_EVEN = 0.2  # em that such gaps may differ by: letters are not equally wide

Word = tuple[list[Glyph], bool]


def closed_up(words: Sequence[Word]) -> list[Word]:
    """The words of a line, those whose letters stand apart made whole.

    Capitals on end, evenly apart; a wider gap parts two words. `A B C D E` is a list.
    """
    if len(words) < _FEWEST or sum(map(_is_letter, words)) < _FEWEST:
        return list(words)
    found: list[Word] = []
    run: list[Word] = []
    for word in words:
        if not _is_letter(word):
            found += _made_whole(run)
            run = []
            found.append(word)
        else:
            run.append(word)
    return found + _made_whole(run)


def _is_letter(word: Word) -> bool:
    """Whether a word is a capital, with the sign that ends a word of several."""
    glyphs, raised = word
    if raised or len(glyphs) > 2:
        return False
    text = "".join(glyph.text for glyph in glyphs)
    return text[:1].isupper() and text[1:] in ("", ":", ",")


def _made_whole(run: Sequence[Word]) -> list[Word]:
    letters = [glyphs for glyphs, _ in run]
    texts = [glyphs[0].text[0] for glyphs in letters]
    if len(run) < _FEWEST or sorted(texts) == texts:
        return list(run)
    gaps = [b[0].left - a[-1].right for a, b in pairwise(letters)]
    usual, size = median(gaps), letters[0][0].size
    if usual > _WIDEST * size:
        return list(run)
    whole: list[list[Glyph]] = [letters[0]]
    for gap, letter in zip(gaps, letters[1:], strict=True):
        if gap > usual + _EVEN * size:
            whole.append(letter)
        else:
            whole[-1] = whole[-1] + letter
    if sum(map(len, whole)) < 3 * len(whole):
        return list(run)
    return [(word, False) for word in whole]
