"""Pages from templates. Whatever a document or a curator wrote is shown as inert words."""

import re
import unicodedata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

LONGEST = 20_000  # characters of one field that a page shows
# What hides, turns or breaks text: controls, formats and bidi marks, lone surrogates.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e"
                     r"\u2060-\u2069\ufeff\U000e0000-\U000e007f\ud800-\udfff]")  # fmt: skip


def shown(text: object, longest: int = LONGEST) -> Markup:
    """Words of others, apart from the direction of ours, hidden characters named, cut if endless.

    `longest` is in characters; what is cut says how much there is.
    """
    words = str(text)
    rest = len(words) - longest
    if rest > 0:
        words = words[:longest].rstrip()
    inert = _HIDDEN.sub(_named, str(escape(words)))
    more = f'<span class="cut" title="{rest:,} more characters">…</span>' if rest > 0 else ""
    return Markup(f"<bdi>{inert}{more}</bdi>")


def plain(text: object, longest: int = 300) -> str:
    """The same for an attribute or a title: hidden characters named in words, cut."""
    words = str(text)
    cut = words if len(words) <= longest else words[:longest].rstrip() + "…"
    return _HIDDEN.sub(lambda match: f"[{_code(match[0])}]", cut)


def _named(match: re.Match[str]) -> str:
    name = unicodedata.name(match[0], "control character").lower()
    return f'<span class="control" title="{name}">{_code(match[0])}</span>'


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


PAGES = Environment(
    loader=PackageLoader("pipeline.desk"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["shown"] = shown
PAGES.filters["plain"] = plain
PAGES.filters["thousands"] = lambda number: f"{number:,}"


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that a template makes of values, with who is in (`curator`) and their `csrf`."""
    state = request.scope.get("state", {})
    made = PAGES.get_template(template).render(
        curator=state.get("curator", ""), csrf=state.get("csrf", ""), **values
    )
    return HTMLResponse(made, status)


def wants_json(request: Request) -> bool:
    """Whether a script asks, not a person."""
    asked = request.query_params.get("format")
    accepts = request.headers.get("accept", "")
    return asked == "json" or ("application/json" in accepts and "text/html" not in accepts)
