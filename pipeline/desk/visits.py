"""Who is in, where several desks stand behind one proxy: sessions and codes in their database.

As in `sessions`, only digests are kept: who reads the table comes in nowhere. Time is
the database's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError

from pipeline.desk.sessions import LASTS, OneTimeCode, Sessions, digest, plain
from pipeline.store.database import VISITS, asking, told

SESSION, CODE = "session", "code"
CODE_LASTS = 30 * 24 * 3600.0  # seconds; a desk that closes takes its code along
SELDOM = 60.0  # seconds between notes that a session is still used
_NOW = sql.cast(sql.extract("epoch", sql.func.clock_timestamp()), sql.Double)


class SharedSessions(Sessions):
    """Sessions that every desk on the database knows. Raises OSError when it cannot be reached."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine

    def begin(self, curator: str) -> str:
        """A new session; gives its token, for a cookie and for nothing else."""
        token = self.nonce()
        with _asking(self._engine) as database:
            database.execute(_expired(SESSION, LASTS))
            database.execute(_row(SESSION, token, curator))
        return token

    def curator(self, token: str) -> str | None:
        """Whose session it is; None for one that never was or is over."""
        this = (VISITS.c.digest == digest(token)) & (VISITS.c.kind == SESSION)
        query = sql.select(VISITS.c.curator, _NOW - VISITS.c.used).where(this)
        with _asking(self._engine) as database:
            found = database.execute(query).first()
            if found is None or found[1] > LASTS:
                return None
            if found[1] > SELDOM:
                database.execute(VISITS.update().where(this).values(used=_NOW))
            return str(found[0])

    def end(self, token: str) -> None:
        """End a session."""
        with _asking(self._engine) as database:
            database.execute(VISITS.delete().where(VISITS.c.digest == digest(token)))


class SharedCode(OneTimeCode):
    """A one-time code that any desk of the same curator takes, once. Raises OSError."""

    def __init__(self, engine: sql.Engine, curator: str) -> None:
        self._engine, self._curator = engine, curator
        super().__init__()
        self._keep()

    @property
    def now(self) -> str:
        """The code that works now: another one when a desk beside us took it."""
        with _asking(self._engine) as database:
            this = VISITS.c.digest == digest(plain(self._code))
            there = database.execute(sql.select(VISITS.c.digest).where(this)).first()
        if there is None:
            self._code = self._made()
            self._keep()
        return self._code

    def take(self, code: str) -> bool:
        """Whether it is a code; it is dead from now on."""
        this = (VISITS.c.digest == digest(plain(code))) & (VISITS.c.kind == CODE)
        mine = this & (VISITS.c.curator == self._curator) & (VISITS.c.used > _NOW - CODE_LASTS)
        with _asking(self._engine) as database:
            return database.execute(VISITS.delete().where(mine)).rowcount == 1

    def close(self) -> None:
        """Take the code back: nobody waits at this door any more."""
        self.take(self._code)

    def _keep(self) -> None:
        with _asking(self._engine) as database:
            database.execute(_expired(CODE, CODE_LASTS))
            database.execute(_row(CODE, plain(self._code), self._curator))


def _row(kind: str, token: str, curator: str) -> sql.Insert:
    values = {"digest": digest(token), "kind": kind, "curator": curator, "used": _NOW}
    return VISITS.insert().values(values)


def _expired(kind: str, lasts: float) -> sql.Delete:
    return VISITS.delete().where((VISITS.c.kind == kind) & (VISITS.c.used < _NOW - lasts))


@contextmanager
def _asking(engine: sql.Engine) -> Iterator[sql.Connection]:
    try:
        with asking(engine).begin() as connection:
            yield connection
    except DBAPIError as error:
        raise told(error, engine.url) from error
