"""Coming in and going out: by the one-time code of the terminal, or by name and password."""

import logging
from collections.abc import Callable

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pipeline.desk.curators import BadCurator, Curators
from pipeline.desk.render import page
from pipeline.desk.security import cookie
from pipeline.desk.sessions import Brake, OneTimeCode, Sessions
from pipeline.desk.settings import Settings
from pipeline.desk.visits import SharedCode, SharedSessions

LOG = logging.getLogger(__name__)
WRONG_CODE = "That is not the code, or it was used before. The terminal shows the one that works."
WRONG_PASSWORD = "That name and password do not belong together."


class Door:
    """Lets people in. `said` is called with the next code when one was used.

    Desks on one `shared` database let in each other's curators.
    """

    def __init__(
        self,
        settings: Settings,
        said: Callable[[str], None] = lambda _: None,
        shared: Engine | None = None,
    ) -> None:
        self.settings = settings
        self.sessions = SharedSessions(shared) if shared else Sessions()
        self.code = (
            SharedCode(shared, settings.curator) if shared and settings.curator else OneTimeCode()
        )
        self.curators = Curators(settings.store.raw)
        self.brake = Brake()
        self.said = said

    def by_code(self, code: str) -> str | None:
        """Who comes in with this code."""
        if self.settings.curator is None or not self.code.take(code):
            return None
        self.said(self.code.now)
        return self.settings.curator

    def by_password(self, name: str, password: str) -> str | None:
        """Who comes in with this name and password."""
        return name if self.curators.knows(name, password) else None


def shown(request: Request) -> Response:
    """The form by which one comes in."""
    return _form(request)


async def entered(request: Request) -> Response:
    """Exchange a code, or a name and password, for a session."""
    door: Door = request.app.state.door
    form = {key: str(value)[:1000] for key, value in (await request.form()).items()}
    name = form.get("name", "").strip()
    keys = [f"name {name}"]
    if request.client and not door.settings.address:  # behind a proxy all come from there
        keys.append(f"address {request.client.host}")
    if wait := door.brake.wait(*keys):
        answer = _form(request, f"Too many tries. Wait {wait:.0f} seconds.", 429)
        answer.headers["Retry-After"] = f"{wait:.0f}"
        return answer
    try:
        if door.settings.curator is not None:
            curator = await run_in_threadpool(door.by_code, form.get("code", ""))
            wrong = WRONG_CODE
        else:
            password = form.get("password", "")
            curator = await run_in_threadpool(door.by_password, name, password)
            wrong = WRONG_PASSWORD
    except BadCurator as error:
        LOG.error("%s", error)
        return _form(request, "The list of curators cannot be read. Tell whoever runs it.", 500)
    if curator is None:
        door.brake.failed(*keys)
        return _form(request, wrong, 403)
    await run_in_threadpool(door.sessions.end, request.state.token)
    token = await run_in_threadpool(door.sessions.begin, curator)
    answer = RedirectResponse(_inside(form.get("then", "/")), 303)
    answer.headers.append("set-cookie", cookie(token, door.settings.address.startswith("https:")))
    return answer


def left(request: Request) -> Response:
    """End the session."""
    door: Door = request.app.state.door
    door.sessions.end(request.state.token)
    answer = RedirectResponse("/enter", 303)
    answer.headers.append("set-cookie", cookie("", door.settings.address.startswith("https:")))
    return answer


def _form(request: Request, wrong: str = "", status: int = 200) -> Response:
    door: Door = request.app.state.door
    then = _inside(request.query_params.get("then", "/"))
    by_code = door.settings.curator is not None
    return page(request, "enter.html", status, by_code=by_code, wrong=wrong, then=then)


def _inside(then: str) -> str:
    """Where to go next: a page of this desk, whatever was asked for."""
    ours = then.startswith("/") and not then.startswith(("//", "/\\", "/enter"))
    return then if ours and then.isprintable() and "\\" not in then else "/"


ROUTES = [
    Route("/enter", shown),
    Route("/enter", entered, methods=["POST"]),
    Route("/leave", left, methods=["POST"]),
]
