"""A double of Elasticsearch, for tests of Argilla only. Not a search engine.

It keeps documents by index and id in memory and answers what argilla-server asks when datasets are made, records
written and responses given: ping, indices and mappings, `_bulk`, `_update`; `_search` finds every document of an
index, whatever the query. Argilla's own database holds the truth that the tests look at.

As a program: `python index_double.py` prints the port it listens on, on loopback.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

INFO = {
    "name": "double",
    "cluster_name": "double",
    "version": {"number": "8.7.0", "build_flavor": "default", "lucene_version": "9.5.0"},
    "tagline": "a double for tests",
}


class Indices:
    """Documents by index and id."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.documents: dict[str, dict[str, Any]] = {}

    def bulk(self, lines: list[str]) -> dict[str, Any]:
        done = []
        queue = iter(lines)
        for line in queue:
            ((verb, meta),) = json.loads(line).items()
            index = self.documents.setdefault(meta["_index"], {})
            if verb == "delete":
                found = index.pop(meta["_id"], None)
                done.append({verb: {**meta, "status": 200 if found else 404}})
            else:
                index[meta["_id"]] = json.loads(next(queue))
                done.append({verb: {**meta, "status": 201, "result": "created"}})
        return {"took": 0, "errors": False, "items": done}

    def update(self, index: str, key: str, body: dict[str, Any]) -> bool:
        document = self.documents.get(index, {}).get(key)
        if document is None:
            return False
        document.update(body.get("doc", {}))
        response = body.get("script", {}) if isinstance(body.get("script"), dict) else {}
        response = response.get("params", {}).get("response")
        if response:
            others = [r for r in document.get("responses", []) if r["id"] != response["id"]]
            document["responses"] = [*others, response]
        return True

    def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        keys = list(self.documents.get(index, {}))
        start, size = body.get("from", 0), body.get("size", 10)
        return {
            "took": 0,
            "timed_out": False,
            "hits": {
                "total": {"value": len(keys), "relation": "eq"},
                "hits": [{"_index": index, "_id": k, "_score": 1.0} for k in keys[start : start + size]],
            },
        }


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    indices = Indices()

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode() if length else ""
        parts = [unquote(p) for p in urlsplit(self.path).path.split("/") if p]
        with self.indices.lock:
            status, answer = self._answer(parts, text)
        body = b"" if self.command == "HEAD" else json.dumps(answer).encode()
        self.send_response(status)
        # the client refuses servers that do not call themselves so
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", self._type())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _type(self) -> str:
        asked = self.headers.get("Accept", "")
        return asked if asked.startswith("application/vnd.elasticsearch") else "application/json"

    def _answer(self, parts: list[str], text: str) -> tuple[int, dict[str, Any]]:
        documents = self.indices.documents
        if not parts:
            return 200, INFO
        if parts[-1] == "_bulk":
            return 200, self.indices.bulk([line for line in text.splitlines() if line])
        if parts[-1] == "_search":
            return 200, self.indices.search(parts[0], json.loads(text or "{}"))
        if len(parts) == 3 and parts[1] == "_update":
            found = self.indices.update(parts[0], parts[2], json.loads(text))
            return (200, {"result": "updated"}) if found else (404, {"error": "no such document"})
        if len(parts) == 1 and self.command == "PUT":
            documents.setdefault(parts[0], {})
            return 200, {"acknowledged": True, "shards_acknowledged": True, "index": parts[0]}
        if len(parts) == 1 and self.command == "HEAD":
            return (200 if parts[0] in documents else 404), {}
        if len(parts) == 1 and self.command == "DELETE":
            return (200 if documents.pop(parts[0], None) is not None else 404), {"acknowledged": True}
        if parts[-1] == "_mapping":
            return 200, {"acknowledged": True}
        return 200, {}

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
