"""How far coders agree, in documents that each of them has finished."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk.coding import finished
from pipeline.desk.index import Index
from pipeline.desk.library import Folio, Library
from pipeline.desk.record_view import label_of
from pipeline.desk.render import page, wants_json
from pipeline.desk.search import progress
from pipeline.desk.sight import all_coded, done_by
from pipeline.model import Act, Decision
from pipeline.model.decision import WHOLE
from pipeline.review.agreement import Agreement, Figure, agreement
from pipeline.taxonomy import Taxonomy


def shown(request: Request) -> Response:
    """The figures of all finished documents, or of the one asked for."""
    library: Library = request.app.state.library
    index: Index = request.app.state.index
    curator, asked = request.state.curator, request.query_params.get("document", "")
    with index.reading() as database:
        coded = [one.name for one in progress(database, curator) if one.coding["mode"] != "open"]
    folios = [library.folio(name, curator) for name in coded if asked in ("", name)]
    done = [folio for folio in folios if finished(folio)]
    found = agreement((d for folio in done for d in alone(folio)), library.taxonomies)
    if wants_json(request):
        names = [folio.name for folio in done]
        return JSONResponse({"documents": names, **found.model_dump(mode="json")})
    return page(
        request,
        "agreement.html",
        groups=list(_groups(found, library)),
        coders=found.coders,
        done=[folio.name for folio in done],
        open=[folio.name for folio in folios if folio not in done],
        asked=asked,
        quote=quote,
    )


def alone(folio: Folio) -> list[Decision]:
    """What the coders of a finished document had decided when the last of them finished first.

    From then on each could see what the others said: what they changed since is no coding alone.
    """
    coders = set(folio.coding.coders)
    own = [
        d for d in folio.decisions if not d.record or (d.role == "coder" and d.curator in coders)
    ]
    acts = [list(group) for _, group in groupby(own, key=lambda one: one.action)]
    coded: list[Decision] = []
    begun: set[str] = set()
    for act in acts:
        coded += act
        begun |= {one.curator for one in act if one.act is not Act.UNDO}
        if (
            begun >= coders
            and _might(coded, folio)
            and all_coded(folio.records, coded, folio.coding)
        ):
            return coded
    return own


def _might(coded: list[Decision], folio: Folio) -> bool:
    """Whether so many decisions can be all; spares the closer look, which reads all of them."""
    done = done_by(coded, folio.coding)
    some = Counter(curator for _, curator in {(d.record, d.curator) for d in coded if d.record})
    enough = len(folio.records.records)
    return all(coder in done or some[coder] >= enough for coder in folio.coding.coders)


def _groups(found: Agreement, library: Library) -> Iterator[dict[str, Any]]:
    """The figures by field: that of the field, then those of its levels and branches."""
    for field, figures in groupby(found.figures, key=lambda one: one.field):
        taxonomy = library.taxonomies.get(field.removeprefix("tags."))
        rows = [(_named(one, taxonomy), one, _bar(one)) for one in figures]
        yield {
            "label": "Kept as a record" if field == WHOLE else label_of(field),
            "whole": [row for row in rows if not row[1].branch],
            "branches": [row for row in rows if row[1].branch],
        }


def _bar(figure: Figure) -> dict[str, str] | None:
    """Where alpha and its interval are drawn, in hundredths of the width; below 0 is at 0."""
    if figure.alpha is None or figure.low is None or figure.high is None:
        return None
    low, high, alpha = (100 * min(max(x, 0), 1) for x in (figure.low, figure.high, figure.alpha))
    places = {"low": low, "wide": max(high - low, 0.6), "alpha": min(max(alpha - 1, 0), 98)}
    return {name: f"{place:.1f}" for name, place in places.items()}


def _named(figure: Figure, taxonomy: Taxonomy | None) -> str:
    """A branch in words: its code and its label."""
    levels = {"level 1": "At the top level", "level 2": "At the second level"}
    if figure.branch in levels or taxonomy is None:
        return levels.get(figure.branch, figure.branch)
    label = next((one.label for one in taxonomy.concepts if one.code == figure.branch), "")
    return f"{figure.branch} {label}".strip()


ROUTES = [Route("/agreement", shown)]
