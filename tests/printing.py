"""PDFs made by hand: pages of drawing commands, in the fonts that every reader has."""

from collections.abc import Sequence
from hashlib import sha256

from pipeline.ingest.pdf import read
from pipeline.ingest.raw import Raw
from pipeline.model import Document

FONTS = {
    "F": "/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding",
    "B": "/Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding",
    # A subset font that does not say what its glyphs mean.
    "C": "/Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /Identity-H /DescendantFonts "
    "[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Odd /CIDSystemInfo "
    "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor "
    "<< /Type /FontDescriptor /FontName /Odd /Flags 4 /Ascent 800 /Descent -200 >> /DW 500 >>]",
}
PICTURE = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"


def text(
    x: float, y: float, words: str, *, size: float = 11, font: str = "F", also: str = ""
) -> str:
    """Words with their base line at x, y, in points from the lower left."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {also} /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n"


def lines(
    x: float, y: float, *words: str, size: float = 11, lead: float = 14, font: str = "F"
) -> str:
    """Lines of text one under the other."""
    placed = [text(x, y - n * lead, line, size=size, font=font) for n, line in enumerate(words)]
    return "".join(placed)


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    """A drawn line."""
    return f"0.5 w {x0} {y0} m {x1} {y1} l S\n"


def shade(x: float, y: float, width: float, height: float, colour: str = "0.8 0.9 1") -> str:
    """A filled rectangle; what is drawn next is black again."""
    return f"{colour} rg {x} {y} {width} {height} re f 0 g\n"


def grid(xs: Sequence[float], ys: Sequence[float]) -> str:
    """The rules of a table with these edges."""
    level = [rule(xs[0], y, xs[-1], y) for y in ys]
    return "".join([*level, *(rule(x, ys[0], x, ys[-1]) for x in xs)])


def pdf(
    *pages: str, box: str = "/MediaBox [0 0 612 792]", trailer: str = "", info: str = ""
) -> bytes:
    """A PDF of pages of drawing commands; `/I Do` paints the picture. `info` is its dictionary."""
    fonts = " ".join(f"/{name} << {font} >>" for name, font in FONTS.items())
    picture = f"{PICTURE} /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream"
    resources = f"<< /Font << {fonts} >> /XObject << /I 3 0 R >> "
    resources += "/ExtGState << /G << /ca 0.4 >> >> >>"
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} {box} >>",
        picture,
    ]
    for n, page in enumerate(pages):
        length = len(page.encode("cp1252"))
        objects += [
            f"<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {5 + 2 * n} 0 R >>",
            f"<< /Length {length} >>\nstream\n{page}\nendstream",
        ]
    if info:
        objects.append(f"<< {info} >>")
        trailer += f" /Info {len(objects)} 0 R"
    return assembled([body.encode("cp1252") for body in objects], trailer)


def stream(data: bytes) -> bytes:
    """An object that holds data."""
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(data), data)


def assembled(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    pieces, places, length = [b"%PDF-1.4\n"], [], 9
    for number, body in enumerate(objects, 1):
        places.append(length)
        pieces.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        length += len(pieces[-1])
    data = b"".join(pieces)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode()


def read_pdf(data: bytes, password: str = "", reader: str = "auto") -> Document:
    """The document of a PDF's bytes."""
    name, digest = "documents/made.pdf", sha256(data).hexdigest()
    return read(Raw(name, data, digest, password=password, pdf_reader=reader))


def read_pages(*pages: str, box: str = "/MediaBox [0 0 612 792]", reader: str = "auto") -> Document:
    """The document of pages of drawing commands."""
    return read_pdf(pdf(*pages, box=box), reader=reader)
