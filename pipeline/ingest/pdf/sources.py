"""Two readers of one file: pdfium, which is fast, and pdfplumber, the reference; each stands in
for the other where that fails.

`auto` reads with pdfium; a page that it cannot load, or that it reads as blank, garbled or as a
mere picture, is read by pdfplumber too, and the better reading is kept. pdfium shows what it cannot
decode as a blank page: one is believed only where pdfplumber finds nothing on it either.
"""

import gc
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

from pipeline.ingest.pdf import leaf as limits
from pipeline.ingest.pdf.headings import Bookmark
from pipeline.ingest.pdf.leaf import TooMuch
from pipeline.ingest.pdf.sheet import Sheet, sheet_of
from pipeline.ingest.pdf.spelling import Spelling
from pipeline.ingest.pdf.structure import Tree
from pipeline.ingest.raw import Raw
from pipeline.model import SetAside, Verdict
from pipeline.version import version

LOG = logging.getLogger(__name__)
MOST_PAGES = 20_000
_LIBRARIES = {"pdfium": ("pypdfium2",), "pdfplumber": ("pdfminer.six", "pdfplumber")}
_LOCKED, _NO_WAY_IN = 4, 5  # pdfium's error codes: FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_MOST_BOOKMARKS = 20_000
_ENOUGH = 3  # pages with a few unknown characters that pdfplumber reads no better
_MOST_OF = 0.9  # of the letters that one reader sees, without which the other is no better
_WORDLESS = (Verdict.BLANK, Verdict.NEEDS_OCR)
_PICTURED = (Verdict.NEEDS_OCR, Verdict.GARBLED)  # what only its picture shows
_DOUBTFUL = (Verdict.BLANK, Verdict.NEEDS_OCR, Verdict.GARBLED, Verdict.FAILED)


class Broken(Exception):
    """A file that a reader cannot open; the argument says why, in words."""


class Fast:
    """A file in pdfium's hands. Raises Broken, and SetAside `encrypted`."""

    name = "pdfium"

    def __init__(self, data: bytes, password: str) -> None:
        import pypdfium2

        try:
            self.file = pypdfium2.PdfDocument(data, password=password or None)
        except pypdfium2.PdfiumError as error:
            code = getattr(error, "err_code", 0)
            if code == _LOCKED:
                raise _locked(password) from None
            if code == _NO_WAY_IN:
                raise SetAside("encrypted", _UNKNOWN_LOCK) from None
            raise Broken(_why(error)) from None
        self.pages = len(self.file)
        self.tree, self.spelling = Tree(), Spelling()
        self._sound = 0

    def sheet(self, number: int) -> Sheet:
        """One page (from 1)."""
        from pipeline.ingest.pdf.pdfium import leaf_of

        return sheet_of(leaf_of(self.file, number, self.tree, self.spelling))

    def goes_on(self, number: int) -> bool:
        """Whether any page from a number on can be loaded."""
        from pipeline.ingest.pdf.pdfium import is_there

        if self._sound < number:  # else each broken page would look for the last page anew
            pages = range(number, self.pages + 1)
            self._sound = next((n for n in pages if is_there(self.file, n)), 0)
        return self._sound >= number

    def metadata(self) -> dict[str, str]:
        """What the file says of itself."""
        found = {}
        for key in ("Title", "Author"):
            with suppress(UnicodeDecodeError):  # half a character of UTF-16
                found[key] = str(self.file.get_metadata_value(key))
        return found

    def outline(self) -> list[Bookmark]:
        """Its bookmarks; those that lead nowhere are left out."""
        found = []
        for mark in islice(self.file.get_toc(max_depth=6), _MOST_BOOKMARKS):
            place = mark.get_dest()
            page = place.get_index() if place else None
            if page is not None:
                with suppress(UnicodeDecodeError):
                    found.append(Bookmark(mark.get_title(), mark.level + 1, page + 1))
        return found

    def close(self) -> None:
        """Give its memory back."""
        self.file.close()


