"""How documents are coded, and by whom; and what was decided on one's own codings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.desk.by_hand import Refused
from pipeline.desk.curators import BadCurator
from pipeline.desk.entry import Door
from pipeline.desk.filters import Filters
from pipeline.desk.index import Index
from pipeline.desk.library import Folio, Library, NotYours
from pipeline.desk.record_view import label_of, last_on, said, title_of
from pipeline.desk.render import page, wants_json
from pipeline.desk.search import counted, progress
from pipeline.desk.sight import all_coded, done_by, is_word
from pipeline.model import Act, Coding, Decision, FieldStatus
from pipeline.model.decision import CODING, TAGS, WHOLE
from pipeline.review import fields_of, standing
from pipeline.store.decisions import Stale

MODES = {
    "open": ("Open", "One answer for each field, whoever gives it."),
    "anchored": ("Anchored", "Each coder alone, with the machine's suggestions in view."),
    "blind": ("Blind", "Each coder alone, without the machine's suggestions."),
}
NOT_A_CODER = "A coder of this document cannot say how it is coded."


# --- which documents are coded how ----------------------------------------------------------------


def assignments(request: Request) -> Response:
    """Every document with how it is coded, and how many of its records are in conflict."""
    index: Index = request.app.state.index
    curator = request.state.curator
    with index.reading() as database:
        found = [
            {
                "document": one.name,
                "title": one.title,
                "coding": one.coding,
                "conflicts": counted(
                    database, Filters(document=one.name, status="conflict"), curator
                )
                if one.coding["mode"] != "open"
                else 0,
            }
            for one in progress(database, curator)
        ]
    if wants_json(request):
        return JSONResponse({"documents": found})
    return page(request, "coding.html", documents=found, modes=MODES, quote=quote)


def assignment(request: Request) -> Response:
    """The form by which a document is assigned."""
    folio = _folio(request)
    if folio.role == "coder":
        raise NotYours(NOT_A_CODER)
    return _form(request, folio, folio.coding)


async def assign(request: Request) -> Response:
    """Assign a document as the form says: 303 when it is stored, 409 or 422 with the reason."""
    form = await request.form()
    coders = tuple(str(name) for name in form.getlist("coder"))
    fields = {key: str(value)[:1000] for key, value in form.items()}
    return await run_in_threadpool(_assign, request, fields, coders)


def _assign(request: Request, form: Mapping[str, str], coders: tuple[str, ...]) -> Response:
    library: Library = request.app.state.library
    folio, curator = _folio(request), request.state.curator
    if folio.role == "coder":
        raise NotYours(NOT_A_CODER)
    try:
        coding = _wished(form, coders, _known(request))
    except Refused as error:
        return _form(request, folio, _typed(form, coders), str(error), 422)
    if coding == folio.coding:
        return RedirectResponse("/coding", 303)
    if _lifts(folio, coding) and form.get("confirmed") != "yes":
        names = " and ".join(begun(folio))
        message = (
            f"{names} began to code this document alone. With this change what they decided may "
            "be seen by those who are coders no more, and the figures of agreement may count for "
            "nothing. Nothing is changed yet."
        )
        return _form(request, folio, coding, message, 409, confirm=True)
    decision = Decision(
        action=str(uuid4()), document=folio.name, record="", field=CODING, act=Act.ASSIGN,
        value=coding, curator=curator, when=datetime.now(UTC),
    )  # fmt: skip
    try:
        library.append(curator, [decision], base={("", CODING): form.get("base", "")})
    except Stale as stale:
        last = stale.last[-1]
        what = "said if they are done" if is_word(last) else "changed this"
        message = f"{last.curator} {what} meanwhile. This is how it is coded now."
        now = library.folio(folio.name, curator)
        return _form(request, now, now.coding, message, 409)
    return RedirectResponse("/coding", 303)


def _wished(form: Mapping[str, str], coders: tuple[str, ...], known: list[str]) -> Coding:
    """What the form says. Raises Refused, with a reason that helps."""
    mode, adjudicator = form.get("mode", "open"), form.get("adjudicator") or None
    for name in (*coders, *([adjudicator] if adjudicator else [])):
        if name not in known:
            raise Refused(
                f"Nobody here is called {name!r}. Add them first: gleaner review curators add NAME."
            )
    if mode not in MODES:
        raise Refused("Choose open, anchored or blind.")
    if mode != "open" and len(set(coders)) < 2:
        raise Refused("To be coded alone, a document needs two coders or more.")
    if mode != "open" and adjudicator in coders:
        raise Refused(f"{adjudicator} cannot code a document and decide its conflicts as well.")
    return _typed(form, coders)


def _typed(form: Mapping[str, str], coders: tuple[str, ...]) -> Coding:
    try:
        return Coding.model_validate(
            {
                "mode": form.get("mode", "open"),
                "coders": tuple(sorted(set(coders))),
                "adjudicator": form.get("adjudicator") or None,
                "required": form.get("required") == "yes",
            }
        )
    except ValidationError:
        return Coding()


def _known(request: Request) -> list[str]:
    """Who can be named. Raises Refused when their list cannot be read."""
    door: Door = request.app.state.door
    try:
        names = {*door.curators.names(), request.state.curator}
    except BadCurator as error:
        raise Refused(str(error)) from error
    local = door.settings.curator
    return sorted(names | ({local} if local else set()))


def begun(folio: Folio) -> list[str]:
    """The coders who decided something alone that stands, sorted."""
    coders = folio.coding.coders if folio.coding.mode != "open" else ()
    own = (d.curator for d in standing(folio.decisions) if d.role == "coder" and d.record)
    return sorted({name for name in own if name in coders})


def _lifts(folio: Folio, coding: Coding) -> bool:
    """Whether another coding would end what coders began alone."""
    now = folio.coding
    same = (now.mode, set(now.coders)) == (coding.mode, set(coding.coders))
    return not same and bool(begun(folio))


def _form(
    request: Request,
    folio: Folio,
    coding: Coding,
    wrong: str = "",
    status: int = 200,
    confirm: bool = False,
) -> Response:
    try:
        known = _known(request)
    except Refused as error:
        known, wrong, status = [], str(error), 500
    return page(
        request,
        "coding_form.html",
        status,
        name=folio.name,
        path=quote(folio.name),
        title=folio.title,
        coding=coding,
        modes=MODES,
        known=known,
        base=last_on(folio, request.state.curator, "", CODING),
        wrong=wrong,
        confirm=confirm,
    )


# --- one's own codings ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a field on which coders differed: what one said, and what was decided."""

    record: str
    title: str
    field: str
    label: str
    mine: str
    decided: str
    by: str
    same: bool


