"""The words of a page all at once: where they stand, and which of them go on in one run.

What is asked of pdfium for each word, and worked out of the answers, is done for all of them by
`map` and numpy: by itself a word takes ten times as long. A word is plain where nothing is in doubt
about it: upright, whole, of known letters, in sight. All others are left to be read one by one.
"""

from collections.abc import Callable
from ctypes import c_void_p
from functools import partial
from itertools import pairwise, repeat
from operator import ne
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.pdf import native
from pipeline.ingest.pdf.leaf import SPACE, Leaf
from pipeline.ingest.pdf.sight import CLIP_SLACK
from pipeline.ingest.pdf.structure import Tag
from pipeline.ingest.pdf.style import Styles

SPACES = " \r\n\u00a0\u2002\u2003\u2009\u200a\u202f\u3000"
LONGEST = 25  # letters; a longer word may be glued from several
WIDEST = 0.85  # em a letter; a wider word may be too
HIGHEST, LOWEST = 1.6, 1.2  # em above and below the base line, that sane boxes reach to
INK = 0.1  # em above it, where a box ends that is no more than the ink of a hyphen
_FARTHEST = 0.8  # em between two words of a run
_BLANK, _RARE = 1, 2
# What a character may be: a space, or one that keeps its word out of runs.
_KINDS = np.zeros(0x10000, np.uint8)
_KINDS[:0x20] = _KINDS[0x7F:0xA0] = _KINDS[0x1680] = _KINDS[0x2000:0x2010] = _RARE
_KINDS[0x2028:0x2030] = _KINDS[0x205F] = _KINDS[0x2E80:] = _RARE
_KINDS[[ord(space) for space in SPACES]] = _BLANK
_NOWHERE = (-np.inf, -np.inf, np.inf, np.inf)
_ROWS = native.Rows(4)

Numbers = NDArray[Any]


