"""Connections to the addresses that were checked, and none that outlives its time.

A name is looked up once, its addresses are checked, and one of exactly these is called, so that a
name that changes its address in between gains nothing. The certificate and the `Host` header are
still of the name.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from pipeline.fetch.address import resolve

CONNECT, READ = 15.0, 30.0  # seconds of silence


class Transport(httpx.HTTPTransport):
    """A transport for one fetch. `until(seconds)` sets when all of it must be over."""

    def __init__(self, private: bool, verify: ssl.SSLContext | bool = True) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._backend = _Backend(private)
        # httpx has no public way to hand its pool another way to connect.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(verify=verify, trust_env=False),
            network_backend=self._backend,
        )

    def until(self, seconds: float) -> None:
        """Give everything from now on so much time, down to the last byte."""
        self._backend.deadline = time.monotonic() + seconds

    @property
    def late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._backend.deadline


class _Backend(httpcore.NetworkBackend):
    def __init__(self, private: bool) -> None:
        self._private, self._real = private, httpcore.SyncBackend()
        self.deadline = float("inf")

    def within(self, timeout: float | None) -> float:
        """The time that is left, at most `timeout`. Raises ReadTimeout when there is none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host, port, self._private)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _Stream(self, self._real.connect_tcp(address, port, self.within(timeout)))


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends when the time of the whole fetch does."""

    def __init__(self, backend: _Backend, real: httpcore.NetworkStream) -> None:
        self._backend, self._real = backend, real

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._real.read(max_bytes, self._backend.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._real.write(buffer, self._backend.within(timeout))

    def close(self) -> None:
        self._real.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = self._backend.within(timeout)
        return _Stream(self._backend, self._real.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._real.get_extra_info(info)
