"""Faults of the simulated API: data, drawn by seed, composable."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import grpc

from exporter.errors import SettingsError
from exporter.simulator.chance import unit
from exporter.simulator.refusal import Refusal

MALFORMED = ("string", "no_options", "no_points", "extra_label", "duplicate")
DISABLED_TEXT = (
    "Cloud Monitoring API has not been used in project 123456789012 before or it is disabled. "
    "Enable it by visiting https://console.developers.google.com/apis/api/"
    "monitoring.googleapis.com/overview?project=123456789012 then retry."
)
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
QUOTA_TEXT = (
    "Quota exceeded for quota metric 'Query requests' and limit 'Query requests per minute' of "
    "service 'monitoring.googleapis.com' [reason: RATE_LIMIT_EXCEEDED, quota_metric: "
    "monitoring.googleapis.com/query_requests]"
)


class Failing(NamedTuple):
    """A metric type that always fails, and with which gRPC status."""

    metric: str
    code: str


class Outage(NamedTuple):
    """Seconds after the simulator's start between which no call is answered."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong between world and client. Shares lie between 0 and 1.

    late         share of points that are readable up to `late_by` seconds later than the rest
    quota        share of calls refused with RESOURCE_EXHAUSTED
    unavailable  share of calls refused with UNAVAILABLE
    slow         share of calls that take `slow_by` seconds longer
    partial      share of responses that lack a third of their series and report that
    repeated     share of series that carry their newest point twice
    split        pages of unpredictable size
    disabled     no call is answered: the project's API is not enabled
    malformed    kinds of MALFORMED series added to each response
    outages      when no call is answered
    failing      metric types that always fail
    """

    seed: int = 0
    late: float = 0.0
    late_by: float = 0.0
    quota: float = 0.0
    unavailable: float = 0.0
    slow: float = 0.0
    slow_by: float = 0.0
    partial: float = 0.0
    repeated: float = 0.0
    split: bool = False
    disabled: bool = False
    malformed: tuple[str, ...] = ()
    outages: tuple[Outage, ...] = ()
    failing: tuple[Failing, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """Read faults by name: `late=0.3:480s,split,unavailable=0.05`. Raises SettingsError."""
        found = cls()
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = item.partition("=")
            found = _with(found, name, value)
        return found

    def drawn(self, share: float, *key: object) -> bool:
        """Return whether this key is in the drawn share of the keys."""
        return share > 0.0 and unit(self.seed, *key) < share

    def lateness(self, key: object, end: float) -> float:
        """Return by how many seconds a point is late; the same for the same point, always."""
        if not self.drawn(self.late, "late", key, end):
            return 0.0
        return self.late_by * unit(self.seed, "by", key, end)

    def refuse(self, call: int, elapsed: float) -> None:
        """Raise the Refusal of the call with this number, if it fails."""
        if self.disabled:
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, DISABLED_TEXT)
        out = any(start <= elapsed < end for start, end in self.outages)
        if out or self.drawn(self.unavailable, "unavailable", call):
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")
        if self.drawn(self.quota, "quota", call):
            raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, QUOTA_TEXT)

    def refuse_metric(self, metric: str) -> None:
        """Raise the Refusal of a metric type that always fails."""
        for failing in self.failing:
            if failing.metric == metric:
                code = grpc.StatusCode[failing.code]
                raise Refusal(code, f"{metric}: this call fails on purpose.")

    def pause(self, call: int) -> float:
        """Return how many seconds the call with this number waits."""
        return self.slow_by if self.drawn(self.slow, "slow", call) else 0.0

    def page_size(self, call: int, size: int, points: int) -> int:
        """Return how many points go on the page that answers this call."""
        if not self.split:
            return size
        return min(size, 1 + int(unit(self.seed, "split", call) * max(1, points // 2)))


NONE = Faults()


def _with(faults: Faults, name: str, value: str) -> Faults:
    """Add one fault as it is written."""
    if name in ("split", "disabled"):
        split, disabled = faults.split or name == "split", faults.disabled or name == "disabled"
        return replace(faults, split=split, disabled=disabled)
    if name == "seed" and value.isdigit():
        return replace(faults, seed=int(value))
    if name == "malformed":
        return replace(faults, malformed=_malformed(value))
    if name == "outage":
        start, _, end = value.partition(":")
        outage = Outage(_seconds(name, start), _seconds(name, end))
        return replace(faults, outages=(*faults.outages, outage))
    if name == "fail":
        return replace(faults, failing=(*faults.failing, _failing(value)))
    return _with_share(faults, name, value)


def _with_share(faults: Faults, name: str, value: str) -> Faults:
    shares = [f.name for f in fields(Faults) if f.type is float and not f.name.endswith("_by")]
    if name not in shares:
        known = ", ".join([*shares, "split", "disabled", "malformed", "outage", "fail", "seed"])
        raise SettingsError(f"fault {name!r}: unknown, use one of {known}")
    share, _, by = value.partition(":")
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", share):
        raise SettingsError(f"fault {name}={value}: write a share from 0 to 1, such as {name}=0.05")
    changed: dict[str, Any] = {name: float(share)}
    if name in ("late", "slow"):
        changed[f"{name}_by"] = _seconds(name, by)
    return replace(faults, **changed)


def _seconds(name: str, text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if match is None:
        raise SettingsError(f"fault {name}: {text!r} is no duration, write it such as 480s or 8m")
    return float(match[1]) * _SECONDS[match[2]]


def _malformed(value: str) -> tuple[str, ...]:
    kinds = MALFORMED if value in ("", "all") else tuple(value.split("+"))
    for kind in kinds:
        if kind not in MALFORMED:
            known = ", ".join(MALFORMED)
            raise SettingsError(f"fault malformed={value}: unknown {kind!r}, use {known}")
    return kinds


def _failing(value: str) -> Failing:
    metric, _, code = value.partition(":")
    if code not in grpc.StatusCode.__members__ or not metric:
        raise SettingsError(f"fault fail={value}: write fail=METRIC:STATUS, STATUS a gRPC code")
    return Failing(metric, code)