@dataclass
class Own:
    """A document that a curator codes alone: how far, and, when all are done, what was decided.

    `said` is whether the curator says that they are done with it.
    """

    name: str
    title: str
    mode: str
    done: int
    all: int
    said: bool
    finished: bool
    answers: list[Answer] = field(default_factory=list)
    open: int = 0


def mine(request: Request) -> Response:
    """The documents that the curator codes alone, and what was decided on their codings."""
    library: Library = request.app.state.library
    index: Index = request.app.state.index
    curator = request.state.curator
    with index.reading() as database:
        names = [
            one.name
            for one in progress(database, curator)
            if one.coding["mode"] != "open" and curator in one.coding["coders"]
        ]
    found = [_own(library.folio(name, curator), curator, library) for name in names]
    return page(request, "coding_mine.html", documents=found, quote=quote, modes=MODES)


async def say(request: Request) -> Response:
    """Take the word of a coder that they are done with a document, or not yet: 303 when stored."""
    form = await request.form()
    name, done = str(form.get("document", "")), form.get("done") == "yes"
    return await run_in_threadpool(_say, request, name, done)


def _say(request: Request, name: str, done: bool) -> Response:
    library: Library = request.app.state.library
    curator = request.state.curator
    folio = library.folio(name, curator)
    if folio.role == "coder" and finished(folio):
        raise NotYours("All coders have finished this document: each saw what the others said.")
    if (curator in done_by(folio.decisions, folio.coding)) != done or folio.role != "coder":
        word = Decision(
            action=str(uuid4()), document=name, record="", field=CODING,
            act=Act.ACCEPT if done else Act.RESET, curator=curator, when=datetime.now(UTC),
        )  # fmt: skip
        library.append(curator, [word])
    return RedirectResponse("/coding/mine", 303)


