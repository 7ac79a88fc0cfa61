"""Ways to break a PDF: each takes a source of chance and bytes, and gives other bytes.

They know a PDF as a text of objects, streams, names, numbers and references, no more: what they
make is broken where a reader has come some way already, not only at its first byte.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[Random, bytes], bytes]

_OBJECT = re.compile(rb"(\d{1,7}) (\d{1,5}) obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"(?<=>>)\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PACKED = re.compile(rb"/(?:Filter|DecodeParms)\s*(?:/\w+|\[[^\]]*\]|<<[^<>]*>>)")
_LENGTH = re.compile(rb"/Length\s+\d+(?:\s+\d+\s+R)?")
_NUMBER = re.compile(rb"(?<![\w.#+-])[-+]?(?:\d+\.?\d*|\.\d+)(?![\w.])")
_NAME = re.compile(rb"/[A-Za-z][\w+-]*")
_REFERENCE = re.compile(rb"\b\d{1,7} \d{1,5} R\b")
_TOKEN = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|[^\s()<>\[\]]+|[\[\]]")
_NUMBERS = (
    b"0", b"-1", b"1", b"2147483647", b"-2147483648", b"4294967296", b"9223372036854775808",
    b"1e308", b"-99999999999999999999", b"0.0000000001", b"65536", b"3.4e39", b"32767.5", b"+-3",
    b"--5", b"1000000", b"-0.5", b"nan", b"255", b"0x10", b"1.2.3",
)  # fmt: skip
_FILTERS = (
    b"/FlateDecode", b"/LZWDecode", b"/ASCII85Decode", b"/ASCIIHexDecode", b"/RunLengthDecode",
    b"/DCTDecode", b"/JPXDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/Crypt", b"/NoSuchDecode",
    b"[/FlateDecode /FlateDecode]", b"[" + b"/ASCIIHexDecode " * 60 + b"]", b"[null]", b"(Flate)",
    b"/FlateDecode /DecodeParms << /Predictor 12 /Columns 100000000 /Colors 30 >>",
    b"/FlateDecode /DecodeParms << /Predictor 2 /Columns -1 /BitsPerComponent 99 >>",
)  # fmt: skip
_BOXES = (
    b"[0 0 0 0]", b"[612 792 0 0]", b"[0 0 1e9 1e9]", b"[-50000 -50000 50000 50000]", b"[0 0 612]",
    b"[nan 0 1 1]", b"[0 0 1 1]", b"null", b"[(a) (b) (c) (d)]", b"[100 100 101 700]", b"[]",
    b"[0 0 99999999999999999999999999 3]", b"<< /A 1 >>", b"[0 0 .001 .001]",
)  # fmt: skip
_COMMANDS = (
    b"q", b"Q", b"BT", b"ET", b"BI /W 9 /H 9 ID abc", b"3 Tr", b"0 Tr", b"7 Tr", b"W n", b"f", b"S",
    b"0 0 0 0 0 0 cm", b"1e9 0 0 1e9 0 0 cm", b"1 0 0 1 -5000 -5000 cm", b"/I Do", b"/Fm0 Do",
    b"0.0001 0 0 0.0001 0 0 Tm", b"0 -1 1 0 300 300 Tm", b"-1 0 0 1 300 300 Tm", b"0 Tz", b"-9 Tz",
    b"1e7 Tc", b"-40 Tc", b"1e7 Tw", b"9e9 TL T*", b"500 Ts", b"/F 0 Tf", b"/F -12 Tf",
    b"/F 1e6 Tf", b"/Nowhere 12 Tf", b"1 g", b"1 1 1 rg", b"/Pattern cs /P scn", b"BDC", b"EMC",
    b"/Span << /ActualText (x", b"0 0 99999 99999 re", b"(\\377\\376\\000) Tj", b"d0", b"]", b">>",
    b"<FFFE0002D800DC00> Tj", b"[(A) -99999999 (B) 99999999] TJ", b"(a) ' (b) \" ", b"/G gs",
    b"1 0 0 1 nan inf Tm", b"0 0 m 1 1 l 2 2 3 3 4 4 c h b*", b"/Sh sh", b"sh", b"%", b"ID", b"EI",
    b"(", b"<",
)  # fmt: skip
_NESTED = (b"q", b"BT", b"[", b"<<", b"/F 9 Tf", b"(")
_MEANINGS = (
    b"1 beginbfrange <0000> <FFFF> <D800> endbfrange",
    b"1 beginbfrange <00> <FF> <FFFE> endbfrange",
    b"2 beginbfchar <41> <0002> <61> <> endbfchar",
    b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange",
    b"1 beginbfrange <0041> <005A> [<0041> <D83DDE00>] endbfrange",
    b"1 beginbfrange <FF> <00> <0041> endbfrange",
    b"/../../../../tmp/x usecmap",
    b"1 beginbfchar <41> <" + b"0041" * 3000 + b"> endbfchar",
    b"1 beginbfchar <61> <202E200B00AD> endbfchar 1 beginbfrange <62> <7A> <0300> endbfrange",
    b"1 beginbfrange <20> <7E> <E000> endbfrange",
    b"1 beginbfrange <20> <7E> <000A> endbfrange",
    b"1 beginbfrange <20> <7E> <0660> endbfrange",
    b"1 beginbfrange <20> <7E> <00B2> endbfrange",
    b"1 beginbfrange (a) 5 /Name endbfrange",
    b"",
)  # fmt: skip
_FONTS: tuple[tuple[bytes, tuple[bytes, ...]], ...] = (
    (
        rb"/Encoding\s*/\S+",
        (
            b"/Encoding /Identity-V", b"/Encoding /..#2F..#2Ftmp#2Fx", b"/Encoding /UniGB-UCS2-H",
            b"/Encoding 5", b"/Encoding << /Differences [0 /a 99999 /b -5 /c /d /u110000] >>",
        ),
    ),
    (
        rb"/BaseFont\s*/\S+",
        (b"/BaseFont /Symbol", b"/BaseFont /ZapfDingbats", b"/BaseFont 7", b"/BaseFont /#FF#00"),
    ),
    (
        rb"/Subtype\s*/(?:Type1|TrueType|Type0|CIDFontType2|Type1C)\b",
        (
            b"/Subtype /Type3 /CharProcs << >> /FontMatrix [0 0 0 0 0 0]", b"/Subtype /Type0",
            b"/Subtype /TrueType", b"/Subtype /MMType1",
        ),
    ),
    (rb"/Widths\s*\[[^\]]*\]", (b"/Widths [1e30]", b"/Widths [-5 -5]", b"/Widths [/a]")),
    (
        rb"/(?:Ascent|Descent|DW|FirstChar|LastChar|Flags)\s+\S+",
        (
            b"/Ascent -99999", b"/Descent 99999", b"/FirstChar -1", b"/LastChar 2147483647",
            b"/DW 1e20", b"/Ascent 0 /Descent 0",
        ),
    ),
    (rb"/DescendantFonts\s*\[[^\]]*\]", (b"/DescendantFonts []", b"/DescendantFonts 4 0 R")),
)  # fmt: skip
_TRAILERS = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /O () /U () /P -1 >>",
    b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /O (x) /U (y) /OE () /UE () /P 0 >>",
    b"/Encrypt << /Filter /NoSuch >>", b"/Encrypt 4 0 R", b"/Prev 0", b"/Prev 9", b"/XRefStm 12",
    b"/Prev 999999999999", b"/Info << /Title (\\376\\377\\330\\000) /Author 7 >>", b"/Size -1",
    b"/Info 1 0 R", b"/ID [() ()]", b"/Root null",
)  # fmt: skip


def mutated(chance: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A PDF broken in one to five ways; mostly one whose table of objects is true again."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        if chance.random() < 0.1:
            data = splice(chance, data, chance.choice(others))
        else:
            data = chance.choice(MUTATIONS)(chance, data)
    return with_table(data) if chance.random() < 0.7 else data


def with_table(data: bytes) -> bytes:
    """A PDF whose table is true of its objects; with a false one, readers only look for them."""
    start, end = data.rfind(b"trailer"), data.rfind(b"startxref")
    table_at = data.rfind(b"\nxref", 0, max(start, 0))
    if not 0 <= table_at < start < end:
        return data
    body = data[:table_at]
    places = {int(found[1]): found.start() for found in _OBJECT.finditer(body)}
    entries = b"".join(b"%d 1\n%010d 00000 n \n" % (n, places[n]) for n in sorted(places))
    table = b"\nxref\n0 1\n0000000000 65535 f \n" + entries + data[start:end]
    return body + table + b"startxref\n%d\n%%%%EOF\n" % (len(body) + 1)


def splice(chance: Random, data: bytes, other: bytes) -> bytes:
    """An object has the body of one from another file."""
    found, strange = list(_OBJECT.finditer(data)), list(_OBJECT.finditer(other))
    if not (found and strange):
        return data + other
    one = chance.choice(found)
    return data[: one.start(3)] + chance.choice(strange)[3] + data[one.end(3) :]


def _flip(chance: Random, data: bytes) -> bytes:
    """Some bytes become others."""
    broken = bytearray(data)
    for _ in range(chance.randint(1, 32) if broken else 0):
        broken[chance.randrange(len(broken))] = chance.choice((chance.randrange(256), 0, 255, 40))
    return bytes(broken)


def _cut(chance: Random, data: bytes) -> bytes:
    """The end, the beginning or a piece of the middle is gone, or comes twice."""
    a, b = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    near = min(b, a + chance.randint(1, 400))
    kept = (data[:b], data[a:], data[:a] + data[near:], data[:near] + data[a:], b"\n" * 99 + data)
    return chance.choice(kept)


def _numbers(chance: Random, data: bytes) -> bytes:
    """Numbers become huge, negative, or none at all."""
    return _exchanged(chance, _NUMBER, data, 6, lambda _: chance.choice(_NUMBERS))


def _names(chance: Random, data: bytes) -> bytes:
    """Names change places, so that values stand under other keys."""
    known = _NAME.findall(data) or [b"/None"]
    return _exchanged(chance, _NAME, data, 5, lambda _: chance.choice(known))


def _references(chance: Random, data: bytes) -> bytes:
    """References lead elsewhere: page trees, forms and fonts become cyclic, or hang in the air."""
    known = [*(found[1] for found in _OBJECT.finditer(data)), b"99999"]
    return _exchanged(chance, _REFERENCE, data, 4, lambda _: chance.choice(known) + b" 0 R")


def _objects(chance: Random, data: bytes) -> bytes:
    """Objects are dropped, doubled, emptied, or have the body of another."""
    found = list(_OBJECT.finditer(data))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    nested = b"[" * 3000 + b"]" * chance.choice((0, 3000))
    body = chance.choice((b" null ", nested, other[3], None))
    if body is None:
        whole = chance.choice((b"", other[0], one[0] + b"\n" + one[0]))
        return data[: one.start()] + whole + data[one.end() :]
    return data[: one.start(3)] + body + data[one.end(3) :]


def _filters(chance: Random, data: bytes) -> bytes:
    """A stream says that it is packed in another way."""
    pattern = re.compile(rb"/Filter\s*(?:/\w+|\[[^\]]*\])|(?<=<<)(?=[^<>]*/Length)")
    return _exchanged(chance, pattern, data, 2, lambda _: b"/Filter " + chance.choice(_FILTERS))


def _tables(chance: Random, data: bytes) -> bytes:
    """The table of objects, its place, or what the trailer says is false."""
    match chance.randrange(4):
        case 0:
            return re.sub(rb"startxref\s+\d+", b"startxref\n" + chance.choice(_NUMBERS), data)
        case 1:
            return data.replace(b"\nxref", b"\nxreg")
        case 2:
            return re.sub(rb"(\d{10}) (\d{5}) n", b"0000000017 00000 n", data)
    said = b"trailer << " + chance.choice(_TRAILERS) + b" "
    return re.sub(rb"trailer\s*<<", lambda _: said, data)


def _boxes(chance: Random, data: bytes) -> bytes:
    """Pages of no size, of a mile, upside down, turned askew."""
    box = chance.choice((b" /MediaBox ", b" /CropBox ")) + chance.choice(_BOXES)
    turned = b" /Rotate " + chance.choice((b"45", b"90", b"-90", b"270", b"9e9", b"(x)"))
    said = chance.choice((box, turned, b" /UserUnit 1e6"))
    pattern = re.compile(rb"/Type\s*/Page\b")
    data = re.sub(rb"/(?:MediaBox|CropBox)\s*\[[^\]]*\]", box, data) if said is box else data
    return _exchanged(chance, pattern, data, 2, lambda old: old + said)


def _fonts(chance: Random, data: bytes) -> bytes:
    """Fonts lie about their encoding, kind, widths and height."""
    pattern, new = chance.choice(_FONTS)
    return _exchanged(chance, re.compile(pattern), data, 3, lambda _: chance.choice(new))


def _meanings(chance: Random, data: bytes) -> bytes:
    """The codes of a font stand for surrogates, controls, everything, or nothing."""
    said = b"1 begincodespacerange <00> <FF> endcodespacerange " + chance.choice(_MEANINGS)
    said = b"/CIDInit /ProcSet findresource begin begincmap " + said + b" endcmap"
    stream = b"\n999 0 obj << /Length %d >>\nstream\n%b\nendstream\nendobj" % (len(said), said)
    pattern = re.compile(rb"/ToUnicode\s+\d+ \d+ R|(?<=/Font)(?=\s*/)")
    data = _exchanged(chance, pattern, data, 3, lambda _: b" /ToUnicode 999 0 R ")
    at = data.rfind(b"\nxref")
    return data[:at] + stream + data[at:] if at > 0 else data + stream


def _commands(chance: Random, data: bytes) -> bytes:
    """The commands of a page are shuffled, doubled, dropped, or have others among them."""
    readable = [
        (found, plain)
        for found in _OBJECT.finditer(data)
        if (stream := _STREAM.search(found[3])) and b"T" in (plain := _unpacked(stream[1]))
    ]
    if not readable:
        return data
    found, plain = chance.choice(readable)
    tokens = _TOKEN.findall(plain)
    for _ in range(chance.randint(1, 12)):
        at = chance.randint(0, len(tokens))
        near = tokens[at : at + chance.randint(1, 40)]
        match chance.randrange(6):
            case 0:
                tokens[at:at] = [chance.choice(_COMMANDS)]
            case 1:
                tokens[at : at + len(near)] = chance.sample(near, len(near))
            case 2:
                tokens[at:at] = near * chance.choice((1, 1, 20, 300))
            case 3:
                del tokens[at : at + len(near)]
            case 4:
                tokens[at:at] = [chance.choice(_NESTED)] * 2000
            case 5:
                tokens[at : at + 1] = [chance.choice(_NUMBERS)]
    plain = b" ".join(tokens)
    head = _PACKED.sub(b"", found[3][: found[3].index(b"stream")])
    head = _LENGTH.sub(b"/Length %d" % len(plain), head)
    body = head + b"stream\n" + plain + b"\nendstream\n"
    return data[: found.start(3)] + body + data[found.end(3) :]


def _unpacked(stream: bytes) -> bytes:
    """The bytes of a stream that is packed by deflate or not at all."""
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(stream, 1_000_000)
    except zlib.error:
        return stream if stream.isascii() else b""


def _exchanged(
    chance: Random,
    pattern: re.Pattern[bytes],
    data: bytes,
    most: int,
    new: Callable[[bytes], bytes],
) -> bytes:
    """One to `most` of the matches of a pattern exchanged."""
    found = list(pattern.finditer(data))
    chosen = chance.sample(found, min(len(found), chance.randint(1, most)))
    for match in sorted(chosen, key=lambda match: -match.start()):
        data = data[: match.start()] + new(match[0]) + data[match.end() :]
    return data


# Twice what reaches furthest into the readers.
MUTATIONS: tuple[Mutation, ...] = (
    _flip, _cut, _numbers, _names, _references, _objects, _filters, _tables, _boxes,
    _fonts, _fonts, _meanings, _meanings, _commands, _commands, _commands,
)  # fmt: skip
