"""What is asked for, what comes back, and why nothing came."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["refused", "later", "gone"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A url to be fetched, within limits.

    `etag` and `modified` are those of the version that is here, sent so that the host may answer
    "the same". `private` allows addresses that only this network has. `delay`: seconds between two
    requests to its host.
    """

    url: str
    etag: str = ""
    modified: str = ""
    private: bool = False
    delay: float = 2.0
    seconds: float = 120.0
    megabytes: float = 100.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host gave: the bytes, or None where it said that they are the same as before.

    `url` is where they came from in the end; `moved` is the new address when the host said that
    the one asked for is so for good.
    """

    url: str
    data: bytes | None
    media_type: str = ""
    etag: str = ""
    modified: str = ""
    moved: str = ""


class NotFetched(Exception):
    """Nothing came. `code` is a short stable name, the message says why in the user's words.

    `kind`: `refused` will not change by itself, `later` may pass, `gone` is not there any more.
    `wait` is how many seconds the host asks for, `again` whether it is worth another try at once.
    """

    def __init__(
        self, kind: Kind, code: str, message: str, *, wait: float = 0.0, again: bool = False
    ) -> None:
        super().__init__(message)
        self.kind, self.code, self.message = kind, code, message
        self.wait, self.again = wait, again
