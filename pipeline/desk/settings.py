"""What a desk is opened with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from pipeline.store import Store

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Trust:
    """A proxy that says in a header who is there; believed from these networks alone."""

    header: str
    networks: tuple[str, ...]

    def believes(self, address: str) -> bool:
        """Whether what comes from this address is the proxy's word."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in ip_network(network) for network in self.networks)


@dataclass(frozen=True)
class Settings:
    """A desk over a store.

    `curator` is who comes in by the one-time code; None where curators have passwords or a proxy
    names them. `decisions` is the URL of their database (None: `raw/decisions.sqlite3`).
    `address` is how browsers reach it from outside (`https://desk.example.org`), if not directly.
    `index` is where the index lies (None: in `extracted/`). Who knows `metrics_token` may read
    /metrics from anywhere. `lies_at` tells where the original of a name lies (None: in
    `raw/documents`).
    """

    store: Store
    curator: str | None = None
    decisions: str | None = None
    host: str = "127.0.0.1"
    port: int = 8765
    address: str = ""
    trust: Trust | None = None
    index: Path | None = None
    metrics_token: str = ""
    lies_at: Callable[[str], Path] | None = None

    def original(self, name: str) -> Path:
        """Where the original of a document lies."""
        return self.lies_at(name) if self.lies_at else self.store.original(name).file

    @property
    def origins(self) -> Sequence[str]:
        """The origins under which pages of this desk are served, as browsers write them."""
        names = LOOPBACK if self.host in (*LOOPBACK, *EVERYWHERE) else (self.host,)
        own = [f"http://{f'[{name}]' if ':' in name else name}:{self.port}" for name in names]
        return [*own, *([self.address.rstrip("/")] if self.address else [])]
