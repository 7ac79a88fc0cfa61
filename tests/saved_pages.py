"""Record pages as sites of several makes show them: the same page in differently built markup."""

from collections.abc import Callable, Iterator
from html import escape

from record_pages import BANNERS, Truth

TAXONOMIES = ("lifecycle", "actor", "rmf")
Card = tuple[str, str, str, str]


def said(page: Truth, name: str) -> str:
    """A field of the page as markup; nothing where it has none."""
    return escape(str(page.fields.get(name, "")), quote=False)


def paragraphs(page: Truth) -> list[str]:
    return [f"<p>{line}</p>" for line in said(page, "description").split("\n") if line]


def cards(page: Truth, role: str) -> list[Card]:
    escaped = [tuple(escape(words, quote=False) for words in card) for card in page.cards]
    return [(name, text, label, own) for name, text, label, own in escaped if own == role]


def risks(page: Truth) -> list[str]:
    return [escape(risk) for risk in page.fields.get("tag.risk", [])]


def glosses(page: Truth) -> dict[str, str]:
    return {
        taxonomy: page.lines[page.lines.index(str(page.fields[f"tag.{taxonomy}"]), 2) + 1]
        for taxonomy in TAXONOMIES
    }


def titled(title: str, body: str, level: int = 2) -> str:
    return f"<section><h{level}>{title}</h{level}>{body}</section>" if body else ""


def site(name: str, *body: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{name} | A Register</title></head><body>"
        '<nav><a href="/">Home</a> <a href="/measures">Measures</a></nav><div id="root"><main>'
        f"{''.join(body)}</main></div><footer><p>Kept by volunteers.</p></footer></body></html>"
    )


def banners() -> str:
    return "".join(f"<div role=note>{banner}</div>" for banner in BANNERS)


def opening(page: Truth) -> str:
    also = said(page, "also_in")
    linked = f'<p>Also in <a href="/c/{len(also)}">{also}</a></p>' if also else ""
    return f"<p>{said(page, 'definition')}</p>{linked}"


def work(page: Truth, tag: str = "p") -> str:
    if "title" not in page.fields:
        return ""
    authors = escape("; ".join(page.fields["authors"]), quote=False)
    abstract = said(page, "abstract")
    return (
        f'<{tag}><a href="/s/1">{said(page, "title")}</a></{tag}>'
        f"<p>{authors} ({said(page, 'year')})</p>{abstract and f'<p>{abstract}</p>'}"
    )


def chips(page: Truth, name: str) -> str:
    """Sections, and cards that are links with a name and a chip in one line."""
    head = (banners(), f"<h1>{name}</h1>", opening(page), *paragraphs(page))
    return site(name, *head, *sections(page))


def sections(page: Truth) -> list[str]:
    """Those of `chips`, which can stand in any order."""

    def items(found: list[Card]) -> str:
        return "".join(
            f'<li><a href="/m/{n}"><span>{name}</span>{text and f"<p>{text}</p>"} '
            f"<span class=chip>{label}</span></a></li>"
            for n, (name, text, label, _) in enumerate(found)
        )

    tags = "".join(
        f"<h3>{title}</h3><p><span>{said(page, f'tag.{taxonomy}')}</span></p><p>{gloss}</p>"
        for title, (taxonomy, gloss) in zip(
            ("Lifecycle stage", "Actor", "AI RMF function"), glosses(page).items(), strict=True
        )
    )
    first, *others = risks(page) or [""]
    others_listed = "".join(f"<li>{risk}</li>" for risk in others)
    addressed = first and f"<h3>Primary</h3><p>{first}</p><h3>Other</h3><ul>{others_listed}</ul>"
    parent = said(page, "parent")
    return [
        titled("Reasoning", said(page, "rationale") and f"<p>{said(page, 'rationale')}</p>"),
        titled("Also part of", parent and f'<p><a href="/m/0">{parent}</a></p>'),
        titled(
            "Includes", items(cards(page, "child")) and f"<ul>{items(cards(page, 'child'))}</ul>"
        ),
        titled("More from this source", items(cards(page, "other"))),
        titled("Source", work(page)),
        titled("Classification", tags),
        titled("Risks addressed", addressed),
    ]


