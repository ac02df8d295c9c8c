"""A process that serves the bytes of a file, and has nothing else to do."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket


def main(file: str, port: str) -> None:
    """Serve until the process is ended."""
    body = Path(file).read_bytes()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    class Handler(BaseHTTPRequestHandler):
        """Writes the same answer to each request."""

        protocol_version = "HTTP/1.1"
        request: socket

        def do_GET(self) -> None:
            """Answer."""
            self.wfile.write(answer)

        def log_request(self, *_: object) -> None:
            """Log nothing."""

    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
