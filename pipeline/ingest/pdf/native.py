"""pdfium's functions as plain calls: handles are integers, so that a call costs 0.5 us, not 1.

The three that are called for each word convert nothing: their handle is a `c_void_p`, and a call
costs 0.3 us.
"""

from collections import deque
from collections.abc import Callable, Iterable
from ctypes import (
    CFUNCTYPE,
    byref,
    c_float,
    c_int,
    c_size_t,
    c_uint,
    c_ulong,
    c_void_p,
    cast,
    sizeof,
)
from typing import Any

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

_BY_TYPE = {"p": c_void_p, "i": c_int, "f": c_float, "u": c_uint, "z": c_size_t, "l": c_ulong}


def _call(function: Any, result: str, takes: str = "") -> Callable[..., Any]:
    """A function of the library with these types of result and arguments; none are taken as is."""
    prototype = CFUNCTYPE(_BY_TYPE[result], *(_BY_TYPE[letter] for letter in takes))
    address = cast(function, c_void_p).value
    assert address
    return prototype(address)


load_page = _call(raw.FPDF_LoadPage, "p", "pi")
close_page = _call(raw.FPDF_ClosePage, "i", "p")
page_box = _call(raw.FPDF_GetPageBoundingBox, "i", "pp")
page_rotation = _call(raw.FPDFPage_GetRotation, "i", "p")
count_objects = _call(raw.FPDFPage_CountObjects, "i", "p")
get_object = _call(raw.FPDFPage_GetObject, "p", "pi")

load_text = _call(raw.FPDFText_LoadPage, "p", "p")
close_text = _call(raw.FPDFText_ClosePage, "i", "p")
count_chars = _call(raw.FPDFText_CountChars, "i", "p")
text_of = _call(raw.FPDFText_GetText, "i", "piip")
char_unicode = _call(raw.FPDFText_GetUnicode, "u", "pi")
char_is_hyphen = _call(raw.FPDFText_IsHyphen, "i", "pi")
char_is_made_up = _call(raw.FPDFText_IsGenerated, "i", "pi")
char_is_unmapped = _call(raw.FPDFText_HasUnicodeMapError, "i")
char_object = _call(raw.FPDFText_GetTextObject, "p")
char_box = _call(raw.FPDFText_GetLooseCharBox, "i")
char_matrix = _call(raw.FPDFText_GetMatrix, "i", "pip")
char_origin = _call(raw.FPDFText_GetCharOrigin, "i", "pipp")

kind_of = _call(raw.FPDFPageObj_GetType, "i", "p")
bounds_of = _call(raw.FPDFPageObj_GetBounds, "i", "ppppp")
matrix_of = _call(raw.FPDFPageObj_GetMatrix, "i", "pp")
fill_colour = _call(raw.FPDFPageObj_GetFillColor, "i", "ppppp")
stroke_colour = _call(raw.FPDFPageObj_GetStrokeColor, "i", "ppppp")
stroke_width = _call(raw.FPDFPageObj_GetStrokeWidth, "i", "pp")
is_transparent = _call(raw.FPDFPageObj_HasTransparency, "i", "p")
clip_of = _call(raw.FPDFPageObj_GetClipPath, "p", "p")
count_clips = _call(raw.FPDFClipPath_CountPaths, "i", "p")
count_clip_segments = _call(raw.FPDFClipPath_CountPathSegments, "i", "pi")
clip_segment = _call(raw.FPDFClipPath_GetPathSegment, "p", "pii")
form_count = _call(raw.FPDFFormObj_CountObjects, "i", "p")
form_object = _call(raw.FPDFFormObj_GetObject, "p", "pl")

struct_tree = _call(raw.FPDF_StructTree_GetForPage, "p", "p")
close_tree = _call(raw.FPDF_StructTree_Close, "i", "p")
count_roots = _call(raw.FPDF_StructTree_CountChildren, "i", "p")
root_at = _call(raw.FPDF_StructTree_GetChildAtIndex, "p", "pi")
count_kids = _call(raw.FPDF_StructElement_CountChildren, "i", "p")
kid_at = _call(raw.FPDF_StructElement_GetChildAtIndex, "p", "pi")
kid_mark = _call(raw.FPDF_StructElement_GetChildMarkedContentID, "i", "pi")
element_type = _call(raw.FPDF_StructElement_GetType, "l", "ppl")
mark_of = _call(raw.FPDFPageObj_GetMarkedContentID, "i", "p")
count_marks = _call(raw.FPDFPageObj_CountMarks, "i", "p")
mark_at = _call(raw.FPDFPageObj_GetMark, "p", "pl")
mark_name = _call(raw.FPDFPageObjMark_GetName, "i", "pplp")

text_font = _call(raw.FPDFTextObj_GetFont, "p", "p")
text_size = _call(raw.FPDFTextObj_GetFontSize, "i", "pp")
text_mode = _call(raw.FPDFTextObj_GetTextRenderMode, "i", "p")
font_name = _call(raw.FPDFFont_GetBaseFontName, "z", "ppz")

count_segments = _call(raw.FPDFPath_CountSegments, "i", "p")
path_segment = _call(raw.FPDFPath_GetPathSegment, "p", "pi")
path_mode = _call(raw.FPDFPath_GetDrawMode, "i", "ppp")
segment_point = _call(raw.FPDFPathSegment_GetPoint, "i", "ppp")
segment_kind = _call(raw.FPDFPathSegment_GetType, "i", "p")
segment_closes = _call(raw.FPDFPathSegment_GetClose, "i", "p")

rendered_pattern = _call(raw.FPDFPageObj_GetRenderedFillPattern, "p", "pp")
rendered_image = _call(raw.FPDFImageObj_GetRenderedBitmap, "p", "ppp")
bitmap_format = _call(raw.FPDFBitmap_GetFormat, "i", "p")
bitmap_height = _call(raw.FPDFBitmap_GetHeight, "i", "p")
bitmap_stride = _call(raw.FPDFBitmap_GetStride, "i", "p")
bitmap_bytes = _call(raw.FPDFBitmap_GetBuffer, "p", "p")
bitmap_free = _call(raw.FPDFBitmap_Destroy, "i", "p")

_MOST_KEPT = 5_000  # rows, between pages


class Rows:
    """Room for the numbers that a function writes for each of many things, `width` for each.

    A call for each of them by `map`, into room that is kept, takes two thirds of the time of a
    loop that reads each answer.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._room = (c_float * 0)()
        self._places: list[Any] = []

    def filled(
        self, function: Callable[..., Any], count: int, *arguments: Iterable[Any]
    ) -> NDArray[np.float64]:
        """What it writes in so many calls with these arguments; its last is where to write."""
        if len(self._places) < count:
            self._room = (c_float * (2 * count * self.width))()
            row = self.width * sizeof(c_float)
            self._places = [byref(self._room, row * n) for n in range(2 * count)]
        deque(map(function, *arguments, self._places[:count]), maxlen=0)
        numbers = np.ctypeslib.as_array(self._room)[: count * self.width].astype(np.float64)
        if count > _MOST_KEPT:
            self._room, self._places = (c_float * 0)(), []
        return numbers.reshape(count, self.width)