def terms(page: Truth, name: str) -> str:
    """Everything in definition lists, the tags before the description."""

    def pairs(*found: tuple[str, str]) -> str:
        return "".join(f"<div><dt>{t}</dt><dd>{d}</dd></div>" for t, d in found if d)

    def entries(found: list[Card]) -> Iterator[str]:
        for n, (name, text, label, _) in enumerate(found):
            link = f'<a href="#/m/{n}">{name}</a>'
            yield f"<dt>{link}</dt>{text and f'<dd>{text}</dd>'}<dd>{label}</dd>"

    tags = pairs(
        *(
            (title, f"{said(page, f'tag.{taxonomy}')}<p>{gloss}</p>")
            for title, (taxonomy, gloss) in zip(
                ("Stage", "Who acts", "NIST function"), glosses(page).items(), strict=True
            )
        )
    )
    first, *others = risks(page) or [""]
    people = escape("; ".join(page.fields.get("authors", [])), quote=False)
    return site(
        name,
        f"<header><h1>{name}</h1></header>",
        banners(),
        f"<dl>{tags}</dl>",
        f"<dl>{pairs(('Definition', said(page, 'definition')), ('Also in', said(page, 'also_in')))}</dl>",
        titled("Description", "".join(paragraphs(page))),
        f"<dl>{pairs(('Rationale', said(page, 'rationale')), ('Parent measure', said(page, 'parent')))}</dl>",
        titled("Sub-measures", "".join(entries(cards(page, "child"))), 3),
        titled("See also", "".join(entries(cards(page, "other"))), 3),
        titled(
            "Publication",
            pairs(
                ("Title", said(page, "title")),
                ("Authors", people),
                ("Year", said(page, "year")),
                ("Abstract", said(page, "abstract")),
            ),
        ),
        f"<dl>{pairs(('Primary risk', first), ('Other risks', ''.join(f'<p>{r}</p>' for r in others)))}</dl>",
    )


def tables(page: Truth, name: str) -> str:
    """The classification is a table, and cards are headings with a text and a chip below."""

    def boxes(found: list[Card]) -> str:
        return "".join(
            f"<article><h3>{name}</h3>{text and f'<p>{text}</p>'}"
            f"<div><span>{label.split()[0]}</span> <span>{label.partition(' ')[2]}</span></div></article>"
            for name, text, label, _ in found
        )

    def row(*cells: str) -> str:
        return f"<tr><td>{'</td><td>'.join(cells)}</td></tr>"

    tags = "".join(
        row(title, said(page, f"tag.{taxonomy}"), gloss)
        for title, (taxonomy, gloss) in zip(
            ("Lifecycle", "Stakeholder", "AI RMF"), glosses(page).items(), strict=True
        )
    )
    roles = ["Primary risk", *(["Other risk"] * len(risks(page)))]
    addressed = "".join(row(role, risk) for role, risk in zip(roles, risks(page), strict=False))
    parent = said(page, "parent")
    return site(
        name,
        f"<h1>{name}</h1>",
        banners(),
        opening(page),
        titled("What it is about", "".join(paragraphs(page))),
        titled("Why it is here", said(page, "rationale") and f"<p>{said(page, 'rationale')}</p>"),
        titled("The whole", parent and f'<a href="/m/0">{parent}</a>'),
        titled("What it contains", boxes(cards(page, "child"))),
        titled("Other measures", boxes(cards(page, "other"))),
        f"<table>{tags}{addressed}</table>",
        titled("From the literature", work(page, "h3")),
    )


def soup(page: Truth, name: str) -> str:
    """No headings but the name: boxes with small titles, and cards side by side in one line."""

    def boxed(title: str, body: str) -> str:
        return f"<div class=box><div class=small>{title}</div>{body}</div>" if body else ""

    def line(found: list[Card]) -> str:
        return "".join(
            f'<a class=card href="/m/{n}"><span>{name}</span>{text and f"<div>{text}</div>"}'
            f"<span>{label}</span></a>"
            for n, (name, text, label, _) in enumerate(found)
        )

    tags = "".join(
        f"<div><b>{title}:</b> {said(page, f'tag.{taxonomy}')}</div><div>{gloss}</div>"
        for title, (taxonomy, gloss) in zip(
            ("Lifecycle stage", "Actor", "NIST AI RMF function"), glosses(page).items(), strict=True
        )
    )
    first, *others = [f"<div>{risk}</div>" for risk in risks(page)] or [""]
    parent = said(page, "parent")
    return site(
        name,
        banners(),
        f"<h1>{name}</h1>",
        opening(page),
        boxed("Risks addressed", "".join((first, *others))),
        boxed("Source", work(page, "div")),
        boxed("Description", "".join(paragraphs(page))),
        boxed("Reasoning", said(page, "rationale") and f"<div>{said(page, 'rationale')}</div>"),
        boxed("Part of", parent and f'<div><a href="/m/0">{parent}</a></div>'),
        boxed("Includes", line(cards(page, "child"))),
        boxed("More from this source", line(cards(page, "other"))),
        tags,
    )


LAYOUTS: tuple[Callable[[Truth, str], str], ...] = (chips, terms, tables, soup)