class Reference:
    """A file in pdfminer's and pdfplumber's hands. Raises Broken, and SetAside `encrypted`."""

    name = "pdfplumber"

    def __init__(self, data: bytes, password: str) -> None:
        from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
        from pdfminer.pdfpage import PDFPage
        from pdfplumber.pdf import PDF

        # pdfminer raises nearly any exception on a broken file, and wraps none of them reliably.
        try:
            self.file = PDF.open(io.BytesIO(data), password=password, raise_unicode_errors=False)
            self._left = PDFPage.create_pages(self.file.doc)
            self.pages = self._listed()
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
            if _is(error, PDFPasswordIncorrect):
                raise _locked(password) from None
            if _is(error, PDFEncryptionError):
                raise SetAside("encrypted", _UNKNOWN_LOCK) from None
            raise Broken(_why(error)) from None
        self._known: list[Any] = []
        self.broken = ""

    def has(self, number: int) -> bool:
        """Whether there is such a page; `broken` says it when the list of pages breaks off."""
        while len(self._known) < number and not self.broken:
            try:
                page = next(self._left, None)
            except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
                self.broken = _why(error)
                return False
            if page is None:
                return False
            self._known.append(page)
        return len(self._known) >= number

    def sheet(self, number: int) -> Sheet:
        """One page (from 1)."""
        from pipeline.ingest.pdf.plumber import leaf_of

        return sheet_of(leaf_of(self.file, self._known[number - 1], number))

    def metadata(self) -> dict[str, str]:
        """What the file says of itself."""
        found = self.file.metadata.items()
        return {str(key): value for key, value in found if isinstance(value, str)}

    def _listed(self) -> int:
        """How many pages the file says that it has; 0 when it does not."""
        from pdfminer.pdftypes import resolve1

        tree = resolve1(self.file.doc.catalog.get("Pages"))
        count = resolve1(tree.get("Count")) if isinstance(tree, dict) else None
        return count if isinstance(count, int) else 0


class Sources:
    """A file with the readers that may read it. Raises SetAside `encrypted`, `not-readable`."""

    def __init__(self, raw: Raw) -> None:
        self.data, self.password, self.reader = raw.data, raw.password, raw.pdf_reader
        self.recogniser, self.recognised = raw.recognise, False
        data, password, reader = self.data, self.password, self.reader
        self.used: set[str] = set()
        self.fast: Fast | None = None
        self._reference: Reference | None = None
        self._lacks_reference = "" if reader != "pdfium" else "it was not asked"
        self._in_vain = 0
        broken = ""
        if reader != "pdfplumber":
            try:
                self.fast = Fast(data, password)
            except Broken as error:
                broken = str(error)
        if reader == "auto" and self.fast and not self.fast.pages:
            self.fast = None
        if self.fast is None and self.reference() is None:
            why = broken if reader == "pdfium" else self._lacks_reference
            message = f"The file cannot be opened as a PDF ({why}): get another copy of it."
            raise SetAside("not-readable", message)

    def reference(self) -> Reference | None:
        """pdfplumber's hands, opened when first needed; None when it cannot open the file."""
        if self._reference is None and not self._lacks_reference:
            try:
                self._reference = Reference(self.data, self.password)
            except Broken as error:
                self._lacks_reference = str(error)
            except SetAside:
                if self.fast is None:
                    raise
                self._lacks_reference = "its encryption cannot be undone"
        return self._reference

    def sheets(self) -> Iterator[Sheet]:
        """The pages, read one at a time; those that cannot be are FAILED."""
        if self.fast and self.fast.goes_on(MOST_PAGES + 1):
            raise _too_many()
        number = 0
        while True:
            number += 1
            if number > MOST_PAGES:
                raise _too_many()
            if self.fast:
                if number > self.fast.pages:
                    return
                sheet = self._by_fast(number)
                rest = self.fast.pages - number + 1
                if sheet.verdict is Verdict.FAILED and rest > 1 and not self.fast.goes_on(number):
                    sheet.why = _MISSING.format(rest)
                    yield sheet
                    return
                yield sheet
            else:
                page = self._by_reference(number)
                if page is None:
                    return
                yield page
                if self._reference and (self._reference.broken or not self._reference.has(number)):
                    return

    def _by_fast(self, number: int) -> Sheet:
        sheet = self._by_either(number)
        if sheet.verdict not in _PICTURED or self.recogniser is None or not self.fast:
            return sheet
        from pipeline.ingest.pdf.ocr import leaf_of

        try:
            leaf, confidence = leaf_of(self.fast.file, number, self.recogniser)
        except (Exception, MemoryError) as error:  # noqa: BLE001  others' programs: as a reader
            LOG.info("text recognition failed: %r", error)
            sheet.why = "text recognition failed on it"
            return sheet
        other = sheet_of(leaf)
        if other.verdict is not Verdict.COMPLETE:
            return sheet
        self.recognised = True
        other.confidence, other.hidden = confidence, sheet.hidden
        return other

    def _by_either(self, number: int) -> Sheet:
        assert self.fast
        sheet = _guarded(self.fast, number)
        self.used.add(self.fast.name)
        doubtful = sheet.verdict in _DOUBTFUL or (sheet.garbled and self._in_vain < _ENOUGH)
        if sheet.crowded and sheet.verdict in _WORDLESS:  # a map: decoded, and slow to read anew
            doubtful = False
        if self.reader != "auto" or not doubtful:
            return sheet
        reference = self.reference()
        if reference is None or not reference.has(number):
            if sheet.verdict is Verdict.BLANK:
                why = self._lacks_reference or "the file has no such page, or a broken one"
                sheet.verdict, sheet.why = Verdict.FAILED, why
            return sheet
        other = _guarded(reference, number)
        blank = sheet.verdict is Verdict.BLANK and other.verdict is Verdict.FAILED
        lacking = other.letters < _MOST_OF * sheet.letters  # pdfminer passes over some fonts
        if not blank and (lacking or _worth(other) <= _worth(sheet)):
            self._in_vain += 1
            return sheet
        self.used.add(reference.name)
        return other

    def _by_reference(self, number: int) -> Sheet | None:
        """A page by the reference reader; a list of pages that breaks off ends in a FAILED one."""
        reference = self.reference()
        assert reference
        self.used.add(reference.name)
        if reference.has(number):
            return _guarded(reference, number)
        if reference.broken:
            why = f"the list of pages breaks off here: {reference.broken}"
            return Sheet(number, 0.0, 0.0, Verdict.FAILED, why=why)
        missing = reference.pages - (number - 1)
        if number > 1 and missing > 0:
            return Sheet(number, 0.0, 0.0, Verdict.FAILED, why=_MISSING.format(missing))
        return None

    def metadata(self) -> dict[str, str]:
        """What the file says of itself."""
        source = self.fast or self.reference()
        return source.metadata() if source else {}

    def outline(self) -> list[Bookmark]:
        """The bookmarks of the file; none where pdfium does not open it."""
        return self.fast.outline() if self.fast else []

    def made_by(self) -> dict[str, str]:
        """The libraries whose reading was kept, with their versions."""
        names = {library for reader in self.used for library in _LIBRARIES[reader]}
        found = {name: version(name) for name in names | {"pdfplumber"}}
        if self.recognised and self.recogniser:
            found["tesseract"] = self.recogniser.version
        return dict(sorted(found.items()))

    def close(self) -> None:
        """Give its memory back."""
        if self.fast:
            self.fast.close()


