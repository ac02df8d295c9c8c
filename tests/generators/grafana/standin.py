"""A server that answers as Grafana's documents say: folders, dashboards, tokens, conflicts."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_0123456789abcdefABCDEF_01234567"
HTML = "<html>Welcome</html>"
Reply = tuple[int, Any]
REFUSED: Reply = (401, {"message": "Invalid API key", "messageId": "api-key.invalid"})
GONE: Reply = (404, {"message": "Not found"})


@dataclass
class Grafana:
    """What the server holds and was asked; a reply that `fault` returns goes before its own."""

    folders: dict[str, str] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    fault: Callable[[str, str], Reply | None] = lambda _method, _path: None
    port: int = 0
    scheme: str = "http"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def writes(self) -> list[str]:
        """The paths that something was sent to."""
        return [path for method, path in self.asked if method == "POST"]

    def answer(self, method: str, path: str, token: str, body: dict[str, Any]) -> Reply:
        """Return status and body, as Grafana would."""
        self.asked.append((method, path))
        found = self.fault(method, path)
        if found is not None:
            return found
        if token != f"Bearer {TOKEN}":
            return REFUSED
        if method == "POST":
            self.sent.append(body)
            return self._folder(body) if path == "/api/folders" else self._board(path, body)
        kind, _, uid = path.removeprefix("/api/").rpartition("/")
        if kind == "folders" and uid in self.folders:
            return 200, {"id": 1, "uid": uid, "title": self.folders[uid], "version": 1}
        if kind == "dashboards/uid" and uid in self.boards:
            return 200, self.boards[uid]
        return GONE

    def _folder(self, body: dict[str, Any]) -> Reply:
        if body["uid"] in self.folders:
            return 409, {"message": "a folder with that name already exists"}
        self.folders[body["uid"]] = body["title"]
        return 200, {"id": 1, **body, "version": 1}

    def _board(self, path: str, body: dict[str, Any]) -> Reply:
        """Save a dashboard; the server numbers it, and keeps a version for each time."""
        if path != "/api/dashboards/db":
            return GONE
        board, before = body["dashboard"], self.boards.get(body["dashboard"]["uid"])
        if not board.get("title"):
            return 400, {"message": "Dashboard title cannot be empty", "status": "empty-name"}
        if self._titled(board, body["folderUid"]):
            said = "A dashboard with the same name in the folder already exists"
            return 412, {"message": said, "status": "name-exists"}
        version = before["dashboard"]["version"] if before else 0
        if before and not body["overwrite"] and board.get("version") != version:
            said = "The dashboard has been changed by someone else"
            return 412, {"message": said, "status": "version-mismatch"}
        kept = {**board, "id": 7, "version": version + 1}
        self.boards[board["uid"]] = {"dashboard": kept, "meta": {"folderUid": body["folderUid"]}}
        return 200, {"id": 7, "uid": board["uid"], "status": "success", "version": version + 1}

    def _titled(self, board: dict[str, Any], folder: str) -> bool:
        return any(
            uid != board["uid"]
            and one["meta"]["folderUid"] == folder
            and one["dashboard"]["title"] == board["title"]
            for uid, one in self.boards.items()
        )


@contextmanager
def grafana(trust: ssl.SSLContext | None = None) -> Iterator[Grafana]:
    """Serve one on a free port; `trust` is a server's TLS context."""
    held = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answered()

        def do_POST(self) -> None:
            self._answered()

        def _answered(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers.get("Authorization", "")
            status, body = held.answer(self.command, self.path, token, json.loads(raw or "{}"))
            found = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("Location", found)
            self.send_header("Content-Length", str(len(found.encode())))
            self.end_headers()
            self.wfile.write(found.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        held.port = server.server_address[1]
        if trust is not None:
            held.scheme = "https"
            server.socket = trust.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()
