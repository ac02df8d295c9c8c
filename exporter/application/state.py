"""An application's state in Redis at one moment, from the replies to one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from redis.exceptions import AuthenticationError, NoPermissionError

from exporter.errors import PollError, Reason
from exporter.recorder.layout import SEPARATOR, WINDOWS, Keys, Shape, shape
from exporter.redis.client import Command, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationState:
    """The state of an application at one moment.

    now       Unix time of the server
    meta      epoch, created, seeded, dropped
    shapes    descriptions of the families
    totals    sums by field
    gauges    values by instance and field
    seqs      number of the last flush of each instance
    seen      Unix time of the last flush of each instance
    users     number of active users, by region and window
    size      bytes of all replies
    notes     what could not be read
    """

    now: float
    meta: Mapping[str, str]
    shapes: Mapping[str, Shape]
    totals: Mapping[str, float]
    gauges: Mapping[tuple[str, str], float]
    seqs: Mapping[str, int]
    seen: Mapping[str, float]
    regions: tuple[str, ...] = ()
    users: Mapping[tuple[str, str], int] = field(default_factory=dict)
    size: int = 0
    notes: tuple[str, ...] = ()

    @property
    def epoch(self) -> str:
        """The epoch of the totals; empty where there are none."""
        return self.meta.get("epoch", "")


def commands(keys: Keys, regions: Sequence[str], now: float) -> list[Command]:
    """Return one transaction: totals and the numbers of flushes must be of one moment."""
    needed: list[Command] = [
        ("MULTI",),
        ("TIME",),
        ("HGETALL", keys.meta),
        ("HGETALL", keys.families),
        ("HGETALL", keys.totals),
        ("HGETALL", keys.gauges),
        ("HGETALL", keys.seqs),
        ("ZRANGE", keys.seen, "0", "-1", "WITHSCORES"),
        ("SMEMBERS", keys.regions),
    ]
    for region in regions:
        for _, width, slots in WINDOWS:
            last = int(now // width)
            named = (keys.slot(region, width, last - back) for back in range(slots))
            needed.append(("PFCOUNT", *named))
    return [*needed, ("EXEC",)]


def state(replies: Sequence[Reply], regions: Sequence[str]) -> ApplicationState:
    """Return the state in the replies. Raises PollError where one is an error."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise refusal(reply)
    found = replies[-1]
    if not isinstance(found, list):
        raise PollError(Reason.INVALID, "the transaction was not run, check what else uses Redis")
    for reply in found:
        if isinstance(reply, Exception):
            raise refusal(reply)
    time, meta, shapes, totals, gauges, seqs, seen, known, *counts = found
    notes: list[str] = []
    return ApplicationState(
        now=float(time[0]) + float(time[1]) / 1e6,
        meta=dict(_texts(meta)),
        shapes=dict(_shapes(shapes, notes)),
        totals={name: float(value) for name, value in _texts(totals)},
        gauges={_split(name): float(value) for name, value in _texts(gauges)},
        seqs={name: int(value) for name, value in _texts(seqs)},
        seen={name: float(value) for name, value in _texts(seen)},
        regions=tuple(sorted(_text(region) for region in known)),
        users=dict(_users(regions, counts)),
        size=sum(map(_size, found)),
        notes=tuple(notes),
    )


def refusal(error: Exception) -> PollError:
    """Return the failure that an error reply means, with its fix."""
    text = str(error)
    if isinstance(error, NoPermissionError | AuthenticationError):
        fix = "grant the user the application's keys, ~ionmon:*, and the commands it needs"
        return PollError(Reason.PERMISSION, f"{text[:200]}; {fix}")
    return PollError(Reason.INVALID, text[:200])


def _texts(reply: Sequence[bytes]) -> Iterator[tuple[str, str]]:
    pairs = iter(reply)
    for name in pairs:
        yield _text(name), _text(next(pairs))


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace")


def _shapes(reply: Sequence[bytes], notes: list[str]) -> Iterator[tuple[str, Shape]]:
    for name, text in _texts(reply):
        try:
            yield name, shape(text)
        except ValueError as error:
            notes.append(f"{name}: {error}")


def _split(name: str) -> tuple[str, str]:
    instance, _, field_name = name.partition(SEPARATOR)
    return instance, field_name


def _users(regions: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[tuple[str, str], int]]:
    rest = iter(counts)
    for region in regions:
        for window, _, _ in WINDOWS:
            yield (region, window), int(next(rest))


def _size(reply: object) -> int:
    if isinstance(reply, list):
        return sum(map(_size, reply))
    return len(reply) if isinstance(reply, bytes) else 8