_CUT_OFF = "cut off: it ends too early"
_ENDS_EARLY = {"PSEOF", "EOFError"}  # as pdfminer and its decoders call it
_DAMAGED = "damaged, cut off, or something else"
_MISSING = "the file lists {} more than it has from here on"
_UNKNOWN_LOCK = "The PDF is encrypted in a way that cannot be undone here: save it without."


def _too_many() -> SetAside:
    message = f"The PDF has more than {MOST_PAGES} pages: split it into smaller files."
    return SetAside("too-many-pages", message)


def _locked(password: str) -> SetAside:
    if password:
        return SetAside("encrypted", "The PDF is locked, and the password given does not open it.")
    return SetAside(
        "encrypted",
        'The PDF is locked with a password: give it with --password, or as `password = "..."` in '
        "the file <name>.toml beside it.",
    )


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Look for cycles of garbage between pages, not within: that took 7 % of a long file's time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _guarded(source: Fast | Reference, number: int) -> Sheet:
    try:
        with _collecting_later():
            return source.sheet(number)
    except TooMuch:
        why = f"it has more than {limits.MOST_GLYPHS} characters"
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
        why = _why(error)
    return Sheet(number, 0.0, 0.0, Verdict.FAILED, why=why)


def _why(error: BaseException) -> str:
    """What kept a file or a page from being read, in words; the log has what its reader said."""
    inner = next((arg for arg in error.args if isinstance(arg, BaseException)), error)
    LOG.info("a reader failed: %r", inner)
    if isinstance(inner, RecursionError | MemoryError):
        return "it takes more memory, or is nested deeper, than is sound"
    return _CUT_OFF if type(inner).__name__ in _ENDS_EARLY else _DAMAGED


def _worth(sheet: Sheet) -> tuple[int, int]:
    """By which the better of two readings of a page is known."""
    order: Sequence[Verdict] = (
        *(Verdict.FAILED, Verdict.BLANK, Verdict.GARBLED, Verdict.NEEDS_OCR, Verdict.COMPLETE),
    )
    return order.index(sheet.verdict), -sheet.garbled


def _is(error: BaseException, kind: type[Exception]) -> bool:
    """Whether an error is of a kind, or wraps one that is."""
    return isinstance(error, kind) or any(isinstance(arg, kind) for arg in error.args)
