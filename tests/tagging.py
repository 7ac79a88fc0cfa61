"""Tagged PDFs made by hand: pages of drawing commands, and a structure tree over their marks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from printing import FONTS, assembled


@dataclass
class Element:
    """An element of the tree: its kids are elements or (page from 0, MCID)."""

    type: str
    kids: list["Element | tuple[int, int]"] = field(default_factory=list)
    also: str = ""  # further entries of its dictionary


def marked(mcid: int, content: str) -> str:
    """Content as one piece of the tree."""
    return f"/Span <</MCID {mcid}>> BDC\n{content}EMC\n"


def artifact(content: str) -> str:
    """Content that says it is none."""
    return f"/Artifact BMC\n{content}EMC\n"


def tagged_pdf(pages: Sequence[str], *tops: Element, roles: str = "") -> bytes:
    """A PDF of pages with a tree; `roles` maps the types of the file to those of the standard.

    An element that is met again is written once, so that trees may have cycles.
    """
    fonts = " ".join(f"/{name} << {font} >>" for name, font in FONTS.items())
    first = 5 + 2 * len(pages)
    elements: dict[int, tuple[int, Element, int]] = {}
    parents: dict[tuple[int, int], int] = {}
    waiting = [(top, 3) for top in reversed(tops)]
    while waiting:
        element, above = waiting.pop()
        if id(element) in elements:
            continue
        number = first + len(elements)
        elements[id(element)] = number, element, above
        for kid in element.kids:
            if isinstance(kid, tuple):
                parents.setdefault(kid, number)
        waiting += [(kid, number) for kid in reversed(element.kids) if isinstance(kid, Element)]
    kids = " ".join(f"{elements[id(top)][0]} 0 R" for top in tops)
    rows = []
    for page in range(len(pages)):
        most = max((mcid for at, mcid in parents if at == page), default=-1)
        holders = [parents.get((page, mcid)) for mcid in range(min(most, 5000) + 1)]
        held = " ".join(f"{number} 0 R" if number else "null" for number in holders)
        rows.append(f"{page} [{held}]")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> /StructTreeRoot 3 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}] "
        f"/Count {len(pages)} /MediaBox [0 0 612 792] >>",
        f"<< /Type /StructTreeRoot /K [{kids}] /ParentTree 4 0 R /RoleMap << {roles} >> >>",
        f"<< /Nums [{' '.join(rows)}] >>",
    ]
    for n, content in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /StructParents {n} "
            f"/Resources << /Font << {fonts} >> >> /Contents {6 + 2 * n} 0 R >>",
            f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream",
        ]
    for _, element, above in elements.values():
        refs = " ".join(
            f"<< /Type /MCR /Pg {5 + 2 * kid[0]} 0 R /MCID {kid[1]} >>"
            if isinstance(kid, tuple)
            else f"{elements[id(kid)][0]} 0 R"
            for kid in element.kids
        )
        objects.append(
            f"<< /Type /StructElem /S /{element.type} /P {above} 0 R /K [{refs}] {element.also} >>"
        )
    return assembled([body.encode("cp1252") for body in objects])