class PageWords:
    """Words in the order of the text: from `starts` to `ends` in it, in the objects `begins`.

    One of several text objects is parted where they meet (a comma is often an object by itself),
    unless it has rare characters. `heads` counts those that begin a run, and all that are not
    plain; `lefts`, `tops`, `rights`, `bottoms` are plain words' places on the leaf, `places` lefts
    and rights in turn to a tenth of a point.
    """

    def __init__(
        self, text: c_void_p, chars: str, styles: Styles, leaf: Leaf, place: Callable[..., Any]
    ) -> None:
        self.text, self.styles, self.place = text, styles, place
        codes = np.frombuffer(chars.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = _KINDS[np.minimum(codes, 0xFFFF)]
        bounds = np.flatnonzero(np.diff(kinds != _BLANK, prepend=False, append=False))
        rare = np.flatnonzero(kinds == _RARE)
        self.heads: list[int] = []
        self.starts: list[int] = bounds[::2].tolist()
        if not self.starts:
            return
        starts, ends = self._parted(bounds[::2], bounds[1::2], rare)
        kind, base, size, *clip = self._looks()
        x0, top, x1, bottom, alike = self._boxes(size)
        length = ends - starts
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        plain = (kind >= 0) & (length <= LONGEST) & (x1 - x0 <= WIDEST * size * length)
        plain &= (base - HIGHEST * size < top) & (bottom < base + LOWEST * size)
        plain &= bottom >= base - INK * size
        plain &= (x >= 0) & (x <= leaf.width) & (y >= 0) & (y <= leaf.height)
        plain &= (clip[0] - CLIP_SLACK <= x) & (x <= clip[2] + CLIP_SLACK)
        plain &= (clip[1] - CLIP_SLACK <= y) & (y <= clip[3] + CLIP_SLACK)
        plain[_holders(starts, rare)] = False
        # One box over two parts is a ligature's: where its letters part is worked out by itself.
        within = np.flatnonzero(alike & (starts[1:] == ends[:-1]))
        plain[within] = plain[within + 1] = False
        self.plain = plain.tolist()
        self.lefts, self.rights = x0.tolist(), x1.tolist()
        self.tops, self.bottoms = top.tolist(), bottom.tolist()
        self.places = np.column_stack((x0, x1)).ravel().round(1).tolist()
        gap = x0[1:] - x1[:-1]
        joined = plain[1:] & plain[:-1] & (kind[1:] == kind[:-1]) & (bottom[1:] == bottom[:-1])
        joined &= (starts[1:] - ends[:-1] == 1) & (codes[ends[:-1]] != ord("\n"))
        joined &= (gap >= 0) & (gap <= _FARTHEST * size[1:])
        # A narrow space that pdfium made up may be a gap between letters set apart.
        for n in np.flatnonzero(joined & (gap < SPACE * size[1:])).tolist():
            joined[n] = native.char_is_made_up(text, self.ends[n]) != 1
        self.heads = np.flatnonzero(np.append(True, ~joined)).tolist()

    def _parted(self, starts: Numbers, ends: Numbers, rare: Numbers) -> tuple[Numbers, Numbers]:
        """Where words begin and end, once they are parted; `rare` is where characters are."""
        object_at = partial(native.char_object, self.text)
        objects = dict(zip(self.starts, map(object_at, self.starts), strict=True))
        closes = map(object_at, (ends - 1).tolist())
        mixed = np.fromiter(map(ne, objects.values(), closes), bool, len(starts))
        mixed[_holders(starts, rare)] = False
        cuts: list[int] = []
        for n in np.flatnonzero(mixed).tolist():
            places = range(starts[n], ends[n])
            for (_, one), (place, other) in pairwise(
                zip(places, map(object_at, places), strict=True)
            ):
                if one != other:
                    cuts.append(place)
                    objects[place] = other
        if cuts:
            starts, ends = np.sort(np.append(starts, cuts)), np.sort(np.append(ends, cuts))
        self.starts, self.ends = starts.tolist(), ends.tolist()
        self.begins = [objects[start] for start in self.starts]
        self._lasts = (ends - 1).tolist()
        return starts, ends

    def _looks(self) -> tuple[Numbers, ...]:
        """For each word: what it shares with those of its run, -1 when that is out of the question;
        its base line, size and clip."""
        text = self.text
        number = {handle: n for n, handle in enumerate(dict.fromkeys(self.begins))}
        which = np.fromiter(map(number.__getitem__, self.begins), np.intp, len(self.begins))
        odd = np.fromiter(map(native.char_is_unmapped, repeat(text), self.starts), bool)
        odd |= np.fromiter(map(native.char_is_unmapped, repeat(text), self._lasts), bool)
        unmapped = set(which[odd].tolist())
        letters = dict(zip(self.begins, self.starts, strict=True))
        letters.pop(0, None)
        self.styles.learn(list(letters), list(letters.values()))
        kinds: dict[tuple[float, float, bool, Tag | None], int] = {}
        looks: list[tuple[float, ...]] = []
        for handle, n in number.items():
            style = self.styles.get(handle)
            if style is None or n in unmapped or not style.plain:
                looks.append((-1, 0, 0, *_NOWHERE))
            else:
                key = style.base, style.size, style.bold, style.tag
                look = kinds.setdefault(key, len(kinds)), style.base, style.size
                looks.append((*look, *(style.clip or _NOWHERE)))
        return tuple(np.array(looks)[which].T)

    def _boxes(self, size: Numbers) -> tuple[Numbers, ...]:
        """Their boxes on the leaf, as high as their type, and which end in the next one's box."""
        text, count = repeat(self.text), len(self.starts)
        one = _ROWS.filled(native.char_box, count, text, self.starts)
        two = _ROWS.filled(native.char_box, count, text, self._lasts)
        # In the order of the library: left, top, right, bottom.
        x0, y0 = np.minimum(one[:, 0], two[:, 0]), np.minimum(one[:, 3], two[:, 3])
        x1, y1 = np.maximum(one[:, 2], two[:, 2]), np.maximum(one[:, 1], two[:, 1])
        (left, high), (right, low) = self.place(x0, y0), self.place(x1, y1)
        bottom, alike = np.maximum(high, low), (two[:-1] == one[1:]).all(axis=1)
        return np.minimum(left, right), bottom - size, np.maximum(left, right), bottom, alike


def _holders(starts: Numbers, places: Numbers) -> Numbers:
    """The numbers of the words, by where they begin, that have characters in these places."""
    return np.searchsorted(starts, places, "right") - 1
