"""A server on loopback that keeps tables as Airtable's API does, with its limits and its faults."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PAGE, MOST = 3, 10  # rows of a page, of a write
LINKS = {"Source": "Sources", "Parent": "Mitigations", "Children": "Mitigations"}
Rows = dict[str, dict[str, Any]]


class Base(ThreadingHTTPServer):
    """Two tables by the ids of their rows. `faults` are what the next writes meet, in order:

    `429 2` (with Retry-After: 2), `429 bare`, `500`, `422`, or `lost`: done, but never answered.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tables: dict[str, Rows] = {"Sources": {}, "Mitigations": {}}
        self.rate = 5  # requests in a second
        self.unknown: set[str] = set()  # columns that the tables lack
        self.faults: deque[str] = deque()
        self.asked: list[tuple[float, str, int]] = []  # when, how, and how many rows
        self.too_fast = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def row(self, table: str, column: str, value: str) -> dict[str, Any]:
        """The fields of the row that has that value in that column."""
        [found] = [row for row in self.tables[table].values() if row.get(column) == value]
        return found

    @property
    def writes(self) -> list[int]:
        """How many rows each write had."""
        return [rows for _, how, rows in self.asked if how == "PATCH"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Base

    def do_GET(self) -> None:
        with self.server.lock:
            if self._may("GET", 0):
                rows = list(self.server.tables[self._table()].items())
                asked = parse_qs(urlsplit(self.path).query)
                start = int(asked.get("offset", ["0"])[0])
                page = [{"id": key, "createdTime": "", "fields": row}
                        for key, row in rows[start : start + PAGE]]  # fmt: skip
                more = {"offset": str(start + PAGE)} if start + PAGE < len(rows) else {}
                self._answer(200, {"records": page, **more})

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        records = body["records"]
        with self.server.lock:
            if not self._may("PATCH", len(records)):
                return
            fault = self.server.faults.popleft() if self.server.faults else ""
            if fault.startswith("429"):
                after = fault.removeprefix("429 ")
                headers = {"Retry-After": after} if after.isdecimal() else {}
                self._answer(429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}, headers)
            elif fault == "500":
                self._answer(500, {"error": "SERVER_ERROR"})
            elif fault == "422":
                self._refuse("INVALID_VALUE_FOR_COLUMN", "Field Status cannot accept this")
            elif problem := self._problem(records):
                self._refuse(*problem)
            else:
                done = [self._upsert(one["fields"], body["performUpsert"]) for one in records]
                if fault == "lost":
                    self.close_connection = True
                    self.connection.close()
                else:
                    self._answer(200, {"records": done, "createdRecords": [], "updatedRecords": []})

    def _may(self, how: str, rows: int) -> bool:
        server, now = self.server, time.monotonic()
        server.asked.append((now, how, rows))
        if self.headers.get("Authorization") != "Bearer secret":
            self._answer(401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "No."}})
            return False
        if sum(now - when < 1 for when, _, _ in server.asked) > server.rate:
            server.too_fast += 1
            self._answer(429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]}, {"Retry-After": "1"})
            return False
        return True

    def _problem(self, records: list[dict[str, Any]]) -> tuple[str, str] | None:
        if len(records) > MOST:
            return "INVALID_RECORDS", f"at most {MOST} records"
        for record in records:
            for name, value in record["fields"].items():
                if name in self.server.unknown:
                    return "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"'
                if name in LINKS and set(value or ()) - set(self.server.tables[LINKS[name]]):
                    return "ROW_DOES_NOT_EXIST", f"{name} links to no row"
        return None

    def _upsert(self, fields: dict[str, Any], how: dict[str, Any]) -> dict[str, Any]:
        table = self.server.tables[self._table()]
        [key] = how["fieldsToMergeOn"]
        same = [one for one, row in table.items() if row.get(key) == fields[key]]
        identifier = same[0] if same else f"rec{len(table):04}{self._table()[0]}"
        row = table.get(identifier, {}) | fields
        table[identifier] = {name: value for name, value in row.items() if value not in (None, [])}
        return {"id": identifier, "createdTime": "", "fields": table[identifier]}

    def _table(self) -> str:
        return unquote(urlsplit(self.path).path).rpartition("/")[2]

    def _refuse(self, kind: str, message: str) -> None:
        self._answer(422, {"error": {"type": kind, "message": message}})

    def _answer(
        self, code: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        for name, value in {"Content-Length": str(len(data)), "Content-Type": "application/json",
                            **(headers or {})}.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def airtable() -> Iterator[Base]:
    """The server while it runs."""
    base = Base()
    thread = threading.Thread(target=base.serve_forever, args=[0.02])
    thread.start()
    try:
        yield base
    finally:
        base.shutdown()
        thread.join()
        base.server_close()
