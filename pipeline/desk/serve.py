"""A desk served: one process of perhaps several, bound to loopback unless someone guards it."""

import logging

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import LOGGING_CONFIG

from pipeline.desk.settings import EVERYWHERE, LOOPBACK, Settings


class Refused(Exception):
    """A desk that must not be opened so; the message says why, and what would do."""


def check(settings: Settings, has_curators: bool) -> None:
    """Raise Refused for a desk that anybody in the network could enter, or nobody could."""
    if settings.host in LOOPBACK:
        return
    if not has_curators and not settings.trust:
        raise Refused(
            f"Anybody in the network could decide at {settings.host}. Give curators passwords "
            "(gleaner review curators add NAME), or name a proxy's header with --trust-header."
        )
    if settings.host in EVERYWHERE and not settings.address:
        raise Refused("Say how browsers reach the desk: --address http://NAME:PORT")


def server_of(app: Starlette, settings: Settings) -> uvicorn.Server:
    """The server of a desk. It says nothing of requests: paths are nobody's business."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            lifespan="off",
            log_level="warning",
            proxy_headers=False,  # who asks is whoever is at the other end, not who it says
            server_header=False,
            date_header=True,
            h11_max_incomplete_event_size=64 * 1024,
            limit_concurrency=200,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=10,  # seconds for what was asked before SIGTERM
            log_config=None if logging.root.handlers else LOGGING_CONFIG,
        )
    )


def opened(url: str) -> bool:
    """Show an address in the user's own browser, if there is one with a screen."""
    import os
    import sys
    import webbrowser

    screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return screen and webbrowser.open(url)