def finished(folio: Folio) -> bool:
    """Whether every coder is done, or has coded everything: then all may see all."""
    return not folio.view and all_coded(folio.records, folio.decisions, folio.coding)


def _own(folio: Folio, curator: str, library: Library) -> Own:
    done, whole = _done(folio, curator, [TAGS + one for one in library.taxonomies])
    own = Own(
        name=folio.name,
        title=folio.title,
        mode=folio.coding.mode,
        done=done,
        all=whole,
        said=curator in done_by(folio.decisions, folio.coding),
        finished=finished(folio),
    )
    if own.finished:
        own.answers = list(_answers(folio, curator))
        own.open = sum(
            one.status is FieldStatus.CONFLICT
            for record in (*folio.reviewed.records, *folio.reviewed.lost)
            for one in record.review.fields
        )
    return own


def _done(folio: Folio, curator: str, taxonomies: list[str]) -> tuple[int, int]:
    """How many fields the curator decided, of how many. It tells of no suggestion: all taxonomies
    count for all records.
    """
    own = [d for d in standing(folio.decisions) if d.curator == curator and d.role == "coder"]
    coded = {(d.record, d.field) for d in own if d.act is not Act.NOTE}
    wanted = {
        (record.id, name)
        for record in folio.records.records
        for name in (*fields_of(record), *taxonomies)
    }
    done = sum(one in coded or (one[0], WHOLE) in coded for one in wanted)
    return done, len(wanted)


def _answers(folio: Folio, curator: str) -> Iterator[Answer]:
    records = {one.id: one for one in (*folio.reviewed.records, *folio.reviewed.lost)}
    titles = {own: title_of(one) for own, one in records.items()}
    last: dict[tuple[str, str], dict[str, Decision]] = {}
    for decision in standing(folio.decisions):
        if decision.act is not Act.NOTE and decision.record in records:
            who = curator if decision.curator == curator else decision.role
            last.setdefault((decision.record, decision.field), {})[who] = decision
    for (record, name), by in last.items():
        settled, own = by.get("adjudicator"), by.get(curator)
        if settled is None:
            continue
        yield Answer(
            record=record,
            title=titles[record],
            field=name,
            label=label_of(name),
            mine=outcome_of(own, titles) if own else "you said nothing of it",
            decided=outcome_of(settled, titles),
            by=settled.curator,
            same=own is not None and outcome_of(own, titles) == outcome_of(settled, titles),
        )


def outcome_of(decision: Decision, titles: Mapping[str, str]) -> str:
    """What a decision comes to, in words."""
    if decision.field == WHOLE:
        about = said(decision.value, titles)
        words = {Act.ACCEPT: "kept", Act.REJECT: "rejected: it is no measure"}
        return words.get(decision.act, f"{decision.act}{f': {about}' if about else ''}")
    if decision.act is Act.REJECT:
        return "nothing: the field is empty"
    return said(decision.value, titles) or "nothing"


def _folio(request: Request) -> Folio:
    library: Library = request.app.state.library
    return library.folio(request.path_params["name"], request.state.curator)


ROUTES: list[Any] = [
    Route("/coding", assignments),
    Route("/coding/mine", mine),
    Route("/coding/mine", say, methods=["POST"]),
    Route("/coding/{name:path}", assignment),
    Route("/coding/{name:path}", assign, methods=["POST"]),
]
