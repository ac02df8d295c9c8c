"""The web server, in a thread of its own: scrapes and polls never wait for each other."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from exporter.clock import SteadyLoop
from exporter.errors import IonmonError
from exporter.web.bodies import BodyBudget
from exporter.web.connection import Connection, Deadlines
from exporter.web.protection import Protection
from exporter.web.routes import Routes, Site
from exporter.web.seats import Seat, Seats
from exporter.web.secured import Handshake, secure

log = logging.getLogger("ionmon.web")

BACKLOG = 1024
ACCEPTED_AT_ONCE = 32
TCP_NOTSENT_LOWAT = 25  # Linux; Python names it from 3.12 on
MOST_UNSENT = 1 << 17
OUT_OF_FILES_PAUSE = 0.1
CLOSE_TIMEOUT = 5.0
LAST_ANSWERS = 2.0  # seconds for answers that are under way when the server is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Where and how to serve, and limits."""

    listen: tuple[str, ...]
    telemetry_path: str = "/metrics"
    config_file: Path | None = None
    enable_lifecycle: bool = False
    max_connections: int = 512
    max_per_address: int = 256
    deadlines: Deadlines = field(default_factory=Deadlines)


class WebServer:
    """Serves a site until it is closed."""

    def __init__(self, site: Site, settings: ServerOptions) -> None:
        """Read the web configuration. Raises SettingsError where it is wrong."""
        self._settings = settings
        self._executor = ThreadPoolExecutor(2, thread_name_prefix="web-slow")
        # Reloads wait for seconds; passwords must not wait behind them.
        self._reloader = ThreadPoolExecutor(1, thread_name_prefix="web-reload")
        self._protection = Protection(settings.config_file, self._executor)
        self._routes = Routes(
            site, settings.telemetry_path, self._reloader, settings.enable_lifecycle
        )
        self._listeners: list[socket.socket] = []
        self._seats = Seats(settings.max_connections, settings.max_per_address)
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()
        self._bodies = BodyBudget()

    def start(self) -> None:
        """Listen, and serve in a thread. Raises IonmonError where an address cannot be used."""
        try:
            for address in self._settings.listen:
                self._listeners.append(_listen(address))
        except IonmonError:
            self._close_listeners()
            raise
        self._loop = SteadyLoop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Return host and port of every address that the server listens on."""
        return tuple(listener.getsockname()[:2] for listener in self._listeners)

    @property
    def scheme(self) -> str:
        """Return the scheme of the server's URLs."""
        return "https" if self._protection.rules().tls else "http"

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the addresses as URLs by which this machine reaches them."""
        return tuple(f"{self.scheme}://{reachable(host)}:{port}" for host, port in self.addresses)

    @property
    def exposed(self) -> bool:
        """Return whether other machines can read without authentication."""
        if self._protection.rules().authenticates:
            return False
        return not all(_local(host) for host, _ in self.addresses)

    @property
    def asks_password(self) -> bool:
        """Return whether a request needs a password."""
        return self._protection.rules().passwords.needed

    def close(self) -> None:
        """Stop listening, end all connections, those that are answered last, end the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_TIMEOUT)
        for executor in (self._executor, self._reloader):
            executor.shutdown(wait=False, cancel_futures=True)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._accept_all())
        finally:
            self._loop.close()

    async def _accept_all(self) -> None:
        for listener in self._listeners:
            self._spawn(self._accept(listener))
        await self._stop.wait()
        self._close_listeners()
        under_way = [each.closed for each in self._connections if each.finish()]
        if under_way:
            await asyncio.wait(under_way, timeout=LAST_ANSWERS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.critical("the web server has a defect", exc_info=error)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in count(1):
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError as error:  # out of file descriptors, or the client is gone
                log.warning("a connection could not be accepted: %s", error.strerror)
                self._seats.close_one()
                await asyncio.sleep(OUT_OF_FILES_PAUSE)
                continue
            seat = self._seats.take(address[0])  # not in the task: a burst must not pass the limit
            if seat is None:
                accepted.close()
                self._routes.site.unheard(b"", 0)
            else:
                seat.close = accepted.close
                self._spawn(self._attend(accepted, seat))
            # sock_accept() does not suspend while connections wait: the rest must get its turn.
            if not number % ACCEPTED_AT_ONCE:
                await asyncio.sleep(0)

    async def _attend(self, accepted: socket.socket, seat: Seat) -> None:
        """Serve a connection; one that ends before it could begin may have had a request."""
        try:
            await self._serve_one(accepted, seat)
        except ConnectionAbortedError as error:  # of the handshake: it took too long
            log.debug("a connection was not made: %s", error)
            self._routes.site.unheard(b"", 0)
        except OSError as error:  # also of who only looks whether the port is open
            log.debug("a connection was not made: %s", error)
        except asyncio.CancelledError:
            if not seat.taken:
                self._routes.site.unheard(b"", 0)
            raise
        finally:
            seat.release()

    async def _serve_one(self, accepted: socket.socket, seat: Seat) -> None:
        """Do the TLS handshake if there is one, then serve the connection until it is closed."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        transport, deadlines = None, self._settings.deadlines
        try:
            if not seat.taken:
                raise ConnectionAbortedError("closed for another before this task began")
            _tune(accepted)
            rules = self._protection.rules()
            if task:
                seat.close = task.cancel
            connection = Connection(
                routes=self._routes,
                rules=self._protection.rules,
                seat=seat,
                deadlines=deadlines,
                bodies=self._bodies,
            )
            first = Handshake() if rules.tls else connection
            transport, _ = await loop.connect_accepted_socket(lambda: first, accepted)
            if rules.tls and isinstance(first, Handshake):
                await secure(first, connection, rules.tls, deadlines.handshake)
            await self._until_closed(connection)
        finally:
            if transport:
                transport.abort()
            else:
                accepted.close()

    async def _until_closed(self, connection: Connection) -> None:
        self._connections.add(connection)
        try:
            await connection.closed
        finally:
            self._connections.discard(connection)

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.close()


def _tune(accepted: socket.socket) -> None:
    # asyncio sets it only on sockets with an explicit protocol. Without it a body waits up to
    # 40 ms, until the client acknowledges the head.
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Else the kernel takes megabytes of answers for a client that does not read.
    with contextlib.suppress(OSError):
        accepted.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, MOST_UNSENT)


def _listen(address: str) -> socket.socket:
    """Return a listening socket for HOST:PORT; without a host, on all interfaces and both IPs."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        listener = _bound(host, int(port))
    except (OSError, OverflowError) as error:
        raise IonmonError(
            f"{address}: cannot listen: {_why(error)} with --web.listen-address"
        ) from error
    listener.setblocking(False)  # noqa: FBT003 - the socket library's way
    return listener


def _why(error: OSError | OverflowError) -> str:
    """Return what is wrong with an address, and the fix."""
    if isinstance(error, OverflowError):
        return "invalid port; choose one up to 65535"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "not an address of this machine; choose one that is"
    # The error's own text would name the address a second time.
    reason = os.strerror(error.errno) if error.errno else str(error)
    fix = "free it, or choose another" if error.errno == errno.EADDRINUSE else "choose another"
    return f"{reason}; {fix}"


def _bound(host: str, port: int) -> socket.socket:
    if not host:
        if socket.has_dualstack_ipv6():
            try:
                return socket.create_server(
                    ("::", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True
                )
            except OSError as error:
                if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    raise
        return socket.create_server(("0.0.0.0", port), backlog=BACKLOG)
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _local(host: str) -> bool:
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback


def reachable(host: str) -> str:
    """Return an address by which this machine reaches a host that is listened on."""
    if host in ("", "0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
