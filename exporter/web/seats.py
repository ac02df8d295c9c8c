"""Who may hold a connection: a limit for all, one for each address, and a few seats for health.

At a limit, connections that are answered and make no progress are closed first, then those that are
waited for. One that reads its answer is never closed for another address.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from exporter.clock import steady

STALLED = 0.5  # seconds without progress
HEALTH_SEATS = 8
_IPV6_NETWORK = 64  # bits; whoever has one IPv6 address has all of its network


class Stage(IntEnum):
    """What a connection is doing; the first is closed first."""

    ANSWERED = 0
    REQUESTING = 1
    IDLE = 2


class _Order:
    """Some seats by stage, in each the one first to which nothing has happened for longest."""

    def __init__(self) -> None:
        self._stages: dict[Stage, dict[Seat, None]] = {stage: {} for stage in Stage}

    def __len__(self) -> int:
        return sum(map(len, self._stages.values()))

    def put(self, seat: "Seat", stage: Stage) -> None:
        """Put a seat at the end of a stage."""
        self.remove(seat)
        self._stages[stage][seat] = None

    def remove(self, seat: "Seat") -> None:
        """Remove a seat from its stage."""
        self._stages[seat.stage].pop(seat, None)

    def first(self, latest: float) -> "Seat | None":
        """Return the seat to close first; of those that are answered none younger than `latest`."""
        answered = self._stages[Stage.ANSWERED]
        while answered:
            seat = next(iter(answered))
            if seat.since > latest:
                break
            if not seat.progressed():
                return seat
            seat.note(Stage.ANSWERED)
        return next((s for stage in list(Stage)[1:] for s in self._stages[stage]), None)

    def any(self) -> "Seat | None":
        """Return the first seat, whatever it does."""
        return next((seat for seats in self._stages.values() for seat in seats), None)


@dataclass(slots=True, eq=False, kw_only=True)
class Seat:
    """One connection: whether it may only request health, what it does and since when.

    `close` ends the connection, `unsent` returns how many bytes of an answer it has not read.
    """

    orders: tuple[_Order, ...]
    health_only: bool
    since: float
    close: Callable[[], object] = lambda: None
    unsent: Callable[[], int] = lambda: 0
    stage: Stage = Stage.REQUESTING
    left: int = 0
    taken: bool = True

    def note(self, stage: Stage) -> None:
        """Note what the connection does from now on; the same stage again is progress."""
        self.since, self.left = steady(), self.unsent()
        for order in self.orders if self.taken else ():
            order.put(self, stage)
        self.stage = stage

    def progressed(self) -> bool:
        """Return whether the client has read something since the last note."""
        return self.unsent() < self.left

    def release(self) -> None:
        """Free the seat; one that was closed for another is free already."""
        for order in self.orders:
            order.remove(self)
        self.taken = False


class Seats:
    """All connections of a server."""

    def __init__(self, most: int, most_of_network: int) -> None:
        """Allow `most` connections, of which one network has at most `most_of_network`."""
        self._most, self._most_of_network = most, most_of_network
        self._regular, self._for_health = _Order(), _Order()
        self._networks: dict[str, _Order] = {}

    def take(self, host: str) -> Seat | None:
        """Return a seat for a client's address; None where there is none, not even for health."""
        own = self._of_network(host)
        if len(own) >= self._most_of_network:
            # A client at its own limit makes room itself, whatever its other connections do.
            _close(own.first(steady()) or own.any())
        elif len(self._regular) >= self._most and not _close_one(self._regular):
            return self._take_for_health()
        return _added(self._regular, own)

    def close_one(self) -> bool:
        """Close the connection that is to be closed first. Returns whether there was one."""
        return _close_one(self._regular)

    def _take_for_health(self) -> Seat | None:
        if len(self._for_health) >= HEALTH_SEATS and not _close_one(self._for_health):
            return None
        return _added(self._for_health, health_only=True)

    def _of_network(self, host: str) -> _Order:
        network = _network(host)
        found = self._networks.get(network)
        if found is None:
            self._networks = {name: order for name, order in self._networks.items() if order}
            found = self._networks[network] = _Order()
        return found


def _added(*orders: _Order, health_only: bool = False) -> Seat:
    seat = Seat(orders=orders, health_only=health_only, since=steady())
    seat.note(Stage.REQUESTING)
    return seat


def _close_one(order: _Order) -> bool:
    seat = order.first(steady() - STALLED)
    _close(seat)
    return seat is not None


def _close(seat: Seat | None) -> None:
    if seat is not None:
        seat.release()
        seat.close()


def _network(host: str) -> str:
    """Return what counts as one client: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
