"""What went wrong or is doubtful, in the words of the person who must act on it."""

from enum import StrEnum

from pipeline.model.base import Frozen
from pipeline.model.place import Span


class Level(StrEnum):
    """How loud an issue is: `ERROR` sets the document aside and fails the run."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Issue(Frozen):
    """One doubt or fault. `span` is the place in the document's text, where there is one."""

    code: str
    level: Level
    message: str
    span: Span | None = None
    stage: str


class SetAside(Exception):
    """A document that cannot be read. Raised by stages, recorded by the runner.

    `code` is a short stable name (`encrypted`, `not-a-pdf`), `message` says in the user's words
    what is wrong and what to do about it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["SetAside"], tuple[str, str]]:
        return SetAside, (self.code, self.message)
