"""Servers in wide use, imitated with their faults (measured on OpenTAXII 0.9.3 and medallion 3.0.0), and one that pages by
date only. Each is an HTTP server on loopback with a clock of its own; ``broken`` is called before each answer and may take it
over: a status, or ``"drop"`` for a connection that breaks after the server has done its part.
"""

import json
import threading
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MEDIA = "application/taxii+json;version=2.1"
FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
COLLECTION = "5a6a3f3e-2a52-4b1c-9f0a-6b1de1e3c7aa"

Answer = tuple[int, dict[str, str], bytes]
Broken = Callable[[dict[str, str]], "int | tuple[int, dict[str, str]] | str | None"]


class Remote:
    """A TAXII server with one collection. ``rows``: (date added, object as a dict), in the order they came."""

    authorization = ""
    cap = 100

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rows: list[tuple[datetime, dict[str, Any]]] = []
        self.asked: list[dict[str, str]] = []
        self.heads: list[dict[str, str]] = []
        self.broken: Broken = lambda query: None
        self.sessions: dict[str, tuple[dict[str, str], list[tuple[datetime, dict[str, Any]]]]] = {}
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/root/collections/{COLLECTION}/"

    def post(self, objects: list[dict[str, Any]]) -> None:
        """An envelope that arrives now."""
        for one in objects:
            self.now += timedelta(microseconds=1)
            self.rows.append((self.now, one))

    def answer(self, query: dict[str, str]) -> Answer:
        raise LookupError

    def handle(self, path: str, heads: dict[str, str]) -> Answer | str:
        parts = urlsplit(path)
        if heads.get("authorization", "") != self.authorization:
            return 401, {}, b"{}"
        if parts.path != f"/root/collections/{COLLECTION}/objects/":
            return 404, {}, b"{}"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(query)
        self.heads.append(heads)
        broken = self.broken(dict(query))
        if isinstance(broken, int):
            return broken, {}, b"{}"
        if isinstance(broken, tuple):
            return broken[0], broken[1], b"{}"
        answer = self.answer(query)
        return "drop" if broken == "drop" else answer

    @contextmanager
    def serving(self) -> Iterator["Remote"]:
        remote = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                heads = {name.lower(): value for name, value in self.headers.items()}
                answer = remote.handle(self.path, heads)
                if isinstance(answer, str):
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response_only(status)
                self.send_header("Date", format_datetime(remote.now.replace(tzinfo=UTC), usegmt=True))
                for name, value in {"Content-Type": MEDIA, "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's signature
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class OpenTaxii(Remote):
    """OpenTAXII 0.9.3: ``spec_version`` is the type; ``next`` is date and id, and can't be read again where the date has no
    microseconds; an empty page has no headers; everything is written anew from a database.
    """

    authorization = "Bearer token-of-opentaxii"

    def answer(self, query: dict[str, str]) -> Answer:
        if int(query["limit"]) < 1:
            return 500, {}, b""
        rows = sorted(self.rows, key=lambda row: (row[0], row[1]["id"]))
        if "added_after" in query:
            after = datetime.strptime(query["added_after"], FORMAT)
            rows = [row for row in rows if row[0] > after]
        if "next" in query:
            date, _, own = b64decode(query["next"]).decode().partition("|")
            try:
                since = datetime.strptime(date.split("+")[0], "%Y-%m-%dT%H:%M:%S.%f")
            except ValueError:
                return 400, {}, b'{"code": 400}'
            rows = [row for row in rows if row[0] > since or (row[0] == since and row[1]["id"] > own)]
        limit = int(query["limit"])
        page, more = rows[:limit], len(rows) > limit
        if not page:
            return 200, {}, b"{}"
        told: dict[str, Any] = {"more": more, "objects": [_rewritten(one) for _, one in page]}
        if more:
            told["next"] = b64encode(f"{page[-1][0].isoformat()}+00:00|{page[-1][1]['id']}".encode()).decode()
        return 200, _dates(page), json.dumps(told).encode()


def _rewritten(one: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in one.items() if name not in {"id", "type", "spec_version"}}
    return {"id": one["id"], "type": one["type"], "spec_version": one["type"], **rest}


class Medallion(Remote):
    """medallion 3.0.0: an envelope has one date; ``next`` gives another page each time, needs ``limit``, must come with the
    same parameters and is forgotten after a while; what has ``version`` makes every answer a 500.
    """

    authorization = "Basic YmVuY2g6aHVudGVyMg=="

    def post(self, objects: list[dict[str, Any]]) -> None:
        self.rows += [(self.now, one) for one in objects]

    def answer(self, query: dict[str, str]) -> Answer:
        limit = min(int(query["limit"]), self.cap)
        given = {name: value for name, value in query.items() if name not in {"limit", "next"}}
        if "next" in query:
            if query["next"] not in self.sessions or self.sessions[query["next"]][0] != given:
                return 400, {}, b"{}"
            rows, token = self.sessions.pop(query["next"])[1], query["next"]
        else:
            if any("version" in one for _, one in self.rows):
                return 500, {}, b""
            rows = sorted(self.rows, key=lambda row: row[0])
            if "added_after" in query:
                after = datetime.strptime(query["added_after"], FORMAT)
                rows = [row for row in rows if row[0] > after]
            token = str(uuid.uuid4())
        page, rest = rows[:limit], rows[limit:]
        if not page:
            return 200, {}, b"{}"
        told: dict[str, Any] = {"objects": [one for _, one in page], "more": bool(rest)}
        if rest:
            told["next"] = token
            self.sessions[token] = (given, rest)
        return 200, _dates(page), json.dumps(told).encode()


class ByDate(Remote):
    """A server that gives no ``next`` and compares in milliseconds (3.5: the client goes on by date)."""

    cap = 50

    def answer(self, query: dict[str, str]) -> Answer:
        rows = [(date.replace(microsecond=date.microsecond // 1000 * 1000), one) for date, one in self.rows]
        if "added_after" in query:
            after = datetime.strptime(query["added_after"], FORMAT)
            after = after.replace(microsecond=after.microsecond // 1000 * 1000)
            rows = [row for row in rows if row[0] > after]
        limit = min(int(query["limit"]), self.cap)
        page = rows[:limit]
        told = {"objects": [one for _, one in page], "more": len(rows) > limit}
        return 200, _dates(page) if page else {}, json.dumps(told).encode()


def _dates(page: list[tuple[datetime, dict[str, Any]]]) -> dict[str, str]:
    dates = [date.strftime(FORMAT) for date, _ in page]
    return {"X-TAXII-Date-Added-First": min(dates), "X-TAXII-Date-Added-Last": max(dates)}
